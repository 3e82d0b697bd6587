"""The one place that wires: settings in, a running gateway out.

Nothing is decided here. Order of a start: data, store, engine, then the doors; of a stop: nothing new is taken, what is
queued is finished, the doors, the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gateway.admin import AdminServer, admin_pages
from gateway.catalogue.applications import Application, channel_of
from gateway.catalogue.changes import code_changes, digest_of, menu_changes, product_changes, text_changes
from gateway.catalogue.checking import read_data
from gateway.catalogue.explaining import explain, explain_line, steps
from gateway.catalogue.faults import CatalogueError, Fault
from gateway.catalogue.loading import catalogue_files
from gateway.catalogue.products import Operator
from gateway.checked import Checked
from gateway.clock import Clock, SystemClock
from gateway.config import (
    HTTP_CHANNELS,
    ChannelSection,
    ChannelsSection,
    ConfigError,
    ListenerSection,
    Peer,
    Settings,
)
from gateway.control import ControlServer
from gateway.control_commands import control_commands
from gateway.conversation import Conversation
from gateway.delivery.effects import ChannelSetup, EffectPerformer
from gateway.delivery.routing import Connections, RouteRule, Routing
from gateway.delivery.sender import Sender
from gateway.dispatcher import Dispatcher, collect
from gateway.doors import Doors, route_of, terms_of
from gateway.engine.batch import Core, Tools
from gateway.engine.dialogs import Dialogs
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.intake import Intake
from gateway.engine.journal import catalogue_digest
from gateway.engine.parts import PartsSettings
from gateway.engine.queue import FactQueue
from gateway.engine.replies import ReplySettings, ReplyWriter
from gateway.engine.unit_of_work import Surroundings
from gateway.importing import IMPORT_ROWS_MAX, chunks, read_subscribers
from gateway.menus import MenuTree, Reader
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
from gateway.model import AccountId, Channel, CodeRef, Instant, Language, Msisdn, PersonId, Subscriber
from gateway.recordings import Recordings
from gateway.retention import Retention, keeping_of, months_ago
from gateway.rules.confirmations import derive_code, secret_from
from gateway.rules.pushes import PushRecord
from gateway.screens import Size
from gateway.status import Meter, Outlook
from gateway.store.contents import packed_files
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Store, StoreError, Wanted
from gateway.store.sqlite import SqliteStore
from gateway.telemetry import Telemetry
from gateway.texts import LANGUAGES, text_files
from gateway.ussd_grammar import Grammar
from smpp.dialects import Dialects, UnknownDialect, load_dialects
from smpp.ussd import OutKind

if TYPE_CHECKING:
    from gateway.delivery.applications import ApplicationChannel
    from gateway.standins.servers import StandIns

HOUSEKEEPING_S = 0.25
IMPORT_ROWS_BESIDE_MESSAGES = 40  # a few milliseconds of work
IMPORT_GIVES_WAY_S = 1.0  # after each message
CODES_KEPT = 1024  # a code is derived when it is asked and when it is sent, milliseconds apart
# A stop takes 5 s at most: this, then two seconds for unbind_resp and one for sockets that nobody reads.
DRAIN_S = 1.5
DRAIN_STEP_S = 0.01
ENGINE_STOP_S = 0.5
RECORDER_STOP_S = 1.0


def operator_of(settings: Settings) -> Operator:
    section = settings.operator
    return Operator(
        country=section.country,
        time_zone=section.time_zone,
        currency=section.currency,
        short_number=section.short_number,
        short_numbers=section.short_numbers,
    )


class Rooms:
    """The pure core, compiled from the operator's data: the same for a gateway and for a replay.

    Args:
        checked: remembers what was checked. as_checked: it was, by whoever loaded it first.

    Raises:
        CatalogueError: with every fault of codes, products and texts.
    """

    def __init__(
        self, settings: Settings, secret: bytes, checked: Checked | None = None, *, as_checked: bool = False
    ) -> None:
        self.settings = settings
        self.operator = operator_of(settings)
        self._files = tuple(_data_files(settings))
        self.digest = digest_of(self._files)
        self.dialects = dialects_of(settings)
        self.handlers = collect()
        commands = {name: handler.command for name, handler in self.handlers.items()}
        section = settings.catalogue
        known = as_checked or (checked is not None and checked.holds(self.digest))
        data = read_data(
            section.folder, section.texts_folder, self.operator, commands, section.segments_max,
            applications_of(settings), checked=known,
        )  # fmt: skip
        if data.faults:
            raise CatalogueError(data.faults)
        self.catalogue, self.texts = data.catalogue, data.texts
        if self.digest != digest_of(_data_files(settings)):
            raise CatalogueError([Fault("catalogue", 0, "", "its files changed while they were read; once more")])
        self.grammar = Grammar(self.catalogue.codes, self.operator, commands)
        self.menus = MenuTree(self.catalogue.menus, self.grammar)
        if self.menus.faults:
            raise CatalogueError(self.menus.faults)
        if not known and (faults := self.menus.check_texts(self.texts, self.catalogue.products)):
            raise CatalogueError(faults)
        if checked is not None and not known:
            checked.note(self.digest)
        self.dispatcher = Dispatcher(self.grammar, self.handlers)
        self.surroundings = Surroundings(
            self.operator,
            self.catalogue.products,
            self.catalogue.codes.lines(self.absent),
            code_deriver(secret),
        )
        self.writer = ReplyWriter(
            self.texts,
            self.operator,
            ReplySettings(
                sms_validity_ms=settings.operator.validity_hours * 3_600_000,
                screen_validity_ms=int(settings.engine.screen_validity_s * 1000),
            ),
            self.dialects,
        )
        resume_ms = int(settings.engine.dialog_resume_s * 1000)
        self.talk = Conversation(self.menus, self.texts, self.derive_code, resume_ms)

    def menu_reader(self, language: Language) -> Reader:
        """Somebody of whom nothing is known, to whom the menus are shown."""
        opening = self.catalogue.products.opening
        nobody = Subscriber(Msisdn(""), PersonId(""), opening.region, opening.tariff, AccountId(""))
        return Reader(nobody, Instant(0), self.catalogue.products, self.texts, language, False, Size())

    @property
    def core(self) -> Core:
        return Core(self.digest, self.dispatcher, self.surroundings, self.writer, self.talk)

    @property
    def content(self) -> bytes:
        """The files of which it is made, packed, as the store keeps them for the journal."""
        return packed_files(self._files)

    def changes(self, old: Rooms) -> tuple[str, ...]:
        """What is otherwise than in an older state of the data, a line each."""
        return (
            *code_changes(old.catalogue.codes, self.catalogue.codes),
            *menu_changes(old.catalogue.menus, self.catalogue.menus),
            *product_changes(old.catalogue.products, self.catalogue.products),
            *text_changes(old.texts.wordings(), self.texts.wordings()),
        )

    @property
    def absent(self) -> frozenset[str]:
        """Commands that have no handler yet."""
        return frozenset(name for name, each in self.handlers.items() if not each.available)

    def explain(self, text: str, channel: Channel, to: str, sender: str) -> dict[str, object]:
        """What a text means, as the documented JSON object."""
        return explain(self.grammar, self.texts.render, text, channel, to, sender)

    def explain_line(self, line: bytes) -> dict[str, object]:
        """The same for one JSON object of a batch."""
        return explain_line(self.grammar, self.texts.render, line, self.operator.short_number)

    def explain_steps(self, text: str, channel: Channel, to: str, sender: str) -> Iterator[tuple[str, str]]:
        """How a text was read, step by step."""
        return steps(self.grammar, self.texts.render, text, channel, to, sender)

    def derive_code(self, ref: CodeRef) -> str:
        return self.surroundings.derive_code(ref)


@lru_cache(maxsize=4)
def code_deriver(secret: bytes) -> Callable[[CodeRef], str]:
    """What derives one-time codes, one for a secret: engine and sender share it, and so do the states of the data."""
    return lru_cache(CODES_KEPT)(partial(derive_code, secret))


def checked_of(settings: Settings) -> Checked | None:
    """What remembers beside the database that the data was checked; a store in memory remembers nothing."""
    database = settings.store.path()
    if database is None:
        return None
    return Checked(
        database.with_name("checked"), f"{settings.operator!r} {settings.catalogue!r} {settings.applications!r}"
    )


def applications_of(settings: Settings) -> list[Application]:
    """The applications outside, as the code plan has them."""
    return [
        Application(name, each.codes, each.keywords, each.about, each.session_s, bool(each.notice_url))
        for name, each in settings.applications.items()
    ]


def _data_files(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Every file of the operator's data, as it is on the disk now."""
    section = settings.catalogue
    yield from catalogue_files(section.folder)
    if settings.applications:
        yield "applications", repr(applications_of(settings)).encode()
    for language in LANGUAGES:
        for file in text_files(section.texts_folder, language, completed=True):
            yield f"{language.value}/{file.name}", file.read_bytes()


