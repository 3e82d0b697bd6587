"""What the commands of the control socket do to a running gateway. docs/control.md lists them.

Each takes typed arguments and returns a document for JSON. What changes anything goes to the engine as a fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gateway.catalogue.faults import CatalogueError
from gateway.control import ControlCommand, ControlError, Nothing, Progress
from gateway.importing import IMPORT_ROWS_MAX
from gateway.messages import ImportCount, ImportRow, MissRow, UsageCount, UsageRow
from gateway.status import Status, status_of

if TYPE_CHECKING:
    from gateway.app import Gateway


class ImportTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of a table that is called `file`."""

    file: str
    rows: tuple[ImportRow, ...]


class UsageTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Records of use from a table that is called `file`."""

    file: str
    rows: tuple[UsageRow, ...]


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

    async def import_subscribers(table: ImportTable, _: Progress) -> ImportCount:
        tariffs = gateway.rooms.catalogue.products.tariffs
        unknown = next((row for row in table.rows if row.tariff not in tariffs), None)
        if unknown is not None:
            raise ControlError("bad_rows", f"{unknown.msisdn}: there is no tariff {unknown.tariff} in products.toml")
        _limit_rows(len(table.rows))
        return await gateway.add_subscribers(table.file, table.rows)

    async def import_usage(table: UsageTable, _: Progress) -> UsageCount:
        _limit_rows(len(table.rows))
        return await gateway.add_usage(table.file, table.rows)

    return {
        "misses": ControlCommand(Nothing, misses),
        "reload": ControlCommand(Nothing, reload),
        "subscribers.import": ControlCommand(ImportTable, import_subscribers),
        "status": ControlCommand(Nothing, status),
        "usage.import": ControlCommand(UsageTable, import_usage),
    }


def _limit_rows(rows: int) -> None:
    if rows > IMPORT_ROWS_MAX:
        raise ControlError("bad_rows", f"{rows} rows: at most {IMPORT_ROWS_MAX} at once")
