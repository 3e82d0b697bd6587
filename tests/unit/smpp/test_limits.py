"""Rates, networks and guesses: reckoning with the time as an argument."""

from __future__ import annotations

import pytest

from smpp.admission import ADDRESSES_MAX, FORGOTTEN_AFTER_S, FREE_FAILURES, Guesses, Networks
from smpp.limits import FLOOD_PAUSE_S, FLOOD_REFUSALS_MIN, RequestLimits, TokenBucket
from smpp.pdu import SubmitSm, SubmitSmResp
from smpp.retry_timer import pause_after_refusal_s
from smpp.vocabulary import Status
from smpp.window import LATE_MAX, MUTE_S, PROBE_S, Outstanding, Window

THROTTLED = int(Status.ESME_RTHROTTLED)


def test_bucket_gives_its_burst_and_then_its_rate() -> None:
    """After silence `burst` may leave at once, then `rate_per_s`, however often it is asked."""
    bucket = TokenBucket(100.0, 5, now=0.0)
    at_once = sum(bucket.take(1, 0.0) for _ in range(50))
    in_a_second = sum(bucket.take(1, tick / 1000) for tick in range(1, 1001))

    assert at_once == 5
    assert in_a_second == 100


def test_bucket_owes_what_is_larger_than_its_burst() -> None:
    """A long message leaves whole when the bucket is full; those who follow pay for it."""
    bucket = TokenBucket(10.0, 2, now=0.0)

    assert bucket.take(5, 0.0)
    assert not bucket.take(1, 0.3)
    assert bucket.wait_s(0.3) == pytest.approx(0.1)
    assert bucket.take(1, 0.41)


def test_bucket_survives_a_clock_that_is_set_back() -> None:
    """Time that runs backwards gives nothing; from then on the rate is as before."""
    bucket = TokenBucket(10.0, 1, now=100.0)
    assert bucket.take(1, 100.0)

    assert not bucket.take(1, 50.0)
    assert bucket.take(1, 50.1)


def test_what_was_not_used_is_given_back() -> None:
    """A reservation that came to nothing costs nothing, and gives no more than the burst."""
    bucket = TokenBucket(1.0, 2, now=0.0)
    bucket.take(2, 0.0)
    bucket.give_back(5)

    assert [bucket.take(1, 0.0) for _ in range(3)] == [True, True, False]


def test_request_limits() -> None:
    """Beyond the rate, or with too many unanswered, a request is answered with ESME_RTHROTTLED."""
    by_rate = RequestLimits(TokenBucket(2.0, 2, now=0.0), None)
    by_window = RequestLimits(None, 3)

    assert [by_rate.judge(0, 0.0) for _ in range(3)] == [0, 0, THROTTLED]
    assert by_rate.judge(0, 0.5) == 0
    assert [by_window.judge(unanswered, 0.0) for unanswered in (0, 2, 3, 2)] == [0, 0, THROTTLED, 0]
    assert (by_rate.refused, by_window.refused) == (1, 1)


def test_who_goes_on_regardless_is_held_back() -> None:
    """After so many refusals in a row nothing is read for a moment; one request that was taken ends the row."""
    limits = RequestLimits(TokenBucket(1.0, 1, now=0.0), None)
    for _ in range(FLOOD_REFUSALS_MIN):
        assert limits.pause_s() == 0.0
        limits.judge(0, 0.0)
    limits.judge(0, 0.0)

    assert limits.pause_s() == FLOOD_PAUSE_S
    assert limits.pause_s() == 0.0


ALLOWED = [
    ((), "192.0.2.1", True),
    (("10.0.0.0/8",), "10.255.0.1", True),
    (("10.0.0.0/8",), "11.0.0.1", False),
    (("192.0.2.7",), "192.0.2.7", True),
    (("192.0.2.7",), "192.0.2.8", False),
    (("2001:db8::/32",), "2001:db8::1", True),
    (("2001:db8::/32",), "2001:db9::1", False),
    (("10.0.0.0/8",), "::ffff:10.1.2.3", True),
    (("fe80::/10",), "fe80::1%eth0", True),
    (("10.0.0.0/8", "::1"), "::1", True),
    (("10.0.0.0/8",), "", False),
    (("::/0",), "10.1.2.3", False),
]


@pytest.mark.parametrize(("cidrs", "address", "allowed"), ALLOWED)
def test_networks(cidrs: tuple[str, ...], address: str, allowed: bool) -> None:
    """IPv4 and IPv6, single addresses, IPv4 in IPv6; an empty list lets everybody in."""
    assert Networks(cidrs).allow(address) is allowed


@pytest.mark.parametrize("cidr", ["10.0.0.1/8", "10.0.0.0/33", "example.net", ""])
def test_what_is_no_network_is_refused(cidr: str) -> None:
    """A network with host bits, or no network at all, is told at once."""
    with pytest.raises(ValueError, match=r"network|10\.0\.0|IPv4"):
        Networks((cidr,))


