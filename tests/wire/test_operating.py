"""The operator's commands beside a running gateway, and without one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from gateway import cli
from tests.wire.gateway_fixture import fresh_number, peer_of, port_of, running, sms_body, write_config


async def command(path: Path, *words: str, status: int = 0) -> str:
    """What `ussdgw` prints with the configuration of that gateway."""
    result = await asyncio.to_thread(CliRunner().invoke, cli.app, [*words, "--config", str(path)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.output


async def as_json(path: Path, *words: str) -> Any:
    return json.loads(await command(path, *words, "--json"))


async def test_misses_beside_a_gateway_and_without_one(tmp_path: Path) -> None:
    """The tally is there at once, outlives the gateway, and holds no number, sum or code that was typed."""
    path = write_config(tmp_path)
    number = fresh_number()
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        for code in ("*111*82#", "*111*828*1#", "*112*9161234567*#", "*777*123456#"):
            await peer.dial(number, code)
        await peer.say(sms_body(number, "КАД 4711 9161234567"))
        beside = await as_json(path, "codes", "misses")
        table = await command(path, "codes", "misses")
    without = await as_json(path, "codes", "misses")
    async with running(path):
        again = await as_json(path, "codes", "misses")

    rows = {row["text"]: row for row in beside}
    assert {"*111*82#", "*112*<10>*#", "*777*<6>#", "кад <4> <10>"} == set(rows)
    assert [{"text": "*111*828*1#", "became": "numbers.connect", "count": 1}] == rows["*111*82#"]["follow_ups"]
    assert "*111*828*1# (numbers.connect) 1" in table
    assert beside == without == again
    for secret in ("4711", "9161234567", "123456", number):
        assert secret not in json.dumps(beside)


async def test_status_names_peers_queues_and_rows(tmp_path: Path) -> None:
    """A bound peer with its figures, a link that cannot bind with its reason, the outbox by state."""
    path = write_config(tmp_path, more='[[links]]\nname = "smsc1"\nport = 9\nsystem_id = "gw"\n')
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        for _ in range(3):
            await peer.dial(fresh_number(), "*100#")
        await peer.dial(fresh_number(), "*140*79031234567#")
        async with asyncio.timeout(5.0):
            while not (await as_json(path, "status"))["peers"][1]["last_error"]:
                await asyncio.sleep(0.05)
        status = await as_json(path, "status")
        shown = await command(path, "status")

    phones, smsc = status["peers"]
    (session,) = phones["sessions"]
    assert {
        "system_id": "hub",
        "state": "bound_trx",
        "received": 4,
        "sent": 4,
        "window": 100,
    }.items() <= session.items()
    assert ("listener", "link", []) == (phones["kind"], smsc["kind"], smsc["sessions"])
    assert "link_failed" == smsc["last_error"]["event"]
    assert "ConnectionRefusedError" in smsc["last_error"]["about"]
    assert (4, 1, 0) == (status["messages"], status["refused"], status["batches"]["failed"])
    assert 4 == sum(status["store_outlook"]["outbox"].values())
    assert gateway.rooms.digest == status["catalogue"]
    lines = shown.splitlines()
    assert lines[1].split()[:2] == ["phones", "hub"]
    assert "not bound" in lines[2]
    assert any(line.startswith("last error of smsc1") for line in lines)
    assert any(line.startswith("outbox") and "UNKNOWN 0" in line for line in lines)


async def test_a_command_for_a_running_gateway_says_that_none_runs(tmp_path: Path) -> None:
    """One line, exit status 2 by the command's own way, no traceback."""
    path = write_config(tmp_path)
    result = await asyncio.to_thread(CliRunner().invoke, cli.app, ["status", "--config", str(path)])

    assert isinstance(result.exception, cli.FAULTS)
    assert "no gateway answers at" in str(result.exception)
