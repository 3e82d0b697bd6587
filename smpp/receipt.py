"""Delivery receipts: what a message centre says became of a message, and which message it means.

The optional parameters count before the text (SMPP 3.4 5.3.2.12, 5.3.2.35); the text is the vendor's own and read by
its keys, in any order. Everything here is a pure function of octets: it never raises, whatever a centre has written.
Which messages wait for a receipt, and for how long, is for the caller to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import msgspec

from smpp.gsm7 import decode_gsm7
from smpp.pdu_types import DataSm, DeliverSm
from smpp.tlvs import Tag, unpack_network_error_code
from smpp.udh import parse_udh
from smpp.vocabulary import EsmType, MessageState, esm_type, has_udhi

__all__ = ["Receipt", "Rung", "fold_id", "is_receipt", "read_receipt", "receipt_text", "receipt_time",
           "rung_between", "rungs"]  # fmt: skip

_MESSAGE_ID = int(Tag.RECEIPTED_MESSAGE_ID)
_MESSAGE_STATE = int(Tag.MESSAGE_STATE)
_NETWORK_ERROR = int(Tag.NETWORK_ERROR_CODE)
_PAYLOAD = int(Tag.MESSAGE_PAYLOAD)
_TYPES = (int(EsmType.DELIVERY_RECEIPT), int(EsmType.INTERMEDIATE_NOTIFICATION))
_FINAL = frozenset(
    {MessageState.DELIVERED, MessageState.EXPIRED, MessageState.DELETED, MessageState.UNDELIVERABLE,
     MessageState.REJECTED, MessageState.SKIPPED}
)  # fmt: skip


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """One receipt, as far as it could be read.

    `ids`: the message_id that it names, that of the optional parameter first, then the text's where it is another.
    `state`: None where nothing says it, or a word that nobody knows. `error`: the vendor's code as written; where a
    network_error_code came it is `network/code` in decimal. `submitted`, `done`: as written, for `receipt_time`.
    `intermediate`: a notification on the way (SMPP 3.4 5.2.12), never the last word.
    """

    ids: tuple[str, ...] = ()
    state: MessageState | None = None
    error: str = ""
    submitted: str = ""
    done: str = ""
    text: str = ""
    intermediate: bool = False

    @property
    def final(self) -> bool:
        """Whether nothing more will be told. ACCEPTED and UNKNOWN are not final: centres send them before the end."""
        return not self.intermediate and self.state in _FINAL


def is_receipt(pdu: DeliverSm | DataSm) -> bool:
    """Whether a PDU is a receipt: by esm_class, or, where a centre leaves that zero, by the parameters of one.

    The text never decides: a subscriber may well type `id:`, but he cannot send an optional parameter.
    """
    kind = esm_type(pdu.esm_class)
    if kind:
        return kind in _TYPES
    return bool(pdu.tlvs) and pdu.tlv(_MESSAGE_ID) is not None and pdu.tlv(_MESSAGE_STATE) is not None


def read_receipt(pdu: DeliverSm | DataSm) -> Receipt:
    """What a receipt says; one that says nothing readable has no ids and no state."""
    octets = b"" if isinstance(pdu, DataSm) else pdu.short_message
    octets = octets or pdu.tlv(_PAYLOAD) or b""
    if has_udhi(pdu.esm_class):
        octets = parse_udh(octets)[1]
    usual = _USUAL.fullmatch(octets)
    if usual is not None:
        identity, submitted, done, stat, error, text = usual.groups()
        written = Receipt(
            (identity.decode(),), _STATES.get(stat.decode()), error.decode(), submitted.decode(), done.decode(),
            text.decode().strip(_QUOTES),
        )  # fmt: skip
        if not pdu.tlvs and pdu.esm_class == EsmType.DELIVERY_RECEIPT:
            return written
    else:
        written = _read_text(_characters(octets))
    tlv_id = state_octet = network = None
    for tag, value in pdu.tlvs:
        if tag == _MESSAGE_ID:
            tlv_id = value.partition(b"\0")[0].decode("latin-1").strip()
        elif tag == _MESSAGE_STATE and value:
            state_octet = value[-1]
        elif tag == _NETWORK_ERROR:
            network = unpack_network_error_code(value)
    ids = written.ids
    if tlv_id:
        ids = (tlv_id, *(each for each in ids if each != tlv_id))
    state = written.state if state_octet is None else _STATES_BY_NUMBER.get(state_octet, written.state)
    error = f"{network.network}/{network.code}" if network is not None else written.error
    intermediate = esm_type(pdu.esm_class) == EsmType.INTERMEDIATE_NOTIFICATION
    return Receipt(ids, state, error, written.submitted, written.done, written.text, intermediate)


# --- the text -----------------------------------------------------------------------------------------------------

# SMPP 3.4 appendix B, as most centres write it: one match instead of a walk over the keys.
_USUAL = re.compile(
    rb"id:([!-9<-~]+) sub:\w+ dlvrd:\w+ submit date:(\d+) done date:(\d+) stat:([A-Z]+) err:(\w+) [tT]ext:([ -~]*)\0?"
)
_KEYS = re.compile(
    r"(?:(?<=[\s;,|\"'])|^)(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat(?:us)?|err|text)\s*[:=][ \t]*",
    re.IGNORECASE,
)
_QUOTES = "\"'“”«»`"
_STATES = {
    "SCHEDLD": MessageState.SCHEDULED,
    "SCHEDULED": MessageState.SCHEDULED,
    "ENROUTE": MessageState.ENROUTE,
    "BUFFERED": MessageState.ENROUTE,
    "DELIVRD": MessageState.DELIVERED,
    "DELIVERED": MessageState.DELIVERED,
    "EXPIRED": MessageState.EXPIRED,
    "DELETED": MessageState.DELETED,
    "UNDELIV": MessageState.UNDELIVERABLE,
    "UNDELIVERED": MessageState.UNDELIVERABLE,
    "UNDELIVERABLE": MessageState.UNDELIVERABLE,
    "FAILED": MessageState.UNDELIVERABLE,
    "ACCEPTD": MessageState.ACCEPTED,
    "ACCEPTED": MessageState.ACCEPTED,
    "UNKNOWN": MessageState.UNKNOWN,
    "REJECTD": MessageState.REJECTED,
    "REJECTED": MessageState.REJECTED,
    "SKIPPED": MessageState.SKIPPED,
}
_STATES_BY_NUMBER = {int(state): state for state in MessageState}
_LONE_STATE = re.compile(r"(?<![\w:=])(" + "|".join(_STATES) + r")(?!\w)", re.IGNORECASE)


def _characters(octets: bytes) -> str:
    """The text of a receipt, whatever data_coding says of it: its keys are ASCII, so its octets tell how they lie.

    Centres mark ASCII as UCS-2 and UCS-2 as the default, and some put the message's own octets behind `text:`.
    """
    head = octets[:16]
    if octets[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return octets.decode("utf-16", "replace")
    if head[::2].count(0) > 4:
        return octets.decode("utf-16-be", "replace")
    if head[1::2].count(0) > 4:
        return octets.decode("utf-16-le", "replace")
    return octets.rstrip(b"\0").decode("latin-1")


def _read_text(text: str) -> Receipt:
    values: dict[str, str] = {}
    at, key = 0, ""
    for found in _KEYS.finditer(text):
        if key == "text" and "id" in values and "stat" in values:
            break  # whatever follows is the message itself, which may hold anything
        if key:
            values.setdefault(key, text[at : found.start()])
        at, key = found.end(), _key(found[1])
    if key:
        values.setdefault(key, text[at:])
    identity = _gsm_word(_word(values.get("id", "")))
    stat = _word(values.get("stat", ""))
    state = _STATES_BY_NUMBER.get(int(stat)) if stat.isascii() and stat.isdecimal() else _STATES.get(stat.upper())
    if not stat and values:  # some write the word alone, between the other keys
        lone = _LONE_STATE.search(text.partition("text:")[0].partition("Text:")[0])
        state = _STATES[lone[1].upper()] if lone is not None else None
    return Receipt(
        ids=(identity,) if identity else (),
        state=state,
        error=_word(values.get("err", "")),
        submitted=_word(values.get("submit date", "")),
        done=_word(values.get("done date", "")),
        text=values.get("text", "").strip(_QUOTES),
    )


def _key(found: str) -> str:
    key = found.lower().replace("_", " ")
    if key == "status":
        return "stat"
    return key[:-4] + " date" if key in ("submitdate", "donedate") else key


def _word(value: str) -> str:
    """The first word of a value, without the quotes and separators that some put around it."""
    words = value.replace(";", " ").replace(",", " ").replace("|", " ").split(None, 1)
    return words[0].strip(_QUOTES).strip("\0") if words else ""


def _gsm_word(word: str) -> str:
    """An id in the GSM alphabet, whose `_` and `@` lie below the space (TS 23.038 6.2.1)."""
    return word if word.isprintable() else decode_gsm7(word.encode("latin-1", "replace"))


_ZONED = re.compile(r"(\d{12})(\d)(\d\d)([+-])")


def receipt_time(text: str) -> datetime | None:
    """A date of a receipt: 10, 12 or 14 digits with two or four for the year, or an absolute time (SMPP 3.4 7.1.1).

    Without a time zone unless the centre wrote one; None for anything else.
    """
    zoned = _ZONED.fullmatch(text)
    if zoned is not None:
        local = _parsed(zoned[1], "%y%m%d%H%M%S")
        offset = timedelta(minutes=15 * int(zoned[3]))
        if local is None or offset >= timedelta(days=1):
            return None
        zone = timezone(offset if zoned[4] == "+" else -offset) if offset else UTC
        return local.replace(microsecond=100_000 * int(zoned[2]), tzinfo=zone)
    if not (text.isascii() and text.isdecimal()):
        return None
    if len(text) == 10:
        return _parsed(text, "%y%m%d%H%M")
    if len(text) == 12:
        return _parsed(text, "%y%m%d%H%M%S") or _parsed(text, "%Y%m%d%H%M")
    return _parsed(text, "%Y%m%d%H%M%S") if len(text) == 14 else None


def _parsed(digits: str, form: str) -> datetime | None:
    """Two or four digits for the year, then two for each of what `form` names; strptime would take fewer."""
    year = 4 if form.startswith("%Y") else 2
    numbers = [int(digits[:year]) + (0 if year == 4 else 2000)]
    numbers += [int(digits[at : at + 2]) for at in range(year, len(digits), 2)]
    try:
        return datetime(*numbers)  # type: ignore[arg-type]  # naive: in the centre's own zone
    except ValueError:
        return None


def receipt_text(message_id: str, state: MessageState, submitted: datetime, done: datetime) -> str:
    """The text of a receipt that we send (SMPP 3.4 appendix B)."""
    word = next(word for word, known in _STATES.items() if known is state)
    delivered = int(state is MessageState.DELIVERED)
    return (
        f"id:{message_id} sub:001 dlvrd:{delivered:03} submit date:{submitted:%y%m%d%H%M} "
        f"done date:{done:%y%m%d%H%M} stat:{word} err:000 text:"
    )


# --- which message is meant ---------------------------------------------------------------------------------------

HEX_DIGITS_MAX = 16  # longer ids are opaque: no centre counts further


class Rung(StrEnum):
    """How the id of a receipt relates to that of the response, in the order in which they are tried."""

    EXACT = "exact"
    CASE = "case"
    ZEROS = "zeros"
    DECIMAL_OF_HEX = "decimal of hex"  # the response said hexadecimal, the receipt the same number in decimal
    HEX_OF_DECIMAL = "hex of decimal"


def fold_id(message_id: str) -> str:
    """An id as it is looked up: without regard to case and leading zeros."""
    return message_id.casefold().lstrip("0") or "0"


def _as_hex(message_id: str) -> str | None:
    """A decimal number written in hexadecimal, folded."""
    if not (message_id.isascii() and message_id.isdecimal()) or len(message_id) > 20:
        return None
    folded = f"{int(message_id):x}"
    return folded if len(folded) <= HEX_DIGITS_MAX else None


_HEX = re.compile(r"[0-9a-fA-F]{1,16}")


def _as_decimal(message_id: str) -> str | None:
    """A hexadecimal number written in decimal, folded."""
    return str(int(message_id, 16)) if _HEX.fullmatch(message_id.lstrip("0") or "0") else None


def rungs(received: str, first: Rung | None = None) -> Iterator[str]:
    """The folded ids under which the response to a message may have been filed, given a receipt's id; best first.

    Args:
        first: the rung that has matched on this link before: it is tried before the others, because with dense
            numbers the decimal id of one message may well be the hexadecimal id of another.
    """
    seen: set[str] = set()
    for form in _ORDERS[first]:
        key = form(received)
        if key is not None and key not in seen:
            seen.add(key)
            yield key


_Form = Callable[[str], str | None]
_ORDERS: dict[Rung | None, tuple[_Form, ...]] = {
    **dict.fromkeys((None, Rung.EXACT, Rung.CASE, Rung.ZEROS), (fold_id, _as_hex, _as_decimal)),
    Rung.DECIMAL_OF_HEX: (_as_hex, fold_id, _as_decimal),
    Rung.HEX_OF_DECIMAL: (_as_decimal, fold_id, _as_hex),
}


def rung_between(received: str, responded: str) -> Rung | None:
    """How a receipt's id and a response's are the same; None if they are not."""
    if received == responded:
        return Rung.EXACT
    if received.casefold() == responded.casefold():
        return Rung.CASE
    folded = fold_id(responded)
    if fold_id(received) == folded:
        return Rung.ZEROS
    if _as_hex(received) == folded:
        return Rung.DECIMAL_OF_HEX
    if _as_decimal(received) == folded:
        return Rung.HEX_OF_DECIMAL
    return None
