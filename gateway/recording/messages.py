"""The messages of a recording: requests with their answers, long replies joined, dialogs told apart. Pure.

`Said` is what a subscriber did, `Reply` what the gateway told one. The octets stay with what was said, so that a replay
reads them by the gateway's own rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from gateway.engine.intake import msisdn_of
from gateway.model import Channel, Instant, Msisdn
from gateway.recording.fields import UDHI, text_octets, text_of
from gateway.recording.format import CLOSED, LOST, Line, RecordedLink, Secret
from gateway.recording.reading import Recording
from smpp import text as sms_text
from smpp import ussd
from smpp.pdu import DataSm, DecodeError, DeliverSm, Pdu, SubmitSm, decode
from smpp.receipt import is_receipt
from smpp.ussd import Dialect, UssdKind
from smpp.vocabulary import RESPONSE_BIT, Tag

OPENING = frozenset({UssdKind.OPEN})


class Said(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A message of a subscriber, as its network brought it.

    `status`: of our answer; None: there was none. `number`: of its journal entry. `dialog`: the same for all that
    belongs to one dialog, empty for an SMS. `hidden`: its text was not kept, so it cannot be said again as it was.
    """

    at: Instant
    link: str
    session: int
    account: str
    subscriber: Msisdn
    channel: Channel
    text: str
    pdu: SubmitSm | DeliverSm | DataSm
    status: int | None = None
    number: int = 0
    dialog: str = ""
    secrets: tuple[Secret, ...] = ()
    hidden: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A reply of the gateway, with the text of all its parts. `cause`: the journal number that it belongs to, 0 where
    the recording does not say. `status`: the worst of the peer's answers; None: one of them is not there."""

    at: Instant
    link: str
    session: int
    subscriber: Msisdn
    channel: Channel
    text: str
    parts: int = 1
    status: int | None = None
    cause: int = 0
    dialog: str = ""
    secrets: tuple[Secret, ...] = ()


