"""The phone in the terminal, in the hands of textual's pilot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from gateway.handset import Handset
from gateway.handset_view import HandsetView
from gateway.phone import Phone
from tests.wire.gateway_fixture import ACCOUNT, HOST, PASSWORD, WAIT_S

TURN_S = 0.01


class HeldPhone:
    """What can be done with it, and what is seen on it."""

    def __init__(self, app: HandsetView, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def until(self, holds: Callable[[], bool]) -> None:
        """Returns when it is so; else says what is seen."""
        for _ in range(int(WAIT_S / TURN_S)):
            if holds():
                return
            await self.pilot.pause(TURN_S)
        raise AssertionError(f"display {self.display!r}, status {self.status!r}, inbox {self.lines('inbox')}")

    async def send(self, line: str) -> None:
        """The line typed, and Enter."""
        self.app.action_insert(line)
        await self.pilot.press("enter")

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in self.display)

    async def is_told(self, text: str) -> None:
        """By the status line."""
        await self.until(lambda: text in self.status)

    @property
    def display(self) -> str:
        return str(self.app.query_one("#display", Static).render())

    @property
    def note(self) -> str:
        return str(self.app.query_one("#display", Static).border_subtitle)

    @property
    def status(self) -> str:
        return str(self.app.query_one("#status", Static).render())

    @property
    def in_trouble(self) -> bool:
        return self.app.query_one("#status", Static).has_class("trouble")

    def lines(self, name: str) -> list[str]:
        """Of a list: `inbox` or `said`."""
        shown = self.app.query_one(f"#{name}", OptionList)
        return [str(shown.get_option_at_index(place).prompt) for place in range(shown.option_count)]


@asynccontextmanager
async def held(
    port: int,
    number: str,
    system_id: str = ACCOUNT,
    password: str = PASSWORD,
    now: Callable[[], datetime] = datetime.now,
) -> AsyncIterator[HeldPhone]:
    """A phone in a terminal of the usual size."""
    app = HandsetView(Phone(HOST, port, system_id, password, number), Handset(number), now)
    async with app.run_test(size=(80, 24)) as pilot:
        yield HeldPhone(app, pilot)
