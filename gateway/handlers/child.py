"""A child's number under its parent's control, with the consent given from the child's phone.

The parent sees balance, tariff, paid services and place, changes the tariff and keeps numbers away. Only a parent
ends it. The child's number hears of everything.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Otp, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import AccountId, BarredNumber, Msisdn, PersonKind, Subscriber, TariffId
from gateway.rules import confirmations
from gateway.rules.answers import understood
from gateway.rules.barring import BarredForChild
from gateway.rules.children import Children, Parents
from gateway.rules.confirmations import CODE_REFUSALS
from gateway.rules.instead import instead
from gateway.rules.naming import abridged, amount, name_in, nameless
from gateway.rules.places import Place, asked_place, reason_of
from gateway.rules.strangers import ours


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """My children's numbers."""

    name = "child.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Command):
    """Asks for the consent: a code goes to the child's phone. A number of the same owner needs none."""

    name = "child.add"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Command):
    """The child has consented: `msisdn` looks after `number` from now on."""

    name = "child.join"
    own = True
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Ends the control over a number."""

    name = "child.remove"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """The child consents."""

    name = "child.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """The child declines."""

    name = "child.decline"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """Balance, tariff, paid services and place of a child."""

    name = "child.show"
    while_blocked = True
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Command):
    """The location system has answered, or has not."""

    name = "child.placed"
    own = True
    number: Msisdn
    succeeded: bool
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTariff(Command):
    """Changes a child's tariff after a question."""

    name = "child.set_tariff"
    number: Msisdn
    tariff: TariffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Command):
    """Bars a number for a child."""

    name = "child.bar"
    number: Msisdn
    barred: BarredNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbar(Command):
    """Removes a number from a child's black list."""

    name = "child.unbar"
    number: Msisdn
    barred: BarredNumber


SERVICES_ROOM = 70  # characters for the services: the rest of that text is long


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


@handles(List)
def show_list(command: List, uow: UnitOfWork) -> Outcome:
    """The children, and who looks after this number."""
    children = uow.record(Children, command.msisdn).numbers
    parents = uow.record(Parents, command.msisdn).numbers
    if not children and not parents:
        return Outcome(replies=(Reply(command.actor, "child-list_empty"),))
    arguments: dict[str, object] = {
        "count": len(children),
        "numbers": ", ".join(children),
        "parents_count": len(parents),
        "parents": ", ".join(parents),
    }
    return Outcome(replies=(Reply(command.actor, "child-list", arguments),))


ADD_REFUSALS = ("self", "company", "unknown_number", "is_parent", "list_full", "parents_full")


@handles(Add, refuses=ADD_REFUSALS)
def add(command: Add, uow: UnitOfWork) -> Outcome:
    """A number of one's own after a question, anybody else's with its consent."""
    refusal = _add_refusal(command, uow)
    if refusal is not None:
        return refusal
    child = uow.subscriber(command.number)
    assert child is not None
    if command.number in uow.record(Children, command.msisdn).numbers:
        return Outcome(replies=(Reply(command.actor, "child-already", {"number": command.number}),))
    if child.person != _subject(command, uow).person:
        return _ask_child(command, uow, child)
    if command.confirmed is None:
        return confirmations.ask_actor(command, uow, text="child-add_ask_own", arguments={"number": command.number})
    return _joined(command, uow, (
        Reply(command.actor, "child-added", {"number": command.number}),
        Reply(command.number, "child-added_child", {"number": command.msisdn}, notice=True),
    ))  # fmt: skip


