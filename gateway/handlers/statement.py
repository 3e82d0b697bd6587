"""The detailed statement of use, up to six months back: a summary by SMS, or every row by mail.

The document itself is made where the mail leaves (`delivery/statements.py`); here it is decided what stands in it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from gateway.commands import Command, Effect, Outcome, Reply, TextName, UnitOfWork, handles, refused
from gateway.model import Date, Email, Instant, Money, Record, Usage, UsageKind, UsageTotal
from gateway.rules.calendar import local, month_start, months_later
from gateway.rules.paying import NAMED_CHARGES, last_paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """The statement of a period, this month's where none is given; by e-mail where an address is."""

    name = "statement.show"
    since: Date | None = None
    until: Date | None = None
    email: Email | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver(Command):
    """How statements are delivered: 1 SMS, 2 e-mail as HTML, 3 as PDF, 4 as a table (xlsx)."""

    name = "statement.deliver"
    delivery: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed(Command):
    """The mail server has taken the statement, or refused it, or was given up."""

    name = "statement.mailed"
    own = True
    email: str
    succeeded: bool
    answer: str


class StatementDelivery(Record, frozen=True, array_like=True, gc=False):
    """How a number gets its statements, and the address that was given last."""

    kind = "statement"
    delivery: int = 1
    email: str = ""


BY_SMS, FORMATS = 1, {2: "html", 3: "pdf", 4: "xlsx"}
MONTHS_MAX = 6
ROWS_MAX = 5_000  # of use in a document; the rest of a period stands in its last row, added up
SECONDS_A_MINUTE = 60
KILOBYTES_A_MEGABYTE = 1024
MAIL_REASONS = ("address_refused", "mail_refused")


@handles(Show, refuses=["future", "too_old", "no_usage", "no_email"])
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """Totals on the screen and by SMS; or the mail with every row."""
    period = _period(command, uow)
    if isinstance(period, Outcome):
        return period
    since, until = period
    known = uow.record(StatementDelivery, command.msisdn)
    email = command.email or known.email
    delivery = known.delivery if command.email is None or known.delivery != BY_SMS else 2
    used = uow.usage_totals(command.msisdn, since, until)
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    charged = last_paid(uow, subscriber, since, until, ROWS_MAX)
    days = {"since": since, "until": Instant(until - 1)}
    if not used and not charged:
        return refused(command, "no_usage", **days)
    paid = Money(sum(each.amount for each in charged))
    if delivery == BY_SMS:
        arguments = days | _totals(used) | {"paid": paid, "total": Money(paid + sum(each.cost for each in used))}
        return Outcome(replies=(Reply(command.actor, "statement-show", arguments),))
    if not email:
        return refused(command, "no_email")
    each_use = uow.usage(command.msisdn, since, until, ROWS_MAX)
    rows = [(each.at, f"charges-kind_{each.kind}", each.other, _quantity(each), each.cost) for each in each_use]
    for each in charged:
        kind = each.kind if each.kind in NAMED_CHARGES else "other"
        rows.append((each.at, f"charges-kind_{kind}", "", "", each.amount))
    rows.sort()
    if rest := sum(each.count for each in used) - len(each_use):  # in one row, so that the total stays whole
        cost = Money(sum(each.cost for each in used) - sum(each.cost for each in each_use))
        rows.append((Instant(until - 1), "statement-rest", "", str(rest), cost))
    mail = _mail(command, uow, email, FORMATS[delivery], rows, since, until)
    changed = () if email == known.email else (StatementDelivery(command.msisdn, known.delivery, email),)
    sent = Reply(command.actor, "statement-sent", days | {"email": email, "rows": len(rows)})
    return Outcome(replies=(sent,), changed=changed, effects=(mail,))


