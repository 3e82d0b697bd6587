"""What another catalogue would have done, for people: printed, and as sections of the page. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.model import Money
from gateway.replay.compare import Compared
from gateway.replay.conversations import Conversations
from gateway.replay.elements import element, table
from gateway.replay.grouping import grouped, heading
from gateway.replay.html_report import EXAMPLES_MAX, View, example, html_report
from gateway.replay.recorded import Outcome
from gateway.replay.report import SHOWN_MAX
from gateway.replay.transcript import sum_text
from gateway.replay.what_if import OtherOutcome, OtherSum, WhatIf, is_points, total

ROWS_MAX = 1000
GROUPS_SHOWN_MAX = 20
OUTCOMES_HEAD = ("messages", "today", "new")
SUMS_HEAD = ("to the operator", "of", "today", "new", "difference")
AFFECTED_HEAD = (
    "subscriber",
    "refused anew",
    "other replies",
    "charged today",
    "new",
    "difference",
)


def print_what_if(found: WhatIf, out: Console) -> None:
    """New refusals first, then money, subscribers, and what replies differ in."""
    anew = sum(len(each.places) for each in found.outcomes if each.refused_anew)
    if found.outcomes:
        _print_rows(out, OUTCOMES_HEAD, [_outcome_row(each) for each in found.outcomes])
    _print_rows(out, SUMS_HEAD, list(_sum_rows(found)))
    if found.affected:
        _print_rows(out, AFFECTED_HEAD, list(_affected_rows(found)))
    for group in grouped(found.comparison.differences)[:GROUPS_SHOWN_MAX]:
        out.print(Text(f"{heading(group)} ", style="bold") + Text(group.text.replace("\n", " / "), style="not bold"))
    for fault in found.comparison.faults:
        out.print(Text(f"the gateway failed\n{fault.rstrip()}", style="bold red"))
    for kind, count in found.comparison.left_out.items():
        out.print(f"  {count:,} {kind}", markup=False)
    all_prices = total(found.sums)
    came = "nothing would have been otherwise" if found.same else (
        f"{len(found.affected):,} subscribers affected, {anew:,} messages refused anew, "
        f"prices {_difference(all_prices)}"
    )  # fmt: skip
    out.print(f"{len(found.comparison.said):,} messages: {came}", markup=False)


def write_what_if_html(found: WhatIf, path: Path, name: str, zone: ZoneInfo) -> None:
    """Writes the page: new refusals, money and subscribers before the differing replies."""
    view = View(f"What if: {name}", "today", "new catalogue", "nothing would be otherwise", "otherwise", live=False)
    path.write_text(html_report(found.comparison, view, zone, list(_sections(found, view, zone))), encoding="utf-8")


def _sections(found: WhatIf, view: View, zone: ZoneInfo) -> Iterator[Element]:
    anew = [each for each in found.outcomes if each.refused_anew]
    others = [each for each in found.outcomes if not each.refused_anew]
    conversations = Conversations(found.comparison)
    for title, outcomes in (("New refusals", anew), ("Other outcomes", others)):
        if outcomes:
            yield element("h2", title)
        for each in outcomes:
            yield _outcome_section(each, found, conversations, view, zone)
    yield element("h2", "Money")
    yield element("section", table(SUMS_HEAD, _sum_rows(found)))
    if found.affected:
        yield element("h2", "Subscribers")
        yield element("section", table(AFFECTED_HEAD, list(_affected_rows(found))[:ROWS_MAX]))
        if len(found.affected) > ROWS_MAX:
            yield element("p", f"... and {len(found.affected) - ROWS_MAX:,} more subscribers")


def _outcome_section(
    each: OtherOutcome, found: WhatIf, conversations: Conversations, view: View, zone: ZoneInfo
) -> Element:
    count, today, tomorrow = _outcome_row(each)
    wanted = frozenset(each.places[:EXAMPLES_MAX])
    shown: dict[int | None, Compared] = {}
    for reply in found.comparison.differences:
        if reply.cause in wanted:
            shown.setdefault(reply.cause, reply)
    numbers = len({found.comparison.said[place].subscriber for place in each.places if place in found.comparison.said})
    return element(
        "section",
        element("h3", f"{count} messages of {numbers:,} numbers"),
        element("div", element("del", today), " ", element("ins", tomorrow), class_="pattern"),
        element(
            "details",
            element("summary", "examples"),
            *(example(reply, conversations.around(reply), view, zone) for reply in shown.values()),
        ),
    )


def _outcome_row(each: OtherOutcome) -> tuple[str, str, str]:
    return f"{len(each.places):,}", _outcome_text(each.today), _outcome_text(each.tomorrow)


def _outcome_text(outcome: Outcome) -> str:
    command = outcome.command or "not understood"
    return (
        f"{command} refused: {outcome.refusal}"
        if outcome.refusal
        else f"{command} done"
        if outcome.command
        else command
    )


def _sum_rows(found: WhatIf) -> Iterator[tuple[str, ...]]:
    for each in (*found.sums, total(found.sums)):
        today, tomorrow = _amount(each, each.today), _amount(each, each.tomorrow)
        yield each.account, each.kind, today, tomorrow, _difference(each)


def _amount(line: OtherSum, amount: Money) -> str:
    return str(amount) if is_points(line) else sum_text(amount)


def _difference(line: OtherSum) -> str:
    amount = Money(line.tomorrow - line.today)
    return f"{'+' if amount > 0 else ''}{_amount(line, amount)}"


def _affected_rows(found: WhatIf) -> Iterator[tuple[str, ...]]:
    for each in found.affected:
        amount = Money(each.charged_tomorrow - each.charged_today)
        yield (
            each.msisdn, f"{each.refused_anew:,}", f"{each.replies:,}", sum_text(each.charged_today),
            sum_text(each.charged_tomorrow), f"{'+' if amount > 0 else ''}{sum_text(amount)}",
        )  # fmt: skip


def _print_rows(out: Console, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        shown.add_column(head, overflow="fold")
    for row in rows[:SHOWN_MAX]:
        shown.add_row(*map(Text, row))
    out.print(shown)
    if len(rows) > SHOWN_MAX:
        out.print(f"... and {len(rows) - SHOWN_MAX:,} more", markup=False)
