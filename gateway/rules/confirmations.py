"""Questions, codes and consents, shared by all functions that ask before they act. Pure.

A question is a `Pending` at the subscriber who has to answer. Its code is never stored: it is derived from the
operator's secret and the `CodeRef`, so that a replay makes the same one and no journal holds a secret.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import fields

import msgspec

from gateway.commands import ENVELOPE, Command, Otp, Outcome, Reply, Timer, UnitOfWork, refused
from gateway.model import (
    HOUR_MS,
    MINUTE_MS,
    NO_MONEY,
    PENDING_MAX,
    CodeRef,
    Instant,
    Money,
    Msisdn,
    Pending,
    Subscriber,
)
from gateway.rules.acting import may_act_for
from gateway.rules.calendar import day_number
from gateway.rules.tries import locked

CODE_REFUSALS = ("nothing_pending", "wrong_code", "codes_locked")
"""What a command that answers a question by its code may refuse with."""

ANSWER_REFUSALS = (*CODE_REFUSALS, "several_pending")
"""The same where the code may be left out."""


def derive_code(secret: bytes, ref: CodeRef) -> str:
    """The digits of a one-time code: keyed BLAKE2b (RFC 7693) of its name, reduced to `ref.digits` decimal digits."""
    name = f"{ref.purpose}/{ref.number}/{ref.nonce}".encode()
    value = int.from_bytes(hashlib.blake2b(name, digest_size=8, key=secret).digest(), "big")
    return str(value % 10**ref.digits).zfill(ref.digits)


def secret_from(text: str) -> bytes:
    """A key of fixed length from whatever the operator keeps in his secret file."""
    return hashlib.sha256(text.strip().encode()).digest()


def live(subscriber: Subscriber, at: Instant) -> tuple[Pending, ...]:
    """The questions that still wait."""
    if not subscriber.pendings:
        return ()
    return tuple([pending for pending in subscriber.pendings if pending.expires_at > at])


def _kept(subscriber: Subscriber, at: Instant) -> tuple[Pending, ...]:
    """The questions to keep when others are stored: an expired consent stays until its timer tells who asked."""
    if not subscriber.pendings:
        return ()
    holder = subscriber.msisdn
    return tuple([pending for pending in subscriber.pendings if pending.expires_at > at or pending.asked_by != holder])


def _capped(holder: Msisdn, pendings: tuple[Pending, ...]) -> tuple[Pending, ...]:
    """At most ten: the oldest question of one's own goes first, then the oldest consent."""
    if len(pendings) <= PENDING_MAX:
        return pendings
    left = list(pendings)
    while len(left) > PENDING_MAX:
        own = next((each for each in left[:-1] if each.asked_by == holder), left[0])
        left.remove(own)
    return tuple(left)


def arguments_of(command: Command) -> tuple[tuple[str, str | int], ...]:
    """A command's own arguments, as a pending question or a timer stores them."""
    named = [(name, getattr(command, name)) for name in _own_fields(type(command))]  # type: ignore[arg-type]
    return tuple([(name, value) for name, value in named if value is not None])


@functools.lru_cache(maxsize=256)
def _own_fields(command: type[Command]) -> tuple[str, ...]:
    """The names of a command class's fields besides the envelope's; `fields` reckons them anew with each call."""
    return tuple(each.name for each in fields(command) if each.name not in ENVELOPE)


def _new_code(command: Command, uow: UnitOfWork, others: tuple[Pending, ...]) -> CodeRef:
    """A code that no other question of the same subscriber has."""
    nonce = 0
    if not others:
        return CodeRef(command.reference, command.name, nonce=nonce)
    taken = {uow.code(pending.code) for pending in others}
    while uow.code(ref := CodeRef(command.reference, command.name, nonce=nonce)) in taken:
        nonce += 1
    return ref


def ask(
    command: Command,
    uow: UnitOfWork,
    holder: Subscriber,
    *,
    text: str,
    arguments: Mapping[str, object],
    lasts_ms: int,
    price: Money = NO_MONEY,
    about_reading: bool = False,
) -> tuple[Subscriber, Pending, Reply]:
    """Puts a question to `holder`: his new value, the pending question, and the reply with its code.

    The same question again is renewed and keeps its code, so that the code of the first answer works too.
    """
    waiting = _kept(holder, command.at)
    wanted = (command.name, arguments_of(command), command.actor, command.msisdn, about_reading)
    same = next((p for p in waiting if (p.command, p.arguments, p.asked_by, p.msisdn, p.about_reading) == wanted), None)
    others = tuple(pending for pending in waiting if pending is not same)
    pending = Pending(
        code=same.code if same else _new_code(command, uow, others),
        command=command.name,
        arguments=wanted[1],
        asked_by=command.actor,
        msisdn=command.msisdn,
        expires_at=Instant(command.at + lasts_ms),
        price=price,
        about_reading=about_reading,
    )
    changed = msgspec.structs.replace(holder, pendings=_capped(holder.msisdn, (*others, pending)))
    notice = holder.msisdn != command.actor
    return changed, pending, Reply(holder.msisdn, text, arguments, notice=notice, code=pending.code)


