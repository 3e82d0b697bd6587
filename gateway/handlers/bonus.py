"""Bonus points: joining, earning, spending, giving them away, and their end.

Points live on the ledger's points account of a number; `rules/points.py` keeps when they end. An offered gift holds
its points back only by waiting at the receiver: declined, cancelled or expired, it waits no more and they are free.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.catalogue.rewards import Reward
from gateway.commands import Command, Otp, Outcome, Reply, Timer, UnitOfWork, handles, refused
from gateway.model import (
    DAY_MS,
    Allowance,
    Instant,
    Language,
    Money,
    Msisdn,
    PersonKind,
    Points,
    RewardId,
    Subscriber,
    SubscriberStatus,
)
from gateway.rules import confirmations
from gateway.rules.calendar import add_today, local, month_later, moved_today
from gateway.rules.confirmations import CODE_REFUSALS
from gateway.rules.paying import Returned
from gateway.rules.points import Member, added, opened, points_of, taken
from gateway.rules.strangers import ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """The points, and which of them expire next."""

    name = "bonus.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Command):
    """Joins the programme."""

    name = "bonus.join"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Command):
    """Leaves the programme after a question: the points burn."""

    name = "bonus.leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue(Command):
    """The rewards with their ids and prices in points."""

    name = "bonus.catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend(Command):
    """Takes a reward for points after a question."""

    name = "bonus.spend"
    reward: RewardId


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Command):
    """The last movements of points."""

    name = "bonus.history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift(Command):
    """Offers points to another member, who has to accept; they are reserved until then."""

    name = "bonus.gift"
    number: Msisdn
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """The receiver accepts a gift."""

    name = "bonus.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """The receiver declines a gift."""

    name = "bonus.decline"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Receive(Command):
    """The receiver has accepted: `msisdn` gives, `number` receives."""

    name = "bonus.receive"
    own = True
    number: Msisdn
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Earn(Command):
    """A month is over: points for what was spent in it."""

    name = "bonus.earn"
    own = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn(Command):
    """The year of some points is over."""

    name = "bonus.burn"
    own = True


EARNING = frozenset({"service", "favourite", "melody", "locator", "sms", "mms", "tariff"})
"""Kinds of charges that make points besides usage: what is bought, not money sent to others or paid back, nor what
came back because nothing came of it."""

CHARGES_MAX = 10_000
ROOM = {Language.RU: 130, Language.BG: 130, Language.EN: 300, Language.LAT: 300}
"""Characters for the catalogue's lines: three joined SMS (3 * 67 or 3 * 153, TS 23.040 9.2.3.24) less the frame."""


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


def _held(member: Member, at: Instant, uow: UnitOfWork) -> tuple[int, tuple[Msisdn, ...]]:
    """The points that offers hold back, and the numbers where such an offer still waits."""
    held, waiting = 0, []
    receivers = uow.subscribers(member.offered_to) if member.offered_to else {}
    for number in member.offered_to:
        receiver = receivers.get(number)
        offers = [] if receiver is None else confirmations.live(receiver, at)
        points = [
            int(dict(each.arguments)["points"])
            for each in offers
            if each.command == Receive.name and each.msisdn == member.key
        ]
        if points:
            held += sum(points)
            waiting.append(number)
    return held, tuple(waiting)


def _earn_timer(member: Member) -> str:
    return f"bonus/earn/{member.key}"


def _burn_timer(member: Member) -> str:
    return f"bonus/burn/{member.key}"


def _ends(*members: Member) -> tuple[Timer, ...]:
    """The timers for the first end of points; one that fires with nothing to burn does nothing."""
    return tuple(
        Timer(_burn_timer(each), each.lots[0][0], Burn.name, Msisdn(each.key)) for each in members if each.lots
    )


@handles(Show)
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """What can be used, what offers hold back, and what ends first."""
    member = uow.record(Member, command.msisdn)
    if not member.since:
        return Outcome(replies=(Reply(command.actor, "bonus-show_none"),))
    held, _ = _held(member, command.at, uow)
    arguments: dict[str, object] = {
        "points": points_of(command.msisdn, uow) - held,
        "held": held,
        "ending": member.lots[0][1] if member.lots else 0,
        "until": member.lots[0][0] if member.lots else Instant(0),
    }
    return Outcome(replies=(Reply(command.actor, "bonus-show", arguments),))


