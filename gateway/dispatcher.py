"""From a reading to an outcome: finds the handler, makes the command, runs it, and what it asks to run next.

Compiled once at start-up from the catalogue and the handlers; pure after that. It holds the one broad `except`
of the gateway: a handler's bug costs its own message an apology and no more.
"""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import lru_cache
from types import ModuleType
from typing import Any, Protocol, TypeVar, get_type_hints

import msgspec
from msgspec.structs import replace

import gateway.handlers
from gateway.commands import Command, Handler, Outcome, Reply, TextName, UnitOfWork
from gateway.messages import Inbound, TimerDue
from gateway.misreadings import in_words
from gateway.model import RECENT_MAX, Instant, Money, Msisdn, Pending, Recent, Subscriber, SubscriberStatus
from gateway.reading import ASK, REFUSED, Reading
from gateway.rules.acting import prolonged, subject
from gateway.rules.confirmations import ask_actor, live
from gateway.ussd_grammar import Grammar


class CatalogueMismatch(Exception):
    """Handlers and catalogue do not fit together."""


def collect(modules: Iterable[ModuleType] | None = None) -> dict[str, Handler]:
    """What the modules declare (those of `gateway.handlers` by default), by command name.

    A named command class without a handler is there too, as one that is not available yet.
    """
    if modules is None:
        modules = [
            importlib.import_module(f"gateway.handlers.{each.name}")
            for each in pkgutil.iter_modules(gateway.handlers.__path__)
        ]
    found: dict[str, Handler] = {}
    for module in modules:
        declared = [handler for value in vars(module).values() if (handler := _declared(value, module)) is not None]
        for handler in sorted(declared, key=lambda each: not each.available):
            known = found.setdefault(handler.name, handler)
            if known.command is not handler.command or (handler.available and known.function is not handler.function):
                raise CatalogueMismatch(f"two handlers for {handler.name}: one is in {module.__name__}")
    return found


def _declared(value: object, module: ModuleType) -> Handler | None:
    """The handler that a module's function was declared as, or the stand-in for a command class of the module."""
    if isinstance(value, type) and issubclass(value, Command):
        own = value.__module__ == module.__name__ and value.name
        return Handler(value.name, value, _absent, frozenset(), available=False) if own else None
    handler = getattr(value, "handler", None)
    return handler if isinstance(handler, Handler) else None


def _absent(command: Command, uow: UnitOfWork) -> Outcome:
    raise CatalogueMismatch(f"{command.name} has no handler")


BLOCKED = "blocked"
"""The refusal of every command that changes something, while a number may change nothing."""

FAULT = "fault"
"""What the journal and the history call a bug of ours."""

LATER = "later"
"""The refusal of a command that is not available yet, or that the operator has switched off."""


