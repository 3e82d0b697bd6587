"""Codes that belong to applications outside, over SMPP and HTTP: what they say is shown, whatever else they do."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from gateway.app import Gateway
from gateway.cli.operating import status_shown
from gateway.metrics import Exposition
from gateway.status import status_of
from tests.wire.application_fixture import (
    Applications,
    applications,
    breaks,
    fails,
    garbage,
    hangs,
    moved,
    sunny,
    weather,
)
from tests.wire.gateway_fixture import (
    ACCOUNT,
    DELIVER_SM,
    HOST,
    ITS_SESSION_INFO,
    PASSWORD_HASH,
    ROK,
    SUBMIT_SM,
    USSD_SERVICE_OP,
    RawPeer,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    read_message,
    running,
    served,
    sms_body,
    write_config,
)
from tests.wire.test_dialogs import ANSWERS, ASKS, ENDS, OPENS, SESSION, Handset, said

pytestmark = pytest.mark.asyncio(loop_scope="module")

SORRY = "Сервис сейчас не отвечает."
SECRET = "between us"
LONG = "Выберите: " + ", ".join(f"{number} город номер {number}" for number in range(1, 10))
ONE_SHOT = f"""
[[listeners]]
name = "one-shot"
port = 0
dialect = "one-shot"
accounts = [{{ system_id = "{ACCOUNT}", password_hash = "{PASSWORD_HASH}" }}]
"""
TROUBLES = {"hangs": "timeout", "breaks": "dead", "garbage": "garbage", "fails": "status", "moved": "status"}
CODES = {name: f"*39{digit}#" for digit, name in enumerate(TROUBLES)}


async def echo(request: web.Request) -> web.Response:
    asked = await request.post()
    return web.Response(text=f"END {asked['text']}" if asked["text"] else f"CON {LONG}")


async def signed(request: web.Request) -> web.Response:
    """Checks the signature in its own code, as an application would."""
    stamp, _, mark = request.headers["Signature"].partition(",v1=")
    octets = stamp.removeprefix("t=").encode() + b"." + await request.read()
    assert hmac.new(SECRET.encode(), octets, hashlib.sha256).hexdigest() == mark
    text = json.loads(await request.read())["text"]
    return web.json_response({"action": "END" if text else "CON", "text": f"got {text or 'nothing'}"})


async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"text=")
    for text in (b"CON first", b"END second"):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
    await writer.drain()


@dataclass
class Town:
    gateway: Gateway
    outside: Applications

    def calls(self, name: str) -> dict[str, int]:
        return dict(self.gateway.applications[name].figures.calls)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A gateway with an application for each manner; one of its two listeners cannot ask questions."""
    folder = tmp_path_factory.mktemp("applications")
    (folder / "key").write_text(SECRET + "\n")
    troubles = {"hangs": hangs, "breaks": breaks, "garbage": garbage, "fails": fails, "moved": moved}
    server = await asyncio.start_server(twice, HOST, 0)
    says = {"weather": weather, "echo": echo, "signed": signed, "slow": hangs, "quick": sunny, "sick": fails}
    async with applications(late=hangs, steps=weather, **says, **troubles) as outside:
        notices = {name: f'notice_url = "{outside.url}/{name}/notice"\n' for name in ("weather", *troubles)}
        sections = [
            outside.section(
                "weather", "*384#", f'{notices["weather"]}network_code = "62120"\nkeywords = ["WEATHER"]\nsession_s = 1'
            ),
            outside.section("echo", "*381#"),
            outside.section("signed", "*382#", f'form = "json"\nsecret_file = "{folder}/key"'),
            outside.section("twice", "*383#", url=f"http://{HOST}:{server.sockets[0].getsockname()[1]}"),
            outside.section("slow", "*385#", "timeout_s = 30\ncalls_max = 50"),
            outside.section("quick", "*386#"),
            outside.section("sick", "*387#", "failures_max = 2\npause_s = 0.3"),
            outside.section("late", "*388#"),
            outside.section("steps", "*389#"),
            *(outside.section(name, CODES[name], f"{notices[name]}timeout_s = 0.3") for name in troubles),
        ]
        path = write_config(folder, dialect="spec", more="\n".join((ONE_SHOT, *sections)))
        async with running(path) as gateway:
            yield Town(gateway, outside)
    server.close()


