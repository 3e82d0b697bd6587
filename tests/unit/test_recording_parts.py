"""Long messages in a recording: a secret that is cut by the border of two parts is hidden, and hidden as one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import Channel
from gateway.reading import Reading
from gateway.recording.fields import text_octets
from gateway.recording.format import Header, Line, RecordedLink
from gateway.recording.masking import Masker
from gateway.recording.parts import PARTS_MAX, LongMessages, Part, PartKey
from gateway.recording.scribe import HOLD_S
from gateway.recording.scrubbing import Scrubber
from gateway.recording.stream import NUMBERS, Kind, Told, Typed, encode
from smpp.dialects import own_dialects
from smpp.pdu import DeliverSm, DeliverSmResp, SubmitSm, decode
from smpp.pdu import encode as octets_of
from smpp.text import join, parse_udh
from smpp.udh import udh_concatenation
from smpp.vocabulary import Tag
from tests.unit.test_recording_files import NUMBER, Gateway

OTHER = "79160000000"
ALPHABETS = {"gsm7": (0, "ascii", 1), "ucs2": (8, "utf-16-be", 2), "octets": (6, "iso8859-5", 1)}
WORDS = st.text(alphabet="abc .\n", max_size=30)


@dataclass(frozen=True)
class Long:
    """A message to be cut: `ends` of its parts but the last, in characters."""

    sender: str
    before: str
    secret: str
    after: str
    alphabet: str
    ends: tuple[int, ...]
    sar: bool
    bits: int

    @property
    def text(self) -> str:
        return self.before + self.secret + self.after

    @property
    def coding(self) -> int:
        return ALPHABETS[self.alphabet][0]

    def parts(self, *, out: bool, first: int) -> list[SubmitSm | DeliverSm]:
        """Its parts in order, `first` the sequence number of the first."""
        _, encoding, width = ALPHABETS[self.alphabet]
        octets = self.text.encode(encoding)
        cuts = [0, *(width * end for end in self.ends), len(octets)]
        found: list[SubmitSm | DeliverSm] = []
        for at, (start, end) in enumerate(pairwise(cuts), 1):
            body, total = octets[start:end], len(cuts) - 1
            tlvs: tuple[tuple[int, bytes], ...] = ()
            if self.sar:
                tlvs = (
                    (int(Tag.SAR_MSG_REF_NUM), b"\0\x31"),
                    (int(Tag.SAR_TOTAL_SEGMENTS), bytes((total,))),
                    (int(Tag.SAR_SEGMENT_SEQNUM), bytes((at,))),
                )
            else:
                body = udh_concatenation(0x31, total, at, self.bits) + body
            kind, ends = (SubmitSm, ("111", self.sender)) if out else (DeliverSm, (self.sender, "111"))
            pdu = kind(
                source_addr=ends[0], destination_addr=ends[1], short_message=body, data_coding=self.coding, tlvs=tlvs,
                esm_class=0 if self.sar else 0x40, sequence_number=first + at,
            )  # fmt: skip
            found.append(pdu)
        return found


@st.composite
def longs(draw: st.DrawFn, sender: str = NUMBER, *, digits: bool = False) -> Long:
    """A message with a secret anywhere in it, cut anywhere, most often inside the secret."""
    before, after = draw(WORDS), draw(WORDS)
    secret = draw(st.from_regex(r"\A[0-9]{4,12}\Z" if digits else r"\A(?:[0-9]{4,12}|[A-Z][a-z]{3,6}[0-9]{2})\Z"))
    size = len(before) + len(secret) + len(after)
    inside = st.integers(len(before) + 1, len(before) + len(secret) - 1)
    ends = draw(st.sets(st.one_of(inside, st.integers(1, size - 1)), min_size=1, max_size=5))
    alphabet, sar, bits = draw(st.sampled_from(list(ALPHABETS))), draw(st.booleans()), draw(st.sampled_from((8, 16)))
    return Long(sender, before, secret, after, alphabet, tuple(sorted(ends)), sar, bits)


def shown(lines: list[Line], number: str) -> str:
    """The text that the parts of a number's message show together."""
    octets: dict[int, bytes] = {}
    coding = total = 0
    for line in lines:
        pdu = decode(line.octets)
        if isinstance(pdu, SubmitSm | DeliverSm) and number in (pdu.source_addr, pdu.destination_addr):
            udh, body = parse_udh(text_octets(pdu)) if pdu.esm_class else (None, text_octets(pdu))
            place = udh.concatenation if udh is not None else None
            at = place.number if place is not None else (pdu.tlv(int(Tag.SAR_SEGMENT_SEQNUM)) or b"\0")[0]
            octets[at], coding, total = body, pdu.data_coding, max(total, at)
    return join(octets, total, coding).text


