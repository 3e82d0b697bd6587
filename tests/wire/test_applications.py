"""Codes that belong to applications outside, over SMPP and HTTP: what they say is shown, whatever else they do."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import statistics
import time
from pathlib import Path

import pytest
from aiohttp import web

from gateway.app import Gateway
from gateway.status import status_of
from tests.wire.application_fixture import Served, section, serving
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    HOST,
    ITS_SESSION_INFO,
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
from tests.wire.test_dialogs import ANSWERS, ASKS, ENDS, OPENS, SESSION, Handset, said, stored

SORRY = "Сервис сейчас не отвечает."


def configured(folder: Path, application: Served | str, more: str = "", top: str = "", dialect: str = "spec") -> Path:
    url = application if isinstance(application, str) else application.url
    return write_config(folder, dialect=dialect, more=section(url, more=more), top=top)


def calls(gateway: Gateway, name: str = "weather") -> dict[str, int]:
    return dict(gateway.applications[name].figures.calls)


async def test_conversation(tmp_path: Path) -> None:
    """Form fields as hosted services send them, all inputs joined by *; CON asks on the screen, END ends."""
    async with serving() as application:
        path = configured(tmp_path, application, more='network_code = "62120"')
        async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
            handset = Handset(peer, fresh_number())
            first = await handset.open("*384#")
            second = await handset.answer("1")
            last = await handset.answer("Sofia")
            left = await stored(gateway)

    assert [each.text for each in (first, second, last)] == [
        "Weather\n1 Today\n2 Tomorrow",
        "Today. Which town?",
        "Sofia: sunny, 21 degrees",
    ]
    assert first.tlvs == {USSD_SERVICE_OP: ASKS, ITS_SESSION_INFO: SESSION}
    assert last.tlvs[USSD_SERVICE_OP] == ENDS
    assert [each["text"] for each in application.asked] == ["", "1", "1*Sofia"]
    assert {each["sessionId"] for each in application.asked} == {application.asked[0]["sessionId"]}
    shared = {"phoneNumber": f"+{handset.number}", "serviceCode": "*384#", "networkCode": "62120"}
    assert all(shared.items() <= each.items() for each in application.asked)
    assert left == 0
    assert calls(gateway) == {"con": 2, "end": 1}


async def test_dialled_at_once(tmp_path: Path) -> None:
    """What is dialled behind the code is the text of the first request."""
    async with (
        serving() as application,
        running(configured(tmp_path, application)) as gateway,
        peer_of(port_of(gateway)) as peer,
    ):
        shown = await Handset(peer, fresh_number()).open("*384*1*7#")

    assert shown.text == "7: sunny, 21 degrees"
    assert [each["text"] for each in application.asked] == ["1*7"]


async def test_one_dial_and_one_answer(tmp_path: Path) -> None:
    """Where a screen cannot wait, what the application asks is shown as the end; the answer is dialled on."""
    async with serving() as application:
        path = configured(tmp_path, application, dialect="one-shot")
        async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
            handset = Handset(peer, fresh_number())
            asked = await handset.open("*384*1#")
            ended = await handset.open("*384*1*5#")
            left = await stored(gateway)

    assert (asked.text, asked.tlvs[USSD_SERVICE_OP]) == ("Today. Which town?", ENDS)
    assert ended.text == "5: sunny, 21 degrees"
    assert left == 0


async def test_by_sms(tmp_path: Path) -> None:
    """A keyword belongs to an application too; what it says comes as SMS."""
    async with serving() as application:
        path = configured(tmp_path, application, more='keywords = ["WEATHER"]')
        async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
            number = fresh_number()
            answer = await peer.say(sms_body(number, "weather 1*Old Town"))

    assert (answer.service_type, answer.text) == ("", "Old Town: sunny, 21 degrees")
    assert application.asked[0]["text"] == "1*Old Town"


async def test_session_that_ended_is_told(tmp_path: Path) -> None:
    """Notices have the fields of hosted services: after END at once, after a hang-up when nobody has gone on."""
    async with serving() as application:
        more = f'notice_url = "{application.url}/notice"\nsession_s = 1'
        async with running(configured(tmp_path, application, more)) as gateway, peer_of(port_of(gateway)) as peer:
            ends, hangs_up = Handset(peer, fresh_number()), Handset(peer, fresh_number())
            await ends.open("*384#")
            await ends.answer("2")
            await hangs_up.open("*384*1#")
            await hangs_up.abort()
            await application.until(lambda: len(application.noticed) == 2)

    done, cut = application.noticed
    assert (done["status"], done["input"], done["hopsCount"]) == ("Success", "2", "2")
    assert (done["phoneNumber"], done["sessionId"]) == (f"+{ends.number}", application.asked[0]["sessionId"])
    assert (cut["status"], cut["input"], cut["hopsCount"]) == ("Incomplete", "1", "1")
    assert int(cut["durationInMillis"]) >= 1000


async def test_interrupted_conversation_goes_on(tmp_path: Path) -> None:
    """Who hangs up and dials the code again is offered to go on: the same session, with what was typed."""
    async with (
        serving() as application,
        running(configured(tmp_path, application)) as gateway,
        peer_of(port_of(gateway)) as peer,
    ):
        handset = Handset(peer, fresh_number())
        await handset.open("*384*1#")
        await handset.abort()
        offer = await handset.open("*384#")
        again = await handset.answer("1")
        ended = await handset.answer("8")
        await handset.open("*384*1#")
        await handset.abort()
        await handset.open("*384#")
        anew = await handset.answer("2")

    assert offer.text.startswith("Прошлый раз прервался")
    assert again.text == "Today. Which town?"
    assert ended.text == "8: sunny, 21 degrees"
    assert anew.text.startswith("Weather")
    sessions = [each["sessionId"] for each in application.asked]
    assert sessions[0] == sessions[1]
    assert len(set(sessions)) == 3


async def test_long_texts_have_pages(tmp_path: Path) -> None:
    """What does not fit a screen goes on by 9; on the last page 9 is the application's."""
    long = "Выберите: " + ", ".join(f"{number} город номер {number}" for number in range(1, 10))

    async def talks(request: web.Request) -> web.Response:
        asked = await request.post()
        return web.Response(text=f"END {asked['text']}" if asked["text"] else f"CON {long}")

    async with (
        serving(talks) as application,
        running(configured(tmp_path, application)) as gateway,
        peer_of(port_of(gateway)) as peer,
    ):
        handset = Handset(peer, fresh_number())
        pages = [(await handset.open("*384#")).text]
        while pages[-1].endswith("9 ещё"):
            pages.append((await handset.answer("9")).text)
        ended = await handset.answer("9")

    assert len(pages) > 2
    assert " ".join(page.removesuffix("\n9 ещё") for page in pages) == long
    assert ended.text == "9"