class SessionEnded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A connection is gone; what it had not confirmed is in doubt."""

    at: Instant
    link: str
    session: int


Happened = Said | Reply | SessionEnded


@dataclass(slots=True)
class Messages:
    """All that happened, in order of time, and how many of each kind of thing were left out."""

    happened: list[Happened] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)  # sessions

    def had_effect(self, said: Said) -> bool:
        """Whether it was carried out: acknowledged, or decided though a cut has taken the acknowledgement.

        Where a recording just ends, what was not answered by then was not decided either, as far as it tells.
        """
        cut = said.status is None and bool(said.number) and said.session in self.ended
        return said.status == 0 or cut

    def leave_out(self, kind: str) -> None:
        self.left_out[kind] = self.left_out.get(kind, 0) + 1

    @property
    def said(self) -> list[Said]:
        return [each for each in self.happened if isinstance(each, Said)]

    @property
    def replies(self) -> list[Reply]:
        return [each for each in self.happened if isinstance(each, Reply)]


PartKey = tuple[int, str, str, int, int]


@dataclass(slots=True)
class _Parts:
    """A long reply on its way: its place among all that happened, and its parts so far."""

    place: int
    reply: Reply
    octets: dict[int, bytes]
    total: int
    data_coding: int


class Joiner:
    """Goes through the lines of a recording once.

    Args:
        recording: as it was read.
        dialects: those that its links may speak.
        country: how numbers are read.
    """

    def __init__(self, recording: Recording, dialects: Mapping[str, Dialect], country: str) -> None:
        self._lines = recording.lines
        self._links = {link.name: link for link in recording.header.links}
        self._dialects = dialects
        self._country = country
        self._found = Messages()
        self._asked: dict[tuple[int, str, int], list[int]] = {}  # session, direction, number
        self._parts: dict[PartKey, _Parts] = {}
        self._dialogs: dict[tuple[str, Msisdn, bytes], str] = {}
        self._accounts: dict[int, str] = {}
        self._opened = 0

    def join(self) -> Messages:
        """Every message, with what is known of it at the end of the recording."""
        for line in self._lines:
            self.feed(line)
        for parts in self._parts.values():
            self._finish_parts(parts)
            self._found.leave_out("long replies without all their parts")
        unanswered = sum(isinstance(each, Said) and each.status is None for each in self._found.happened)
        if unanswered:
            self._found.left_out["messages without an answer"] = unanswered
        return self._found

    def feed(self, line: Line) -> Reply | None:
        """One line more; the reply that is whole by it."""
        if line.event:
            self._event(line)
            return None
        return self._pdu(line)

    def _event(self, line: Line) -> None:
        if line.account:
            self._accounts[line.session] = line.account
        if line.event == CLOSED:
            ended = SessionEnded(at=_instant(line), link=line.link, session=line.session)
            self._found.happened.append(ended)
            self._found.ended.add(line.session)
        elif line.event == LOST:
            self._found.leave_out("gaps: the recorder could not keep up")

    def _pdu(self, line: Line) -> Reply | None:
        try:
            pdu = decode(line.octets)
        except DecodeError:
            self._found.leave_out("PDUs that cannot be read")
            return None
        if pdu.command_id & RESPONSE_BIT:
            self._answer(line, pdu)
        elif isinstance(pdu, (SubmitSm, DeliverSm, DataSm)):
            return self._message(line, pdu)
        elif (name := getattr(pdu, "system_id", "")) and line.session not in self._accounts:
            self._accounts[line.session] = name
        return None

    def _answer(self, line: Line, pdu: Pdu) -> None:
        asked = "out" if line.direction == "in" else "in"
        places = self._asked.pop((line.session, asked, pdu.sequence_number), None)
        for place in places or ():
            was = self._found.happened[place]
            if isinstance(was, Said | Reply):
                worst = max(was.status or 0, pdu.command_status)
                self._found.happened[place] = msgspec.structs.replace(was, status=worst)

    def _message(self, line: Line, pdu: SubmitSm | DeliverSm | DataSm) -> Reply | None:
        if not isinstance(pdu, SubmitSm) and is_receipt(pdu):
            self._found.leave_out("receipts")
            return None
        link = self._links.get(line.link) or RecordedLink(name=line.link)
        dialect = self._dialects.get(link.dialect) or self._dialects["spec"]
        address = pdu.source_addr if line.direction == "in" else pdu.destination_addr
        subscriber = msisdn_of(address, self._country) or Msisdn(address)
        key = (line.session, line.direction, pdu.sequence_number)
        if line.direction == "in":
            self._asked.setdefault(key, []).append(len(self._found.happened))
            self._found.happened.append(self._said(line, pdu, link, dialect, subscriber))
            return None
        place = self._reply(line, pdu, link, dialect, subscriber)
        self._asked.setdefault(key, []).append(place)
        reply = self._found.happened[place]
        assert isinstance(reply, Reply)
        return None if any(parts.place == place for parts in self._parts.values()) else reply

    def _said(
        self, line: Line, pdu: SubmitSm | DeliverSm | DataSm, link: RecordedLink, dialect: Dialect, subscriber: Msisdn
    ) -> Said:
        event = ussd.inbound(dialect, pdu)
        dialog, text = "", ""
        if event is not None:
            dialog = self._dialog(dialect, line, subscriber, event.session_info, opens=event.kind in OPENING)
            alphabet = dialect.data_coding_in.get(event.data_coding)
            text = sms_text.decode(
                event.text_octets,
                event.data_coding if alphabet is None else 0,
                default_alphabet=alphabet or sms_text.Alphabet(link.default_alphabet),
                ussd=event.data_coding != 8,
            ).text
        else:
            text = text_of(pdu, sms_text.Alphabet(link.default_alphabet))
        return Said(
            at=_instant(line),
            link=line.link,
            session=line.session,
            account=self._accounts.get(line.session, ""),
            subscriber=subscriber,
            channel=Channel.SMS if event is None else Channel.USSD,
            text=text,
            pdu=pdu,
            number=line.number,
            dialog=dialog,
            secrets=line.secrets,
            hidden=line.hidden,
        )

    def _dialog(self, dialect: Dialect, line: Line, subscriber: Msisdn, session_info: bytes, *, opens: bool) -> str:
        """What names a dialog here: its number and which of its dialogs it is."""
        key = (line.link, subscriber, ussd.session_key(dialect, session_info))
        if opens or key not in self._dialogs:
            self._opened += 1
            self._dialogs[key] = f"{subscriber}/{self._opened}"
        return self._dialogs[key]

    def _reply(
        self, line: Line, pdu: SubmitSm | DeliverSm | DataSm, link: RecordedLink, dialect: Dialect, subscriber: Msisdn
    ) -> int:
        """Its place among all that happened: of a further part, that of the first."""
        happened = self._found.happened
        screen = _is_screen(pdu, dialect)
        session = pdu.tlv(dialect.session_tag) if dialect.session_tag is not None else None
        dialog = self._dialog(dialect, line, subscriber, session or b"", opens=False) if screen else ""
        reply = Reply(
            at=_instant(line),
            link=line.link,
            session=line.session,
            subscriber=subscriber,
            channel=Channel.USSD if screen else Channel.SMS,
            text=_screen(pdu, dialect) if screen else text_of(pdu, sms_text.Alphabet(link.default_alphabet)),
            cause=line.number,
            dialog=dialog,
            secrets=line.secrets,
        )
        udh, body = sms_text.parse_udh(text_octets(pdu)) if pdu.esm_class & UDHI else (None, b"")
        place = udh.concatenation if udh is not None else None
        if place is None or place.total < 2:
            happened.append(reply)
            return len(happened) - 1
        key = (line.session, pdu.source_addr, pdu.destination_addr, place.reference, place.total)
        parts = self._parts.get(key)
        if parts is None:
            parts = self._parts[key] = _Parts(len(happened), reply, {}, place.total, pdu.data_coding)
            happened.append(reply)
        parts.octets[place.number] = body
        merged = tuple(dict.fromkeys((*parts.reply.secrets, *line.secrets)))
        parts.reply = msgspec.structs.replace(parts.reply, secrets=merged)
        if len(parts.octets) == place.total:
            self._finish_parts(parts)
            del self._parts[key]
        return parts.place

    def _finish_parts(self, parts: _Parts) -> None:
        was = self._found.happened[parts.place]
        assert isinstance(was, Reply)
        text = sms_text.join(parts.octets, parts.total, parts.data_coding).text
        self._found.happened[parts.place] = msgspec.structs.replace(
            was, text=text, parts=parts.total, secrets=parts.reply.secrets
        )


def messages_of(recording: Recording, dialects: Mapping[str, Dialect], country: str) -> Messages:
    """The messages of a recording; see `Joiner`."""
    return Joiner(recording, dialects, country).join()


def dialogs_of(messages: Messages) -> Iterator[tuple[str, list[Said | Reply]]]:
    """Each dialog with what was said and shown in it, in order of its beginning."""
    found: dict[str, list[Said | Reply]] = {}
    for each in messages.happened:
        if not isinstance(each, SessionEnded) and each.dialog:
            found.setdefault(each.dialog, []).append(each)
    yield from found.items()


def _instant(line: Line) -> Instant:
    return Instant(int(line.time * 1000))


def _is_screen(pdu: SubmitSm | DeliverSm | DataSm, dialect: Dialect) -> bool:
    """Whether a message of ours is shown at once, and not kept as an SMS."""
    if pdu.tlv(int(Tag.USSD_SERVICE_OP)) is not None:
        return True
    named = {dialect.service_type_out, *(op for op in dialect.op_out.values() if isinstance(op, str))}
    return bool(pdu.service_type) and pdu.service_type in named


def _screen(pdu: SubmitSm | DeliverSm | DataSm, dialect: Dialect) -> str:
    """The text of a screen of ours, without the mark of its language that the dialect puts before it."""
    octets = text_octets(pdu)
    if pdu.data_coding == dialect.data_coding_ucs2:
        mark = 2 if dialect.text_language else 0
        return sms_text.decode(octets[mark:], 8).text
    text = sms_text.decode(octets, 0).text
    return text.partition("\r")[2] if dialect.text_language else text
