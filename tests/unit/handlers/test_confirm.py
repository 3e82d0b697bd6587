"""Answers to what waits: by code or alone, everything cancelled at once, consents that run out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.commands import Otp, Outcome, Reply, Timer
from gateway.handlers import confirm
from gateway.model import (
    HOUR_MS,
    MINUTE_MS,
    AccountId,
    CodeRef,
    CodeTries,
    Instant,
    Msisdn,
    Pending,
    PersonId,
    Subscriber,
    TariffId,
)
from gateway.rules import confirmations
from tests.unit.handlers.desk import NOON, Desk

HOLDER = Msisdn("79161234567")
ASKER = Msisdn("79167654321")
OTHER = Msisdn("79160000001")


def own(reference: int, lasts_ms: int = 60 * MINUTE_MS) -> Pending:
    """A question that the holder's own command asked."""
    return question(reference, HOLDER, lasts_ms)


def question(reference: int, asked_by: Msisdn, lasts_ms: int = 24 * HOUR_MS) -> Pending:
    code = CodeRef(reference, "numbers.link")
    return Pending(code, "numbers.link", (), asked_by, asked_by, Instant(NOON + lasts_ms))


def desk(*pendings: Pending, tries: CodeTries = CodeTries()) -> Desk:  # noqa: B008 - frozen
    people = [
        Subscriber(each, PersonId("P1"), "moscow", TariffId(1), AccountId(each)) for each in (HOLDER, ASKER, OTHER)
    ]
    people[0] = msgspec.structs.replace(people[0], pendings=pendings, code_tries=tries)
    at = Desk(*people)
    for pending in pendings:
        if pending.asked_by != HOLDER:
            key = confirmations.timer_key(HOLDER, pending)
            at.timers[key] = Timer(key, pending.expires_at, "confirm.expire", HOLDER)
    return at


def code(at: Desk, pending: Pending) -> Otp:
    return Otp(at.code(pending.code))


def texts(outcome: Outcome) -> list[tuple[Msisdn, str]]:
    return [(reply.to, reply.text) for reply in outcome.replies]


@pytest.mark.parametrize("with_code", [True, False])
def test_yes_runs_the_question(with_code: bool) -> None:
    """The only question is meant with or without its code; it goes, and its command is next."""
    asked = own(1)
    at = desk(asked)

    outcome = at.do(confirm.accept, HOLDER, code=code(at, asked) if with_code else None)

    assert (outcome.then, outcome.replies, at.known[HOLDER].pendings) == (asked, (), ())


def test_yes_chooses_by_code() -> None:
    """Of several questions the code names one; the others wait on."""
    first, second = own(1), question(2, ASKER)
    at = desk(first, second)

    outcome = at.do(confirm.accept, HOLDER, code=code(at, second))

    assert (outcome.then, at.known[HOLDER].pendings) == (second, (first,))


def test_yes_to_a_consent_stops_its_timer() -> None:
    """An answered consent does not run out any more."""
    at = desk(question(1, ASKER))

    at.do(confirm.accept, HOLDER)

    assert at.timers == {}


def test_no_to_ones_own_question() -> None:
    """The question goes, and nothing else happens."""
    at = desk(own(1))

    outcome = at.do(confirm.decline, HOLDER)

    assert outcome.replies == (Reply(HOLDER, "confirm-declined"),)
    assert at.known[HOLDER].pendings == ()


def test_no_to_a_consent_tells_the_asker() -> None:
    """Who asked learns of the refusal by SMS; the timer goes with the question."""
    at = desk(question(1, ASKER))

    outcome = at.do(confirm.decline, HOLDER)

    told = Reply(ASKER, "confirm-declined_by", {"number": HOLDER}, notice=True)
    assert outcome.replies == (Reply(HOLDER, "confirm-declined"), told)
    assert at.timers == {}


REFUSALS = [
    ("nothing_pending", (), CodeTries(), None, {}),
    ("nothing_pending", (own(1, 0),), CodeTries(), None, {}),
    ("several_pending", (own(1), own(2)), CodeTries(), None, {"count": 2}),
    ("wrong_code", (own(1),), CodeTries(), "000000", {"left": 2}),
    ("codes_locked", (own(1),), CodeTries(wrong=2), "000000", {"until": NOON + 30 * MINUTE_MS}),
    (
        "codes_locked",
        (own(1),),
        CodeTries(locked_until=Instant(NOON + 1)),
        "000000",
        {"until": NOON + 1},
    ),
]


@pytest.mark.parametrize("handler", [confirm.accept, confirm.decline])
@pytest.mark.parametrize(("refusal", "pendings", "tries", "typed", "shown"), REFUSALS)
def test_refusals(
    handler: object,
    refusal: str,
    pendings: tuple[Pending, ...],
    tries: CodeTries,
    typed: str | None,
    shown: dict[str, object],
) -> None:
    """Yes and no refuse alike, say how many tries are left or until when codes are locked, and no question goes."""
    at = desk(*pendings, tries=tries)

    outcome = at.do(handler, HOLDER, code=typed)  # type: ignore[arg-type]

    assert (outcome.refusal, outcome.then) == (refusal, None)
    assert outcome.replies == (Reply(HOLDER, f"confirm-{refusal}", shown),)
    assert at.known[HOLDER].pendings == pendings


