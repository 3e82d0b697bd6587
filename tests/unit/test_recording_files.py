"""What the recorder makes of what it is told, and the files that it writes."""

from __future__ import annotations

import struct
from pathlib import Path

import msgspec
import pytest
import zstandard

from gateway.recording.files import RecordingFiles, pack
from gateway.recording.format import Header, Line, RecordedLink, header_octets
from gateway.recording.masking import Masker
from gateway.recording.scribe import HOLD_S, Scribe
from gateway.recording.stream import (
    GAP_OCTETS,
    HEAD,
    NUMBERS,
    Kind,
    Opened,
    Record,
    Records,
    Told,
    Typed,
    encode,
)
from smpp.pdu import DeliverSm, DeliverSmResp, EnquireLink, Pdu, SubmitSm, SubmitSmResp
from smpp.pdu import encode as octets_of

AT = 1_773_133_200.0
NUMBER = "79161234567"


class Gateway:
    """What a gateway would tell of one connection, a second between two things."""

    def __init__(self, *, pseudonyms: bool = False) -> None:
        links = (RecordedLink(name="smsc1"),)
        self.masker = Masker(b"a key", pseudonyms=pseudonyms)
        self.scribe = Scribe(self.masker, links)
        self.at = AT
        self.tell(Kind.OPENED, encode(Opened(7, "smsc1", False, "10.0.0.5:2775", "gw")))

    def tell(self, kind: Kind, body: bytes = b"") -> None:
        self.at += 1
        self.scribe.feed(Record(kind, 1, self.at, body))

    def came(self, pdu: Pdu) -> None:
        self.tell(Kind.RECEIVED, octets_of(pdu))

    def sent(self, pdu: Pdu) -> None:
        self.tell(Kind.SENT, octets_of(pdu))

    def lines(self, later_s: float = 0.0) -> list[Line]:
        return list(self.scribe.lines(self.at + later_s))


def sms(sequence_number: int, text: bytes = b"CODE 4821") -> DeliverSm:
    return DeliverSm(source_addr=NUMBER, destination_addr="111", short_message=text, sequence_number=sequence_number)


def test_a_message_waits_for_its_answer() -> None:
    """Nothing of a message is written before the gateway has answered it, and what came after it keeps its place."""
    gateway = Gateway()
    gateway.lines()
    gateway.came(sms(3, b"BALANCE"))
    gateway.came(EnquireLink(sequence_number=4))
    early = gateway.lines()
    gateway.tell(Kind.TAKEN, NUMBERS.pack(3, 99))
    gateway.sent(DeliverSmResp(sequence_number=3))
    lines = gateway.lines()

    assert early == []
    assert [line.fields["smpp.sequence_number"] for line in lines] == [3, 4, 3]
    assert [line.number for line in lines] == [99, 0, 0]
    assert lines[0].fields["smpp.message_text"] == "BALANCE"


@pytest.mark.parametrize("end", ["refused", "closed", "late", "gap"])
def test_what_was_not_decided_keeps_no_word(end: str) -> None:
    """A message that was refused, whose connection ended, or that nobody answered, has other letters and digits."""
    gateway = Gateway()
    gateway.came(sms(3))
    if end == "refused":
        gateway.sent(DeliverSmResp(sequence_number=3, command_status=0x58))
    elif end == "closed":
        gateway.tell(Kind.CLOSED, b"cut")
    elif end == "gap":
        gateway.tell(Kind.GAP, GAP_OCTETS.pack(12))
    lines = gateway.lines(HOLD_S + 1)
    message = next(line for line in lines if line.pdu)

    text = str(message.fields["smpp.message_text"])
    assert message.hidden == "text"
    assert ("CODE" in text, "4821" in text, len(text)) == (False, False, 9)


@pytest.mark.parametrize("noted", ["before the end", "after the end", "of its copy"])
def test_what_was_decided_without_an_answer_is_known(noted: str) -> None:
    """A message that had its effect, though its connection ended first, is recorded with its number and stand-ins."""
    gateway = Gateway()
    gateway.came(sms(3))
    typed = encode(Typed(3, 99, ("4821",), True))
    if noted == "before the end":
        gateway.tell(Kind.TYPED, typed)
    gateway.tell(Kind.CLOSED, b"cut")
    early = gateway.lines()
    if noted == "after the end":
        gateway.tell(Kind.TYPED, typed)
    elif noted == "of its copy":
        gateway.tell(Kind.OPENED, encode(Opened(8, "smsc1", False, "10.0.0.5:2775", "gw")))
        gateway.came(sms(4))
        gateway.tell(Kind.TYPED, encode(Typed(4, 99, ("4821",), True)))
        gateway.sent(DeliverSmResp(sequence_number=4))
    messages = [line for line in early + gateway.lines(HOLD_S + 1) if line.fields.get("smpp.command_id") == 5]

    assert {line.hidden for line in messages} == {""} if noted != "of its copy" else {"", "text"}
    assert messages[-1].number == 99
    assert messages[-1].fields["smpp.message_text"] == f"CODE {gateway.masker.stand_in('4821')}"