def _add_refusal(command: Add | Join, uow: UnitOfWork) -> Outcome | None:
    number, rules = command.number, uow.products.child
    if number == command.msisdn:
        return refused(command, "self")
    child = ours(uow, number)
    if child is None:
        return refused(command, "unknown_number", number=number)
    parent = _subject(command, uow)
    if uow.person(parent.person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    children = uow.record(Children, command.msisdn).numbers
    if number in children:
        return None
    if number in uow.record(Parents, command.msisdn).numbers:
        return refused(command, "is_parent", number=number)
    if len(children) >= rules.children_max:
        return refused(command, "list_full", max=rules.children_max)
    # Whether a stranger's number has parents, or is a company's, is nobody's to learn: its consent comes to nothing.
    own = child.person == parent.person
    if (own or isinstance(command, Join)) and len(uow.record(Parents, number).numbers) >= rules.parents_max:
        return refused(command, "parents_full", number=number, max=rules.parents_max)
    if isinstance(command, Join) and uow.person(child.person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    return None


def _ask_child(command: Add, uow: UnitOfWork, child: Subscriber) -> Outcome:
    hours = uow.products.limits.consent_hours
    join = Join(
        actor=command.actor, msisdn=command.msisdn, at=command.at, reference=command.reference, number=command.number
    )
    changed, question, timer = confirmations.ask_consent(
        join, uow, child, text="child-add_ask", arguments={"number": command.msisdn, "hours": hours}
    )
    asked = Reply(command.actor, "child-add_asked", {"number": command.number, "hours": hours})
    return Outcome(replies=(asked, question), changed=(changed,), timers=(timer,))


def _joined(command: Add | Join, uow: UnitOfWork, replies: tuple[Reply, ...]) -> Outcome:
    children, parents = uow.record(Children, command.msisdn), uow.record(Parents, command.number)
    return Outcome(
        replies=replies,
        changed=(
            Children(command.msisdn, (*children.numbers, command.number)),
            Parents(command.number, (*parents.numbers, command.msisdn)),
        ),
    )


@handles(Join, refuses=["void"])
def join(command: Join, uow: UnitOfWork) -> Outcome:
    """All rules once more: a day may have passed since the question."""
    if _add_refusal(command, uow) is not None or command.number in uow.record(Children, command.msisdn).numbers:
        return refused(command, "void", number=command.number)
    return _joined(command, uow, (
        Reply(command.number, "child-added_child", {"number": command.msisdn}),
        Reply(command.actor, "child-added", {"number": command.number}, notice=True),
    ))  # fmt: skip


@handles(Confirm, refuses=CODE_REFUSALS)
def confirm(command: Confirm, uow: UnitOfWork) -> Outcome:
    return confirmations.accept(command, uow, command.code, only=Join.name)


@handles(Decline, refuses=CODE_REFUSALS)
def decline(command: Decline, uow: UnitOfWork) -> Outcome:
    return confirmations.decline(command, uow, command.code, only=Join.name)


def _child(command: Remove | Show | SetTariff | Bar | Unbar, uow: UnitOfWork) -> Subscriber | Outcome:
    """The child that a command names, or the refusal."""
    if command.number not in uow.record(Children, command.msisdn).numbers:
        return refused(command, "not_child", number=command.number)
    child = uow.subscriber(command.number)
    assert child is not None  # a number that was there when it was added stays in the store
    return child


@handles(Remove, refuses=["not_child"])
def remove(command: Remove, uow: UnitOfWork) -> Outcome:
    """With the last parent goes the parents' black list."""
    child = _child(command, uow)
    if isinstance(child, Outcome):
        return child
    number = child.msisdn
    children = tuple(each for each in uow.record(Children, command.msisdn).numbers if each != number)
    parents = tuple(each for each in uow.record(Parents, number).numbers if each != command.msisdn)
    barred = uow.record(BarredForChild, number).numbers if parents else ()
    return Outcome(
        replies=(
            Reply(command.actor, "child-removed", {"number": number}),
            Reply(number, "child-removed_child", {"number": command.msisdn, "parents": len(parents)}, notice=True),
        ),
        changed=(Children(command.msisdn, children), Parents(number, parents), BarredForChild(number, barred)),
    )


@handles(Show, refuses=["not_child"])
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """What the gateway knows at once; the place when the location system has answered."""
    child = _child(command, uow)
    if isinstance(child, Outcome):
        return child
    services = [uow.products.services[each.id] for each in child.services if each.id in uow.products.services]
    paid = [f"{name_in(each.names, uow.language)} {amount(each.price_minor)}" for each in services if each.price_minor]
    tariff = uow.products.tariffs.get(child.tariff)
    # A family's money is the payer's, and may be somebody else's: then it is not the parent's to see.
    own = child.account in (AccountId(child.msisdn), _subject(command, uow).account)
    arguments: dict[str, object] = {
        "number": child.msisdn,
        "own": "own" if own else "payer",
        "balance": uow.account(child.account).balance if own else 0,
        "tariff": tariff.names if tariff is not None else nameless(child.tariff),
        "count": len(paid),
        "services": abridged(paid, SERVICES_ROOM),
    }
    return Outcome(
        replies=(
            Reply(command.actor, "child-show", arguments),
            Reply(child.msisdn, "child-shown", {"number": command.msisdn}, notice=True),
        ),
        effects=(asked_place(command, uow, child.msisdn, Placed, number=child.msisdn),),
    )


@handles(Placed)
def placed(command: Placed, uow: UnitOfWork) -> Outcome:
    """The parent gets the place, or why there is none."""
    place = understood(command.succeeded, command.answer, Place)
    arguments: dict[str, object] = {"number": command.number}
    if place is None:
        reason = reason_of(command.answer)
        return Outcome(replies=(Reply(command.msisdn, f"child-place_{reason}", arguments, notice=True),))
    arguments |= {"place": place.place, "metres": place.accuracy_m}
    return Outcome(replies=(Reply(command.msisdn, "child-place", arguments, notice=True),))


@handles(SetTariff, refuses=["not_child"])
def set_tariff(command: SetTariff, uow: UnitOfWork) -> Outcome:
    """As the child's own change of tariff, with its prices, its question and its refusals."""
    child = _child(command, uow)
    if isinstance(child, Outcome):
        return child
    return instead(command, "tariff.change", about=child.msisdn, tariff=command.tariff)


@handles(Bar, refuses=["not_child", "barred_self", "barred_full"])
def bar(command: Bar, uow: UnitOfWork) -> Outcome:
    """Free, and for the parents alone to undo. Neither the child nor a parent can be kept away."""
    child = _child(command, uow)
    if isinstance(child, Outcome):
        return child
    number = child.msisdn
    if str(command.barred) in (number, *uow.record(Parents, number).numbers):
        return refused(command, "barred_self", number=number)
    barred = uow.record(BarredForChild, number).numbers
    arguments: dict[str, object] = {"number": number, "barred": command.barred}
    if command.barred in barred:
        return Outcome(replies=(Reply(command.actor, "child-already_barred", arguments),))
    most = uow.products.child.barred_max
    if len(barred) >= most:
        return refused(command, "barred_full", max=most, number=number)
    return Outcome(
        replies=(
            Reply(command.actor, "child-barred", arguments),
            Reply(number, "child-barred_child", {"number": command.msisdn, "barred": command.barred}, notice=True),
        ),
        changed=(BarredForChild(number, (*barred, command.barred)),),
    )


@handles(Unbar, refuses=["not_child", "not_barred"])
def unbar(command: Unbar, uow: UnitOfWork) -> Outcome:
    child = _child(command, uow)
    if isinstance(child, Outcome):
        return child
    number = child.msisdn
    barred = uow.record(BarredForChild, number).numbers
    arguments: dict[str, object] = {"number": number, "barred": command.barred}
    if command.barred not in barred:
        return refused(command, "not_barred", **arguments)
    left = tuple(each for each in barred if each != command.barred)
    return Outcome(
        replies=(
            Reply(command.actor, "child-unbarred", arguments),
            Reply(number, "child-unbarred_child", {"number": command.msisdn, "barred": command.barred}, notice=True),
        ),
        changed=(BarredForChild(number, left),),
    )
