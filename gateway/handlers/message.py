"""Sending an SMS to another number: from the package of SMS where there is one, else at the tariff's price a part."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import SERVICES, DayTotal, Entry, MessageText, Money, Msisdn, Record
from gateway.rules import confirmations
from gateway.rules.allowances import used_up
from gateway.rules.barring import bars_sms
from gateway.rules.calendar import add_today, day_number, moved_today
from gateway.rules.paying import missing_for
from gateway.screens import messages_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Command):
    """Sends a text; without one, asks for it on the screen."""

    name = "message.send"
    number: Msisdn
    text: MessageText = MessageText("")


class Sent(Record, frozen=True, array_like=True, gc=False):
    """How many messages a number has sent by this code today, and how often each text, by its digest."""

    kind = "messages_sent"
    today: DayTotal = DayTotal()
    texts: tuple[tuple[str, int], ...] = ()


CHARGE = "sms"
"""The kind of the ledger entries of a message's price."""

ONE = Money(1)


@handles(Send, refuses=["self", "text_needed", "barred", "quota", "spam", "not_enough_money"])
def send(command: Send, uow: UnitOfWork) -> Outcome:
    """To any mobile number of the country. What the package does not cover is asked with its price."""
    number = command.number
    if number == command.msisdn:
        return refused(command, "self")
    if not command.text:
        return refused(command, "text_needed", number=number)
    if bars_sms(uow, number, command.msisdn):
        return refused(command, "barred", number=number)
    sent = uow.record(Sent, command.msisdn)
    day, most = day_number(command.at, uow.operator), uow.products.message.sms_per_day_max
    if moved_today(sent.today, day) >= most:
        return refused(command, "quota", max=most)
    texts, digest = _texts(sent, day), _digest(command.text)
    same = texts.get(digest, 0)
    if same >= uow.products.message.same_text_per_day_max:
        return refused(command, "spam", max=uow.products.message.same_text_per_day_max)
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    parts = messages_for(command.text)
    changed, beyond = used_up(subscriber, "sms", parts, command.at)
    tariff = uow.products.tariffs.get(subscriber.tariff)
    price = Money(beyond * tariff.sms_minor) if tariff is not None else Money(0)
    account = uow.account(subscriber.account)
    arguments: dict[str, object] = {"number": number, "parts": parts, "price": price}
    missing = missing_for(account, price) if price else 0
    if missing:
        return refused(command, "not_enough_money", price=price, missing=missing)
    if price and (command.confirmed is None or command.confirmed.price != price):
        text = "message-ask" if command.confirmed is None else "message-ask_again"
        return confirmations.ask_actor(command, uow, text=text, arguments=arguments, price=price)
    entries = (
        Entry(account.id, Money(-price), CHARGE, command.msisdn),
        Entry(SERVICES, price, CHARGE, command.msisdn),
    )
    arguments["left"] = Money(account.balance - price)
    texts[digest] = same + 1
    return Outcome(
        replies=(
            Reply(command.actor, "message-sent" if price else "message-sent_free", arguments),
            Reply(number, "message-text", {"number": command.msisdn, "text": command.text}, notice=True),
        ),
        changed=(changed, Sent(command.msisdn, add_today(sent.today, day, ONE), tuple(texts.items()))),
        entries=entries if price else (),
    )


def _texts(sent: Sent, day: int) -> dict[str, int]:
    return dict(sent.texts) if sent.today.day == day else {}


def _digest(text: str) -> str:
    """Names a text without keeping it."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
