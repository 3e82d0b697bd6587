"""Programs that are not ours: where one is absent its tests are skipped aloud, and fail where CI demands them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TypeVar

import pytest

FOLDER = Path(__file__).parents[3] / ".foreign"

T = TypeVar("T")


def required(found: T | None, missing: str) -> T:
    """What was found; else skips, or fails where USSDGW_REQUIRE_FOREIGN is set."""
    if found is not None:
        return found
    missing += ": run `make tools`"
    if os.environ.get("USSDGW_REQUIRE_FOREIGN"):
        pytest.fail(missing)
    pytest.skip(missing)


def node() -> str:
    """The interpreter, with npm's `smpp` installed in `FOLDER`."""
    found = shutil.which("node") if (FOLDER / "node_modules" / "smpp").is_dir() else None
    return required(found, "node or its package smpp is not installed, so no foreign centre has spoken to us")


def tmux() -> str:
    """The terminal that a program can look at."""
    return required(shutil.which("tmux"), "tmux is not installed, so the phone was not seen in a real terminal")
