"""The control socket: what a line may ask, who may listen where, what both ends say when something is wrong."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.catalogue.faults import Fault
from gateway.control import (
    ControlClient,
    ControlCommand,
    ControlError,
    ControlServer,
    Nothing,
    NotRunning,
    Progress,
    read_request,
)
from gateway.store.protocol import StoreError


class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    to: int


async def count(arguments: Count, progress: Progress) -> dict[str, int]:
    for number in range(1, arguments.to):
        progress({"at": number})
    return {"at": arguments.to}


async def refuse(_: Nothing, __: Progress) -> object:
    raise ControlError("invalid_catalogue", "1 fault", [Fault("codes.toml", 3, "command", "missing")])


async def full(_: Nothing, __: Progress) -> object:
    raise StoreError("the disk is full")


COMMANDS = {
    "count": ControlCommand(Count, count),
    "refuse": ControlCommand(Nothing, refuse),
    "full": ControlCommand(Nothing, full),
}


@asynccontextmanager
async def serving(path: Path) -> AsyncIterator[ControlServer]:
    server = ControlServer(path, COMMANDS)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def asked(path: Path, command: str, arguments: msgspec.Struct | None = None) -> tuple[Any, list[Any]]:
    """The result and the progress, asked for as the command line does."""
    seen: list[Any] = []

    def ask() -> Any:
        with ControlClient(path) as client:
            return client.ask(command, arguments, seen.append)

    return await asyncio.to_thread(ask), seen


async def said(path: Path, *lines: bytes) -> list[dict[str, Any]]:
    """What is answered to lines as they are, until the gateway closes or has answered each."""
    reader, writer = await asyncio.open_unix_connection(path)
    answers = []
    async with asyncio.timeout(5.0):
        for line in lines:
            writer.write(line)
            answers.append(json.loads(await reader.readline()))
    writer.close()
    return answers


@pytest.mark.parametrize(
    ("line", "name", "told"),
    [
        (b"nonsense\n", "bad_request", "not a request"),
        (b"[]\n", "bad_request", "not a request"),
        (b"{}\n", "bad_request", "command"),
        (b'{"command": "count", "argument": {}}\n', "bad_request", "argument"),
        (b'{"command": "count", "version": 2}\n', "other_version", "speaks 1"),
        (b'{"command": "cuont"}\n', "unknown_command", "did you mean 'count'?"),
        (b'{"command": "count"}\n', "bad_arguments", "to"),
        (b'{"command": "count", "arguments": {"to": "3"}}\n', "bad_arguments", "count: Expected `int`"),
        (b'{"command": "count", "arguments": {"to": 3, "from": 1}}\n', "bad_arguments", "from"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(line: bytes, name: str, told: str) -> None:
    """A line that cannot be carried out is refused by a name for programs and a sentence for people."""
    with pytest.raises(ControlError, match=told.replace("?", r"\?")) as refusal:
        read_request(line, COMMANDS)

    assert name == refusal.value.name


def test_a_request_may_leave_out_version_and_arguments() -> None:
    """The shortest request is a command's name: a person can type it."""
    command, arguments = read_request(b'{"command": "refuse"}', COMMANDS)

    assert (COMMANDS["refuse"], Nothing()) == (command, arguments)


async def test_progress_comes_before_the_result(tmp_path: Path) -> None:
    """Progress is handed on as it comes; the result ends the answer."""
    async with serving(tmp_path / "s"):
        assert ({"at": 3}, [{"at": 1}, {"at": 2}]) == await asked(tmp_path / "s", "count", Count(3))


async def test_faults_and_a_full_disk_are_told(tmp_path: Path) -> None:
    """A refusal carries its faults with file and line; a store that fails is a refusal, not an end."""
    async with serving(tmp_path / "s"):
        with pytest.raises(ControlError) as refusal:
            await asked(tmp_path / "s", "refuse")
        with pytest.raises(ControlError, match="the disk is full"):
            await asked(tmp_path / "s", "full")

    assert (Fault("codes.toml", 3, "command", "missing"),) == refusal.value.faults


async def test_a_bad_line_does_not_end_the_connection(tmp_path: Path) -> None:
    """The next request on the same connection is answered."""
    async with serving(tmp_path / "s"):
        bad, good = await said(tmp_path / "s", b"?\n", b'{"command": "count", "arguments": {"to": 1}}\n')

    assert ("bad_request", {"at": 1}) == (bad["error"]["name"], good["result"])


async def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    """Memory is bounded: a line above the limit is refused and the connection closed."""
    async with serving(tmp_path / "s"):
        (answer,) = await said(tmp_path / "s", b" " * 3_000_000)

    assert "bad_request" == answer["error"]["name"]


async def test_only_the_gateways_user_may_ask(tmp_path: Path) -> None:
    """The socket file has mode 0600 whatever the process's mask is, and goes with the gateway."""
    mask = os.umask(0)
    try:
        async with serving(tmp_path / "s"):
            assert 0o600 == stat.S_IMODE((tmp_path / "s").stat().st_mode)
    finally:
        os.umask(mask)

    assert not (tmp_path / "s").exists()


async def test_what_a_killed_gateway_left_is_replaced(tmp_path: Path) -> None:
    """A socket file at which nobody answers is no obstacle."""
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "s"))
    left.close()
    async with serving(tmp_path / "s"):
        assert ({"at": 1}, []) == await asked(tmp_path / "s", "count", Count(1))


async def test_a_second_gateway_on_the_same_path_is_refused(tmp_path: Path) -> None:
    """The first one keeps its socket and goes on answering."""
    async with serving(tmp_path / "s"):
        with pytest.raises(ControlError, match="another gateway answers there"):
            await ControlServer(tmp_path / "s", COMMANDS).start()
        assert ({"at": 1}, []) == await asked(tmp_path / "s", "count", Count(1))


async def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    """Only a socket is ever removed."""
    (tmp_path / "s").write_text("a letter")
    with pytest.raises(ControlError, match="no socket"):
        await ControlServer(tmp_path / "s", COMMANDS).start()

    assert "a letter" == (tmp_path / "s").read_text()


async def test_a_long_path_works(tmp_path: Path) -> None:
    """A socket's address holds 107 octets; a deep folder is no reason to fail."""
    path = tmp_path / ("d" * 120) / "control.sock"
    async with serving(path):
        assert ({"at": 1}, []) == await asked(path, "count", Count(1))


def test_nobody_there_is_told_as_such(tmp_path: Path) -> None:
    """Without a gateway the client says so and what to do."""
    with pytest.raises(NotRunning, match=r"no gateway answers at .*: start it"):
        ControlClient(tmp_path / "s")