def test_every_refusal_has_a_row() -> None:
    """No refusal is declared that the table above does not reach."""
    assert {row[0] for row in REFUSALS} == set(confirmations.ANSWER_REFUSALS)


def test_without_a_code_a_lock_does_not_matter() -> None:
    """Locked is the entry of codes: a plain yes to the only question guesses nothing."""
    at = desk(own(1), tries=CodeTries(locked_until=Instant(NOON + 1)))

    assert at.do(confirm.accept, HOLDER).refusal == ""


CANCELLED = [
    ((own(1),), 1, []),
    ((own(1), own(2), question(3, ASKER)), 3, [ASKER]),
    ((question(1, ASKER), question(2, OTHER)), 2, [ASKER, OTHER]),
    ((question(1, ASKER), question(2, ASKER)), 2, [ASKER]),
]


@pytest.mark.parametrize(("pendings", "count", "told"), CANCELLED)
def test_cancel_takes_everything(pendings: tuple[Pending, ...], count: int, told: list[Msisdn]) -> None:
    """Own questions and consents go, with their timers; each asker hears of it once, the holder how many went."""
    at = desk(*pendings)

    outcome = at.do(confirm.cancel, HOLDER)

    notices = [Reply(asker, "confirm-declined_by", {"number": HOLDER}, notice=True) for asker in told]
    assert outcome.replies == (Reply(HOLDER, "confirm-cancelled", {"count": count}), *notices)
    assert (at.known[HOLDER].pendings, at.timers) == ((), {})


def test_cancel_of_nothing_is_no_refusal() -> None:
    """Nothing waiting, or only what has run out: it says so and changes nothing."""
    at = desk(own(1, 0))

    outcome = at.do(confirm.cancel, HOLDER)

    assert outcome == Outcome(replies=(Reply(HOLDER, "confirm-nothing_to_cancel"),))


def test_cancel_leaves_what_has_run_out_to_its_timer() -> None:
    """A consent that ran out a moment ago is not declined; its timer still tells both sides."""
    late = question(1, ASKER, 0)
    at = desk(late, own(2))

    outcome = at.do(confirm.cancel, HOLDER)

    assert texts(outcome) == [(HOLDER, "confirm-cancelled")]
    assert outcome.replies[0].arguments == {"count": 1}
    assert at.known[HOLDER].pendings == (late,)
    assert texts(at.do(confirm.expire, HOLDER, number=1, nonce=0)) == [
        (HOLDER, "confirm-expired"),
        (ASKER, "confirm-expired_by"),
    ]


def test_a_consent_runs_out() -> None:
    """When its time is over the question goes and both sides get an SMS; what else waits is left alone."""
    late, neighbour = question(1, ASKER, 0), question(2, OTHER, 0)
    at = desk(late, neighbour)

    outcome = at.do(confirm.expire, HOLDER, number=1, nonce=0)

    assert outcome.replies == (
        Reply(HOLDER, "confirm-expired", {"number": ASKER}, notice=True),
        Reply(ASKER, "confirm-expired_by", {"number": HOLDER}, notice=True),
    )
    assert at.known[HOLDER].pendings == (neighbour,)


@pytest.mark.parametrize(
    ("pendings", "number", "nonce"),
    [((), 1, 0), ((question(1, ASKER, 0),), 2, 0), ((question(1, ASKER, 0),), 1, 1), ((question(1, ASKER, 1),), 1, 0)],
    ids=["answered", "another", "another nonce", "renewed"],
)
def test_a_timer_with_nothing_to_end(pendings: tuple[Pending, ...], number: int, nonce: int) -> None:
    """Answered meanwhile, or asked again and so still alive: nothing is said or changed."""
    at = desk(*pendings)

    assert at.do(confirm.expire, HOLDER, number=number, nonce=nonce) == Outcome()


def test_the_timer_of_a_consent_fits() -> None:
    """What `ask_consent` gives its timer is what the command takes, and at its time the consent is over."""
    at = desk()
    holder, asker = at.known[HOLDER], at.known[ASKER]
    asking = at.command(confirm.Cancel, ASKER)
    changed, reply, timer = confirmations.ask_consent(asking, at, holder, text="numbers-link_ask", arguments={})
    at.apply(Outcome(changed=(changed,), timers=(timer,)))
    at.at = timer.due_at
    arguments: dict[str, Any] = dict(timer.arguments)

    outcome = at.do(confirm.expire, timer.msisdn, **arguments)

    assert timer.command == confirm.Expire.name
    assert [each.to for each in outcome.replies] == [reply.to, asker.msisdn]
    assert at.known[HOLDER].pendings == ()


def test_answers_concern_the_actors_own_number() -> None:
    """Also while he acts for another number."""
    assert all(each.own_number_only for each in (confirm.Accept, confirm.Decline, confirm.Cancel, confirm.Expire))
