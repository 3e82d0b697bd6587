"""A PDU without its secrets: stand-ins in the octets themselves, so that a decoder sees what the recording shows. Pure.

What is known to be harmless stays as it is. Where nobody can say what is secret, too much is hidden rather than too
little, and the line says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from gateway.recording.fields import clean_end, places, text_octets, text_places
from gateway.recording.format import BODY, WORDS, Secret
from gateway.recording.masking import Masker, longest_first, looks_ucs2, put, rewrite
from smpp.pdu import (
    RESPONSES,
    AlertNotification,
    Bind,
    CancelSm,
    DataSm,
    DeliverSm,
    EnquireLink,
    GenericNack,
    Outbind,
    Pdu,
    QuerySm,
    SubmitSm,
    Unbind,
    Unknown,
    decode,
)
from smpp.receipt import is_receipt
from smpp.udh import Concatenation, parse_udh, sar_concatenation
from smpp.vocabulary import HEADER_OCTETS, Tag

Message = SubmitSm | DeliverSm | DataSm
_HARMLESS: tuple[type[Pdu], ...] = (
    EnquireLink, Unbind, AlertNotification, QuerySm, CancelSm, GenericNack, *RESPONSES.values(),
)  # fmt: skip
_ADDRESSES = frozenset({"source_addr", "destination_addr", "esme_addr"})
_UDHI = 0x40
_RECEIPT_TEXT = re.compile(r"text:.*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A frame without its secrets, what it says now, and what of it had to be hidden unread."""

    octets: bytes
    pdu: Pdu
    secrets: tuple[Secret, ...] = ()
    what: str = ""


def hide(
    masker: Masker,
    frame: bytes,
    pdu: Pdu | None,
    *,
    secrets: Collection[str] = (),
    matched: bool | None = None,
    codes: Collection[str] = (),
    read: bool = True,
) -> Hidden:
    """A frame with stand-ins in place of what is secret in it.

    Args:
        pdu: what `decode` made of it; None: nothing.
        secrets: in its text; `matched`: whether they were right, None where nobody compared them.
        codes: one-time codes that it may repeat.
        read: somebody has read its text, and `secrets` are all there are. A receipt needs no reader.
    """
    if pdu is not None and not (secrets or codes or pdu.deviations or masker.pseudonyms) and _is_clear(pdu, read):
        return Hidden(frame, pdu)  # nearly every one
    octets = bytearray(frame)
    if isinstance(pdu, (SubmitSm, DeliverSm, DataSm)):
        return _message(masker, octets, pdu, secrets, matched, codes, read)
    if isinstance(pdu, (Bind, Outbind)):
        password = next(place for place in places(frame, type(pdu)) if place.name == "password")
        stand_in = masker.stand_in(frame[password.start : password.end].decode("latin-1"))
        octets[password.start : password.end] = stand_in.encode("latin-1")
    elif pdu is None or not isinstance(pdu, _HARMLESS):
        return _body(octets)
    elif masker.pseudonyms:
        _addresses(masker, octets, type(pdu))
    _blank_tail(octets, pdu)
    return Hidden(bytes(octets), decode(bytes(octets)))


def _is_clear(pdu: Pdu, read: bool) -> bool:
    """Whether there is no secret in a PDU that nothing is known of but whether somebody has read it."""
    if isinstance(pdu, SubmitSm):
        return read
    if isinstance(pdu, (DeliverSm, DataSm)):
        return read and not is_receipt(pdu)
    return isinstance(pdu, _HARMLESS)


def _body(octets: bytearray) -> Hidden:
    """Only the header of what nobody can read."""
    octets[HEADER_OCTETS:] = bytes(len(octets) - HEADER_OCTETS)
    command_id, status, sequence_number = (int.from_bytes(octets[at : at + 4], "big") for at in (4, 8, 12))
    pdu = Unknown(command_id=command_id, command_status=status, sequence_number=sequence_number)
    return Hidden(bytes(octets), pdu, what=BODY if len(octets) > HEADER_OCTETS else "")


def hide_long(
    masker: Masker,
    parts: Sequence[tuple[bytes, Message]],
    *,
    secrets: Collection[str] = (),
    matched: bool | None = None,
    codes: Collection[str] = (),
    read: bool = True,
) -> list[Hidden]:
    """All parts of one long message, in their order: what is secret is found in the whole text, wherever it was cut.

    Each part is its frame and what `decode` made of it; the other arguments are those of `hide`, for the whole.
    """
    buffers = [bytearray(frame) for frame, _ in parts]
    spots = [texts_in(buffer, pdu)[:1] for buffer, (_, pdu) in zip(buffers, parts, strict=True)]
    pieces = [bytes(buffer[slice(*spot[0])]) if spot else b"" for buffer, spot in zip(buffers, spots, strict=True)]
    joined = bytearray(b"".join(pieces))
    found, what = _hide_text(masker, joined, [(0, len(joined))], secrets, matched, codes, read)
    known = {secret.stand_in for secret in found}
    missed = [secret for secret in secrets if masker.stand_in(secret) not in known]  # septets are packed part by part
    hidden, at = [], 0
    for buffer, spot, piece, (_, pdu) in zip(buffers, spots, pieces, parts, strict=True):
        if spot:
            buffer[slice(*spot[0])] = joined[at : at + len(piece)]
        at += len(piece)
        _hide_halves(masker, buffer, texts_in(buffer, pdu), missed)
        hidden.append(_finished(masker, buffer, pdu, found, what))
    return hidden


