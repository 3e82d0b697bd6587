"""The password of the personal account: asked for, sent by SMS, chosen."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from gateway.catalogue.products import PasswordRules
from gateway.commands import Command, Outcome, Password, Reply, UnitOfWork, handles, refused
from gateway.model import PersonKind
from gateway.rules.calendar import day_number, moved_today
from gateway.rules.credentials import Credentials, hashed, opened, with_sms_password


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Command):
    """Sends a new one-time password by SMS."""

    name = "password.send"
    own_number_only = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Command):
    """Replaces the permanent password at once; without a new one, asks for it on the screen."""

    name = "password.set"
    own_number_only = True
    password: Password | None = None


PIN_DIGITS = range(4, 8)


@handles(Send, refuses=["company", "too_many"])
def send(command: Send, uow: UnitOfWork) -> Outcome:
    """A new one-time password, by SMS whatever the channel; it opens the entry that wrong passwords have closed."""
    if _of_company(command, uow):
        return refused(command, "company")
    rules = uow.products.password
    credentials = uow.record(Credentials, command.actor)
    if moved_today(credentials.sent, day_number(command.at, uow.operator)) >= rules.sms_per_day_max:
        return refused(command, "too_many", max=rules.sms_per_day_max)
    changed = with_sms_password(credentials, command, uow)
    reply = Reply(command.actor, "password-sent", {"minutes": rules.sms_minutes}, code=changed.once)
    return Outcome(replies=(reply,), changed=(changed,))


@handles(Set, refuses=["company", "password_needed", "weak", "like_number", "used_before"])
def set_password(command: Set, uow: UnitOfWork) -> Outcome:
    """The new password holds at once and ends what others had begun with the old one; the same again is the same."""
    if _of_company(command, uow):
        return refused(command, "company")
    rules = uow.products.password
    password = command.password
    if password is None:
        return refused(command, "password_needed")
    if not (_is_pin(password) or _is_strong(password, rules)):
        return refused(command, "weak", min=rules.letters_min, max=rules.letters_max)
    if _is_pin(password) and password in command.actor:
        return refused(command, "like_number")
    credentials = uow.record(Credentials, command.actor)
    hash_, salt = hashed(credentials, command, password, uow)
    if hash_ != credentials.hash:
        if hash_ in credentials.earlier:
            return refused(command, "used_before", count=rules.remembered)
        before = (credentials.hash, *credentials.earlier) if credentials.hash else ()
        credentials = replace(
            opened(credentials, command.at),
            hash=hash_,
            salt=salt,
            set_by=command.reference,
            earlier=before[: rules.remembered],
            once=None,
        )
    return Outcome(replies=(Reply(command.actor, "password-set"),), changed=(credentials,))


def _of_company(command: Command, uow: UnitOfWork) -> bool:
    actor = uow.subscriber(command.actor)
    assert actor is not None
    return uow.person(actor.person).kind is PersonKind.COMPANY


def _is_pin(password: Password) -> bool:
    """Digits only: the form that can be dialled; by SMS it does as well."""
    return password.isascii() and password.isdigit() and len(password) in PIN_DIGITS


def _is_strong(password: Password, rules: PasswordRules) -> bool:
    """Latin letters small and capital, and a digit."""
    return (
        rules.letters_min <= len(password) <= rules.letters_max
        and password.isascii()
        and any(each.isdigit() for each in password)
        and any(each.islower() for each in password)
        and any(each.isupper() for each in password)
    )
