"""What a replay told against what was recorded: each verdict, and a recording replayed from `given` lines."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec
import pytest

from gateway.config import Settings
from gateway.model import Channel, Instant, Msisdn
from gateway.recording.format import Header, Line, RecordedLink, Secret
from gateway.recording.reading import Recording
from gateway.replay.command import SECRET
from gateway.replay.compare import Alike, Comparison, Told, Verdict, compare, compare_states
from gateway.replay.recorded_command import Start, compared
from gateway.rooms import Rooms
from smpp.pdu import Pdu, SubmitSm, SubmitSmResp, encode

ANN, BEN = Msisdn("79161234567"), Msisdn("79161234568")
AT = 1_773_133_200.0


def told(text: str, to: Msisdn = ANN, cause: int | None = 0, at: int = 0, **more: object) -> Told:
    return Told(Instant(at), to, Channel.SMS, text, cause, **more)  # type: ignore[arg-type]


def verdicts(recorded: list[Told], replayed: list[Told], ignore: str = "(?!)") -> list[Verdict]:
    return sorted(each.verdict for each in compare(recorded, replayed, Alike([re.compile(ignore)])))


@pytest.mark.parametrize(
    ("recorded", "replayed", "expected"),
    [
        ([told("a")], [told("a")], [Verdict.SAME]),
        ([told("a  \nb")], [told("a\nb")], [Verdict.SAME]),
        ([told("a")], [told("b")], [Verdict.TEXT]),
        ([told("a")], [], [Verdict.MISSING]),
        ([], [told("a")], [Verdict.EXTRA]),
        ([told("a")], [told("a", BEN)], [Verdict.RECIPIENT]),
        ([told("a"), told("b")], [told("b"), told("a")], [Verdict.ORDER, Verdict.SAME]),
        ([told("a"), told("b", BEN)], [told("b", BEN), told("c")], [Verdict.SAME, Verdict.TEXT]),
        ([told("a", cause=0)], [told("a", cause=1, at=5)], [Verdict.LATER]),
        ([told("a", cause=1, at=5)], [told("a", cause=0)], [Verdict.ORDER]),
        ([told("a", cause=None)], [told("a", cause=None, at=9)], [Verdict.SAME]),
        ([told("a", cause=None)], [told("a", BEN, cause=None)], [Verdict.EXTRA, Verdict.MISSING]),
        ([told("a", cause=0), told("a", cause=1)], [told("a", cause=1), told("a", cause=0)], [Verdict.SAME] * 2),
        ([told("100 RUB")], [told("200 RUB")], [Verdict.TEXT]),
    ],
)
def test_verdicts(recorded: list[Told], replayed: list[Told], expected: list[Verdict]) -> None:
    """Replies are matched by cause and recipient, then by text; each has the verdict that says most of it."""
    assert verdicts(recorded, replayed) == sorted(expected)


def test_codes_and_references_differ() -> None:
    """Only the number that is a run's own code or reference may be another one; the same digits elsewhere may not."""
    one = told("Code 4821 for 4821 RUB, ref 77", codes=("4821",), reference="77")
    two = told("Code 1111 for 4821 RUB, ref 5", codes=("1111",), reference="5")
    wrong = told("Code 1111 for 2222 RUB, ref 5", codes=("1111",), reference="5")

    assert verdicts([one], [two]) == [Verdict.SAME]
    assert verdicts([one], [wrong]) == [Verdict.TEXT]


def test_what_is_ignored() -> None:
    """A pattern of the operator's makes what it matches the same on both sides."""
    assert verdicts([told("paid 10.03")], [told("paid 11.04")]) == [Verdict.TEXT]
    assert verdicts([told("paid 10.03")], [told("paid 11.04")], r"\d\d\.\d\d") == [Verdict.SAME]


class Row(msgspec.Struct, frozen=True):
    """Something stored."""

    balance: int = 0
    at: int = 0
    number: int = 0


def test_end_states() -> None:
    """Fields that differ are named; instants a moment apart and journal numbers are the same."""
    one = {"accounts": {"a": Row(5, 1_773_133_200_000, 7), "b": Row(1)}, "ledger": {"fees": 3}}
    two = {"accounts": {"a": Row(6, 1_773_133_200_400, 7), "c": Row(1)}, "ledger": {"fees": 3}}
    found = [(each.key, each.field) for each in compare_states(one, two)]

    assert found == [("a", "balance"), *(("b", each) for each in ("at", "balance", "number")),
                     *(("c", each) for each in ("at", "balance", "number"))]  # fmt: skip


