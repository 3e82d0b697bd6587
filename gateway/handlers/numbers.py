"""Several numbers in one account: the "Numbers" service, linking, unlinking, acting for a linked number.

Linked are numbers of one private person in one region; "Numbers" must be on at each of them first, and the added
number confirms from its own phone.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Otp, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import MINUTE_MS, Acting, Instant, Msisdn, Person, PersonKind, Subscriber
from gateway.rules import confirmations
from gateway.rules.confirmations import CODE_REFUSALS
from gateway.rules.strangers import ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    name = "numbers.connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Command):
    name = "numbers.disconnect"


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    name = "numbers.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Command):
    name = "numbers.link"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    name = "numbers.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    name = "numbers.decline"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink(Command):
    name = "numbers.unlink"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Command):
    name = "numbers.act"
    own_number_only = True
    number: Msisdn


def _subject(command: Command, uow: UnitOfWork) -> tuple[Subscriber, Person]:
    """The number that the command is about, and its owner. The dispatcher has checked that it exists."""
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber, uow.person(subscriber.person)


@handles(Connect, refuses=["company"])
def connect(command: Connect, uow: UnitOfWork) -> Outcome:
    """Switches "Numbers" on; saying it again says that it is on."""
    subscriber, person = _subject(command, uow)
    if person.kind is PersonKind.COMPANY:
        return refused(command, "company")
    if subscriber.numbers_on:
        return Outcome(replies=(Reply(command.actor, "numbers-already_on"),))
    changed = msgspec.structs.replace(subscriber, numbers_on=True)
    return Outcome(replies=(Reply(command.actor, "numbers-connected"),), changed=(changed,))


@handles(Disconnect)
def disconnect(command: Disconnect, uow: UnitOfWork) -> Outcome:
    """Switches "Numbers" off; a linked number leaves its account by that, so it is asked first."""
    subscriber, person = _subject(command, uow)
    if not subscriber.numbers_on:
        return Outcome(replies=(Reply(command.actor, "numbers-already_off"),))
    linked = person.cabinet(subscriber.region)
    if subscriber.msisdn in linked and command.confirmed is None:
        return confirmations.ask_actor(
            command, uow, text="numbers-disconnect_ask", arguments={"count": len(linked) - 1}
        )
    off = msgspec.structs.replace(subscriber, numbers_on=False)
    reply = Reply(command.actor, "numbers-disconnected")
    if subscriber.msisdn not in linked:
        return Outcome(replies=(reply,), changed=(off,))
    rest = tuple(number for number in linked if number != subscriber.msisdn)
    return Outcome(replies=(reply,), changed=(off, person.with_cabinet(subscriber.region, rest)))


@handles(List)
def show(command: List, uow: UnitOfWork) -> Outcome:
    """Which numbers are linked, and whether "Numbers" is on."""
    subscriber, person = _subject(command, uow)
    others = [number for number in person.cabinet(subscriber.region) if number != subscriber.msisdn]
    if others:
        reply = Reply(command.actor, "numbers-list", {"numbers": ", ".join(others), "count": len(others)})
    else:
        reply = Reply(command.actor, "numbers-list_empty" if subscriber.numbers_on else "numbers-list_off")
    return Outcome(replies=(reply,))


LINK_REFUSALS = (
    "self", "company", "not_on", "other_owner", "other_region", "target_not_on",
    "already_linked", "list_full",
)  # fmt: skip


@handles(Link, refuses=LINK_REFUSALS)
def link(command: Link, uow: UnitOfWork) -> Outcome:
    """Asks the other number for its consent; its "yes" runs this again and joins the two."""
    subscriber, person = _subject(command, uow)
    target = ours(uow, command.number)
    refusal = _link_refusal(command, subscriber, person, target, uow)
    if refusal is not None:
        return refusal
    assert target is not None
    if command.confirmed is None:
        return _ask_target(command, uow, subscriber, target)
    linked = person.cabinet(subscriber.region) or (subscriber.msisdn,)
    joined = (*linked, target.msisdn)
    return Outcome(
        replies=(
            Reply(target.msisdn, "numbers-linked_target", {"number": subscriber.msisdn, "own": target.msisdn}),
            Reply(command.actor, "numbers-linked", {"number": target.msisdn, "count": len(joined)}, notice=True),
        ),
        changed=(person.with_cabinet(subscriber.region, joined),),
    )


def _link_refusal(
    command: Link, subscriber: Subscriber, person: Person, target: Subscriber | None, uow: UnitOfWork
) -> Outcome | None:
    number = command.number
    linked = person.cabinet(subscriber.region)
    if number == subscriber.msisdn:
        return refused(command, "self")
    if person.kind is PersonKind.COMPANY:
        return refused(command, "company")
    if not subscriber.numbers_on:
        return refused(command, "not_on")
    if target is None or target.person != subscriber.person:  # who else there is, is nobody's to learn
        return refused(command, "other_owner", number=number)
    if target.region != subscriber.region:
        return refused(command, "other_region", number=number)
    if number in linked:
        return refused(command, "already_linked", number=number)
    if not target.numbers_on:
        return refused(command, "target_not_on", number=number)
    if len(linked) >= uow.products.limits.linked_numbers_max:
        return refused(command, "list_full", max=uow.products.limits.linked_numbers_max)
    return None


def _ask_target(command: Link, uow: UnitOfWork, subscriber: Subscriber, target: Subscriber) -> Outcome:
    changed, question, timer = confirmations.ask_consent(
        command,
        uow,
        target,
        text="numbers-link_ask",
        arguments={"number": subscriber.msisdn, "hours": uow.products.limits.consent_hours},
    )
    asked = Reply(
        command.actor, "numbers-link_asked", {"number": target.msisdn, "hours": uow.products.limits.consent_hours}
    )
    return Outcome(replies=(asked, question), changed=(changed,), timers=(timer,))


@handles(Confirm, refuses=CODE_REFUSALS)
def confirm(command: Confirm, uow: UnitOfWork) -> Outcome:
    """The added number agrees with the code it got."""
    return confirmations.accept(command, uow, command.code, only=Link.name)


@handles(Decline, refuses=CODE_REFUSALS)
def decline(command: Decline, uow: UnitOfWork) -> Outcome:
    """The added number declines; who asked learns of it."""
    return confirmations.decline(command, uow, command.code, only=Link.name)


@handles(Unlink, refuses=["not_linked"])
def unlink(command: Unlink, uow: UnitOfWork) -> Outcome:
    """Takes a number out of the account; "Numbers" stays on at it."""
    subscriber, person = _subject(command, uow)
    linked = person.cabinet(subscriber.region)
    if command.number not in linked or subscriber.msisdn not in linked:
        return refused(command, "not_linked", number=command.number)
    rest = tuple(number for number in linked if number != command.number)
    if command.number == command.actor:
        replies: tuple[Reply, ...] = (Reply(command.actor, "numbers-unlinked_own"),)
    else:
        replies = (
            Reply(command.actor, "numbers-unlinked", {"number": command.number}),
            Reply(command.number, "numbers-unlinked_target", {"number": command.actor}, notice=True),
        )
    return Outcome(replies=replies, changed=(person.with_cabinet(subscriber.region, rest),))


@handles(Act, refuses=["not_linked"])
def act(command: Act, uow: UnitOfWork) -> Outcome:
    """The actor's next commands concern a linked number; his own number ends it."""
    actor = uow.subscriber(command.actor)
    assert actor is not None
    if command.number == command.actor:
        changed = msgspec.structs.replace(actor, acting=None)
        return Outcome(replies=(Reply(command.actor, "numbers-acting_own"),), changed=(changed,))
    linked = uow.person(actor.person).cabinet(actor.region)
    if command.actor not in linked or command.number not in linked:
        return refused(command, "not_linked", number=command.number)
    minutes = uow.products.limits.acting_minutes
    until = Instant(command.at + minutes * MINUTE_MS)
    changed = msgspec.structs.replace(actor, acting=Acting(command.number, until))
    return Outcome(
        replies=(
            Reply(command.actor, "numbers-acting", {"number": command.number, "minutes": minutes}),
            Reply(command.number, "numbers-acting_by", {"number": command.actor}, notice=True),
        ),
        changed=(changed,),
    )
