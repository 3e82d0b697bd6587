"""Tariffs: mine, those open to me, changing, and which would be cheapest; and the fee of each month.

The first month is paid with the change, each later one when the month that is paid for ends, by a timer; nothing is
prorated or returned. Without money there are no packages until it comes: the number works, at the prices beyond them.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.catalogue.products import Period, Products, Service, Tariff
from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import (
    DAY_MS,
    FEES,
    NO_MONEY,
    Account,
    Entry,
    Instant,
    Money,
    Month,
    Record,
    Subscriber,
    SubscriberStatus,
    TariffId,
    UsageKind,
    UsageTotal,
)
from gateway.rules import confirmations
from gateway.rules.acting import is_child
from gateway.rules.calendar import months_later
from gateway.rules.naming import LIST_ROOM, name_in, nameless, numbered
from gateway.rules.paying import missing_for, waiting_for_money
from gateway.rules.renewing import (
    SELDOM_DAYS,
    begun,
    fees_stand,
    month_end,
    next_try,
    period_end,
    renewal_key,
    with_month,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """The tariff of the number, with its prices."""

    name = "tariff.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The tariffs that are open to this number, with their ids."""

    name = "tariff.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Command):
    """Changes the tariff after a question with the price of the change."""

    name = "tariff.change"
    tariff: TariffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Advise(Command):
    """Which tariff would have been cheapest over the last three months of use."""

    name = "tariff.advise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew(Command):
    """The month that was paid for has ended, or a fee that waits is tried again."""

    name = "tariff.renew"
    own = True


class Changed(Record, frozen=True, array_like=True, gc=False):
    """When the tariff of a number was changed last; 0: never."""

    kind = "tariff_changed"
    at: Instant = Instant(0)


CHARGE = "tariff_change"
"""The kind of the ledger entries of a change's fee."""

MONTHLY = "tariff"
"""The kind of the ledger entries of a month's fee."""

KILOBYTES = 1024
MONTH_DAYS = 30


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


def _tariff_of(subscriber: Subscriber, uow: UnitOfWork) -> Tariff:
    """Its tariff. One that the catalogue has lost costs nothing more, and can still be seen by its id."""
    number = subscriber.tariff
    return uow.products.tariffs.get(number) or Tariff(number, nameless(number), open=False)


@handles(Show)
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """The fee, what it includes, the prices beyond."""
    subscriber = _subject(command, uow)
    tariff = _tariff_of(subscriber, uow)
    month = subscriber.month
    arguments: dict[str, object] = {
        "tariff": tariff.names,
        "monthly": tariff.monthly_minor,
        "waits": "yes" if month is not None and month.waits else "no",
        "minutes": tariff.minutes_included,
        "messages": tariff.sms_included,
        "megabytes": tariff.megabytes_included,
        "minute_price": tariff.minute_minor,
        "sms_price": tariff.sms_minor,
        "megabyte_price": tariff.megabyte_minor,
    }
    return Outcome(replies=(Reply(command.actor, "tariff-show", arguments),))


@handles(List)
def show_list(command: List, uow: UnitOfWork) -> Outcome:
    """The open tariffs but one's own, with their fees a month, as many as fit in three SMS."""
    tariffs = _open_to(_subject(command, uow), uow)
    if not tariffs:
        return Outcome(replies=(Reply(command.actor, "tariff-list_empty"),))
    language = uow.language
    room = LIST_ROOM[language]
    lines: list[str] = []
    for tariff in tariffs:
        line = numbered(tariff.id, tariff.names, tariff.monthly_minor, language)
        room -= len(line)
        if room < 0 and lines:
            break
        lines.append(line)
    arguments = {
        "currency": uow.operator.currency,
        "tariffs": "".join(lines),
        "rest": len(tariffs) - len(lines),
        "id": str(tariffs[0].id),
    }
    return Outcome(replies=(Reply(command.actor, "tariff-list", arguments),))


def _open_to(subscriber: Subscriber, uow: UnitOfWork) -> list[Tariff]:
    found = [each for each in uow.products.tariffs.values() if each.open and each.id != subscriber.tariff]
    return sorted(found, key=lambda each: each.id)


