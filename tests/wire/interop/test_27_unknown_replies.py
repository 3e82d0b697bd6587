"""Interop failure 27, and what is told of replies: no response, a late one, a cut, and no copy without a cause."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.messages import OutboxState
from tests.wire.gateway_fixture import DELIVER_SM, WAIT_S, Frame, fresh_number, pdu, read_message, ussd_body
from tests.wire.interop.centre_fixture import SUBMIT_SM, Town, town, written

SENT, DELIVERED, UNKNOWN, FAILED = OutboxState.SENT, OutboxState.DELIVERED, OutboxState.UNKNOWN, OutboxState.FAILED
QUICK = "response_s = 0.1"
RMSGQFUL = 0x14


def submits(here: Town) -> list[Frame]:
    """All submit_sm that the centre has read and not looked at."""
    return [frame for frame in here.peer.kept if frame.command_id == SUBMIT_SM]


async def test_no_response_is_no_reason_to_send_again(tmp_path: Path) -> None:
    """Given a submit_sm without a response, when its time is over, then the reply is UNKNOWN and stays here."""
    number = fresh_number()
    async with town(tmp_path, link=QUICK) as here:
        await here.ask(number)
        await here.row(number, UNKNOWN)
        await here.peer.settle()

        assert submits(here) == []


async def test_late_response_is_recorded(tmp_path: Path) -> None:
    """Given a reply that is UNKNOWN, when its response comes after all, then it is SENT under the id that it names."""
    number = fresh_number()
    async with town(tmp_path, link=QUICK) as here:
        submit = await here.ask(number)
        await here.row(number, UNKNOWN)
        here.accept(submit, "late")
        row = await here.row(number, SENT)
        here.accept(submit, "late")
        await here.receipt(number, written("late"))
        await here.row(number, DELIVERED)

        assert row.message_id == "late"
        assert here.gateway.telemetry.counters["response_late"] == 1
        assert here.gateway.telemetry.counters["response_unexpected"] == 1


async def test_receipt_tells_of_an_unknown_reply(tmp_path: Path) -> None:
    """Given the one UNKNOWN reply to a phone, when a receipt for that phone has an unheard-of id, it is meant."""
    number = fresh_number()
    async with town(tmp_path, link=QUICK) as here:
        await here.ask(number)
        await here.row(number, UNKNOWN)
        await here.receipt(number, written("never-told"))

        assert (await here.row(number, DELIVERED)).state is DELIVERED


async def test_time_out_may_mean_again(tmp_path: Path) -> None:
    """Given resend_unknown = always, when no response comes, then the same goes again."""
    number = fresh_number()
    async with town(tmp_path, link=f'{QUICK}\nresend_unknown = "always"') as here:
        first = await here.ask(number)
        again = await here.submitted(number)
        here.accept(again, "4711")
        await here.row(number, SENT)

        assert again.body == first.body


@pytest.mark.parametrize(("resend", "copies"), [("after_cut", 1), ("never", 0)])
async def test_after_a_cut(tmp_path: Path, resend: str, copies: int) -> None:
    """Given a reply without a response, when the connection is cut, then it goes again as it was, or never does."""
    number = fresh_number()
    async with town(tmp_path, link=f'resend_unknown = "{resend}"') as here:
        first = await here.ask(number)
        here.peer.cut()
        here.peer = await here.centre.bound()
        if copies:
            again = await here.submitted(number)
            here.accept(again, "4711")
            row = await here.row(number, SENT)
            assert again.body == first.body
        else:
            row = await here.row(number, UNKNOWN)
        await here.peer.settle()

        assert submits(here) == []
        assert row.state in (SENT, UNKNOWN)


@pytest.mark.parametrize(("resend", "state"), [("after_cut", SENT), ("never", UNKNOWN)])
async def test_after_a_stop(tmp_path: Path, resend: str, state: OutboxState) -> None:
    """Given a reply without a response, when the process ends, then the next one sends it, or leaves it UNKNOWN."""
    number = fresh_number()
    link = f'resend_unknown = "{resend}"'
    async with town(tmp_path, link=link) as here:
        first = await here.ask(number)
        on_disk = (await here.row(number)).state
        here.peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        # As a crash leaves it: the store goes first, so that nothing that the end of the link brings is written.
        await here.gateway.store.close()
        here.gateway.engine.queue.drain(1000)
    async with town(tmp_path, link=link) as here:
        if state is SENT:
            again = await here.submitted(number)
            here.accept(again, "4711")
            assert again.body == first.body
        row = (await here.gateway.store.replies_to(2))[0] if state is UNKNOWN else await here.row(number, state)

    assert on_disk is (UNKNOWN if resend == "never" else OutboxState.SENDING)
    assert row.state is state


async def parts_of_a_long_answer(here: Town, number: str) -> list[Frame]:
    """The parts of an answer that is longer than one SMS, none of them answered."""
    parts = [await here.ask(number, "ПОМОЩЬ")]
    total = read_message(parts[0].body).short_message[4]
    parts += [await here.submitted(number) for _ in range(total - 1)]
    assert len(parts) > 1
    return parts


async def long_answer_taken(here: Town, number: str) -> int:
    """An answer that is longer than one SMS, taken by the centre as part0, part1 and so on; how many they are."""
    parts = await parts_of_a_long_answer(here, number)
    for index, part in enumerate(parts):
        here.accept(part, f"part{index}")
    await here.row(number, SENT)
    return len(parts)


async def test_parts_that_were_taken_do_not_go_again(tmp_path: Path) -> None:
    """Given a long reply of which the centre refuses the last part for now, then only that one goes again."""
    number = fresh_number()
    async with town(tmp_path) as here:
        *taken, last = await parts_of_a_long_answer(here, number)
        for index, part in enumerate(taken):
            here.accept(part, f"part{index}")
        here.accept(last, "", RMSGQFUL)
        await here.row(number, OutboxState.READY)
        here.end_pauses()
        again = await here.submitted(number)
        here.accept(again, "last")
        await here.row(number, SENT)
        await here.peer.settle()

        assert again.body == last.body
        assert submits(here) == []


async def test_refused_part_waits_for_the_overdue_ones(tmp_path: Path) -> None:
    """Given a part refused for now and others without a response, where nothing may go twice, then nothing is sent
    until their late responses come; then the refused part goes again, alone."""
    number = fresh_number()
    async with town(tmp_path, link=f'{QUICK}\nresend_unknown = "never"') as here:
        first, *others = await parts_of_a_long_answer(here, number)
        here.accept(first, "", RMSGQFUL)
        async with asyncio.timeout(WAIT_S):
            while here.gateway.sender.under_way:
                await asyncio.sleep(0.01)
        here.end_pauses()
        await here.peer.settle()
        unasked = submits(here)
        for index, part in enumerate(others):
            here.accept(part, f"late{index}")
        await here.peer.settle()
        here.end_pauses()
        again = await here.submitted(number)
        here.accept(again, "first")
        await here.row(number, SENT)
        await here.peer.settle()

        assert unasked == []
        assert again.body == first.body
        assert submits(here) == []


async def test_delivered_when_all_parts_are(tmp_path: Path) -> None:
    """Given a long reply, then it is DELIVERED with the receipt of its last part; repeated ones change nothing."""
    number = fresh_number()
    async with town(tmp_path) as here:
        total = await long_answer_taken(here, number)
        for index in range(total - 1):
            await here.receipt(number, written(f"part{index}"))
            await here.receipt(number, written(f"part{index}"))
        half = await here.row(number)
        await here.receipt(number, written(f"part{total - 1}"))
        whole = await here.row(number, DELIVERED)

        assert (half.state, whole.state) == (SENT, DELIVERED)
        assert here.gateway.telemetry.counters["receipts_orphaned"] == 0
        assert await here.gateway.store.awaited_newest(10) == []


async def test_failed_when_one_part_is(tmp_path: Path) -> None:
    """Given a long reply of which one part could not be delivered, then it is FAILED whatever the others say."""
    number = fresh_number()
    async with town(tmp_path) as here:
        total = await long_answer_taken(here, number)
        for index in range(total):
            await here.receipt(number, written(f"part{index}", "DELIVRD" if index else "UNDELIV"))

        assert (await here.row(number)).state is FAILED


async def test_receipts_are_awaited_through_a_restart(tmp_path: Path) -> None:
    """Given a reply that was taken, when its receipt comes to the next process, then it means the reply."""
    number = fresh_number()
    async with town(tmp_path) as here:
        here.accept(await here.ask(number), "4711")
        await here.row(number, SENT)
    async with town(tmp_path) as here:
        await here.receipt(number, written("4711"))

        assert (await here.row(number, DELIVERED)).message_id == "4711"


async def test_dialog_is_over(tmp_path: Path) -> None:
    """Given a screen that nobody waits for any more, then its answer goes as SMS."""
    number = fresh_number()
    async with town(tmp_path, top="[engine]\nscreen_validity_s = 0.05", link="window = 1") as here:
        here.peer.write(pdu(DELIVER_SM, 9001, ussd_body(number, "*100#")))
        blocked = await here.submitted(number)
        here.accept(blocked, "", RMSGQFUL)
        await here.row(number, OutboxState.READY)
        here.end_pauses()
        sms = await here.submitted(number)

        assert read_message(blocked.body).service_type == "USSD"
        assert read_message(sms.body).service_type == ""
