"""Balance: the money and the points of the account that pays for a number, and what is left of its packages.

Only looks; nothing here changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles
from gateway.model import AccountId, Allowance, Instant, Subscriber
from gateway.rules.points import points_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    name = "balance.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainders(Command):
    name = "balance.remainders"


UNITS = {
    "min": "minutes", "minute": "minutes", "minutes": "minutes",
    "sms": "sms",
    "mb": "megabytes", "megabyte": "megabytes", "megabytes": "megabytes",
}  # fmt: skip
"""The units that the texts have words for; any other unit is shown as it was delivered."""


def _subscriber(command: Command, uow: UnitOfWork) -> Subscriber:
    """The number that the command is about. The dispatcher has checked that it exists."""
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


@handles(Show)
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """The balance; who has a payer learns that the money is not his own, but not whose it is."""
    subscriber = _subscriber(command, uow)
    account = uow.account(subscriber.account)
    tariff = uow.products.tariffs.get(subscriber.tariff)
    own = account.id == AccountId(command.msisdn)
    arguments: dict[str, object] = {"balance": account.balance, "points": points_of(command.msisdn, uow)}
    if tariff is None:
        text = "balance-show" if own else "balance-show_payer"
    else:
        text = "balance-show_tariff" if own else "balance-show_payer_tariff"
        arguments["tariff"] = tariff.names
    return Outcome(replies=(Reply(command.actor, text, arguments),))


@handles(Remainders)
def remainders(command: Remainders, uow: UnitOfWork) -> Outcome:
    """What is left of the packages that still run; those of one unit are added up."""
    live = [each for each in _subscriber(command, uow).allowances if not each.until or each.until > command.at]
    if not live:
        return Outcome(replies=(Reply(command.actor, "balance-remainders_none"),))
    arguments: dict[str, object] = {}
    for unit in ("minutes", "sms", "megabytes"):
        of_unit = [each for each in live if UNITS.get(each.unit.lower()) == unit]
        arguments |= {
            f"{unit}_count": len(of_unit),
            unit: sum(each.left for each in of_unit),
            f"{unit}_until": _first_end(of_unit),
        }
    others = [each for each in live if each.unit.lower() not in UNITS]
    arguments["others_count"] = len(others)
    arguments["others"] = ", ".join(f"{each.unit} {each.left}" for each in others)
    return Outcome(replies=(Reply(command.actor, "balance-remainders", arguments),))


def _first_end(allowances: list[Allowance]) -> Instant:
    """When the first of them ends; 0: none does."""
    return min((each.until for each in allowances if each.until), default=Instant(0))