def _period(command: Show, uow: UnitOfWork) -> tuple[Instant, Instant] | Outcome:
    """From the first day to the end of the last one, or to now; days are the operator's."""
    if command.since is None or command.until is None:
        return month_start(command.at, uow.operator), command.at
    first, last = sorted((_day(command.since), _day(command.until)))
    since = _midnight(first, uow)
    until = min(_midnight(last + datetime.timedelta(days=1), uow), command.at)
    if since >= command.at:
        return refused(command, "future", today=command.at)
    oldest = months_later(month_start(command.at, uow.operator), -MONTHS_MAX, uow.operator)
    if since < oldest:
        return refused(command, "too_old", oldest=oldest, months=MONTHS_MAX)
    return since, until


def _day(date: str) -> datetime.date:
    return datetime.date.fromisoformat(date)


def _midnight(day: datetime.date, uow: UnitOfWork) -> Instant:
    return Instant(int(datetime.datetime.combine(day, datetime.time(), uow.operator.zone).timestamp()) * 1000)


def _totals(used: tuple[UsageTotal, ...]) -> dict[str, object]:
    """However many rows there are: what a total leaves out would be missed."""

    def of(*kinds: UsageKind) -> list[UsageTotal]:
        return [each for each in used if each.kind in kinds]

    calls, messages, data = of(UsageKind.CALL), of(UsageKind.SMS, UsageKind.MMS), of(UsageKind.DATA)
    return {
        "minutes": -(-sum(each.quantity for each in calls) // SECONDS_A_MINUTE),
        "calls": Money(sum(each.cost for each in calls)),
        "messages": sum(each.quantity for each in messages),
        "texting": Money(sum(each.cost for each in messages)),
        "megabytes": -(-sum(each.quantity for each in data) // KILOBYTES_A_MEGABYTE),
        "data": Money(sum(each.cost for each in data)),
    }


def _quantity(used: Usage) -> str:
    if used.kind is UsageKind.CALL:
        return f"{used.quantity // SECONDS_A_MINUTE}:{used.quantity % SECONDS_A_MINUTE:02}"
    if used.kind is UsageKind.DATA:
        return f"{used.quantity / KILOBYTES_A_MEGABYTE:.1f} MB"
    return str(used.quantity)


def _mail(
    command: Show,
    uow: UnitOfWork,
    email: str,
    form: str,
    rows: list[tuple[Instant, str, str, str, Money]],
    since: Instant,
    until: Instant,
) -> Effect:
    first, last = (f"{local(at, uow.operator):%d.%m.%Y}" for at in (since, Instant(until - 1)))
    statement = {
        "format": form,
        "title": TextName("statement-title"),
        "number": command.msisdn,
        "since": first,
        "until": last,
        "currency": uow.operator.currency,
        "columns": [TextName(f"statement-column_{name}") for name in ("when", "what", "other", "quantity", "cost")],
        "rows": [
            [f"{local(at, uow.operator):%d.%m.%Y %H:%M}", TextName(what), other, quantity, cost]
            for at, what, other, quantity, cost in rows
        ],
        "total_name": TextName("statement-total"),
        "total_minor": sum(cost for *_, cost in rows),
    }
    document: dict[str, object] = {
        "to": email,
        "language": uow.language.value,
        "subject": TextName("statement-title"),
        "text": TextName("statement-mail"),
        "statement": statement,
    }
    return Effect("mail", document, command=Mailed.name, msisdn=command.actor, arguments=(("email", email),))


@handles(Deliver)
def deliver(command: Deliver, uow: UnitOfWork) -> Outcome:
    known = uow.record(StatementDelivery, command.msisdn)
    where = "sms" if command.delivery == BY_SMS else "mail" if known.email else "nowhere"
    arguments: dict[str, object] = {"where": where, "form": FORMATS.get(command.delivery, ""), "email": known.email}
    return Outcome(
        replies=(Reply(command.actor, "statement-deliver", arguments),),
        changed=(StatementDelivery(command.msisdn, command.delivery, known.email),),
    )


@handles(Mailed, refuses=[*MAIL_REASONS, "no_answer"])
def mailed(command: Mailed, uow: UnitOfWork) -> Outcome:
    """A mail that left needs no word; one that could not does."""
    if command.succeeded:
        return Outcome()
    reason = command.answer if command.answer in MAIL_REASONS else "no_answer"
    return refused(command, reason, email=command.email)
