"""The operator's commands beside a running gateway, and without one."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from gateway import cli
from gateway.messages import ImportCount, ImportRow, Inbound
from gateway.model import Account, Money, Msisdn, PersonId, PersonKind, TariffId
from tests.wire.gateway_fixture import SUBMIT_SM, fresh_number, peer_of, port_of, running, sms_body, write_config


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
    assert ("listening", False, 0) == (phones["state"], session["mute"], session["paused_ms"])
    assert smsc["state"] in ("connecting", "waiting")
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


def table(path: Path, rows: int, first: int = 79_000_000_000) -> Path:
    """A table of so many numbers, ten of an owner, each with 10 units and as many hundredths as its place has."""
    lines = (f"{first + at},P{at // 10},private,moscow,ru,1,10.{at % 100:02},off" for at in range(rows))
    path.write_text("\n".join(("msisdn,person,kind,region,language,tariff,balance,numbers", *lines)), encoding="utf-8")
    return path


def sums(folder: Path) -> tuple[int, int, int, int]:
    """Subscribers, persons, what is on accounts, and what the ledger says of the operator's opening account."""
    with sqlite3.connect(folder / "gateway.db") as connection:
        ((numbers,),) = connection.execute("SELECT count(*) FROM subscribers")
        ((persons,),) = connection.execute("SELECT count(*) FROM persons")
        accounts = [
            msgspec.msgpack.decode(row[0], type=Account) for row in connection.execute("SELECT document FROM accounts")
        ]
        ((opening,),) = connection.execute("SELECT coalesce(sum(amount), 0) FROM ledger WHERE account = 'opening'")
    connection.close()
    return numbers, persons, sum(account.balance for account in accounts), opening


