"""The one place that wires: settings in, a running gateway out.

Nothing is decided here. Order of a start: data, store, engine, then the doors; of a stop: nothing new is taken, what is
queued is finished, the doors, the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from functools import lru_cache, partial
from importlib import resources
from pathlib import Path

from gateway.catalogue.checking import check_codes
from gateway.catalogue.explaining import explain
from gateway.catalogue.faults import CatalogueError
from gateway.catalogue.loading import Catalogue, load_catalogue
from gateway.catalogue.products import Operator
from gateway.clock import Clock, SystemClock
from gateway.config import ConfigError, Peer, Settings
from gateway.delivery.routing import Connections, RouteRule, Routing
from gateway.delivery.sender import Sender
from gateway.dispatcher import Dispatcher, collect
from gateway.doors import Doors, route_of
from gateway.engine.batch import Tools
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.intake import Intake
from gateway.engine.journal import Journal
from gateway.engine.queue import FactQueue
from gateway.engine.replies import ReplySettings, ReplyWriter
from gateway.engine.unit_of_work import Surroundings
from gateway.importing import read_subscribers
from gateway.model import Channel, CodeRef
from gateway.rules.confirmations import derive_code, secret_from
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Store
from gateway.store.sqlite import SqliteStore
from gateway.telemetry import Telemetry
from gateway.texts import Texts
from gateway.ussd_grammar import Grammar

HOUSEKEEPING_S = 0.25
CODES_KEPT = 1024  # a code is derived when it is asked and when it is sent, milliseconds apart
# A stop takes 5 s at most: this, then two seconds for unbind_resp and one for sockets that nobody reads.
DRAIN_S = 1.5
DRAIN_STEP_S = 0.01
ENGINE_STOP_S = 0.5


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

    Raises:
        CatalogueError: with every fault of codes, products and texts.
    """

    def __init__(self, settings: Settings, secret: bytes) -> None:
        self.operator = operator_of(settings)
        self.catalogue: Catalogue = load_catalogue(settings.catalogue.folder)
        self.texts = Texts.load(settings.catalogue.texts_folder, operator=self.operator)
        self.handlers = collect()
        commands = {name: handler.command for name, handler in self.handlers.items()}
        faults = check_codes(self.catalogue.codes, commands, self.operator)
        if faults:
            raise CatalogueError(faults)
        self.grammar = Grammar(self.catalogue.codes, self.operator, commands)
        self.dispatcher = Dispatcher(self.grammar, self.handlers)
        self.surroundings = Surroundings(
            self.operator,
            self.catalogue.products,
            self.catalogue.codes.lines(),
            lru_cache(CODES_KEPT)(partial(derive_code, secret)),
        )
        self.writer = ReplyWriter(
            self.texts,
            self.operator,
            ReplySettings(
                sms_validity_ms=settings.operator.validity_hours * 3_600_000,
                screen_validity_ms=int(settings.engine.screen_validity_s * 1000),
            ),
        )

    def explain(self, text: str, channel: Channel, to: str, sender: str) -> dict[str, object]:
        """What a text means, as the documented JSON object."""
        return explain(self.grammar, self.texts.render, text, channel, to, sender)

    def derive_code(self, ref: CodeRef) -> str:
        return self.surroundings.derive_code(ref)


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
        self.clock = clock or SystemClock()
        self.telemetry = Telemetry()
        self.rooms = Rooms(settings, read_secret(settings.operator.secret_file))
        self.store = open_store(settings)
        self.queue = FactQueue(settings.engine.queue_facts_max)
        self.connections = Connections()
        peers: tuple[Peer, ...] = (*settings.listeners, *settings.links)
        rules = tuple(RouteRule(rule.prefix, rule.short_number, rule.account, rule.via) for rule in settings.routes)
        self.routing = Routing(
            self.connections, [route_of(peer, settings) for peer in peers], rules, settings.operator.validity_hours
        )
        self.sender = Sender(
            connections=self.connections,
            routing=self.routing,
            store=self.store,
            clock=self.clock,
            derive_code=self.rooms.derive_code,
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
        create_unknown = settings.subscribers.unknown == "create" or demo
        tools = Tools(
            self.store,
            self.rooms.dispatcher,
            self.rooms.surroundings,
            self.rooms.writer,
            self.sender,
            self.clock,
            create_unknown,
        )
        engine_settings = EngineSettings(
            batch_facts_max=settings.engine.batch_facts_max,
            redelivery_horizon_ms=int(settings.engine.redelivery_horizon_s * 1000),
        )
        self.engine = Engine(self.queue, tools, self.intake, self.telemetry, engine_settings)
        self.doors = Doors(settings, self.intake, demo=demo)
        self.listeners, self.links = self.doors.listeners, self.doors.links
        self._tasks: list[asyncio.Task[None]] = []
        self._pump_timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Opens the store, starts the engine, then opens the doors.

        Raises:
            StoreError: the database cannot be used.
            ListenerError: a port cannot be had.
        """
        head = await self.engine.start()
        self.connections.offset = head.connection
        try:
            if self.demo and head.number == 0:
                await self._seed()
            self._tasks.append(asyncio.create_task(self.engine.run(), name="engine"))
            self._tasks.append(asyncio.create_task(self._keep_house(), name="housekeeping"))
            self._tasks.extend(await self.doors.open())
        except BaseException:
            await self.stop()
            raise

    async def run(self, until: asyncio.Event) -> None:
        """Serves until the event is set; a task that fails ends it with its error."""
        waiter = asyncio.create_task(until.wait())
        done, _ = await asyncio.wait([waiter, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        for task in done:
            if task is not waiter:
                task.result()

    async def reload(self) -> None:
        """Reads anew what may change while sessions go on: the certificates."""
        await self.doors.reload_tls()

    async def stop(self) -> None:
        """Takes nothing new, finishes what is queued, unbinds, closes the store: within 5 s, whoever is silent."""
        engine = next((task for task in self._tasks if task.get_name() == "engine"), None)
        if engine is not None and not engine.done():
            await self._drain()
        self.sender.close()
        await self.doors.stop()
        self.engine.stop()
        if engine is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(engine), ENGINE_STOP_S)
        if self._pump_timer is not None:
            self._pump_timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
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
            self.sender.pump()
            self.connections.flush()
            if not (self.queue or self.engine.busy or self.sender.under_way):
                return
            self.queue.interrupt()
            await asyncio.sleep(DRAIN_STEP_S)

    def _pump_in(self, seconds: float) -> None:
        """The sender has rows for which a rate has no room yet."""
        if self._pump_timer is None:
            self._pump_timer = asyncio.get_running_loop().call_later(seconds, self._pump)

    def _pump(self) -> None:
        self._pump_timer = None
        self.sender.pump()
        self.connections.flush()

    async def _keep_house(self) -> None:
        """What no event brings about: delayed replies, rows that memory did not hold, old doubts."""
        await self.sender.refill()
        while True:
            await asyncio.sleep(HOUSEKEEPING_S)
            self.sender.pump()
            self.connections.flush()
            if self.queue:
                self.queue.interrupt()
            if self.sender.overflowed and not self.sender.waiting:
                await self.sender.refill()
            self.engine.doubts.expire(self.clock.now())

    async def _seed(self) -> None:
        """The demonstration's subscribers, into a store that has none."""
        table = resources.files("gateway.demo").joinpath("subscribers.csv")
        journal: Journal = self.engine.journal
        batch = read_subscribers(table.read_text(encoding="utf-8"), "subscribers.csv", journal, self.clock.now())
        await self.store.write(batch)
