"""The PDUs of SMPP 3.4 as frozen values: one class a command, its fields in wire order.

Values only: what a field may hold and how it becomes octets is said by the layout table, not here. Nothing here may
check a value, for whatever a peer sends must be representable, nor show a password.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec.structs import astuple

from smpp.vocabulary import INTERFACE_VERSION_3_4, CommandId

__all__ = [
    "AlertNotification",
    "Bind",
    "BindReceiver",
    "BindReceiverResp",
    "BindResp",
    "BindTransceiver",
    "BindTransceiverResp",
    "BindTransmitter",
    "BindTransmitterResp",
    "CancelSm",
    "CancelSmResp",
    "DataSm",
    "DataSmResp",
    "DeliverSm",
    "DeliverSmResp",
    "DistributionList",
    "EnquireLink",
    "EnquireLinkResp",
    "GenericNack",
    "Outbind",
    "Pdu",
    "QuerySm",
    "QuerySmResp",
    "ReplaceSm",
    "ReplaceSmResp",
    "SmeAddress",
    "SubmitMulti",
    "SubmitMultiResp",
    "SubmitSm",
    "SubmitSmResp",
    "Unbind",
    "UnbindResp",
    "Unknown",
    "UnsuccessSme",
]


class Pdu(msgspec.Struct, frozen=True, gc=False):
    """What every PDU has. Fields are named as in SMPP 3.4; strings are latin-1 without the NUL. Construct by keyword.

    `deviations` says what `decode` had to forgive, each as `field: what`. It is never encoded and takes no part in
    equality.
    """

    command_id: ClassVar[int]
    command_status: int = 0
    sequence_number: int = 0
    tlvs: tuple[tuple[int, bytes], ...] = ()
    deviations: tuple[str, ...] = ()

    def tlv(self, tag: int) -> bytes | None:
        """The value of an optional parameter, None if absent. Of several with one tag the last wins."""
        found = None
        for key, value in self.tlvs:
            if key == tag:
                found = value
        return found

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _content(self) == _content(other)

    def __hash__(self) -> int:
        return hash((self.command_id, *_content(self)))

    def __repr__(self) -> str:
        # Without what is at its default, and never with a password: a PDU ends up in logs and tracebacks.
        shown = ((name, getattr(self, name)) for name in self.__struct_fields__)
        text = (
            f"{name}={'***' if name == 'password' else value!r}"
            for name, value in shown
            if value not in (0, "", b"", ())
        )
        return f"{type(self).__name__}({', '.join(text)})"


def _content(pdu: Pdu) -> tuple[object, ...]:
    values: tuple[object, ...] = astuple(pdu)
    return values[:3] + values[4:]  # without deviations


class Unknown(Pdu, frozen=True, kw_only=True, gc=False):
    """A command that has no layout here: the vendor's, the broadcast family. `body` is all that follows the header."""

    command_id: int  # type: ignore[misc]  # the one PDU whose command is a fact of the value, not of the class
    body: bytes = b""


class Bind(Pdu, frozen=True, gc=False):
    """What the three bind requests have in common (SMPP 3.4 4.1)."""

    system_id: str = ""
    password: str = ""
    system_type: str = ""
    interface_version: int = INTERFACE_VERSION_3_4
    addr_ton: int = 0
    addr_npi: int = 0
    address_range: str = ""


class BindReceiver(Bind, frozen=True, gc=False):
    command_id = int(CommandId.BIND_RECEIVER)


class BindTransmitter(Bind, frozen=True, gc=False):
    command_id = int(CommandId.BIND_TRANSMITTER)


class BindTransceiver(Bind, frozen=True, gc=False):
    command_id = int(CommandId.BIND_TRANSCEIVER)


class BindResp(Pdu, frozen=True, gc=False):
    """What the three bind responses have in common. `header_only`: the PDU had, or shall have, no body at all."""

    system_id: str = ""
    header_only: bool = False


class BindReceiverResp(BindResp, frozen=True, gc=False):
    command_id = int(CommandId.BIND_RECEIVER_RESP)


class BindTransmitterResp(BindResp, frozen=True, gc=False):
    command_id = int(CommandId.BIND_TRANSMITTER_RESP)


