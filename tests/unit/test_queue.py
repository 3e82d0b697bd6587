"""The engine's queue: what makes a batch, and when it is full."""

from __future__ import annotations

from gateway.engine.queue import FactQueue
from gateway.messages import Confirmed, Fact, Inbound, Lost, Reloaded
from gateway.model import Channel, Instant, Msisdn


def inbound(sequence_number: int, connection: int = 1, content: int = 0) -> Inbound:
    """A message; its content is its sequence number's unless another one is given."""
    fingerprint = (content or sequence_number).to_bytes(16, "big")
    return Inbound(
        Channel.SMS, Msisdn("79161234567"), "111", "x", Instant(0), connection, "link", 5, sequence_number, fingerprint
    )


def batches(*facts: Fact, facts_max: int = 256) -> list[int]:
    """How many facts each batch takes."""
    queue = FactQueue(1000)
    for fact in facts:
        queue.post(fact)
    sizes = []
    while queue:
        sizes.append(len(queue.drain(facts_max)))
    return sizes


def test_a_batch_takes_all_there_is() -> None:
    """Drain takes what is queued, in order."""
    assert batches(inbound(1), Confirmed(1, 5), inbound(2)) == [3]


def test_a_batch_has_a_limit() -> None:
    """At most `batch_facts_max`."""
    assert batches(*(inbound(number) for number in range(10)), facts_max=4) == [4, 4, 2]


def test_a_lost_connection_begins_a_batch() -> None:
    """What it had not confirmed is on the disk before a redelivery is looked for."""
    assert batches(inbound(1), Lost(1), inbound(7, connection=2)) == [1, 2]


def test_a_retransmission_begins_a_batch() -> None:
    """The same ticket twice: the first must be on the disk before the second is matched."""
    assert batches(inbound(1), inbound(2), inbound(1)) == [2, 1]


def test_an_equal_content_begins_a_batch() -> None:
    """The peer's timer may have run out while the first waited here: it must be taken before the second is matched."""
    assert batches(inbound(1), inbound(2), inbound(3, content=1)) == [2, 1]


def test_full_counts_what_waits() -> None:
    """At its limit the queue says so; what is put back after a failure is never refused."""
    queue = FactQueue(2)
    queue.post(inbound(1))
    assert not queue.full
    queue.post(inbound(2))
    assert queue.full
    facts = queue.drain(10)
    queue.put_back([*facts, inbound(3)])

    assert [fact.sequence_number for fact in queue.drain(10) if isinstance(fact, Inbound)] == [1, 2, 3]


async def test_what_became_of_a_reply_begins_no_batch_by_itself() -> None:
    """A result waits for the next message, so that a command costs one commit; housekeeping takes it else."""
    queue = FactQueue(10)
    queue.post(Confirmed(1, 5))
    queue.wake()
    await queue.wait(0.01)
    assert len(queue) == 1
    queue.interrupt()
    await queue.wait(None)

    assert queue.drain(10) == [Confirmed(1, 5)]


async def test_a_message_begins_a_batch() -> None:
    """Somebody waits for it."""
    queue = FactQueue(10)
    queue.post(inbound(1))
    queue.wake()
    await queue.wait(None)

    assert len(queue.drain(10)) == 1


def test_a_reload_ends_its_batch() -> None:
    """What came before it is decided by the old catalogue, what comes after it by the new one."""
    assert batches(inbound(1), Reloaded("d", Instant(0)), inbound(2), Reloaded("e", Instant(0))) == [2, 2]
