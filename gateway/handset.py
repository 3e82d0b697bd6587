"""What the owner of a phone sees: its display, the SMS that came, what was said. Pure; the caller tells the time.

A display has 7 rows of 26 columns: the 182 characters of GSM 7-bit that a USSD screen holds (in UCS-2 it is 80). What
takes more rows, since words are kept whole, is turned over by pages.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.screens import SEPTETS_MAX, UNITS_MAX
from smpp.text import Alphabet, split

COLUMNS, ROWS = 26, 7
SMS_MAX = 200  # kept, the newest first
LINES_MAX = 100  # that were said


@dataclass(frozen=True, slots=True)
class Shown:
    """What a phone showed: a USSD screen, or an SMS with who sent it and to whom. `asks`: it waits for an answer."""

    kind: str  # "screen" or "sms"
    text: str
    sender: str = ""
    recipient: str = ""
    segments: int = 1
    asks: bool = False


class Saying(StrEnum):
    """What a typed line is."""

    DIAL = "dial"
    ANSWER = "answer"
    TEXT = "text"


def saying(line: str, *, asked: bool) -> Saying:
    """*CODE# is dialled, also while a screen asks; another line answers that screen, or else is an SMS."""
    if line[:1] in ("*", "#") and len(line) > 2:
        return Saying.DIAL
    return Saying.ANSWER if asked else Saying.TEXT


@dataclass(frozen=True, slots=True)
class Display:
    """One page of what the phone shows, row by row. `note` says what it is and how large, `fits` that it may be."""

    rows: tuple[str, ...] = ()
    note: str = ""
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS in the inbox."""

    at: datetime
    shown: Shown
    read: bool = False

    def line(self, number: str) -> str:
        """As the list shows it; `number` is the phone's own."""
        shown = self.shown
        others = f" to {shown.recipient}" if shown.recipient != number else ""
        return f"{' ' if self.read else '*'} {self.at:%H:%M} {shown.sender}{others}, {cost(shown.segments, shown.text)}"


@dataclass(slots=True)
class Handset:
    """The phone's memory. `asks`: the screen waits for an answer; `waits`: something was said, nothing has come yet."""

    number: str
    short_number: str = "111"
    asks: bool = False
    waits: bool = False
    inbox: list[Sms] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # the newest last
    _text: str = ""
    _segments: int = 0  # of the SMS that is shown; 0: a screen is
    _page: int = 0
    _recalled: int = 0

    # -- what happens ----------------------------------------------------------------------------------------------

    def says(self, line: str) -> Saying:
        """The owner sends what he has typed."""
        deed = saying(line, asked=self.asks)
        if deed is not Saying.ANSWER:  # which means nothing at another screen
            self.said = [*(each for each in self.said if each != line), line][-LINES_MAX:]
        self._recalled = 0
        self.waits = True
        if deed is not Saying.TEXT:
            self._show("")
            self.asks = False
        return deed

    def comes(self, shown: Shown, at: datetime) -> None:
        """A screen takes the display; an SMS takes it only where no screen waits there for an answer."""
        if shown.kind == "screen":
            if shown.recipient == self.number:
                self.asks, self.waits = shown.asks, False
                self._show(shown.text)
            return
        self.inbox = [Sms(at, shown), *self.inbox][:SMS_MAX]
        if self.waits and shown.recipient == self.number:
            self.waits = False
            self.opens(0)

    def opens(self, place: int) -> None:
        """An SMS from the list. A screen that asked is covered, and can still be answered."""
        sms = self.inbox[place]
        self.inbox[place] = Sms(sms.at, sms.shown, read=True)
        self._show(sms.shown.text, sms.shown.segments)

    def ends(self) -> None:
        """The red key, a lost connection, or nothing came: nothing is open any more."""
        self.asks = self.waits = False
        self._show("")

    def turns(self, pages: int) -> None:
        """To a later (or, less than 0, an earlier) page."""
        self._page = min(max(self._page + pages, 0), len(_pages(self._text)) - 1)

    def recalls(self, back: int) -> str:
        """What was said so many lines before (or after) the line recalled last; empty past the newest."""
        self._recalled = min(max(self._recalled + back, 0), len(self.said))
        return self.said[-self._recalled] if self._recalled else ""

    def _show(self, text: str, segments: int = 0) -> None:
        self._text, self._segments, self._page = text, segments, 0

    # -- what is seen ----------------------------------------------------------------------------------------------

    def display(self) -> Display:
        if not self._text:
            return Display(("...",) if self.waits else ())
        pages = _pages(self._text)
        if self._segments:
            note, fits = cost(self._segments, self._text), True
        else:
            alphabet, units = _measured(self._text)
            most = SEPTETS_MAX if alphabet == "GSM-7" else UNITS_MAX
            note, fits = f"{alphabet} {units}/{most}", units <= most
        if len(pages) > 1:
            note += f", page {self._page + 1}/{len(pages)}"
        return Display(pages[self._page], note, fits)

    def meaning(self, line: str) -> str:
        """What sending a typed line would do, and what an SMS would cost."""
        if not line:
            return "1-9 * # and Enter" if not self.asks else "answer and Enter"
        match saying(line, asked=self.asks):
            case Saying.DIAL:
                return "Enter dials"
            case Saying.ANSWER:
                return "Enter answers"
            case Saying.TEXT:
                return f"to {self.short_number}: {cost(len(split(line).parts), line)}"


def cost(segments: int, text: str) -> str:
    """Parts of an SMS and what it holds: `1 SMS, UCS-2 14`."""
    alphabet, units = _measured(text)
    return f"{segments} SMS, {alphabet} {units}"


def _measured(text: str) -> tuple[str, int]:
    """The alphabet that a text needs, and how much of it."""
    measured = split(text)
    return "GSM-7" if measured.alphabet is Alphabet.GSM7 else "UCS-2", measured.units


def _pages(text: str) -> list[tuple[str, ...]]:
    """The display's pages; never none. What strangers send must not steer a terminal: control characters are dots."""
    rows = [row for line in text.splitlines() for row in _wrapped(line)]
    return [tuple(rows[first : first + ROWS]) for first in range(0, len(rows), ROWS)] or [()]


def _wrapped(line: str) -> list[str]:
    plain = "".join(each if each.isprintable() else "." for each in line)
    return textwrap.wrap(plain, COLUMNS, break_on_hyphens=False, drop_whitespace=True) or [""]
