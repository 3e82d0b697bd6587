"""Long incoming messages through a real engine on real SQLite files, with a clock that stands still."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway import config
from gateway.clock import VirtualClock
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.parts import PartsSettings
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Decided, Tools
from gateway.messages import Inbound, Lost, MessagePart, OutboxState, Outgoing
from gateway.model import Channel, Instant, Msisdn
from gateway.rooms import Rooms
from gateway.store.protocol import OutboxRow
from gateway.store.sqlite import SqliteStore

NUMBER, OTHER = Msisdn("79161234567"), Msisdn("79161234568")
TEXT = "ПЕРЕВОД 79161234568 100"
WAIT_MS = 600_000


class Town:
    """The phones and peers of an engine, on paper."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.acknowledged: list[int] = []
        self.decided_: list[Decided] = []
        self.dropped = 0

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState:
        self.texts.append(outgoing.text)
        return OutboxState.SENDING

    def acknowledge(self, inbound: Inbound, number: int) -> None:
        self.acknowledged.append(inbound.sequence_number)

    def decided(self, each: Decided, took_ms: float) -> None:
        self.decided_.append(each)

    def own_fault(self, number: int, command: str, fault: str) -> None: ...
    def parts_dropped(self, count: int) -> None:
        self.dropped += count

    def release(self, rows: object) -> None: ...
    def dispatch(self, rows: object) -> None: ...
    def flush(self) -> None: ...
    def busy(self, fact: object) -> None: ...
    def wrote(self, facts: object, decided: object, took_s: float) -> None: ...
    def batch_failed(self, facts: int, error: Exception) -> None:
        raise error


class Post:
    """An engine, and what is sent to it."""

    def __init__(self, engine: Engine, clock: VirtualClock, town: Town, store: SqliteStore) -> None:
        self.engine, self.clock, self.town, self.store = engine, clock, town, store
        self.sequences = itertools.count(1)

    async def part(
        self, number: int, total: int, octets: bytes, *, reference: int = 7, bits: int = 8, sender: Msisdn = NUMBER,
        link: str = "smsc", sequence: int = 0, connection: int = 1, data_coding: int = 8,
    ) -> None:  # fmt: skip
        part = MessagePart(reference, bits, total, number, octets, data_coding, "gsm7")
        fingerprint = f"{sender} {link} {reference} {bits} {total} {number}".encode() + octets
        self.engine.queue.post(
            Inbound(Channel.SMS, sender, "111", "", self.clock.now(), connection, link, 5,
                    sequence or next(self.sequences), fingerprint, None, part)
        )  # fmt: skip
        await self.engine.step()

    async def parts(self, text: str, order: list[int], **fields: object) -> None:
        octets = cut(text)
        for number in order:
            await self.part(number, len(octets), octets[number - 1], **fields)  # type: ignore[arg-type]

    async def later(self, lasts_ms: int) -> None:
        self.clock.advance(lasts_ms)
        await self.engine.fire_timers()


def cut(text: str, size: int = 15) -> list[bytes]:
    """UCS-2 octets in pieces that end within characters."""
    octets = text.encode("utf-16-be")
    return [octets[at : at + size] for at in range(0, len(octets), size)]


@asynccontextmanager
async def post_office(folder: Path, **settings: int) -> AsyncIterator[Post]:
    rooms = Rooms(config.load(None), b"secret")
    store, clock, town = SqliteStore(folder / "gateway.db"), VirtualClock(Instant(1_700_000_000_000)), Town()
    tools = Tools(
        store, rooms.dispatcher, rooms.surroundings, rooms.writer, town, clock, create_unknown=True  # type: ignore[arg-type]
    )  # fmt: skip
    engine = Engine(FactQueue(1000), tools, town, town, EngineSettings(parts=PartsSettings(WAIT_MS, **settings)))  # type: ignore[arg-type]
    await engine.start()
    try:
        yield Post(engine, clock, town, store)
    finally:
        await store.close()


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with post_office(tmp_path) as office:
        yield office


async def stored(post: Post) -> tuple[int, int]:
    """Parts in the store: those that wait, and what is left of those that are done with."""
    rows = await post.store.parts()
    return sum(not row.octets_gone for row in rows), sum(row.octets_gone for row in rows)


@pytest.mark.parametrize("order", [*itertools.permutations([1, 2, 3])], ids=str)
async def test_joined_in_any_order(post: Post, order: tuple[int, ...]) -> None:
    """Three parts, cut within characters, in any order: each acknowledged, one command, one answer, nothing left."""
    text = "ПЕРЕВОД 79161234568 10"
    assert len(cut(text)) == 3
    await post.parts(text, list(order))

    assert post.town.acknowledged == [1, 2, 3]
    assert [each.decision.command for each in post.town.decided_] == ["", "", "transfer.send"]
    assert len(post.town.texts) == 1
    assert await stored(post) == (0, 3)


@pytest.mark.parametrize("order", [[1, 1, 2, 2, 3, 4], [4, 3, 4, 3, 2, 1], [1, 2, 3, 4, 1, 4]], ids=str)
async def test_duplicates_are_tolerated(post: Post, order: list[int]) -> None:
    """A part that comes twice, before or after the message was whole, is acknowledged and has no effect."""
    await post.parts(TEXT, order)
    await post.later(WAIT_MS)

    assert len(post.town.acknowledged) == 6
    assert len(post.town.texts) == 1


async def test_the_same_message_again_is_meant(post: Post) -> None:
    """All parts again, confirmed before, under the same reference: a phone may do that, and it is a second message."""
    await post.parts("БАЛАНС, ПОЖАЛУЙСТА", [1, 2, 3])
    await post.parts("БАЛАНС, ПОЖАЛУЙСТА", [1, 2, 3])

    assert len(post.town.texts) == 2


