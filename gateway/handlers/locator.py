"""Locating other subscribers, who must have agreed to it, and can take it back as easily.

A consent lies at the one who gave it, with the code that took it and takes it back. Whoever is located is told each
time. A request is paid, or taken from a package; where there is no place, what it cost comes back.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Otp, Outcome, Reply, Timer, UnitOfWork, handles, refused
from gateway.model import (
    DAY_MS,
    HOUR_MS,
    SERVICES,
    AccountId,
    CodeRef,
    Document,
    Entry,
    Instant,
    Money,
    Msisdn,
    Name,
    Subscriber,
    SubscriberStatus,
)
from gateway.rules import confirmations
from gateway.rules.answers import understood
from gateway.rules.barring import bars
from gateway.rules.confirmations import CODE_REFUSALS
from gateway.rules.locating import Consents, Contacts, PackageOfRequests, may_locate
from gateway.rules.naming import LIST_ROOM, abridged
from gateway.rules.paying import missing_for, paid_in, price_returned
from gateway.rules.places import Place as Answer
from gateway.rules.places import asked_place, reason_of
from gateway.rules.renewing import fees_stand, month_paid
from gateway.rules.strangers import ours


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """Whom I may locate, and how many requests are left."""

    name = "locator.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Command):
    """Asks a number for its consent; `contact` is what the subscriber calls its holder."""

    name = "locator.add"
    number: Msisdn
    contact: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Command):
    """The one to be located has agreed: `msisdn` may locate `number`."""

    name = "locator.join"
    own = True
    number: Msisdn
    contact: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Takes somebody off my list, by number or by name; without either, asks for the name on the screen."""

    name = "locator.remove"
    number: Msisdn | None = None
    contact: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Command):
    """Where somebody is now, by number or by name, which a screen asks for; he is told."""

    name = "locator.find"
    number: Msisdn | None = None
    contact: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Located(Command):
    """The location system has answered `owner`, or has not: `price` was taken from `account` by the message `request`,
    or a request from the package.
    """

    name = "locator.located"
    own = True
    owner: Msisdn
    number: Msisdn
    price: Money
    account: AccountId
    request: int = 0
    succeeded: bool
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """The one to be located consents."""

    name = "locator.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """The one to be located refuses, or takes his consent back."""

    name = "locator.decline"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Command):
    """Names the place where the subscriber is now; without a name, asks for it on the screen."""

    name = "locator.place"
    place: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Command):
    """The location system has answered where `owner` is, or has not."""

    name = "locator.saved"
    own = True
    owner: Msisdn
    place: Name
    succeeded: bool
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Command):
    """Stops the service: erases every consent given by this number and its list, and the package runs out."""

    name = "locator.stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(Command):
    """Requests left in the package, and when it is charged next."""

    name = "locator.package"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageOn(Command):
    """Connects the package of requests after a question with its price."""

    name = "locator.package_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageOff(Command):
    """The package is not renewed; what is left of it can be used until its end."""

    name = "locator.package_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRenew(Command):
    """The month of a package is over."""

    name = "locator.package_renew"
    own = True


LIST_FRAME = 50  # the list in both directions has a longer frame than other lists

CHARGE = "locator"
"""The kind of the ledger entries of requests and packages."""


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


@handles(List)
def show(command: List, uow: UnitOfWork) -> Outcome:
    """Both directions: whom I may locate, and who may locate me."""
    contacts = uow.record(Contacts, command.msisdn).of
    given = uow.record(Consents, command.msisdn).given
    package = uow.record(PackageOfRequests, command.msisdn)
    room = LIST_ROOM[uow.language] - LIST_FRAME
    given_numbers = abridged([number for number, _ in given], room // 2 if contacts else room)
    names = abridged([f"{name} {number}".strip() for number, name in contacts], room - len(given_numbers))
    arguments: dict[str, object] = {
        "count": len(contacts),
        "contacts": names,
        "left": package.left if package.until > command.at else 0,
        "given_count": len(given),
        "given": given_numbers,
    }
    return Outcome(replies=(Reply(command.actor, "locator-list", arguments),))


ADD_REFUSALS = ("self", "unknown_number", "name_taken", "list_full", "asked_recently")


@handles(Add, refuses=ADD_REFUSALS)
def add(command: Add, uow: UnitOfWork) -> Outcome:
    """Asks for the consent; who has not given it is not asked again within a day."""
    number, rules = command.number, uow.products.locator
    if number == command.msisdn:
        return refused(command, "self")
    target = ours(uow, number)
    if target is None:
        return refused(command, "unknown_number", number=number)
    contacts = uow.record(Contacts, command.msisdn)
    if command.contact and contacts.named(command.contact) not in (None, number):
        return refused(command, "name_taken", name=command.contact)
    if may_locate(uow, command.msisdn, number) is not None:
        renamed = (*contacts.without(number).of, (number, command.contact or dict(contacts.of).get(number, "")))
        reply = Reply(command.actor, "locator-already", {"number": number})
        return Outcome(replies=(reply,), changed=(msgspec.structs.replace(contacts, of=renamed),))
    if len(contacts.of) >= rules.contacts_max:
        return refused(command, "list_full", max=rules.contacts_max)
    again_ms = rules.ask_again_hours * HOUR_MS
    recent = {each: at for each, at in contacts.asked if at + again_ms > command.at}
    if number in recent:
        waiting = confirmations.live(target, command.at)
        asked = any(each.command == Join.name and each.msisdn == command.msisdn for each in waiting)
        if asked or bars(uow, number, command.msisdn):
            return Outcome(replies=(Reply(command.actor, "locator-waiting", {"number": number}),))
        return refused(command, "asked_recently", number=number, until=Instant(recent[number] + again_ms))
    return _asked(command, uow, target, msgspec.structs.replace(
        contacts, asked=(*recent.items(), (number, command.at))
    ))  # fmt: skip


def _asked(command: Add, uow: UnitOfWork, target: Subscriber, contacts: Contacts) -> Outcome:
    hours = uow.products.limits.consent_hours
    asked = Reply(command.actor, "locator-asked", {"number": command.number, "hours": hours})
    if bars(uow, target.msisdn, command.msisdn):  # not disturbed, and nobody learns why no consent comes
        return Outcome(replies=(asked,), changed=(contacts,))
    join = Join(
        actor=command.actor,
        msisdn=command.msisdn,
        at=command.at,
        reference=command.reference,
        number=command.number,
        contact=command.contact,
    )
    changed, question, timer = confirmations.ask_consent(
        join, uow, target, text="locator-ask_consent", arguments={"number": command.msisdn, "hours": hours}
    )
    return Outcome(replies=(asked, question), changed=(changed, contacts), timers=(timer,))


@handles(Join, refuses=["void"])
def join(command: Join, uow: UnitOfWork) -> Outcome:
    """From now on; the code of the consent takes it back."""
    number, most = command.number, uow.products.locator.contacts_max
    contacts, consents = uow.record(Contacts, command.msisdn), uow.record(Consents, number)
    full = len(contacts.of) >= most or len(consents.given) >= most
    taken = command.contact is not None and contacts.named(command.contact) is not None
    if command.confirmed is None or full or taken or may_locate(uow, command.msisdn, number) is not None:
        return refused(command, "void", number=number)
    code = command.confirmed.code
    named = msgspec.structs.replace(contacts, of=(*contacts.of, (number, command.contact or "")))
    return Outcome(
        replies=(
            Reply(number, "locator-agreed", {"number": command.msisdn}, code=code),
            Reply(command.actor, "locator-agreed_by", {"number": number}, notice=True),
        ),
        changed=(named, Consents(number, (*consents.given, (command.msisdn, code)))),
    )


@handles(Confirm, refuses=CODE_REFUSALS)
def confirm(command: Confirm, uow: UnitOfWork) -> Outcome:
    return confirmations.accept(command, uow, command.code, only=Join.name)


@handles(Decline, refuses=CODE_REFUSALS)
def decline(command: Decline, uow: UnitOfWork) -> Outcome:
    """No to the question, or a consent taken back: by the same code, whenever it was given."""
    actor = uow.subscriber(command.actor)
    assert actor is not None
    asked = [each.code for each in confirmations.live(actor, command.at) if each.command == Join.name]
    if not any(_is_code(uow, each, command.code) for each in asked):
        given = uow.record(Consents, command.actor).given
        askers = [asker for asker, code in given if _is_code(uow, code, command.code)]
        if askers:
            return _taken_back(command, uow, askers, Reply(command.actor, "locator-revoked", {"number": askers[0]}))
    return confirmations.decline(command, uow, command.code, only=Join.name)


def _is_code(uow: UnitOfWork, ref: CodeRef, typed: Otp) -> bool:
    return hmac.compare_digest(uow.code(ref), typed)


def _taken_back(
    command: Command, uow: UnitOfWork, askers: Iterable[Msisdn], reply: Reply, changed: tuple[Document, ...] = ()
) -> Outcome:
    """The consents that a number has given to others are gone, and they hear of it."""
    consents = uow.record(Consents, command.msisdn)
    gone = list(askers)
    for asker in gone:
        consents = consents.without(asker)
    lists = uow.records(Contacts, gone)
    return Outcome(
        replies=(
            reply,
            *(Reply(each, "locator-revoked_by", {"number": command.msisdn}, notice=True) for each in gone),
        ),
        changed=(consents, *(lists[each].without(command.msisdn) for each in gone), *changed),
    )


@handles(Remove, refuses=["whom_needed", "not_listed"])
def remove(command: Remove, uow: UnitOfWork) -> Outcome:
    """With the entry goes the consent: a new one has to be asked for."""
    if command.number is None and command.contact is None:
        return refused(command, "whom_needed", digit="2")
    contacts = uow.record(Contacts, command.msisdn)
    number = contacts.named(command.contact) if command.contact else command.number
    if number is None or number not in dict(contacts.of):
        return refused(command, "not_listed", who=command.contact or f"+{command.number}")
    return Outcome(
        replies=(
            Reply(command.actor, "locator-removed", {"who": contacts.name_of(number)}),
            Reply(number, "locator-removed_by", {"number": command.msisdn}, notice=True),
        ),
        changed=(contacts.without(number), uow.record(Consents, number).without(command.msisdn)),
    )


@handles(Find, refuses=["whom_needed", "unknown_contact", "not_agreed", "not_enough_money"])
def find(command: Find, uow: UnitOfWork) -> Outcome:
    """From the package at once, else after a question with the price; the answer comes when it is there."""
    if command.number is None and command.contact is None:
        return refused(command, "whom_needed", digit="7")
    contacts = uow.record(Contacts, command.msisdn)
    number = contacts.named(command.contact) if command.contact else command.number
    if number is None:
        return refused(command, "unknown_contact", name=command.contact or "")
    if may_locate(uow, command.msisdn, number) is None:
        return refused(command, "not_agreed", number=number)
    account = uow.account(_subject(command, uow).account)
    package = uow.record(PackageOfRequests, command.msisdn)
    arguments: dict[str, object] = {"who": contacts.name_of(number)}
    if package.until > command.at and package.left:
        used = msgspec.structs.replace(package, left=package.left - 1)
        asked = asked_place(
            command, uow, number, Located, owner=command.msisdn, number=number, price=0, account=account.id
        )
        reply = Reply(command.actor, "locator-searching_package", arguments | {"left": used.left})
        return Outcome(replies=(reply,), changed=(used,), effects=(asked,))
    price = uow.products.locator.request_minor
    missing = missing_for(account, price)
    if price and missing:
        return refused(command, "not_enough_money", price=price, missing=missing)
    arguments["price"] = price
    if price and (command.confirmed is None or command.confirmed.price != price):
        text = "locator-find_ask" if command.confirmed is None else "locator-find_ask_again"
        return confirmations.ask_actor(command, uow, text=text, arguments=arguments, price=price)
    asked = asked_place(
        command, uow, number, Located, owner=command.msisdn, number=number, price=price, account=account.id,
        request=command.reference,
    )  # fmt: skip
    reply = Reply(command.actor, "locator-searching", arguments)
    return Outcome(replies=(reply,), entries=_paid(account.id, price, command), effects=(asked,))


def _paid(account: AccountId, price: Money, command: Command) -> tuple[Entry, ...]:
    if not price:
        return ()
    return (
        Entry(account, Money(-price), CHARGE, command.msisdn),
        Entry(SERVICES, price, CHARGE, command.msisdn),
    )


@handles(Located)
def located(command: Located, uow: UnitOfWork) -> Outcome:
    """The place, and a notice to the one who was located; what found nothing costs nothing."""
    contacts = uow.record(Contacts, command.owner)
    code = may_locate(uow, command.owner, command.number)
    answer = understood(command.succeeded, command.answer, Answer)
    arguments: dict[str, object] = {"who": contacts.name_of(command.number), "price": command.price}
    if code is None or answer is None:
        reason = "not_agreed_any_more" if code is None else reason_of(command.answer)
        return _given_back(command, uow, Reply(command.msisdn, f"locator-{reason}", arguments, notice=True))
    called = next((name for name, place in contacts.places if place == answer.place), "")
    arguments |= {"place": f"{called} ({answer.place})" if called else answer.place, "metres": answer.accuracy_m}
    return Outcome(
        replies=(
            Reply(command.msisdn, "locator-place", arguments, notice=True),
            Reply(command.number, "locator-located_by", {"number": command.owner}, notice=True, code=code),
        )
    )


def _given_back(command: Located, uow: UnitOfWork, reply: Reply) -> Outcome:
    if not command.price:
        package = uow.record(PackageOfRequests, command.owner)
        if package.until <= command.at:
            return Outcome(replies=(reply,))
        return Outcome(replies=(reply,), changed=(msgspec.structs.replace(package, left=package.left + 1),))
    back = paid_in(uow, command.account, command.price, SERVICES, "locator_returned", command.owner)
    unblocked = (Reply(Msisdn(command.account), "topup-unblocked", notice=True),) if back.unblocked else ()
    changed = (*back.changed, price_returned(uow, command.owner, command.request))
    return Outcome(replies=(reply, *unblocked), changed=changed, entries=back.entries)


@handles(Place, refuses=["name_needed", "places_full"])
def place(command: Place, uow: UnitOfWork) -> Outcome:
    """Free: it is one's own phone. The same name again is for the new place."""
    if command.place is None:
        return refused(command, "name_needed")
    places = dict(uow.record(Contacts, command.msisdn).places)
    most = uow.products.locator.places_max
    if command.place not in places and len(places) >= most:
        return refused(command, "places_full", max=most)
    asked = asked_place(command, uow, command.msisdn, Saved, owner=command.msisdn, place=command.place)
    return Outcome(replies=(Reply(command.actor, "locator-saving", {"name": command.place}),), effects=(asked,))


