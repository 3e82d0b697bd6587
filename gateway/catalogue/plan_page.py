"""The code plan as a page of documentation, in Markdown: every code, its words in each language, what it costs."""

from __future__ import annotations

from collections.abc import Container, Iterator

from gateway.catalogue.codes import WRITTEN_LANGUAGES, CodeRow
from gateway.catalogue.listing import LATER, OFF, available
from gateway.catalogue.loading import Catalogue
from gateway.catalogue.prices import Shown, price
from gateway.model import Language

HEAD = ("does", "USSD", "SMS, Russian", "SMS, Bulgarian", "SMS, English", "SMS to", "price")

_MARKS = {LATER: " (not available yet)", OFF: " (switched off)"}

_ABOUT = """\
# The code plan

What a subscriber can dial or write. Words in angle brackets are what he fills in; `<amount:10-99999>` takes only sums
between the two. An SMS goes to any short number of the operator unless one is named: {numbers}.
What may be typed otherwise and is still understood: [reading.md](reading.md). Prices are those of `products.toml`.

This page is written by `make codes` (`ussdgw codes list --markdown`); with `--config` it is the page of your own plan.
"""


def page(catalogue: Catalogue, absent: Container[str], money: Shown, numbers: tuple[str, ...]) -> Iterator[str]:
    """The lines of the page. `absent`: commands without a handler; `numbers`: the operator's short numbers."""
    yield from _ABOUT.format(numbers=", ".join(numbers)).splitlines()
    section = ""
    for row in catalogue.codes:
        if (part := row.command.partition(".")[0]) != section:
            section = part
            yield from ("", f"## {section}", "", _line(HEAD), _line(("---",) * len(HEAD)))
        mark = _MARKS.get(available(row, absent), "")
        words = (_forms(row.sms.get(language, ())) for language in WRITTEN_LANGUAGES)
        costs = "" if mark else price(row, catalogue.products, money)
        yield _line((row.described(Language.EN) + mark, _forms(row.ussd), *words, _to(row), costs))


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _forms(forms: tuple[str, ...]) -> str:
    return ", ".join(f"`{form}`" for form in forms)


def _to(row: CodeRow) -> str:
    said = [row.to] if row.to else ["any"] if row.sms else []
    said += [f"any other text to {number}" for number in row.any_text_to]
    said += [f"`{row.pending_sms}` while a question waits"] if row.pending_sms else []
    said += ["an empty SMS"] if row.blank_sms else []
    return ", ".join(said)