# -- a recording from `given` lines ----------------------------------------------------------------------------------


@cache
def compiled() -> Rooms:
    """The gateway's own catalogue, once for all who replay with it."""
    return Rooms(Settings(), SECRET)


@pytest.fixture
def rooms() -> Rooms:
    return compiled()


def line(direction: str, pdu: Pdu, second: int, **more: object) -> Line:
    octets = encode(pdu).hex()
    return Line(time=AT + second, link="phones", session=7, direction=direction, pdu=octets, **more)  # type: ignore[arg-type]


def sms(sequence_number: int, text: str, second: int, **more: object) -> list[Line]:
    """A message that was taken."""
    octets = text.encode("utf-16-be")
    pdu = SubmitSm(
        source_addr=ANN, destination_addr="111", data_coding=8, short_message=octets, sequence_number=sequence_number
    )  # fmt: skip
    answer = SubmitSmResp(sequence_number=sequence_number, message_id="1")
    return [line("in", pdu, second, **more), line("out", answer, second)]


def recording_of(*lines: Line) -> Recording:
    return Recording(Header(links=(RecordedLink(name="phones", listener=True, dialect="one-shot"),)), list(lines))


def given_in(folder: Path, given: str) -> Start:
    (folder / "given.dialog").write_text(f"given {ANN} {given}\n", encoding="utf-8")
    return Start(given=folder / "given.dialog")


def replayed(rooms: Rooms, folder: Path, *lines: Line, given: str = "balance=100.00 lang=ru") -> Comparison:
    return compared(rooms, recording_of(*lines), given_in(folder, given))


def test_given_and_time(rooms: Rooms, tmp_path: Path) -> None:
    """Subscribers come from `given` lines, time from the recording; what was refused then is not said again."""
    refused = sms(9, "БАЛАНС", 7)
    refused[1] = line("out", SubmitSmResp(sequence_number=9, command_status=0x58), 7)
    found = replayed(rooms, tmp_path, *sms(3, "БАЛАНС", 5), *refused)
    (reply,) = found.replies

    assert reply.verdict is Verdict.EXTRA  # nothing was recorded of it
    assert reply.replayed is not None
    assert reply.replayed.text.startswith("Баланс: 100 руб.")
    assert reply.replayed.at == (AT + 5) * 1000
    assert found.left_out["messages that were refused or not answered"] == 1


def test_a_code_typed_back_is_the_one_of_this_run(rooms: Rooms, tmp_path: Path) -> None:
    """A stand-in that was right is replaced by the code that this run issued, whatever it was when recorded."""
    asked = sms(3, "ПОДКЛЮЧИТЬ 12", 5)
    right = sms(4, "ДА 7305", 6, secrets=(Secret("7305", True),))
    wrong = sms(4, "ДА 7305", 6, secrets=(Secret("7305", False),))
    accepted = replayed(rooms, tmp_path, *asked, *right).replies[-1].replayed
    refused = replayed(rooms, tmp_path, *asked, *wrong).replies[-1].replayed

    assert accepted is not None
    assert accepted.text.startswith("«Гудок» подключена.")
    assert refused is not None
    assert "«Гудок» подключена" not in refused.text


def test_timers_fire_in_their_time(rooms: Rooms, tmp_path: Path) -> None:
    """What a timer brings about between two messages comes at its own time."""
    found = replayed(rooms, tmp_path, *sms(3, "ПОДКЛЮЧИТЬ 12", 0), *sms(4, "ДА", 1), *sms(5, "БАЛАНС", 40 * 86_400))
    texts = [(each.replayed.at, each.replayed.text) for each in found.replies if each.replayed is not None]
    renewed = [(at, text) for at, text in texts if AT * 1000 + 86_400_000 < at < (AT + 39 * 86_400) * 1000]

    assert texts[-1][1].startswith("Баланс: 0 руб.")
    assert len(renewed) >= 1
    assert found.lasted_s == 40 * 86_400
    assert found.lasted_s / found.took_s > 20
