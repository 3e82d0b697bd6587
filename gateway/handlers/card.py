"""Prepaid cards: their code tops an account up, once.

There is no question: the code is a secret and may not wait with one, and whoever has it before him means it. The same
code again only says what it did. Codes that are no good are counted for the number that types them, so that nobody
can try them out.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import CardCode, Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import HOUR_MS, TOP_UP, Instant, Msisdn, Subscriber
from gateway.rules.cards import SALT, Card, CardTries
from gateway.rules.paying import paid_in
from gateway.rules.strangers import ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeem(Command):
    """Tops up the own number, or another one, by a card."""

    name = "card.redeem"
    while_blocked = True
    card: CardCode
    number: Msisdn | None = None


REFUSALS = ("locked", "unknown_number", "yours", "unknown", "not_active", "used", "expired")


@handles(Redeem, refuses=REFUSALS)
def redeem(command: Redeem, uow: UnitOfWork) -> Outcome:
    """Credits the card's sum. Which numbers there are is told only to who has a good card, and keeps it."""
    rules = uow.products.cards
    tries = uow.record(CardTries, command.actor)
    free_at = Instant(tries.last_at + rules.lock_hours * HOUR_MS)
    if command.at >= free_at:
        tries = CardTries(command.actor)
    elif tries.wrong >= rules.wrong_max:
        return refused(command, "locked", until=free_at)
    number = command.number or command.msisdn
    card = uow.record(Card, uow.slow_hash(command.card, SALT))
    if card.used_at and card.used_by == command.actor:
        return refused(command, "yours", amount=card.amount, at=card.used_at)
    fault = _fault(card, command.at)
    if fault:
        return _no_good(command, fault, CardTries(command.actor, tries.wrong + 1, command.at), uow)
    credited = ours(uow, number)
    if credited is None:
        return refused(command, "unknown_number", number=number)
    return _credited(command, uow, card, credited)


def _fault(card: Card, at: Instant) -> str:
    """Why the card is worth nothing now; empty if it is good."""
    if not card.amount:
        return "unknown"
    if card.used_at:
        return "used"
    if not card.active:
        return "not_active"
    return "expired" if at >= card.expires_at else ""


def _no_good(command: Redeem, fault: str, tries: CardTries, uow: UnitOfWork) -> Outcome:
    """The refusal, with the try counted; the last one says that there are no more."""
    rules = uow.products.cards
    left = rules.wrong_max - tries.wrong
    if left > 0:
        refusal = refused(command, fault, left=left)
    else:
        refusal = refused(command, "locked", until=Instant(command.at + rules.lock_hours * HOUR_MS))
    return msgspec.structs.replace(refusal, changed=(tries,))


def _credited(command: Redeem, uow: UnitOfWork, card: Card, credited: Subscriber) -> Outcome:
    number = credited.msisdn
    money = paid_in(uow, credited.account, card.amount, TOP_UP, "card", command.actor)
    arguments: dict[str, object] = {"amount": card.amount, "number": number}
    if number == command.actor:
        replies = [Reply(number, "card-redeemed", arguments | {"balance": money.balance})]
    else:
        by = {"amount": card.amount, "number": command.actor, "balance": money.balance}
        replies = [
            Reply(command.actor, "card-redeemed_other", arguments),
            Reply(number, "card-redeemed_by", by, notice=True),
        ]
    if money.unblocked:
        replies.append(Reply(number, "topup-unblocked", notice=True))
    used = msgspec.structs.replace(card, used_at=command.at, used_by=command.actor)
    return Outcome(
        replies=tuple(replies), changed=(used, CardTries(command.actor), *money.changed), entries=money.entries
    )
