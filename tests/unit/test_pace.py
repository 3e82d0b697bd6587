"""How fast, how often again, in which order, by which door: the pure half of delivery."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest

from gateway.delivery.compose import Route
from gateway.delivery.pace import FIRST_PAUSE_MS, Pace
from gateway.delivery.retry import Scope, after_refusal
from gateway.delivery.routing import Connections, RouteRule, Routing
from gateway.delivery.waiting import STUCK_ROWS_MAX, Waiting
from gateway.messages import OutboxState, Outgoing
from gateway.model import Channel, Instant, Msisdn
from smpp.connection import Connection

EVEN = 0.5  # no jitter


def sent(pace: Pace, start_ms: int, lasts_ms: int) -> int:
    """How many leave when asked every millisecond."""
    return sum(pace.take(1, start_ms + tick) for tick in range(lasts_ms))


@pytest.mark.parametrize(("rate_per_s", "burst"), [(10.0, 1), (500.0, 1), (500.0, 50), (0.5, 1)])
def test_the_rate_is_kept(rate_per_s: float, burst: int) -> None:
    """Over ten seconds the rate and one burst, never more."""
    count = sent(Pace(rate_per_s, burst, 0), 0, 10_000)

    assert rate_per_s * 10 - 1 <= count <= rate_per_s * 10 + burst


def test_without_a_rate_everything_passes() -> None:
    """No rate, no throttling: no limit."""
    assert sent(Pace(0, 0, 0), 0, 5000) == 5000


def test_throttling_pauses_and_doubles() -> None:
    """Each new complaint doubles the pause up to its limit; those of what was on its way count once; success resets."""
    pace, now, pauses = Pace(0, 0, 0), 0, []
    for _ in range(8):
        pace.throttled(now, EVEN)
        pace.throttled(now + 1, EVEN)
        pauses.append(pace.paused_until - now)
        assert not pace.take(1, pace.paused_until - 1)
        now = pace.paused_until
    pace.succeeded()
    pace.throttled(now, EVEN)

    assert pauses == [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]
    assert pace.paused_until - now == FIRST_PAUSE_MS


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_pauses_are_spread(chance: float) -> None:
    """Many links do not come back in the same moment: 20 % either way."""
    pace = Pace(0, 0, 0)
    pace.throttled(0, chance)

    assert pace.paused_until == (800 if chance == 0.0 else 1200)


@pytest.mark.parametrize("rate_per_s", [0.0, 100.0])
def test_full_rate_within_ten_seconds_of_the_last_complaint(rate_per_s: float) -> None:
    """However often it was halved, ten seconds after the pause the rate is the full one again, or none."""
    pace, now = Pace(rate_per_s, 1, 0), 0
    for _ in range(10):
        pace.throttled(now, EVEN)
        now = pace.paused_until
    slow = pace.rate_per_s
    sent(pace, now, 10_000)

    assert 0 < slow <= max(rate_per_s, 1000) * 0.011
    assert pace.rate_per_s == rate_per_s


def test_a_full_queue_halves_without_a_pause() -> None:
    """ESME_RMSGQFUL halves the rate at once, and only once for what was on its way."""
    pace = Pace(100.0, 1, 0)
    for _ in range(50):
        pace.overloaded(10)

    assert pace.rate_per_s == 50.0
    assert pace.paused_until == 0


@pytest.mark.parametrize(("state", "rate_after_5_s", "paused"), [(0, 100, 0), (85, 50, 0), (95, 25, 0), (100, 25, 1)])
def test_congestion_state(state: int, rate_after_5_s: int, paused: int) -> None:
    """Below 80 the rate grows, up to 89 it stays, from 90 it falls, at 100 the link stops for a second."""
    pace = Pace(100.0, 1, 0)
    pace.overloaded(0)
    pace.congestion(state, 2000)
    stopped = pace.paused_until > 2000
    if state < 90:
        sent(pace, 2000, 5000)

    assert stopped is bool(paused)
    assert pace.rate_per_s == pytest.approx(rate_after_5_s, abs=1)


VERDICTS = [
    (0x58, 0, 0, Scope.LINK, True),
    (0x14, 0, 5_000, Scope.DESTINATION, True),
    (0x14, 9, 180_000, Scope.DESTINATION, True),
    (0x08, 1, 10_000, Scope.MESSAGE, True),
    (0x64, 0, 5_000, Scope.MESSAGE, False),
    (0x04, 0, 1_000, Scope.MESSAGE, False),
    (0x14, 10_000, 180_000, Scope.DESTINATION, True),
]


@pytest.mark.parametrize(("status", "tries", "delay_ms", "scope", "slower"), VERDICTS)
def test_what_time_can_mend_is_sent_again(status: int, tries: int, delay_ms: int, scope: Scope, slower: bool) -> None:
    """Throttling, full queues, illness and a forgotten bind never end a message, whatever the number of tries."""
    verdict = after_refusal(status, tries)

    assert (verdict.state, verdict.delay_ms) == (OutboxState.READY, delay_ms)
    assert (verdict.scope, verdict.slower) == (scope, slower)


@pytest.mark.parametrize("status", [0x01, 0x0A, 0x0B, 0x45, 0x65, 0xFE, 0xFF, 0x400, 0x22])
def test_what_will_be_said_again_is_final(status: int) -> None:
    """A wrong address, a rejected text, a vendor's code: FAILED at once."""
    assert after_refusal(status, 0).state is OutboxState.FAILED


