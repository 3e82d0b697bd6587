"""The in-doubt rule: which message is a redelivery of which, and which is a customer's genuine repeat."""

from __future__ import annotations

import pytest

from gateway.engine.doubts import Doubts, Taken, Terms
from gateway.model import Instant

HOUR_MS = 3_600_000
A, B = b"a" * 16, b"b" * 16


def taken(number: int, fingerprint: bytes = A, sequence_number: int = 0, at: int = 0, original: int = 0) -> Taken:
    return Taken(number, original or number, fingerprint, sequence_number or number, Instant(at))


def matched(
    doubts: Doubts, connection: int, sequence_number: int, fingerprint: bytes = A, at: int = 1, link: str = ""
) -> int:
    """The number that the message repeats; 0 for a new one."""
    found = doubts.match(connection, sequence_number, fingerprint, Instant(at), link)
    return found.original if found else 0


def test_a_repeat_on_the_living_connection_is_new() -> None:
    """While a connection lives, equal content under a new sequence number is a genuine repeat."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10, sequence_number=5))

    assert matched(doubts, 1, 6) == 0


def test_the_same_ticket_is_a_retransmission() -> None:
    """Equal sequence number and content on one connection: the first message again."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10, sequence_number=5))

    assert matched(doubts, 1, 5) == 10


def test_the_same_sequence_number_with_other_content_is_new() -> None:
    """Some centres count parts of a long message with one sequence number."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10, sequence_number=5))

    assert matched(doubts, 1, 5, B) == 0


def test_equal_sequence_numbers_count_only_within_one_connection() -> None:
    """Another connection numbers independently."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10, sequence_number=5))

    assert matched(doubts, 2, 5) == 0


def test_what_is_unconfirmed_when_the_connection_ends_is_in_doubt() -> None:
    """A redelivery on the next connection is recognised, once."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10))
    doubts.lost(1)

    assert matched(doubts, 2, 77) == 10
    assert matched(doubts, 2, 78) == 0


def test_what_was_confirmed_is_never_in_doubt() -> None:
    """After a confirmation a repeat on the next connection is a genuine one."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10))
    doubts.take(1, taken(11, B))
    doubts.confirm(1, 10)
    doubts.lost(1)

    assert matched(doubts, 2, 1, A) == 0
    assert matched(doubts, 2, 2, B) == 11


def test_a_late_acknowledgement_stays_in_doubt_after_its_confirmation() -> None:
    """The peer may have given the message up before our acknowledgement came, although it has it."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10))
    doubts.late(10)
    doubts.confirm(1, 10)

    assert matched(doubts, 1, 99) == 10


def test_two_equal_messages_in_doubt_match_one_redelivery_each() -> None:
    """A customer who bought twice before the cut gets each redelivery matched to its own first."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10))
    doubts.take(1, taken(11))
    doubts.lost(1)

    assert [matched(doubts, 2, number) for number in (1, 2, 3)] == [10, 11, 0]


def test_a_redelivery_whose_own_acknowledgement_is_lost_stays_in_doubt() -> None:
    """The repeat's acknowledgement stands for the first one's: lost again, it is recognised again."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10))
    doubts.lost(1)
    assert matched(doubts, 2, 1) == 10
    doubts.take(2, taken(20, original=10))
    doubts.lost(2)

    assert matched(doubts, 3, 1) == 10


def test_a_redelivery_is_looked_for_within_the_horizon_only() -> None:
    """Beyond `redelivery_horizon_s` equal content is a new message."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10, at=0))
    doubts.lost(1)

    assert matched(doubts, 2, 1, at=HOUR_MS + 1) == 0


def test_a_match_that_was_not_written_is_put_back() -> None:
    """A batch that failed has matched nothing."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10))
    doubts.lost(1)
    found = doubts.match(2, 1, A, Instant(1))
    assert found is not None
    doubts.give_back([found])

    assert matched(doubts, 2, 1) == 10


def test_a_retransmission_that_was_not_written_does_not_become_a_doubt() -> None:
    """A failed batch puts back only what it took from the doubts: a confirmed message never comes among them."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10, sequence_number=5))
    found = doubts.match(1, 5, A, Instant(1))
    assert found is not None
    doubts.give_back([found])
    doubts.confirm(1, 10)

    assert matched(doubts, 2, 1) == 0


