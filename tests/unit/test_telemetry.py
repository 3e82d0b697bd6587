"""The log: one JSON line an event, the same by whichever method."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import structlog

from gateway import telemetry


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
