"""`ussdgw usage import`: call records into a gateway that runs or not, and what subscribers see of them."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.catalogue.faults import Fault
from gateway.messages import UsageRow
from gateway.model import Instant, Money, Msisdn, Usage, UsageKind
from gateway.usage_importing import read_usage
from tests.wire.gateway_fixture import peer_of, port_of, running, write_config
from tests.wire.test_operating import command, sums, table

HEAD = "msisdn,at,kind,other,direction,quantity,cost\n"
NUMBERS, EACH = 200, 50
MOSCOW = Instant(1_795_172_591_000)  # 2026-11-20 14:03:11 there
ZONE = ZoneInfo("Europe/Moscow")


def records(path: Path, *more: str, minutes: int = 5) -> Path:
    """A table of calls of 79000000000 and those after it, one each `minutes` until now, of 1.50 each."""
    now = datetime.now(UTC)
    rows = [
        f"{79_000_000_000 + number},{now - timedelta(minutes=minutes * (1 + at)):%Y-%m-%dT%H:%M:%SZ},call,"
        f"7916000{at:04},out,61,1.50"
        for number in range(NUMBERS)
        for at in range(EACH)
    ]
    path.write_text(HEAD + "\n".join((*rows, *more)) + "\n", encoding="utf-8")
    return path


def stored(folder: Path) -> tuple[int, int, int]:
    """Records of use and their cost, and entries of the journal."""
    with sqlite3.connect(folder / "gateway.db") as connection:
        count, cost = connection.execute("SELECT count(*), coalesce(sum(cost), 0) FROM usage").fetchone()
        ((journal,),) = connection.execute("SELECT count(*) FROM journal WHERE kind = 'imported'")
    connection.close()
    return count, cost, journal


async def test_into_a_running_gateway_beside_traffic(tmp_path: Path) -> None:
    """Dials are answered meanwhile; the last charges show the records; again changes nothing; no money moves."""
    path = write_config(tmp_path)
    await command(path, "subscribers", "import", str(table(tmp_path / "people.csv", NUMBERS)))
    file = records(tmp_path / "use.csv", "79990000001,2026-11-20T10:00:00Z,call,,out,60,9.00")
    money = sums(tmp_path)
    took_s: list[float] = []
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        importing = asyncio.create_task(command(path, "usage", "import", str(file)))
        while not importing.done():
            started_s = time.perf_counter()
            await peer.dial("79000000005", "*100#")
            took_s.append(time.perf_counter() - started_s)
        first = await importing
        shown = await peer.dial("79000000005", "*152#")
        before = stored(tmp_path)
        again = await command(path, "usage", "import", str(file))

    for said in (first, again):
        assert "10,000 stored, 1 of unknown numbers, 0 too old to be kept, 0 bad" in said
    assert "1.50" in shown.replace(",", ".")
    assert (10_000, 10_000 * 1_50) == before[:2] == stored(tmp_path)[:2]
    assert sums(tmp_path) == money
    assert len(took_s) > 10
    assert max(took_s) < 1.0


async def test_into_a_stopped_gateway_and_out_again(tmp_path: Path) -> None:
    """A corrected record replaces the first; what is older than is kept is left out; what grew old later goes."""
    path = write_config(tmp_path, more="[retention]\nround_s = 0.1\n")
    await command(path, "subscribers", "import", str(table(tmp_path / "people.csv", 2)))
    recent = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    said = []
    for cost in ("1.00", "2.00"):
        file = tmp_path / "use.csv"
        rows = f"79000000000,{recent},sms,79160000002,out,1,{cost}\n79000000000,2020-01-01T00:00:00Z,data,,out,9,1\n"
        file.write_text(HEAD + rows, encoding="utf-8")
        said.append(await command(path, "usage", "import", str(file)))
    with sqlite3.connect(tmp_path / "gateway.db") as connection:
        connection.execute("INSERT INTO usage VALUES (79000000001, 1, 'sms', '', 0, 1, 5)")
    connection.close()
    loaded = stored(tmp_path)
    async with running(path), asyncio.timeout(10.0):
        while stored(tmp_path)[0] > 1:
            await asyncio.sleep(0.05)

    assert all("1 stored, 0 of unknown numbers, 1 too old" in each for each in said)
    assert (2, 2_05) == loaded[:2]
    assert (1, 2_00) == stored(tmp_path)[:2]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("7916,2026-11-20T14:03:11,call,,out,1,1", "msisdn: '7916': expected 7 to 15 digits without +"),
        ("79161234567,20.11.2026,call,,out,1,1", "at: '20.11.2026': expected a time such as 2026-11-20T14:03:11"),
        ("79161234567,2026-11-20T14:03:11,talk,,out,1,1", "kind: 'talk': expected one of call, sms, mms, data"),
        ("79161234567,2026-11-20T14:03:11,call,,up,1,1", "direction: 'up': expected out or in"),
        ("79161234567,2026-11-20T14:03:11,call,,out,1.5,1", "quantity: '1.5': expected a whole number"),
        ("79161234567,2026-11-20T14:03:11,call,,out,1,-1", "cost: '-1': expected units and hundredths"),
        ("79161234567,2026-11-20T14:03:11,call," + "7" * 33 + ",out,1,1", "other: expected a number or a name"),
        ("79161234567,2026-11-20T14:03:11", "2 cells, expected 7"),
    ],
)
def test_a_bad_row_is_named_with_what_was_expected(row: str, told: str) -> None:
    """By file, line and column; the rows around it are read."""
    good = "79161234567,2026-11-20T14:03:11,call,79160000002,in,61,1.50\n"

    rows = list(read_usage((HEAD + good + row + "\n" + good).splitlines(keepends=True), "use.csv", ZONE))

    faults = [str(each) for each in rows if isinstance(each, Fault)]
    assert [f"use.csv:3: {told}"] == [each[: len(told) + 11] for each in faults]
    assert 2 == sum(isinstance(each, UsageRow) for each in rows)


@pytest.mark.parametrize("written", ["2026-11-20T14:03:11", "2026-11-20 14:03:11+03:00", "2026-11-20T11:03:11Z"])
def test_a_time_without_an_offset_is_the_operators(written: str) -> None:
    """With one it is what it says; direction and the other side may be left out."""
    rows = list(read_usage(["msisdn,at,kind,quantity,cost\n", f"79161234567,{written},data,42,0\n"], "use.csv", ZONE))

    assert [UsageRow(Msisdn("79161234567"), Usage(MOSCOW, UsageKind.DATA, "", False, 42, Money(0)))] == rows