def ask_actor(
    command: Command,
    uow: UnitOfWork,
    *,
    text: str,
    arguments: Mapping[str, object],
    price: Money = NO_MONEY,
    minutes: int = 0,
    about_reading: bool = False,
) -> Outcome:
    """A question to the one who gave the command; `price` in minor units is what he was shown."""
    holder = uow.subscriber(command.actor)
    assert holder is not None  # the dispatcher runs no command of an unknown actor
    changed, _, reply = ask(
        command,
        uow,
        holder,
        text=text,
        arguments=arguments,
        lasts_ms=(minutes or uow.products.limits.question_minutes) * MINUTE_MS,
        price=price,
        about_reading=about_reading,
    )
    return Outcome(replies=(reply,), changed=(changed,))


def ask_consent(
    command: Command, uow: UnitOfWork, holder: Subscriber, *, text: str, arguments: Mapping[str, object]
) -> tuple[Subscriber, Reply, Timer]:
    """A question to somebody else, who answers from his own phone; both learn when its time has run out."""
    lasts_ms = uow.products.limits.consent_hours * HOUR_MS
    changed, pending, reply = ask(command, uow, holder, text=text, arguments=arguments, lasts_ms=lasts_ms)
    timer = Timer(
        key=timer_key(holder.msisdn, pending),
        due_at=pending.expires_at,
        command="confirm.expire",
        msisdn=holder.msisdn,
        arguments=(("number", pending.code.number), ("nonce", pending.code.nonce)),
    )
    return changed, reply, timer


def timer_key(holder: Msisdn, pending: Pending) -> str:
    return f"consent/{holder}/{pending.code.number}/{pending.code.nonce}"


def without(subscriber: Subscriber, pending: Pending, at: Instant) -> Subscriber:
    """The subscriber without that question and without those that have expired."""
    left = tuple(each for each in _kept(subscriber, at) if each.code != pending.code)
    return msgspec.structs.replace(subscriber, pendings=left)


def _wrong_code(command: Command, uow: UnitOfWork, actor: Subscriber) -> Outcome:
    """Counts a wrong code; the third in a row locks the entry of codes."""
    limits = uow.products.limits
    tries = actor.code_tries
    wrong = tries.wrong + 1
    if wrong < limits.code_tries_max:
        counted = msgspec.structs.replace(tries, wrong=wrong)
        outcome = refused(command, "wrong_code", left=limits.code_tries_max - wrong)
    else:
        counted = locked(
            tries,
            day_number(command.at, uow.operator),
            until=Instant(command.at + limits.code_lock_minutes * MINUTE_MS),
            locks_max=limits.code_locks_per_day_max,
            long_until=Instant(command.at + limits.code_day_lock_hours * HOUR_MS),
        )
        outcome = refused(command, "codes_locked", until=counted.locked_until)
    changed = msgspec.structs.replace(actor, code_tries=counted)
    replies = (Reply(command.actor, f"confirm-{outcome.refusal}", outcome.replies[0].arguments),)
    return Outcome(replies=replies, changed=(changed,), refusal=outcome.refusal)


def _refuse(command: Command, name: str, **arguments: object) -> Outcome:
    """The refusals of an answer read the same, whichever code was dialled."""
    return Outcome(replies=(Reply(command.actor, f"confirm-{name}", arguments),), refusal=name)


def find_answered(command: Command, uow: UnitOfWork, code: Otp | None, only: str = "") -> Pending | Outcome:
    """The question that an answer means, or the refusal: by its code, or the only one that waits.

    `only` limits it to the questions of one command (`*112*<code>#` confirms transfers).
    """
    actor = uow.subscriber(command.actor)
    assert actor is not None
    if actor.code_tries.locked_until > command.at and code is not None:
        return _refuse(command, "codes_locked", until=actor.code_tries.locked_until)
    waiting = [pending for pending in live(actor, command.at) if not only or pending.command == only]
    if not waiting:
        return _refuse(command, "nothing_pending")
    if code is None:
        return waiting[0] if len(waiting) == 1 else _refuse(command, "several_pending", count=len(waiting))
    for pending in waiting:
        if hmac.compare_digest(uow.code(pending.code), code):
            return pending
    return _wrong_code(command, uow, actor)


def accept(command: Command, uow: UnitOfWork, code: Otp | None, only: str = "") -> Outcome:
    """Yes: the question goes, wrong codes are forgotten, and its command runs."""
    found = find_answered(command, uow, code, only)
    if isinstance(found, Outcome):
        return found
    actor = uow.subscriber(command.actor)
    assert actor is not None
    if found.asked_by == actor.msisdn and not may_act_for(actor, found.msisdn, command.at, uow):
        return _refuse(command, "nothing_pending")
    changed = without(actor, found, command.at)
    if changed.code_tries.wrong:
        changed = msgspec.structs.replace(changed, code_tries=msgspec.structs.replace(changed.code_tries, wrong=0))
    cancelled = () if found.asked_by == command.actor else (timer_key(command.actor, found),)
    return Outcome(changed=(changed,), then=found, timers_cancelled=cancelled)


def decline(command: Command, uow: UnitOfWork, code: Otp | None, only: str = "") -> Outcome:
    """No: the question goes, nothing happens, and who asked for a consent learns of it."""
    found = find_answered(command, uow, code, only)
    if isinstance(found, Outcome):
        return found
    actor = uow.subscriber(command.actor)
    assert actor is not None
    replies = [Reply(command.actor, "confirm-declined")]
    cancelled: tuple[str, ...] = ()
    if found.asked_by != command.actor:
        replies.append(Reply(found.asked_by, "confirm-declined_by", {"number": command.actor}, notice=True))
        cancelled = (timer_key(command.actor, found),)
    return Outcome(replies=tuple(replies), changed=(without(actor, found, command.at),), timers_cancelled=cancelled)
