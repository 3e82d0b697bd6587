"""What the commands of the control socket do to a running gateway. docs/control.md lists them.

Each takes typed arguments and returns a document for JSON. What changes anything goes to the engine as a fact.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec

from gateway.catalogue.faults import CatalogueError, counted, nearest
from gateway.control import ControlCommand, ControlError, Nothing, Progress
from gateway.engine.intake import msisdn_of
from gateway.importing import IMPORT_ROWS_MAX
from gateway.messages import ImportCount, ImportRow, MissRow, Push, UsageCount, UsageRow
from gateway.model import Instant
from gateway.recordings import RecordingEnded, RecordingState
from gateway.status import Status, status_of

if TYPE_CHECKING:
    from gateway.app import Gateway


PUSH_ID_LENGTH_MAX, PUSH_TEXT_LENGTH_MAX = 64, 500
PROGRESS_S = 15.0


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


class PushArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of `notify`, a text, and `ask`, a menu by its name or by what one dials for it.

    `id` names the request: the same one again does nothing and tells what has come of it. `wait`: for what comes of it.
    """

    number: str
    notify: str = ""
    ask: str = ""
    id: str = ""
    wait: bool = False


class PushResult(msgspec.Struct, frozen=True):
    """`reference` is the journal number; `state` one of docs/control.md; `final`: nothing more comes of it."""

    id: str
    reference: int
    state: str
    final: bool
    reason: str
    answer: str


def _push_request(gateway: Gateway, asked: PushArguments) -> Push:
    """The request, checked. Raises ControlError."""
    msisdn = msisdn_of(asked.number, gateway.settings.operator.country)
    if msisdn is None:
        raise ControlError("bad_arguments", f"push: number: {asked.number!r} is no telephone number")
    if bool(asked.notify.strip()) is bool(asked.ask):
        raise ControlError("bad_arguments", "push: give a text to notify of, or a menu to ask")
    if len(asked.id) > PUSH_ID_LENGTH_MAX:
        raise ControlError("bad_arguments", f"push: id: at most {PUSH_ID_LENGTH_MAX} characters")
    if len(asked.notify) > PUSH_TEXT_LENGTH_MAX:
        raise ControlError("bad_arguments", f"push: notify: at most {PUSH_TEXT_LENGTH_MAX} characters")
    place = ""
    if asked.ask:
        tree = gateway.rooms.menus
        paths = {name: path for path, name in tree.paths()}
        place = paths.get(asked.ask, asked.ask.rstrip("#"))
        if tree.place(place, ()) is None:
            known = nearest(asked.ask, paths) or f"; `ussdgw codes menu` shows them: {', '.join(sorted(paths))}"
            raise ControlError("bad_arguments", f"push: ask: there is no menu {asked.ask!r}{known}")
    return Push(asked.id or secrets.token_hex(8), msisdn, Instant(0), asked.notify.strip(), place)


T = TypeVar("T")


async def _with_progress(awaited: Coroutine[object, object, T], progress: Progress) -> T:
    """The result of something that takes its time; whoever asked hears meanwhile that it is under way."""
    task = asyncio.ensure_future(awaited)
    try:
        while not (await asyncio.wait({task}, timeout=PROGRESS_S))[0]:
            progress({"waiting": True})
        return task.result()
    finally:
        task.cancel()


class RecordTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long to record; 0: until it is ended."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=31 * 86_400)] = 0.0


def control_commands(gateway: Gateway) -> dict[str, ControlCommand]:
    """Every command by its name."""

    async def reload(_: Nothing, __: Progress) -> ReloadResult:
        try:
            changes = await gateway.reload()
        except CatalogueError as error:
            message = f"{counted(len(error.faults), 'fault')}; the catalogue that was loaded before still applies"
            raise ControlError("invalid_catalogue", message, error.faults) from None
        return ReloadResult(gateway.rooms.digest, changes)

    async def misses(_: Nothing, __: Progress) -> list[MissRow]:
        return gateway.misses.rows()

    async def begin_recording(time: RecordTime, _: Progress) -> RecordingState:
        return await gateway.recordings.begin(time.seconds)

    async def end_recording(_: Nothing, __: Progress) -> RecordingEnded:
        return await gateway.recordings.end()

    async def status(_: Nothing, __: Progress) -> Status:
        return await status_of(gateway)

    async def push(asked: PushArguments, progress: Progress) -> PushResult:
        request = _push_request(gateway, asked)
        record = await gateway.push(request)
        if record is None:
            raise ControlError("unknown_subscriber", f"{request.msisdn}: no subscriber has this number")
        if asked.wait and not record.is_final:
            record = await _with_progress(gateway.pushed(request.id), progress)
        return PushResult(
            request.id, record.number, record.state.value, record.is_final, record.reason, record.answer
        )  # fmt: skip

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
        "push": ControlCommand(PushArguments, push),
        "recording.begin": ControlCommand(RecordTime, begin_recording),
        "recording.end": ControlCommand(Nothing, end_recording),
        "reload": ControlCommand(Nothing, reload),
        "subscribers.import": ControlCommand(ImportTable, import_subscribers),
        "status": ControlCommand(Nothing, status),
        "usage.import": ControlCommand(UsageTable, import_usage),
    }


def _limit_rows(rows: int) -> None:
    if rows > IMPORT_ROWS_MAX:
        raise ControlError("bad_rows", f"{rows} rows: at most {IMPORT_ROWS_MAX} at once")
