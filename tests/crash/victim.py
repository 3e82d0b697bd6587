"""The gateway that a kill test kills: `python -m tests.crash.victim serve ...` is `ussdgw serve ...`.

It has a failpoint where the environment names one, and a system for payments that writes what it was asked to a file.
"""

from __future__ import annotations

import functools
import os
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from gateway import app, cli
from gateway.delivery.effects import ChannelSetup
from gateway.store.protocol import EffectRow
from gateway.store.sqlite import SqliteStore
from tests.crash.failpoints import BY_NAME, PAYMENTS, STATEMENTS, VARIABLE, arm


class Statements(sqlite3.Connection):
    """A connection whose statements pass by a failpoint."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        return super().execute(*arguments)


class Payments:
    """A bank that outlives the gateway."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def perform(self, effect: EffectRow) -> str:
        amount = msgspec.json.decode(effect.document)["amount_minor"]
        with self._path.open("a") as file:
            file.write(f"{effect.key} {amount}\n")
        return "{}"

    async def close(self) -> None: ...


def main() -> None:
    payments = ChannelSetup(Payments(Path(os.environ[PAYMENTS])))
    vars(app)["channels_of"] = lambda settings, clock: {"payments": payments}
    name, _, hit = os.environ.get(VARIABLE, "").partition(":")
    if name:
        failpoint = BY_NAME[name]
        if failpoint.place == STATEMENTS:
            connect = functools.partial(sqlite3.connect, factory=Statements)
            vars(app)["SqliteStore"] = functools.partial(SqliteStore, connect=connect)
        arm(failpoint, int(hit))
    cli.main()


if __name__ == "__main__":
    # The failpoints find this module by its name, so the classes must be those of that name.
    from tests.crash import victim

    victim.main()
