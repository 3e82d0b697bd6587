"""The one place that wires: settings in, a running gateway out.

Nothing is decided here. Order of a start: data, store, engine, then the doors; of a stop: the doors, what is queued,
the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from functools import lru_cache, partial
from importlib import resources
from pathlib import Path

import argon2

from gateway.catalogue.checking import read_data
from gateway.catalogue.explaining import explain
from gateway.catalogue.faults import CatalogueError
from gateway.catalogue.products import Operator
from gateway.clock import Clock, SystemClock
from gateway.config import AccountSection, ConfigError, LinkSection, ListenerSection, Peer, Settings
from gateway.conversation import Conversation
from gateway.delivery.compose import Route
from gateway.delivery.routing import Connections, RouteRule, Routing
from gateway.delivery.sender import Sender
from gateway.dispatcher import Dispatcher, collect
from gateway.engine.batch import Tools
from gateway.engine.dialogs import Dialogs
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.intake import Intake
from gateway.engine.journal import Journal
from gateway.engine.queue import FactQueue
from gateway.engine.replies import ReplySettings, ReplyWriter
from gateway.engine.unit_of_work import Surroundings
from gateway.importing import read_subscribers
from gateway.menus import MenuTree, Reader
from gateway.model import AccountId, Channel, CodeRef, Instant, Language, Msisdn, PersonId, Subscriber
from gateway.rules.confirmations import derive_code, secret_from
from gateway.screens import Size
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Store
from gateway.store.sqlite import SqliteStore
from gateway.telemetry import Telemetry
from gateway.ussd_grammar import Grammar
from smpp.dialects import Dialects, UnknownDialect, load_dialects
from smpp.link import Link
from smpp.listener import Account, Listener
from smpp.session import Timers

HOUSEKEEPING_S = 0.25
CODES_KEPT = 1024  # a code is derived when it is asked and when it is sent, milliseconds apart
DEMO_ACCOUNT = "demo"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
BUSY_STATUS = {"throttled": 0x58, "queue_full": 0x14}


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
        self.dialects = dialects_of(settings)
        self.handlers = collect()
        commands = {name: handler.command for name, handler in self.handlers.items()}
        section = settings.catalogue
        data = read_data(section.folder, section.texts_folder, self.operator, commands, section.segments_max)
        if data.faults:
            raise CatalogueError(data.faults)
        self.catalogue, self.texts = data.catalogue, data.texts
        self.grammar = Grammar(self.catalogue.codes, self.operator, commands)
        self.menus = MenuTree(self.catalogue.menus, self.grammar)
        if self.menus.faults or (faults := self.menus.check_texts(self.texts, self.catalogue.products)):
            raise CatalogueError(self.menus.faults or faults)
        self.dispatcher = Dispatcher(self.grammar, self.handlers)
        self.surroundings = Surroundings(
            self.operator,
            self.catalogue.products,
            self.catalogue.codes.lines(self.absent),
            lru_cache(CODES_KEPT)(partial(derive_code, secret)),
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
    def absent(self) -> frozenset[str]:
        """Commands that have no handler yet."""
        return frozenset(name for name, each in self.handlers.items() if not each.available)

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
        rules = tuple(RouteRule(rule.prefix, rule.via) for rule in settings.routes)
        routes = [route_of(peer, settings, self.rooms.dialects) for peer in peers]
        self.routing = Routing(self.connections, routes, rules, settings.operator.validity_hours)
        self.sender = Sender(
            connections=self.connections,
            routing=self.routing,
            store=self.store,
            clock=self.clock,
            derive_code=self.rooms.derive_code,
            post=self.queue.post,
            wake=self.queue.wake,
            noted=self.telemetry.noted,
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
            self.rooms.talk,
            self.rooms.dialects,
            Dialogs(settings.engine.dialogs_max),
        )
        engine_settings = EngineSettings(
            batch_facts_max=settings.engine.batch_facts_max,
            redelivery_horizon_ms=int(settings.engine.redelivery_horizon_s * 1000),
        )
        self.engine = Engine(self.queue, tools, self.intake, self.telemetry, engine_settings)
        self.listeners = [self._listener(section) for section in settings.listeners]
        self.links = [self._link(section) for section in settings.links]
        self._tasks: list[asyncio.Task[None]] = []

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
            for listener in self.listeners:
                await listener.start()
            for link in self.links:
                self._tasks.append(asyncio.create_task(link.start(), name=f"link {link.name}"))
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

    async def stop(self) -> None:
        """Closes the doors, finishes what is queued, closes the store."""
        for link in self.links:
            await link.stop()
        for listener in self.listeners:
            await listener.stop()
        self.engine.stop()
        for task in self._tasks:
            if task.get_name() == "engine":
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(task), 5.0)
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.store.close()

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

    def _listener(self, section: ListenerSection) -> Listener:
        accounts = [_account(account, section) for account in section.accounts]
        if self.demo:
            if section.host not in LOOPBACK:
                raise ConfigError(
                    f"--demo: listener {section.name!r} is on {section.host}; the demo account with its known "
                    "password is for loopback only (127.0.0.1)"
                )
            accounts.append(
                Account(
                    system_id=DEMO_ACCOUNT,
                    password_hash=argon2.PasswordHasher().hash(DEMO_ACCOUNT),
                    window=section.window,
                )
            )
        return Listener(
            section.host,
            section.port,
            accounts,
            self.intake,
            name=section.name,
            timers=timers_of(section),
            unbound_max=section.unbound_max,
        )

    def _link(self, section: LinkSection) -> Link:
        return Link(
            section.host,
            section.port,
            section.system_id,
            section.password,
            self.intake,
            name=section.name,
            bind=section.bind,
            system_type=section.system_type,
            window=section.window,
            timers=timers_of(section),
            already_bound_s=section.already_bound_s,
        )


def _account(account: AccountSection, section: ListenerSection) -> Account:
    """An account with its password hashed; a password file holds an argon2 hash or the password itself."""
    encoded = account.password_hash
    if not encoded:
        if account.password_file is None:
            raise ConfigError(
                f"listener {section.name!r}, account {account.system_id!r}: give password_file or password_hash"
            )
        try:
            encoded = account.password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"password_file {account.password_file}: {error.strerror}") from None
    if not encoded.startswith("$argon2"):
        encoded = argon2.PasswordHasher().hash(encoded)
    return Account(
        system_id=account.system_id,
        password_hash=encoded,
        sessions_max=account.sessions_max,
        window=account.window or section.window,
    )


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


def timers_of(peer: Peer) -> Timers:
    return Timers(
        session_init_s=peer.session_init_s if isinstance(peer, ListenerSection) else 10.0,
        bind_response_s=peer.bind_response_s if isinstance(peer, LinkSection) else 10.0,
        enquire_link_s=peer.enquire_link_s,
        enquire_link_response_s=peer.enquire_link_response_s,
        inactivity_s=peer.inactivity_s,
        response_s=peer.response_s,
        pdu_read_s=peer.pdu_read_s,
    )


def route_of(peer: Peer, settings: Settings, dialects: Dialects) -> Route:
    operator = settings.operator
    return Route(
        name=peer.name,
        server=isinstance(peer, ListenerSection),
        dialect=dialects[peer.dialect],
        default_alphabet=peer.default_alphabet,
        source_addr=peer.source_addr,
        source_ton=operator.source_ton if peer.source_ton is None else peer.source_ton,
        source_npi=operator.source_npi if peer.source_npi is None else peer.source_npi,
        registered_delivery=(
            operator.registered_delivery if peer.registered_delivery is None else peer.registered_delivery
        ),
        validity_hours=peer.validity_hours or operator.validity_hours,
        peer_response_timeout_s=peer.peer_response_timeout_s,
        busy_status=BUSY_STATUS[peer.busy_status],
    )
