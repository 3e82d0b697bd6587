"""`ussdgw outbox` beside a running gateway: what became of replies, as a table and exported."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.messages import OutboxState
from gateway.outbox import SinceError, since
from tests.wire.gateway_fixture import DELIVER_SM, fresh_number, sms_body
from tests.wire.interop.centre_fixture import Town, town, written


async def traffic(here: Town, delivered: str, waiting: str) -> None:
    """One reply delivered, one with a one-time code on its way, one receipt of nothing."""
    here.accept(await here.ask(delivered), "4711")
    await here.receipt(delivered, written("4711"))
    await here.row(delivered, OutboxState.DELIVERED)
    await here.peer.ask(DELIVER_SM, sms_body(waiting, f"ПЕРЕВОД {delivered} 100"))
    await here.submitted(waiting)
    await here.receipt(waiting, written("nobody"))


def run(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["outbox", "--config", str(folder / "gateway.toml"), *arguments])
    assert done.exit_code == 0, done.output
    return done.output


async def test_outbox_is_shown_and_exported(tmp_path: Path) -> None:
    """Table, JSON and CSV say the same; state, number and time choose; one-time codes are never shown."""
    delivered, waiting = fresh_number(), fresh_number()
    async with town(tmp_path) as here:
        await traffic(here, delivered, waiting)
        table, lines = run(tmp_path), [json.loads(line) for line in run(tmp_path, "--json").splitlines()]
        rows = list(csv.DictReader(run(tmp_path, "--csv").splitlines()))
        chosen = [
            [json.loads(line)["number"] for line in run(tmp_path, "--json", *arguments).splitlines()]
            for arguments in (
                ["--state", "delivered"],
                ["--number", waiting],
                ["--since", "1h"],
                ["--since", "2099-01-01"],
                ["--limit", "1"],
            )
        ]
        nothing = run(tmp_path, "--state", "failed")
        (orphan,) = [json.loads(line) for line in run(tmp_path, "--orphans", "--json").splitlines()]

    assert [line["state"] for line in lines] == ["DELIVERED", "SENDING"]
    assert len(table.splitlines()) == 1 + len(lines)  # a header and a line each, also where the text is long
    assert all(" ".join(line["text"].split()) in table for line in lines)
    assert [row["row"] for row in rows] == [str(line["row"]) for line in lines]
    assert all(line["at"][:19].replace("T", " ") in table and line["number"] in table for line in lines)
    assert (lines[0]["message_id"], lines[0]["text"][:7]) == ("4711", "Баланс:")
    assert "****" in lines[1]["text"]
    assert nothing == "no such reply\n"
    assert chosen == [[delivered], [waiting], [delivered, waiting], [], [waiting]]
    assert (orphan["message_id"], orphan["state"], orphan["link"]) == ("nobody", "DELIVERED", "smsc")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", "2026-11-22T11:58:30+00:00"),
        ("15m", "2026-11-22T11:45:00+00:00"),
        ("2h", "2026-11-22T10:00:00+00:00"),
        ("3d", "2026-11-19T12:00:00+00:00"),
        ("2026-11-20", "2026-11-20T00:00:00+00:00"),
        ("2026-11-20T14:30", "2026-11-20T14:30:00+00:00"),
        ("2026-11-20T14:30+03:00", "2026-11-20T11:30:00+00:00"),
    ],
)
def test_since(text: str, expected: str) -> None:
    """Spans are counted back from now; days and times are in the operator's zone unless they name another."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert datetime.fromtimestamp(since(text, now) / 1000, UTC).isoformat() == expected


@pytest.mark.parametrize("text", ["", "yesterday", "5", "2026-13-01"])
def test_since_that_cannot_be_read(text: str) -> None:
    """Anything else is refused with what can be read."""
    with pytest.raises(SinceError, match="15m, 2h, 3d"):
        since(text, datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--state", "delivred"], "did you mean"), ([], "there is no such database")],
)
def test_faults_are_told(tmp_path: Path, arguments: list[str], said: str) -> None:
    """A wrong state, or a database that is not there, is one line that says what to do."""
    config = tmp_path / "gateway.toml"
    config.write_text(f'[store]\nurl = "sqlite:///{tmp_path}/none.db"\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["outbox", "--config", str(config), *arguments])

    assert said in str(done.exception)