def test_a_copy_of_what_was_read_is_read() -> None:
    """A repeat, which the gateway answers without reading it again, has the same stand-ins as the first."""
    gateway = Gateway()
    for sequence_number, secrets in ((3, ("4821",)), (4, None)):
        gateway.came(sms(sequence_number))
        gateway.tell(Kind.TYPED, encode(Typed(sequence_number, 99, secrets, True)))
        gateway.sent(DeliverSmResp(sequence_number=sequence_number))
    first, again = [line for line in gateway.lines() if "smpp.message_text" in line.fields]

    assert again.hidden == ""
    assert (again.octets[16:], again.secrets) == (first.octets[16:], first.secrets)


def test_a_receipt_and_a_later_message_repeat_a_code() -> None:
    """What a number was told lately is replaced wherever it comes again."""
    gateway = Gateway()
    gateway.tell(Kind.TOLD, encode(Told(1, 50, "4821")))
    gateway.sent(SubmitSm(destination_addr=NUMBER, short_message=b"Your code: 4821", sequence_number=1))
    gateway.came(SubmitSmResp(message_id="m1", sequence_number=1))
    gateway.came(sms(5, b"HELLO 4821"))
    gateway.tell(Kind.TYPED, encode(Typed(5, 51, ())))
    gateway.sent(DeliverSmResp(sequence_number=5))
    texts = [line.fields["smpp.message_text"] for line in gateway.lines() if "smpp.message_text" in line.fields]

    stand_in = gateway.masker.stand_in("4821")
    assert texts == [f"Your code: {stand_in}", f"HELLO {stand_in}"]


def test_octets_that_are_no_pdu() -> None:
    """Where framing is lost the recording says how much came, not what."""
    gateway = Gateway()
    gateway.tell(Kind.RECEIVED, b"GET /4821 HTTP/1.1\r\n\r\n")
    gateway.tell(Kind.RECEIVED, b"4821")
    lines = gateway.lines()

    assert [line.event for line in lines] == ["opened", "unreadable"]
    assert "4821" not in str(lines)


def test_records_of_any_cut() -> None:
    """Records are the same however the pipe cuts them."""
    body = b"octets"
    whole = b"".join(HEAD.pack(Kind.RECEIVED, number, AT, len(body)) + body for number in range(5))
    at_once = list(Records().feed(whole))
    records = Records()
    one_by_one = [record for octet in struct.iter_unpack("c", whole) for record in records.feed(octet[0])]

    assert one_by_one == at_once
    assert [record.connection for record in at_once] == list(range(5))


LINE = Line(time=AT, link="smsc1", session=7, direction="in", pdu="00" * 400)


def files(folder: Path, clock: list[float], **more: int) -> RecordingFiles:
    limits = {"file_octets_max": 10_000, "file_s_max": 60, "total_octets_max": 1 << 20, **more}
    return RecordingFiles(folder, Header(made_by="test"), now=lambda: clock[0], **limits)


def test_files_are_rotated_by_size_and_time(tmp_path: Path) -> None:
    """A file that is large or old is compressed, and each begins with a header of its own."""
    clock = [AT]
    recording = files(tmp_path, clock)
    recording.write([LINE] * 12)
    by_size = recording.full
    recording.rotate()
    recording.write([LINE])
    fresh = recording.full
    clock[0] += 61
    by_time = recording.full
    recording.close()
    names = sorted(path.name for path in tmp_path.iterdir())

    assert (by_size, fresh, by_time) == (True, False, True)
    assert names == ["20260310T090000.jsonl.zst", "20260310T090000_001.jsonl.zst"]
    for name, count in zip(names, (12, 1), strict=True):
        octets = zstandard.ZstdDecompressor().stream_reader((tmp_path / name).read_bytes()).read()
        header, *lines = octets.splitlines()
        assert header.startswith(b'{"recording":1,')
        assert [msgspec.json.decode(line, type=Line) for line in lines] == [LINE] * count


def test_the_oldest_go_first(tmp_path: Path) -> None:
    """All recordings of the folder together stay within their limit; other files are left alone."""
    clock = [AT]
    (tmp_path / "notes.txt").write_text("mine")
    recording = files(tmp_path, clock, total_octets_max=3000)
    for _ in range(6):
        recording.write([LINE])
        recording.rotate()
        for thread in recording._packing:
            thread.join()
        clock[0] += 1
    left = sorted(tmp_path.glob("*.zst"))

    assert sum(path.stat().st_size for path in left) <= 3000
    assert left[-1].name == "20260310T090005.jsonl.zst"
    assert (tmp_path / "notes.txt").exists()


def test_packing_keeps_what_was_there(tmp_path: Path) -> None:
    """The compressed file holds the same octets, and only its owner may read it."""
    plain = tmp_path / "a.jsonl"
    plain.write_bytes(header_octets(Header()) * 1000)
    octets = plain.read_bytes()
    packed = pack(plain)

    assert zstandard.ZstdDecompressor().stream_reader(packed.read_bytes()).read() == octets
    assert packed.stat().st_mode & 0o777 == 0o600
    assert not plain.exists()