def test_memory_is_bounded_by_the_horizon() -> None:
    """`expire` forgets what no redelivery may match any more."""
    doubts = Doubts(HOUR_MS)
    for number in range(1, 101):
        doubts.take(1, taken(number, number.to_bytes(16, "big"), at=0))
    doubts.lost(1)
    assert doubts.in_doubt == 100
    doubts.expire(Instant(HOUR_MS + 1))

    assert doubts.in_doubt == 0


def test_a_half_open_connection_is_doubted_before_it_ends() -> None:
    """A peer that died unnoticed binds again and resends: what it left unconfirmed for long is recognised."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10, at=0))
    doubts.take(2, taken(11, B, at=9_000))

    assert matched(doubts, 2, 1, A, at=2_000) == 0
    assert matched(doubts, 2, 2, A, at=10_000) == 10


def test_a_slow_connection_that_confirms_after_all_is_not_doubted() -> None:
    """Once it has confirmed, a repeat by another connection is a genuine one."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10, at=0))
    doubts.take(2, taken(11, B, at=9_000))
    assert matched(doubts, 2, 1, b"c" * 16, at=10_000) == 0  # looks, and doubts what is stale
    doubts.confirm(1, 10)

    assert matched(doubts, 2, 2, A, at=10_001) == 0


SLOW = Terms(HOUR_MS, peer_timer_ms=10_000)


def test_unconfirmed_past_the_peers_timer_is_in_doubt_on_its_own_connection() -> None:
    """A peer that has stopped reading sends again on the connection that still stands."""
    doubts = Doubts(HOUR_MS, {"slow": SLOW})
    doubts.take(1, taken(10, at=0))

    assert matched(doubts, 1, 99, at=SLOW.in_time_ms - 1, link="slow") == 0
    assert matched(doubts, 1, 100, at=SLOW.in_time_ms, link="slow") == 10


def test_read_too_late_is_in_doubt_after_its_confirmation() -> None:
    """Doubted while unread, then confirmed past the peer's timer: the peer has sent it again already."""
    doubts = Doubts(HOUR_MS, {"slow": SLOW})
    doubts.take(1, taken(10, at=0))
    assert matched(doubts, 1, 99, B, at=SLOW.in_time_ms, link="slow") == 0  # looks, and doubts what is unread
    doubts.late(10)
    doubts.confirm(1, 10)

    assert matched(doubts, 1, 100, at=SLOW.in_time_ms + 1, link="slow") == 10


def test_what_a_stale_connection_did_not_confirm_yet_is_cleared_when_it_does() -> None:
    """A confirmation of the first only leaves the second in doubt, until its own comes."""
    doubts = Doubts(HOUR_MS)
    doubts.take(1, taken(10, at=0))
    doubts.take(1, taken(11, B, at=0))
    assert matched(doubts, 2, 1, b"c" * 16, at=10_000) == 0
    doubts.confirm(1, 10)
    doubts.confirm(1, 11)

    assert (matched(doubts, 2, 2, A), matched(doubts, 2, 3, B)) == (0, 0)


def test_each_link_has_its_own_horizon() -> None:
    """`redelivery_horizon_s` of the link that the repeat comes by is the one that counts."""
    doubts = Doubts(HOUR_MS, {"short": Terms(1_000), "long": Terms(3 * HOUR_MS)})
    doubts.take(1, taken(10))
    doubts.take(1, taken(11, B))
    doubts.lost(1)

    assert matched(doubts, 2, 1, A, at=1_001, link="short") == 0
    assert matched(doubts, 2, 2, B, at=2 * HOUR_MS, link="long") == 11


@pytest.mark.parametrize("jump_ms", [HOUR_MS, -HOUR_MS, 87_600 * HOUR_MS, -87_600 * HOUR_MS])
def test_a_clock_that_is_set_makes_nothing_older(jump_ms: int) -> None:
    """What was taken before a jump is in doubt for the whole horizon after it, and no longer."""
    doubts = Doubts(2 * HOUR_MS)
    doubts.take(1, taken(10))
    doubts.lost(1)
    doubts.clock_jumped(jump_ms)
    doubts.expire(Instant(jump_ms + 2 * HOUR_MS))
    kept = doubts.in_doubt
    doubts.expire(Instant(jump_ms + 2 * HOUR_MS + 1))

    assert (kept, doubts.in_doubt) == (1, 0)