def pdus(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.pdu and line.fields["smpp.command_id"] != 0x80000005]


@given(longs(), longs(OTHER), st.randoms(use_true_random=False))
def test_a_secret_that_comes_in_pieces(one: Long, other: Long, chance) -> None:  # type: ignore[no-untyped-def]
    """Parts in any order, of two senders in turn, some twice: all show the stand-in, in pieces as the secret was."""
    gateway = Gateway()
    coming = [*one.parts(out=False, first=10), *other.parts(out=False, first=40)]
    chance.shuffle(coming)
    left = {NUMBER: len(one.ends) + 1, OTHER: len(other.ends) + 1}
    secrets = {NUMBER: one.secret, OTHER: other.secret}
    for pdu in coming:
        left[pdu.source_addr] -= 1
        whole = not left[pdu.source_addr]
        gateway.came(pdu)
        gateway.tell(
            Kind.TYPED,
            encode(Typed(pdu.sequence_number, 9, (secrets[pdu.source_addr],) if whole else None, whole or None)),
        )
        gateway.sent(DeliverSmResp(sequence_number=pdu.sequence_number))
    lines = pdus(gateway.lines())

    for long in (one, other):
        stand_in = gateway.masker.stand_in(long.secret)
        assert shown(lines, long.sender) == long.before + stand_in + long.after
        assert all(secret.stand_in == stand_in for line in lines for secret in line.secrets
                   if line.fields["smpp.source_addr"] == long.sender)  # fmt: skip
    assert not any(line.hidden for line in lines)


@given(longs(digits=True), st.randoms(use_true_random=False))
def test_a_code_that_leaves_in_pieces(long: Long, chance) -> None:  # type: ignore[no-untyped-def]
    """What we tell in a long message is the same stand-in as in a short one, however it is cut."""
    gateway = Gateway()
    leaving = long.parts(out=True, first=10)
    chance.shuffle(leaving)
    for pdu in leaving:
        gateway.tell(Kind.TOLD, encode(Told(pdu.sequence_number, 9, long.secret)))
        gateway.sent(pdu)
    lines = pdus(gateway.lines())

    assert shown(lines, NUMBER) == long.before + gateway.masker.stand_in(long.secret) + long.after


@pytest.mark.parametrize("out", [True, False])
@pytest.mark.parametrize("alphabet", list(ALPHABETS))
@pytest.mark.parametrize("missing", [0, 1, 2])
def test_parts_of_what_never_is_whole(out: bool, alphabet: str, missing: int) -> None:
    """When a part does not come for too long, nothing of a secret is left in the others."""
    long = Long(NUMBER, "code ", "739175628401", " end", alphabet, (9, 13), False, 8)
    gateway = Gateway()
    parts = long.parts(out=out, first=10)
    del parts[missing]
    for pdu in parts:
        if out:
            gateway.tell(Kind.TOLD, encode(Told(pdu.sequence_number, 9, long.secret)))
            gateway.sent(pdu)
        else:
            gateway.came(pdu)
            gateway.tell(Kind.TYPED, encode(Typed(pdu.sequence_number, 9, None)))
            gateway.sent(DeliverSmResp(sequence_number=pdu.sequence_number))
    early = pdus(gateway.lines())
    lines = pdus(gateway.lines(HOLD_S + 1))

    assert early == []
    assert len(lines) == 2
    width = ALPHABETS[alphabet][2]
    for start in range(len(long.secret) - 2):
        piece = long.secret[start : start + 3].encode(ALPHABETS[alphabet][1])
        assert len(piece) == 3 * width
        assert not [line for line in lines if piece in line.octets]


