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
