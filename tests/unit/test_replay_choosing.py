"""`--filter`, Ctrl-C and the grouped output of a replay."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import signal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from gateway.model import Channel, Instant, Msisdn
from gateway.recording.messages import Said
from gateway.replay.choosing import FilterError, choice_of, chosen
from gateway.replay.command import NOT_RUN, SAME
from gateway.replay.compare import Alike as AlikeTexts
from gateway.replay.compare import Comparison, Told, Verdict, compare
from gateway.replay.going import interruptible, watched
from gateway.replay.recorded_command import Reports, reported
from gateway.replay.report import print_comparison
from smpp.pdu import SubmitSm

ANN, BEN = Msisdn("79161234567"), Msisdn("79161234568")
MOSCOW = ZoneInfo("Europe/Moscow")
NINE = 1_773_122_400_000  # 10 March 2026, 09:00 in Moscow
MINUTE = 60_000


def said(at: int, who: Msisdn, text: str, *, link: str = "a", dialog: str = "") -> Said:
    channel = Channel.USSD if dialog else Channel.SMS
    return Said(
        at=Instant(NINE + at * MINUTE), link=link, session=1, account="", subscriber=who, channel=channel, text=text,
        pdu=SubmitSm(), dialog=dialog,
    )  # fmt: skip


MESSAGES = {
    0: said(0, ANN, "*111*828*1#", dialog="d"),
    1: said(5, ANN, "1", dialog="d"),
    2: said(10, BEN, "Баланс", link="b"),
    3: said(15, BEN, "ПЕРЕВОД 79161234567 100", link="b"),
}
REPLIES = [
    Told(Instant(NINE + at * MINUTE), to, Channel.SMS, text, cause)
    for at, to, text, cause in (
        (0, ANN, "one", 0), (5, ANN, "two", 1), (10, BEN, "three", 2), (15, BEN, "sent", 3), (15, ANN, "got", 3),
        (30, ANN, "timer", None),
    )
]  # fmt: skip
COMPARISON = Comparison(said=MESSAGES, replies=compare(REPLIES, REPLIES, AlikeTexts()))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], ["one", "two", "three", "sent", "got", "timer"]),
        (["number=79161234567"], ["one", "two", "got", "timer"]),
        (["number=+79161234568"], ["three", "sent", "got"]),
        (["code=*111*828"], ["one", "two"]),
        (["code=баланс", "code=перевод"], ["three", "sent", "got"]),
        (["link=b"], ["three", "sent", "got"]),
        (["time=09:05..09:11"], ["two", "three"]),
        (["time=..09:05"], ["one"]),
        (["time=2026-03-10T09:15.."], ["sent", "got", "timer"]),
        (["number=79161234567", "link=b"], ["got"]),
        (["code=*100#"], []),
    ],
)
def test_filters(filters: list[str], expected: list[str]) -> None:
    """One of the values of each key; a code with the whole dialog it opens, a number with what it was told."""
    found = chosen(choice_of(filters, MOSCOW, ("a", "b")), COMPARISON)

    assert [each.either.text for each in found.replies] == expected
    assert {each.cause for each in found.replies if each.cause is not None} <= found.said.keys()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("nummer=1", "number="), ("number", "number="), ("number=", "number="), ("number=Ann", "digits"),
        ("link=c", "a, b"), ("time=9", "09:00..09:30"), ("time=25:00..", "25:00"), ("time=2026-13-01..", "no time"),
    ],
)  # fmt: skip
def test_a_filter_that_says_nothing(text: str, named: str) -> None:
    """It is told what was expected, or which links there are."""
    with pytest.raises(FilterError, match=f"--filter.*{named}"):
        choice_of([text], MOSCOW, ("a", "b"))


def printed(comparison: Comparison, *, terminal: bool = False) -> str:
    out = io.StringIO()
    print_comparison(comparison, Console(file=out, force_terminal=terminal, width=120, soft_wrap=True), MOSCOW)
    return out.getvalue()


def test_differences_are_printed_by_cause() -> None:
    """A price that changed is one heading with examples, what was and is now in brackets; colours on a terminal."""
    was = [Told(Instant(NINE), ANN, Channel.SMS, f"Charged 50, left {n}", 2) for n in range(9)]
    now = [Told(each.at, each.subscriber, each.channel, each.text.replace("50", "60"), 2) for each in was]
    comparison = Comparison(said=MESSAGES, replies=compare(was, now, AlikeTexts()))
    plain, coloured = printed(comparison), printed(comparison, terminal=True)

    assert comparison.totals == {Verdict.TEXT: 9}
    assert plain.count("9 replies to 1 number differ only in\n  Charged [50→60], left …\n") == 1
    assert plain.count("- sms") == plain.count("+ sms") == 2
    assert "\x1b[" not in plain
    assert "\x1b[" in coloured


def test_a_partial_report_says_so() -> None:
    """What was ended by Ctrl-C is printed as far as it came."""
    assert "stopped by Ctrl-C: this is of the first 4 messages" in printed(Comparison(said=MESSAGES, stopped=True))


def test_runs_that_were_not_made(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C between two runs of a recording: what was not run is told, and nobody says that all is the same."""
    whole, zone = Comparison(said=MESSAGES), ZoneInfo("UTC")
    made = [reported([whole] * runs, [Path("a")], Reports(), Console(), zone, 3) for runs in (2, 3)]

    assert made == [NOT_RUN, SAME]
    assert capsys.readouterr().out.count("stopped by Ctrl-C: 1 runs were not made") == 1


def test_ctrl_c_asks_for_the_end() -> None:
    """The first Ctrl-C ends the run where it looks next, the second at once; afterwards it is what it was."""
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as interrupt, watched(10, "PDUs", interrupt) as watch:
        first = watch(1)
        signal.raise_signal(signal.SIGINT)
        second = watch(2)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    assert (first, second) == (True, False)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_bar_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate and time left are shown on a terminal, and nothing is written elsewhere."""
    shown = []
    for ours, theirs in (pty.openpty(), os.pipe()):
        with open(theirs, "w") as stream:
            monkeypatch.setattr("sys.stderr", stream)
            with interruptible() as interrupt, watched(10, "PDUs", interrupt) as watch:
                watch(5)
            os.set_blocking(ours, False)
            shown.append("")
            with contextlib.suppress(BlockingIOError):  # a terminal gives what there is, in as many pieces as it came
                while octets := os.read(ours, 1 << 16):
                    shown[-1] += octets.decode()
        os.close(ours)

    assert "replay" in shown[0]
    assert "50%" in shown[0]
    assert shown[1] == ""
