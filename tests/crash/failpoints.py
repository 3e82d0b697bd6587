"""Places on a message's way at which a kill test ends the gateway, each by its name.

The gateway knows nothing of them: the process under test wraps one function, so that in service they cost nothing and
cannot be set off. A name that is gone, or a place that is never reached, fails the test. This module is imported by
the process that is to be killed and by the test; it must stay light.
"""

from __future__ import annotations

import enum
import functools
import importlib
import inspect
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

VARIABLE = "USSDGW_FAILPOINT"
"""`NAME:N` of the process under test: it kills itself at the N-th time it comes by."""
PAYMENTS = "USSDGW_PAYMENTS"
"""The file of the payments that it asks for: a line for each try, the idempotency key and the sum."""

STATEMENTS = "tests.crash.victim:Statements.execute"
INTAKE, QUEUE = "gateway.engine.intake:Intake.", "gateway.engine.queue:FactQueue."
ENGINE, BATCH = "gateway.engine.engine:Engine.", "gateway.engine.batch:Batch."
SENDER, STORE = "gateway.delivery.sender:Sender.", "gateway.store.sqlite:SqliteStore."
READY, SENDING, SENT = 0, 1, 2  # states of an outbox row

Only = Callable[[tuple[Any, ...], Any], bool]
"""Of the arguments and the result of a function: whether this call counts."""


class When(enum.Enum):
    BEFORE = "before"
    AFTER = "after"


class Needs(enum.Enum):
    """What the driver must do so that a place is reached; load is always there."""

    LOAD = "load"
    START = "nothing but a start"
    TIMER = "a timer that has fallen due while the gateway was down"
    IMPORT = "an import"
    RELOAD = "a reload"
    STOP = "an orderly end"


def always(_arguments: tuple[Any, ...], _result: Any) -> bool:
    return True


def fact(*kinds: str) -> Only:
    return lambda arguments, _: type(arguments[1]).__name__ in kinds


def statement(*beginnings: str) -> Only:
    return lambda arguments, _: arguments[1].startswith(beginnings)


def written(table: str) -> Only:
    """A batch with rows of that table."""
    return lambda arguments, _: bool(getattr(arguments[1], table))


def journalled(kind: str) -> Only:
    return lambda arguments, _: any(row.kind == kind for row in arguments[1].journal)


def became(state: int) -> Only:
    return lambda arguments, _: any(change.state == state for change in arguments[1].outbox_changes)


def completes(_arguments: tuple[Any, ...], result: Any) -> bool:
    """The part that makes a long SMS whole."""
    return bool(result[0].name == "COMPLETE")


@dataclass(frozen=True, slots=True)
class Failpoint:
    """`hits_max`: the kill comes at a random hit of so many. `centre`: only where the gateway is a centre's client."""

    name: str
    place: str  # module:attribute
    when: When = When.AFTER
    only: Only = always
    hits_max: int = 20
    needs: Needs = Needs.LOAD
    centre: bool = False


