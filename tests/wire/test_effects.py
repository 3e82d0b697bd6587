"""What is done outside the gateway, against stand-in servers over real sockets: once, whatever goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from email.message import Message
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.clock import VirtualClock
from gateway.delivery.effects import ChannelSetup, EffectFailed, EffectPerformer, EffectRefused, perform_once
from gateway.delivery.http import HttpChannel
from gateway.delivery.mail import MailChannel
from gateway.delivery.retry import EFFECT_DELAYS_MS
from gateway.messages import EffectResult
from gateway.model import Instant, Msisdn
from gateway.standins.servers import Manner, StandIns, Step
from gateway.store.protocol import EffectRow

AT = Instant(1_773_133_200_000)
SECRET = b"between the two of us"
NUMBER = Msisdn("79161234567")


@pytest.fixture
async def standins() -> AsyncIterator[StandIns]:
    servers = StandIns(SECRET)
    await servers.start()
    yield servers
    await servers.stop()


def effect(channel: str = "payments", number: int = 16, tries: int = 0, **document: object) -> EffectRow:
    body = document or {"payer": NUMBER, "credited": NUMBER, "amount_minor": 100_00, "currency": "RUB"}
    key = f"{number:032x}"
    return EffectRow(number, key, AT, AT, channel, json.dumps(body).encode(), "topup.paid", NUMBER, (), tries)


@pytest.fixture
async def payments(standins: StandIns) -> AsyncIterator[HttpChannel]:
    channel = HttpChannel(standins.url("payments"), SECRET, 0.5, VirtualClock(AT))
    yield channel
    await channel.close()


async def test_done_and_answered(standins: StandIns, payments: HttpChannel) -> None:
    """A 2xx answer is success; the answer is its JSON."""
    assert json.loads(await payments.perform(effect())) == {"payment": "P000001", "card": "4242"}
    assert [done.document["amount_minor"] for done in standins.http["payments"].done.values()] == [100_00]


@pytest.mark.parametrize("manner", [Manner.BUSY, Manner.DIE_AFTER])
async def test_what_is_not_known_to_be_done_is_tried_again_under_the_same_key(
    standins: StandIns, payments: HttpChannel, manner: Manner
) -> None:
    """Busy, or broken after it was done: the next try gets the result, and it was done once."""
    system = standins.http["payments"]
    system.misbehave(Step(manner))
    with pytest.raises(EffectFailed):
        await payments.perform(effect())

    assert json.loads(await payments.perform(effect()))["payment"] == "P000001"
    assert len(system.done) == 1


async def test_garbage_after_success_is_success(standins: StandIns, payments: HttpChannel) -> None:
    """The status says that it was done; a body that is no JSON takes nothing from that."""
    standins.http["payments"].misbehave(Step(Manner.GARBAGE))

    assert await payments.perform(effect()) == "{}"


@pytest.mark.parametrize(
    ("document", "reason"),
    [({"payer": "79160000000", "amount_minor": 1}, "no_card"), ({"payer": NUMBER, "amount_minor": 10_000_00}, "limit")],
)
async def test_refused_for_a_reason(payments: HttpChannel, document: dict[str, Any], reason: str) -> None:
    """A 4xx answer is final, with the other side's word for why."""
    with pytest.raises(EffectRefused, match=f"^{reason}$"):
        await payments.perform(effect(**document))


async def test_an_unsigned_or_wrongly_signed_request_is_not_done(standins: StandIns) -> None:
    """The other side can tell our requests from anybody's."""
    for secret in (b"", b"guessed"):
        channel = HttpChannel(standins.url("payments"), secret, 0.5, VirtualClock(AT))
        with pytest.raises(EffectRefused, match="bad_signature"):
            await channel.perform(effect())
        await channel.close()

    assert standins.http["payments"].done == {}