def _message(
    masker: Masker,
    octets: bytearray,
    pdu: Message,
    secrets: Collection[str],
    matched: bool | None,
    codes: Collection[str],
    read: bool,
) -> Hidden:
    texts = texts_in(octets, pdu)
    if not isinstance(pdu, SubmitSm) and is_receipt(pdu):
        found, _ = _hide_text(masker, octets, texts, secrets, matched, codes, True, pseudonyms=False)
        _change(octets, texts, lambda text: _RECEIPT_TEXT.sub(lambda tail: masker.without_digits(tail[0]), text))
        return _finished(masker, octets, pdu, found, "")
    found, what = _hide_text(masker, octets, texts, secrets, matched, codes, read)
    if place_of(pdu) is not None:  # the other half may be in another part
        _hide_halves(masker, octets, texts, secrets)
    return _finished(masker, octets, pdu, found, what)


def _hide_text(
    masker: Masker,
    octets: bytearray,
    texts: list[tuple[int, int]],
    secrets: Collection[str],
    matched: bool | None,
    codes: Collection[str],
    read: bool,
    *,
    pseudonyms: bool = True,
) -> tuple[list[Secret], str]:
    """Changes the texts that stand between those places; returns the secrets found, and what was hidden unread."""
    found: list[Secret] = []
    # In a run of digits that nobody could read, a code that the number was told is the secret; the rest may be a part
    # of the command that was meant, and the refusal depends on it.
    inner = [code for code in codes if any(code in secret and code != secret for secret in secrets)]
    secrets = [secret for secret in secrets if not any(code in secret for code in inner)]
    for known, right, bounded in ((secrets, matched, False), (inner, None, False), (codes, None, True)):
        for secret in longest_first(known):
            stand_in = masker.stand_in(secret)
            if sum(put(octets, *place, secret, stand_in, bounded=bounded) for place in texts):
                found.append(Secret(stand_in, right))
    if not read:
        for start, end in texts:
            octets[start:end] = _unread(masker, bytes(octets[start:end]))
        return found, WORDS
    if masker.pseudonyms and pseudonyms:
        kept = [secret.stand_in for secret in found]
        _change(octets, texts, lambda text: masker.with_pseudonyms(text, kept))
    return found, ""


def _unread(masker: Masker, octets: bytes) -> bytes:
    """Of a text that nobody has read only its shape; of one in an alphabet that nobody can tell, its length."""
    if looks_ucs2(octets) or octets.isascii():
        return rewrite(octets, masker.without_words)
    return b"?" * len(octets)


def _finished(masker: Masker, octets: bytearray, pdu: Message, found: Iterable[Secret], what: str) -> Hidden:
    if masker.pseudonyms:
        _addresses(masker, octets, type(pdu))
    _blank_tail(octets, pdu)
    return Hidden(bytes(octets), decode(bytes(octets)), tuple(dict.fromkeys(found)), what)


def _hide_halves(masker: Masker, octets: bytearray, texts: list[tuple[int, int]], secrets: Collection[str]) -> None:
    """Where a part of a long message stands alone, or its alphabet cannot be joined: what may be half of a secret."""
    for secret in secrets:
        stand_in = masker.stand_in(secret)
        for place in texts:
            put(octets, *place, secret, stand_in)
        _change(octets, texts, _edges(secret, stand_in))


def place_of(pdu: Message) -> Concatenation | None:
    """The place of a part in its long message, by its user data header or its parameters; None: it is whole."""
    place = None
    if pdu.esm_class & _UDHI:
        udh = parse_udh(text_octets(pdu))[0]
        place = udh.concatenation if udh is not None else None
    place = place or sar_concatenation(pdu)
    return place if place is not None and place.total > 1 and 1 <= place.number <= place.total else None


def _edges(secret: str, stand_in: str) -> Callable[[str], str]:
    """Replaces what a text begins or ends with, where that may be the one half of a secret."""

    def change(text: str) -> str:
        for size in range(len(secret) - 1, 0, -1):
            if text.endswith(secret[:size]):
                text = text[:-size] + stand_in[:size]
                break
        for size in range(len(secret) - 1, 0, -1):
            if text.startswith(secret[-size:]):
                return stand_in[-size:] + text[size:]
        return text

    return change


def texts_in(octets: bytearray, pdu: Message) -> list[tuple[int, int]]:
    """From where to where text may stand in the octets of a PDU, without a user data header."""
    found = []
    for place in text_places(bytes(octets), type(pdu)):
        start = place.start
        if pdu.esm_class & _UDHI and place.tag in (0, int(Tag.MESSAGE_PAYLOAD)):
            whole = bytes(octets[place.start : place.end])
            start = place.end - len(parse_udh(whole)[1])
        found.append((start, place.end))
    return found


def _change(octets: bytearray, texts: Iterable[tuple[int, int]], change: Callable[[str], str]) -> None:
    for start, end in texts:
        octets[start:end] = rewrite(bytes(octets[start:end]), change)


def _addresses(masker: Masker, octets: bytearray, kind: type[Pdu]) -> None:
    for place in places(bytes(octets), kind):
        if place.name in _ADDRESSES:
            number = octets[place.start : place.end].decode("latin-1")
            octets[place.start : place.end] = masker.pseudonym(number).encode("latin-1")
        elif place.tag == Tag.CALLBACK_NUM:
            octets[place.start : place.end] = rewrite(bytes(octets[place.start : place.end]), masker.with_pseudonyms)


def _blank_tail(octets: bytearray, pdu: Pdu) -> None:
    """What is behind the last whole TLV belongs to nothing, so nobody knows what it is."""
    end = clean_end(bytes(octets), type(pdu))
    octets[end:] = bytes(len(octets) - end)
