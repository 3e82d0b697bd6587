"""`ussdgw replay --against`: a recording said again to a running gateway over SMPP."""

from __future__ import annotations

import msgspec
import pytest

from gateway.recording.format import Line, header_octets, line_octets
from gateway.recording.reading import read_recording
from gateway.recording.sources import sources_of
from gateway.replay.live import speed_of
from smpp.pdu import DeliverSm, decode, encode
from tests.wire.gateway_fixture import ACCOUNT, PASSWORD, Path, peer_of, port_of, running, write_config
from tests.wire.test_recording import ON, ussdgw
from tests.wire.test_replay_recording import quiet
from tests.wire.test_secrets import dealings


async def recorded(folder: Path) -> Path:
    """A recording of a transfer, paid services, slips, a code in two parts of a long message."""
    folder.mkdir()
    async with running(write_config(folder, more=ON)) as gateway, peer_of(port_of(gateway)) as peer:
        await dealings(peer)
        await quiet(gateway, peer)
    (file,) = (folder / "recordings").iterdir()
    return file


async def said_again(folder: Path, recording: Path, *more: str) -> tuple[int, str]:
    """A replay against a gateway with an empty store."""
    folder.mkdir()
    path = write_config(folder)
    async with running(path) as gateway:
        where = f"127.0.0.1:{port_of(gateway)}"
        account = ("--system-id", ACCOUNT, "--password", PASSWORD, "--config", str(path))
        return await ussdgw("replay", str(recording), "--against", where, *account, *more)


async def test_a_recording_said_again_over_smpp(tmp_path: Path) -> None:
    """All replies are as recorded though all codes are others: typed back is what this gateway issued. A change shows.

    A number that is filtered out is not said.
    """
    file = await recorded(tmp_path / "first")
    same = await said_again(tmp_path / "same", file, "--speed", "max")
    part = await said_again(tmp_path / "part", file, "--speed", "500%", "--filter", "code=баланс")
    recording = read_recording(sources_of([file]))
    at = next(at for at, line in enumerate(recording.lines) if (line.direction == "out" and "Balance" in text_of(line))
              or (line.direction == "out" and "Баланс" in text_of(line)))  # fmt: skip
    pdu = decode(recording.lines[at].octets)
    assert isinstance(pdu, DeliverSm)
    other = encode(msgspec.structs.replace(pdu, short_message="Иначе".encode("utf-16-be"), data_coding=8, esm_class=0))
    recording.lines[at] = msgspec.structs.replace(recording.lines[at], pdu=other.hex())
    changed = tmp_path / "changed.jsonl"
    changed.write_bytes(header_octets(recording.header) + b"".join(map(line_octets, recording.lines)))
    differs = await said_again(tmp_path / "differs", changed, "--speed", "max")

    assert (same[0], "all as recorded" in same[1]) == (0, True), same[1]
    assert "nobody told here" not in same[1]
    assert "in vain" not in same[1]
    assert (part[0], "1 messages of" in part[1]) == (0, True), part[1]
    assert (differs[0], "Иначе" in differs[1], "1 differ" in differs[1]) == (1, True, True), differs[1]


def text_of(line: Line) -> str:
    return str(line.fields.get("smpp.message_text", ""))


async def test_what_cannot_be_said_again(tmp_path: Path) -> None:
    """No gateway there, a start state, links of several dialects: exit status 2, and what to do."""
    path = write_config(tmp_path)
    (tmp_path / "a.jsonl").write_text('{"recording":1}\n')
    base = ("replay", str(tmp_path / "a.jsonl"), "--config", str(path))
    nobody = await ussdgw(*base, "--against", "127.0.0.1:1")
    state = await ussdgw(*base, "--against", "127.0.0.1:1", "--state", "a.db")
    speed = await ussdgw(*base, "--against", "127.0.0.1:1", "--speed", "fast")
    where = await ussdgw(*base, "--against", "here")

    assert [each[0] for each in (nobody, state, speed, where)] == [2] * 4
    assert "cannot bind to 127.0.0.1:1" in nobody[1]
    assert "--state" in state[1]
    assert "100%, 200% or max" in speed[1]
    assert "HOST:PORT" in where[1]


@pytest.mark.parametrize(("text", "expected"), [("100%", 1.0), ("250%", 2.5), ("max", 0.0)])
def test_speeds(text: str, expected: float) -> None:
    """A percentage of the recorded speed, or as fast as it goes."""
    assert expected == speed_of(text)
