"""The password of a number: the permanent one, a one-time one sent by SMS, wrong tries and locks. Pure.

A number has one salt for all its passwords, made from the message that first chose one. So a password is hashed once,
slowly, whether it is compared with the present one or with those before it.
"""

from __future__ import annotations

import hashlib
import hmac

from msgspec.structs import replace

from gateway.commands import Command, Outcome, Password, Reply, UnitOfWork
from gateway.model import (
    MINUTE_MS,
    CodeRef,
    CodeTries,
    DayTotal,
    Instant,
    Money,
    Msisdn,
    Record,
)
from gateway.rules.calendar import add_today, day_number, moved_today
from gateway.rules.strangers import ours
from gateway.rules.tries import locked

PASSWORD_REFUSALS = ("wrong_password", "password_locked", "too_many_wrong")
"""What a handler that asks for a password may refuse with besides its own."""
SALT_OCTETS = 16
SMS_PASSWORD_DIGITS = 6
UNTIL_NEW = Instant(253_402_290_000_000)
"""The end of a lock that only a new password by SMS opens: a day of the year 9999."""


class Credentials(Record, frozen=True, array_like=True, gc=False):
    """What proves that somebody may act for a number, which is the key.

    `opened_at`: since when it has a personal account. `hash`, `salt`: of the permanent password, empty while there is
    none; `set_by`: the message that chose or ended it; `earlier`: hashes of those before it. `once`: the password sent
    by SMS, good until `once_until`. `sent`: how many were sent on a day.
    """

    kind = "credentials"
    opened_at: Instant = Instant(0)
    hash: str = ""
    salt: bytes = b""
    set_by: int = 0
    earlier: tuple[str, ...] = ()
    once: CodeRef | None = None
    once_until: Instant = Instant(0)
    sent: DayTotal = DayTotal()
    tries: CodeTries = CodeTries()


class Guesses(Record, frozen=True, array_like=True, gc=False):
    """Wrong passwords that a number, the key, gave for others: how many on a day, and for which that nobody has.

    A number that nobody has is locked like any other, by a record of its own; these are the last ones that this phone
    has made, and older ones are dropped, so that nobody fills the store by guessing.
    """

    kind = "guesses"
    wrong: DayTotal = DayTotal()
    unknown: tuple[Msisdn, ...] = ()


class Linked(Record, frozen=True, array_like=True, gc=False):
    """The social networks, by their numbers in the code plan, whose profiles may log in for a number, the key."""

    kind = "social"
    networks: tuple[int, ...] = ()


def opened(credentials: Credentials, at: Instant) -> Credentials:
    """With a personal account: asking for a password opens it, as registration does."""
    return credentials if credentials.opened_at else replace(credentials, opened_at=at)


def closed(credentials: Credentials, command: Command) -> Credentials:
    """Without a personal account and passwords; log-ins end, while locks and the count of a day stay."""
    return replace(
        credentials,
        opened_at=Instant(0),
        hash="",
        set_by=command.reference,
        earlier=(),
        once=None,
        once_until=Instant(0),
    )


def with_sms_password(credentials: Credentials, command: Command, uow: UnitOfWork) -> Credentials:
    """With a new one-time password, named by the message that asked for it; it opens every lock."""
    day = day_number(command.at, uow.operator)
    return replace(
        opened(credentials, command.at),
        once=CodeRef(command.reference, "password", digits=SMS_PASSWORD_DIGITS),
        once_until=Instant(command.at + uow.products.password.sms_minutes * MINUTE_MS),
        sent=add_today(credentials.sent, day, Money(1)),
        tries=CodeTries(),
    )


def hashed(credentials: Credentials, command: Command, password: Password, uow: UnitOfWork) -> tuple[str, bytes]:
    """The hash of a password for this number, and the salt it was made with."""
    salt = (
        credentials.salt
        or hashlib.blake2b(f"{credentials.key}/{command.reference}".encode(), digest_size=SALT_OCTETS).digest()
    )
    return uow.slow_hash(password, salt), salt


def proved(
    command: Command, uow: UnitOfWork, number: Msisdn, password: Password, *, sms_password: bool = False
) -> Credentials | Outcome:
    """The credentials of a number after its password was given, or a refusal that has counted a wrong one.

    `sms_password`: a one-time password does too, and is used up. An unknown number, one without a password and a
    wrong password are refused alike, in words, locks and time, so that nobody learns which numbers there are.
    Refusals: `PASSWORD_REFUSALS`.
    """
    rules = uow.products.password
    guesses = uow.record(Guesses, command.actor)
    today = day_number(command.at, uow.operator)
    if number != command.actor and moved_today(guesses.wrong, today) >= rules.asker_wrong_per_day_max:
        return _refuse(command, "too_many_wrong", max=rules.asker_wrong_per_day_max)
    known = uow.record(Credentials, number)
    until = known.tries.locked_until
    if until > command.at:
        return _locked_out(command, known)
    good = replace(known, tries=replace(known.tries, wrong=0))
    once = known.once if sms_password and known.once_until > command.at else None
    if once is not None and _same(uow.code(once), password):
        return replace(good, once=None, once_until=Instant(0))
    given, _ = hashed(known, command, password, uow)
    exists = ours(uow, number) is not None
    if exists and known.hash and _same(known.hash, given):
        return good
    noted = () if number == command.actor else _noted(guesses, today, number, uow)
    wrong = known.tries.wrong + 1
    if wrong < rules.tries_max:
        counted = replace(known, tries=replace(known.tries, wrong=wrong))
        return replace(_refuse(command, "wrong_password"), changed=(counted, *noted))
    tries = locked(
        known.tries,
        today,
        until=Instant(command.at + rules.lock_minutes * MINUTE_MS),
        locks_max=rules.locks_per_day_max,
        long_until=UNTIL_NEW,
    )
    shut = replace(known, tries=tries, once=None, once_until=Instant(0))
    outcome = _locked_out(command, shut)
    told = Reply(number, "password-tried", {"number": command.actor}, notice=True)
    replies = (*outcome.replies, told) if exists and number != command.actor else outcome.replies
    return replace(outcome, replies=replies, changed=(shut, *noted))


def _noted(guesses: Guesses, today: int, number: Msisdn, uow: UnitOfWork) -> tuple[Record, ...]:
    """One wrong password more of a phone; what it tried at numbers that nobody has is kept for the last of them."""
    most = uow.products.password.asker_wrong_per_day_max
    unknown = guesses.unknown
    if number not in unknown and uow.subscriber(number) is None:
        unknown = (*unknown, number)
    kept = unknown[-most:]
    dropped = [each for each in unknown[:-most] if uow.subscriber(each) is None]  # it may be somebody's by now
    wrong = add_today(guesses.wrong, today, Money(1))
    return (replace(guesses, wrong=wrong, unknown=kept), *(Credentials(each) for each in dropped))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _locked_out(command: Command, credentials: Credentials) -> Outcome:
    until = credentials.tries.locked_until
    if until == UNTIL_NEW:
        return Outcome(
            replies=(Reply(command.actor, "password-locked_until_new", {"number": credentials.key}),),
            refusal="password_locked",
        )
    return _refuse(command, "password_locked", until=until)


def _refuse(command: Command, name: str, **arguments: object) -> Outcome:
    """These refusals read the same, whichever command the password was for."""
    return Outcome(replies=(Reply(command.actor, f"password-{name}", arguments),), refusal=name)