class Stage(UnitOfWork, Protocol):
    """The unit of work as the dispatcher sees it: it can also take an outcome in, or forget all of them."""

    def fold(self, outcome: Outcome) -> None: ...
    def forget(self) -> None: ...


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What became of one message: all its replies, and what the journal and the history say of it.

    `texts`: the replies in words, in their order, each in its reader's language.
    """

    command: str
    refusal: str
    replies: tuple[Reply, ...]
    texts: tuple[str, ...] = ()
    latin: bool = False
    fault: str = ""
    money_moved: bool = False
    sms_too: bool = False
    masked: str = ""
    effect: str = "none"
    arguments: Mapping[str, object] | None = None


T = TypeVar("T")


class Fault(str):
    """The traceback of a bug."""

    __slots__ = ()


def failed(
    command: str, fault: Fault, to: Msisdn, number: int, *, latin: bool = False, masked: str = "", text: str = "fault"
) -> Decision:
    """What becomes of a message that a bug of ours has met: an apology with its number, and nothing else.

    `text`: the apology, of `general`; `fault` says that nothing has happened.
    """
    reply = Reply(to, f"general-{text}", {"reference": number})
    return Decision(command, FAULT, (reply,), latin=latin, fault=str(fault), masked=masked)


class Dispatcher:
    def __init__(self, grammar: Grammar, handlers: Mapping[str, Handler]) -> None:
        self.grammar = grammar
        self.handlers = dict(handlers)

    def has_pending(self, actor: Subscriber | None, at: Instant) -> bool:
        """Whether a question waits for the subscriber's answer: a bare number may then answer it."""
        return actor is not None and bool(actor.pendings) and bool(live(actor, at))

    def read(self, inbound: Inbound, pending: bool) -> Reading:
        """What the text means."""
        return self.grammar.read(inbound.text, inbound.channel, inbound.recipient, pending=pending)

    def numbers_named(self, reading: Reading) -> list[Msisdn]:
        """The numbers that a command names besides its actor: known before it runs, so loaded with the batch."""
        number = reading.arguments.get("number") if reading.arguments else None
        return [Msisdn(number)] if isinstance(number, str) else []

    def decide(self, inbound: Inbound, number: int, reading: Reading, actor: Subscriber, uow: Stage) -> Decision:
        """Runs what was read. Raises NotLoaded where the batch lacks a key; never anything else."""
        if reading.outcome == REFUSED:
            return self._refuse(inbound, number, reading, actor, uow)
        handler = self.handlers[reading.command]
        try:
            command = self._command(handler, inbound, number, reading, actor, uow)
            if not (handler.available and (reading.row is None or reading.row.available)):
                return self._decision(inbound, number, reading, uow, _later(reading, actor))
            changes = reading.row is not None and reading.row.effect != "none"
            if changes and (blocked := _blocked(command, uow)) is not None:
                return self._decision(inbound, number, reading, uow, blocked)
            if reading.outcome == ASK:
                outcome = self._ask_reading(command, reading, uow)
            else:
                outcome = self._run(handler, command, uow)
            return self._decision(inbound, number, reading, uow, outcome)
        except Exception:  # noqa: BLE001 - the one place where a handler's bug is caught, whatever it is
            uow.forget()
            fault = Fault(traceback.format_exc(limit=-8))
            return failed(reading.command, fault, actor.msisdn, number, latin=reading.latin, masked=reading.masked)

    @staticmethod
    def guarded(work: Callable[[], T]) -> T | Fault:
        """What it gives, or the traceback of its bug: of what is no handler and still runs for one message only."""
        try:
            return work()
        except Exception:  # noqa: BLE001 - as in `decide`
            return Fault(traceback.format_exc(limit=-8))

    def due(self, timer: TimerDue, number: int, uow: Stage) -> Decision:
        """Runs a command that the gateway gave itself."""
        handler = self.handlers[timer.command]
        try:
            command = handler.command(
                actor=timer.msisdn,
                msisdn=timer.msisdn,
                at=timer.at,
                reference=number,
                **_kept(handler.command, timer.arguments),
            )
            outcome = self._run(handler, command, uow)
        except Exception:  # noqa: BLE001 - as in `decide`
            uow.forget()
            return Decision(timer.command, FAULT, (), fault=traceback.format_exc(limit=-8))
        return Decision(timer.command, outcome.refusal, outcome.replies, money_moved=bool(outcome.entries))

    def _command(
        self, handler: Handler, inbound: Inbound, number: int, reading: Reading, actor: Subscriber, uow: Stage
    ) -> Command:
        msisdn = actor.msisdn
        if actor.acting is not None and not handler.command.own_number_only:
            msisdn = subject(actor, inbound.at, uow)
        return handler.command(
            actor=actor.msisdn, msisdn=msisdn, at=inbound.at, reference=number, **_fields(reading.arguments)
        )

    @staticmethod
    def _ask_reading(command: Command, reading: Reading, uow: Stage) -> Outcome:
        """What was corrected is shown and asked before anything happens, whatever the command."""
        row = reading.row
        does = row.described(uow.language) if row is not None else reading.command
        arguments = {"what": f"{does}: {in_words(reading.right, uow.language)}"}
        outcome = ask_actor(command, uow, text="general-did_you_mean", arguments=arguments, about_reading=True)
        uow.fold(outcome)
        return outcome

    def _run(self, handler: Handler, command: Command, uow: Stage) -> Outcome:
        """Runs a handler and, where it accepted a question, that question's command in the same step."""
        outcome = _told(self._checked(handler, handler.function(command, uow)), command, uow)
        if outcome.then is None:
            uow.fold(outcome)
            return outcome
        accepted = outcome
        uow.fold(accepted)
        pending = outcome.then
        result = self._resume(pending, command, uow)
        if result.refusal:
            uow.forget()  # a refused command changes nothing: the question waits on
            return _refused_to_both(result, pending, command)
        uow.fold(result)
        return replace(
            result,
            changed=(*accepted.changed, *result.changed),
            timers_cancelled=(*accepted.timers_cancelled, *result.timers_cancelled),
        )

    def _resume(self, pending: Pending, answer: Command, uow: Stage) -> Outcome:
        handler = self.handlers[pending.command]
        command = handler.command(
            actor=pending.asked_by,
            msisdn=pending.msisdn,
            at=answer.at,
            reference=answer.reference,
            confirmed=None if pending.about_reading else pending,
            **_kept(handler.command, pending.arguments),
        )
        blocked = _blocked(command, uow)
        if blocked is not None:
            return blocked
        return _told(self._checked(handler, handler.function(command, uow)), command, uow)

    @staticmethod
    def _checked(handler: Handler, outcome: Outcome) -> Outcome:
        if outcome.refusal and outcome.refusal not in handler.refuses:
            raise CatalogueMismatch(f"{handler.name} refused with {outcome.refusal!r}, which it does not declare")
        return outcome

    def _refuse(self, inbound: Inbound, number: int, reading: Reading, actor: Subscriber, uow: Stage) -> Decision:
        name, arguments = self.grammar.refusal_text(reading, uow.language)
        if reading.part:
            arguments["part"] = TextName(f"part-{reading.part}")
        reply = Reply(actor.msisdn, name, arguments)
        return self._decision(inbound, number, reading, uow, Outcome(replies=(reply,), refusal=reading.refusal))

    def _decision(self, inbound: Inbound, number: int, reading: Reading, uow: Stage, outcome: Outcome) -> Decision:
        self._remember(inbound, number, reading, uow, outcome)
        row = reading.row
        return Decision(
            command=reading.command,
            refusal=outcome.refusal,
            replies=outcome.replies,
            latin=reading.latin,
            money_moved=bool(outcome.entries),
            sms_too=row is not None and row.sms_reply,
            masked=reading.masked,
            effect=row.effect if row is not None else "none",
            arguments=reading.arguments,
        )

    @staticmethod
    def _remember(inbound: Inbound, number: int, reading: Reading, uow: Stage, outcome: Outcome) -> None:
        """Adds the line to the actor's history, and prolongs his acting for another number."""
        actor = uow.subscriber(inbound.sender)
        assert actor is not None
        line = Recent(number, inbound.at, reading.command, outcome.refusal)
        actor = prolonged(actor, inbound.at, uow.products.limits.acting_minutes)
        changed = replace(actor, recent=(line, *actor.recent)[:RECENT_MAX])
        uow.fold(Outcome(changed=(changed,)))


