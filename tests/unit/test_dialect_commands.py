"""`ussdgw dialects`: what an operator's engineer sees of the dialects, and of a fault in his own."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway import config
from gateway.cli.dialects import app
from gateway.config import ConfigError
from gateway.rooms import dialects_of
from smpp.dialects import DialectError, own_dialects


def said(*command: str) -> str:
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_list_names_every_dialect() -> None:
    """A line a dialect, with how it ends a dialog in both notations."""
    lines = said("list").splitlines()

    assert [name for name in own_dialects() if not any(line.startswith(f"{name} ") for line in lines)] == []
    assert any(line.startswith("mica") and "0x17 (23 reserved)" in line for line in lines)


def test_show_prints_a_file() -> None:
    """What is shown of a dialect is what a file of one's own begins with."""
    assert said("show", "huawei").startswith('[[dialect]]\nname                  = "huawei"\n')
    with pytest.raises(ConfigError, match="unknown USSD dialect 'huawey', did you mean 'huawei'"):
        said("show", "huawey")


def test_check_of_a_file(tmp_path: Path) -> None:
    """A right file is counted, a wrong one is told with file, line and key."""
    mine = tmp_path / "mine.toml"
    mine.write_text('[[dialect]]\nname = "town"\nbase = "huawei"\n')
    assert said("check", str(mine)) == f"{len(own_dialects()) + 1} dialects: no faults\n"

    mine.write_text('[[dialect]]\nname = "town"\nbas = "huawei"\n')
    with pytest.raises(DialectError, match=r"mine\.toml:3: bas: unknown key, did you mean 'base'"):
        said("check", str(mine))


def test_a_link_with_an_unknown_dialect(tmp_path: Path) -> None:
    """The start is refused: which link, which key, and the nearest dialect."""
    path = tmp_path / "gateway.toml"
    path.write_text('[[links]]\nname = "smsc1"\nsystem_id = "gw"\ndialect = "huawey"\n')

    with pytest.raises(ConfigError, match=r"\[\[links\]\] 'smsc1': dialect: unknown .*did you mean 'huawei'"):
        dialects_of(config.load(path))