@handles(Join, refuses=["company"])
def join(command: Join, uow: UnitOfWork) -> Outcome:
    """Free and easy to undo, so without a question. Points that the operator gave before count from today."""
    subscriber = _subject(command, uow)
    member = uow.record(Member, command.msisdn)
    if member.since:
        points = points_of(command.msisdn, uow)
        return Outcome(replies=(Reply(command.actor, "bonus-already_joined", {"points": points}),))
    if uow.person(subscriber.person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    rules = uow.products.bonus
    before = points_of(command.msisdn, uow)
    lots = ((Instant(command.at + rules.lasts_days * DAY_MS), before),) if before else ()
    member = Member(command.msisdn, since=command.at, lots=lots, counted_until=command.at)
    return Outcome(
        replies=(Reply(command.actor, "bonus-joined", {"price": rules.point_for_minor}),),
        changed=(member, *opened(command.msisdn, uow)),
        timers=(_next_month(command, uow), *_ends(member)),
    )


def _next_month(command: Command, uow: UnitOfWork) -> Timer:
    key = _earn_timer(Member(command.msisdn))
    return Timer(key, month_later(command.at, uow.operator), Earn.name, command.msisdn)


@handles(Leave)
def leave(command: Leave, uow: UnitOfWork) -> Outcome:
    """After a question, which says how many points burn; they do not come back on joining again."""
    member = uow.record(Member, command.msisdn)
    if not member.since:
        return Outcome(replies=(Reply(command.actor, "bonus-already_left"),))
    points = points_of(command.msisdn, uow)
    confirmed = command.confirmed
    if confirmed is None or confirmed.price < points:
        text = "bonus-leave_ask"
        return confirmations.ask_actor(command, uow, text=text, arguments={"points": points}, price=Money(points))
    return Outcome(
        replies=(Reply(command.actor, "bonus-left", {"points": points}),),
        changed=(Member(command.msisdn),),
        entries=taken(member, points, command.at, "bonus_burnt").entries,
        timers_cancelled=(_earn_timer(member), _burn_timer(member)),
    )


@handles(Catalogue)
def catalogue(command: Catalogue, uow: UnitOfWork) -> Outcome:
    """What the points buy, the dearest first, then what they do not buy yet, the cheapest first."""
    points = points_of(command.msisdn, uow)
    rewards = sorted(uow.products.rewards.values(), key=lambda each: (each.points, each.id))
    ordered = [each for each in reversed(rewards) if each.points <= points]
    ordered += [each for each in rewards if each.points > points]
    if not ordered:
        return Outcome(replies=(Reply(command.actor, "bonus-catalogue_empty"),))
    lines, room = "", ROOM[uow.language]
    for each in ordered:
        line = f"\n{each.id} {_name(each, uow.language)}: {each.points}"
        if len(lines) + len(line) > room:
            break
        lines += line
    arguments = {"points": points, "lines": lines, "example": str(ordered[0].id)}
    return Outcome(replies=(Reply(command.actor, "bonus-catalogue", arguments),))


def _name(reward: Reward, language: Language) -> str:
    return reward.names["ru" if language is Language.LAT else language]


@handles(Spend, refuses=["not_member", "unknown_reward", "not_enough_points"])
def spend(command: Spend, uow: UnitOfWork) -> Outcome:
    """Takes the points after a question and adds the package; another price than was shown asks again."""
    subscriber = _subject(command, uow)
    member = uow.record(Member, command.msisdn)
    if not member.since:
        return refused(command, "not_member")
    reward = uow.products.rewards.get(command.reward)
    if reward is None:
        return refused(command, "unknown_reward", id=str(command.reward))
    points = points_of(command.msisdn, uow)
    free = points - _held(member, command.at, uow)[0]
    if free < reward.points:
        return refused(command, "not_enough_points", points=free, missing=reward.points - free)
    arguments: dict[str, object] = {"name": reward.names, "points": reward.points, "days": reward.days}
    price = Money(reward.points)
    if command.confirmed is None or command.confirmed.price != price:
        text = "bonus-spend_ask" if command.confirmed is None else "bonus-spend_ask_again"
        return confirmations.ask_actor(command, uow, text=text, arguments=arguments, price=price)
    until = Instant(command.at + reward.days * DAY_MS)
    moved = taken(member, reward.points, command.at, "bonus_spent")
    packages = (*subscriber.allowances, Allowance(reward.unit, reward.quantity, until))
    got = {"name": reward.names, "until": until, "points": points - reward.points}
    return Outcome(
        replies=(Reply(command.actor, "bonus-spent", got),),
        changed=(moved.member, msgspec.structs.replace(subscriber, allowances=packages)),
        entries=moved.entries,
        timers=_ends(moved.member),
    )


@handles(History)
def history(command: History, uow: UnitOfWork) -> Outcome:
    """The last movements with their days."""
    past = uow.record(Member, command.msisdn).past
    if not past:
        return Outcome(replies=(Reply(command.actor, "bonus-history_none"),))
    lines = ", ".join(f"{local(at, uow.operator):%d.%m} {points:+d}" for at, points in past)
    return Outcome(replies=(Reply(command.actor, "bonus-history", {"lines": lines}),))


GIFT_REFUSALS = (
    "self", "not_member", "unknown_number", "receiver_not_member", "gift_limits", "month_limit", "not_enough_points",
)  # fmt: skip


@handles(Gift, refuses=GIFT_REFUSALS)
def gift(command: Gift, uow: UnitOfWork) -> Outcome:
    """Asks the giver; then offers the points to the receiver, whose consent moves them."""
    refusal = _gift_refusal(command, uow)
    if refusal is not None:
        return refusal
    arguments: dict[str, object] = {"number": command.number, "points": command.points}
    if command.confirmed is None:
        return confirmations.ask_actor(command, uow, text="bonus-gift_ask", arguments=arguments)
    receiver = uow.subscriber(command.number)
    assert receiver is not None
    offer = Receive(
        actor=command.actor,
        msisdn=command.msisdn,
        at=command.at,
        reference=command.reference,
        number=command.number,
        points=command.points,
    )
    hours = uow.products.limits.consent_hours
    offered = {"number": command.msisdn, "points": command.points, "hours": hours}
    changed, question, timer = confirmations.ask_consent(
        offer, uow, receiver, text="bonus-gift_offer", arguments=offered
    )
    member = uow.record(Member, command.msisdn)
    waiting = _held(member, command.at, uow)[1]
    member = msgspec.structs.replace(member, offered_to=tuple(dict.fromkeys((*waiting, command.number))))
    told = Reply(command.actor, "bonus-gift_sent", {**arguments, "hours": hours})
    return Outcome(replies=(told, question), changed=(changed, member), timers=(timer,))


def _gift_refusal(command: Gift | Receive, uow: UnitOfWork) -> Outcome | None:
    """What stands against a gift, when it is offered and when it is accepted."""
    number, rules = command.number, uow.products.bonus
    if number == command.msisdn:
        return refused(command, "self")
    member = uow.record(Member, command.msisdn)
    if not member.since:
        return refused(command, "not_member")
    if ours(uow, number) is None:
        return refused(command, "unknown_number", number=number)
    if not uow.record(Member, number).since:
        return refused(command, "receiver_not_member", number=number)
    if not 0 < command.points <= rules.gift_points_max:
        return refused(command, "gift_limits", max=rules.gift_points_max, number=number)
    held = _held(member, command.at, uow)[0]
    left = rules.gift_points_per_month_max - moved_today(member.given, _month(command.at, uow)) - held
    if command.points > left:
        return refused(command, "month_limit", left=max(0, left), max=rules.gift_points_per_month_max)
    free = points_of(command.msisdn, uow) - held
    if command.points > free:
        return refused(command, "not_enough_points", points=free, missing=command.points - free)
    return None


def _month(at: Instant, uow: UnitOfWork) -> int:
    """The operator's month as the number of a `DayTotal`."""
    day = local(at, uow.operator)
    return day.year * 12 + day.month


@handles(Receive, refuses=["gift_void"])
def receive(command: Receive, uow: UnitOfWork) -> Outcome:
    """The points go over, those that end first; a gift does not make them live longer."""
    if _gift_refusal(command, uow) is not None:
        return refused(command, "gift_void", number=command.number, points=command.points)
    giver = taken(uow.record(Member, command.msisdn), command.points, command.at, "bonus_gift")
    receiver = added(uow.record(Member, command.number), giver.lots, command.at, "bonus_gift")
    given = add_today(giver.member.given, _month(command.at, uow), Money(command.points))
    left = points_of(command.msisdn, uow) - command.points
    has = points_of(command.number, uow) + command.points
    return Outcome(
        replies=(
            Reply(command.number, "bonus-received", {"number": command.msisdn, "points": command.points, "has": has}),
            Reply(
                command.actor,
                "bonus-given",
                {"number": command.number, "points": command.points, "left": left},
                notice=True,
            ),
        ),
        changed=(msgspec.structs.replace(giver.member, given=given), receiver.member),
        entries=(*giver.entries, *receiver.entries),
        timers=_ends(giver.member, receiver.member),
    )


@handles(Confirm, refuses=CODE_REFUSALS)
def confirm(command: Confirm, uow: UnitOfWork) -> Outcome:
    return confirmations.accept(command, uow, command.code, only=Receive.name)


@handles(Decline, refuses=CODE_REFUSALS)
def decline(command: Decline, uow: UnitOfWork) -> Outcome:
    """The giver learns of it; his points are free again, since the offer waits no more."""
    return confirmations.decline(command, uow, command.code, only=Receive.name)


@handles(Earn)
def earn(command: Earn, uow: UnitOfWork) -> Outcome:
    """Points for usage and for what was bought since the last time; what makes no whole point counts next month."""
    subscriber = _subject(command, uow)
    member = uow.record(Member, command.msisdn)
    if not member.since or subscriber.status is SubscriberStatus.CLOSED:
        return Outcome()
    rules = uow.products.bonus
    since, until = member.counted_until, command.at
    used = sum(each.cost for each in uow.usage_totals(command.msisdn, since, until))
    returned = set(uow.record(Returned, command.msisdn).requests)
    bought = sum(
        each.amount
        for each in uow.charges(subscriber.account, since, until, CHARGES_MAX)
        if each.kind in EARNING and each.msisdn == command.msisdn and each.number not in returned
    )
    spent = member.rest_minor + used + bought
    points, rest = divmod(spent, rules.point_for_minor) if rules.point_for_minor else (0, 0)
    member = msgspec.structs.replace(member, counted_until=until, rest_minor=Money(rest))
    timers = (_next_month(command, uow),)
    if not points:
        return Outcome(changed=(member,), timers=timers)
    ends_at = Instant(command.at + rules.lasts_days * DAY_MS)
    moved = added(member, ((ends_at, points),), command.at, "bonus_earned")
    has = points_of(command.msisdn, uow) + points
    reply = Reply(command.msisdn, "bonus-earned", {"points": points, "has": has}, notice=True)
    return Outcome(
        replies=(reply,), changed=(moved.member,), entries=moved.entries, timers=(*timers, *_ends(moved.member))
    )


@handles(Burn)
def burn(command: Burn, uow: UnitOfWork) -> Outcome:
    """What has ended goes; the next end is waited for."""
    member = uow.record(Member, command.msisdn)
    ended = sum(points for end, points in member.lots if end <= command.at)
    if not ended:
        return Outcome(timers=_ends(member))
    moved = taken(member, ended, command.at, "bonus_burnt")
    has = points_of(command.msisdn, uow) - ended
    reply = Reply(command.msisdn, "bonus-burnt", {"points": ended, "has": has}, notice=True)
    return Outcome(replies=(reply,), changed=(moved.member,), entries=moved.entries, timers=_ends(moved.member))
