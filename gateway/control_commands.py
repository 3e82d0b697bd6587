"""What the commands of the control socket do to a running gateway. docs/control.md lists them.

Each takes typed arguments and returns a document for JSON. What changes anything goes to the engine as a fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from gateway.catalogue.faults import CatalogueError
from gateway.control import ControlCommand, ControlError, Nothing, Progress
from gateway.importing import IMPORT_ROWS_MAX
from gateway.messages import ImportCount, ImportRow, MissRow
from gateway.recordings import RecordingState
from gateway.status import Status, status_of

if TYPE_CHECKING:
    from gateway.app import Gateway


class ImportTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of a table that is called `file`."""

    file: str
    rows: tuple[ImportRow, ...]


class ReloadResult(msgspec.Struct, frozen=True):
    """`digest` names the catalogue that applies now; `changes` is empty where nothing had changed."""

    digest: str
    changes: tuple[str, ...]


class RecordTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long to record; 0: until it is ended."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=31 * 86_400)] = 0.0


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

    async def begin_recording(time: RecordTime, _: Progress) -> RecordingState:
        return await gateway.recordings.begin(time.seconds)

    async def end_recording(_: Nothing, __: Progress) -> RecordingState:
        return await gateway.recordings.end()

    async def status(_: Nothing, __: Progress) -> Status:
        return await status_of(gateway)

    async def import_subscribers(table: ImportTable, _: Progress) -> ImportCount:
        tariffs = gateway.rooms.catalogue.products.tariffs
        unknown = next((row for row in table.rows if row.tariff not in tariffs), None)
        if unknown is not None:
            raise ControlError("bad_rows", f"{unknown.msisdn}: there is no tariff {unknown.tariff} in products.toml")
        if len(table.rows) > IMPORT_ROWS_MAX:
            raise ControlError("bad_rows", f"{len(table.rows)} rows: at most {IMPORT_ROWS_MAX} at once")
        return await gateway.add_subscribers(table.file, table.rows)

    return {
        "misses": ControlCommand(Nothing, misses),
        "recording.begin": ControlCommand(RecordTime, begin_recording),
        "recording.end": ControlCommand(Nothing, end_recording),
        "reload": ControlCommand(Nothing, reload),
        "subscribers.import": ControlCommand(ImportTable, import_subscribers),
        "status": ControlCommand(Nothing, status),
    }
