"""The phone in a real terminal: tmux, whose screen is read as a person would read it, types as a person would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.foreign.required import tmux
from tests.wire.gateway_fixture import WAIT_S, fresh_number, serving_in_thread, write_config

pytestmark = pytest.mark.foreign

LOOK_S = 0.05


THEN = '"$@"; echo "ended with $?"; exec cat'
"""The shell of the terminal tells how its command ended: tmux itself does not always hear of it on a busy machine."""


class Terminal:
    """A terminal of 80 by 24 with a shell that runs one command, on a tmux server of its own."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self._tmux = [tmux(), "-S", str(folder / "tmux"), "-f", os.devnull]
        shell = ["sh", "-c", THEN, "sh", *command]
        self._run("new-session", "-d", "-x", "80", "-y", "24", "-e", "LC_ALL=C.UTF-8", *shell)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, timeout=WAIT_S, check=True)
        return done.stdout

    def type(self, *keys: str) -> None:
        """Keys by their tmux names; other words letter by letter."""
        self._run("send-keys", *keys)

    def sees(self, pattern: str) -> str:
        """The screen as soon as it holds that."""
        ends = time.monotonic() + WAIT_S
        while not re.search(pattern, screen := self._run("capture-pane", "-p")):
            assert time.monotonic() < ends, screen
            time.sleep(LOOK_S)
        return screen

    def close(self) -> None:
        self._run("kill-server")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with serving_in_thread(write_config(tmp_path, dialect="spec")) as port:
        shown = Terminal(tmp_path, [sys.executable, "-m", "gateway", "phone", fresh_number(), "--port", str(port)])
        try:
            yield shown
        finally:
            shown.close()


def test_the_phone_in_a_terminal(terminal: Terminal) -> None:
    """It fits 80 by 24: display, keys, lists and status; a menu goes on by keys; ctrl+q gives the terminal back."""
    terminal.sees("connected to .* as demo")
    terminal.type("*111#", "Enter")
    screen = terminal.sees("1 Деньги")
    assert all(part in screen for part in ("UCS-2 54/80", "1 Деньги", "7 pqrs", "call", "SMS", "Hang up"))
    terminal.type("1", "Enter")
    terminal.sees("1 Баланс")
    terminal.type("1", "Enter")
    terminal.sees("Баланс: 1000")
    terminal.type("БАЛАНС")
    terminal.sees("to 111: 1 SMS, UCS-2 6")
    terminal.type("Enter")
    terminal.sees(r"\d\d:\d\d 111, 1 SMS, UCS-2")
    terminal.type("C-q")
    terminal.sees("^ended with 0")
