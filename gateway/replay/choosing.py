"""Which messages of a recording are wanted: by number, code, link and time. Pure.

Everything is replayed, because what is not wanted may have changed what is; only what is wanted is compared and shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from gateway.model import Instant, Msisdn
from gateway.recording.messages import Messages, Said
from gateway.replay.compare import Compared, Comparison

KEYS = ("number", "code", "link", "time")


class FilterError(ValueError):
    """A filter that says nothing; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one time to another: of a day, or seconds since 1970 UTC."""

    since: time | float
    until: time | float

    def has(self, at: Instant, zone: ZoneInfo) -> bool:
        def passed(bound: time | float) -> bool:
            if isinstance(bound, time):
                return datetime.fromtimestamp(at / 1000, zone).time() >= bound
            return at >= bound * 1000

        return passed(self.since) and not passed(self.until)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted: one of each list that is not empty. Without any all is.

    `numbers`: who said it or was told; `codes`: how what was dialled or sent begins, with all answers in its dialog.
    """

    numbers: frozenset[Msisdn] = frozenset()
    codes: tuple[str, ...] = ()
    links: frozenset[str] = frozenset()
    spans: tuple[Span, ...] = ()
    zone: ZoneInfo = ZoneInfo("UTC")

    @property
    def all(self) -> bool:
        return not (self.numbers or self.codes or self.links or self.spans)

    def has(self, said: Said, opening: str) -> bool:
        """Whether a message is wanted. `opening`: what its dialog began with, or its own text."""
        return (
            (not self.numbers or said.subscriber in self.numbers)
            and (not self.codes or any(_plain(opening).startswith(code) for code in self.codes))
            and (not self.links or said.link in self.links)
            and (not self.spans or any(span.has(said.at, self.zone) for span in self.spans))
        )

    def has_reply(self, each: Compared, said: Mapping[int, Said], openings: Mapping[int, str]) -> bool:
        """A reply is wanted with its message, or because of whom it went to; a timer's has only a number and a time."""
        to = any(told is not None and told.subscriber in self.numbers for told in (each.recorded, each.replayed))
        others = replace(self, numbers=frozenset()) if to else self
        if each.cause is not None and each.cause in said:
            return others.has(said[each.cause], openings[each.cause])
        at = each.either.at
        in_time = not self.spans or any(span.has(at, self.zone) for span in self.spans)
        return in_time and not (others.numbers or self.codes or self.links)


def openings_of(said: Mapping[int, Said]) -> dict[int, str]:
    """What the dialog of each message began with; of an SMS its own text."""
    first: dict[str, str] = {}
    return {
        place: first.setdefault(each.dialog, each.text) if each.dialog else each.text for place, each in said.items()
    }


def places_of(choice: Choice, messages: Messages) -> set[int]:
    """The places of the messages that are wanted."""
    said = {place: each for place, each in enumerate(messages.happened) if isinstance(each, Said)}
    openings = openings_of(said)
    return {place for place, each in said.items() if choice.has(each, openings[place])}


def chosen(choice: Choice, comparison: Comparison) -> Comparison:
    """What is wanted of a comparison. End states are those of all numbers, so they stay."""
    if choice.all:
        return comparison
    said = comparison.said
    openings = openings_of(said)
    replies = [each for each in comparison.replies if choice.has_reply(each, said, openings)]
    causes = {each.cause for each in replies}
    wanted = {place: each for place, each in said.items() if place in causes or choice.has(each, openings[place])}
    return replace(comparison, said=wanted, replies=replies)


def choice_of(filters: Iterable[str], zone: ZoneInfo, links: Iterable[str]) -> Choice:
    """A choice as it is typed: `number=79161234567`, `code=*111*828`, `link=smsc1`, `time=09:00..09:30`.

    Args:
        zone: of the times.
        links: those that the recording has.

    Raises:
        FilterError: a filter that nobody can read, or a link that is not there.
    """
    given: dict[str, list[str]] = {key: [] for key in KEYS}
    for each in filters:
        key, equals, value = each.partition("=")
        if not equals or key not in given or not value:
            raise FilterError(f"--filter {each}: expected one of {', '.join(f'{key}=...' for key in KEYS)}")
        given[key].append(value)
    known = sorted(links)
    for link in given["link"]:
        if link not in known:
            raise FilterError(f"--filter link={link}: there is no such link; expected one of {', '.join(known)}")
    for number in given["number"]:
        if not re.fullmatch(r"\+?\d+", number):
            raise FilterError(f"--filter number={number}: expected digits, as 79161234567")
    return Choice(
        frozenset(Msisdn(number.removeprefix("+")) for number in given["number"]),
        tuple(map(_plain, given["code"])),
        frozenset(given["link"]),
        tuple(_span(text, zone) for text in given["time"]),
        zone,
    )


def _span(text: str, zone: ZoneInfo) -> Span:
    since, dots, until = text.partition("..")
    if not dots or not (since or until):
        raise FilterError(
            f"--filter time={text}: expected 09:00..09:30, 2026-03-10T09:00..2026-03-10T10:00, or one end"
        )
    return Span(_bound(since, zone, 0.0), _bound(until, zone, float("inf")))


def _bound(text: str, zone: ZoneInfo, default: float) -> time | float:
    if not text:
        return default
    try:
        if "T" in text or "-" in text:
            return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()
        return time.fromisoformat(text)
    except ValueError:
        raise FilterError(f"--filter time: {text} is no time; expected 09:00 or 2026-03-10T09:00") from None


def _plain(text: str) -> str:
    """As codes and keywords are compared: without the last `#`, small and capital letters the same."""
    return " ".join(text.casefold().split()).rstrip("#")
