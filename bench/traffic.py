"""What the subscribers say and what they must be told: command cycles, octets of the PDUs, checks of the answers.

Written by hand from SMPP 3.4 and independent of the gateway's codec, so that a fault there cannot hide here.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import StrEnum

SHORT_NUMBER = b"111"
FIRST_NUMBER = 79_160_000_000

DELIVER_SM = 0x00000005
TON_NPI_INTERNATIONAL = b"\x01\x01"
TON_NPI_SHORT = b"\x00\x01"
GSM7_USSD = 0x0F  # TS 23.038 5: GSM 7-bit, language unspecified, as USSD centres mark what was dialled
UCS2 = 0x08
OP_PSSR_INDICATION = b"\x05\x01\x00\x01\x01"  # TLV ussd_service_op, SMPP 3.4 5.3.2.44
OP_USSR_CONFIRM = b"\x05\x01\x00\x01\x12"
TAG_SESSION = b"\x13\x83\x00\x02"  # TLV its_session_info, SMPP 3.4 5.3.2.43

FUNCTION_ANSWERED = "^(?!У нас сбой).+"
SMS_STEPS = 7
SPREAD = 20_000  # so many are all over their cycles when measuring begins; of a larger population the rest just exists

HEADER = struct.Struct(">IIII")


@dataclass(frozen=True, slots=True)
class Offer:
    """The two services that the traffic orders: a free one and a paid one, with what the peer needs of them."""

    free: int
    free_name: str
    paid: int
    paid_name: str
    paid_minor: int


class Says(StrEnum):
    """What the subscribers say in a phase."""

    SMS = "sms"
    MIXED = "mixed"  # dials and SMS in turn
    DIALS = "dials"  # a command each
    DIALOGS = "dialogs"  # the same commands by the menu
    FUNCTIONS = "functions"  # the main code of every function in turn
    OPENINGS = "openings"  # everybody opens the menu and leaves it open


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a cycle, or one message of a dialog.

    Args:
        tail: the PDU's octets after the source address, without a session TLV.
        session: a session TLV follows: the command is dialled.
        expected: what the answer's first part must match.
    """

    name: str
    tail: bytes
    session: bool
    expected: re.Pattern[str]


def numbers(count: int, first: int = 0) -> list[bytes]:
    return [str(FIRST_NUMBER + index).encode() for index in range(first, first + count)]


def place_of(index: int) -> int:
    """Where in the SMS cycle the subscriber of that index is when measuring begins."""
    return index % SMS_STEPS if index < SPREAD else 0


def head(number: bytes, *, ussd: bool) -> bytes:
    """service_type and source address of a deliver_sm, SMPP 3.4 4.6.1."""
    return (b"USSD\0" if ussd else b"\0") + TON_NPI_INTERNATIONAL + number + b"\0"


def tail(octets: bytes, data_coding: int, tlvs: bytes = b"") -> bytes:
    """Everything of a deliver_sm after its source address; esm_class, protocol_id, times and flags are all zero."""
    fixed = bytes(7) + bytes((data_coding, 0, len(octets)))
    return TON_NPI_SHORT + SHORT_NUMBER + b"\0" + fixed + octets + tlvs


RECEIPT_TAIL = TON_NPI_SHORT + SHORT_NUMBER + b"\0" + b"\x04" + bytes(6) + b"\0\0"  # esm_class: a receipt


def receipt(number: bytes, message_id: int) -> bytes:
    """A deliver_sm that says that a message has arrived, SMPP 3.4 appendix B."""
    text = (
        b"id:%d sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 stat:DELIVRD err:000 text:" % message_id
    )
    return b"".join((b"\0", TON_NPI_INTERNATIONAL, number, b"\0", RECEIPT_TAIL, bytes((len(text),)), text))


def _sms(name: str, text: str, expected: str) -> Step:
    return Step(name, tail(text.encode("utf-16-be"), UCS2), False, re.compile(expected))


def _dial(name: str, code: str, expected: str, op: bytes = OP_PSSR_INDICATION) -> Step:
    return Step(name, tail(code.encode("ascii"), GSM7_USSD, op + TAG_SESSION), True, re.compile(expected))


def ussd_cycle() -> list[Step]:
    """The service that joins numbers, on and off; both at once and free of charge."""
    return [
        _dial("numbers on", "*111*828*1#", "^Услуга «Номера» подключена"),
        _dial("numbers off", "*111*828*2#", "^Услуга «Номера» отключена"),
    ]


def function_cycle(codes: list[str]) -> list[Step]:
    """The main code of every function in turn; any answer will do, a refusal too, but not that it went wrong."""
    return [_dial(f"function {code}", code, FUNCTION_ANSWERED) for code in codes]


def dialog_cycle() -> list[list[Step]]:
    """The same service on and off by the menu: a dial and three answers, each of which has its screen."""
    way = [
        _dial("menu", "*111#", "^Меню"),
        _dial("menu 4", "4", "^Номера", OP_USSR_CONFIRM),
        _dial("menu 4 1", "1", "^«Номера»", OP_USSR_CONFIRM),
    ]
    return [
        [*way, _dial("menu: numbers on", "1", "^Услуга «Номера» подключена", OP_USSR_CONFIRM)],
        [*way, _dial("menu: numbers off", "2", "^Услуга «Номера» отключена", OP_USSR_CONFIRM)],
    ]


def sms_cycle(offer: Offer) -> list[Step]:
    """A free and a paid service on and off; a question and its answer are one command each."""
    free, paid = re.escape(offer.free_name), re.escape(offer.paid_name)
    return [
        _sms("free on", f"ПОДКЛЮЧИТЬ {offer.free}", f"^«{free}» подключена, бесплатно"),
        _sms("free off?", f"ОТКЛЮЧИТЬ {offer.free}", f"^Отключить «{free}»[?]"),
        _sms("free off", "ДА", f"^«{free}» отключена"),
        _sms("paid on?", f"ПОДКЛЮЧИТЬ {offer.paid}", f"^Подключить «{paid}»[?] .* каждый"),
        _sms("paid on", "ДА", f"^«{paid}» подключена[.] Списано"),
        _sms("paid off?", f"ОТКЛЮЧИТЬ {offer.paid}", f"^Отключить «{paid}»[?]"),
        _sms("paid off", "ДА", f"^«{paid}» отключена"),
    ]


def decode(octets: bytes, data_coding: int) -> str:
    """An answer's text. What is not UCS-2 is shown as Latin-1: good enough to see that it is not expected."""
    if data_coding == UCS2:
        return octets.decode("utf-16-be", "replace")
    return octets.decode("latin-1")