async def test_a_reference_used_again_begins_another_message(post: Post) -> None:
    """A part that differs from the one with its number belongs to another message: the two are never mixed."""
    await post.parts("УСЛУГИ ВСЕ МОИ ЕЩЁ", [1, 2])
    await post.parts(TEXT, [4, 3])
    await post.parts("ПОМОЩЬ СПИСОК ВСЁ ", [2, 3, 1])

    assert [each.inbound.text for each in post.town.decided_ if each.inbound.part is None] == ["ПОМОЩЬ СПИСОК ВСЁ "]
    assert len(post.town.texts) == 1


@pytest.mark.parametrize(
    "other", [{"sender": OTHER}, {"link": "smsc2"}, {"reference": 8}, {"bits": 16}], ids=str
)  # fmt: skip
async def test_messages_are_told_apart(post: Post, other: dict[str, object]) -> None:
    """Parts of another sender, link, reference, or width of the reference never complete a message."""
    octets = cut("ПЕРЕВОД 79161234568 10")
    await post.part(1, 3, octets[0])
    await post.part(2, 3, octets[1], **other)  # type: ignore[arg-type]
    await post.part(3, 3, octets[2])

    assert post.town.texts == []
    assert await stored(post) == (3, 0)


async def test_expiry_is_told_once(post: Post) -> None:
    """What stays incomplete is answered after its time with what was missing, journalled, and not carried out."""
    await post.parts(TEXT, [1, 3])
    await post.later(WAIT_MS - 1)
    before = list(post.town.texts)
    await post.later(1)
    await post.parts(TEXT, [2])  # too late: it belongs to what was given up
    await post.later(10 * WAIT_MS)
    journal = [row.kind for row in await post.store.journal(0, 100)]

    assert before == []
    assert post.town.texts == ["SMS пришла не вся: 2 из 4 частей. Она не выполнена, повторите."]
    assert journal == ["part", "part", "message", "part"]
    assert post.town.decided_[-1].decision.refusal == ""
    await post.later(WAIT_MS)
    assert await stored(post) == (0, 0)


async def test_each_part_renews_the_time(post: Post) -> None:
    """As long as parts keep coming nothing is given up."""
    for number in (1, 2, 3, 4):
        await post.later(WAIT_MS - 1)
        await post.parts(TEXT, [number])

    assert len(post.town.texts) == 1
    assert not post.town.texts[0].startswith("SMS пришла")


async def test_survives_a_restart(tmp_path: Path) -> None:
    """Acknowledged parts are on the disk: the message is joined by the next process, and given up by it in time."""
    async with post_office(tmp_path) as first:
        await first.parts(TEXT, [4, 1])
        await first.parts(TEXT, [1], sender=OTHER)
    async with post_office(tmp_path) as second:
        await second.parts(TEXT, [2, 3])
        joined = [each.inbound.text for each in second.town.decided_ if each.inbound.part is None]
        await second.later(WAIT_MS)

    assert joined == [TEXT]
    assert second.town.texts[1:] == ["SMS пришла не вся: 1 из 4 частей. Она не выполнена, повторите."]


@pytest.mark.parametrize("number", [1, 4], ids=["a part that waited", "the part that made it whole"])
async def test_redelivery_of_a_part_in_doubt(post: Post, number: int) -> None:
    """A part whose acknowledgement was lost comes again: no second effect; the last one gets the first answer again."""
    await post.parts(TEXT, [1, 2, 3, 4])
    post.engine.queue.post(Lost(1))
    await post.engine.step()
    await post.parts(TEXT, [number], connection=2)
    await post.later(WAIT_MS)
    ledger = await post.store.ledger(0, 100)

    assert len(post.town.acknowledged) == 5
    assert post.town.texts == [post.town.texts[0]] * (2 if number == 4 else 1)
    assert [row.entry.kind for row in ledger] == ["opening"] * len(ledger)


async def test_bounded_for_each_sender(tmp_path: Path) -> None:
    """A sender who begins messages without end loses his oldest ones; another sender loses nothing."""
    async with post_office(tmp_path, per_sender_max=6) as post:
        await post.parts(TEXT, [1], sender=OTHER)
        for reference in range(20):
            await post.parts(TEXT, [1], reference=reference)
        kept = await post.store.parts()

        assert [row.part.reference for row in kept] == [7, *range(14, 20)]
        assert (post.town.dropped, len(post.town.acknowledged)) == (14, 21)


async def test_bounded_in_all(tmp_path: Path) -> None:
    """More parts than may be kept: the oldest message goes, whoever sent it."""
    async with post_office(tmp_path, total_max=5) as post:
        for index in range(9):
            await post.parts(TEXT, [1], sender=Msisdn(f"7916123000{index}"))
        kept = await post.store.parts()

        assert [row.sender[-1] for row in kept] == ["4", "5", "6", "7", "8"]


async def test_a_surrogate_pair_at_the_border(post: Post) -> None:
    """Octets are joined before they are read: a character that a peer has cut in two is whole again."""
    octets = "БАЛАНС 😀".encode("utf-16-be")
    await post.part(1, 2, octets[:-2])
    await post.part(2, 2, octets[-2:])

    assert "😀" in post.town.decided_[-1].inbound.text


async def test_an_escape_pair_at_the_border(post: Post) -> None:
    """The same for the two septets of the GSM extension table."""
    await post.part(1, 2, b"BALANCE \x1b", data_coding=0)
    await post.part(2, 2, b"e", data_coding=0)

    assert post.town.decided_[-1].inbound.text == "BALANCE €"
