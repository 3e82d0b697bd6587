"""Lines of a recording back to messages, and what is said of those that cannot be read."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gateway.config import ConfigError
from gateway.model import Channel
from gateway.recording.files import pack
from gateway.recording.format import Header, Line, RecordedLink, header_octets, line_octets
from gateway.recording.messages import Messages, Reply, Said, SessionEnded, dialogs_of, messages_of
from gateway.recording.reading import Recording, RecordingError, read_recording
from gateway.recording.sources import recordings_in, sources_of
from gateway.replay.recorded_command import Reports
from smpp import text as sms_text
from smpp.dialects import own_dialects
from smpp.pdu import DeliverSm, DeliverSmResp, Pdu, SubmitSm, SubmitSmResp, encode

AT = 1_773_133_200.0
NUMBER = "79161234567"
HEADER = Header(links=(RecordedLink(name="phones", listener=True, dialect="spec"),))


def line(direction: str, pdu: Pdu, second: int = 0, **more: object) -> Line:
    octets = encode(pdu).hex()
    return Line(time=AT + second, link="phones", session=7, direction=direction, pdu=octets, **more)  # type: ignore[arg-type]


def read(*lines: Line) -> Recording:
    return read_recording([("a.jsonl", [header_octets(HEADER), *map(line_octets, lines)])])


def messages(*lines: Line) -> Messages:
    return messages_of(read(*lines), own_dialects(), "RU")


def dialled(text: str, op: int, session: bytes = b"\x12\x34", **more: object) -> dict[str, object]:
    return {
        "service_type": "USSD",
        "short_message": text.encode(),
        "data_coding": 0x0F,
        "tlvs": ((0x0501, bytes((op,))), (0x1383, session)),
        **more,
    }


def test_requests_are_joined_with_their_answers() -> None:
    """A message has the status of its answer, a reply that of the peer's; each keeps its journal number."""
    found = messages(
        line("in", SubmitSm(source_addr=NUMBER, sequence_number=3, short_message=b"BALANCE"), number=50),
        line("in", SubmitSm(source_addr=NUMBER, sequence_number=4, short_message=b"HELP"), 1),
        line("out", SubmitSmResp(sequence_number=3, message_id="50"), 2),
        line("out", SubmitSmResp(sequence_number=4, command_status=0x58), 3),
        line("out", DeliverSm(destination_addr=NUMBER, sequence_number=3, short_message=b"100 RUB"), 4, number=50),
        line("in", DeliverSmResp(sequence_number=3, command_status=0x64), 5),
    )

    assert [(each.text, each.status, each.number) for each in found.said] == [("BALANCE", 0, 50), ("HELP", 0x58, 0)]
    assert [(each.text, each.status, each.cause) for each in found.replies] == [("100 RUB", 0x64, 50)]
    assert found.left_out == {}


def test_a_message_without_an_answer() -> None:
    """It is there, its status unknown, and counted."""
    found = messages(line("in", SubmitSm(source_addr=NUMBER, sequence_number=3, short_message=b"BALANCE")))

    assert [each.status for each in found.said] == [None]
    assert found.left_out == {"messages without an answer": 1}


def test_a_long_reply_is_one() -> None:
    """Its parts are joined, in any order, and its status is the worst of theirs."""
    split = sms_text.split("Очень длинный ответ. " * 6)
    total = len(split.parts)
    lines = []
    for number in reversed(range(1, total + 1)):
        octets = sms_text.udh_concatenation(9, total, number) + split.parts[number - 1]
        pdu = DeliverSm(
            destination_addr=NUMBER, esm_class=0x40, data_coding=8, short_message=octets, sequence_number=number
        )  # fmt: skip
        lines += [
            line("out", pdu, number),
            line("in", DeliverSmResp(sequence_number=number, command_status=number % 2)),
        ]
    (reply,) = messages(*lines).replies

    assert (reply.text, reply.parts, reply.status) == ("Очень длинный ответ. " * 6, total, 1)


def test_dialogs_are_told_apart() -> None:
    """What was dialled, the screen and the answer belong together; the next dial begins another dialog."""
    to, source = {"destination_addr": NUMBER}, {"source_addr": NUMBER}
    found = messages(
        line("in", SubmitSm(sequence_number=1, **dialled("*111#", 1, **source))),  # type: ignore[arg-type]
        line("out", DeliverSm(sequence_number=1, **dialled("1 Balance", 2, **to)), 1),  # type: ignore[arg-type]
        line("in", SubmitSm(sequence_number=2, **dialled("1", 18, **source)), 2),  # type: ignore[arg-type]
        line("out", DeliverSm(sequence_number=2, **dialled("100 RUB", 17, **to)), 3),  # type: ignore[arg-type]
        line("in", SubmitSm(sequence_number=3, **dialled("*100#", 1, **source)), 4),  # type: ignore[arg-type]
    )
    dialogs = [[each.text for each in steps] for _, steps in dialogs_of(found)]

    assert dialogs == [["*111#", "1 Balance", "1", "100 RUB"], ["*100#"]]
    assert {each.channel for each in found.happened if not isinstance(each, SessionEnded)} == {Channel.USSD}


