"""The one place that wires: settings in, a running gateway out.

Nothing is decided here. Order of a start: data, store, engine, then the doors; of a stop: nothing new is taken, what is
queued is finished, the doors, the store.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from gateway.admin import AdminServer, Phase, admin_pages
from gateway.catalogue.faults import CatalogueError, Fault
from gateway.clock import Clock, SystemClock
from gateway.config import (
    Peer,
    Settings,
)
from gateway.control import ControlServer
from gateway.control_commands import control_commands
from gateway.delivery.effects import EffectPerformer
from gateway.delivery.routing import Connections, RouteRule, Routing
from gateway.delivery.sender import Sender
from gateway.doors import Doors, route_of, terms_of
from gateway.engine.dialogs import Dialogs
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.intake import Intake
from gateway.engine.journal import catalogue_digest
from gateway.engine.parts import PartsSettings
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Tools
from gateway.importing import IMPORT_ROWS_MAX, chunks, read_subscribers
from gateway.messages import (
    ImportCount,
    Imported,
    ImportRow,
    Inbound,
    Push,
    Reloaded,
    UsageCount,
    UsageImported,
    UsageRow,
)
from gateway.misses import Misses
from gateway.model import Instant
from gateway.outside import application_channels, channels_of, outside_applications, standins_of
from gateway.recordings import Recordings
from gateway.retention import Retention, keeping_of, months_ago
from gateway.rooms import Rooms, checked_of, code_deriver, read_secret
from gateway.rules.pushes import PushRecord
from gateway.status import Meter, Outlook
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Store, StoreError, Wanted
from gateway.store.sqlite import SqliteStore
from gateway.telemetry import Telemetry
from smpp.ussd import OutKind

if TYPE_CHECKING:
    pass

HOUSEKEEPING_S = 0.25
IMPORT_ROWS_BESIDE_MESSAGES = 40  # a few milliseconds of work
IMPORT_GIVES_WAY_S = 1.0  # after each message
# A stop takes 5 s at most: this, then two seconds for unbind_resp and one for sockets that nobody reads.
DRAIN_S = 1.5
DRAIN_STEP_S = 0.01
ENGINE_STOP_S = 0.5
RECORDER_STOP_S = 1.0


def open_store(settings: Settings) -> Store:
    path = settings.store.path()
    if path is None:
        return MemoryStore()
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteStore(path)


class Gateway:
    """A gateway from its settings. `start`, then `run` until `stop`."""

    def __init__(self, settings: Settings, *, demo: bool = False, clock: Clock | None = None) -> None:
        self.settings = settings
        self.demo = demo
        self.standins = standins_of(settings) if demo else None
        if self.standins is not None:
            outside: dict[str, object] = {"channels": self.standins.section(settings.channels)}
            if not settings.applications:
                outside["applications"] = self.standins.applications()
            settings = settings.model_copy(update=outside)
        self.settings = settings
        self.clock = clock or SystemClock()
        section = settings.misses
        self.misses = Misses(
            rows_max=section.rows_max,
            follow_ups_max=section.follow_ups_max,
            follow_up_ms=int(section.follow_up_s * 1000),
        )
        self.telemetry = Telemetry(self.misses)
        self.secret = read_secret(settings.operator.secret_file)
        self.rooms = Rooms(settings, self.secret, checked_of(settings))
        self.store = open_store(settings)
        self.queue = FactQueue(settings.engine.queue_facts_max)
        self.connections = Connections()
        peers: tuple[Peer, ...] = (*settings.listeners, *settings.links)
        rules = tuple(RouteRule(rule.prefix, rule.short_number, rule.account, rule.via) for rule in settings.routes)
        routes = [route_of(peer, settings, self.rooms.dialects) for peer in peers]
        self.routing = Routing(self.connections, routes, rules, settings.operator.validity_hours)
        self.sender = Sender(
            connections=self.connections,
            routing=self.routing,
            store=self.store,
            clock=self.clock,
            derive_code=code_deriver(self.secret),
            post=self.queue.post,
            wake=self.queue.wake,
            noted=self.telemetry.noted,
            alarm=self._pump_in,
        )
        self.intake = Intake(
            queue=self.queue,
            sender=self.sender,
            connections=self.connections,
            routing=self.routing,
            clock=self.clock,
            log=self.telemetry,
            country=settings.operator.country,
        )
        self.applications = outside_applications(settings, self.clock)
        channels = {
            **channels_of(settings, self.clock),
            **dict(application_channels(settings, self.applications, self.clock)),
        }
        self.performer = EffectPerformer(channels, self.clock, self.queue.post, self.queue.wake, self.telemetry.noted)
        create_unknown = settings.subscribers.unknown == "create" or demo
        tools = Tools(
            self.store,
            self.rooms.dispatcher,
            self.rooms.surroundings,
            self.rooms.writer,
            self.sender,
            self.clock,
            create_unknown,
            performer=self.performer,
            talk=self.rooms.talk,
            dialects=self.rooms.dialects,
            dialogs=Dialogs(settings.engine.dialogs_max),
        )
        engine_settings = EngineSettings(
            batch_facts_max=settings.engine.batch_facts_max,
            batch_interval_ms=settings.engine.batch_interval_ms,
            redelivery_horizon_ms=int(settings.engine.redelivery_horizon_s * 1000),
            receipts_orphaned_max=settings.engine.receipts_orphaned_max,
            parts=PartsSettings(
                wait_ms=int(settings.engine.long_message_wait_s * 1000),
                per_sender_max=settings.engine.long_message_parts_per_sender_max,
                total_max=settings.engine.long_message_parts_max,
            ),
            terms={peer.name: terms_of(peer, settings) for peer in peers},
        )
        self.engine = Engine(self.queue, tools, self.intake, self.telemetry, engine_settings)
        self.retention = Retention(
            self.store,
            self.clock,
            keeping_of(settings),
            round_s=settings.retention.round_s,
            step_ms_max=settings.retention.step_ms_max,
            noted=self.telemetry.noted,
        )
        self.doors = Doors(settings, self.intake, demo=demo)
        self.listeners, self.links = self.doors.listeners, self.doors.links
        self.started_at = self.clock.now()
        self.meter = Meter(self.connections)
        self.outlook = Outlook(self.store, settings.store.path())
        control_path = settings.control_path()
        self.recordings = Recordings(self)
        self.control = None if control_path is None else ControlServer(control_path, control_commands(self))
        admin = settings.admin
        self.admin = None if admin.port is None else AdminServer(admin.host, admin.port, admin_pages(self))
        self._messages_at_import = 0  # how many had come when rows were last taken, and when that had last changed
        self._message_seen_s = float("-inf")
        self.phase = Phase.STARTING
        self._reloading = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._pump_timer: asyncio.TimerHandle | None = None
        if isinstance(self.clock, SystemClock):
            self.clock.watch(self._clock_jumped)

    async def start(self) -> None:
        """Opens the admin port, which says so, then the store, starts the engine, then opens the doors.

        Raises:
            StoreError: the database cannot be used.
            ListenerError: a port cannot be had.
            ControlError: the control socket cannot be had.
            AdminError: the admin port cannot be had.
        """
        if self.admin is not None:  # first: whoever routes to us may ask whether we are ready
            await self.admin.start()
        try:
            head = await self.engine.start()
        except BaseException:
            if self.admin is not None:
                await self.admin.stop()
            raise
        self.connections.offset = head.connection
        try:
            self.misses.restore(await self.store.misses())
            if self.demo and head.number == 0:
                self._seed()
            if self.standins is not None:
                await self.standins.start()
            digest = self.rooms.digest
            named = catalogue_digest(await self.store.catalogue_entry()) == digest
            if not named or await self.store.content(digest) is None:
                self.queue.post(Reloaded(digest, self.clock.now(), content=self.rooms.content))
            self._tasks.append(asyncio.create_task(self.engine.run(), name="engine"))
            self._tasks.append(asyncio.create_task(self._keep_house(), name="housekeeping"))
            self._tasks.append(asyncio.create_task(self.performer.run(), name="effects"))
            self._tasks.append(asyncio.create_task(self.retention.run(), name="retention"))
            if self.settings.recording.enabled:
                await self.recordings.begin()
            self._tasks.extend(await self.doors.open())
            if self.control is not None:
                await self.control.start()
        except BaseException:
            await self.stop()
            raise
        self.phase = Phase.SERVING

    @contextlib.asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """The engine alone, for work on a store that no gateway has: no doors, nothing is sent, no timer fires."""
        await self.engine.open()
        engine = asyncio.create_task(self.engine.run(), name="engine")
        try:
            yield
        finally:
            self.engine.stop()
            await engine
            await self.store.close()

    @property
    def working(self) -> bool:
        """The engine takes facts: it was started and has not ended."""
        return any(task.get_name() == "engine" and not task.done() for task in self._tasks)

    async def run(self, until: asyncio.Event) -> None:
        """Serves until the event is set; a task that fails ends it with its error."""
        waiter = asyncio.create_task(until.wait())
        try:
            done, _ = await asyncio.wait([waiter, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:  # also where this is cancelled: a task that nobody holds is destroyed while it waits
            waiter.cancel()
        for task in done:
            if task is not waiter:
                task.result()

    async def stop(self) -> None:
        """Takes nothing new, finishes what is queued, unbinds, closes the store: within 5 s, whoever is silent."""
        self.phase = Phase.STOPPING
        if self.control is not None:
            await self.control.stop()
        if self.working:
            await self._drain()
        self.sender.close()
        await self.doors.stop()
        recording = asyncio.create_task(self.recordings.end(RECORDER_STOP_S), name="recording ends")
        self._write_misses()
        self.engine.stop()
        if self._pump_timer is not None:
            self._pump_timer.cancel()
        for task in self._tasks:
            if task.get_name() == "engine":
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(task), ENGINE_STOP_S)
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await recording
        if self.standins is not None:
            await self.standins.stop()
        if self.admin is not None:  # last: until then it says that we are stopping
            await self.admin.stop()
        await self.store.close()

    async def _drain(self) -> None:
        """Until every message taken is answered and every reply on its way has its response, or the time is over.

        The sockets are still read: what is on its way can only be answered there. New messages are put off instead,
        with a status on which the peer sends them again.
        """
        self.intake.draining = True
        self.doors.close()
        loop = asyncio.get_running_loop()
        until = loop.time() + DRAIN_S
        while loop.time() < until:
            self._pump()
            if not (self.queue or self.engine.busy or self.sender.under_way):
                return
            self.queue.interrupt()
            await asyncio.sleep(DRAIN_STEP_S)

    def _clock_jumped(self, milliseconds: int) -> None:
        """What counts durations goes on counting; what has a date, as renewals do, goes by the new time at once."""
        self.sender.clock_jumped(milliseconds)
        self.performer.clock_jumped(milliseconds)
        self.engine.clock_jumped(milliseconds)
        self.telemetry.noted("clock_jumped", by_s=milliseconds / 1000)

    def _pump_in(self, seconds: float) -> None:
        """The sender has rows for which a rate has no room yet."""
        if self._pump_timer is None:
            self._pump_timer = asyncio.get_running_loop().call_later(seconds, self._pump_at_last)

    def _pump_at_last(self) -> None:
        self._pump_timer = None
        self._pump()

    def _pump(self) -> None:
        self.sender.pump()
        self.connections.flush()

    async def reload(self) -> tuple[str, ...]:
        """Reads certificates, codes, products and texts anew and serves by them from the next batch on; returns what
        changed of the last three. Sessions go on; certificates are read even where the rest has faults.

        Raises:
            CatalogueError: every fault of them; the old ones still apply, as they do where the store fails.
            StoreError: the reload could not be journalled.
        """
        async with self._reloading:
            await self.doors.reload_tls()
            try:
                rooms, content = await asyncio.to_thread(self._read_again)
            except CatalogueError as error:
                self.telemetry.noted("reload_refused", faults=[str(fault) for fault in error.faults])
                raise
            if rooms.digest == self.rooms.digest:
                return ()
            changes = rooms.changes(self.rooms)
            await self.engine.reload(rooms.core, Reloaded(rooms.digest, self.clock.now(), changes, content))
            self.rooms = rooms
            self.recordings.reloaded(rooms.digest)
        self.telemetry.noted("reloaded", digest=rooms.digest, changes=changes)
        return changes

    def _read_again(self) -> tuple[Rooms, bytes]:
        """The operator's data as they are now, and packed. Raises CatalogueError."""
        rooms = Rooms(self.settings, self.secret, checked_of(self.settings))
        return rooms, rooms.content

    async def _keep_house(self) -> None:
        """What no event brings about: delayed replies, rows that memory did not hold, old doubts."""
        loop = asyncio.get_running_loop()
        misses_due = loop.time() + self.settings.misses.write_every_s
        while True:
            if loop.time() >= misses_due:
                self._write_misses()
                misses_due = loop.time() + self.settings.misses.write_every_s
            self._pump()
            self.meter.look()
            if self.queue:
                self.queue.interrupt()
            self.engine.doubts.expire(self.clock.now())
            try:
                if self.sender.overflowed and not self.sender.waiting:
                    await self.sender.refill()
            except StoreError as error:  # a disk that fails now may do it in a moment; messages are told to come later
                self.telemetry.noted("housekeeping_failed", error=error.message)
            await asyncio.sleep(HOUSEKEEPING_S)

    def _write_misses(self) -> None:
        tallied = self.misses.changes(self.clock.now())
        if tallied is not None:
            self.queue.post(tallied)

    def _seed(self) -> None:
        """The demonstration's subscribers, into a store that has none."""
        table = resources.files("gateway.demo").joinpath("subscribers.csv")
        faults: list[Fault] = []
        tariffs = self.rooms.catalogue.products.tariffs
        rows = read_subscribers(table.read_text(encoding="utf-8").splitlines(), table.name, tariffs)
        for chunk in chunks(rows, IMPORT_ROWS_MAX, faults.append):
            self.queue.post(Imported(table.name, self.clock.now(), chunk))
        if faults:
            raise CatalogueError(faults)

    async def add_usage(self, file: str, rows: tuple[UsageRow, ...]) -> UsageCount:
        """Stores the records of known numbers that are young enough to be kept, as one fact. Raises StoreError."""
        now = self.clock.now()
        count = await self.engine.submit(UsageImported(file, now, self._usage_kept_from(now), rows))
        assert isinstance(count, UsageCount)
        return count

    def _usage_kept_from(self, now: Instant) -> Instant:
        return months_ago(now, self.settings.retention.usage_months, self.settings.operator.time_zone)

    async def add_subscribers(self, file: str, rows: tuple[ImportRow, ...]) -> ImportCount:
        """Adds the numbers that are not there yet. While messages come, in small facts with pauses as long as they
        took, so that no message waits for many rows. Raises StoreError: what was added before stays.
        """
        count = ImportCount(0, 0)
        loop = asyncio.get_running_loop()
        while rows:
            came, began_s = self.telemetry.facts[Inbound], loop.time()
            if came != self._messages_at_import:
                self._messages_at_import, self._message_seen_s = came, began_s
            beside = began_s - self._message_seen_s < IMPORT_GIVES_WAY_S
            size = IMPORT_ROWS_BESIDE_MESSAGES if beside else IMPORT_ROWS_MAX
            step, rows = rows[:size], rows[size:]
            added = await self.engine.submit(Imported(file, self.clock.now(), step))
            assert isinstance(added, ImportCount)
            count = ImportCount(count.added + added.added, count.present + added.present)
            if beside:
                await asyncio.sleep(loop.time() - began_s)
        return count

    async def push(self, request: Push) -> PushRecord | None:
        """Opens a dialog with a number, once for each id; None: the store does not know the number.

        What goes by which link, and when, is added to the request here.

        Raises:
            StoreError: nothing of it happened.
        """
        act = OutKind.NOTIFY if request.text else OutKind.ASK
        opener = self.routing.opener(request.msisdn, self.rooms.operator.short_number, act)
        fact = msgspec.structs.replace(request, at=self.clock.now())
        if opener is not None:
            dialect = self.routing.route(opener).dialect.name
            fact = msgspec.structs.replace(
                fact, link=opener.name, account=opener.system_id, dialect=dialect
            )  # fmt: skip
        record = await self.engine.submit(fact)
        assert record is None or isinstance(record, PushRecord)
        return record

    async def pushed(self, push: str) -> PushRecord:
        """What has come of a request, as soon as that is final."""
        while True:
            changed = self.engine.tools.pushes.changed(push)
            try:
                loaded = await self.store.load(Wanted(records={(PushRecord.kind, push)}))
                document = loaded.records.get((PushRecord.kind, push), b"")
                record = msgspec.msgpack.decode(document, type=PushRecord) if document else PushRecord(push)
                if record.is_final or not record.number:
                    return record
                await changed
            finally:
                self.engine.tools.pushes.forget(push, changed)
