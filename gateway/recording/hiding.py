"""A PDU without its secrets: stand-ins in the octets themselves, so that a decoder sees what the recording shows. Pure.

What is known to be harmless stays as it is. Where nobody can say what is secret, too much is hidden rather than too
little, and the line says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from gateway.recording.fields import MESSAGE_PAYLOAD, UDHI, clean_end, places, text_places
from gateway.recording.format import BODY, TEXT, Secret
from gateway.recording.masking import Masker, holds, longest_first, put, rewrite
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
from smpp.text import parse_udh
from smpp.vocabulary import HEADER_OCTETS, Tag

Message = SubmitSm | DeliverSm | DataSm
_HARMLESS: tuple[type[Pdu], ...] = (
    EnquireLink, Unbind, AlertNotification, QuerySm, CancelSm, GenericNack, *RESPONSES.values(),
)  # fmt: skip
_ADDRESSES = frozenset({"source_addr", "destination_addr", "esme_addr"})
_RECEIPT_TEXT = re.compile(r"text:.*", re.IGNORECASE | re.DOTALL)
_EDGE_DIGITS = re.compile(r"\A\d+|\d+\Z", re.ASCII)


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
    plain = not (secrets or masker.pseudonyms or any(holds(frame, code) for code in codes))
    if plain and pdu is not None and not pdu.deviations and _is_clear(pdu, read):
        return Hidden(frame, pdu)  # nearly every one
    octets = bytearray(frame)
    if isinstance(pdu, (SubmitSm, DeliverSm, DataSm)):
        return _message(masker, [(octets, pdu)], secrets, matched, codes, read)[0]
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


def hide_parts(
    masker: Masker,
    parts: Sequence[tuple[bytes, Message]],
    *,
    secrets: Collection[str] = (),
    matched: bool | None = None,
    codes: Collection[str] = (),
    read: bool = True,
    whole: bool = True,
) -> list[Hidden]:
    """The parts of one message, in their order, each with stand-ins as `hide` makes them of its whole text.

    So a secret that is cut by the border of two parts is cut in its stand-in too. `whole`: they are all there; else
    the digits at the ends may be a piece of a code, and are hidden.
    """
    return _message(masker, [(bytearray(frame), pdu) for frame, pdu in parts], secrets, matched, codes, read, whole)


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


def _message(
    masker: Masker,
    parts: Sequence[tuple[bytearray, Message]],
    secrets: Collection[str],
    matched: bool | None,
    codes: Collection[str],
    read: bool,
    whole: bool = True,
) -> list[Hidden]:
    frames = [bytes(octets) for octets, _ in parts]
    text = _Text(parts)
    found: list[Secret] = []
    # In a run of digits that nobody could read, a code that the number was told is the secret; the rest may be a part
    # of the command that was meant, and the refusal depends on it.
    inner = [code for code in codes if any(code in secret and code != secret for secret in secrets)]
    secrets = [secret for secret in secrets if not any(code in secret for code in inner)]
    receipt = any(not isinstance(pdu, SubmitSm) and is_receipt(pdu) for _, pdu in parts)
    unread = not (read or receipt)
    for known, right, bounded in ((secrets, matched, False), (inner, None, False), (codes, None, True)):
        for secret in () if unread else longest_first(known):
            if text.holds(secret) and text.put(secret, stand_in := masker.stand_in(secret), bounded=bounded):
                found.append(Secret(stand_in, right))
    if unread:
        text.change(masker.unread)
    elif receipt:
        text.rewrite(lambda shown: _RECEIPT_TEXT.sub(lambda tail: masker.without_digits(tail[0]), shown))
    elif not whole:
        text.rewrite(lambda shown: _EDGE_DIGITS.sub(lambda run: masker.without_digits(run[0]), shown))
    if masker.pseudonyms and not (unread or receipt):
        kept = [secret.stand_in for secret in found]
        text.rewrite(lambda shown: masker.with_pseudonyms(shown, kept))
    text.write()
    hidden = []
    secrets_there = tuple(dict.fromkeys(found))
    for before, (octets, pdu) in zip(frames, parts, strict=True):
        if masker.pseudonyms:
            _addresses(masker, octets, type(pdu))
        _blank_tail(octets, pdu)
        frame = bytes(octets)
        shown = pdu if frame == before else decode(frame)
        hidden.append(Hidden(frame, shown, secrets_there, TEXT if unread else ""))
    return hidden


class _Text:
    """The text of a message, of all its parts in one, and what else may hold text in their octets."""

    def __init__(self, parts: Sequence[tuple[bytearray, Message]]) -> None:
        self._parts = [(octets, *texts_in(octets, pdu)) for octets, pdu in parts]
        self._joined = bytearray().join(octets[start:end] for octets, (start, end), _ in self._parts)

    def holds(self, secret: str) -> bool:
        """Whether a secret stands anywhere."""
        joined = bytes(self._joined)
        return holds(joined, secret) or any(
            holds(bytes(octets[start:end]), secret) for octets, _, others in self._parts for start, end in others
        )

    def put(self, secret: str, stand_in: str, *, bounded: bool) -> bool:
        """A stand-in wherever the secret stands; whether it stood anywhere."""
        found = put(self._joined, 0, len(self._joined), secret, stand_in, bounded=bounded)
        for octets, _, others in self._parts:
            for place in others:
                found |= put(octets, *place, secret, stand_in, bounded=bounded)
        return found

    def rewrite(self, change: Callable[[str], str]) -> None:
        """All of it changed as `masking.rewrite` does."""
        self.change(lambda octets: rewrite(octets, change))

    def change(self, change: Callable[[bytes], bytes]) -> None:
        """All of it changed as octets, their count kept."""
        self._joined[:] = change(bytes(self._joined))
        for octets, _, others in self._parts:
            for start, end in others:
                octets[start:end] = change(bytes(octets[start:end]))

    def write(self) -> None:
        """Puts the text back into the octets of its parts."""
        at = 0
        for octets, (start, end), _ in self._parts:
            octets[start:end] = self._joined[at : at + end - start]
            at += end - start


def texts_in(octets: bytearray, pdu: Message) -> tuple[tuple[int, int], list[tuple[int, int]]]:
    """From where to where a PDU's text stands, without a user data header; and where else text may be."""
    text, others = (0, 0), []
    for place in text_places(bytes(octets), type(pdu)):
        start = place.start
        if pdu.esm_class & UDHI and place.tag in (0, MESSAGE_PAYLOAD):
            start = place.end - len(parse_udh(bytes(octets[place.start : place.end]))[1])
        if text == (0, 0) and place.tag in (0, MESSAGE_PAYLOAD) and place.end > place.start:
            text = (start, place.end)
        else:
            others.append((start, place.end))
    return text, others


def put_into(parts: Sequence[tuple[bytearray, Message]], secret: str, stand_in: str) -> bool:
    """Puts a stand-in wherever a secret is in the text of a message, be it cut by a border; whether it was there."""
    text = _Text(parts)
    found = text.put(secret, stand_in, bounded=False)
    text.write()
    return found


def _addresses(masker: Masker, octets: bytearray, kind: type[Pdu]) -> None:
    for place in places(bytes(octets), kind):
        if place.name in _ADDRESSES:
            number = octets[place.start : place.end].decode("latin-1")
            octets[place.start : place.end] = masker.pseudonym(number).encode("latin-1")
        elif place.tag == Tag.CALLBACK_NUM:
            octets[place.start : place.end] = rewrite(bytes(octets[place.start : place.end]), masker.with_pseudonyms)


def _blank_tail(octets: bytearray, pdu: Pdu) -> None:
    """What is behind the last whole TLV belongs to nothing, so nobody knows what it is. Decoding has remarked on it."""
    if pdu.deviations:
        end = clean_end(bytes(octets), type(pdu))
        octets[end:] = bytes(len(octets) - end)
