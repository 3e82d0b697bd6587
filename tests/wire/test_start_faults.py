"""What an engineer sees when a gateway cannot start: exit status 2, what is wrong and where, and no traceback."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sqlite3
import sys
from importlib import resources
from pathlib import Path

import pytest

from gateway.app import Gateway
from tests.wire.gateway_fixture import HOST, WAIT_S, running, write_config


async def refused(path: Path, *flags: str) -> list[str]:
    """The lines on stderr of a `ussdgw serve` that must refuse to start."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "serve", "--config", str(path), *flags,
        cwd=path.parent, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(WAIT_S):
            stdout, stderr = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = stderr.decode()
    assert (process.returncode, stdout) == (2, b""), text
    assert "Traceback" not in text
    return text.splitlines()


async def test_port_in_use(tmp_path: Path) -> None:
    """The line names host and port, and says what to do."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        (line,) = await refused(write_config(tmp_path, port=port))

    assert line.startswith(f"error: cannot listen on {HOST}:{port}: ")
    assert "another port" in line


async def test_unknown_key(tmp_path: Path) -> None:
    """The line names file, line, key, and the nearest key there is."""
    path = write_config(tmp_path, listener='busy_statos = "throttled"')
    number = path.read_text(encoding="utf-8").splitlines().index('busy_statos = "throttled"') + 1
    (line,) = await refused(path)

    assert line.startswith(f"error: {path}:{number}: unknown key ")
    assert "busy_statos" in line
    assert "'busy_status'" in line


async def test_overlapping_codes(tmp_path: Path) -> None:
    """Two patterns for one dialled string: both culprits are named, each with its line."""
    folder = tmp_path / "catalogue"
    folder.mkdir()
    for name in ("codes.toml", "products.toml"):
        (folder / name).write_bytes(resources.files("gateway.catalogue").joinpath(name).read_bytes())
    codes = (folder / "codes.toml").read_text(encoding="utf-8")
    culprit = codes.replace('ussd    = ["*111*99#"]', 'ussd    = ["*111*8111#"]')
    assert culprit != codes
    (folder / "codes.toml").write_text(culprit, encoding="utf-8")
    lines = [number for number, line in enumerate(culprit.splitlines(), 1) if '"*111*8111#"' in line]
    said = await refused(write_config(tmp_path, more=f'[catalogue]\nfolder = "{folder}"\n'))

    assert len(lines) == 2
    about = [line for line in said if "*111*8111#" in line]
    assert about, said
    assert f"codes.toml:{lines[1]}" in about[0] or f"codes.toml:{lines[0]}" in about[0]
    assert {str(line) for line in lines} <= set(re.findall(r"\d+", about[0]))


async def test_demo_account_stays_on_loopback(tmp_path: Path) -> None:
    """`--demo` has a known password, so it never listens where others can reach it."""
    path = write_config(tmp_path, listener='host = "0.0.0.0"')
    (line,) = await refused(path, "--demo")

    assert "0.0.0.0" in line
    assert "loopback" in line


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        pytest.param(b"not a database, but long enough to look at" * 100, "damaged or no SQLite database", id="text"),
        pytest.param(None, "another program's SQLite file", id="another program's"),
    ],
)
async def test_file_that_is_no_store(tmp_path: Path, octets: bytes | None, words: str) -> None:
    """A file that is not ours is named, and left as it is."""
    database = tmp_path / "gateway.db"
    if octets is None:
        with sqlite3.connect(database) as connection:
            connection.execute("CREATE TABLE notes (text)")
        connection.close()
    else:
        database.write_bytes(octets)
    before = database.read_bytes()
    (line,) = await refused(write_config(tmp_path))

    assert str(database) in line
    assert words in line
    assert database.read_bytes() == before


async def test_damaged_store(tmp_path: Path) -> None:
    """Pages of the store overwritten by something else: said at the start or with the batch, never carried on."""
    async with running(write_config(tmp_path), demo=True):
        pass
    database = tmp_path / "gateway.db"
    octets = bytearray(database.read_bytes())
    octets[100:4096] = b"\xa5" * 3996  # the root of the schema
    database.write_bytes(octets)
    (line,) = await refused(write_config(tmp_path))

    assert str(database) in line
    assert "damaged" in line
    assert ".recover" in line


async def test_store_of_a_running_gateway(own_gateway: Gateway, tmp_path: Path) -> None:
    """One store, one gateway: the second is told which process holds it."""
    folder = tmp_path / "second"
    folder.mkdir()
    path = write_config(folder)
    path.write_text(path.read_text(encoding="utf-8").replace(f"{folder}/gateway.db", f"{tmp_path}/gateway.db"))
    (line,) = await refused(path)

    assert f"{tmp_path}/gateway.db: another gateway (process {os.getpid()}) holds it" in line


async def test_store_in_a_place_that_cannot_be_had(tmp_path: Path) -> None:
    """A file where the directory should be is named."""
    (tmp_path / "var").write_text("")
    path = write_config(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace(f"{tmp_path}/gateway.db", f"{tmp_path}/var/gateway.db"))
    (line,) = await refused(path)

    assert f"{tmp_path}/var" in line