def read_secret(path: Path) -> bytes:
    """The operator's secret, from which one-time codes are derived; made at the first start."""
    try:
        return secret_from(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = secrets.token_hex(32)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        return secret_from(text)
    except OSError as error:
        raise ConfigError(f"[operator] secret_file {path}: {error.strerror}") from None


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
        self.standins = _standins_of(settings) if demo else None
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
        self._reloading = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._pump_timer: asyncio.TimerHandle | None = None
        if isinstance(self.clock, SystemClock):
            self.clock.watch(self._clock_jumped)

    async def start(self) -> None:
        """Opens the store, starts the engine, then opens the doors.

        Raises:
            StoreError: the database cannot be used.
            ListenerError: a port cannot be had.
            ControlError: the control socket cannot be had.
            AdminError: the admin port cannot be had.
        """
        head = await self.engine.start()
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
            if self.admin is not None:
                await self.admin.start()
        except BaseException:
            await self.stop()
            raise

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
        if self.admin is not None:
            await self.admin.stop()
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


def _standins_of(settings: Settings) -> StandIns | None:
    """The demonstration's stand-ins, unless the configuration names a system outside of its own."""
    if settings.channels != ChannelsSection():
        return None
    from gateway.standins.servers import StandIns

    return StandIns()


def channels_of(settings: Settings, clock: Clock) -> dict[str, ChannelSetup]:
    """The systems outside that are configured. Their libraries are loaded only where one is: they take 20 MB."""
    setups: dict[str, ChannelSetup] = {}
    sections = settings.channels
    for name in HTTP_CHANNELS:
        section: ChannelSection = getattr(sections, name)
        if section.url:
            from gateway.delivery.http import HttpChannel

            secret = _secret_of(f"[channels.{name}] secret_file", section.secret_file)
            channel = HttpChannel(section.url, secret.encode(), section.timeout_s, clock)
            setups[name] = ChannelSetup(channel, int(section.give_up_s * 1000))
    mail = sections.mail
    if mail.host:
        from gateway.delivery.mail import MailChannel

        setups["mail"] = ChannelSetup(
            MailChannel(
                mail.host,
                mail.port,
                mail.sender,
                security=mail.security,
                username=mail.username,
                password=_secret_of("[channels.mail] password_file", mail.password_file),
                timeout_s=mail.timeout_s,
            ),
            int(mail.give_up_s * 1000),
        )
    return setups


def outside_applications(settings: Settings, clock: Clock) -> dict[str, ApplicationChannel]:
    """The applications outside, by name. As above, the library is loaded only where there is one."""
    if not settings.applications:
        return {}
    from gateway.delivery.applications import ApplicationChannel, ApplicationSetup

    return {
        name: ApplicationChannel(
            ApplicationSetup(
                name,
                section.url,
                section.form,
                section.network_code,
                _secret_of(f"[applications.{name}] secret_file", section.secret_file).encode(),
                section.timeout_s,
                section.failures_max,
                section.pause_s,
                section.resend_unknown == "after_cut",
            ),
            clock,
        )
        for name, section in settings.applications.items()
    }


def application_channels(
    settings: Settings, applications: Mapping[str, ApplicationChannel], clock: Clock
) -> Iterator[tuple[str, ChannelSetup]]:
    """Two channels for each application outside: its steps, and the notices that a session has ended."""
    for name, application in applications.items():
        section = settings.applications[name]
        yield channel_of(name), ChannelSetup(application, at_once_max=section.calls_max)
        if section.notice_url:
            from gateway.delivery.applications import NoticeChannel

            notices = NoticeChannel(replace(application.setup, url=section.notice_url), clock)
            yield channel_of(name, notices=True), ChannelSetup(notices, int(section.notice_give_up_s * 1000))


def _secret_of(key: str, path: Path | None) -> str:
    """The contents of a secret's file without the white space around them; empty where none is named."""
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{key} {path}: {getattr(error, 'strerror', None) or error}") from None


def dialects_of(settings: Settings) -> Dialects:
    """The dialects that links and listeners may name.

    Raises:
        DialectError: with every fault of the operator's own dialects.
        ConfigError: a link or listener names a dialect that is not there.
    """
    dialects = load_dialects(settings.catalogue.dialects_path)
    for peer in (*settings.listeners, *settings.links):
        try:
            dialects.named(peer.dialect)
        except UnknownDialect as error:
            table = "listeners" if isinstance(peer, ListenerSection) else "links"
            raise ConfigError(f"[[{table}]] {peer.name!r}: dialect: {error}") from None
    return dialects