@pytest_asyncio.fixture(loop_scope="module")
async def peer(town: Town) -> AsyncIterator[RawPeer]:
    async with peer_of(port_of(town.gateway)) as bound:
        yield bound


async def keeps(town: Town, number: str) -> bool:
    """Whether a dialog of that number is stored."""
    return number in {dialog.msisdn for dialog in await town.gateway.store.dialogs()}


async def test_conversation(town: Town, peer: RawPeer) -> None:
    """Form fields as hosted services send them, all inputs joined by *; CON asks on the screen, END ends."""
    handset = Handset(peer, fresh_number())
    first = await handset.open("*384#")
    second = await handset.answer("1")
    last = await handset.answer("Sofia")
    asked = town.outside.of("weather", handset.number)

    assert [each.text for each in (first, second, last)] == [
        "Weather\n1 Today\n2 Tomorrow",
        "Today. Which town?",
        "Sofia: sunny, 21 degrees",
    ]
    assert first.tlvs == {USSD_SERVICE_OP: ASKS, ITS_SESSION_INFO: SESSION}
    assert last.tlvs[USSD_SERVICE_OP] == ENDS
    assert [each["text"] for each in asked] == ["", "1", "1*Sofia"]
    assert len({each["sessionId"] for each in asked}) == 1
    assert {(each["serviceCode"], each["networkCode"]) for each in asked} == {("*384#", "62120")}
    assert not await keeps(town, handset.number)


async def test_dialled_at_once(town: Town, peer: RawPeer) -> None:
    """What is dialled behind the code is the text of the first request."""
    handset = Handset(peer, fresh_number())
    shown = await handset.open("*384*1*7#")

    assert shown.text == "7: sunny, 21 degrees"
    assert [each["text"] for each in town.outside.of("weather", handset.number)] == ["1*7"]


async def test_one_dial_and_one_answer(town: Town) -> None:
    """Where a screen cannot wait, what the application asks is shown as the end; the answer is dialled on."""
    async with peer_of(town.gateway.listeners[1].port) as peer:
        handset = Handset(peer, fresh_number())
        asked = await handset.open("*384*1#")
        ended = await handset.open("*384*1*5#")

    assert (asked.text, asked.tlvs[USSD_SERVICE_OP]) == ("Today. Which town?", ENDS)
    assert ended.text == "5: sunny, 21 degrees"
    assert not await keeps(town, handset.number)


async def test_by_sms(town: Town, peer: RawPeer) -> None:
    """A keyword belongs to an application too; what it says comes as SMS."""
    number = fresh_number()
    answer = await peer.say(sms_body(number, "weather 1*Old Town"))

    assert (answer.service_type, answer.text) == ("", "Old Town: sunny, 21 degrees")
    assert town.outside.of("weather", number)[0]["text"] == "1*Old Town"


async def test_session_that_ended_is_told(town: Town, peer: RawPeer) -> None:
    """Notices have the fields of hosted services: after END at once, after a hang-up when nobody has gone on."""
    ends, hangs_up = Handset(peer, fresh_number()), Handset(peer, fresh_number())
    await ends.open("*384#")
    await ends.answer("2")
    await hangs_up.open("*384*1#")
    await hangs_up.abort()
    outside = town.outside
    await outside.until(lambda: outside.told("weather", ends.number) and outside.told("weather", hangs_up.number))
    (done,), (cut,) = (outside.told("weather", each.number) for each in (ends, hangs_up))

    assert (done["status"], done["input"], done["hopsCount"]) == ("Success", "2", "2")
    assert done["sessionId"] == outside.of("weather", ends.number)[0]["sessionId"]
    assert (cut["status"], cut["input"], cut["hopsCount"]) == ("Incomplete", "1", "1")
    assert int(cut["durationInMillis"]) >= 1000