@handles(Saved)
def saved(command: Saved, uow: UnitOfWork) -> Outcome:
    answer = understood(command.succeeded, command.answer, Answer)
    arguments: dict[str, object] = {"name": command.place}
    if answer is None:
        return Outcome(replies=(Reply(command.msisdn, "locator-not_saved", arguments, notice=True),))
    contacts = uow.record(Contacts, command.owner)
    places = dict(contacts.places) | {str(command.place): answer.place}
    reply = Reply(command.msisdn, "locator-saved", arguments | {"place": answer.place}, notice=True)
    return Outcome(replies=(reply,), changed=(msgspec.structs.replace(contacts, places=tuple(places.items())),))


@handles(Stop)
def stop(command: Stop, uow: UnitOfWork) -> Outcome:
    """At once: taking a consent back is as easy as giving it."""
    askers = [asker for asker, _ in uow.record(Consents, command.msisdn).given]
    contacts = uow.record(Contacts, command.msisdn)
    located_ones = uow.records(Consents, [number for number, _ in contacts.of])
    package = uow.record(PackageOfRequests, command.msisdn)
    return _taken_back(
        command,
        uow,
        askers,
        Reply(command.actor, "locator-stopped", {"count": len(askers)}),
        (
            Contacts(command.msisdn, asked=contacts.asked),
            *(each.without(command.msisdn) for each in located_ones.values()),
            msgspec.structs.replace(package, renews=False),
        ),
    )


