"""What came of the replay of a recording: a table for people, JUnit XML for machines. Prints; decides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.model import Channel
from gateway.replay.compare import Compared, Comparison, StateDifference, Told, Verdict
from gateway.replay.grouping import Group, grouped
from gateway.replay.grouping import heading as group_heading
from gateway.replay.words import Side, of_side, pieces_of

SHOWN_MAX = 50
"""Differences of end states that are printed; the others are counted."""
GROUPS_SHOWN_MAX = 20
EXAMPLES_MAX = 2
"""Groups of differing replies that are printed, and so many of each in full; the page of `--html` has more."""


def print_comparison(comparison: Comparison, out: Console, zone: ZoneInfo) -> None:
    """The differences by what they have in common, with the words that differ marked, then the totals."""
    if comparison.stopped:
        out.print(Text(f"stopped by Ctrl-C: this is of the first {len(comparison.said):,} messages", style="yellow"))
    groups = grouped(comparison.differences)
    for group in groups[:GROUPS_SHOWN_MAX]:
        out.print(Text(group_heading(group), style="bold"))
        out.print(_in_common(group))
        for each in group.differences[:EXAMPLES_MAX]:
            for line in _told(each, comparison, zone):
                out.print(Text("    ") + line)
    if len(groups) > GROUPS_SHOWN_MAX:
        left = sum(len(group.differences) for group in groups[GROUPS_SHOWN_MAX:])
        out.print(f"... and {left:,} more differences of {len(groups) - GROUPS_SHOWN_MAX:,} kinds", markup=False)
    for state in list(comparison.states)[:SHOWN_MAX]:
        out.print(Text(state_line(state), style="yellow"))
    if len(comparison.states) > SHOWN_MAX:
        out.print(f"... and {len(comparison.states) - SHOWN_MAX:,} more in the end states", markup=False)
    for fault in comparison.faults:
        out.print(Text(f"the gateway failed\n{fault.rstrip()}", style="bold red"))
    out.print(totals_table(comparison))
    for kind, count in comparison.left_out.items():
        out.print(f"  {count:,} {kind}", markup=False)
    out.print(summary(comparison), markup=False)
    if comparison.digests is not None:
        out.print(f"outcomes {comparison.digests.outcomes}, state {comparison.digests.state}", markup=False)


def _in_common(group: Group) -> Text:
    """What its replies share, on one line; what was and what is now stand in brackets, and are marked by colour."""
    line = Text("  " + group.text.replace("\n", " / "))
    line.highlight_regex(r"\[(?P<red>[^→\]]*)→(?P<green>[^\]]*)\]")  # rich takes the names for styles
    return line


def totals_table(comparison: Comparison) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("replies")
    table.add_column("", justify="right")
    for verdict in Verdict:
        count = comparison.totals[verdict]
        style = "" if verdict is Verdict.SAME or not count else "red"
        table.add_row(Text(verdict.value, style=style), Text(f"{count:,}", style=style))
    return table


def summary(comparison: Comparison, same: str = "all as recorded") -> str:
    """One line: how much, how fast, and whether anything differs."""
    took_s = max(comparison.took_s, 1e-3)
    speed = comparison.lasted_s / took_s
    differing = len(comparison.differences) + len(comparison.states) + len(comparison.faults)
    came = f"{differing:,} differ" if differing else same
    if comparison.stopped:
        came += ", as far as it came before it was stopped"
    return (
        f"{len(comparison.said):,} messages of {comparison.lasted_s:,.0f} s in {comparison.took_s:.1f} s "
        f"({speed:,.0f} times as fast): {came}"
    )


def state_line(state: StateDifference) -> str:
    place = f"{state.kind} {state.key}{f' {state.field}' if state.field else ''}"
    return f"at the end, {place}: {state.recorded!r} recorded, {state.replayed!r} replayed"


def _told(each: Compared, comparison: Comparison, zone: ZoneInfo) -> Iterator[Text]:
    yield Text(heading(each, comparison, zone), style="bold")
    one, other = each.recorded, each.replayed
    if one is not None and other is not None and one.text != other.text:
        yield from _marked(one, other)
        return
    for told, sign, style in ((one, "-", "red"), (other, "+", "green")):
        if told is not None:
            yield Text(f"{sign} {_where(told)} {told.text}", style=style)


def heading(each: Compared, comparison: Comparison, zone: ZoneInfo) -> str:
    """When, what became of the reply, and what caused it."""
    at = datetime.fromtimestamp(each.either.at / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
    cause = "a timer, something outside, or an unknown cause"
    if each.cause is not None:
        said = comparison.said.get(each.cause)
        cause = f"{said.subscriber}: {said.text}" if said is not None else cause
    return f"{at} {each.verdict.value}, after {cause}"


def _where(told: Told) -> str:
    return f"{'screen' if told.channel is Channel.USSD else 'sms'} {told.subscriber}"


def _marked(one: Told, other: Told) -> Iterator[Text]:
    """Both texts, the words that the other has not in reverse."""
    row = pieces_of(one, other)
    for told, side, sign, style in ((one, Side.WAS, "-", "red"), (other, Side.NOW, "+", "green")):
        line = Text(f"{sign} {_where(told)} ", style=style)
        for piece in of_side(row, side):
            line.append(piece.text, "reverse" if piece.differs else "")
        yield line


def write_junit(comparison: Comparison, path: Path, name: str, zone: ZoneInfo) -> None:
    """A test case for each message that was answered otherwise, and one for all that were not."""
    suite = ElementTree.Element("testsuite", name=name)
    cases = 0
    if comparison.digests is not None:
        properties = ElementTree.SubElement(suite, "properties")
        for name, value in (("outcomes", comparison.digests.outcomes), ("state", comparison.digests.state)):
            ElementTree.SubElement(properties, "property", name=name, value=value)
    for each in comparison.differences:
        case = ElementTree.SubElement(suite, "testcase", classname="replay", name=heading(each, comparison, zone))
        failure = ElementTree.SubElement(case, "failure", message=each.verdict.value)
        told = ((each.recorded, "recorded"), (each.replayed, "replayed"))
        failure.text = _clean("\n".join(f"{side}: {_where(one)} {one.text}" for one, side in told if one is not None))
        cases += 1
    for state in comparison.states:
        case = ElementTree.SubElement(suite, "testcase", classname="state", name=f"{state.kind} {state.key}")
        ElementTree.SubElement(case, "failure", message=_clean(state_line(state)))
        cases += 1
    for fault in comparison.faults:
        case = ElementTree.SubElement(suite, "testcase", classname="gateway", name="fault")
        ElementTree.SubElement(case, "error", message="the gateway failed").text = _clean(fault)
        cases += 1
    same = comparison.totals[Verdict.SAME]
    ElementTree.SubElement(suite, "testcase", classname="replay", name=f"{same} replies as recorded")
    failures = cases - len(comparison.faults)
    suite.attrib |= {
        "tests": str(cases + 1), "failures": str(failures), "errors": str(len(comparison.faults)),
        "time": f"{comparison.took_s:.3f}",
    }  # fmt: skip
    for case in suite.iter("testcase"):
        case.set("name", _clean(case.attrib["name"]))
    ElementTree.indent(suite)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _clean(text: str) -> str:
    """Without the control characters that XML 1.0 has no way to write."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text)
