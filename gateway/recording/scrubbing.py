"""Takes the secrets out of a recording that was made without knowing them: an import, or an old file.

Codes are found by reading: in a reply what it tells the subscriber to dial, in a message what the grammar calls secret.
What is typed at a screen, whose question nobody knows, is hidden unless it is a choice or a telephone number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from gateway.engine.intake import msisdn_of
from gateway.model import Channel
from gateway.reading import Reading
from gateway.recording.fields import fields_of, text_of
from gateway.recording.format import Header, Line, RecordedLink, Secret
from gateway.recording.hiding import Hidden, Message, hide, hide_parts
from gateway.recording.masking import Masker, hidden_parts
from gateway.recording.parts import LongMessage, LongMessages, Part, part_of
from gateway.recording.scribe import Codes, readable
from smpp import text as sms_text
from smpp import ussd
from smpp.ussd import Dialect

CHOICE_LENGTH_MAX = 3
_DIALLED = re.compile(r"[*#]{1,2}[0-9*]+#")
_WORD_AND_CODE = re.compile(r"\w+ [0-9]{4,6}\b")
_PHONE = re.compile(r"\+?[0-9]{10,13}\Z")

_Place = tuple[Part, LongMessage[Line]]

Reader = Callable[[str, Channel, str], Reading]
"""What a text means: text, channel, recipient; as if a question waited."""


class Scrubber:
    """Goes through the lines of a recording once, in order.

    Args:
        header: of the recording.
        masker: makes stand-ins, and pseudonyms where they are wished.
        read: the grammar.
        dialects: those that the links may speak.
        country: how numbers are read.
    """

    def __init__(
        self, header: Header, masker: Masker, read: Reader, dialects: Mapping[str, Dialect], country: str
    ) -> None:
        self._links = {link.name: link for link in header.links}
        self._masker = masker
        self._read = read
        self._dialects = dialects
        self._country = country
        self._codes = Codes()

    def lines(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The same lines without secrets. All are looked at first, so that parts of long messages find each other."""
        found = list(lines)
        parts = self._parts(found)
        for line in found:
            yield self._line(line, parts.get(id(line))) if line.pdu else line

    def _parts(self, lines: Iterable[Line]) -> dict[int, _Place]:
        long: LongMessages[Line] = LongMessages()
        found: dict[int, _Place] = {}
        for line in lines:
            pdu = readable(line.octets) if line.pdu else None
            part = part_of(pdu, line.link, line.direction) if isinstance(pdu, Message) else None
            if part is not None:
                found[id(line)] = part, long.add(part, line)
        return found

    def _line(self, line: Line, place: _Place | None) -> Line:
        frame = line.octets
        pdu = readable(frame)
        link = self._links.get(line.link) or RecordedLink(name=line.link)
        alphabet = sms_text.Alphabet(link.default_alphabet)
        if not isinstance(pdu, Message):
            hidden = hide(self._masker, frame, pdu)
        elif place is None:
            known = {secret.stand_in for secret in line.secrets}
            text = text_of(pdu, alphabet)
            secrets, right, older = self._secrets(line, pdu, text, link, known)
            hidden = hide(self._masker, frame, pdu, secrets=secrets, matched=right, codes=older)
        else:
            hidden = self._part(line, pdu, link, *place)
        return Line(
            time=line.time,
            link=line.link,
            session=line.session,
            direction=line.direction,
            pdu=hidden.octets.hex(),
            fields=fields_of(hidden.pdu, len(frame), alphabet),
            number=line.number,
            secrets=_once(line.secrets + hidden.secrets),
            hidden=line.hidden or hidden.what,
        )

    def _part(self, line: Line, pdu: Message, link: RecordedLink, part: Part, message: LongMessage[Line]) -> Hidden:
        """A part, by all that the whole message says; of an incomplete one of a peer's nobody knows what it says."""
        if line.direction == "in" and not message.whole:
            return hide_parts(self._masker, [(line.octets, pdu)], read=False)[0]
        lines = {**message.parts, part.number: line} if message.whole else {part.number: line}
        octets = {**message.octets, part.number: part.octets} if message.whole else {part.number: part.octets}
        alphabet = sms_text.Alphabet(link.default_alphabet)
        text = sms_text.join(octets, part.key.total, pdu.data_coding, default_alphabet=alphabet).text
        known = {secret.stand_in for each in lines.values() for secret in each.secrets}
        secrets, right, older = self._secrets(line, pdu, text, link, known)
        numbers = sorted(lines)
        frames = [(lines[number].octets, readable(lines[number].octets)) for number in numbers]
        hidden = hide_parts(
            self._masker,
            [(frame, each) for frame, each in frames if isinstance(each, Message)],
            secrets=secrets,
            matched=right,
            codes=older,
            whole=message.whole,
        )
        return hidden[numbers.index(part.number)]

    def _secrets(
        self, line: Line, pdu: Message, text: str, link: RecordedLink, known: set[str]
    ) -> tuple[list[str], bool | None, list[str]]:
        """What is secret in the text of a message, whether it was right, and codes that it may repeat."""
        if line.direction == "out":
            codes = [code for code in self._told(text) if code not in known]
            for code in codes:
                self._codes.add(pdu.destination_addr, code, line.time)
            return codes, None, self._older(pdu.destination_addr, line.time, known)
        typed = self._typed(pdu, text, link)
        older = self._older(pdu.source_addr, line.time, known)
        right = any(secret in older for secret in typed) or None
        return [secret for secret in typed if secret not in known], right, older

    def _older(self, number: str, at: float, known: set[str]) -> list[str]:
        return [code for code in self._codes.of(number, at) if code not in known]

    def _told(self, text: str) -> list[str]:
        """The codes that a reply tells its reader: what is secret in the commands that it shows."""
        found: list[str] = []
        for channel, pattern in ((Channel.USSD, _DIALLED), (Channel.SMS, _WORD_AND_CODE)):
            for shown in pattern.finditer(text):
                found += self._secrets_in(shown[0], channel, "")
        return found

    def _secrets_in(self, text: str, channel: Channel, recipient: str) -> list[str]:
        reading = self._read(text, channel, recipient)
        if not reading.secret or len(reading.masked) != len(text):
            return []
        return hidden_parts(text, reading.masked)

    def _typed(self, pdu: Message, text: str, link: RecordedLink) -> list[str]:
        dialect = self._dialects.get(link.dialect) or self._dialects["spec"]
        event = ussd.inbound(dialect, pdu)
        if event is None:
            return self._secrets_in(text, Channel.SMS, pdu.destination_addr) if text else []
        own = dialect.data_coding_in.get(event.data_coding)
        coding = event.data_coding if own is None else 0
        alphabet = own or sms_text.Alphabet(link.default_alphabet)
        text = sms_text.decode(event.text_octets, coding, default_alphabet=alphabet, ussd=event.data_coding != 8).text
        typed = text.strip()
        if event.kind is ussd.UssdKind.OPEN or _DIALLED.fullmatch(typed):
            return self._secrets_in(text, Channel.USSD, event.service_address)
        if len(typed) <= CHOICE_LENGTH_MAX or (_PHONE.match(typed) and msisdn_of(typed, self._country)):
            return []
        return [typed]


def _once(secrets: tuple[Secret, ...]) -> tuple[Secret, ...]:
    """Of one stand-in what is known of it: that it was right, or wrong, before that nobody compared it."""
    found: dict[str, Secret] = {}
    for secret in secrets:
        if secret.stand_in not in found or found[secret.stand_in].matched is None:
            found[secret.stand_in] = secret
    return tuple(found.values())
