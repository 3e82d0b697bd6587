"""From what a gateway tells to lines of a recording: PDUs without their secrets, in the order they came. Pure.

A message of a peer waits until our answer to it goes by: by then the gateway has said what in it was secret. A part of
a long message, of a peer's or of ours, waits for the others, because a secret may be cut by a border. A message whose
connection ended waits for the gateway to decide it. What is known of a message is known of its copies too.

What nobody has read after all (it was refused, or something of it never came) loses all its letters and digits, and
what is no PDU all its octets: only what is known to hold no secret is written as it was.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.recording.fields import fields_of
from gateway.recording.format import (
    CLOSED,
    CONTINUES,
    LOST,
    OPENED,
    UNREADABLE,
    Direction,
    Line,
    RecordedLink,
)
from gateway.recording.hiding import Hidden, Message, hide, hide_parts
from gateway.recording.masking import Masker
from gateway.recording.parts import LongMessage, LongMessages, Part, part_of
from gateway.recording.stream import GAP_OCTETS, NUMBERS, Kind, Opened, Record, Told, Typed, read
from smpp import text as sms_text
from smpp.framer import Framer
from smpp.pdu import LENGTH_MAX, Bind, DataSm, DecodeError, DeliverSm, Pdu, SubmitSm, decode
from smpp.vocabulary import RESPONSE_BIT

HOLD_S = 30.0
"""A message waits for its answer or for its other parts so long; a gateway whose disk is full answers nothing."""
HOLD_LINES_MAX = 50_000
CODES_PER_NUMBER_MAX = 20
NUMBERS_MAX = 50_000
KNOWN_MAX = 50_000
"""Messages that are known again when they come once more."""
CODE_KEPT_S = 86_400.0
TAIL_DIGITS = 10
"""By these the ways to write one number are known to be one."""


def _framers() -> dict[Direction, Framer]:
    return {"in": Framer(LENGTH_MAX), "out": Framer(LENGTH_MAX)}


@dataclass(slots=True)
class _Peer:
    """One connection. `typed` and `told` are what the gateway has said of PDUs that are still to come by.

    A peer may use a sequence number again before it is answered, so there are several messages of one number.
    """

    opened: Opened
    alphabet: sms_text.Alphabet
    framers: dict[Direction, Framer] = field(default_factory=_framers)
    account: str = ""
    typed: dict[int, deque[Typed]] = field(default_factory=dict)
    told: dict[int, Told] = field(default_factory=dict)
    waiting: dict[int, deque[_Held]] = field(default_factory=dict)
    lost: set[Direction] = field(default_factory=set)  # where nobody knows where the next PDU begins


@dataclass(slots=True)
class _Held:
    """A line to be, in its place. `ready`: nothing more will be known of it."""

    at: float
    peer: _Peer
    direction: Direction = ""
    frame: bytes = b""
    ready: bool = True
    typed: Typed | None = None
    told: Told | None = None
    status: int | None = None
    event: str = ""
    about: str = ""
    pdu: Message | None = None
    part: Part | None = None
    message: LongMessage[_Held] | None = None
    hidden: Hidden | None = None

    @property
    def known(self) -> Typed | None:
        """What the gateway has read in it; None: it has not, or has refused it."""
        read = self.typed is not None and self.typed.secrets is not None and not self.status
        return self.typed if read else None

    @property
    def complete(self) -> bool:
        """Whether all is known that is needed to hide what is secret in it."""
        if self.message is None or self.hidden is not None:
            return self.ready
        parts = self.message.parts.values()
        ready = self.ready and self.message.whole and all(each.ready for each in parts)
        return ready and (self.direction == "out" or any(each.known is not None for each in parts))


class Codes:
    """The one-time codes that numbers were told lately: a receipt or a later message may repeat them."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, deque[tuple[float, str]]] = OrderedDict()

    def add(self, number: str, code: str, at: float) -> None:
        kept = self._told.setdefault(number[-TAIL_DIGITS:], deque(maxlen=CODES_PER_NUMBER_MAX))
        self._told.move_to_end(number[-TAIL_DIGITS:])
        kept.append((at, code))
        while len(self._told) > NUMBERS_MAX:
            self._told.popitem(last=False)

    def of(self, number: str, at: float) -> list[str]:
        if not self._told:
            return []
        return [code for since, code in self._told.get(number[-TAIL_DIGITS:], ()) if at - since < CODE_KEPT_S]


