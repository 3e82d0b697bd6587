"""All that a handler sees: commands, the unit of work it reads from, and the outcome it returns.

A handler is a pure function of (command, unit of work). It never awaits, logs, reads a clock or draws a random
number; it returns new values. Nothing here may import asyncio, a store, the wire or the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NewType, Protocol, TypeVar

import msgspec

from gateway.catalogue.products import Operator, Products
from gateway.model import (
    Account,
    AccountId,
    Charge,
    CodeRef,
    Document,
    Entry,
    Instant,
    Language,
    Msisdn,
    Pending,
    Person,
    PersonId,
    Prompt,
    Record,
    Subscriber,
    Usage,
    UsageTotal,
)

R = TypeVar("R", bound=Record)

Otp = NewType("Otp", str)
"""A one-time code as typed: 4 to 6 digits. Secret: masked wherever it is kept or shown."""

Password = NewType("Password", str)
"""A password as typed: digits where it is dialled, anything by SMS. Secret."""

CardCode = NewType("CardCode", str)
"""The digits of a prepaid card. Secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a subscriber wants. Subclasses add typed fields; a placeholder of the code plan fills each.

    `actor` dialled or texted; `msisdn` is whose account it is about (another number while acting for it).
    `reference` is the journal number of the message, `at` its time. `confirmed` is the question that was
    answered with yes, if this run of the command is the answer to one.
    """

    actor: Msisdn
    msisdn: Msisdn
    at: Instant
    reference: int
    confirmed: Pending | None = None

    name: ClassVar[str] = ""
    own_number_only: ClassVar[bool] = False
    """True: it concerns the actor's own number even while he acts for another."""
    own: ClassVar[bool] = False
    """True: the gateway gives it itself, when a timer is due or something outside is done; no code means it."""
    while_blocked: ClassVar[bool] = False
    """True: it works while the number is blocked, although it changes something."""


ENVELOPE = frozenset({"actor", "msisdn", "at", "reference", "confirmed"})
"""Fields of every command; no placeholder may have these names."""


class NotLoaded(BaseException):
    """A key was asked for that the batch has not loaded: the engine loads it and runs the handler again.

    A BaseException, so that no handler's `except Exception` can swallow it.
    """

    def __init__(self, kind: str, keys: tuple[Any, ...]) -> None:
        super().__init__(kind, keys)
        self.kind = kind
        self.keys = keys


class UnitOfWork(Protocol):
    """What a handler may read. Every read raises `NotLoaded` for a key that the batch does not hold yet."""

    @property
    def operator(self) -> Operator: ...
    @property
    def products(self) -> Products: ...
    @property
    def language(self) -> Language:
        """The language of the answer: the stored one of the actor, else of the keyword he used."""
        ...

    @property
    def code_list(self) -> tuple[CodeLine, ...]:
        """The codes that work now, in the order of the plan, for help."""
        ...

    def subscriber(self, msisdn: Msisdn) -> Subscriber | None: ...
    def subscribers(self, msisdns: Iterable[Msisdn]) -> Mapping[Msisdn, Subscriber]:
        """Those of the numbers that the store knows; all are loaded at once."""
        ...

    def account(self, account: AccountId) -> Account: ...
    def person(self, person: PersonId) -> Person: ...
    def has_account(self, account: AccountId) -> bool: ...
    def record(self, kind: type[R], key: str) -> R:
        """What a function remembers under a key; an empty record of that kind where nothing is stored."""
        ...

    def records(self, kind: type[R], keys: Iterable[str]) -> Mapping[str, R]:
        """The same for many keys; all are loaded at once."""
        ...

    def usage(self, msisdn: Msisdn, since: Instant, until: Instant, limit: int) -> tuple[Usage, ...]:
        """What was used from `since` to before `until`, oldest first, at most `limit` records."""
        ...

    def expenses(self, msisdn: Msisdn, since: Instant, until: Instant, limit: int) -> tuple[Usage, ...]:
        """What was used and cost something in the same period, newest first, at most `limit` records."""
        ...

    def usage_totals(self, msisdn: Msisdn, since: Instant, until: Instant) -> tuple[UsageTotal, ...]:
        """The same period added up by kind and direction."""
        ...

    def charges(self, account: AccountId, since: Instant, until: Instant, limit: int) -> tuple[Charge, ...]:
        """Money that left an account by commands and timers of the gateway, newest first, at most `limit`."""
        ...

    def slow_hash(self, secret: str, salt: bytes) -> str:
        """The argon2 hash of a password. It takes long: the message waits aside meanwhile, and runs again."""
        ...

    def code(self, ref: CodeRef) -> str:
        """The digits of a one-time code, derived from the operator's secret."""
        ...


