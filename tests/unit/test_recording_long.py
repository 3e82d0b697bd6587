"""Long messages in a recording: a secret is hidden wherever it was cut, and the file still says the same on replay."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import config
from gateway.app import Rooms
from gateway.model import Channel
from gateway.reading import Reading
from gateway.recording.format import Header, Line
from gateway.recording.masking import Masker
from gateway.recording.scribe import HOLD_S
from gateway.recording.scrubbing import Scrubber
from gateway.recording.stream import Kind, Told, Typed, encode
from smpp.pdu import DeliverSm, DeliverSmResp, SubmitSm
from smpp.pdu import encode as octets_of
from smpp.text import udh_concatenation
from smpp.vocabulary import Tag
from tests.unit.test_recording_files import NUMBER, Gateway

CODINGS = {0: "ascii", 8: "utf-16-be", 6: "iso8859-5", 4: "cp1251"}
SECRETS = ("4821", "Sofia2016", "123456789012", "1111")


def cut(text: str, places: Sequence[int], encoding: str) -> list[bytes]:
    """The text in pieces that begin at those characters."""
    ends = [*sorted({place % len(text) for place in places} - {0}), len(text)]
    return [text[start:end].encode(encoding) for start, end in zip([0, *ends], ends, strict=False)]


def part(kind: type[DeliverSm] | type[SubmitSm], sequence: int, piece: bytes, place: tuple[int, int], *, coding: int,
         sar: bool) -> DeliverSm | SubmitSm:  # fmt: skip
    number, total = place
    source, destination = (NUMBER, "111") if kind is DeliverSm else ("111", NUMBER)
    tlvs = tuple(
        (int(tag), value.to_bytes(size, "big"))
        for tag, value, size in (
            (Tag.SAR_MSG_REF_NUM, 0x31, 2), (Tag.SAR_TOTAL_SEGMENTS, total, 1), (Tag.SAR_SEGMENT_SEQNUM, number, 1)
        )
    )  # fmt: skip
    header = b"" if sar else udh_concatenation(0x31, total, number)
    return kind(
        source_addr=source, destination_addr=destination, data_coding=coding, esm_class=0 if sar else 0x40,
        short_message=header + piece, tlvs=tlvs if sar else (), sequence_number=sequence,
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    secret=st.sampled_from(SECRETS),
    places=st.lists(st.integers(1, 200), min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
    coding=st.sampled_from(sorted(CODINGS)),
    incoming=st.booleans(),
    sar=st.booleans(),
)
def test_no_cut_leaves_a_secret(
    secret: str, places: list[int], order: object, coding: int, incoming: bool, sar: bool
) -> None:
    """Wherever a long message is cut, in any order of its parts and any alphabet, either way: its stand-in alone."""
    encoding = CODINGS[coding]
    words = ("PIN", "end") if encoding == "ascii" else ("ПАРОЛЬ", "конец")
    text = f"{words[0]} {secret} {words[1]}"
    pieces = cut(text, places, encoding)
    total = len(pieces)
    numbers = list(range(1, total + 1))
    order.shuffle(numbers)  # type: ignore[attr-defined]
    gateway = Gateway()
    for index, number in enumerate(numbers):
        kind = DeliverSm if incoming else SubmitSm
        pdu = part(kind, number, pieces[number - 1], (number, total), coding=coding, sar=sar)
        if incoming:
            gateway.came(pdu)
            last = index == total - 1
            gateway.tell(Kind.TYPED, encode(Typed(number, 50 + index, (secret,) if last else None, True)))
            gateway.sent(DeliverSmResp(sequence_number=number))
        else:
            gateway.tell(Kind.TOLD, encode(Told(number, 50, secret)))
            gateway.sent(pdu)
    lines = [line for line in gateway.lines() if "smpp.data_coding" in line.fields]
    bodies = {}
    for line in lines:
        number = int(line.fields["smpp.sequence_number"])
        size = len(pieces[number - 1])
        octets = line.octets
        tail = 5 + 5 + 6 if sar else 0
        bodies[number] = octets[len(octets) - tail - size : len(octets) - tail]
    shown = b"".join(bodies[number] for number in sorted(bodies)).decode(encoding)

    assert shown == f"{words[0]} {gateway.masker.stand_in(secret)} {words[1]}"
    assert {secret.stand_in for line in lines for secret in line.secrets} == {gateway.masker.stand_in(secret)}


@pytest.mark.parametrize("wait_s", [0.0, HOLD_S + 1])
def test_parts_wait_for_the_others(wait_s: float) -> None:
    """A part is not written before its message is whole; one whose other parts never come keeps no word."""
    gateway = Gateway()
    gateway.lines()
    gateway.came(part(DeliverSm, 1, "ПАРОЛЬ Sof".encode("utf-16-be"), (1, 2), coding=8, sar=False))
    gateway.tell(Kind.TYPED, encode(Typed(1, 50, None, None)))
    gateway.sent(DeliverSmResp(sequence_number=1))
    lines = gateway.lines(wait_s)

    if not wait_s:
        assert lines == []
    else:
        text = lines[0].fields["smpp.message_text"]
        assert (lines[0].hidden, len(str(text))) == ("words", 10)
        assert "Sof" not in str(text)
        assert "ПАРОЛЬ" not in str(text)


def test_a_copy_of_a_part_is_hidden_like_the_part() -> None:
    """What is retransmitted after the message was whole shows the same halves."""
    gateway = Gateway()
    pieces = ["ПАРОЛЬ So".encode("utf-16-be"), "fia2016".encode("utf-16-be")]
    for number, piece in enumerate(pieces, 1):
        gateway.came(part(DeliverSm, number, piece, (number, 2), coding=8, sar=False))
        gateway.tell(Kind.TYPED, encode(Typed(number, 50, ("Sofia2016",) if number == 2 else None, True)))
        gateway.sent(DeliverSmResp(sequence_number=number))
    first = gateway.lines()
    gateway.came(part(DeliverSm, 1, pieces[0], (1, 2), coding=8, sar=False))
    gateway.tell(Kind.TYPED, encode(Typed(1, 50, None, None)))
    gateway.sent(DeliverSmResp(sequence_number=1))
    again = gateway.lines()

    texts = [line.fields["smpp.message_text"] for line in (*first, *again) if "smpp.message_text" in line.fields]
    stand_in = gateway.masker.stand_in("Sofia2016")
    assert texts == [f"ПАРОЛЬ {stand_in[:2]}", stand_in[2:], f"ПАРОЛЬ {stand_in[:2]}"]


def test_a_reference_that_is_used_again() -> None:
    """Another message under the same reference is another message."""
    gateway = Gateway()
    for turn, secret in enumerate(("4821", "7305")):
        for number, piece in enumerate((f"ДА {secret[:2]}", secret[2:]), 1):
            sequence = 10 * turn + number
            gateway.came(part(DeliverSm, sequence, piece.encode("utf-16-be"), (number, 2), coding=8, sar=False))
            gateway.tell(Kind.TYPED, encode(Typed(sequence, sequence, (secret,) if number == 2 else None, True)))
            gateway.sent(DeliverSmResp(sequence_number=sequence))
    lines = [line for line in gateway.lines() if "smpp.message_text" in line.fields]
    texts = [str(line.fields["smpp.message_text"]) for line in lines]

    masker = gateway.masker
    assert texts[0] + texts[1] == f"ДА {masker.stand_in('4821')}"
    assert texts[2] + texts[3] == f"ДА {masker.stand_in('7305')}"


@pytest.mark.parametrize("place", range(1, 20))
def test_an_old_recording_is_scrubbed_across_parts(place: int) -> None:
    """Where nobody told what is secret it is found by reading the whole text; a copy of a part is hidden alike."""
    rooms = Rooms(config.load(), secret=b"k" * 32)
    masker = Masker(b"a key")

    def read(text: str, channel: Channel, recipient: str) -> Reading:
        return rooms.grammar.read(text, channel, "111", pending=True)

    scrubber = Scrubber(Header(), masker, read, rooms.dialects, rooms.operator.country)
    text = "ДА 4821 или *111*97*4821#"
    cut_at = len(text) - place
    pieces = [text[:cut_at].encode("utf-16-be"), text[cut_at:].encode("utf-16-be")]
    pdus = [part(SubmitSm, number, piece, (number, 2), coding=8, sar=False) for number, piece in enumerate(pieces, 1)]
    lines = [Line(time=1.0, link="smsc1", direction="out", pdu=octets_of(pdu).hex()) for pdu in (*pdus, pdus[0])]
    texts = [str(line.fields["smpp.message_text"]) for line in scrubber.lines(lines)]

    assert texts[0] + texts[1] == text.replace("4821", masker.stand_in("4821"))
    assert texts[2] == texts[0]