class Scribe:
    """Turns records into lines.

    Args:
        masker: makes the stand-ins.
        links: those that are known; a connection of another one is read by the defaults.
    """

    def __init__(self, masker: Masker, links: tuple[RecordedLink, ...]) -> None:
        self._masker = masker
        self._links = {link.name: link for link in links}
        self._peers: dict[int, _Peer] = {}
        self._gone: dict[int, _Peer] = {}  # closed, with messages that the gateway may still decide
        self._held: deque[_Held] = deque()
        self._codes = Codes()
        self._long: LongMessages[_Held] = LongMessages()
        self._known: OrderedDict[bytes, Typed] = OrderedDict()  # by what a message and its copies have in common

    def feed(self, record: Record) -> None:
        """One record; its lines come out of `lines`."""
        if record.kind is Kind.OPENED:
            self._open(record)
            return
        if record.kind is Kind.GAP:
            self._gap(record)
            return
        peer = self._peers.get(record.connection)
        if peer is None:
            self._decided_late(record)
            return
        body = record.body
        match record.kind:
            case Kind.RECEIVED:
                self._octets(peer, "in", body, record.at)
            case Kind.SENT:
                self._octets(peer, "out", body, record.at)
            case Kind.TAKEN | Kind.TYPED:
                typed = _typed(record)
                peer.typed.setdefault(typed.sequence_number, deque()).append(typed)
            case Kind.REPLIED:
                sequence_number, number = NUMBERS.unpack(body)
                peer.told[sequence_number] = Told(sequence_number, number, "")
            case Kind.TOLD:
                told = read(body, Told)
                peer.told[told.sequence_number] = told
            case Kind.CLOSED:
                self._close(record, peer)
            case _:
                raise AssertionError(f"{record.kind!r} is not of a connection")

    def _open(self, record: Record) -> None:
        opened = read(record.body, Opened)
        known = self._links.get(opened.link)
        alphabet = sms_text.Alphabet(known.default_alphabet if known is not None else "gsm7")
        peer = self._peers[record.connection] = _Peer(opened, alphabet, account=opened.account)
        event = CONTINUES if opened.begun else OPENED
        self._held.append(_Held(record.at, peer, event=event, about=opened.peer))
        if opened.partial:
            self._octets(peer, "in", opened.partial, record.at)

    def _close(self, record: Record, peer: _Peer) -> None:
        del self._peers[record.connection]
        for typed in peer.typed.values():
            for each in typed:
                self._decided(peer, each)
        peer.typed.clear()
        self._gone = {connection: each for connection, each in self._gone.items() if each.waiting}
        if peer.waiting:
            self._gone[record.connection] = peer
        self._held.append(_Held(record.at, peer, event=CLOSED, about=record.body.decode("utf-8", "replace")))

    def _decided_late(self, record: Record) -> None:
        """What the gateway tells of a connection that has ended: what it had taken by then has its effect."""
        peer = self._gone.get(record.connection)
        if peer is not None and record.kind in (Kind.TAKEN, Kind.TYPED):
            self._decided(peer, _typed(record))

    def _decided(self, peer: _Peer, typed: Typed) -> None:
        """A message without an answer has been decided."""
        held = _taken(peer.waiting, typed.sequence_number)
        if held is not None:
            held.ready, held.typed = True, typed

    def _release(self, peer: _Peer) -> None:
        """Nothing more will be known of what waits."""
        for waiting in peer.waiting.values():
            for held in waiting:
                held.ready = True
        peer.waiting.clear()

    def _gap(self, record: Record) -> None:
        """Connections are told anew after it."""
        (octets,) = GAP_OCTETS.unpack(record.body)
        for peer in (*self._peers.values(), *self._gone.values()):
            self._release(peer)
        self._peers.clear()
        self._gone.clear()
        nobody = _Peer(Opened(0, "", False, ""), sms_text.Alphabet.GSM7)
        self._held.append(_Held(record.at, nobody, event=LOST, about=f"{octets} octets were not recorded"))

    def _octets(self, peer: _Peer, direction: Direction, octets: bytes, at: float) -> None:
        if direction in peer.lost:
            return
        frames, lost = peer.framers[direction].feed(octets, at)
        for frame in frames:
            self._frame(peer, direction, frame, at)
        if lost is not None:
            peer.lost.add(direction)
            told = f"{len(lost.octets)} octets {direction}: {lost.error}"
            self._held.append(_Held(at, peer, direction, event=UNREADABLE, about=told))

    def _frame(self, peer: _Peer, direction: Direction, frame: bytes, at: float) -> None:
        command_id = int.from_bytes(frame[4:8], "big")
        held = _Held(at, peer, direction, frame)
        self._held.append(held)
        if command_id in _MESSAGES and isinstance(pdu := readable(frame), Message):
            held.pdu, held.part = pdu, part_of(pdu, peer.opened.link, direction)
            if held.part is not None:
                held.message = self._long.add(held.part, held)
        sequence_number = int.from_bytes(frame[12:16], "big")
        if command_id & RESPONSE_BIT:
            status = int.from_bytes(frame[8:12], "big")
            # What is refused is answered at once, before what came earlier under that number and is being decided.
            if direction == "out" and (asked := _taken(peer.waiting, sequence_number, last=bool(status))) is not None:
                asked.ready, asked.status = True, status
                asked.typed = None if status else _taken(peer.typed, sequence_number)
        elif direction == "out":
            held.told = peer.told.pop(sequence_number, None)
        elif command_id in _MESSAGES:
            held.ready = False
            peer.waiting.setdefault(sequence_number, deque()).append(held)

    def lines(self, now: float, *, all: bool = False) -> Iterator[Line]:
        """The lines of which all is known. `all`: also the others, as they are."""
        held = self._held
        while held and (all or held[0].complete or now - held[0].at > HOLD_S or len(held) > HOLD_LINES_MAX):
            one = held.popleft()
            if not one.ready:
                _taken(one.peer.waiting, int.from_bytes(one.frame[12:16], "big"))
            yield self._line(one)

    def continued(self, now: float) -> list[Line]:
        """What begins a further file: the sessions that are there."""
        return [self._event(_Held(now, peer, event=CONTINUES, about=peer.opened.peer)) for peer in self._peers.values()]

    def _event(self, held: _Held) -> Line:
        peer = held.peer
        return Line(
            time=held.at, link=peer.opened.link, session=peer.opened.session, direction=held.direction,
            event=held.event, account=peer.account, about=held.about,
        )  # fmt: skip

    def _line(self, held: _Held) -> Line:
        if held.event:
            return self._event(held)
        peer, frame = held.peer, held.frame
        hidden = held.hidden or self._hide(held)
        told = held.told
        if isinstance(hidden.pdu, Bind):
            peer.account = hidden.pdu.system_id
        number = held.typed.number if held.typed is not None else told.number if told is not None else 0
        return Line(
            time=held.at,
            link=peer.opened.link,
            session=peer.opened.session,
            direction=held.direction,
            pdu=hidden.octets.hex(),
            fields=fields_of(hidden.pdu, len(frame), peer.alphabet),
            number=number,
            secrets=hidden.secrets,
            hidden=hidden.what,
        )

    def _hide(self, held: _Held) -> Hidden:
        pdu = held.pdu
        if pdu is None:
            return hide(self._masker, held.frame, readable(held.frame))
        if held.message is not None:
            return self._hide_parts(held, held.message)
        if held.direction == "out":
            return hide(self._masker, held.frame, pdu, secrets=self._told(held), codes=self._codes_of(held, pdu))
        typed, codes = self._known_of(held), self._codes_of(held, pdu)
        if typed is None:
            return hide(self._masker, held.frame, pdu, codes=codes, read=False)
        return hide(self._masker, held.frame, pdu, secrets=typed.secrets or (), matched=typed.matched, codes=codes)

    def _hide_parts(self, held: _Held, message: LongMessage[_Held]) -> Hidden:
        """A part: of all that there are, so that what the parts say together is hidden in each of them."""
        assert held.pdu is not None
        assert held.part is not None
        one = dict(message.parts)
        copy = one[held.part.number] is not held
        one[held.part.number] = held
        parts = [one[number] for number in sorted(one)] if message.whole else [held]
        frames = [(each.frame, each.pdu) for each in parts if each.pdu is not None]
        typed = next((each.known for each in (*parts, *message.parts.values()) if each.known is not None), None)
        secrets: tuple[str, ...]
        if held.direction == "out":
            secrets = tuple(dict.fromkeys(code for each in parts for code in self._told(each)))
            codes = self._codes_of(held, held.pdu)
            whole = message.whole or not (secrets or codes)
            hidden = hide_parts(self._masker, frames, secrets=secrets, codes=codes, whole=whole)
        elif typed is None or not message.whole:
            hidden = hide_parts(self._masker, frames, read=False)
        else:
            hidden = hide_parts(
                self._masker, frames,
                secrets=typed.secrets or (), matched=typed.matched, codes=self._codes_of(held, held.pdu),
            )  # fmt: skip
        if message.whole and not copy:
            for each, shown in zip(parts, hidden, strict=True):
                each.hidden = each.hidden or shown
        return hidden[parts.index(held)]

    def _codes_of(self, held: _Held, pdu: Message) -> list[str]:
        return self._codes.of(pdu.destination_addr if held.direction == "out" else pdu.source_addr, held.at)

    def _told(self, held: _Held) -> tuple[str, ...]:
        """The one-time code that a message of ours has in it, remembered."""
        if held.told is None or not held.told.code or held.pdu is None:
            return ()
        self._codes.add(held.pdu.destination_addr, held.told.code, held.at)
        return (held.told.code,)

    def _known_of(self, held: _Held) -> Typed | None:
        """What is secret in a message of a peer: told of it, or of one that said the same; None: nobody knows."""
        own = b"".join((held.peer.opened.link.encode(), b"\0", held.frame[4:8], held.frame[16:]))
        same = hashlib.blake2b(own, digest_size=16).digest()
        if held.known is None:
            return self._known.get(same)
        self._known[same] = held.known
        self._known.move_to_end(same)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)
        return held.known


_T = TypeVar("_T")


def _taken(waiting: dict[int, deque[_T]], number: int, *, last: bool = False) -> _T | None:
    """The first that waits under a number, or the last, taken out."""
    found = waiting.get(number)
    if found is None:
        return None
    one = found.pop() if last else found.popleft()
    if not found:
        del waiting[number]
    return one


def _typed(record: Record) -> Typed:
    if record.kind is Kind.TYPED:
        return read(record.body, Typed)
    sequence_number, number = NUMBERS.unpack(record.body)
    return Typed(sequence_number, number, ())


def readable(frame: bytes) -> Pdu | None:
    """The PDU of a frame; None where its body cannot be read."""
    try:
        return decode(frame)
    except DecodeError:
        return None


_MESSAGES = frozenset(int(kind.command_id) for kind in (SubmitSm, DeliverSm, DataSm))
