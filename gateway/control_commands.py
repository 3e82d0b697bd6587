"""What the commands of the control socket do to a running gateway. docs/control.md lists them.

Each takes typed arguments and returns a document for JSON. What changes anything goes to the engine as a fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gateway.catalogue.faults import CatalogueError
from gateway.control import ControlCommand, ControlError, Nothing, Progress
from gateway.messages import MissRow
from gateway.status import Status, status_of

if TYPE_CHECKING:
    from gateway.app import Gateway


class ReloadResult(msgspec.Struct, frozen=True):
    """`digest` names the catalogue that applies now; `changes` is empty where nothing had changed."""

    digest: str
    changes: tuple[str, ...]


def control_commands(gateway: Gateway) -> dict[str, ControlCommand]:
    """Every command by its name."""

    async def reload(_: Nothing, __: Progress) -> ReloadResult:
        try:
            changes = await gateway.reload()
        except CatalogueError as error:
            message = f"{len(error.faults)} faults; the catalogue that was loaded before still applies"
            raise ControlError("invalid_catalogue", message, error.faults) from None
        return ReloadResult(gateway.rooms.digest, changes)

    async def misses(_: Nothing, __: Progress) -> list[MissRow]:
        return gateway.misses.rows()

    async def status(_: Nothing, __: Progress) -> Status:
        return await status_of(gateway)

    return {
        "misses": ControlCommand(Nothing, misses),
        "reload": ControlCommand(Nothing, reload),
        "status": ControlCommand(Nothing, status),
    }
