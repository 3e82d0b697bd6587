"""Tariffs: mine, those open to me, changing, and which would be cheapest."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.catalogue.products import Products, Service, Tariff
from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import (
    DAY_MS,
    FEES,
    NO_MONEY,
    Entry,
    Instant,
    Money,
    Record,
    Subscriber,
    TariffId,
    UsageKind,
    UsageTotal,
)
from gateway.rules import confirmations
from gateway.rules.acting import is_child
from gateway.rules.naming import LIST_ROOM, name_in, nameless, numbered
from gateway.rules.paying import missing_for


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


class Changed(Record, frozen=True, array_like=True, gc=False):
    """When the tariff of a number was changed last; 0: never."""

    kind = "tariff_changed"
    at: Instant = Instant(0)


CHARGE = "tariff_change"
"""The kind of the ledger entries of a change's fee."""

KILOBYTES = 1024
MONTH_DAYS = 30


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


@handles(Show)
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """The fee, what it includes, the prices beyond."""
    number = _subject(command, uow).tariff
    tariff = uow.products.tariffs.get(number) or Tariff(number, nameless(number), open=False)
    arguments: dict[str, object] = {
        "tariff": tariff.names,
        "monthly": tariff.monthly_minor,
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
    before = uow.products.tariffs.get(subscriber.tariff)
    arguments: dict[str, object] = {
        "tariff": tariff.names,
        "fee": fee,
        "monthly": tariff.monthly_minor,
        "way_back": _way_back(command, uow) if before is not None and before.open else "closed",
        "count": len(dropped),
        "services": ", ".join(name_in(each.names, uow.language) for each in dropped),
    } | _whose(command)
    price = Money(fee + tariff.monthly_minor)
    confirmed = command.confirmed
    if confirmed is None or confirmed.price != price:
        text = "tariff-ask" if confirmed is None else "tariff-ask_again"
        return confirmations.ask_actor(command, uow, text=text, arguments=arguments, price=price)
    gone = {each.id for each in dropped}
    changed = msgspec.structs.replace(
        subscriber,
        tariff=tariff.id,
        services=tuple(each for each in subscriber.services if each.id not in gone),
    )
    left = Money(uow.account(subscriber.account).balance - fee)
    arguments |= {"before": str(subscriber.tariff), "left": left}
    entries = (
        Entry(subscriber.account, Money(-fee), CHARGE, command.msisdn),
        Entry(FEES, fee, CHARGE, command.msisdn),
    )
    replies = [Reply(command.actor, "tariff-changed", arguments)]
    if command.actor != command.msisdn:
        told = {"number": command.actor, "tariff": tariff.names}
        replies.append(Reply(command.msisdn, "tariff-changed_by", told, notice=True))
    return Outcome(
        replies=tuple(replies),
        changed=(changed, Changed(command.msisdn, at=command.at)),
        entries=entries if fee else (),
    )


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
        return refused(command, "debt", balance=account.balance)
    missing = missing_for(account, fee)
    if fee and missing:
        return refused(command, "not_enough_money", tariff=tariff.names, fee=fee, missing=Money(missing))
    return None


def _dropped(subscriber: Subscriber, tariff: Tariff, products: Products) -> list[Service]:
    """The connected services that the tariff does not allow."""
    connected = [products.services[each.id] for each in subscriber.services if each.id in products.services]
    return [
        each
        for each in connected
        if tariff.id in each.forbids_tariffs or (each.needs_tariffs and tariff.id not in each.needs_tariffs)
    ]


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
