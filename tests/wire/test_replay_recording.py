"""A recording of a running gateway replays to the same replies and the same state; a change shows."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from gateway.app import Gateway
from gateway.config import load
from gateway.recording.format import Line, line_octets
from gateway.recording.reading import read_recording
from gateway.recording.sources import sources_of
from gateway.replay.recorded_command import Start, compared
from gateway.rooms import Rooms, read_secret
from smpp.pdu import DeliverSm, decode, encode
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    SUBMIT_SM,
    RawPeer,
    fresh_number,
    message_body,
    peer_of,
    port_of,
    read_message,
    running,
    sms_body,
    tlv,
    write_config,
)
from tests.wire.test_recording import ON, ussdgw
from tests.wire.test_secrets import RECEIVER, SENDER, dealings

USSR_CONFIRM, PSSR_INDICATION = 18, 1
DEMO = "79161234567"


def screen_body(number: str, text: str, op: int) -> bytes:
    tlvs = tlv(0x0501, bytes((op,))) + tlv(0x1383, b"\x12\x40")
    return message_body(number, "111", text.encode(), data_coding=0x0F, service_type="USSD", tlvs=tlvs)


async def menus(peer: RawPeer, number: str) -> None:
    """A paid service in a dialog: dialled, the question, yes on the screen; then the menu, and two choices."""
    for text, op in (("*111*8111*1*12#", PSSR_INDICATION), ("1", USSR_CONFIRM), ("*111#", PSSR_INDICATION),
                     ("1", USSR_CONFIRM), ("1", USSR_CONFIRM)):  # fmt: skip
        await peer.ask(SUBMIT_SM, screen_body(number, text, op))
        while True:
            frame = await peer.request(DELIVER_SM)
            peer.answer(frame)
            if read_message(frame.body).service_type:
                break


async def recorded(folder: Path, dialect: str) -> Path:
    """Transfers, paid services, slips, wrong codes: recorded, with the state before and after. The configuration."""
    path = write_config(folder, more=ON, dialect=dialect)
    async with running(path) as gateway:
        assert (await ussdgw("snapshot", str(folder / "before.db"), "--config", str(path)))[0] == 0
        async with peer_of(port_of(gateway)) as peer:
            if dialect == "spec":
                await menus(peer, fresh_number())
            else:
                await dealings(peer)
            await peer.ask(SUBMIT_SM, sms_body("Bank", "БАЛАНС"))
            await quiet(gateway, peer)
        assert (await ussdgw("snapshot", str(folder / "after.db"), "--config", str(path)))[0] == 0
    return path


async def quiet(gateway: Gateway, peer: RawPeer) -> None:
    """Returns when all is decided, and every reply has left: what leaves later is in no recording."""
    number = -1
    while gateway.engine.busy or gateway.queue or number != gateway.engine.number:
        number = gateway.engine.number
        await peer.settle()


def options(folder: Path, path: Path) -> list[str]:
    states = ("--state", str(folder / "before.db"), "--end-state", str(folder / "after.db"))
    return ["--config", str(path), *states]


@pytest.mark.parametrize("dialect", ["one-shot", "spec"])
async def test_a_recording_replays_to_the_same(tmp_path: Path, dialect: str) -> None:
    """Same replies, same balances and services, though every code is another one; so does a transcript made of it."""
    path = await recorded(tmp_path, dialect)
    recordings = tmp_path / "recordings"
    status, said = await ussdgw("replay", str(recordings), *options(tmp_path, path))

    assert (status, "all as recorded" in said) == (0, True), said
    assert "1 messages that were refused" in said or "3 messages that were refused" in said
    lines = read_recording(sources_of([recordings])).lines
    assert any(line.secrets for line in lines) is (dialect == "one-shot")

    number = SENDER if dialect == "one-shot" else messages_by(lines)
    source = ("--from", str(recordings), "--subscriber", number, "--config", str(path))
    status, _ = await ussdgw("transcripts", "new", *source, "--to", str(tmp_path / "made.dialog"))
    made = (tmp_path / "made.dialog").read_text(encoding="utf-8")

    assert status == 0, made
    if dialect == "one-shot":
        assert f"{number} sends ДА {{otp" in made
        assert f"  sms {RECEIVER} " in made
    else:
        assert f"{number} opens *111*8111*1*12#" in made
        assert f"{number} answers 1" in made


async def test_what_came_from_outside(tmp_path: Path) -> None:
    """An application says again what it said when it was recorded, a payment goes through again, and an SMS that had
    waited for a link when the state was copied is no reply that is missing."""
    path = write_config(tmp_path, more=ON, dialect="spec")
    dialled = [("*384#", PSSR_INDICATION), ("1", USSR_CONFIRM), ("Sofia", USSR_CONFIRM), ("*384#", PSSR_INDICATION),
               ("7", USSR_CONFIRM), ("*115*50#", PSSR_INDICATION), ("1", USSR_CONFIRM)]  # fmt: skip
    async with running(path, demo=True) as gateway:
        assert (await ussdgw("push", DEMO, "--notify", "hello", "--config", str(path)))[0] == 0
        assert (await ussdgw("snapshot", str(tmp_path / "before.db"), "--config", str(path)))[0] == 0
        async with peer_of(port_of(gateway)) as peer:
            peer.answer(await peer.request(DELIVER_SM))
            for text, op in dialled:
                await peer.ask(SUBMIT_SM, screen_body(DEMO, text, op))
                peer.answer(await peer.request(DELIVER_SM))
            peer.answer(await peer.request(DELIVER_SM))  # the payment went through: an SMS
            await quiet(gateway, peer)
    replay = ("replay", str(tmp_path / "recordings"), "--state", str(tmp_path / "before.db"), "--config", str(path))
    status, said = await ussdgw(*replay, "--demo")
    other, told = await ussdgw(*replay)

    assert (status, "7 messages" in said, "all as recorded" in said) == (0, True, True), said
    assert (other, "another catalogue answers now" in told, "*384#" in told) == (1, True, True)


def messages_by(lines: Iterable[Line]) -> str:
    """Who said the first of them."""
    return next(str(line.fields["smpp.source_addr"]) for line in lines if "smpp.message_text" in line.fields)


async def test_every_run_is_the_same(tmp_path: Path) -> None:
    """Two replays of one recording tell the same in the same order."""
    path = await recorded(tmp_path, "one-shot")
    settings = load(path)
    rooms = Rooms(settings, read_secret(settings.operator.secret_file))
    recording = read_recording(sources_of([tmp_path / "recordings"]))
    start = Start(state=tmp_path / "before.db", create_unknown=True)
    first, second = [await asyncio.to_thread(compared, rooms, recording, start) for _ in range(2)]

    assert first.same
    assert first.replies == second.replies


async def test_differences_show(tmp_path: Path) -> None:
    """A reply that was recorded with another text, one that is not there, and one too many: exit status 1, JUnit."""
    path = await recorded(tmp_path, "one-shot")
    (file,) = (tmp_path / "recordings").iterdir()
    first, *octets = [line for _, lines in sources_of([file]) for line in lines]
    lines = [msgspec.json.decode(each, type=Line) for each in octets]
    replies = [at for at, line in enumerate(lines) if line.direction == "out" and line.pdu[8:16] == "00000005"]
    parts = Counter(lines[at].number for at in replies)
    text_differs, twice, gone = [at for at in replies if parts[lines[at].number] == 1][1:4]
    pdu = decode(lines[text_differs].octets)
    assert isinstance(pdu, DeliverSm)
    other = msgspec.structs.replace(pdu, short_message="Иначе".encode("utf-16-be"), data_coding=8)
    lines[text_differs] = msgspec.structs.replace(lines[text_differs], pdu=encode(other).hex())
    changed = [each for at, line in enumerate(lines) if at != gone for each in [line] * (2 if at == twice else 1)]
    to = tmp_path / "changed.jsonl"
    to.write_bytes(first + b"".join(map(line_octets, changed)))
    junit, html = tmp_path / "junit.xml", tmp_path / "report.html"
    reports = ("--junit", str(junit), "--html", str(html))
    status, said = await ussdgw("replay", str(to), *options(tmp_path, path), *reports)
    suite = ElementTree.parse(junit).getroot()

    assert status == 1, said
    assert "Иначе" in said
    assert "3 differ" in said
    assert sorted(each.attrib["message"] for each in suite.iter("failure")) == ["extra", "missing", "text differs"]
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("3", "0")
    assert "Иначе" in html.read_text(encoding="utf-8")


async def test_what_cannot_be_run(tmp_path: Path) -> None:
    """No such snapshot, a newer recording, both kinds of files at once: exit status 2 and what to do."""
    path = write_config(tmp_path)
    (tmp_path / "a.jsonl").write_text('{"recording":9}\n')
    (tmp_path / "b.jsonl").write_text('{"recording":1}\n')
    newer = await ussdgw("replay", str(tmp_path / "a.jsonl"), "--config", str(path))
    absent = await ussdgw("replay", str(tmp_path / "b.jsonl"), "--state", "none.db", "--config", str(path))
    mixed = await ussdgw("replay", str(tmp_path / "b.jsonl"), "fixtures/transcripts", "--config", str(path))
    pattern = await ussdgw("replay", str(tmp_path / "b.jsonl"), "--ignore", "(", "--config", str(path))
    nowhere = await ussdgw("replay", str(tmp_path / "b.jsonl"), "--catalogue", "nowhere", "--config", str(path))
    pages = await ussdgw("replay", "fixtures/transcripts", "--html", "a.html", "--config", str(path))

    assert [each[0] for each in (newer, absent, mixed, pattern, nowhere, pages)] == [2] * 6
    assert "nowhere" in nowhere[1]
    assert "version 9" in newer[1]
    assert "none.db: there is no database" in absent[1]
    assert "--ignore (" in pattern[1]
