"""Messages of both directions: a phone's words as PDUs, the gateway's PDUs as texts, and the ids that we give. Pure."""

from __future__ import annotations

import random
import re
import uuid
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from smpp import text as sms_text
from smpp.pdu import DataSm, DeliverSm, SubmitSm, Tag, UssdOp
from smpp.simulator.handhelds import Asked
from smpp.simulator.phones import Phone
from smpp.simulator.scenario import Receipts, Step
from smpp.udh import udh_concatenation

__all__ = ["Identities", "Incoming", "Message", "Reader", "Said", "Sending", "injected_pdus"]

Incoming = SubmitSm | DeliverSm | DataSm

_UDHI: Final = 0x40  # esm_class, SMPP 3.4 5.2.12
_USSD_CODING: Final = 0x0F  # TS 23.038 5: GSM 7 bit, language unspecified
_OPEN: Final = bytes((UssdOp.PSSR_INDICATION,))
_ANSWER: Final = bytes((UssdOp.USSR_CONFIRM,))


@dataclass(slots=True, eq=False)
class Message:
    """What is to be delivered to the gateway: a phone's command, or a receipt (which has no phone).

    `due_at`: when the schedule would have it said. `goes_on_with`: of a repeat, the answer to the first, which the
    phone's next step builds on. `asked`: somebody's own phone, which says what it likes, waits for the acknowledgement.
    """

    id: int
    pdus: tuple[Incoming, ...]
    said_at: float
    due_at: float
    phone: Phone | None = None
    step: Step | None = None
    text: str = ""
    repeats: int = 0
    goes_on_with: re.Match[str] | None = None
    sendings: int = 0
    open_parts: set[int] = field(default_factory=set)
    answer: re.Match[str] | None = None
    over: bool = False  # answered, or given up
    certain: bool = False  # the gateway has proof that we hold its acknowledgement
    waits: bool = False  # for certainty, to be said again
    asked: Asked | None = None


@dataclass(slots=True, eq=False)
class Sending:
    """One PDU on its way: a part of a message under a sequence number.

    `proves`: how many acknowledgements are proved read by an answer to this one. `extra`: a retransmission, whose
    answer nobody owes. `given_up`: our timer has expired; it has been sent again.
    """

    message: Message
    part: int
    sequence: int
    proves: int
    extra: bool = False
    given_up: bool = False


def injected_pdus(
    phone: Phone, step: Step, text: str, to: str, reference: int, message_class: type[SubmitSm] | type[DeliverSm]
) -> tuple[Incoming, ...]:
    """The PDUs of what a phone says; a long SMS in parts with a user data header (TS 23.040 9.2.3.24.1)."""
    addressed = message_class(
        source_addr_ton=1,
        source_addr_npi=1,
        source_addr=phone.number,
        dest_addr_npi=1,
        destination_addr=step.to or to,
    )
    replace = msgspec.structs.replace
    if not step.sms:
        octets, coding = sms_text.encode_as(text, sms_text.Alphabet.GSM7), _USSD_CODING
        if octets is None:
            octets, coding = text.encode("utf-16-be"), 0x48
        operation = _ANSWER if step.answer else _OPEN
        tlvs = ((int(Tag.USSD_SERVICE_OP), operation), (int(Tag.ITS_SESSION_INFO), phone.session.to_bytes(2, "big")))
        return (replace(addressed, service_type="USSD", data_coding=coding, short_message=octets, tlvs=tlvs),)
    split = sms_text.split(text)
    total = len(split.parts)
    return tuple(
        replace(
            addressed,
            esm_class=_UDHI if total > 1 else 0,
            data_coding=split.data_coding,
            short_message=(udh_concatenation(reference, total, number) if total > 1 else b"") + octets,
        )
        for number, octets in enumerate(split.parts, 1)
    )


class Said(NamedTuple):
    """A whole text of the gateway's; `session` where it is a screen."""

    channel: str
    text: str
    session: int | None
    opens_question: bool


class Reader:
    """Texts of the gateway's, joined from their parts (by recipient, reference and total)."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, int, int], dict[int, bytes]] = {}

    def read(self, pdu: Incoming) -> Said | None:
        """The text that this PDU is, or completes; None while parts of it are missing."""
        octets = b"" if isinstance(pdu, DataSm) else pdu.short_message
        octets = octets or pdu.tlv(int(Tag.MESSAGE_PAYLOAD)) or b""
        if pdu.esm_class & _UDHI:
            header, octets = sms_text.parse_udh(octets)
            joint = header.concatenation if header is not None else None
            if joint is not None:
                key = (pdu.destination_addr, joint.reference, joint.total)
                parts = self._parts.setdefault(key, {})
                parts[joint.number] = octets
                if len(parts) < joint.total:
                    return None
                del self._parts[key]
                octets = b"".join(parts[number] for number in sorted(parts))
        session = pdu.tlv(int(Tag.ITS_SESSION_INFO))
        op = pdu.tlv(int(Tag.USSD_SERVICE_OP))
        on_screen = op is not None or pdu.service_type == "USSD"
        text = sms_text.decode(octets, pdu.data_coding, ussd=on_screen and pdu.data_coding != 8).text
        number = int.from_bytes(session, "big") if session else None
        asks = op is not None and int.from_bytes(op, "big") == UssdOp.USSR_REQUEST
        return Said("ussd" if on_screen else "sms", text, number, asks)


class Identities:
    """The message ids that a centre gives, and how it writes them in its receipts."""

    def __init__(self, receipts: Receipts, rng: random.Random) -> None:
        self._receipts = receipts
        self._rng = rng
        self._last = 1_000_000 * rng.randrange(1, 2000)

    def next(self) -> str:
        self._last += 1
        match self._receipts.message_id:
            case "hex":
                return f"{self._last:x}"
            case "padded":
                return f"{self._last:020d}"
            case "uuid":
                return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
            case "long":
                return f"{self._last:064d}"
            case _:
                return str(self._last)

    def in_receipt(self, message_id: str) -> str:
        """Centres write one id in two ways."""
        match self._receipts.receipt_id:
            case "decimal":
                return f"{int(message_id, 16):010d}"
            case "hex":
                return f"{int(message_id):08X}"
            case "upper":
                return message_id.upper()
            case "stripped":
                return message_id.lstrip("0")
            case _:
                return message_id
