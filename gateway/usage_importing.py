"""Records of use from a table: reads it row by row and names every bad row by its line and what was expected there.

Columns: msisdn, at (2026-11-20T14:03:11, with an offset or in the operator's time zone), kind (call|sms|mms|data),
other (the other side's number, empty for data), direction (out|in), quantity (seconds, messages, kilobytes), cost
(units and hundredths). Others are ignored. Pure but for the lines that are handed in; storing is the engine's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.catalogue.faults import Fault
from gateway.importing import MSISDN_EXPECTED, SUM_EXPECTED, is_msisdn, minor_units, table_rows
from gateway.messages import UsageRow
from gateway.model import Instant, Msisdn, Usage, UsageKind

USAGE_REQUIRED = ("msisdn", "at", "kind", "quantity", "cost")
USAGE_OPTIONAL = ("other", "direction")
DIRECTIONS = ("out", "in")
QUANTITY_DIGITS_MAX = 15
OTHER_MAX = 32
KINDS = {each.value: each for each in UsageKind}


def read_usage(lines: Iterable[str], file: str, zone: ZoneInfo) -> Iterator[UsageRow | Fault]:
    """Each row of the table, or what is wrong with it, in order. Raises CatalogueError: the header lacks a column."""
    for line, cells in table_rows(lines, file, USAGE_REQUIRED, USAGE_OPTIONAL):
        row = cells if isinstance(cells, Fault) else _row(cells, zone)
        yield Fault(file, line, *row) if isinstance(row, tuple) else row


def _row(cells: list[str], zone: ZoneInfo) -> UsageRow | tuple[str, str]:
    """A row from its cells in the order of the columns; else the column at fault and what was expected."""
    msisdn, written, word, quantity, cost, other, direction = cells
    if not is_msisdn(msisdn):
        return "msisdn", f"{msisdn!r}: expected {MSISDN_EXPECTED}"
    at = _instant(written, zone)
    if at is None:
        return "at", f"{written!r}: expected a time such as 2026-11-20T14:03:11, or with an offset, +03:00"
    kind = KINDS.get(word)
    if kind is None:
        return "kind", f"{word!r}: expected one of {', '.join(KINDS)}"
    if not (quantity.isascii() and quantity.isdigit() and len(quantity) <= QUANTITY_DIGITS_MAX):
        return "quantity", f"{quantity!r}: expected a whole number of seconds, messages or kilobytes"
    minor = minor_units(cost)
    if minor is None:
        return "cost", f"{cost!r}: expected {SUM_EXPECTED}"
    if len(other) > OTHER_MAX or not other.isprintable():
        return "other", f"expected a number or a name of at most {OTHER_MAX} characters"
    if direction and direction not in DIRECTIONS:
        return "direction", f"{direction!r}: expected out or in"
    return UsageRow(Msisdn(msisdn), Usage(at, kind, other, direction == "in", int(quantity), minor))


def _instant(written: str, zone: ZoneInfo) -> Instant | None:
    try:
        then = datetime.fromisoformat(written)
        return Instant(round((then if then.tzinfo else then.replace(tzinfo=zone)).timestamp() * 1000))
    except (ValueError, OverflowError):
        return None