@handles(Change, refuses=["unknown_tariff", "archive", "recently", "debt", "not_enough_money"])
def change(command: Change, uow: UnitOfWork) -> Outcome:
    """Asks with both fees, the services that would go and whether there is a way back; one's own tariff says so."""
    subscriber = _subject(command, uow)
    tariff = uow.products.tariffs.get(command.tariff)
    if tariff is None:
        return refused(command, "unknown_tariff", id=str(command.tariff))
    if tariff.id == subscriber.tariff:
        same = {"tariff": tariff.names} | _whose(command)
        return Outcome(replies=(Reply(command.actor, "tariff-already", same),))
    fee = _fee(command, uow, subscriber, tariff)
    refusal = _change_refusal(command, uow, subscriber, tariff, fee)
    if refusal is not None:
        return refusal
    dropped = _dropped(subscriber, tariff, uow.products)
    before = _tariff_of(subscriber, uow)
    price = Money(fee + tariff.monthly_minor)
    arguments: dict[str, object] = {
        "tariff": tariff.names,
        "price": price,
        "monthly": tariff.monthly_minor,
        "lost": _lost(command, subscriber, before),
        "way_back": _way_back(command, uow) if before.open else "closed",
        "count": len(dropped),
        "services": ", ".join(name_in(each.names, uow.language) for each in dropped),
    } | _whose(command)
    confirmed = command.confirmed
    if confirmed is None or confirmed.price != price:
        text = "tariff-ask" if confirmed is None else "tariff-ask_again"
        return confirmations.ask_actor(command, uow, text=text, arguments=arguments, price=price)
    month = Month(command.at, months_later(command.at, 1, uow.operator))
    gone = {each.id for each in dropped}
    changed = msgspec.structs.replace(
        with_month(subscriber, tariff, month),
        tariff=tariff.id,
        services=tuple(each for each in subscriber.services if each.id not in gone),
    )
    left = Money(uow.account(subscriber.account).balance - price)
    arguments |= {"before": str(subscriber.tariff), "left": left, "until": month.until}
    replies = [Reply(command.actor, "tariff-changed", arguments)]
    if command.actor != command.msisdn:
        told = {"number": command.actor, "tariff": tariff.names}
        replies.append(Reply(command.msisdn, "tariff-changed_by", told, notice=True))
    return Outcome(
        replies=tuple(replies),
        changed=(changed, Changed(command.msisdn, at=command.at)),
        entries=(*_entries(subscriber, fee, CHARGE), *_entries(subscriber, tariff.monthly_minor, MONTHLY)),
        timers=(month_end(command.msisdn, month.until),),
        timers_cancelled=tuple(renewal_key(command.msisdn, each.id) for each in dropped),
    )


def _entries(subscriber: Subscriber, amount: Money, kind: str) -> tuple[Entry, ...]:
    if not amount:
        return ()
    return (
        Entry(subscriber.account, Money(-amount), kind, subscriber.msisdn),
        Entry(FEES, amount, kind, subscriber.msisdn),
    )


def _lost(command: Change, subscriber: Subscriber, before: Tariff) -> Instant:
    """Until when the tariff that is left has been paid; 0: there is nothing to lose."""
    month = subscriber.month
    if month is None or month.waits or not before.monthly_minor or month.until <= command.at:
        return Instant(0)
    return month.until


def _whose(command: Change) -> dict[str, object]:
    """Whose tariff it is, for whoever changes another number's."""
    own = command.actor == command.msisdn
    return {"whose": "own" if own else "other", "number": command.msisdn}


def _way_back(command: Change, uow: UnitOfWork) -> str:
    """The same code changes it back, but for a child's tariff: the parent does not act for that number."""
    return "child" if is_child(command.actor, command.msisdn, command.at, uow) else "open"


def _fee(command: Change, uow: UnitOfWork, subscriber: Subscriber, tariff: Tariff) -> Money:
    """Nothing for the first change of a number that is new; else what the tariff asked for costs to change to."""
    free_until = subscriber.since + uow.products.tariff_change.first_free_days * DAY_MS
    if subscriber.since and command.at < free_until and not uow.record(Changed, command.msisdn).at:
        return NO_MONEY
    return tariff.change_fee_minor


def _change_refusal(
    command: Change, uow: UnitOfWork, subscriber: Subscriber, tariff: Tariff, fee: Money
) -> Outcome | None:
    if not tariff.open:
        return refused(command, "archive", tariff=tariff.names)
    last = uow.record(Changed, command.msisdn).at
    again_at = Instant(last + uow.products.tariff_change.between_days_min * DAY_MS)
    if last and command.at < again_at:
        return refused(command, "recently", until=again_at)
    account = uow.account(subscriber.account)
    if account.balance < 0:
        return refused(command, "debt", balance=account.balance, **_whose(command))
    price = Money(fee + tariff.monthly_minor)
    missing = missing_for(account, price)
    if price and missing:
        return refused(
            command, "not_enough_money", tariff=tariff.names, price=price, missing=missing, monthly=tariff.monthly_minor
        )
    return None


def _dropped(subscriber: Subscriber, tariff: Tariff, products: Products) -> list[Service]:
    """The connected services that the tariff does not allow."""
    connected = [products.services[each.id] for each in subscriber.services if each.id in products.services]
    return [
        each
        for each in connected
        if tariff.id in each.forbids_tariffs or (each.needs_tariffs and tariff.id not in each.needs_tariffs)
    ]