ROWS = 20_000
WHOLE = (ROWS, ROWS // 10, 10_00 * ROWS + ROWS // 100 * 4950, -(10_00 * ROWS + ROWS // 100 * 4950))


@pytest.fixture
def folder_in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder on no disk, where the system has that: a shared disk takes half a second for an fsync now and then,
    whoever asks for it, and a test of who waits for whom would measure that."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.mark.alone
async def test_import_into_a_running_gateway_beside_traffic(folder_in_memory: Path) -> None:
    """20,000 rows while a phone dials: no dial waits for more than a few rows of the import and the disk; the same file
    again changes nothing."""
    folder = folder_in_memory
    path = write_config(folder)
    file = table(folder / "people.csv", ROWS)
    slowest_s, dials = 0.0, 0
    known = "79000000005"
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        importing = asyncio.create_task(command(path, "subscribers", "import", str(file)))
        while not importing.done():
            started_s = time.perf_counter()
            await peer.dial("79990000001", "*100#")
            slowest_s = max(slowest_s, time.perf_counter() - started_s)
            dials += 1
            await asyncio.sleep(0.005)
        first = await importing
        told = await peer.dial(known, "*100#")
        await peer.dial(known, "*111*828*1#")
        before, journal = sums(folder), gateway.engine.number
        again = await command(path, "subscribers", "import", str(file))
        numbers = (await peer.dial(known, "*111*828*1#"), gateway.engine.number - journal)
    assert "20,000 added, 0 were there already, 0 bad" in first
    assert "0 added, 20,000 were there already, 0 bad" in again
    assert told.startswith(("Баланс: 10.05 руб", "Баланс: 10,05 руб"))
    assert before == sums(folder)
    assert (ROWS + 1, ROWS // 10 + 1) == before[:2]
    assert before[2] == -before[3] == WHOLE[2] + 1000_00
    assert "уже" in numbers[0]
    assert numbers[1] < 10  # nothing of the second import stands in the journal
    assert dials > 10
    assert slowest_s < 0.5


async def test_import_without_a_gateway(tmp_path: Path) -> None:
    """Where none runs the rows go into its database, by the same engine; a gateway that starts finds them."""
    path = write_config(tmp_path)
    file = table(tmp_path / "people.csv", 1_000)
    first = await command(path, "subscribers", "import", str(file))
    again = await command(path, "subscribers", "import", str(table(tmp_path / "more.csv", 1_001)))
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        told = await peer.dial("79000000999", "*100#")

    assert "1,000 added, 0 were there already" in first
    assert "1 added, 1,000 were there already" in again
    assert "10.99" in told.replace(",", ".")


@pytest.mark.parametrize(("messages", "entries"), [(0, 2), (1, 8)])
async def test_import_makes_way_for_messages(messages: int, entries: int, tmp_path: Path) -> None:
    """While messages come, rows are taken a few at a time; while none come, as many as there are in a request."""
    path = write_config(tmp_path)
    rows = tuple(
        ImportRow(Msisdn(str(79000000000 + index)), PersonId("P1"), PersonKind.PRIVATE, "moscow", TariffId(1), Money(0))
        for index in range(250)
    )
    async with running(path) as gateway:
        counts = []
        for part in (rows[:125], rows[125:]):
            gateway.telemetry.facts[Inbound] += messages
            counts.append(await gateway.add_subscribers("a table", part))
        journal = await gateway.store.journal(0, 99)

    assert [ImportCount(125, 0), ImportCount(125, 0)] == counts
    assert entries == sum(row.kind == "imported" for row in journal)


BAD = """msisdn,person,kind,region,language,tariff,balance,numbers
79000000001,P1,private,moscow,ru,1,10.00,off
+79000000002,P1,private,moscow,ru,1,10.00,off
79000000003,,private,moscow,ru,1,10.00,off
79000000004,P1,privat,moscow,ru,1,10.00,off
79000000005,P1,private,moscow,de,1,10.00,off
79000000006,P1,private,moscow,ru,777,10.00,off
79000000007,P1,private,moscow,ru,1,10.005,off
79000000008,P1,private,moscow,ru,1,-1,off
79000000009,P1,private,moscow,ru,1,10.00,yes
79000000001,P1,private,moscow,ru,1,10.00,off
79000000010,P1

79000000011,P1,company,moscow,,1,0,on
"""


async def test_bad_rows_are_named_and_nothing_is_imported(tmp_path: Path) -> None:
    """Each bad row with its line, column and what was expected; the good ones only where that was asked for."""
    path = write_config(tmp_path)
    file = tmp_path / "people.csv"
    file.write_text(BAD, encoding="utf-8")
    async with running(path):
        refused = await asyncio.to_thread(
            CliRunner().invoke, cli.app, ["subscribers", "import", str(file), "--config", str(path)]
        )
        nothing = sums(tmp_path)
        others = await command(path, "subscribers", "import", str(file), "--skip-bad")

    assert isinstance(refused.exception, cli.mendable())
    assert "10 bad, 2 good rows; nothing was imported" in str(refused.exception)
    named = refused.output.replace(f"{file}:", "").splitlines()
    assert [
        "3: msisdn: '+79000000002': expected 7 to 15 digits without +",
        "4: person: empty: expected a name",
        "5: kind: 'privat': expected one of private, company",
        "6: language: 'de': expected one of ru, bg, en, lat",
        "7: tariff: '777': expected the id of a tariff in products.toml",
        "8: balance: '10.005': expected units and hundredths, 12.50, not negative",
        "9: balance: '-1': expected units and hundredths, 12.50, not negative",
        "10: numbers: 'yes': expected on or off",
        "11: msisdn: 79000000001 stands twice (see line 2)",
        "12: 2 cells, expected 8: msisdn,person,kind,region,language,tariff,balance,numbers",
    ] == named
    assert (0, 0, 0, 0) == nothing
    assert "2 added, 0 were there already, 10 bad" in others
    assert (2, 1, 10_00, -10_00) == sums(tmp_path)


async def test_a_table_that_is_none(tmp_path: Path) -> None:
    """A missing column and another encoding are told in one line."""
    path = write_config(tmp_path)
    for octets, told in (
        (b"number,person\n", "missing column"),
        ("msisdn,person,region,tariff,balance\n79000000001,Ж,м,1,0\n".encode("cp1251"), "this is not UTF-8"),
    ):
        (tmp_path / "people.csv").write_bytes(octets)
        result = await asyncio.to_thread(
            CliRunner().invoke, cli.app, ["subscribers", "import", str(tmp_path / "people.csv"), "--config", str(path)]
        )
        assert isinstance(result.exception, cli.mendable())
        assert told in str(result.exception)


async def test_a_command_for_a_running_gateway_says_that_none_runs(tmp_path: Path) -> None:
    """One line, exit status 2 by the command's own way, no traceback."""
    path = write_config(tmp_path)
    result = await asyncio.to_thread(CliRunner().invoke, cli.app, ["status", "--config", str(path)])

    assert isinstance(result.exception, cli.mendable())
    assert "no gateway answers at" in str(result.exception)


async def test_show_and_history_of_a_number(tmp_path: Path) -> None:
    """What a number has, and its day: messages, commands, money and replies, with no code in clear."""
    path = write_config(tmp_path)
    number, other = "79161110001", "79161110002"
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.dial(other, "*100#")
        await peer.dial(number, "*111*8111*1*31#")
        assert (await peer.ask(SUBMIT_SM, sms_body(number, f"ПЕРЕВОД {other} 50"))).status == 0
        question = await peer.whole_text(number)
        code = re.search(r"КОД (\d{4})|\*(\d{4})#", question)
        assert code is not None, question
        digits = code[1] or code[2]
        await peer.dial(number, f"*112*{digits}#")
        await peer.whole_text(other)
        await peer.dial(number, "*199#")
        await peer.settle()
        shown = await command(path, "subscribers", "show", "89161110001")
        has = await as_json(path, "subscribers", "show", f"+{number}")
        async with asyncio.timeout(5.0):
            while any(
                row["about"].get("state") == "SENDING" for row in await as_json(path, "subscribers", "history", number)
            ):
                await asyncio.sleep(0.05)
        day = await command(path, "subscribers", "history", number)
        events = await as_json(path, "subscribers", "history", number)
        others = await as_json(path, "subscribers", "history", other)
        before = await command(path, "subscribers", "history", number, "--day", "2020-02-29")
    after = await as_json(path, "subscribers", "history", number)

    assert ("79161110001", 943_00) == (has["subscriber"]["msisdn"], has["account"]["balance"])
    assert re.search(r"account +943\.00 RUB", shown)
    assert re.search(r"service +31 ", shown)
    kinds = [event["kind"] for event in events]
    assert 4 == kinds.count("message")
    commands = [event["about"]["command"] for event in events if event["kind"] == "message"]
    assert ["services.connect", "transfer.send", "transfer.confirm", ""] == commands
    money = [
        event["about"]["amount"] for event in events if event["kind"] == "money" and event["about"]["account"] == number
    ]
    assert [1000_00, -50_00, -7_00] == money
    replies = [event["about"] for event in events if event["kind"] == "reply"]
    assert {"SENT"} == {reply["state"] for reply in replies}
    assert any("••••" in reply["text"] for reply in replies)
    for text in (day, json.dumps(events), shown, json.dumps(others)):
        assert digits not in text.replace(number, "").replace(other, "")
    assert "refused: unknown_code" in day
    (told_of,) = [event for event in others if event["kind"] == "message" and event["about"]["sender"] == number]
    assert ["transfer-received"] == told_of["about"]["told"]
    assert 50_00 in [event["about"]["amount"] for event in others if event["kind"] == "money"]
    assert "nothing on 2020-02-29" in before
    assert events == after


async def test_show_of_a_number_that_is_none(tmp_path: Path) -> None:
    """An unknown number and no number at all are told apart."""
    path = write_config(tmp_path)
    async with running(path):
        for word, told in (("79161110009", "does not know this number"), ("abc", "is no number")):
            result = await asyncio.to_thread(
                CliRunner().invoke, cli.app, ["subscribers", "show", word, "--config", str(path)]
            )
            assert isinstance(result.exception, cli.mendable())
            assert told in str(result.exception)