def guessed(times: int, pause_s_max: float = 8.0) -> Guesses:
    guesses = Guesses(pause_s_max)
    for _ in range(times):
        guesses.failed("10.0.0.1", 0.0)
    return guesses


@pytest.mark.parametrize(
    ("failures", "wait_s"),
    [(0, 0.0), (FREE_FAILURES, 0.0), (FREE_FAILURES + 1, 0.25), (FREE_FAILURES + 3, 1.0), (99, 8)],
)
def test_each_wrong_password_doubles_the_pause(failures: int, wait_s: float) -> None:
    """A few cost nothing; then the pause doubles up to its limit; other addresses are not concerned."""
    guesses = guessed(failures)

    assert guesses.wait_s("10.0.0.1", 0.0) == wait_s
    assert guesses.wait_s("10.0.0.2", 0.0) == 0.0


def test_guesses_at_once_wait_for_one_another() -> None:
    """Many connections from one address gain nothing: their guesses queue up."""
    guesses = guessed(99)

    assert [guesses.wait_s("10.0.0.1", 1.0) for _ in range(3)] == [7.0, 15.0, 23.0]


def test_guesses_are_forgiven_and_forgotten() -> None:
    """A right password, or time, ends the pauses; 0 switches them off."""
    forgiven = guessed(99)
    forgiven.succeeded("10.0.0.1")

    assert forgiven.wait_s("10.0.0.1", 0.0) == 0.0
    assert guessed(99).wait_s("10.0.0.1", FORGOTTEN_AFTER_S + 1) == 0.0
    assert guessed(99, pause_s_max=0.0).wait_s("10.0.0.1", 0.0) == 0.0


def test_guesses_are_bounded() -> None:
    """A flood of addresses takes no more memory than ADDRESSES_MAX of them."""
    guesses = Guesses(8.0)
    for number in range(ADDRESSES_MAX + 100):
        guesses.failed(str(number), 0.0)

    assert len(guesses) == ADDRESSES_MAX


@pytest.mark.parametrize(
    ("status", "pause_s"),
    [(0x05, 30.0), (0x0E, 300.0), (0x0F, 300.0), (0x0D, 300.0), (0x101, 300.0), (0x08, 0.0), (0x58, 0.0), (0x400, 0.0)],
)
def test_pause_after_a_refused_bind(status: int, pause_s: float) -> None:
    """Already bound: the centre's timer; a wrong password: long; an ill centre: the ordinary pause."""
    assert pause_after_refusal_s(status, already_bound_s=30.0, misconfigured_s=300.0) == pause_s


# The window under a peer that is mute


def windowed(*sent_at: float) -> Window:
    window = Window()
    for number, moment in enumerate(sent_at, 1):
        window.messages[number] = Outstanding(number, int(SubmitSm.command_id), moment, 0)
    return window


def test_a_mute_peer_is_probed_only() -> None:
    """Nobody answers for MUTE_S: one message each PROBE_S, whatever the window; any answer opens it again."""
    window = windowed(0.0, 0.0)
    window.watch(MUTE_S - 0.1)
    before = window.free(10, MUTE_S - 0.1)
    window.watch(MUTE_S)
    probe = window.free(10, MUTE_S)
    window.messages[3] = Outstanding(3, int(SubmitSm.command_id), MUTE_S, 0)
    between = window.free(10, MUTE_S + PROBE_S - 0.1)
    window.take(SubmitSmResp(sequence_number=3), MUTE_S + 1)

    assert (before, probe, between) == (8, 1, 0)
    assert window.free(10, MUTE_S + 1) == 8


def test_a_mute_peer_stays_mute_when_its_window_has_expired() -> None:
    """An expired window is not filled again: what a dead peer swallows is bounded by the probes."""
    window = windowed(0.0)
    window.watch(MUTE_S)
    window.take_overdue(60.0, 60.0)
    window.watch(60.0)

    assert window.free(100, 60.0) == 1


def test_forgotten_requests_take_no_place() -> None:
    """Requests much older than one that was answered do not hold up a peer that has come back, up to one window."""
    window = windowed(*[0.0] * 10)
    window.watch(MUTE_S)
    window.messages[11] = Outstanding(11, int(SubmitSm.command_id), 20.0, 0)
    window.take(SubmitSmResp(sequence_number=11), 20.1)

    assert window.free(10, 20.1) == 10


def test_late_responses_are_kept_within_bounds() -> None:
    """An expired request is recognised once; of very many the oldest are given up."""
    window = windowed(*[0.0] * (LATE_MAX + 1))
    window.take_overdue(60.0, 60.0)
    late = SubmitSmResp(sequence_number=LATE_MAX + 1)

    assert window.take_late(SubmitSmResp(sequence_number=1)) is None
    assert window.take_late(late) is not None
    assert window.take_late(late) is None