@handles(Renew)
def renew(command: Renew, uow: UnitOfWork) -> Outcome:
    """Takes the fee of the next month, once, and renews the packages; a gateway that was down takes the fees of the
    months it missed. A number without a month gets one: what runs may have been paid before it was known here."""
    subscriber = _subject(command, uow)
    if subscriber.status is SubscriberStatus.CLOSED:
        return Outcome()
    month = subscriber.month
    if month is None:
        known, timers = begun(subscriber, command.at, uow.products, uow.operator)
        return Outcome(changed=(known,), timers=timers)
    if command.at < month.until:  # money came in for what has been paid already
        return Outcome(timers=(month_end(command.msisdn, month.until),))
    tariff = _tariff_of(subscriber, uow)
    if fees_stand(subscriber):
        stands = with_month(subscriber, tariff, Month(month.since, command.at, waits=True))
        again = month_end(command.msisdn, Instant(command.at + SELDOM_DAYS * DAY_MS))
        return Outcome(changed=(stands,), timers=(again,))
    price = tariff.monthly_minor
    account = uow.account(subscriber.account)
    missing = missing_for(account, price)
    if price and missing:
        return _waits(command, subscriber, tariff, month, account, missing)
    since = command.at if month.waits else month.since
    until = period_end(since, since if month.waits else month.until, Period.MONTH, uow.operator)
    arguments = {
        "tariff": tariff.names, "price": price, "left": Money(account.balance - price), "until": until,
    }  # fmt: skip
    reply = Reply(command.msisdn, "tariff-resumed" if month.waits else "tariff-renewed", arguments, notice=True)
    return Outcome(
        replies=(reply,) if price else (),
        changed=(with_month(subscriber, tariff, Month(since, until)),),
        entries=_entries(subscriber, price, MONTHLY),
        timers=(month_end(command.msisdn, until),),
    )


def _waits(
    command: Renew, subscriber: Subscriber, tariff: Tariff, month: Month, account: Account, missing: Money
) -> Outcome:
    """No money for it: told once, no packages, tried again every day, later every month, and when money comes."""
    again = month_end(command.msisdn, next_try(month.until, command.at))
    unpaid = waiting_for_money(account, again.key)
    if month.waits:
        return Outcome(changed=unpaid, timers=(again,))
    waiting = with_month(subscriber, tariff, msgspec.structs.replace(month, waits=True))
    arguments = {"tariff": tariff.names, "missing": missing}
    return Outcome(
        replies=(Reply(command.msisdn, "tariff-waits", arguments, notice=True),),
        changed=(waiting, *unpaid),
        timers=(again,),
    )


@dataclass(frozen=True, slots=True)
class _Use:
    """What was used in some days: minutes begun, messages, megabytes begun."""

    days: int
    minutes: int
    messages: int
    megabytes: int


@handles(Advise, refuses=["too_little"])
def advise(command: Advise, uow: UnitOfWork) -> Outcome:
    """The open tariff that would have cost least for the same use, and what it would have saved."""
    subscriber = _subject(command, uow)
    rules = uow.products.tariff_change
    since = max(subscriber.since, command.at - rules.advice_days * DAY_MS)
    days = (command.at - since) // DAY_MS
    totals = uow.usage_totals(command.msisdn, Instant(since), command.at)
    if days < rules.advice_days_min or not totals:
        return refused(command, "too_little", days=rules.advice_days_min)
    use = _used(totals, days)
    tariff = uow.products.tariffs.get(subscriber.tariff)
    paid = _cost(tariff, use) if tariff is not None else Money(sum(each.cost for each in totals))
    best = min(_open_to(subscriber, uow), key=lambda each: (_cost(each, use), each.id), default=None)
    if best is None or _cost(best, use) >= paid:
        return Outcome(replies=(Reply(command.actor, "tariff-advice_stay", {"days": days, "cost": paid}),))
    cost = _cost(best, use)
    arguments: dict[str, object] = {
        "days": days,
        "tariff": best.names,
        "cost": cost,
        "saved": Money(paid - cost),
        "id": str(best.id),
    }
    return Outcome(replies=(Reply(command.actor, "tariff-advice", arguments),))


def _used(totals: tuple[UsageTotal, ...], days: int) -> _Use:
    outgoing = {each.kind: each for each in totals if not each.incoming}
    calls, messages = outgoing.get(UsageKind.CALL), outgoing.get(UsageKind.SMS)
    kilobytes = sum(each.quantity for each in totals if each.kind is UsageKind.DATA)
    return _Use(
        days,
        minutes=-(-calls.quantity // 60) if calls else 0,
        messages=messages.quantity if messages else 0,
        megabytes=-(-kilobytes // KILOBYTES),
    )


def _cost(tariff: Tariff, use: _Use) -> Money:
    """What a use would have cost at a tariff: its fee for those days, and what went beyond what the fee includes."""

    def beyond(used: int, included: int, price: Money) -> int:
        return max(0, used - included * use.days // MONTH_DAYS) * price

    return Money(
        tariff.monthly_minor * use.days // MONTH_DAYS
        + beyond(use.minutes, tariff.minutes_included, tariff.minute_minor)
        + beyond(use.messages, tariff.sms_included, tariff.sms_minor)
        + beyond(use.megabytes, tariff.megabytes_included, tariff.megabyte_minor)
    )