class CodeLine(msgspec.Struct, frozen=True, gc=False):
    """One line of the code table as help shows it; `sms` and `about` (what it does) by language."""

    command: str
    ussd: str
    sms: Mapping[str, str]
    about: Mapping[Language, str] = {}


class TextName(str):
    """An argument that is itself a text: rendered first, in the reader's language."""

    __slots__ = ()


class Reply(msgspec.Struct, frozen=True, gc=False):
    """A text for somebody: a text's name and its arguments; rendered in the reader's language.

    `notice`: to another person concerned, or a receipt: always an SMS. Otherwise it goes to the screen where the
    dialog is open. `code`: fills the argument `code` of the text when it is sent; an outbox row keeps only its name.
    `prompt`: the screen waits, and what is typed there runs this command; where none can wait the text stands alone.
    """

    to: Msisdn
    text: str
    arguments: Mapping[str, object] = {}
    notice: bool = False
    code: CodeRef | None = None
    language: Language | None = None  # where it is not the reader's stored one (just changed, say)
    prompt: Prompt | None = None


class Effect(msgspec.Struct, frozen=True, gc=False):
    """Something outside the gateway, performed after the commit with retries and an idempotency key.

    `channel` performs `document` (a JSON object as that channel's contract has it). When it is done, or given up, the
    command `command` runs for `msisdn` with `arguments`, and with the fields `succeeded` (bool) and `answer` (the
    channel's answer as a JSON text, or why it failed) besides them. An empty `command`: nobody waits for the result.
    `shown`: the dialog that it was decided in waits for the result, and shows what that command replies.
    """

    channel: str
    document: Mapping[str, object]
    command: str = ""
    msisdn: Msisdn = Msisdn("")
    arguments: tuple[tuple[str, str | int], ...] = ()
    shown: bool = False


class Timer(msgspec.Struct, frozen=True, gc=False):
    """A command that the gateway gives itself when its time has come.

    `key` is unique: setting a timer again replaces it.
    """

    key: str
    due_at: Instant
    command: str
    msisdn: Msisdn
    arguments: tuple[tuple[str, str | int], ...] = ()


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What a handler decided. A refusal has a name and normally changes nothing.

    `changed`: new values of subscribers, persons and records; of accounts the floor only, and new ones, which are
    empty (a balance changes only by `entries`).
    `then`: the question just accepted, whose command the dispatcher runs next, in the same step.
    """

    replies: tuple[Reply, ...] = ()
    changed: tuple[Document, ...] = ()
    entries: tuple[Entry, ...] = ()
    timers: tuple[Timer, ...] = ()
    timers_cancelled: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    refusal: str = ""
    then: Pending | None = None


def refused(command: Command, name: str, /, **arguments: object) -> Outcome:
    """A refusal by name; its text is `<family>-<name>`, where the family is the part of the command before the dot."""
    family = command.name.partition(".")[0]
    return Outcome(replies=(Reply(command.actor, f"{family}-{name}", arguments),), refusal=name)


HandlerFunction = Callable[[Command, UnitOfWork], Outcome]


@dataclass(frozen=True, slots=True)
class Handler:
    """A registered handler: its command's name and class, its pure function, the refusals it declares.

    `available` is False for a command that has no function yet: it is read, explained and answered "not yet".
    """

    name: str
    command: type[Command]
    function: HandlerFunction
    refuses: frozenset[str]
    available: bool = True


C = TypeVar("C", bound=Command)


def handles(
    command: type[C], *, refuses: Iterable[str] = ()
) -> Callable[[Callable[[C, UnitOfWork], Outcome]], Callable[[C, UnitOfWork], Outcome]]:
    """Declares a function as the handler of a command class, with the names of its refusals.

    The declaration is kept on the function; `dispatcher.collect` gathers them from the handler modules, so that
    importing a module has no effect anywhere else. The command's name is `<file>.<verb>`, set on its class.
    """

    def declare(function: Callable[[C, UnitOfWork], Outcome]) -> Callable[[C, UnitOfWork], Outcome]:
        handler = Handler(command.name, command, function, frozenset(refuses))  # type: ignore[arg-type]
        function.handler = handler  # type: ignore[attr-defined]
        return function

    return declare
