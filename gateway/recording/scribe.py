"""From what a gateway tells to lines of a recording: PDUs without their secrets, in the order they came. Pure.

A message of a peer waits until our answer to it goes by: by then the gateway has said what in it was secret. A part of
a long message waits for the others, because a secret may be cut in two. What nobody has read by that time (it was
refused, or its connection ended, or parts did not come) loses all its words, and what is no PDU all its octets: only
what is known to hold no secret is written as it was.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

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
from gateway.recording.hiding import Hidden, hide, hide_long, place_of
from gateway.recording.masking import Masker
from gateway.recording.stream import GAP_OCTETS, NUMBERS, Kind, Opened, Record, Told, Typed, read
from smpp import text as sms_text
from smpp.framer import Framer
from smpp.pdu import LENGTH_MAX, Bind, DataSm, DecodeError, DeliverSm, Pdu, SubmitSm, decode
from smpp.vocabulary import RESPONSE_BIT

HOLD_S = 30.0
"""A message waits for its answer so long; a gateway whose disk is full answers nothing."""
HOLD_LINES_MAX = 50_000
LONG_MAX = 10_000
"""Long messages of which parts are known; of the oldest beyond that the parts are hidden as if nobody had read them."""
CODES_PER_NUMBER_MAX = 20
NUMBERS_MAX = 50_000
CODE_KEPT_S = 86_400.0
TAIL_DIGITS = 10
"""By these the ways to write one number are known to be one."""


def _framers() -> dict[Direction, Framer]:
    return {"in": Framer(LENGTH_MAX), "out": Framer(LENGTH_MAX)}


@dataclass(slots=True)
class _Peer:
    """One connection. `typed` and `told` are what the gateway has said of PDUs that are still to come by."""

    opened: Opened
    alphabet: sms_text.Alphabet
    framers: dict[Direction, Framer] = field(default_factory=_framers)
    account: str = ""
    typed: dict[int, Typed] = field(default_factory=dict)
    told: dict[int, Told] = field(default_factory=dict)
    waiting: dict[int, _Held] = field(default_factory=dict)
    lost: set[Direction] = field(default_factory=set)  # where nobody knows where the next PDU begins


@dataclass(slots=True)
class _Held:
    """A line to be, in its place. `ready`: nothing more will be known of it."""

    at: float
    peer: _Peer
    direction: Direction = ""
    frame: bytes = b""
    pdu: Pdu | None = None
    ready: bool = True
    typed: Typed | None = None
    told: Told | None = None
    status: int | None = None
    long: _Long | None = None
    event: str = ""
    about: str = ""

    @property
    def known(self) -> bool:
        """Whether all is known that ever will be."""
        return self.ready and (self.long is None or self.long.whole)


@dataclass(slots=True)
class _Long:
    """A long message: its parts by their number, the first copy of each, and what has become of them."""

    total: int
    parts: dict[int, _Held] = field(default_factory=dict)
    copies: list[tuple[int, _Held]] = field(default_factory=list)
    hidden: dict[int, Hidden] | None = None  # by identity of what is held
    given_up: bool = False

    @property
    def whole(self) -> bool:
        return self.given_up or (len(self.parts) == self.total and all(each.ready for each in self.parts.values()))


class Codes:
    """The one-time codes that numbers were told lately: a receipt or a later message may repeat them."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, deque[tuple[float, str]]] = OrderedDict()

    def add(self, number: str, code: str, at: float) -> None:
        kept = self._told.setdefault(number[-TAIL_DIGITS:], deque(maxlen=CODES_PER_NUMBER_MAX))
        self._told.move_to_end(number[-TAIL_DIGITS:])
        if not kept or kept[-1][1] != code:  # each part of a long message tells it
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
        self._held: deque[_Held] = deque()
        self._long: dict[_LongKey, _Long] = {}
        self._codes = Codes()

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
            return
        body = record.body
        match record.kind:
            case Kind.RECEIVED:
                self._octets(peer, "in", body, record.at)
            case Kind.SENT:
                self._octets(peer, "out", body, record.at)
            case Kind.TAKEN:
                sequence_number, number = NUMBERS.unpack(body)
                peer.typed[sequence_number] = Typed(sequence_number, number, ())
            case Kind.TYPED:
                typed = read(body, Typed)
                peer.typed[typed.sequence_number] = typed
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
        self._release(peer)
        self._held.append(_Held(record.at, peer, event=CLOSED, about=record.body.decode("utf-8", "replace")))

    def _release(self, peer: _Peer) -> None:
        """Nothing more will be known of what waits."""
        for held in peer.waiting.values():
            held.ready = True
        peer.waiting.clear()

    def _gap(self, record: Record) -> None:
        """Connections are told anew after it."""
        (octets,) = GAP_OCTETS.unpack(record.body)
        for peer in self._peers.values():
            self._release(peer)
        self._peers.clear()
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
        held = _Held(at, peer, direction, frame, readable(frame))
        self._held.append(held)
        sequence_number = int.from_bytes(frame[12:16], "big")
        if command_id & RESPONSE_BIT:
            if direction == "out" and (asked := peer.waiting.pop(sequence_number, None)) is not None:
                asked.ready, asked.status = True, int.from_bytes(frame[8:12], "big")
                asked.typed = peer.typed.pop(sequence_number, None)
            return
        if command_id not in _MESSAGES:
            return
        if direction == "in":
            held.ready = False
            peer.waiting[sequence_number] = held
        else:
            held.told = peer.told.pop(sequence_number, None)
        if isinstance(held.pdu, _MESSAGE_KINDS):
            self._join(held, held.pdu)

    def _join(self, held: _Held, pdu: SubmitSm | DeliverSm | DataSm) -> None:
        """A part of a long message stands with the others; the next message may have the same reference."""
        place = place_of(pdu)
        if place is None:
            return
        direction, source, destination = held.direction, pdu.source_addr, pdu.destination_addr
        key = (direction, source, destination, place.reference, place.reference_bits, place.total)  # by any link
        long = self._long.get(key)
        if long is None or long.given_up or (long.whole and long.parts[place.number].frame[16:] != held.frame[16:]):
            long = self._long[key] = _Long(place.total)
            while len(self._long) > LONG_MAX:
                self._long.pop(next(iter(self._long))).given_up = True
        held.long = long
        if place.number in long.parts:
            long.copies.append((place.number, held))
        else:
            long.parts[place.number] = held

    def lines(self, now: float, *, all: bool = False) -> Iterator[Line]:
        """The lines of which all is known. `all`: also the others, as they are."""
        held = self._held
        while held and (all or held[0].known or now - held[0].at > HOLD_S or len(held) > HOLD_LINES_MAX):
            one = held.popleft()
            if not one.ready:
                one.peer.waiting.pop(int.from_bytes(one.frame[12:16], "big"), None)
            if one.long is not None and not one.long.whole:
                one.long.given_up = True
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
        told = held.told
        hidden = self._hidden_long(held, held.long) if held.long is not None else self._hide(held)
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
        if not isinstance(pdu, _MESSAGE_KINDS):
            return hide(self._masker, held.frame, pdu)
        secrets, matched, codes, read = self._known(held, pdu)
        read = read and (held.long is None or not held.long.given_up)
        return hide(self._masker, held.frame, pdu, secrets=secrets, matched=matched, codes=codes, read=read)

    def _known(
        self, held: _Held, pdu: SubmitSm | DeliverSm | DataSm
    ) -> tuple[tuple[str, ...], bool | None, list[str], bool]:
        """Secrets in its text, whether they were right, codes that it may repeat, and whether anybody has read it."""
        if held.direction == "out":
            secrets = (held.told.code,) if held.told is not None and held.told.code else ()
            for code in secrets:
                self._codes.add(pdu.destination_addr, code, held.at)
            return secrets, None, self._codes.of(pdu.destination_addr, held.at), True
        codes = self._codes.of(pdu.source_addr, held.at)
        typed = held.typed
        if held.status != 0 or typed is None or typed.secrets is None:
            return (), None, codes, False
        return typed.secrets, typed.matched, codes, True

    def _hidden_long(self, held: _Held, long: _Long) -> Hidden:
        """A part, with what is secret in the whole; a message of which parts are missing has not been read."""
        if long.given_up and long.hidden is None:
            return self._hide(held)
        if long.hidden is None:
            long.hidden = self._hide_together([each for _, each in sorted(long.parts.items())])
        done = long.hidden.get(id(held))
        if done is None:  # a copy: the other parts are those that came first
            number = next(number for number, copy in long.copies if copy is held)
            parts = [held if index == number else each for index, each in sorted(long.parts.items())]
            done = self._hide_together(parts)[id(held)]
        return done

    def _hide_together(self, parts: list[_Held]) -> dict[int, Hidden]:
        frames: list[tuple[bytes, SubmitSm | DeliverSm | DataSm]] = []
        secrets: dict[str, None] = {}
        codes: dict[str, None] = {}
        matched: bool | None = None
        read = False
        for each in parts:
            assert isinstance(each.pdu, _MESSAGE_KINDS)
            frames.append((each.frame, each.pdu))
            typed, right, told, known = self._known(each, each.pdu)
            secrets.update(dict.fromkeys(typed))
            codes.update(dict.fromkeys(told))
            matched = right if typed else matched
            read = read or known
        hidden = hide_long(self._masker, frames, secrets=tuple(secrets), matched=matched, codes=tuple(codes), read=read)
        return {id(each): done for each, done in zip(parts, hidden, strict=True)}


def readable(frame: bytes) -> Pdu | None:
    """The PDU of a frame; None where its body cannot be read."""
    try:
        return decode(frame)
    except DecodeError:
        return None


_MESSAGE_KINDS = (SubmitSm, DeliverSm, DataSm)
_MESSAGES = frozenset(int(kind.command_id) for kind in _MESSAGE_KINDS)
_LongKey = tuple[Direction, str, str, int, int, int]
