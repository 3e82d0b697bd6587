"""What fits the screen of a phone, and how a longer text is cut into pages: at the ends of lines and words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.messages import CODE_PLACE
from smpp.text import fit_ussd, split, truncate

SEPTETS_MAX, UNITS_MAX = 182, 80
"""160 octets on air (TS 24.080 4.2.2)."""


@dataclass(frozen=True, slots=True)
class Size:
    """A screen in septets of GSM 7-bit and in UCS-2 units."""

    septets_max: int = SEPTETS_MAX
    units_max: int = UNITS_MAX

    def holds(self, text: str) -> bool:
        """Whether the text fits, each place of a one-time code counted as the digit that it will be."""
        return fit_ussd(text.replace(CODE_PLACE, "0"), self.septets_max, self.units_max)


def first_page(text: str, size: Size, foot: str) -> tuple[str, str]:
    """The first screen of a text, and what is left for the next.

    Args:
        foot: what stands under every page but the last, on a line of its own.
    """
    if size.holds(text):
        return text, ""
    plain = text.replace(CODE_PLACE, "0")
    kept = len(truncate(plain, size.septets_max, size.units_max, f"\n{foot}").removesuffix(f"\n{foot}"))
    if not kept:  # the foot alone fills the screen: better a text without one than none
        kept = len(truncate(plain, size.septets_max, size.units_max, ""))
        foot = ""
    end = _word_end(text, kept)
    page, rest = text[:end].rstrip(), text[end:].lstrip()
    return (f"{page}\n{foot}" if foot else page), rest


def _word_end(text: str, kept: int) -> int:
    """Where the last line or word before `kept` ends; `kept` itself where there is none in its second half."""
    if text[kept : kept + 1].isspace():
        return kept
    for mark in ("\n", " "):
        found = text.rfind(mark, kept // 2, kept)
        if found > 0:
            return found
    return kept


def pages(text: str, size: Size, foot: str) -> list[str]:
    """All screens of a text, in order."""
    found: list[str] = []
    while text:
        page, text = first_page(text, size, foot)
        found.append(page)
    return found


def page_of_lines(title: str, lines: list[str], size: Size, first: int, foot: str, more: str) -> tuple[str, int]:
    """As many lines under a title as a screen holds, five at most, from `first` on; and how many those are.

    Args:
        foot: under every page. more: before it, where lines are left.
    """
    shown = min(LINES_MAX, len(lines) - first)
    while shown > 0:
        left = first + shown < len(lines)
        foots = [each for each in (more if left else "", foot) if each]
        text = "\n".join([title, *lines[first : first + shown], *([" ".join(foots)] if foots else [])])
        if size.holds(text):
            return text, shown
        shown -= 1
    return "", 0


LINES_MAX = 5
"""Small phones show no more; longer lists are not read."""


def messages_for(text: str) -> int:
    """How many SMS a text takes: parts of one long message count one by one (TS 23.040 9.2.3.24.1)."""
    return len(split(text).parts)