async def test_nobody_there(standins: StandIns) -> None:
    """A port where nobody listens, and a channel that is not configured: later, and never."""
    channel = HttpChannel("http://127.0.0.1:1/", b"", 0.5, VirtualClock(AT))
    clock = VirtualClock(AT)

    failed = await perform_once(effect(), ChannelSetup(channel), clock)
    refused = await perform_once(effect(), None, clock)

    assert (failed.succeeded, failed.retry_at) == (False, AT + 1_000)
    assert (refused.succeeded, refused.retry_at, refused.answer) == (False, 0, "no_channel")
    await channel.close()


@pytest.mark.parametrize(
    ("tries", "late_ms", "pause_ms"),
    [(0, 0, 1_000), (1, 0, 5_000), (3, 0, 60_000), (50, 0, 3_600_000), (0, 86_400_000, None), (2, 86_399_000, None)],
)
async def test_slower_and_slower_until_given_up(tries: int, late_ms: int, pause_ms: int | None) -> None:
    """The pause grows to an hour; when its time is over the effect has failed for good."""

    class Down:
        async def perform(self, effect: EffectRow) -> str:
            raise EffectFailed("down")

        async def close(self) -> None: ...

    now = Instant(AT + late_ms)
    result = await perform_once(effect(tries=tries), ChannelSetup(Down()), VirtualClock(now))

    assert result.retry_at == (0 if pause_ms is None else now + pause_ms)


