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
from gateway.recording.hiding import hide
from gateway.recording.masking import Masker, hidden_parts
from gateway.recording.scribe import Codes, readable
from smpp import text as sms_text
from smpp import ussd
from smpp.pdu import DataSm, DeliverSm, SubmitSm
from smpp.ussd import Dialect

CHOICE_LENGTH_MAX = 3
_DIALLED = re.compile(r"[*#]{1,2}[0-9*]+#")
_WORD_AND_CODE = re.compile(r"\w+ [0-9]{4,6}\b")
_PHONE = re.compile(r"\+?[0-9]{10,13}\Z")

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
        """The same lines without secrets."""
        for line in lines:
            yield self._line(line) if line.pdu else line

    def _line(self, line: Line) -> Line:
        frame = line.octets
        pdu = readable(frame)
        link = self._links.get(line.link) or RecordedLink(name=line.link)
        alphabet = sms_text.Alphabet(link.default_alphabet)
        known = {secret.stand_in for secret in line.secrets}
        if not isinstance(pdu, (SubmitSm, DeliverSm, DataSm)):
            hidden = hide(self._masker, frame, pdu)
        elif line.direction == "out":
            text = text_of(pdu, alphabet)
            codes = [code for code in self._told(text) if code not in known]
            for code in codes:
                self._codes.add(pdu.destination_addr, code, line.time)
            older = self._older(pdu.destination_addr, line.time, known)
            hidden = hide(self._masker, frame, pdu, secrets=codes, codes=older)
        else:
            typed = self._typed(pdu, link, alphabet)
            older = self._older(pdu.source_addr, line.time, known)
            right = any(secret in older for secret in typed) or None
            fresh = [secret for secret in typed if secret not in known]
            hidden = hide(self._masker, frame, pdu, secrets=fresh, matched=right, codes=older)
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

    def _typed(self, pdu: SubmitSm | DeliverSm | DataSm, link: RecordedLink, alphabet: sms_text.Alphabet) -> list[str]:
        dialect = self._dialects.get(link.dialect) or self._dialects["spec"]
        event = ussd.inbound(dialect, pdu)
        if event is None:
            text = text_of(pdu, alphabet)
            return self._secrets_in(text, Channel.SMS, pdu.destination_addr) if text else []
        own = dialect.data_coding_in.get(event.data_coding)
        coding = event.data_coding if own is None else 0
        text = sms_text.decode(
            event.text_octets, coding, default_alphabet=own or alphabet, ussd=event.data_coding != 8
        ).text
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