async def test_interrupted_conversation_goes_on(town: Town, peer: RawPeer) -> None:
    """Who hangs up and dials the code again is offered to go on where he was, or to begin anew."""
    handset = Handset(peer, fresh_number())
    await handset.open("*381#")
    await handset.abort()
    offer = await handset.open("*381#")
    again = await handset.answer("1")
    await handset.abort()
    await handset.open("*381#")
    anew = await handset.answer("2")
    await handset.answer("5")
    asked = town.outside.of("echo", handset.number)

    assert offer.text.startswith("Прошлый раз прервался")
    assert again.text == anew.text
    assert again.text.startswith("Выберите")
    assert [each["text"] for each in asked] == ["", "", "5"]
    assert asked[0]["sessionId"] != asked[1]["sessionId"] == asked[2]["sessionId"]


async def test_what_was_dialled_at_once_goes_on_too(town: Town, peer: RawPeer) -> None:
    """Any dial of its code offers the interrupted session: 1 goes on with all that was typed, 2 with the dial alone."""
    handset = Handset(peer, fresh_number())
    asked = await handset.open("*389*1#")
    await handset.abort()
    offer = await handset.open("*389*1#")
    again = await handset.answer("1")
    ended = await handset.answer("Sofia")
    await handset.open("*389*1#")
    await handset.abort()
    await handset.open("*389*2#")
    anew = await handset.answer("2")
    steps = town.outside.of("steps", handset.number)

    assert offer.text.startswith("Прошлый раз прервался")
    assert again.text == asked.text == "Today. Which town?"
    assert (ended.text, anew.text) == ("Sofia: sunny, 21 degrees", "Tomorrow: rain")
    assert [each["text"] for each in steps] == ["1", "1*Sofia", "1", "2"]
    assert steps[0]["sessionId"] == steps[1]["sessionId"]
    assert len({each["sessionId"] for each in steps}) == 3


async def test_long_texts_have_pages(peer: RawPeer) -> None:
    """What does not fit a screen goes on by 9; on the last page 9 is the application's."""
    handset = Handset(peer, fresh_number())
    pages = [(await handset.open("*381#")).text]
    while pages[-1].endswith("9 ещё"):
        pages.append((await handset.answer("9")).text)
    ended = await handset.answer("9")

    assert len(pages) > 2
    assert " ".join(page.removesuffix("\n9 ещё") for page in pages) == LONG
    assert ended.text == "9"


@pytest.mark.parametrize(("name", "trouble"), TROUBLES.items())
async def test_no_answer_is_an_apology(town: Town, peer: RawPeer, name: str, trouble: str) -> None:
    """Slow, dead, garbage, an error, another address: an apology on the screen, and the session has failed."""
    handset = Handset(peer, fresh_number())
    shown = await handset.open(CODES[name])
    await town.outside.until(lambda: town.outside.told(name, handset.number))
    (told,) = town.outside.told(name, handset.number)

    assert shown.text.startswith(SORRY)
    assert shown.tlvs[USSD_SERVICE_OP] == ENDS
    assert town.calls(name) == {trouble: 1}
    assert (told["status"], told["errorMessage"]) == ("Failed", trouble)


async def test_answering_twice(peer: RawPeer) -> None:
    """A second answer on the same connection is nobody's: not the next step's, nor anybody else's."""
    handset, other = Handset(peer, fresh_number()), Handset(peer, fresh_number(), b"\x20\x20")
    shown = [(await handset.open("*383#")).text, (await handset.answer("1")).text, (await other.open("*383#")).text]
    await peer.settle()

    assert shown == ["first", "first", "first"]
    assert peer.kept == []


