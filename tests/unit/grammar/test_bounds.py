"""Reading costs a bounded amount of work, whatever is typed: counted in calls, which no busy machine changes.

An expression that is matched in too many ways is one call: that the processor's own time shows.
"""

from __future__ import annotations

import sys
import time
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.grammar import KINDS, LONG
from gateway.model import Channel
from gateway.ussd_grammar import Grammar

CALLS_MAX = 6_000
"""Of Python and C functions together; a thousand calls take about a tenth of a millisecond."""
CALLS_ORDINARY_MAX = 500
CPU_MAX_S = 0.002
"""The least of several times: twice what a text may take, for a machine that others use too."""


def calls(grammar: Grammar, text: str, channel: Channel) -> int:
    """How many functions are called to read a text that is not remembered."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    grammar._read(text, channel, "111", False)  # what is worked out once and kept does not count
    sys.setprofile(counted)
    try:
        grammar._read(text, channel, "111", False)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(("name", "channel", "text"), LONG, ids=[name for name, _, _ in LONG])
def test_the_longest_texts(grammar: Grammar, name: str, channel: Channel, text: str) -> None:
    """No text up to the greatest length takes more than about a millisecond."""
    assert calls(grammar, text, channel) < CALLS_MAX


@pytest.mark.parametrize(("name", "channel", "text"), LONG, ids=[name for name, _, _ in LONG])
def test_the_time_of_the_longest_texts(grammar: Grammar, name: str, channel: Channel, text: str) -> None:
    """The same by the processor's time: no expression goes over a text again and again."""
    taken = []
    for _ in range(10):
        before = time.process_time()
        grammar._read(text, channel, "111", False)
        taken.append(time.process_time() - before)

    assert min(taken) < CPU_MAX_S


@pytest.mark.parametrize(("name", "channel", "text"), KINDS, ids=[name for name, _, _ in KINDS])
def test_ordinary_texts(grammar: Grammar, name: str, channel: Channel, text: str) -> None:
    """What people type takes some tens of microseconds, unknown codes and their suggestions too."""
    assert calls(grammar, text, channel) < CALLS_ORDINARY_MAX


@pytest.mark.parametrize("channel", list(Channel))
def test_beyond_the_greatest_length(grammar: Grammar, channel: Channel) -> None:
    """Ten thousand characters cost no more than the greatest length, and a hundred thousand no more than that."""
    cap = calls(grammar, "7 " * 250, channel)

    assert calls(grammar, "*7 " * 3_334, channel) <= cap
    assert calls(grammar, "СМС 89161234567 " + "ы" * 100_000, channel) <= cap


_PIECES = [
    "ПЕРЕВОД ",
    "АВТОПЛАТЕЖ ",
    "СТОП ",
    "7 ",
    "8916",
    "+",
    "-",
    "(",
    ".",
    ",",
    "*",
    "#",
    "O",
    "ы",
    "s;",
    "'",
    "²",
    "50 ",
    "pуб",
    "0а",
    ")",
]


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(st.sampled_from(_PIECES), max_size=500), channel=st.sampled_from(Channel))
def test_any_long_text(grammar: Grammar, pieces: list[str], channel: Channel) -> None:
    """The same of any mixture of what means something to the grammar."""
    assert calls(grammar, "".join(pieces)[:500], channel) < CALLS_MAX
