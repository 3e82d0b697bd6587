"""What strangers write is data everywhere: in the database, in the log, on the engineer's terminal."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from gateway.cli.codes import codes_explain
from tests.wire.gateway_fixture import ROK, SUBMIT_SM, RawPeer, peer_of, served, sms_body, write_config

SENDER = "79163000301"
HOSTILE = (
    "'; DROP TABLE subscriber; --",
    '"); DELETE FROM journal; --',
    "{0.__class__} {input} %s %(text)s { $code }",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "БАЛАНС\n{\"event\": \"forged\", \"level\": \"info\"}\nx",
    "ПОМОЩЬ {0} '; DROP TABLE journal; --",
    "ПЕРЕВОД {number} ' OR 1=1 --",
    "\x00\x01\x02\u2028\u202e\ufeff<script>alert(1)</script>",
)  # fmt: skip


def tables(path: Path) -> list[tuple[str, str]]:
    """Every table and index of a database with its definition."""
    with sqlite3.connect(path) as database:
        return sorted(database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


async def answered(peer: RawPeer, text: str) -> str:
    """The whole answer to an SMS."""
    assert (await peer.ask(SUBMIT_SM, sms_body(SENDER, text))).status == ROK
    return await peer.whole_text(SENDER)


async def test_hostile_texts_stay_data(tmp_path: Path) -> None:
    """SQL, braces, terminal escapes and line feeds are answered; log lines stay whole, the tables as they were."""
    log = tmp_path / "gateway.json"
    path = write_config(tmp_path, more=f'[log]\nfile = "{log}"\nformat = "json"\nlevel = "debug"\n')
    async with served(path) as gateway, peer_of(gateway.port) as peer:
        await answered(peer, "БАЛАНС")
        database = next(each for each in tmp_path.rglob("*.db"))
        before = tables(database)
        answers = [await answered(peer, text) for text in HOSTILE]
        balance = await answered(peer, "БАЛАНС")
        after = tables(database)
        await gateway.end()

    assert before == after
    assert all(answer.isprintable() for answer in answers)
    assert "Баланс" in balance
    with sqlite3.connect(database) as rows:
        assert [("ok",)] == rows.execute("PRAGMA integrity_check").fetchall()
    lines = log.read_bytes().split(b"\n")
    assert b"" == lines.pop()
    events = [json.loads(line) for line in lines]
    assert all(event["event"] != "forged" for event in events)
    assert not any(octet < 0x20 or octet == 0x7F for line in lines for octet in line)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_is_not_steered(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`codes explain` shows control characters by their numbers."""
    codes_explain(text)

    shown = capsys.readouterr().out
    assert not any(character < " " and character != "\n" for character in shown)
    assert "\u202e" not in shown
