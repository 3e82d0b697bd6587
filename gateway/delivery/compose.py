"""From a reply to the protocol data units that carry it: alphabet, parts, addresses, dialect. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import msgspec

from gateway.engine.doubts import Terms
from gateway.messages import Outgoing
from gateway.model import Channel
from smpp import text as sms_text
from smpp import ussd
from smpp.dialects import DEFAULT, own_dialects
from smpp.pdu import DataSm, DeliverSm, SubmitSm, Tag
from smpp.vocabulary import EsmType, MessageState

UDHI = 0x40  # esm_class, SMPP 3.4 5.2.12: the short message begins with a user data header
TON_INTERNATIONAL = 1
NPI_ISDN = 1
TON_ALPHANUMERIC = 5
ADDRESS_LENGTH_MAX = 20  # without the NUL, SMPP 3.4 4.4.1


class Resend(StrEnum):
    """When a message goes again of which nobody knows whether it arrived.

    AFTER_CUT: after a cut or a crash, but after a mere time-out its late response or receipt is waited for. ALWAYS:
    after a time-out too. NEVER: at most once.
    """

    AFTER_CUT = "after_cut"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Route:
    """How messages are sent over one link or listener."""

    name: str
    server: bool = False  # True: the peer is the client, so what we send is deliver_sm
    dialect: ussd.Dialect = field(default_factory=lambda: own_dialects()[DEFAULT])
    default_alphabet: sms_text.Alphabet = sms_text.Alphabet.GSM7
    source_addr: str = ""  # empty: the number that the subscriber wrote to
    source_ton: int = 0
    source_npi: int = 1
    registered_delivery: int = 0
    validity_hours: int = 24
    rate_per_s: float = 0.0  # PDUs that we send; 0: as many as the window lets through
    rate_burst: int = 0  # PDUs that may leave at once; 0: a tenth of a second's worth
    resend_unknown: Resend = Resend.AFTER_CUT
    terms: Terms = Terms(86_400_000)  # of the in-doubt rule
    busy_status: int = 0x58  # ESME_RTHROTTLED; 0x14 ESME_RMSGQFUL where the centre drops a message on any other


Message = SubmitSm | DeliverSm | DataSm


def compose(
    outgoing: Outgoing, text: str, route: Route, reference: int, *, takes_tlvs: bool = True
) -> Sequence[Message]:
    """The PDUs of one reply, in order; `text` has its one-time code filled in.

    Args:
        reference: names the parts of one long message (SMPP: 8 bits of it in the user data header).
        takes_tlvs: whether the peer's version has optional parameters (SMPP 3.4 3.4.1). A screen has those of its
            dialect all the same: whoever speaks that dialect reads them, whatever his bind says.
    """
    on_screen = outgoing.channel is Channel.USSD and outgoing.dialog is not None
    if outgoing.receipt_of:
        parts = [_receipt(outgoing, text, takes_tlvs)]
    else:
        parts = [_screen(outgoing, text, route)] if on_screen else _short_messages(text, route, reference)
    # A peer may have written to a longer address than it may be answered from (SMPP 3.4 5.2.8).
    source = (route.source_addr or outgoing.source)[:ADDRESS_LENGTH_MAX]
    source_ton = TON_ALPHANUMERIC if any(map(str.isalpha, source)) else route.source_ton
    source_npi = 0 if source_ton == TON_ALPHANUMERIC else route.source_npi
    if on_screen:
        return [_screen_pdu(parts[0], outgoing.destination, source, source_ton, source_npi, route)]
    # In a deliver_sm the validity is empty, and a receipt is not ours to ask for (SMPP 3.4 4.6.1).
    lasting = not route.server
    validity = relative_time(route.validity_hours) if lasting else ""
    registered = route.registered_delivery if lasting else 0
    message = DeliverSm if route.server else SubmitSm
    # By position, in wire order: seven times faster than by name (see smpp.steps), and two of these leave per reply.
    return [
        message(
            0, 0, part.tlvs, (),
            part.service_type,
            source_ton, source_npi, source,
            TON_INTERNATIONAL, NPI_ISDN, outgoing.destination,
            part.esm_class, 0, 0,  # protocol_id, priority_flag
            "", validity,  # schedule_delivery_time
            registered, 0, part.data_coding, 0,  # replace_if_present_flag, sm_default_msg_id
            part.octets,
        )
        for part in parts
    ]  # fmt: skip


class _Part(msgspec.Struct, frozen=True, gc=False):
    octets: bytes
    data_coding: int
    esm_class: int = 0
    service_type: str = ""
    tlvs: tuple[tuple[int, bytes], ...] = ()
    data_sm: bool = False


def _screen(outgoing: Outgoing, text: str, route: Route) -> _Part:
    assert outgoing.dialog is not None
    dialect, dialog = route.dialect, outgoing.dialog
    # It was made to fit; only a dialect that has changed since may show less.
    data_coding, octets = sms_text.encode(sms_text.truncate(text, dialect.septets_max, dialect.units_max))
    dialect_coding = dialect.data_coding_ucs2 if data_coding else dialect.data_coding_gsm7
    fields = ussd.outbound(
        dialect,
        dialog.act,
        session_info=dialog.session_info,
        text_octets=octets,
        data_coding=dialect_coding,
    )
    return _Part(fields.short_message, fields.data_coding, 0, fields.service_type, fields.tlvs, fields.data_sm)


def _screen_pdu(part: _Part, destination: str, source: str, source_ton: int, source_npi: int, route: Route) -> Message:
    """The PDU of a screen; its dialect may say another form and type of our address than the link does."""
    dialect = route.dialect
    if dialect.source_prefix:
        source = (dialect.source_prefix + source.removeprefix(dialect.source_prefix))[:ADDRESS_LENGTH_MAX]
    source_ton = source_ton if dialect.source_ton is None else dialect.source_ton
    source_npi = source_npi if dialect.source_npi is None else dialect.source_npi
    if part.data_sm:
        return DataSm(
            service_type=part.service_type,
            source_addr_ton=source_ton,
            source_addr_npi=source_npi,
            source_addr=source,
            dest_addr_ton=TON_INTERNATIONAL,
            dest_addr_npi=NPI_ISDN,
            destination_addr=destination,
            data_coding=part.data_coding,
            tlvs=part.tlvs,
        )
    message = DeliverSm if route.server else SubmitSm
    return message(  # by position, as in `compose`
        0, 0, part.tlvs, (), part.service_type,
        source_ton, source_npi, source, TON_INTERNATIONAL, NPI_ISDN, destination,
        0, 0, 0, "", "", 0, 0, part.data_coding, 0, part.octets,
    )  # fmt: skip


def _receipt(outgoing: Outgoing, text: str, takes_tlvs: bool) -> _Part:
    """SMPP 3.4 appendix B and, for peers that read parameters, 5.3.2.12 and 5.3.2.35, which say the same again."""
    state = (int(Tag.MESSAGE_STATE), bytes((MessageState.DELIVERED,)))
    tlvs = ((int(Tag.RECEIPTED_MESSAGE_ID), outgoing.receipt_of.encode() + b"\0"), state)
    return _Part(text.encode("ascii"), 0, int(EsmType.DELIVERY_RECEIPT), tlvs=tlvs if takes_tlvs else ())


SINGLE_OCTETS_MAX = 140  # a text of that many octets is one part in any alphabet, TS 23.040 9.2.3.16


def _short_messages(text: str, route: Route, reference: int) -> list[_Part]:
    if route.default_alphabet is not sms_text.Alphabet.GSM7:
        own = sms_text.encode_as(text, route.default_alphabet)
        if own is not None and len(own) <= SINGLE_OCTETS_MAX:
            return [_Part(own, 0)]
    split = sms_text.split(text)
    total = len(split.parts)
    if total == 1:
        return [_Part(split.parts[0], split.data_coding)]
    return [
        _Part(sms_text.udh_concatenation(reference & 0xFF, total, number) + part, split.data_coding, UDHI)
        for number, part in enumerate(split.parts, 1)
    ]


@lru_cache(maxsize=64)
def relative_time(hours: int) -> str:
    """A validity period as SMPP 3.4 7.1.1 writes a relative time: `YYMMDDhhmmss000R`."""
    return f"0000{hours // 24:02}{hours % 24:02}0000000R"