def test_receipts_and_events() -> None:
    """A receipt is no message of a subscriber; the end of a session is told in its place."""
    receipt = DeliverSm(source_addr=NUMBER, esm_class=4, short_message=b"id:1 stat:DELIVRD", sequence_number=1)
    closed = Line(time=AT + 2, link="phones", session=7, event="closed", account="hub")
    said = SubmitSm(source_addr=NUMBER, sequence_number=2, short_message=b"HELP")
    found = messages(line("in", receipt), closed, line("in", said, 3))

    assert [type(each) for each in found.happened] == [SessionEnded, Said]
    assert found.said[0].account == "hub"
    assert found.left_out["receipts"] == 1


def test_what_cannot_be_read_is_named_and_counted() -> None:
    """A line that is no JSON, one of other fields, one that is cut: file, line, what was expected; the rest is read."""
    good = line_octets(line("in", SubmitSm(source_addr=NUMBER, sequence_number=3, short_message=b"HELP")))
    bad = [b"{]\n", b'{"link":"phones"}\n', b'{"time":1,"pdu":"0g"}\n', good, good[:-9]]
    recording = read_recording([("a.jsonl", [header_octets(HEADER), *bad])])

    assert len(recording.lines) == 1
    assert recording.skipped == {"unreadable lines": 3, "cut lines": 1}
    assert [str(fault).split(": ")[0] for fault in recording.faults] == [f"a.jsonl:{n}" for n in (2, 3, 4, 6)]
    assert "expected a whole line" in recording.faults[-1].message


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (b'{"recording":2}\n', "a.jsonl:1: of version 2, this program reads up to 1: use a newer one"),
        (b"given 79161234567\n", "a.jsonl:1: no recording; expected"),
        (None, "a.jsonl:1: empty; expected a recording"),
    ],
)
def test_what_is_no_recording(first: bytes | None, says: str) -> None:
    """A newer version, another kind of file, an empty one: not read at all, and why."""
    with pytest.raises(RecordingError) as caught:
        read_recording([("a.jsonl", [] if first is None else [first])])

    assert str(caught.value).startswith(says)


def test_files_of_a_folder(tmp_path: Path) -> None:
    """Plain and compressed files of a folder are one recording, oldest first; what is damaged is named."""
    said = [line("in", SubmitSm(source_addr=NUMBER, sequence_number=n, short_message=b"HELP"), n) for n in (1, 2)]
    for name, each in zip(("20260310T090000", "20260310T100000"), said, strict=True):
        (tmp_path / f"{name}.jsonl").write_bytes(header_octets(HEADER) + line_octets(each))
    packed = pack(tmp_path / "20260310T090000.jsonl")
    recording = read_recording(sources_of([tmp_path]))
    packed.write_bytes(packed.read_bytes()[:20])

    assert recording.lines == said
    with pytest.raises(RecordingError, match=r"20260310T090000.jsonl.zst:1: the compressed file is cut here"):
        read_recording(sources_of([packed]))
    with pytest.raises(FileNotFoundError, match="there is no recording"):
        recordings_in([tmp_path / "nothing"])
    assert msgspec.json.decode(header_octets(HEADER), type=Header) == HEADER


def test_a_damaged_file_is_read_up_to_there(tmp_path: Path) -> None:
    """Of a compressed file that was cut all is read that is whole; the place is named and counted."""
    said = [
        line("in", SubmitSm(source_addr=NUMBER, sequence_number=n, short_message=str(n * 7919 % 99991).encode()), n)
        for n in range(1, 9000)
    ]
    plain = tmp_path / "20260310T090000.jsonl"
    plain.write_bytes(header_octets(HEADER) + b"".join(map(line_octets, said)))
    packed = pack(plain)
    packed.write_bytes(packed.read_bytes()[: packed.stat().st_size // 2])
    recording = read_recording(sources_of([packed]))

    assert 100 < len(recording.lines) < len(said)
    assert recording.lines == said[: len(recording.lines)]
    assert recording.skipped == {"damaged files": 1}
    assert f"{packed}:{len(recording.lines) + 2}: " in str(recording.faults[0])


def test_replies_are_values() -> None:
    """Two readings of one recording are equal."""
    lines = [line("out", DeliverSm(destination_addr=NUMBER, sequence_number=3, short_message=b"100 RUB"))]

    assert messages(*lines).happened == messages(*lines).happened
    assert isinstance(messages(*lines).happened[0], Reply)


def test_reports_have_a_folder(tmp_path: Path) -> None:
    """A file that cannot be written is told before a replay, not after an hour of it."""
    for place in ("junit", "html"):
        with pytest.raises(ConfigError, match=r"a\.out: there is no folder .*no"):
            Reports(**{place: tmp_path / "no" / "a.out"})
