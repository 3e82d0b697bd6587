"""What a number is shown without having asked for it, in the engine: facts in, rows and states out, once."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from gateway.engine.journal import PushEntry, body_of
from gateway.messages import DialogOrigin, DialogShown, OutboxState, Outgoing, Push, SubmitResult
from gateway.model import Channel, DialogState, Instant
from gateway.rules.pushes import KEPT_MS, PushRecord, PushState
from gateway.store.protocol import Wanted
from smpp.ussd import OutKind
from tests.unit.test_dialogs import NUMBER, ROOMS, Town


class Street(Town):
    """A town whose subscriber is shown things."""

    async def push(self, push: str = "p", *, text: str = "", place: str = "", link: str = "l") -> PushRecord | None:
        fact = Push(push, NUMBER, self.clock.now(), text, place, link, "hub", self.dialect if link else "")
        task = asyncio.create_task(self.engine.submit(fact))
        await asyncio.sleep(0)
        self.world.shown.clear()
        await self.engine.step()
        record = await task
        assert record is None or isinstance(record, PushRecord)
        return record

    async def tell(self, *facts: SubmitResult | DialogShown) -> list[Outgoing]:
        """What leaves because of facts."""
        self.world.shown.clear()
        for fact in facts:
            self.engine.queue.post(fact)
        await self.engine.step()
        return self.world.shown

    async def state(self, push: str = "p") -> PushState:
        key = (PushRecord.kind, push)
        document = (await self.store.load(Wanted(records={key}))).records[key]
        return msgspec.msgpack.decode(document, type=PushRecord).state

    def shown(self, session: bytes = b"") -> DialogShown:
        return DialogShown(NUMBER, self.clock.now(), DialogOrigin(self.dialect, session, "111"), 7, "l", "hub")


@pytest.fixture
async def street() -> Street:
    built = Street()
    await built.engine.start()
    await built.say("*100#")
    return built


def row_of(record: PushRecord | None) -> int:
    assert record is not None
    return record.number * 16


async def test_a_request_is_a_fact_of_the_journal(street: Street) -> None:
    """All that the decision depends on stands there: who, what, by which link, in which dialect."""
    record = await street.push(text="Hello")
    (screen,) = street.world.shown
    entries = [body_of(each) for each in await street.store.journal(0, 100)]

    assert record is not None
    assert [each for each in entries if isinstance(each, PushEntry)] == [
        PushEntry("p", "l", "spec", "Hello", "", PushState.OPENING)
    ]
    assert (screen.connection, screen.link, screen.account) == (0, "l", "hub")
    assert screen.dialog is not None
    assert screen.dialog.act is OutKind.NOTIFY


async def test_twice_is_once(street: Street) -> None:
    """The same id again changes nothing, whatever else it says."""
    first = await street.push(text="Hello")
    again = await street.push(text="Another")

    assert again == first
    assert street.world.shown == []
    assert len([each for each in await street.store.journal(0, 100) if each.kind == "push"]) == 1


async def test_unknown_numbers_are_not_shown_anything(street: Street) -> None:
    """Nobody whom the store does not know gets anything."""
    fact = Push("q", "79990000000", street.clock.now(), "Hello", "", "l", "hub", "spec")  # type: ignore[arg-type]
    task = asyncio.create_task(street.engine.submit(fact))
    await asyncio.sleep(0)
    await street.engine.step()

    assert await task is None
    assert await street.store.dialogs() == []


@pytest.mark.parametrize("state", [OutboxState.FAILED, OutboxState.EXPIRED])
async def test_what_was_not_accepted_goes_as_sms(street: Street, state: OutboxState) -> None:
    """Refused, or not accepted in time: once as SMS, and no dialog is left."""
    record = await street.push(place="*111*1")
    result = SubmitResult(row_of(record), state, status=0x45 if state is OutboxState.FAILED else 0)
    (sms,) = await street.tell(result)
    again = await street.tell(result)

    assert (sms.channel, sms.text) == (Channel.SMS, "Деньги: наберите *111*1#")
    assert again == []
    assert await street.state() is PushState.FELL_BACK
    assert await street.store.dialogs() == []


async def test_what_may_have_arrived_does_not_go_as_sms(street: Street) -> None:
    """No response in time: the handset may show it, and its confirmation still counts."""
    record = await street.push(text="Hello")
    nothing = await street.tell(SubmitResult(row_of(record), OutboxState.UNKNOWN))
    await street.tell(street.shown())

    assert nothing == []
    assert await street.state() is PushState.SHOWN


async def test_nobody_answers(street: Street) -> None:
    """After the time that the centre gives a subscriber the request is over; a day later it is forgotten."""
    record = await street.push(place="*111*1")
    await street.tell(SubmitResult(row_of(record), OutboxState.SENT))
    street.clock.advance(int(ROOMS.dialects["spec"].subscriber_s * 1000))
    await street.engine.fire_timers()
    over = await street.state()
    street.clock.advance(KEPT_MS)
    await street.engine.fire_timers()

    assert over is PushState.UNANSWERED
    assert (await street.store.load(Wanted(records={("push", "p")}))).records == {}


async def test_a_restart_knows_the_question(street: Street) -> None:
    """A new process takes the answer for what it is, and ends the dialog as one that we opened."""
    await street.push(place="*111*1")
    await street.restarted()
    last = await street.say("1", answer=True)
    (screen,) = street.world.shown

    assert last.startswith("Баланс: ")
    assert await street.state() is PushState.ANSWERED
    assert screen.dialog is not None
    assert screen.dialog.act is OutKind.END_NETWORK


async def test_released_after_the_confirmation() -> None:
    """Where a centre wants it, the dialog is released in the session of the confirmation, on its connection."""
    street = Street("huawei")
    await street.engine.start()
    await street.say("*100#")
    await street.push(text="Hello")
    (release,) = await street.tell(street.shown(b"\x56\x78"))

    assert release.dialog is not None
    assert (release.dialog.act, release.dialog.session_info) == (OutKind.RELEASE, b"\x56\x78")
    assert (release.connection, release.text) == (7, "")


async def test_answer_before_the_response(street: Street) -> None:
    """The subscriber may be faster than the centre's response: it is the answer to what we asked."""
    record = await street.push(place="*111*1")
    screen = await street.say("4", answer=True)
    later = await street.tell(SubmitResult(row_of(record), OutboxState.SENT))

    assert screen.startswith("Пополнение")
    assert later == []
    assert [dialog.state for dialog in await street.store.dialogs()] == [DialogState.PLACE]
    assert await street.state() is PushState.ANSWERED


async def test_nowhere_to_go(street: Street) -> None:
    """No peer that could open a dialog is bound: an SMS, which waits for a link like any other."""
    record = await street.push(text="Hello", link="")
    (sms,) = street.world.shown

    assert record is not None
    assert (record.state, record.reason) == (PushState.FELL_BACK, "no_link")
    assert (sms.channel, sms.text) == (Channel.SMS, "Hello")


async def test_the_same_facts_give_the_same_state() -> None:
    """Two engines that are told the same decide the same, to the octet."""
    digests = []
    for _ in range(2):
        street = Street()
        await street.engine.start()
        await street.say("*100#")
        record = await street.push(place="*111*1")
        await street.tell(SubmitResult(row_of(record), OutboxState.SENT, at=Instant(street.clock.now())))
        await street.say("4", answer=True)
        digests.append([each.hash for each in await street.store.journal(0, 100)])

    assert digests[0] == digests[1]