@handles(Package)
def show_package(command: Package, uow: UnitOfWork) -> Outcome:
    package, rules = uow.record(PackageOfRequests, command.msisdn), uow.products.locator
    if package.until <= command.at:
        arguments: dict[str, object] = {"requests": rules.package_requests, "price": rules.package_minor}
        return Outcome(replies=(Reply(command.actor, "locator-package_none", arguments),))
    arguments = {"left": package.left, "until": package.until, "price": rules.package_minor}
    text = "locator-package" if package.renews else "locator-package_ends"
    return Outcome(replies=(Reply(command.actor, text, arguments),))


def _package_timer(command: Command, until: Instant) -> Timer:
    return Timer(f"locator/{command.msisdn}", until, PackageRenew.name, command.msisdn)


@handles(PackageOn, refuses=["not_enough_money"])
def package_on(command: PackageOn, uow: UnitOfWork) -> Outcome:
    """Asks with price and renewal; one that still runs is only renewed again, which costs nothing now."""
    package, rules = uow.record(PackageOfRequests, command.msisdn), uow.products.locator
    if package.until > command.at:
        arguments: dict[str, object] = {"left": package.left, "until": package.until, "price": rules.package_minor}
        again = msgspec.structs.replace(package, renews=True)
        return Outcome(replies=(Reply(command.actor, "locator-package", arguments),), changed=(again,))
    account, price = uow.account(_subject(command, uow).account), rules.package_minor
    missing = missing_for(account, price)
    if price and missing:
        return refused(command, "not_enough_money", price=price, missing=missing)
    if price and (command.confirmed is None or command.confirmed.price != price):
        text = "locator-package_ask" if command.confirmed is None else "locator-package_ask_again"
        asked = {"requests": rules.package_requests, "price": price}
        return confirmations.ask_actor(command, uow, text=text, arguments=asked, price=price)
    return _bought(command, uow, account.id, "locator-package_on")