def _fields(arguments: Mapping[str, object]) -> Mapping[str, Any]:
    """A command's own fields as they were read; the catalogue's check has made sure that they fit its class."""
    return arguments


def _kept(command: type[Command], arguments: Iterable[tuple[str, object]]) -> Mapping[str, Any]:
    """A command's own fields as a question or a timer has kept them: of an enumeration a store has the word only."""
    kept = dict(arguments)
    for name, kind in _enumerations(command):  # type: ignore[arg-type]
        if name in kept:
            kept[name] = kind(kept[name])
    return kept


@lru_cache(maxsize=256)
def _enumerations(command: type[Command]) -> tuple[tuple[str, type[Enum]], ...]:
    hints = get_type_hints(command)
    return tuple((name, kind) for name, kind in hints.items() if isinstance(kind, type) and issubclass(kind, Enum))


def _told(outcome: Outcome, command: Command, uow: UnitOfWork) -> Outcome:
    """Whoever acts for another number leaves it an SMS about all that he changes, where the command itself has not."""
    number = command.msisdn
    if number == command.actor or outcome.refusal or any(reply.to == number for reply in outcome.replies):
        return outcome
    asks = all(isinstance(each, Subscriber) and each.msisdn == command.actor for each in outcome.changed)
    if asks and not outcome.entries:
        return outcome
    about = next((dict(each.about) for each in uow.code_list if each.command == command.name), None)
    if about is None:  # a consent's own command: the number was told when it was asked for
        return outcome
    notice = Reply(number, "general-done_by", {"number": command.actor, "what": about}, notice=True)
    return replace(outcome, replies=(*outcome.replies, notice))


def _later(reading: Reading, actor: Subscriber) -> Outcome:
    """Not yet: says what it is that was asked for, so that a slip of the finger shows."""
    row = reading.row
    what: object = reading.command
    if row is not None:
        what = dict(row.about) if row.about else next(iter(row.ussd), row.command)
    return Outcome(replies=(Reply(actor.msisdn, "general-later", {"what": what}),), refusal=LATER)


def _blocked(command: Command, uow: UnitOfWork) -> Outcome | None:
    """The refusal where the actor, or the number that he acts for, may change nothing now."""
    if command.while_blocked:
        return None
    for msisdn in dict.fromkeys((command.actor, command.msisdn)):
        subscriber = uow.subscriber(msisdn)
        if subscriber is None or subscriber.status is SubscriberStatus.ACTIVE:
            continue
        if subscriber.status is SubscriberStatus.DEBTOR:
            debt = {"missing": Money(-min(0, uow.account(subscriber.account).balance))}
            return Outcome(replies=(Reply(command.actor, "general-debtor", debt),), refusal=BLOCKED)
        return Outcome(replies=(Reply(command.actor, "general-blocked"),), refusal=BLOCKED)
    return None


def _refused_to_both(result: Outcome, pending: Pending, answer: Command) -> Outcome:
    """A consent whose command is refused now: who asked gets the reason, who answered learns of it."""
    if pending.asked_by == answer.actor:
        return result
    told = tuple(replace(reply, notice=True) for reply in result.replies)
    return replace(result, replies=(Reply(answer.actor, "confirm-refused_now", {"number": pending.asked_by}), *told))