class BindTransceiverResp(BindResp, frozen=True, gc=False):
    command_id = int(CommandId.BIND_TRANSCEIVER_RESP)


class Outbind(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.OUTBIND)
    system_id: str = ""
    password: str = ""


class Unbind(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.UNBIND)


class UnbindResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.UNBIND_RESP)


class EnquireLink(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.ENQUIRE_LINK)


class EnquireLinkResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.ENQUIRE_LINK_RESP)


class GenericNack(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.GENERIC_NACK)


class _Message(Pdu, frozen=True, gc=False):
    service_type: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""
    esm_class: int = 0
    protocol_id: int = 0
    priority_flag: int = 0
    schedule_delivery_time: str = ""
    validity_period: str = ""
    registered_delivery: int = 0
    replace_if_present_flag: int = 0
    data_coding: int = 0
    sm_default_msg_id: int = 0
    short_message: bytes = b""


class SubmitSm(_Message, frozen=True, gc=False):
    command_id = int(CommandId.SUBMIT_SM)


class DeliverSm(_Message, frozen=True, gc=False):
    command_id = int(CommandId.DELIVER_SM)


class _MessageIdResp(Pdu, frozen=True, gc=False):
    message_id: str = ""
    header_only: bool = False


class SubmitSmResp(_MessageIdResp, frozen=True, gc=False):
    command_id = int(CommandId.SUBMIT_SM_RESP)


class DeliverSmResp(_MessageIdResp, frozen=True, gc=False):
    """message_id has no meaning here and is sent empty (SMPP 3.4 4.6.2)."""

    command_id = int(CommandId.DELIVER_SM_RESP)


class DataSm(Pdu, frozen=True, gc=False):
    """The text, if any, is in the TLV message_payload (SMPP 3.4 4.7.1)."""

    command_id = int(CommandId.DATA_SM)
    service_type: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""
    esm_class: int = 0
    registered_delivery: int = 0
    data_coding: int = 0


class DataSmResp(_MessageIdResp, frozen=True, gc=False):
    command_id = int(CommandId.DATA_SM_RESP)


class SmeAddress(msgspec.Struct, frozen=True, gc=False):
    """One destination of submit_multi, dest_flag 1."""

    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""


class DistributionList(msgspec.Struct, frozen=True, gc=False):
    """One destination of submit_multi, dest_flag 2."""

    dl_name: str = ""


class UnsuccessSme(msgspec.Struct, frozen=True, gc=False):
    """One destination that submit_multi did not reach, and why."""

    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""
    error_status_code: int = 0


class SubmitMulti(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.SUBMIT_MULTI)
    service_type: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    dest_address: tuple[SmeAddress | DistributionList, ...] = ()
    esm_class: int = 0
    protocol_id: int = 0
    priority_flag: int = 0
    schedule_delivery_time: str = ""
    validity_period: str = ""
    registered_delivery: int = 0
    replace_if_present_flag: int = 0
    data_coding: int = 0
    sm_default_msg_id: int = 0
    short_message: bytes = b""


class SubmitMultiResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.SUBMIT_MULTI_RESP)
    message_id: str = ""
    unsuccess_sme: tuple[UnsuccessSme, ...] = ()
    header_only: bool = False


class QuerySm(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.QUERY_SM)
    message_id: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""


class QuerySmResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.QUERY_SM_RESP)
    message_id: str = ""
    final_date: str = ""
    message_state: int = 0
    error_code: int = 0
    header_only: bool = False


class CancelSm(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.CANCEL_SM)
    service_type: str = ""
    message_id: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""


class CancelSmResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.CANCEL_SM_RESP)


class ReplaceSm(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.REPLACE_SM)
    message_id: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    schedule_delivery_time: str = ""
    validity_period: str = ""
    registered_delivery: int = 0
    sm_default_msg_id: int = 0
    short_message: bytes = b""


class ReplaceSmResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.REPLACE_SM_RESP)


class AlertNotification(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.ALERT_NOTIFICATION)
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    esme_addr_ton: int = 0
    esme_addr_npi: int = 0
    esme_addr: str = ""