async def test_application_that_fails_is_left_alone(town: Town, peer: RawPeer) -> None:
    """After some failures in a row it is not asked for a while: the apology comes at once. Then one call may try."""
    texts = [(await Handset(peer, fresh_number()).open("*387#")).text for _ in range(4)]
    paused = next(each for each in (await status_of(town.gateway)).applications if each.name == "sick")
    town.outside.says["sick"] = sunny
    await asyncio.sleep(0.35)
    again = await Handset(peer, fresh_number()).open("*387#")
    after = await status_of(town.gateway)
    page = (await Exposition(town.gateway).page()).decode()

    assert all(text.startswith(SORRY) for text in texts)
    assert again.text == "sunny"
    assert (paused.paused, paused.calls) == (True, {"paused": 2, "status": 2})
    assert not any(each.paused for each in after.applications)
    assert 'ussdgw_application_calls_total{application="sick",result="paused"} 2.0' in page
    assert status_shown(after, "UTC").renderables


async def test_a_slow_application_slows_nobody_else(town: Town, peer: RawPeer) -> None:
    """While every call to one application hangs, others are answered as fast as before."""

    async def median_s(code: str) -> float:
        """The best of three medians of ten dials: what else this machine does only adds."""
        medians = []
        for _ in range(3):
            taken = []
            for _ in range(10):
                started = time.perf_counter()
                await Handset(peer, fresh_number()).open(code)
                taken.append(time.perf_counter() - started)
            medians.append(statistics.median(taken))
        return min(medians)

    before = await median_s("*100#"), await median_s("*386#")
    async with peer_of(port_of(town.gateway)) as crowd:
        for sequence in range(1000, 1100):
            crowd.write(pdu(SUBMIT_SM, sequence, said(fresh_number(), OPENS, "*385#")))
        for sequence in range(1000, 1100):
            assert (await crowd.response(sequence)).status == ROK
        await town.outside.until(lambda: len(town.outside.asked["slow"]) == 50)  # as many as may be asked at once
        during = await median_s("*100#"), await median_s("*386#")

    assert town.calls("slow") == {}  # none of the hundred has come to its end
    for then, now in zip(before, during, strict=True):
        assert now < 2 * then + 0.03, (before, during)  # a call that waited for one of them would take seconds


@pytest.mark.parametrize(("says", "told"), [("END Paid 100", "Paid 100"), ("CON How much?", "")])
async def test_answer_after_the_dialog(town: Town, peer: RawPeer, says: str, told: str) -> None:
    """The subscriber has hung up: what ended comes as SMS, a question is dropped."""
    goes = asyncio.Event()

    async def late(request: web.Request) -> web.Response:
        await goes.wait()
        return web.Response(text=says)

    town.outside.says["late"] = late
    before = sum(town.calls("late").values())
    handset = Handset(peer, fresh_number())
    await peer.ask(SUBMIT_SM, said(handset.number, OPENS, "*388#"))
    await town.outside.until(lambda: town.outside.of("late", handset.number))
    await handset.abort()
    goes.set()
    came = await peer.message(handset.number) if told else None
    while sum(town.calls("late").values()) == before:
        await asyncio.sleep(0.005)
    await Handset(peer, fresh_number()).open("*100#")

    assert told == (came.text if came else "")
    assert came is None or came.service_type == ""
    assert [frame for frame in peer.kept if frame.command_id == DELIVER_SM] == []
    assert not await keeps(town, handset.number)


async def test_the_demonstration_has_one(gateway_port: int) -> None:
    """`serve --demo` shows an application behind a code without any configuration."""
    async with peer_of(gateway_port) as peer:
        assert await peer.dial(fresh_number(), "*384*1*7#") == "7: sunny, 21 degrees"


async def test_signed_json(peer: RawPeer) -> None:
    """The JSON form: the same fields in an object, signed; the answer has an action and a text."""
    handset = Handset(peer, fresh_number())
    shown = [(await handset.open("*382#")).text, (await handset.answer("1*2")).text]

    assert shown == ["got nothing", "got 1*2"]


