"""A restart does not check again what was checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import checked as module
from gateway import config
from gateway.catalogue.faults import CatalogueError
from gateway.checked import Checked
from gateway.rooms import Rooms, checked_of


def test_the_state_that_was_noted_holds_until_data_settings_or_program_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state is known as checked only with the same data, the same settings of the check and the same program."""
    file = tmp_path / "checked"
    Checked(file, "RU").note("d1")

    assert Checked(file, "RU").holds("d1")
    assert not Checked(file, "RU").holds("d2")
    assert not Checked(file, "BG").holds("d1")
    monkeypatch.setattr(module, "_program", lambda: "a later release")
    assert not Checked(file, "RU").holds("d1")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"nonsense"])
def test_what_cannot_be_read_is_not_known(tmp_path: Path, content: bytes | None) -> None:
    """A missing or damaged file means a check, never an error."""
    file = tmp_path / "checked"
    if content is not None:
        file.write_bytes(content)

    assert not Checked(file, "").holds("d1")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """That nothing can be remembered costs a check at the next start, and no more."""
    Checked(tmp_path / "nowhere" / "checked", "").note("d1")


def test_faulty_data_are_refused_also_after_good_ones(tmp_path: Path) -> None:
    """What was remembered of good data never lets changed data pass unchecked."""
    settings = config.load(
        None, {"store": {"url": f"sqlite:///{tmp_path}/gateway.db"}, "catalogue": {"folder": tmp_path}}
    )
    codes = tmp_path / "codes.toml"
    codes.write_text('[[code]]\nussd = ["*111*100#"]\ncommand = "balance.show"\n', encoding="utf-8")
    menus = tmp_path / "menus.toml"
    menus.write_text("", encoding="utf-8")
    Rooms(settings, b"", checked_of(settings))
    Rooms(settings, b"", checked_of(settings))

    codes.write_text('[[code]]\nussd = ["*21#"]\ncommand = "balance.show"\n', encoding="utf-8")
    with pytest.raises(CatalogueError, match="the handset keeps it for itself"):
        Rooms(settings, b"", checked_of(settings))
