"""What the owner of a phone sees: rows, pages, costs, and what a typed line means. No terminal, no wire."""

from __future__ import annotations

from datetime import datetime

import pytest

from gateway.handset import COLUMNS, ROWS, Handset, Shown

NUMBER = "79161234567"
AT = datetime(2026, 3, 10, 12, 5)


def screen(text: str, *, asks: bool = False, to: str = NUMBER) -> Shown:
    return Shown("screen", text, "111", to, asks=asks)


def sms(text: str, segments: int = 1, to: str = NUMBER) -> Shown:
    return Shown("sms", text, "111", to, segments)


@pytest.mark.parametrize(
    ("text", "rows", "note", "fits"),
    [
        ("", (), "", True),
        ("Balance: 10", ("Balance: 10",), "GSM-7 11/182", True),
        ("Меню\n1 Деньги\n\n2 Тариф", ("Меню", "1 Деньги", "", "2 Тариф"), "UCS-2 22/80", True),
        ("words are kept whole at the right edge", ("words are kept whole at", "the right edge"), "GSM-7 38/182", True),
        ("x" * 182, ("x" * 26,) * 7, "GSM-7 182/182", True),
        ("{" * 92, ("{" * 26,) * 3 + ("{" * 14,), "GSM-7 184/182", False),
        ("я" * 81, ("я" * 26,) * 3 + ("яяя",), "UCS-2 81/80", False),
        ("beep\x07 \x1b[31mred", ("beep. .[31mred",), "UCS-2 14/80", True),
    ],
)
def test_a_screen(text: str, rows: tuple[str, ...], note: str, fits: bool) -> None:
    """Rows of 26, how full the screen is in its alphabet, whether it could be; control characters steer nothing."""
    phone = Handset(NUMBER)
    phone.comes(screen(text), AT)
    shown = phone.display()

    assert (shown.rows, shown.fits) == (rows, fits)
    assert shown.note == note or not text
    assert all(len(row) <= COLUMNS for row in shown.rows)


def test_a_long_text_is_turned_over() -> None:
    """Pages of seven rows, forwards and back, no further than the ends."""
    phone = Handset(NUMBER)
    phone.comes(screen("\n".join(f"line {turn}" for turn in range(2 * ROWS + 1))), AT)
    seen = []
    for step in (0, 1, 1, 1, -1, -5):
        phone.turns(step)
        seen.append((phone.display().rows[0], phone.display().note.partition(", ")[2]))

    assert [place for place, _ in seen] == ["line 0", "line 7", "line 14", "line 14", "line 7", "line 0"]
    assert [note for _, note in seen][:2] == ["page 1/3", "page 2/3"]


@pytest.mark.parametrize(
    ("line", "asked", "does", "meaning"),
    [
        ("*111#", False, "dial", "Enter dials"),
        ("*111#", True, "dial", "Enter dials"),
        ("#100#", False, "dial", "Enter dials"),
        ("1", True, "answer", "Enter answers"),
        ("*1", True, "answer", "Enter answers"),
        ("1", False, "text", "to 111: 1 SMS, GSM-7 1"),
        ("БАЛАНС", False, "text", "to 111: 1 SMS, UCS-2 6"),
        ("я" * 71, False, "text", "to 111: 2 SMS, UCS-2 71"),
    ],
)
def test_what_a_line_means(line: str, asked: bool, does: str, meaning: str) -> None:
    """A code is dialled at any time; other lines answer what asks, else are SMS, whose cost is told before."""
    phone = Handset(NUMBER)
    phone.comes(screen("?", asks=asked), AT)

    assert (phone.meaning(line), phone.says(line)) == (meaning, does)


def test_an_sms_never_covers_a_question() -> None:
    """It is listed as new; it takes the display only where it is the answer to what was said."""
    phone = Handset(NUMBER)
    phone.comes(screen("1 yes 2 no", asks=True), AT)
    phone.comes(sms("a notice", 3), AT)
    assert (phone.display().rows, phone.asks, phone.inbox[0].line(NUMBER)) == (
        ("1 yes 2 no",),
        True,
        "* 12:05 111, 3 SMS, GSM-7 8",
    )

    phone.ends()
    phone.says("BALANCE")
    assert phone.display().rows == ("...",)
    phone.comes(sms("somebody else's", to="79160000000"), AT)
    phone.comes(sms("Balance: 10"), AT)
    assert (phone.display().rows, phone.display().note) == (("Balance: 10",), "1 SMS, GSM-7 11")
    assert [each.line(NUMBER) for each in phone.inbox] == [
        "  12:05 111, 1 SMS, GSM-7 11",
        "* 12:05 111 to 79160000000, 1 SMS, GSM-7 15",
        "* 12:05 111, 3 SMS, GSM-7 8",
    ]


def test_a_screen_of_somebody_else() -> None:
    """A bind is not one phone: what another number is shown leaves this display alone."""
    phone = Handset(NUMBER)
    phone.comes(screen("mine", asks=True), AT)
    phone.comes(screen("another's", to="79160000000"), AT)

    assert (phone.display().rows, phone.asks) == (("mine",), True)


def test_recall() -> None:
    """Each line once, the newest first; answers to menus are no history; past the newest the line is empty."""
    phone = Handset(NUMBER)
    for line in ("*100#", "*111#", "*100#"):
        phone.says(line)
    phone.comes(screen("?", asks=True), AT)
    phone.says("1")

    assert [phone.recalls(step) for step in (1, 1, 1, -1, -1)] == ["*100#", "*111#", "*111#", "*100#", ""]
