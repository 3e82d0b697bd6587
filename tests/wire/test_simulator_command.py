"""`ussdgw simulator` as its users run it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.recordings.make import RECORDINGS
from tests.wire.gateway_fixture import ACCOUNT, PASSWORD
from tests.wire.test_recording import ussdgw as in_process

SCENARIO = f"""
acts = "client"
system_id = "{ACCOUNT}"
password = "{PASSWORD}"
[load]
messages = 40
numbers = 10
first_number = 79169000000
[[load.talk]]
steps = [{{ ussd = "*100#", expect = "^Баланс: 1000 руб" }}]
[[fault]]
on = "inject"
does = "torn"
share = 0.2
[[fault]]
on = "submit"
does = "bytewise"
share = 0.2
"""


async def ussdgw(*arguments: str) -> tuple[int | None, str, str]:
    """Exit status, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_run_report_and_ledger(gateway_port: int, tmp_path: Path) -> None:
    """It ends with its load; the report is one JSON object, the ledger JSON lines, and nothing went wrong inside."""
    path, ledger = tmp_path / "scenario.toml", tmp_path / "ledger.jsonl"
    path.write_text(SCENARIO, encoding="utf-8")
    status, out, err = await ussdgw(
        "simulator", str(path), "--port", str(gateway_port), "--json", "--ledger", str(ledger)
    )
    report = json.loads(out)
    events = [json.loads(line)["event"] for line in ledger.read_text(encoding="utf-8").splitlines()]

    assert (status, err.count("\n")) == (0, 1), err
    assert report["statuses"] == {"ESME_ROK": 40}
    assert (report["counts"]["replied"], report["counts"]["bound"]) == (40, 1)
    assert report["latency_ms"]["p50"] > 0
    assert set(report["faults"]) == {"inject: torn", "submit: bytewise"}
    assert events.count("injected") == events.count("acknowledged") == 40


async def test_a_faulty_scenario_is_told(tmp_path: Path) -> None:
    """Exit status 2, one line with file, line and the nearest name, no traceback."""
    path = tmp_path / "scenario.toml"
    path.write_text("[load]\nmessges = 3\n", encoding="utf-8")
    status, out, err = await ussdgw("simulator", str(path))

    assert (status, out) == (2, "")
    assert err == f"error: {path}:2: unknown key 'messges'; did you mean 'messages'?\n"


MIX = """
numbers = 20
first_number = 79169000000
[[talk]]
weight = 3
steps = [{ ussd = "*100#", expect = "^Баланс: 1000 руб" }]
[[talk]]
steps = [{ sms = "БАЛАНС" }]
"""


async def test_load_at_a_rate(gateway_port: int, tmp_path: Path) -> None:
    """`load` offers a mix at a rate for so long, and writes percentiles and an HDR histogram."""
    mix, hdr = tmp_path / "mix.toml", tmp_path / "latency.hgrm"
    mix.write_text(MIX, encoding="utf-8")
    status, out, err = await ussdgw(
        "load", "--against", f"127.0.0.1:{gateway_port}", "--mix", str(mix), "--rate", "50", "--for", "2s",
        "--system-id", ACCOUNT, "--password", PASSWORD, "--hdr", str(hdr), "--json",
    )  # fmt: skip
    report = json.loads(out)

    assert status == 0, err
    assert 90 <= report["counts"]["replied"] <= 101
    assert report["statuses"] == {"ESME_ROK": report["counts"]["acknowledged"]}
    assert 0 < report["latency_ms"]["p50"] <= report["latency_ms"]["p99"]
    assert "Percentile" in hdr.read_text(encoding="utf-8")


async def test_load_of_a_recording(gateway_port: int) -> None:
    """`load --recording` says what was said in it, with the codes that this gateway tells."""
    status, out, err = await ussdgw(
        "load", "--against", f"127.0.0.1:{gateway_port}", "--recording", str(RECORDINGS / "quiet_hour.jsonl.zst"),
        "--rate", "200", "--for", "1s", "--system-id", ACCOUNT, "--password", PASSWORD, "--json",
    )  # fmt: skip
    report = json.loads(out)

    assert status == 0, err
    assert 100 <= report["counts"]["replied"] <= 201
    assert "unanswered" not in report["counts"]


async def test_a_recording_of_nothing(tmp_path: Path) -> None:
    """A recording in which nobody says anything, or of a newer version, and two sources at once: status 2, and why."""
    (tmp_path / "a.jsonl").write_text('{"recording":1}\n')
    (tmp_path / "b.jsonl").write_text('{"recording":9}\n')
    nothing = await in_process("load", "--recording", str(tmp_path / "a.jsonl"))
    newer = await in_process("load", "--recording", str(tmp_path / "b.jsonl"))
    both = await in_process("load", "--recording", "a.jsonl", "--mix", "b.toml")

    assert [each[0] for each in (nothing, newer, both)] == [2] * 3
    assert "nobody said anything" in nothing[1]
    assert "version 9" in newer[1]


async def test_a_faulty_mix_is_told(tmp_path: Path) -> None:
    """The line is that of the mix's own file, which has no table [load]."""
    path = tmp_path / "mix.toml"
    path.write_text("numbers = 3\nwindw = 4\n", encoding="utf-8")
    status, out, err = await ussdgw("load", "--mix", str(path))

    assert (status, out) == (2, "")
    assert err == f"error: {path}:2: unknown key 'windw'; did you mean 'window'?\n"


async def test_a_load_of_nobody(gateway_port: int, tmp_path: Path) -> None:
    """Whoever was never bound has loaded nothing: status 2 and why, not a report of zeros alone."""
    here = f"127.0.0.1:{gateway_port}"
    status, _, told = await ussdgw("load", "--against", here, "--password", "wrong", "--for", "1s")
    unwritable = await in_process("load", "--against", here, "--for", "1s", "--hdr", str(tmp_path / "no" / "a.hdr"))

    assert status == 2
    assert f"error: {here}: refused the bind; check --system-id and --password" in told
    assert unwritable[0] == 2