BEFORE = When.BEFORE
FAILPOINTS = (
    Failpoint("store opened", STORE + "open", hits_max=1, needs=Needs.START),
    Failpoint("message received", INTAKE + "_short_message", BEFORE),
    Failpoint("message queued", QUEUE + "post", only=fact("Inbound")),
    Failpoint("batch loaded", "gateway.engine.loading:Loading.run"),
    Failpoint("batch decided", BATCH + "decide"),
    Failpoint("before the write", STORE + "write", BEFORE),
    Failpoint("transaction begun", STATEMENTS, only=statement("BEGIN")),
    Failpoint("journal written", STATEMENTS, only=statement("INSERT INTO journal")),
    Failpoint("before the ledger", STATEMENTS, BEFORE, only=statement("INSERT INTO ledger"), hits_max=5),
    Failpoint("before the commit", STATEMENTS, BEFORE, only=statement("COMMIT")),
    Failpoint("after the commit", STATEMENTS, only=statement("COMMIT")),
    Failpoint("after the write", STORE + "write"),
    Failpoint("before the acknowledgement", INTAKE + "acknowledge", BEFORE),
    Failpoint("acknowledgement queued", INTAKE + "acknowledge"),
    Failpoint("acknowledgements sent", INTAKE + "flush"),
    Failpoint("reply composed", "gateway.delivery.sender:compose"),
    Failpoint("reply queued", SENDER + "dispatch"),
    Failpoint("reply's response received", SENDER + "response", BEFORE),
    Failpoint("reply's response stored", STORE + "write", only=became(SENT)),
    Failpoint("confirmation stored", STORE + "write", only=written("confirmed"), hits_max=5),
    Failpoint("part stored", STORE + "write", only=written("parts"), hits_max=5),
    Failpoint("long message joined", "gateway.engine.parts:Joining.add", only=completes, hits_max=5),
    Failpoint("effect stored", STORE + "write", only=written("effects"), hits_max=5),
    Failpoint("before the effect", "tests.crash.victim:Payments.perform", BEFORE, hits_max=5),
    Failpoint("after the effect", "tests.crash.victim:Payments.perform", hits_max=5),
    Failpoint("effect's result stored", STORE + "write", only=written("effects_done"), hits_max=5),
    Failpoint("dialog step stored", STORE + "write", only=written("dialogs"), hits_max=3),
    Failpoint("dialog's end stored", STORE + "write", only=written("dialogs_ended"), hits_max=3),
    Failpoint("timer fired", BATCH + "_timer", BEFORE, hits_max=1, needs=Needs.TIMER),
    Failpoint("timer's command stored", STORE + "write", only=journalled("timer"), hits_max=1, needs=Needs.TIMER),
    Failpoint("import step stored", STORE + "write", only=journalled("imported"), hits_max=4, needs=Needs.IMPORT),
    Failpoint("before the reload", ENGINE + "reload", BEFORE, hits_max=1, needs=Needs.RELOAD),
    Failpoint("reload stored", STORE + "write", only=journalled("reloaded"), hits_max=1, needs=Needs.RELOAD),
    Failpoint("drain begun", "gateway.app:Gateway._drain", BEFORE, hits_max=1, needs=Needs.STOP),
    Failpoint("doors closed", "gateway.doors:Doors.stop", hits_max=1, needs=Needs.STOP),
    Failpoint("before the store closes", STORE + "close", BEFORE, hits_max=1, needs=Needs.STOP),
    Failpoint("receipt queued", QUEUE + "post", only=fact("Receipt"), centre=True),
    Failpoint("receipt stored", STORE + "write", only=written("outcomes"), centre=True),
    Failpoint("receipt acknowledged", INTAKE + "acknowledge_receipt", centre=True),
)
BY_NAME = {each.name: each for each in FAILPOINTS}


def found(place: str) -> tuple[Any, str]:
    """The module or class that has a place, and the name of the function. Raises AttributeError where it is gone."""
    module, _, attribute = place.partition(":")
    *classes, name = attribute.split(".")
    owner = functools.reduce(getattr, classes, importlib.import_module(module))
    getattr(owner, name)
    return owner, name


def arm(failpoint: Failpoint, hit: int) -> None:
    """From the call of that number on, this process is no more."""
    owner, name = found(failpoint.place)
    original = getattr(owner, name)
    left = hit

    def passed(when: When, arguments: tuple[Any, ...], result: Any) -> None:
        nonlocal left
        if when is failpoint.when and failpoint.only(arguments, result):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def wrapped(*arguments: Any, **named: Any) -> Any:
            passed(When.BEFORE, arguments, None)
            result = await original(*arguments, **named)
            passed(When.AFTER, arguments, result)
            return result

    else:

        @functools.wraps(original)
        def wrapped(*arguments: Any, **named: Any) -> Any:
            passed(When.BEFORE, arguments, None)
            result = original(*arguments, **named)
            passed(When.AFTER, arguments, result)
            return result

    setattr(owner, name, wrapped)