# Waiting


def reply(row: int, channel: Channel = Channel.SMS, link: str = "a", to: str = "79160000000") -> tuple[int, Outgoing]:
    return row, Outgoing(channel, Msisdn(to), "111", "text", Instant(2**50), row, link=link)


def left(waiting: Waiting, free: dict[str, int]) -> list[int]:
    """The rows that leave, each link taking so many."""
    gone: list[int] = []

    def leaves(row: int, outgoing: Outgoing) -> Outgoing | None:
        if not free.get(outgoing.link):
            return outgoing
        free[outgoing.link] -= 1
        gone.append(row)
        return None

    waiting.take(leaves)
    return gone


def test_screens_go_before_sms() -> None:
    """Whoever came first: a subscriber looks at the screen now."""
    waiting = Waiting()
    for row in range(1, 4):
        waiting.add(*reply(row))
    waiting.add(*reply(9, Channel.USSD))

    assert left(waiting, {"a": 2}) == [9, 1]
    assert left(waiting, {"a": 9}) == [2, 3]
    assert len(waiting) == 0


def test_a_peer_that_takes_nothing_holds_up_nobody() -> None:
    """However many wait for one link, those of another leave."""
    waiting = Waiting()
    for row in range(STUCK_ROWS_MAX * 3):
        waiting.add(*reply(row, link="stuck"))
    waiting.add(*reply(1000, link="free"))

    assert left(waiting, {"free": 5}) == [1000]
    assert len(waiting) == STUCK_ROWS_MAX * 3
    assert left(waiting, {"stuck": 1000}) == list(range(STUCK_ROWS_MAX * 3))


def test_nothing_overtakes_what_waits_for_its_commit() -> None:
    """An SMS that found no room waits once its batch is on the disk; the next ones of that batch wait behind it."""
    waiting = Waiting()
    waiting.expect(reply(1)[1])
    behind = [waiting.blocks(reply(2, channel, link)[1]) for channel in Channel for link in ("a", "b")]
    waiting.expect_nothing()

    assert behind == [False, False, True, False], "SMS of the same lane only"
    assert not waiting.blocks(reply(2)[1])


def test_what_was_put_off_keeps_its_order() -> None:
    """Rows refused by a throttling centre are older than what gathered meanwhile, and go first, in their order."""
    waiting = Waiting()
    waiting.add(*reply(5))
    for row in (3, 1, 2):
        waiting.add_later(Instant(10), *reply(row))
    waiting.ripen(Instant(9))
    early = left(waiting, {})
    waiting.ripen(Instant(10))

    assert early == []
    assert left(waiting, {"a": 9}) == [1, 2, 3, 5]


def test_a_held_destination_waits_alone() -> None:
    """A full queue at the centre stops what goes to that number, and nothing else."""
    waiting = Waiting()
    waiting.hold("79160000001", Instant(100))
    assert waiting.blocks(reply(1, to="79160000001")[1])
    waiting.add(*reply(1, to="79160000001"))
    waiting.add(*reply(2, to="79160000002"))
    waiting.ripen(Instant(50))

    def leaves(row: int, outgoing: Outgoing) -> Outgoing | None:
        return outgoing if waiting.held_until(outgoing.destination) else None

    waiting.take(leaves)
    assert list(waiting.rows()) == [1]
    waiting.ripen(Instant(100))
    assert left(waiting, {"a": 9}) == [1]
    assert not waiting.blocks(reply(3, to="79160000001")[1])


