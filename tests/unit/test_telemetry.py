"""The log: one JSON line an event, the same by whichever method."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import structlog

from gateway import telemetry
from gateway.misses import Misses


@pytest.fixture(autouse=True)
def configured_again() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("context", [{}, {"link": "smsc1"}])
def test_the_short_way_writes_the_same_line(tmp_path: Path, context: dict[str, str]) -> None:
    """`info`, which every command pays for, differs from `warning` in nothing but the level, order of keys included."""
    path = tmp_path / "log" / "gateway.log"
    sync = telemetry.configure("json", path, "info")
    log = structlog.get_logger().bind(**context)
    log.info("bound", peer="10.0.0.1", number=7)
    log.warning("bound", peer="10.0.0.1", number=7)
    sync()
    info, warning = (msgspec.json.decode(line) for line in path.read_bytes().splitlines())

    assert list(info) == list(warning) == [*context, "peer", "number", "event", "level", "timestamp"]
    assert {**info, "level": "", "timestamp": ""} == {**warning, "level": "", "timestamp": ""}
    assert (info["level"], warning["level"]) == ("info", "warning")


def test_what_the_level_hides_is_not_written(tmp_path: Path) -> None:
    """`level = "warning"` silences the commands' events."""
    path = tmp_path / "gateway.log"
    sync = telemetry.configure("json", path, "warning")
    structlog.get_logger().info("command")
    structlog.get_logger().warning("store_failed")
    sync()

    assert [msgspec.json.decode(line)["event"] for line in path.read_bytes().splitlines()] == ["store_failed"]


def test_lines_for_people_go_into_the_file_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`format = "console"` beside `file`: into that file, not to the terminal, and without colours."""
    path = tmp_path / "gateway.log"
    sync = telemetry.configure("console", path, "info")
    structlog.get_logger().info("bound", link="smsc1")
    sync()

    line = path.read_text(encoding="utf-8")
    assert ("bound" in line, "link=smsc1" in line, "\x1b" in line) == (True, True, False)
    assert ("", "") == tuple(capsys.readouterr())


def test_troubles_of_a_link_are_warnings_and_name_their_status(tmp_path: Path) -> None:
    """At `level = "warning"` an engineer sees what went wrong at a link, with the status by its name."""
    path = tmp_path / "gateway.log"
    sync = telemetry.configure("json", path, "warning")
    gateway = telemetry.Telemetry(Misses(rows_max=1, follow_ups_max=1, follow_up_ms=1))
    gateway.noted("pdu_deviates", link="smsc1", text="trailing_octets: 00")
    gateway.noted("bind_refused", link="smsc1", status=0x0E)
    sync()

    (line,) = map(msgspec.json.decode, path.read_bytes().splitlines())
    assert ("bind_refused", "warning", "ESME_RINVPASWD (0x0E)") == (line["event"], line["level"], line["status"])
    assert gateway.troubles["smsc1"].about == "ESME_RINVPASWD (0x0E)"
