"""The statement: however long a period is, nothing of it is left out of the document's total."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.handlers import statement
from gateway.handlers.statement import ROWS_MAX, StatementDelivery
from gateway.model import (
    AccountId,
    Charge,
    Email,
    Instant,
    Money,
    Msisdn,
    PersonId,
    Subscriber,
    TariffId,
    Usage,
    UsageKind,
)
from gateway.rules.paying import NAMED_CHARGES
from tests.unit.handlers.desk import NOON, Desk, texts

ANNA = Msisdn("79161234567")
ACCOUNT = AccountId(ANNA)
COST, FEE = Money(250), Money(300_00)


def document(records: int, kind: str = "service") -> tuple[dict[str, Any], dict[str, Any]]:
    """What is mailed of so many records and one fee of this month, and the arguments of what the subscriber is told.

    `kind`: that of the fee's ledger entry.
    """
    at = Desk(Subscriber(ANNA, PersonId("P1"), "moscow", TariffId(1), ACCOUNT))
    at.used[ANNA] = [
        Usage(Instant(NOON - records + each), UsageKind.SMS, "79167654321", cost=COST) for each in range(records)
    ]
    at.charged[ACCOUNT] = [Charge(1, Instant(NOON - 1), FEE, kind, ANNA)]
    at.kept["statement", ANNA] = StatementDelivery(ANNA, 4, "")
    outcome = at.do(statement.show, ANNA, email=Email("anna@example.com"))
    mailed = outcome.effects[0].document["statement"]
    assert isinstance(mailed, dict)
    return mailed, dict(outcome.replies[0].arguments)


@pytest.mark.parametrize(("records", "rest"), [(3, 0), (ROWS_MAX, 0), (ROWS_MAX + 1, 1), (ROWS_MAX + 2_312, 2_312)])
def test_nothing_is_left_out(records: int, rest: int) -> None:
    """What does not fit stands in one last row with its count and cost; the total is that of the period."""
    mailed, told = document(records)
    rows = mailed["rows"]

    assert [row[3:] for row in rows if row[1] == "statement-rest"] == ([[str(rest), rest * COST]] if rest else [])
    assert mailed["total_minor"] == sum(row[4] for row in rows) == records * COST + FEE
    assert len(rows) == min(records, ROWS_MAX) + 1 + bool(rest)
    assert told["rows"] == len(rows)


@pytest.mark.parametrize(
    ("kind", "named"),
    [*((kind, f"charges-kind_{kind}") for kind in sorted(NAMED_CHARGES)), ("autopay", "charges-kind_other")],
)
def test_every_fee_has_its_name(kind: str, named: str) -> None:
    """A fee stands in the document under the name of its kind, for which there is a text; any other is a payment."""
    mailed, _ = document(0, kind)

    assert [row[1] for row in mailed["rows"]] == [named]
    assert named in texts().names()
