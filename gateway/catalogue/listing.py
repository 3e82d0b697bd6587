"""The code table as an engineer reads it: aligned lines, or JSON objects. It shows and decides nothing.

The keys of the JSON are stable: command, ussd, sms, to, any_text_to, pending_sms, blank_sms, effect, available, about,
file, line.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from gateway.catalogue.codes import CodeRow, Codes
from gateway.model import Language

YES, LATER, OFF = "yes", "later", "off"
"""Whether a row is available: yes; its command has no handler yet; the operator has switched it off."""

HEAD = ("command", "USSD", "SMS", "effect", "available", "does")

Cells = tuple[str, str, str, str, str, str]


def available(row: CodeRow, absent: Container[str]) -> str:
    """`absent`: commands without a handler."""
    if not row.available:
        return OFF
    return LATER if row.command in absent else YES


def table(codes: Codes, absent: Container[str], language: Language) -> Iterator[tuple[str, str]]:
    """(availability, line) for the head, which has none, and for the rows; a row with several forms takes as many."""
    lines: list[tuple[str, Cells]] = [("", HEAD)]
    for row in codes:
        known = available(row, absent)
        lines += [(known, cells) for cells in _cells(row, known, language)]
    widths = [max(len(cells[column]) for _, cells in lines) for column in range(len(HEAD))]
    for known, cells in lines:
        yield known, "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(row: CodeRow, known: str, language: Language) -> Iterator[Cells]:
    written = Language.RU if language is Language.LAT else language
    sent = [f"{form} to {row.to}" if row.to else form for form in row.sms.get(written, ())]
    sent += [f"any text to {number}" for number in row.any_text_to]
    sent += [f"{row.pending_sms} while a question waits"] if row.pending_sms else []
    sent += ["an empty SMS"] if row.blank_sms else []
    for line in range(max(len(row.ussd), len(sent))):
        dialled = row.ussd[line] if line < len(row.ussd) else ""
        texted = sent[line] if line < len(sent) else ""
        if line:
            yield "", dialled, texted, "", "", ""
        else:
            yield row.command, dialled, texted, row.effect, known, row.described(language)


def as_json(row: CodeRow, absent: Container[str]) -> dict[str, object]:
    """One row as a JSON object."""
    return {
        "command": row.command,
        "ussd": list(row.ussd),
        "sms": {language.value: list(forms) for language, forms in row.sms.items()},
        "to": row.to,
        "any_text_to": list(row.any_text_to),
        "pending_sms": row.pending_sms,
        "blank_sms": row.blank_sms,
        "effect": row.effect,
        "available": available(row, absent),
        "about": {language.value: text for language, text in row.about.items()},
        "file": row.file,
        "line": row.line,
    }
