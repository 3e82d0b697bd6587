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
from gateway.recording.fields import body_of, fields_of, text_of
from gateway.recording.format import Header, Line, RecordedLink, Secret
from gateway.recording.hiding import Hidden, hide, hide_long, place_of
from gateway.recording.masking import Masker, hidden_parts
from gateway.recording.scribe import Codes, readable
from smpp import text as sms_text
from smpp import ussd
from smpp.pdu import DataSm, DeliverSm, Pdu, SubmitSm
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
        every = list(lines)
        read = [readable(line.octets) if line.pdu else None for line in every]
        whole = _long_messages(every, read)
        done: dict[int, Hidden] = {}
        for index, (line, pdu) in enumerate(zip(every, read, strict=True)):
            if not line.pdu:
                yield line
                continue
            if index in whole and index not in done:
                done.update(self._together([(each, every[each], read[each]) for each in whole[index]]))
            hidden = done.pop(index, None) or self._alone(line, pdu)
            yield self._scrubbed(line, hidden)

    def _alone(self, line: Line, pdu: Pdu | None) -> Hidden:
        if not isinstance(pdu, (SubmitSm, DeliverSm, DataSm)):
            return hide(self._masker, line.octets, pdu)
        alphabet = sms_text.Alphabet(self._link(line).default_alphabet)
        text = text_of(pdu, alphabet)
        found = self._told(text) if line.direction == "out" else self._typed(pdu, self._link(line), alphabet)
        secrets, right, older = self._known(found, pdu, line)
        return hide(self._masker, line.octets, pdu, secrets=secrets, matched=right, codes=older)

    def _together(self, parts: list[tuple[int, Line, Pdu | None]]) -> dict[int, Hidden]:
        """The parts of a long message, whose text says together what is secret in it."""
        frames: list[tuple[bytes, SubmitSm | DeliverSm | DataSm]] = []
        for _, line, pdu in parts:
            assert isinstance(pdu, (SubmitSm, DeliverSm, DataSm))
            frames.append((line.octets, pdu))
        (_, line, _), (_, first) = parts[0], frames[0]
        alphabet = sms_text.Alphabet(self._link(line).default_alphabet)
        octets = dict(enumerate((body_of(pdu) for _, pdu in frames), 1))
        text = sms_text.join(octets, len(octets), first.data_coding, default_alphabet=alphabet).text
        recipient = first.destination_addr
        found = self._told(text) if line.direction == "out" else self._secrets_in(text, Channel.SMS, recipient)
        secrets, right, older = self._known(found, first, line)
        hidden = hide_long(self._masker, frames, secrets=secrets, matched=right, codes=older)
        return {index: each for (index, _, _), each in zip(parts, hidden, strict=True)}

    def _known(
        self, found: list[str], pdu: SubmitSm | DeliverSm | DataSm, line: Line
    ) -> tuple[list[str], bool | None, list[str]]:
        """What of it is no stand-in yet, whether it was right, and the codes that the number was told before."""
        known = {secret.stand_in for secret in line.secrets}
        fresh = [secret for secret in found if secret not in known]
        if line.direction == "out":
            for code in fresh:
                self._codes.add(pdu.destination_addr, code, line.time)
            return fresh, None, self._older(pdu.destination_addr, line.time, known)
        older = self._older(pdu.source_addr, line.time, known)
        return fresh, any(secret in older for secret in found) or None, older

    def _link(self, line: Line) -> RecordedLink:
        return self._links.get(line.link) or RecordedLink(name=line.link)

    def _scrubbed(self, line: Line, hidden: Hidden) -> Line:
        alphabet = sms_text.Alphabet(self._link(line).default_alphabet)
        return Line(
            time=line.time,
            link=line.link,
            session=line.session,
            direction=line.direction,
            pdu=hidden.octets.hex(),
            fields=fields_of(hidden.pdu, len(line.octets), alphabet),
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


def _long_messages(lines: list[Line], read: list[Pdu | None]) -> dict[int, list[int]]:
    """The parts of each long message that is whole: of each of its lines where all of them are, in their order."""
    found: dict[int, list[int]] = {}
    waiting: dict[tuple[object, ...], dict[int, int]] = {}
    complete: dict[tuple[object, ...], list[int]] = {}
    for index, pdu in enumerate(read):
        place = place_of(pdu) if isinstance(pdu, (SubmitSm, DeliverSm, DataSm)) else None
        if place is None or not isinstance(pdu, (SubmitSm, DeliverSm, DataSm)):
            continue
        direction, reference = lines[index].direction, (place.reference, place.reference_bits, place.total)
        key = (direction, pdu.source_addr, pdu.destination_addr, reference)
        before = complete.get(key)
        if before is not None and lines[before[place.number - 1]].octets[16:] == lines[index].octets[16:]:
            found[index] = [index if number == place.number else each for number, each in enumerate(before, 1)]
            continue  # a copy
        parts = waiting.setdefault(key, {})
        parts[place.number] = index
        if len(parts) == place.total:
            together = [parts[number] for number in sorted(parts)]
            found.update(dict.fromkeys(together, together))
            complete[key] = together
            del waiting[key]
    return found


def _once(secrets: tuple[Secret, ...]) -> tuple[Secret, ...]:
    """Of one stand-in what is known of it: that it was right, or wrong, before that nobody compared it."""
    found: dict[str, Secret] = {}
    for secret in secrets:
        if secret.stand_in not in found or found[secret.stand_in].matched is None:
            found[secret.stand_in] = secret
    return tuple(found.values())