async def test_inputs_stand_nowhere_in_clear(town: Town, peer: RawPeer) -> None:
    """What is typed to an application may be a secret: the journal does not have it."""
    handset = Handset(peer, fresh_number())
    await handset.open("*384*1#")
    await handset.answer("73737373")
    await handset.open("*384*1*84848484#")
    entries = await town.gateway.store.journal(0, 10_000)

    assert entries
    assert all(secret not in entry.body for entry in entries for secret in (b"73737373", b"84848484"))


async def test_redelivered_step_is_asked_once(town: Town) -> None:
    """An answer whose acknowledgement was lost comes again: the same screen, and the application is not asked twice."""
    gateway, number = town.gateway, fresh_number()
    async with peer_of(port_of(gateway)) as peer:
        await Handset(peer, number).open("*384#")
    async with peer_of(port_of(gateway)) as peer:
        peer.write(pdu(SUBMIT_SM, 77, said(number, ANSWERS, "1")))
        await peer.response(77)
        first = read_message((await peer.request(DELIVER_SM)).body)
        lost = gateway.telemetry.counters["lost"]
        peer.cut()
    while gateway.telemetry.counters["lost"] == lost:
        await asyncio.sleep(0.005)
    async with peer_of(port_of(gateway)) as peer:
        again = await Handset(peer, number).answer("1")

    assert (again.text, again.tlvs) == (first.text, first.tlvs)
    assert [each["text"] for each in town.outside.of("weather", number)] == ["", "1"]


async def test_restart_between_call_and_answer(tmp_path: Path) -> None:
    """Killed while an application thinks, the gateway asks it again under the same key, and shows the answer once, in
    the dialog that the centre still has. An application that cannot tell a repeat is not asked again: an apology."""
    number, other, thinks = fresh_number(), fresh_number(), asyncio.Event()

    async def slow_once(request: web.Request) -> web.Response:
        if not thinks.is_set():
            thinks.set()
            await asyncio.sleep(60)
        return web.Response(text="CON Which town?")

    (tmp_path / "own.toml").write_text('[[dialect]]\nname = "patient"\nbase = "spec"\napplication_s = 60.0\n')
    async with applications(slow=slow_once, once=hangs) as outside:
        sections = (
            outside.section("slow", "*384#", "timeout_s = 30"),
            outside.section("once", "*385#", 'timeout_s = 30\nresend_unknown = "never"'),
        )
        top = f'[catalogue]\ndialects_path = "{tmp_path}/own.toml"'
        path = write_config(tmp_path, dialect="patient", top=top, more="\n".join(sections))
        async with served(path) as gateway, peer_of(gateway.port) as peer:
            first = await peer.ask(SUBMIT_SM, said(number, OPENS, "*384*1#"))
            second = await peer.ask(SUBMIT_SM, said(other, OPENS, "*385*1#"))
            await outside.until(lambda: outside.asked["slow"] and outside.asked["once"])
            await peer.settle()
            await gateway.kill()
        async with served(path) as gateway, peer_of(gateway.port) as peer:
            frames = [await peer.request(), await peer.request()]
            for frame in frames:
                peer.answer(frame)
            shown = {message.destination: message for message in (read_message(frame.body) for frame in frames)}
            ended = await Handset(peer, number).answer("9")
            await peer.settle()

    assert (first.status, second.status) == (ROK, ROK)
    assert shown[number].tlvs == {USSD_SERVICE_OP: ASKS, ITS_SESSION_INFO: SESSION}
    assert (shown[number].text, ended.text) == ("Which town?", "Which town?")
    assert shown[other].text.startswith(SORRY)
    assert [each["text"] for each in outside.asked["slow"]] == ["1", "1", "1*9"]
    assert outside.keys["slow"][0] == outside.keys["slow"][1] != outside.keys["slow"][2]
    assert len(outside.asked["once"]) == 1
    assert peer.kept == []