# Routes


class Bound(msgspec.Struct):
    """As much of a connection as a choice needs."""

    id: int
    name: str
    system_id: str = "gw"
    may_send: bool = True
    window_free: int = 10


def routing(bound: list[Bound], rules: list[RouteRule]) -> Routing:
    connections = Connections()
    for each in bound:
        connections.add(cast(Connection, each))
    names = [("a", False), ("b", False), ("c", False), ("hubs", True)]
    return Routing(connections, [Route(name, server) for name, server in names], rules, 24)


A, B = Bound(1, "a"), Bound(2, "b")
HUB1, HUB2 = Bound(3, "hubs", "hub1"), Bound(4, "hubs", "hub2")
IN_ORDER = RouteRule(via=("a", "b"))
CHOICES = [
    ("first of the route", [B, A], [IN_ORDER], {}, "a"),
    ("the next where the first is lost", [B], [IN_ORDER], {}, "b"),
    ("a busy one is not passed over", [Bound(1, "a", window_free=0), B], [IN_ORDER], {}, "a"),
    ("a receiver cannot carry it", [Bound(1, "a", may_send=False), B], [IN_ORDER], {}, "b"),
    ("nothing of the route is bound", [Bound(5, "c")], [IN_ORDER], {}, None),
    ("prefix", [A, B], [RouteRule("7495", via=("a",)), RouteRule("79", via=("b",))], {}, "b"),
    ("short number", [A, B], [RouteRule(short_number="4555", via=("a",)), RouteRule(via=("b",))], {}, "b"),
    ("own short number", [A, B], [RouteRule(short_number="111", via=("b",)), RouteRule(via=("a",))], {}, "b"),
    ("account", [HUB1, HUB2], [RouteRule(account="hub1", via=("hub2",))], {"link": "hubs", "account": "hub1"}, "hub2"),
    ("account by its link", [A, B], [RouteRule(account="a", via=("b",))], {"link": "a"}, "b"),
    ("who brought it", [HUB1, HUB2], [], {"link": "hubs", "account": "hub2"}, "hub2"),
    ("its link", [A, B], [], {"link": "b"}, "b"),
    ("anything that is bound", [B], [], {"link": "a"}, "b"),
    ("nothing is bound", [], [], {}, None),
]


@pytest.mark.parametrize(
    ("bound", "rules", "cause", "name"), [row[1:] for row in CHOICES], ids=[row[0] for row in CHOICES]
)
def test_choice(bound: list[Bound], rules: list[RouteRule], cause: dict[str, str], name: str | None) -> None:
    """The first route that matches, the first of its doors that is bound; without a route who brought the cause."""
    chosen = routing(bound, rules).choose(msgspec.structs.replace(reply(1, link="")[1], **cause))

    assert (None if chosen is None else chosen.system_id if chosen.name == "hubs" else chosen.name) == name


def test_two_binds_of_one_link() -> None:
    """The answer to what the receiver brought leaves by the transmitter, on the screen too."""
    receiver, transmitter = Bound(1, "a", may_send=False), Bound(6, "a")
    outgoing = msgspec.structs.replace(reply(1, Channel.USSD)[1], connection=1)

    assert routing([receiver, transmitter, B], []).choose(outgoing) is transmitter


@pytest.mark.parametrize("jump_ms", [3_600_000, -3_600_000, 315_360_000_000, -315_360_000_000])
def test_a_clock_that_is_set_puts_nothing_off(jump_ms: int) -> None:
    """What waits for a moment, or with a validity, waits and is valid as long after a jump as before."""
    waiting = Waiting()
    waiting.add(*reply(1, link="b"))
    waiting.add(*reply(2, link="b"))
    waiting.add_later(Instant(10), *reply(3))
    waiting.hold("79160000001", Instant(20))
    waiting.clock_jumped(jump_ms)
    waiting.ripen(Instant(jump_ms + 9))
    early = left(waiting, {"a": 9})
    waiting.ripen(Instant(jump_ms + 10))
    held = waiting.held_until("79160000001")
    kept: list[tuple[int, int]] = []
    waiting.take(lambda row, outgoing: kept.append((row, outgoing.expires_at)))
    waiting.ripen(Instant(jump_ms + 20))

    assert early == []
    assert kept == [(3, 2**50 + jump_ms), (1, 2**50 + jump_ms), (2, 2**50 + jump_ms)]
    assert (held, waiting.held_until("79160000001")) == (jump_ms + 20, 0)