def _bought(command: PackageOn | PackageRenew, uow: UnitOfWork, account: AccountId, text: str) -> Outcome:
    """A month of the package, paid now."""
    rules = uow.products.locator
    package = uow.record(PackageOfRequests, command.msisdn)
    since, until = month_paid(package.since, package.until, command.at, uow.operator)
    left = Money(uow.account(account).balance - rules.package_minor)
    arguments = {"requests": rules.package_requests, "price": rules.package_minor, "until": until, "balance": left}
    return Outcome(
        replies=(Reply(command.actor, text, arguments, notice=isinstance(command, PackageRenew)),),
        changed=(PackageOfRequests(command.msisdn, rules.package_requests, until, renews=True, since=since),),
        entries=_paid(account, rules.package_minor, command),
        timers=(_package_timer(command, until),),
    )


@handles(PackageOff)
def package_off(command: PackageOff, uow: UnitOfWork) -> Outcome:
    """Nothing is lost by it, so without a question."""
    package = uow.record(PackageOfRequests, command.msisdn)
    if package.until <= command.at:
        return Outcome(replies=(Reply(command.actor, "locator-package_already_off"),))
    arguments = {"left": package.left, "until": package.until, "price": uow.products.locator.package_minor}
    ending = msgspec.structs.replace(package, renews=False)
    return Outcome(replies=(Reply(command.actor, "locator-package_ends", arguments),), changed=(ending,))


@handles(PackageRenew)
def package_renew(command: PackageRenew, uow: UnitOfWork) -> Outcome:
    """The next month where it is wanted and the money is there; what was left of the old one is gone. While the number
    is blocked it pays nothing: the package waits."""
    package, rules = uow.record(PackageOfRequests, command.msisdn), uow.products.locator
    if package.until > command.at:
        return Outcome()
    gone = PackageOfRequests(command.msisdn)
    subscriber = _subject(command, uow)
    if not package.renews or subscriber.status is SubscriberStatus.CLOSED:
        return Outcome(changed=(gone,))
    if fees_stand(subscriber):
        return Outcome(timers=(_package_timer(command, Instant(command.at + DAY_MS)),))
    account = uow.account(subscriber.account)
    if rules.package_minor and missing_for(account, rules.package_minor):
        reply = Reply(command.msisdn, "locator-package_not_renewed", {"price": rules.package_minor}, notice=True)
        return Outcome(replies=(reply,), changed=(gone,))
    return _bought(command, uow, account.id, "locator-package_renewed")