async def hangs(request: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response(text="END late")


async def breaks(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def garbage(request: web.Request) -> web.Response:
    return web.Response(text="<html>welcome</html>", content_type="text/html")


async def fails(request: web.Request) -> web.Response:
    return web.Response(status=500, text="CON half done")


async def moved(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/elsewhere"})


@pytest.mark.parametrize(
    ("handler", "trouble"),
    [(hangs, "timeout"), (breaks, "dead"), (garbage, "garbage"), (fails, "status"), (moved, "status")],
)
async def test_no_answer_is_an_apology(tmp_path: Path, handler: object, trouble: str) -> None:
    """Slow, dead, garbage, an error: an apology on the screen, and the session has failed."""
    async with serving(handler) as application:  # type: ignore[arg-type]
        more = f'timeout_s = 0.3\nnotice_url = "{application.url}/notice"'
        async with running(configured(tmp_path, application, more)) as gateway, peer_of(port_of(gateway)) as peer:
            shown = await Handset(peer, fresh_number()).open("*384#")
            await application.until(lambda: bool(application.noticed))

    assert shown.text.startswith(SORRY)
    assert shown.tlvs[USSD_SERVICE_OP] == ENDS
    assert calls(gateway) == {trouble: 1}
    assert (application.noticed[0]["status"], application.noticed[0]["errorMessage"]) == ("Failed", trouble)


async def test_answering_twice(tmp_path: Path) -> None:
    """A second answer on the same connection is nobody's: not the next step's, nor anybody else's."""

    async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"text=")
        for text in (b"CON first", b"END second"):
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(text) + text
            )
        await writer.drain()

    server = await asyncio.start_server(twice, HOST, 0)
    url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    async with running(configured(tmp_path, url)) as gateway, peer_of(port_of(gateway)) as peer:
        handset, other = Handset(peer, fresh_number()), Handset(peer, fresh_number(), b"\x20\x20")
        shown = [(await handset.open("*384#")).text, (await handset.answer("1")).text, (await other.open("*384#")).text]
        await peer.settle()
    server.close()

    assert shown == ["first", "first", "first"]
    assert peer.kept == []


async def test_application_that_fails_is_left_alone(tmp_path: Path) -> None:
    """After some failures in a row it is not asked for a while: the apology comes at once. Then one call may try."""
    answers = [fails]

    async def recovering(request: web.Request) -> web.Response:
        return await answers[-1](request)

    async with serving(recovering) as application:
        path = configured(tmp_path, application, "failures_max = 2\npause_s = 0.3")
        async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
            texts = [(await Handset(peer, fresh_number()).open("*384#")).text for _ in range(4)]
            paused = (await status_of(gateway)).applications[0]
            answers.append(weather_says)
            await asyncio.sleep(0.35)
            again = await Handset(peer, fresh_number()).open("*384#")
            after = (await status_of(gateway)).applications[0]

    assert all(text.startswith(SORRY) for text in texts)
    assert again.text == "sunny"
    assert calls(gateway) == {"status": 2, "paused": 2, "end": 1}
    assert (paused.name, paused.paused, paused.calls) == ("weather", True, {"status": 2, "paused": 2})
    assert not after.paused


async def weather_says(request: web.Request) -> web.Response:
    return web.Response(text="END sunny")


async def test_a_slow_application_slows_nobody_else(tmp_path: Path) -> None:
    """While every call to one application hangs, others are answered as fast as before."""

    async def timed(peer: RawPeer, code: str) -> float:
        taken = []
        for _ in range(30):
            started = time.perf_counter()
            await Handset(peer, fresh_number()).open(code)
            taken.append(time.perf_counter() - started)
        return statistics.median(taken)

    async with serving(hangs) as slow, serving(weather_says) as quick:
        more = section(slow.url, "slow", "*385#", "timeout_s = 5") + section(quick.url, "quick", "*386#")
        path = write_config(tmp_path, dialect="spec", more=more)
        async with running(path) as gateway, peer_of(port_of(gateway)) as peer, peer_of(port_of(gateway)) as crowd:
            before = await timed(peer, "*100#"), await timed(peer, "*386#")
            for sequence in range(1000, 1100):
                crowd.write(pdu(SUBMIT_SM, sequence, said(fresh_number(), OPENS, "*385#")))
            for sequence in range(1000, 1100):
                assert (await crowd.response(sequence)).status == ROK
            await slow.until(lambda: len(slow.asked) == 100)
            during = await timed(peer, "*100#"), await timed(peer, "*386#")
            hanging = gateway.applications["slow"].figures.calls.total()

    assert hanging == 0  # none of the hundred has come to its end
    for then, now in zip(before, during, strict=True):
        assert now < 2 * then + 0.005, (before, during)


async def test_restart_between_call_and_answer(tmp_path: Path) -> None:
    """Killed while the application thinks, the gateway asks it again under the same key, and shows the answer once in
    the dialog that the centre still has."""
    number, thinks = fresh_number(), asyncio.Event()

    async def slow_once(request: web.Request) -> web.Response:
        if not thinks.is_set():
            thinks.set()
            await asyncio.sleep(60)
        return web.Response(text="CON Which town?")

    async with serving(slow_once) as application:
        path = configured(tmp_path, application)
        async with served(path) as gateway, peer_of(gateway.port) as peer:
            taken = await peer.ask(SUBMIT_SM, said(number, OPENS, "*384*1#"))
            await application.until(thinks.is_set)
            await peer.settle()
            await gateway.kill()
        async with served(path) as gateway, peer_of(gateway.port) as peer:
            shown = await peer.message(number)
            ended = await Handset(peer, number).answer("9")
            await peer.settle()

    assert taken.status == ROK
    assert shown.tlvs == {USSD_SERVICE_OP: ASKS, ITS_SESSION_INFO: SESSION}
    assert (shown.text, ended.text) == ("Which town?", "Which town?")
    assert [each["text"] for each in application.asked] == ["1", "1", "1*9"]
    assert application.keys[0] == application.keys[1] != application.keys[2]
    assert peer.kept == []


async def test_what_may_be_asked_once_only(tmp_path: Path) -> None:
    """An application that cannot tell a repeat is not asked again after a crash: an apology instead."""
    number = fresh_number()
    async with serving(hangs) as application:
        path = configured(tmp_path, application, 'resend_unknown = "never"')
        async with served(path) as gateway, peer_of(gateway.port) as peer:
            await peer.ask(SUBMIT_SM, said(number, OPENS, "*384*1#"))
            await application.until(lambda: bool(application.asked))
            await peer.settle()
            await gateway.kill()
        async with served(path) as gateway, peer_of(gateway.port) as peer:
            shown = await peer.message(number)

    assert shown.text.startswith(SORRY)
    assert len(application.asked) == 1


@pytest.mark.parametrize(("says", "told"), [("END Paid 100", "Paid 100"), ("CON How much?", "")])
async def test_answer_after_the_dialog(tmp_path: Path, says: str, told: str) -> None:
    """The subscriber has hung up: what ended comes as SMS, a question is dropped."""
    goes = asyncio.Event()

    async def late(request: web.Request) -> web.Response:
        await goes.wait()
        return web.Response(text=says)

    async with (
        serving(late) as application,
        running(configured(tmp_path, application)) as gateway,
        peer_of(port_of(gateway)) as peer,
    ):
        handset = Handset(peer, fresh_number())
        await peer.ask(SUBMIT_SM, said(handset.number, OPENS, "*384#"))
        await application.until(lambda: bool(application.asked))
        await handset.abort()
        goes.set()
        came = await peer.message(handset.number) if told else None
        while not calls(gateway):
            await asyncio.sleep(0.005)
        await Handset(peer, fresh_number()).open("*100#")
        left = await stored(gateway)

    assert told == (came.text if came else "")
    assert came is None or came.service_type == ""
    assert [frame for frame in peer.kept if frame.command_id == DELIVER_SM] == []
    assert left == 0


async def test_signed_json(tmp_path: Path) -> None:
    """The JSON form: the same fields in an object, signed; the answer has an action and a text."""
    seen: list[tuple[str, bytes]] = []

    async def says(request: web.Request) -> web.Response:
        seen.append((request.headers["Signature"], await request.read()))
        asked = json.loads(seen[-1][1])
        text = asked["text"]
        return web.json_response({"action": "END" if text else "CON", "text": f"got {text or 'nothing'}"})

    (tmp_path / "key").write_text("between us\n")
    async with serving(says) as application:
        path = configured(tmp_path, application, f'form = "json"\nsecret_file = "{tmp_path}/key"')
        async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
            handset = Handset(peer, fresh_number())
            shown = [(await handset.open("*384#")).text, (await handset.answer("1*2")).text]

    assert shown == ["got nothing", "got 1*2"]
    assert all(signed_with(b"between us", *each) for each in seen)


def signed_with(secret: bytes, header: str, body: bytes) -> bool:
    """As an application checks it, in its own code."""
    stamp, _, mark = header.partition(",v1=")
    at = stamp.removeprefix("t=")
    return hmac.new(secret, at.encode() + b"." + body, hashlib.sha256).hexdigest() == mark


async def test_inputs_stand_nowhere_in_clear(tmp_path: Path) -> None:
    """What is typed to an application may be a secret: neither journal nor log nor history has it."""
    async with (
        serving() as application,
        running(configured(tmp_path, application)) as gateway,
        peer_of(port_of(gateway)) as peer,
    ):
        handset = Handset(peer, fresh_number())
        await handset.open("*384*1#")
        await handset.answer("73737373")
        await handset.open("*384*1*84848484#")
        entries = await gateway.store.journal(0, 100)

    assert entries
    assert all(secret not in entry.body for entry in entries for secret in (b"73737373", b"84848484"))


async def test_redelivered_step_is_asked_once(tmp_path: Path) -> None:
    """An answer whose acknowledgement was lost comes again: the same screen, and the application is not asked twice."""
    number = fresh_number()
    async with serving() as application, running(configured(tmp_path, application)) as gateway:
        async with peer_of(port_of(gateway)) as peer:
            await Handset(peer, number).open("*384#")
        async with peer_of(port_of(gateway)) as peer:
            peer.write(pdu(SUBMIT_SM, 77, said(number, ANSWERS, "1")))
            await peer.response(77)
            first = read_message((await peer.request(DELIVER_SM)).body)
            peer.cut()
        while gateway.telemetry.counters["lost"] < 2:
            await asyncio.sleep(0.005)
        async with peer_of(port_of(gateway)) as peer:
            again = await Handset(peer, number).answer("1")

    assert (again.text, again.tlvs) == (first.text, first.tlvs)
    assert [each["text"] for each in application.asked] == ["", "1"]