def test_a_late_copy_of_a_part() -> None:
    """A part that comes again after its message was written is hidden as it was the first time."""
    long = Long(NUMBER, "DA ", "4821", "", "gsm7", (5,), False, 8)
    gateway = Gateway()
    first, second = long.parts(out=False, first=10)
    for pdu, secrets in ((first, None), (second, ("4821",)), (first, None), (second, None)):
        gateway.came(pdu)
        gateway.tell(Kind.TYPED, encode(Typed(pdu.sequence_number, 9, secrets, True if secrets else None)))
        gateway.sent(DeliverSmResp(sequence_number=pdu.sequence_number))
    lines = pdus(gateway.lines())

    assert [line.octets for line in lines[:2]] == [line.octets for line in lines[2:]]
    assert shown(lines, NUMBER) == "DA " + Masker(b"a key").stand_in("4821")


def test_a_reference_that_is_used_again() -> None:
    """Other words under the same reference are another message, though its beginning is the same."""
    found: LongMessages[str] = LongMessages()
    key = PartKey("smsc1", "in", NUMBER, "111", 1, 8, 2)
    one = [found.add(Part(key, number, text), str(number)) for number, text in ((1, b"a"), (2, b"b"))]
    two = [found.add(Part(key, number, text), f"{number} again") for number, text in ((1, b"a"), (2, b"c"))]

    assert one[0] is one[1] is two[0]
    assert one[0].parts == {1: "1", 2: "2"}
    assert two[1] is not one[0]
    assert two[1].parts == {1: "1 again", 2: "2 again"}


def test_what_is_remembered_is_bounded() -> None:
    """The oldest message goes where there are too many parts."""
    found: LongMessages[int] = LongMessages()
    keys = [PartKey("smsc1", "in", str(number), "111", 1, 8, 2) for number in range(PARTS_MAX + 1)]
    first = found.add(Part(keys[0], 1, b"a"), 0)
    for key in keys[1:]:
        found.add(Part(key, 1, b"a"), 0)

    assert found.add(Part(keys[1], 2, b"b"), 0).whole
    assert found.add(Part(keys[0], 2, b"b"), 0) is not first


def test_a_whole_message_without_a_secret_stays() -> None:
    """The digits of a long message in which there is no secret are as they were."""
    long = Long(NUMBER, "send 100 to 79161", "234567", " thanks", "ucs2", (17, 20), False, 16)
    gateway = Gateway()
    for at, pdu in enumerate(long.parts(out=False, first=10)):
        gateway.came(pdu)
        typed = encode(Typed(pdu.sequence_number, 9, None))
        if at == 2:
            gateway.tell(Kind.TAKEN, NUMBERS.pack(pdu.sequence_number, 9))
        else:
            gateway.tell(Kind.TYPED, typed)
        gateway.sent(DeliverSmResp(sequence_number=pdu.sequence_number))

    assert shown(pdus(gateway.lines()), NUMBER) == long.text


def read(text: str, channel: Channel, recipient: str) -> Reading:
    """A grammar in which every four digits that stand alone are a code."""
    masked = re.sub(r"(?<!\d)\d{4}(?!\d)", "••••", text)
    return Reading("understood", masked=masked, secret=masked != text)


@pytest.mark.parametrize("whole", [True, False])
def test_an_old_file_is_scrubbed_of_pieces(whole: bool) -> None:
    """In an import or an old file, too, parts are judged together; of what is not whole no piece is left."""
    shown = Long(NUMBER, "code *112*", "4821", "# or none", "ucs2", (12,), False, 8).parts(out=True, first=10)
    typed = Long(NUMBER, "DA ", "4821", "", "gsm7", (5,), True, 16).parts(out=False, first=20)
    coming = [("out", pdu) for pdu in shown] + [("in", pdu) for pdu in reversed(typed)]
    if not whole:
        coming = coming[:1] + coming[2:3]
    lines = [
        Line(time=float(at), link="a", session=1, direction="in" if way == "in" else "out", pdu=octets_of(pdu).hex())
        for at, (way, pdu) in enumerate(coming)
    ]
    masker = Masker(b"a key")
    scrubber = Scrubber(Header(links=(RecordedLink(name="a"),)), masker, read, own_dialects(), "RU")
    found = list(scrubber.lines(lines))

    if whole:
        stand_in = masker.stand_in("4821")
        assert shown_by(found[:2]) == f"code *112*{stand_in}# or none"
        assert shown_by(found[2:]) == f"DA {stand_in}"
        assert found[3].secrets[0].matched
    else:
        assert not [line for line in found if b"48" in line.octets[16:] or "48".encode("utf-16-be") in line.octets]
        assert [line.hidden for line in found] == ["", "text"]


def shown_by(lines: list[Line]) -> str:
    return shown(lines, NUMBER)
