"""The operator's data, read, checked and compiled: codes, products, menus, texts, dialects. A reload makes new ones."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path

from gateway.catalogue.applications import Application
from gateway.catalogue.changes import code_changes, digest_of, menu_changes, product_changes, text_changes
from gateway.catalogue.checking import read_data
from gateway.catalogue.explaining import explain, explain_line, steps
from gateway.catalogue.faults import CatalogueError, Fault
from gateway.catalogue.loading import catalogue_files
from gateway.catalogue.products import Operator
from gateway.checked import Checked
from gateway.config import (
    ConfigError,
    ListenerSection,
    Settings,
)
from gateway.conversation import Conversation
from gateway.dispatcher import Dispatcher, collect
from gateway.engine.replies import ReplySettings, ReplyWriter
from gateway.engine.tools import Core
from gateway.engine.unit_of_work import Surroundings
from gateway.menus import MenuTree, Reader
from gateway.model import AccountId, Channel, CodeRef, Instant, Language, Msisdn, PersonId, Subscriber
from gateway.rules.confirmations import derive_code, secret_from
from gateway.screens import Size
from gateway.store.contents import packed_files
from gateway.texts import LANGUAGES, text_files
from gateway.ussd_grammar import Grammar
from smpp.dialects import Dialects, UnknownDialect, load_dialects

CODES_KEPT = 1024  # a code is derived when it is asked and when it is sent, milliseconds apart


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
