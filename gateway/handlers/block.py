"""Blocking a number whose SIM is lost, and unblocking it.

Nobody but the network's own people lifts what they have blocked; here only what was blocked here is lifted, and only
with the permanent password: who holds the phone can get one by SMS. Emergency calls and the help desk's number are the
network's affair and are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Outcome, Password, Reply, Timer, UnitOfWork, handles, refused
from gateway.model import DAY_MS, FEES, Entry, Instant, Money, Msisdn, Record, Subscriber, SubscriberStatus
from gateway.rules import confirmations
from gateway.rules.credentials import PASSWORD_REFUSALS, Credentials, proved
from gateway.rules.paying import usual_floor
from gateway.rules.renewing import stood_still


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Command):
    """Blocks this number at once; or a lost one from any phone, with that number's password."""

    name = "block.set"
    while_blocked = True
    number: Msisdn | None = None
    password: Password | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift(Command):
    """Unblocks a number, always with its password; without one, says how."""

    name = "block.lift"
    while_blocked = True
    number: Msisdn | None = None
    password: Password | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(Command):
    """Another day of a block that is no longer free."""

    name = "block.charge"
    own = True


class Blocked(Record, frozen=True, array_like=True, gc=False):
    """A number that its owner has blocked, and since when."""

    kind = "blocked"
    since: Instant = Instant(0)


CHARGE = "block"
"""The kind of the ledger entries of a block's fee."""


@handles(Set, refuses=["needs_password", "closed", *PASSWORD_REFUSALS])
def block(command: Set, uow: UnitOfWork) -> Outcome:
    """The phone in the hand at once, the number acted for after a question, any other with its password at once."""
    if command.number is None:
        asks = command.msisdn != command.actor and command.confirmed is None
        return _blocked(command, uow, command.msisdn, asks=asks)
    if command.password is None:
        return refused(command, "needs_password", number=command.number)
    credentials = proved(command, uow, command.number, command.password)
    if isinstance(credentials, Outcome):
        return credentials
    outcome = _blocked(command, uow, command.number, asks=False)
    return msgspec.structs.replace(outcome, changed=(credentials, *outcome.changed))


def _blocked(command: Set, uow: UnitOfWork, number: Msisdn, *, asks: bool) -> Outcome:
    subscriber = _known(number, uow)
    if subscriber.status is SubscriberStatus.CLOSED:
        return refused(command, "closed")
    if subscriber.status is SubscriberStatus.BLOCKED:
        return Outcome(replies=(Reply(command.actor, "block-already", {"number": number}),))
    rules = uow.products.block
    terms: dict[str, object] = {
        "number": number,
        "days": rules.free_days,
        "fee": rules.fee_per_day_minor,
    }
    if asks:
        return confirmations.ask_actor(command, uow, text="block-ask", arguments=terms, price=rules.fee_per_day_minor)
    has_password = bool(uow.record(Credentials, number).hash)
    replies = [Reply(command.actor, "block-set" if has_password else "block-set_no_password", terms)]
    if number != command.actor:
        replies.append(Reply(number, "block-set_by", {"number": command.actor}, notice=True))
    first_fee_at = Instant(command.at + rules.free_days * DAY_MS)
    return Outcome(
        replies=tuple(replies),
        changed=(
            msgspec.structs.replace(subscriber, status=SubscriberStatus.BLOCKED),
            Blocked(number, since=command.at),
        ),
        timers=(Timer(_timer_key(number), first_fee_at, Charge.name, number),),
    )


@handles(Lift, refuses=["password_needed", *PASSWORD_REFUSALS])
def unblock(command: Lift, uow: UnitOfWork) -> Outcome:
    """Always the permanent password, from this phone or another; what was blocked for a debt stays so."""
    number = command.number or command.msisdn
    if command.password is None:
        return refused(command, "password_needed", number=number)
    credentials = proved(command, uow, number, command.password)
    if isinstance(credentials, Outcome):
        return credentials
    subscriber = _known(number, uow)
    if subscriber.status is not SubscriberStatus.BLOCKED:
        reply = Reply(command.actor, "block-not_blocked", {"number": number})
        return Outcome(replies=(reply,), changed=(credentials,))
    if not uow.record(Blocked, number).since:
        return Outcome(replies=(Reply(command.actor, "block-by_operator", {"number": number}),), changed=(credentials,))
    in_debt = uow.account(subscriber.account).floor < usual_floor(uow, subscriber.account)
    status = SubscriberStatus.DEBTOR if in_debt else SubscriberStatus.ACTIVE
    text = "block-lifted_debtor" if in_debt else "block-lifted"
    replies = [Reply(command.actor, text, {"number": number})]
    if number != command.actor:
        replies.append(Reply(number, "block-lifted_by", {"number": command.actor}, notice=True))
    return Outcome(
        replies=tuple(replies),
        changed=(credentials, msgspec.structs.replace(subscriber, status=status), Blocked(number)),
        timers=stood_still(subscriber, command.at),
        timers_cancelled=(_timer_key(number),),
    )


@handles(Charge)
def charge(command: Charge, uow: UnitOfWork) -> Outcome:
    """The day's fee where the account has it. A block makes no debt: a day without money costs nothing."""
    if not uow.record(Blocked, command.msisdn).since:
        return Outcome()
    timer = Timer(_timer_key(command.msisdn), Instant(command.at + DAY_MS), Charge.name, command.msisdn)
    fee = uow.products.block.fee_per_day_minor
    account = uow.account(_known(command.msisdn, uow).account)
    if not fee or account.balance - fee < account.floor:
        return Outcome(timers=(timer,))
    entries = (
        Entry(account.id, Money(-fee), CHARGE, command.msisdn),
        Entry(FEES, fee, CHARGE, command.msisdn),
    )
    return Outcome(entries=entries, timers=(timer,))


def _known(number: Msisdn, uow: UnitOfWork) -> Subscriber:
    """A number that the store has: the dispatcher, or its password, has shown that."""
    subscriber = uow.subscriber(number)
    assert subscriber is not None
    return subscriber


def _timer_key(number: Msisdn) -> str:
    return f"block/{number}"