async def test_a_performer_does_what_is_due_and_reports(standins: StandIns, payments: HttpChannel) -> None:
    """Effects go out when they are due, several at once; each try comes back as one fact."""
    clock = VirtualClock(AT)
    facts: list[EffectResult] = []
    all_in = asyncio.Event()

    def post(fact: object) -> None:
        assert isinstance(fact, EffectResult)
        facts.append(fact)
        if len(facts) == 5:
            all_in.set()

    performer = EffectPerformer({"payments": ChannelSetup(payments)}, clock, post, lambda: None, lambda *_, **__: None)
    running = asyncio.create_task(performer.run())
    performer.begin([effect(number=number) for number in (16, 32, 48, 64)])
    later = EffectRow(80, "f" * 32, AT, Instant(AT + 60_000), "payments", b'{"payer":"7"}', "", NUMBER)
    performer.begin([later])
    while len(facts) < 4:
        await asyncio.sleep(0.01)
    assert sorted(each.effect for each in facts) == [16, 32, 48, 64]

    clock.advance(60_000)
    await asyncio.wait_for(all_in.wait(), 5.0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert all(each.succeeded for each in facts)
    assert len(standins.http["payments"].done) == 5


def _mail(standins: StandIns) -> MailChannel:
    return MailChannel("127.0.0.1", standins.mail_port, "account@operator.example", timeout_s=5.0)


MAIL = {
    "to": "ivan@example.org",
    "subject": "Детализация",
    "text": "Здравствуйте!",
    "attachments": [{"name": "за май.html", "type": "text/html", "base64": "PGI+0YHRh9GR0YI8L2I+"}],
}


async def test_a_mail_arrives_whole(standins: StandIns) -> None:
    """Subject, text and attachment arrive in Cyrillic; a second try is recognisably the same mail."""
    for _ in range(2):
        assert await _mail(standins).perform(effect("mail", **MAIL)) == "{}"

    first, second = standins.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<{16:032x}@operator.example>"
    parts = [part for part in first.walk() if not part.is_multipart()]
    assert [_text(part).strip() for part in parts] == ["Здравствуйте!", "<b>счёт</b>"]
    assert parts[1].get_filename() == "за май.html"


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


@pytest.mark.parametrize(
    ("reply", "error"),
    [("550 no such user", EffectRefused), ("451 try again", EffectFailed), ("421 bye", EffectFailed)],
)
async def test_what_a_mail_server_says(standins: StandIns, reply: str, error: type[Exception]) -> None:
    """A 5xx reply is final, a 4xx one says "later"."""
    standins.mail_steps.append(Step(Manner.REFUSE, reply))

    with pytest.raises(error):
        await _mail(standins).perform(effect("mail", **MAIL))


# --- every system, in every manner ------------------------------------------------------------------------------------

ASKED: dict[str, tuple[dict[str, Any], str]] = {
    "payments": ({"payer": NUMBER, "credited": NUMBER, "amount_minor": 100_00, "currency": "RUB"}, "declined"),
    "location": ({"target": NUMBER, "asked_by": NUMBER}, "off"),
    "mms": ({"sender": NUMBER, "recipient": NUMBER, "picture": 1}, "too_large"),
    "voicemail": ({"number": NUMBER}, "no_box"),
    "mail": (MAIL, "550 no such user"),
}
"""Channel -> what it is asked for, and why it refuses."""
TIMEOUT_S, SLOWER_S, LATER_S = 0.3, 0.1, 0.6


def channel_to(standins: StandIns, name: str) -> HttpChannel | MailChannel:
    standins.mail_slow_s, standins.mail_late_s = SLOWER_S, LATER_S
    for each in standins.http.values():
        each.slow_s, each.late_s = SLOWER_S, LATER_S
    if name == "mail":
        return MailChannel("127.0.0.1", standins.mail_port, "account@operator.example", timeout_s=TIMEOUT_S)
    return HttpChannel(standins.url(name), SECRET, TIMEOUT_S, VirtualClock(AT))


def done(standins: StandIns, name: str) -> list[str]:
    """What the system has done, each thing by its key."""
    if name == "mail":
        return [str(each["Message-ID"]) for each in standins.mails]
    return list(standins.http[name].done)


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.SLOW, Manner.DIE, Manner.TWICE, Manner.LATE])
@pytest.mark.parametrize("name", ASKED)
async def test_every_system_may_go_wrong_in_every_manner(standins: StandIns, name: str, manner: Manner) -> None:
    """Refused is final; slow is done; broken or late is tried again under the same key; answered twice is done once.

    What is asked next gets its own answer, whatever came before it.
    """
    document, reason = ASKED[name]
    step = Step(manner, reason)
    (standins.mail_steps if name == "mail" else standins.http[name].steps).append(step)
    channel = channel_to(standins, name)
    asked = json.dumps(document).encode()
    first, second = (replace(effect(name, number), document=asked) for number in (16, 32))

    if manner is Manner.REFUSE:
        with pytest.raises(EffectRefused):
            await channel.perform(first)
        assert done(standins, name) == []
    else:
        if manner in (Manner.DIE, Manner.LATE):
            with pytest.raises(EffectFailed):
                await channel.perform(first)
        answer = await channel.perform(first)
        assert await channel.perform(first) == answer
        assert len(set(done(standins, name))) == 1
    known = set(done(standins, name))
    other = await channel.perform(second)

    assert len(set(done(standins, name)) - known) == 1
    if name != "mail":
        assert json.loads(other) == dict(standins.http[name].done[second.key].answer)
    await channel.close()


@pytest.mark.parametrize("jump_ms", [3_600_000, -3_600_000, 315_360_000_000, -315_360_000_000])
async def test_a_clock_that_is_set_puts_no_try_off(jump_ms: int) -> None:
    """A try that is due in a second is due in a second after a jump too, and after a start with a clock set back."""
    clock = VirtualClock(Instant(AT + max(0, -jump_ms)))
    began = clock.now()
    wakened: list[Instant] = []
    performer = EffectPerformer({}, clock, lambda fact: None, lambda: None, lambda *_, **__: None)
    performer.begin([replace(effect(), due_at=Instant(began + 1000))])
    performer.clock_jumped(jump_ms)
    wakened += [Instant(due_at) for waiting in performer._waiting.values() for due_at, _, _ in waiting]
    restarted = EffectPerformer({}, VirtualClock(AT), lambda fact: None, lambda: None, lambda *_, **__: None)
    restarted.begin([replace(effect(), due_at=Instant(AT + 315_360_000_000))])

    assert wakened == [began + jump_ms + 1000]
    (waiting,) = restarted._waiting.values()
    assert waiting[0][0] == AT + EFFECT_DELAYS_MS[-1]
