"""A unit of work in memory, for tests of handlers: what the engine is to them, without the engine.

It folds every outcome in as the gateway does, and checks on the way what holds for all handlers: entries add up to
zero, no account falls below its floor, no balance is changed but by entries, refusals are declared, and every reply
can be rendered in each language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from gateway.catalogue.products import Operator, Products
from gateway.commands import CodeLine, Command, Effect, Handler, NotLoaded, Otp, Outcome, Reply, Timer
from gateway.model import (
    OPERATOR_ACCOUNTS,
    POINTS_UNIT,
    Account,
    AccountId,
    Charge,
    CodeRef,
    Document,
    Instant,
    Language,
    Money,
    Msisdn,
    Pending,
    Person,
    PersonId,
    Record,
    Subscriber,
    Usage,
    UsageTotal,
)
from gateway.rules import confirmations
from gateway.store.memory import totals
from gateway.texts import Texts

SECRET = confirmations.secret_from("a desk's own secret")
NOON = Instant(1_773_133_200_000)
"""10 March 2026, 12:00 in Moscow."""

C = TypeVar("C", bound=Command)
R = TypeVar("R", bound=Record)
AnyHandler = Callable[[Any, Any], Outcome]


def declared(handler: AnyHandler) -> Handler:
    """What `@handles` noted of a handler function."""
    found = handler.handler  # type: ignore[attr-defined]
    assert isinstance(found, Handler)
    return found


class Desk:
    """Implements `gateway.commands.UnitOfWork` from dicts; persons and accounts that are not given are made up."""

    def __init__(
        self,
        *subscribers: Subscriber,
        accounts: Iterable[Account] = (),
        persons: Iterable[Person] = (),
        products: Products | None = None,
        operator: Operator | None = None,
        language: Language = Language.RU,
        code_list: tuple[CodeLine, ...] = (),
        at: Instant = NOON,
    ) -> None:
        self.operator = operator or Operator()
        self.products = products or Products()
        self.language = language
        self.code_list = code_list
        self.at = at
        self.reference = 1000
        self.known = {each.msisdn: each for each in subscribers}
        self.persons = {each.person: Person(each.person) for each in subscribers}
        self.persons |= {each.id: each for each in persons}
        self.accounts = {each.account: Account(each.account) for each in subscribers}
        self.accounts |= {AccountId(each): Account(AccountId(each)) for each in OPERATOR_ACCOUNTS}
        self.accounts |= {each.id: each for each in accounts}
        self.kept: dict[tuple[str, str], Record] = {}
        self.used: dict[Msisdn, list[Usage]] = {}
        self.charged: dict[AccountId, list[Charge]] = {}
        self.timers: dict[str, Timer] = {}
        self.effects: list[Effect] = []
        self.replies: list[Reply] = []

    # --- what a handler reads -----------------------------------------------------------------------------------

    def subscriber(self, msisdn: Msisdn) -> Subscriber | None:
        return self.known.get(msisdn)

    def subscribers(self, msisdns: Iterable[Msisdn]) -> Mapping[Msisdn, Subscriber]:
        return {each: self.known[each] for each in msisdns if each in self.known}

    def account(self, account: AccountId) -> Account:
        if account not in self.accounts:
            raise NotLoaded("account", (account,))
        return self.accounts[account]

    def person(self, person: PersonId) -> Person:
        if person not in self.persons:
            raise NotLoaded("person", (person,))
        return self.persons[person]

    def has_account(self, account: AccountId) -> bool:
        return account in self.accounts

    def record(self, kind: type[R], key: str) -> R:
        return self.records(kind, (key,))[key]

    def records(self, kind: type[R], keys: Iterable[str]) -> Mapping[str, R]:
        found = {key: self.kept.get((kind.kind, key), kind(key)) for key in keys}
        return {key: each for key, each in found.items() if isinstance(each, kind)}

    def usage(self, msisdn: Msisdn, since: Instant, until: Instant, limit: int) -> tuple[Usage, ...]:
        of_number = sorted(self.used.get(msisdn, ()), key=lambda each: each.at)
        return tuple(each for each in of_number if since <= each.at < until)[:limit]

    def expenses(self, msisdn: Msisdn, since: Instant, until: Instant, limit: int) -> tuple[Usage, ...]:
        paid = [each for each in self.usage(msisdn, since, until, 10**9) if each.cost > 0]
        return tuple(reversed(paid[-limit:]))

    def usage_totals(self, msisdn: Msisdn, since: Instant, until: Instant) -> tuple[UsageTotal, ...]:
        return totals(list(self.usage(msisdn, since, until, 10**9)))

    def charges(self, account: AccountId, since: Instant, until: Instant, limit: int) -> tuple[Charge, ...]:
        newest_first = self.charged.get(account, [])[::-1]
        return tuple(each for each in newest_first if since <= each.at < until)[:limit]

    def slow_hash(self, secret: str, salt: bytes) -> str:
        """Any hash does for a handler: it only compares."""
        return f"{salt.hex()}/{secret}"

    def code(self, ref: CodeRef) -> str:
        return confirmations.derive_code(SECRET, ref)

    # --- what the engine does -----------------------------------------------------------------------------------

    def command(self, kind: type[C], actor: Msisdn, *, msisdn: Msisdn | None = None, **arguments: Any) -> C:
        """The next message of an actor, read as that command."""
        self.reference += 1
        return kind(actor=actor, msisdn=msisdn or actor, at=self.at, reference=self.reference, **arguments)

    def run(self, command: Command, handler: AnyHandler) -> Outcome:
        """What the handler decides; nothing is folded in."""
        outcome = handler(command, self)
        assert not outcome.refusal or outcome.refusal in declared(handler).refuses, f"undeclared {outcome.refusal}"
        assert not (outcome.refusal and outcome.entries), "a refusal moves no money"
        for reply in outcome.replies:
            for language in Language:
                rendered(reply, language)
        return outcome

    def apply(self, outcome: Outcome) -> Outcome:
        """Folds an outcome in."""
        for document in outcome.changed:
            self._put(document)
        for of_points in (True, False):
            of_unit = [each for each in outcome.entries if each.account.startswith(POINTS_UNIT) is of_points]
            assert sum(entry.amount for entry in of_unit) == 0
        for entry in outcome.entries:
            account = self.account(entry.account)
            self.accounts[entry.account] = msgspec.structs.replace(account, balance=account.balance + entry.amount)
            if entry.amount < 0:
                charge = Charge(self.reference, self.at, Money(-entry.amount), entry.kind, entry.msisdn)
                self.charged.setdefault(entry.account, []).append(charge)
        for entry in outcome.entries:
            account = self.accounts[entry.account]
            assert entry.account in OPERATOR_ACCOUNTS or entry.amount >= 0 or account.balance >= account.floor
        for key in outcome.timers_cancelled:
            self.timers.pop(key, None)
        self.timers |= {timer.key: timer for timer in outcome.timers}
        self.effects += outcome.effects
        self.replies += outcome.replies
        return outcome

    def _put(self, document: Document) -> None:
        match document:
            case Subscriber():
                self.known[document.msisdn] = document
            case Person():
                self.persons[document.id] = document
            case Account():
                before = self.accounts.get(document.id, Account(document.id))
                assert before.balance == document.balance, "an account's balance changes only by entries"
                self.accounts[document.id] = document
            case Record():
                self.kept[document.kind, document.key] = document

    def do(self, handler: AnyHandler, actor: Msisdn, *, msisdn: Msisdn | None = None, **arguments: Any) -> Outcome:
        """A whole message: the command that the handler is for, run and folded in."""
        return self.apply(self.run(self.command(declared(handler).command, actor, msisdn=msisdn, **arguments), handler))

    def yes(self, handler: AnyHandler, holder: Msisdn) -> Outcome:
        """`holder` answers the handler's question with its code, as the dispatcher runs it: in one step.

        A refusal of the command leaves the question as it was.
        """
        pending = self.question(handler, holder)
        before = self.known[holder]
        answer = self.command(Command, holder)
        self.apply(confirmations.accept(answer, self, Otp(self.code(pending.code))))
        outcome = self.run(self.confirmed(handler, pending), handler)
        if outcome.refusal:
            self.known[holder] = before
        return self.apply(outcome)

    def confirmed(self, handler: AnyHandler, pending: Pending) -> Command:
        """The command of a question, as it runs after "yes"."""
        kind: type[Any] = declared(handler).command
        command: Command = self.command(
            kind, pending.asked_by, msisdn=pending.msisdn, confirmed=pending, **dict(pending.arguments)
        )
        return command

    def question(self, handler: AnyHandler, holder: Msisdn) -> Pending:
        """The handler's question that waits at `holder`."""
        name = declared(handler).name
        return next(each for each in self.known[holder].pendings if each.command == name)

    def balance(self, account: str) -> int:
        return self.accounts[AccountId(account)].balance

    def state(self) -> tuple[object, ...]:
        """All that is stored, to compare."""
        return dict(self.known), dict(self.persons), dict(self.accounts), dict(self.timers), dict(self.kept)


@lru_cache
def texts() -> Texts:
    return Texts.read(operator=Operator())


def rendered(reply: Reply, language: Language = Language.RU) -> str:
    """What the reader gets, with a code in its place; RenderingError if text and arguments do not go together."""
    code = {"code": "1234"} if reply.code is not None else {}
    return texts().render(reply.text, {**reply.arguments, **code}, language)
