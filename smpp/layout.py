"""The layout table: for every command its mandatory fields in wire order, with their limits (SMPP 3.4 chapter 4).

Data only, and the one place that knows it: `decode` and `encode` both follow this table, and which PDU answers which is
read from it. It must never hold a rule that is true in one direction only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

import msgspec

from smpp.pdu_types import (
    AlertNotification,
    BindReceiver,
    BindReceiverResp,
    BindTransceiver,
    BindTransceiverResp,
    BindTransmitter,
    BindTransmitterResp,
    CancelSm,
    CancelSmResp,
    DataSm,
    DataSmResp,
    DeliverSm,
    DeliverSmResp,
    DistributionList,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    Outbind,
    Pdu,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ReplaceSmResp,
    SmeAddress,
    SubmitMulti,
    SubmitMultiResp,
    SubmitSm,
    SubmitSmResp,
    Unbind,
    UnbindResp,
    UnsuccessSme,
)
from smpp.vocabulary import RESPONSE_BIT, DestFlag

__all__ = [
    "COMMANDS",
    "LAYOUTS",
    "RESPONSES",
    "CString",
    "Field",
    "Group",
    "Integer",
    "Octets",
    "response_class",
    "response_to",
]


class CString(NamedTuple):
    """Octets up to a NUL. `limit` counts the NUL; a `fixed` one has `limit` octets or is empty."""

    name: str
    limit: int
    fixed: bool = False


class Integer(NamedTuple):
    """Big-endian unsigned. `optional`: some peers end the PDU before it, it is then 0."""

    name: str
    octets: int = 1
    optional: bool = False


class Octets(NamedTuple):
    """Octets whose number is in the one octet `counter` before them."""

    name: str
    counter: str
    limit: int


class Group(NamedTuple):
    """Several records whose number is in the one octet `counter` before them.

    With `flagged`, each record begins with an octet that says which of `variants` it is.
    """

    name: str
    counter: str
    limit: int
    flagged: bool
    variants: Mapping[int, tuple[type[msgspec.Struct], tuple[Field, ...]]]


Field: TypeAlias = CString | Integer | Octets | Group


def _address(prefix: str, name: str, limit: int = 21) -> tuple[Field, ...]:
    return Integer(f"{prefix}_addr_ton"), Integer(f"{prefix}_addr_npi"), CString(name, limit)


_BIND: Final[tuple[Field, ...]] = (
    CString("system_id", 16),
    CString("password", 9),
    CString("system_type", 13),
    Integer("interface_version"),
    Integer("addr_ton"),
    Integer("addr_npi"),
    CString("address_range", 41),
)
# 254 octets in 3.4, 255 in 5.0: what the counter can say is what is accepted.
_SHORT_MESSAGE: Final = Octets("short_message", "sm_length", 255)
_TIMES: Final[tuple[Field, ...]] = (
    CString("schedule_delivery_time", 17, fixed=True),
    CString("validity_period", 17, fixed=True),
)
_MESSAGE_TAIL: Final[tuple[Field, ...]] = (
    Integer("esm_class"),
    Integer("protocol_id"),
    Integer("priority_flag"),
    *_TIMES,
    Integer("registered_delivery"),
    Integer("replace_if_present_flag"),
    Integer("data_coding"),
    Integer("sm_default_msg_id"),
    _SHORT_MESSAGE,
)
_SOURCE: Final = _address("source", "source_addr")
_DESTINATION: Final = _address("dest", "destination_addr")
MESSAGE: Final[tuple[Field, ...]] = (CString("service_type", 6), *_SOURCE, *_DESTINATION, *_MESSAGE_TAIL)
MESSAGE_ID: Final = CString("message_id", 65)

LAYOUTS: Final[Mapping[type[Pdu], tuple[Field, ...]]] = {
    BindReceiver: _BIND,
    BindTransmitter: _BIND,
    BindTransceiver: _BIND,
    BindReceiverResp: (CString("system_id", 16),),
    BindTransmitterResp: (CString("system_id", 16),),
    BindTransceiverResp: (CString("system_id", 16),),
    Outbind: (CString("system_id", 16), CString("password", 9)),
    Unbind: (),
    UnbindResp: (),
    EnquireLink: (),
    EnquireLinkResp: (),
    GenericNack: (),
    SubmitSm: MESSAGE,
    DeliverSm: MESSAGE,
    SubmitSmResp: (MESSAGE_ID,),
    DeliverSmResp: (MESSAGE_ID,),
    DataSm: (
        CString("service_type", 6),
        *_address("source", "source_addr", 65),
        *_address("dest", "destination_addr", 65),
        Integer("esm_class"),
        Integer("registered_delivery"),
        Integer("data_coding"),
    ),
    DataSmResp: (MESSAGE_ID,),
    SubmitMulti: (
        CString("service_type", 6),
        *_SOURCE,
        Group(
            "dest_address",
            "number_of_dests",
            254,
            flagged=True,
            variants={
                DestFlag.SME_ADDRESS: (SmeAddress, _DESTINATION),
                DestFlag.DISTRIBUTION_LIST: (DistributionList, (CString("dl_name", 21),)),
            },
        ),
        *_MESSAGE_TAIL,
    ),
    SubmitMultiResp: (
        MESSAGE_ID,
        Group(
            "unsuccess_sme",
            "no_unsuccess",
            255,
            flagged=False,
            variants={0: (UnsuccessSme, (*_DESTINATION, Integer("error_status_code", 4)))},
        ),
    ),
    QuerySm: (MESSAGE_ID, *_SOURCE),
    QuerySmResp: (
        MESSAGE_ID,
        CString("final_date", 17, fixed=True),
        Integer("message_state"),
        Integer("error_code", optional=True),
    ),
    CancelSm: (CString("service_type", 6), MESSAGE_ID, *_SOURCE, *_DESTINATION),
    CancelSmResp: (),
    ReplaceSm: (
        MESSAGE_ID,
        *_SOURCE,
        *_TIMES,
        Integer("registered_delivery"),
        Integer("sm_default_msg_id"),
        _SHORT_MESSAGE,
    ),
    ReplaceSmResp: (),
    AlertNotification: (*_address("source", "source_addr", 65), *_address("esme", "esme_addr", 65)),
}

# The class of every command that has a layout, and the response class of every request that has a response.
COMMANDS: Final[Mapping[int, type[Pdu]]] = {cls.command_id: cls for cls in LAYOUTS}
RESPONSES: Final[Mapping[int, type[Pdu]]] = {
    command_id: COMMANDS[command_id | RESPONSE_BIT]
    for command_id in COMMANDS
    if not command_id & RESPONSE_BIT and command_id | RESPONSE_BIT in COMMANDS
}


def response_class(command_id: int) -> type[Pdu] | None:
    """The class that answers a command; None where nothing may be answered (a response, outbind, alert_notification).

    An unknown request is answered by GenericNack; an unknown response never is (SMPP 3.4 4.3).
    """
    if command_id & RESPONSE_BIT:
        return None
    if command_id in COMMANDS:
        return RESPONSES.get(command_id)
    return GenericNack


def response_to(pdu: Pdu) -> type[Pdu] | None:
    """`response_class` of a PDU's command."""
    return response_class(pdu.command_id)
