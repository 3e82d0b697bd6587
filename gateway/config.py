"""Settings: defaults < TOML file < `USSDGW_*` environment < flags. Frozen once read.

Every key has a default and its unit in its name. An unknown key is an error that names the nearest known one.
"""

from __future__ import annotations

import itertools
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from gateway.catalogue.applications import Form
from gateway.catalogue.faults import nearest
from gateway.config_faults import PREFIX, SEPARATOR, Origin, Place, told, unknown_variables
from gateway.delivery.compose import Resend
from smpp.admission import Networks
from smpp.text import Alphabet

Port = Annotated[int, Field(ge=0, le=65535)]
Positive = Annotated[float, Field(gt=0)]
PositiveInt = Annotated[int, Field(gt=0)]
NonNegativeInt = Annotated[int, Field(ge=0)]
NonNegative = Annotated[float, Field(ge=0)]


def _check_network(cidr: str) -> str:
    Networks((cidr,))
    return cidr


def _check_country(country: str) -> str:
    import phonenumbers  # 0.1 s: only where the key is given

    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("expected a country of ISO 3166 in two capital letters: RU, BG")
    return country


def _check_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there; no name; a folder of names
        raise ValueError("expected a name of the time zone database: Europe/Sofia") from None
    return name


def _check_currency(currency: str) -> str:
    if re.fullmatch("[A-Z]{3}", currency) is None:
        raise ValueError("expected a currency of ISO 4217 in three capital letters: RUB, EUR")
    return currency


def _check_password_hash(encoded: str) -> str:
    import argon2  # only where an account has one

    try:
        argon2.extract_parameters(encoded)
    except argon2.exceptions.InvalidHashError:
        raise ValueError("expected what `ussdgw hash-password` prints") from None
    return encoded


Network = Annotated[str, AfterValidator(_check_network)]
OneOrMore = Annotated[
    tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value), Field(min_length=1)
]
"""One name, or a list of them."""


EVERYWHERE = frozenset({"0.0.0.0", "::", ""})
"""Hosts that stand for every address of the machine."""


class ConfigError(Exception):
    """The configuration cannot be used; the message has a line for each fault."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSection(Section):
    url: str = "sqlite:///var/gateway.db"

    def path(self) -> Path | None:
        """The file of an SQLite store; None for `memory:`."""
        if self.url == "memory:":
            return None
        if not self.url.startswith("sqlite:///"):
            raise ConfigError(f"[store] url = {self.url!r}: expected sqlite:///PATH or memory:")
        return Path(self.url.removeprefix("sqlite:///"))


class OperatorSection(Section):
    country: Annotated[str, AfterValidator(_check_country)] = "RU"
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = "Europe/Moscow"
    currency: Annotated[str, AfterValidator(_check_currency)] = "RUB"
    short_number: str = "111"
    short_numbers: tuple[str, ...] = ("111", "4555", "6677", "8111", "1111")
    source_ton: Annotated[int, Field(ge=0, le=255)] = 0
    source_npi: Annotated[int, Field(ge=0, le=255)] = 1
    validity_hours: PositiveInt = 24
    registered_delivery: Annotated[int, Field(ge=0, le=255)] = 0
    resend_unknown: Resend = Resend.AFTER_CUT
    secret_file: Path = Path("var/secret")


class SubscribersSection(Section):
    unknown: Literal["refuse", "create"] = "refuse"


class EngineSection(Section):
    batch_facts_max: PositiveInt = 256
    batch_interval_ms: NonNegativeInt = 2
    queue_facts_max: PositiveInt = 4096
    redelivery_horizon_s: Positive = 86_400.0
    screen_validity_s: Positive = 30.0
    receipts_orphaned_max: PositiveInt = 10_000
    receipt_wait_hours: PositiveInt = 72
    long_message_wait_s: Positive = 600.0
    long_message_parts_per_sender_max: Annotated[int, Field(ge=255)] = 255
    long_message_parts_max: Annotated[int, Field(ge=255)] = 20_000
    dialog_resume_s: Positive = 900.0
    dialogs_max: PositiveInt = 200_000


class LogSection(Section):
    format: Literal["auto", "json", "console"] = "auto"
    file: Path | None = None
    level: Literal["debug", "info", "warning", "error"] = "info"


class CatalogueSection(Section):
    folder: Path | None = None
    texts_folder: Path | None = None
    dialects_path: Path | None = None
    segments_max: PositiveInt = 4


class ChannelSection(Section):
    """A system outside that is reached by HTTP; without a URL what needs it is refused."""

    url: Annotated[str, Field(pattern="^$|^https?://")] = ""
    secret_file: Path | None = None
    timeout_s: Positive = 15.0
    give_up_s: Positive = 3_600.0


class MailSection(Section):
    host: str = ""
    port: Port = 25
    security: Literal["none", "starttls", "tls"] = "none"
    sender: Annotated[str, Field(pattern="^[^@ ]+@[^@ ]+$")] = "account@operator.example"
    username: str = ""
    password_file: Path | None = None
    timeout_s: Positive = 30.0
    give_up_s: Positive = 86_400.0


class ChannelsSection(Section):
    payments: ChannelSection = ChannelSection()
    location: ChannelSection = ChannelSection(give_up_s=120.0)
    mms: ChannelSection = ChannelSection()
    voicemail: ChannelSection = ChannelSection(give_up_s=120.0)
    mail: MailSection = MailSection()


HTTP_CHANNELS = tuple(name for name, each in ChannelsSection.model_fields.items() if each.annotation is ChannelSection)
"""The systems outside that are reached by HTTP."""


def _check_service_code(code: str) -> str:
    if not re.fullmatch(r"\*\d{3,}(\*\d+)*#", code):
        raise ValueError("expected a code as it is dialled: *384# or *384*12#")
    return code


ApplicationName = Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$")]
ServiceCode = Annotated[str, AfterValidator(_check_service_code)]


class ApplicationSection(Section):
    """An application outside to which codes belong."""

    codes: tuple[ServiceCode, ...] = ()
    keywords: tuple[Annotated[str, Field(pattern=r"^[^\W\d_]+$")], ...] = ()
    about: dict[Annotated[str, Field(pattern="^(ru|bg|en)$")], str] = {}
    url: Annotated[str, Field(pattern="^https?://")]
    notice_url: Annotated[str, Field(pattern="^$|^https?://")] = ""
    form: Form = Form.FIELDS
    network_code: str = ""
    secret_file: Path | None = None
    timeout_s: Annotated[float, Field(gt=0, le=30)] = 8.0
    session_s: PositiveInt = 180
    calls_max: PositiveInt = 100
    failures_max: PositiveInt = 5
    pause_s: Positive = 30.0
    resend_unknown: Literal["after_cut", "never"] = "after_cut"
    notice_give_up_s: Positive = 3_600.0


class ControlSection(Section):
    socket: Path | None = None


class AdminSection(Section):
    host: str = "127.0.0.1"
    port: Port | None = None


class RecordingSection(Section):
    enabled: bool = False
    folder: Path | None = None
    numbers: Literal["clear", "pseudonyms"] = "clear"
    file_octets_max: Annotated[int, Field(ge=1024)] = 64 << 20
    file_minutes: Positive = 60.0
    total_octets_max: Annotated[int, Field(ge=1024)] = 4 << 30
    buffer_octets_max: Annotated[int, Field(ge=65536)] = 32 << 20


class MissesSection(Section):
    rows_max: PositiveInt = 1000
    follow_ups_max: PositiveInt = 5
    follow_up_s: Positive = 600.0
    write_every_s: Positive = 30.0


class RetentionSection(Section):
    outbox_days: PositiveInt = 7
    usage_months: PositiveInt = 6
    journal_days: NonNegativeInt = 0
    round_s: Positive = 3_600.0
    step_ms_max: Positive = 5.0


class TlsSection(Section):
    certificate_file: Path | None = None
    key_file: Path | None = None
    ca_file: Path | None = None
    server_name: str = ""
    version_min: Literal["1.2", "1.3"] = "1.2"


class Peer(Section):
    """What links and listeners have in common."""

    name: str
    host: str = "127.0.0.1"
    port: Port = 2775
    dialect: str = "spec"
    default_alphabet: Alphabet = Alphabet.GSM7
    tls: TlsSection | None = None
    allowed_networks: tuple[Network, ...] = ()
    window: PositiveInt = 100
    rate_per_s: NonNegative = 0.0
    rate_burst: Annotated[int, Field(ge=0)] = 0
    source_addr: str = ""
    source_ton: int | None = None
    source_npi: int | None = None
    registered_delivery: Annotated[int, Field(ge=0, le=255)] | None = None
    resend_unknown: Resend | None = None
    validity_hours: PositiveInt | None = None
    busy_status: Literal["throttled", "queue_full"] = "throttled"
    peer_response_timeout_s: Positive = 30.0
    redelivery_horizon_s: Positive | None = None
    enquire_link_s: Positive = 30.0
    enquire_link_response_s: Positive = 30.0
    inactivity_s: NonNegative = 0.0
    response_s: Positive = 60.0
    pdu_read_s: Positive = 10.0
    session_init_s: Positive = 10.0
    system_id_octets_max: Annotated[int, Field(ge=0)] = 0
    password_octets_max: Annotated[int, Field(ge=0)] = 0


class AccountSection(Section):
    system_id: str
    password_file: Path | None = None
    password_hash: Annotated[str, AfterValidator(_check_password_hash)] = ""
    sessions_max: PositiveInt = 10
    window: PositiveInt | None = None
    allowed_networks: tuple[Network, ...] = ()
    requests_per_s: NonNegative = 0.0
    unanswered_max: PositiveInt | None = None


class ListenerSection(Peer):
    accounts: tuple[AccountSection, ...] = ()
    unbound_max: PositiveInt = 100
    bad_password_pause_s_max: NonNegative = 8.0


class LinkSection(Peer):
    system_id: str
    password: str = ""
    system_type: str = ""
    bind: Literal["transceiver", "receiver", "transmitter", "transmitter+receiver", "outbind"] = "transceiver"
    interface_version: Literal["3.4", "5.0"] = "3.4"
    outbind_system_id: str = ""
    outbind_password: str = ""
    bind_response_s: Positive = 10.0
    already_bound_s: Positive = 30.0
    misconfigured_s: Positive = 300.0
    connect_s: Positive = 10.0


class RouteSection(Section):
    prefix: str = ""
    short_number: str = ""
    account: str = ""
    via: OneOrMore


class Settings(BaseSettings):
    """The whole configuration. A file that names a link or a listener has no default listener."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=SEPARATOR,
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    store: StoreSection = StoreSection()
    operator: OperatorSection = OperatorSection()
    subscribers: SubscribersSection = SubscribersSection()
    engine: EngineSection = EngineSection()
    log: LogSection = LogSection()
    catalogue: CatalogueSection = CatalogueSection()
    channels: ChannelsSection = ChannelsSection()
    applications: dict[ApplicationName, ApplicationSection] = {}
    control: ControlSection = ControlSection()
    misses: MissesSection = MissesSection()
    recording: RecordingSection = RecordingSection()
    admin: AdminSection = AdminSection()
    retention: RetentionSection = RetentionSection()
    listeners: tuple[ListenerSection, ...] = ()
    links: tuple[LinkSection, ...] = ()
    routes: tuple[RouteSection, ...] = ()

    def control_path(self) -> Path | None:
        """The control socket: beside the database, unless it is named; None for a store in memory."""
        if self.control.socket is not None:
            return self.control.socket
        database = self.store.path()
        return None if database is None else database.with_name("control.sock")

    def recordings_path(self) -> Path:
        """Where recordings go: a folder beside the database, unless one is named."""
        if self.recording.folder is not None:
            return self.recording.folder
        database = self.store.path()
        return Path("var/recordings") if database is None else database.with_name("recordings")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The file is handed in as initial values, so the environment must come before them.
        return env_settings, init_settings


def load(path: Path | None = None, flags: Mapping[str, Mapping[str, object]] | None = None) -> Settings:
    """Reads the configuration.

    Args:
        path: a TOML file; None for the defaults alone.
        flags: what the command line overrides, by section and key.

    Raises:
        ConfigError: with file and line or variable, key, what was expected, and the nearest valid name; a line a fault.
    """
    text, values = "", {}
    if path is not None:
        try:
            text = path.read_text(encoding="utf-8")
            values = tomllib.loads(text)
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise ConfigError(f"{path}:{line}: octet 0x{error.object[error.start]:02x}: expected UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(_told_of_toml(path, str(error))) from None
    origin = Origin(path, text, os.environ)
    faults = list(unknown_variables(os.environ, Settings))
    try:
        settings = Settings(**values)
        if flags:
            changed = {name: getattr(settings, name).model_copy(update=dict(keys)) for name, keys in flags.items()}
            settings = settings.model_copy(update=changed)
    except ValidationError as error:
        raise ConfigError("\n".join([*faults, *told(error, origin, Settings)])) from None
    except SettingsError as error:  # a variable that stands for a whole table or list, and is not JSON
        raise ConfigError(f"a variable {PREFIX}*: {error}: expected JSON") from None
    settings = _with_default_listener(settings)
    faults += (origin.told(place, fault) for place, fault in _contradictions(settings))
    if faults:
        raise ConfigError("\n".join(faults))
    return settings


def _told_of_toml(path: Path, fault: str) -> str:
    """A fault of the syntax with file, line and column first, as of every other fault."""
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", fault)
    return f"{path}:{found[2]}:{found[3]}: no TOML: {found[1]}" if found else f"{path}: no TOML: {fault}"


def _with_default_listener(settings: Settings) -> Settings:
    if settings.listeners or settings.links:
        return settings
    return settings.model_copy(update={"listeners": (ListenerSection(name="phones"),)})


def _contradictions(settings: Settings) -> Iterator[tuple[Place, str]]:
    """What each key allows, and the others do not: the place of the key, and the fault."""
    yield from _names(settings)
    yield from _outbinds(settings)
    yield from _accounts(settings)
    yield from _addresses(settings)


def _names(settings: Settings) -> Iterator[tuple[Place, str]]:
    """Links, listeners and accounts are named by routes: no name may stand for two of them."""
    names: set[str] = set()
    for table, peers in (("listeners", settings.listeners), ("links", settings.links)):
        for number, peer in enumerate(peers):
            if peer.name in names:
                yield (table, number, "name"), f"two links or listeners have the name {peer.name!r}: give each its own"
            names.add(peer.name)
    known = {*names, *(account.system_id for each in settings.listeners for account in each.accounts)}
    for number, rule in enumerate(settings.routes):
        for key, name in (*(("via", via) for via in rule.via), ("account", rule.account)):
            if name and name not in known:
                yield (
                    ("routes", number, key),
                    f"[[routes]] number {number + 1}, {key} = {name!r}: there is no such link, listener or account"
                    f"{nearest(name, known)}",
                )


def _outbinds(settings: Settings) -> Iterator[tuple[Place, str]]:
    for number, link in enumerate(settings.links):
        if link.bind == "outbind" and not link.outbind_password:
            fault = f'link {link.name!r}: bind = "outbind" needs outbind_password, or anybody could pose as the centre'
            yield ("links", number, "bind"), fault
        called = {"outbind_system_id", "outbind_password", "allowed_networks"} & link.model_fields_set
        if link.bind != "outbind" and called:
            yield ("links", number, min(called)), f'link {link.name!r}: {min(called)} is for bind = "outbind" only'


def _accounts(settings: Settings) -> Iterator[tuple[Place, str]]:
    """Of each listener: every account once, and with one password."""
    for listener_number, listener in enumerate(settings.listeners):
        system_ids: set[str] = set()
        for number, account in enumerate(listener.accounts):
            place: Place = ("listeners", listener_number, "accounts", number)
            which = f"listener {listener.name!r}, account {account.system_id!r}: "
            if account.system_id in system_ids:
                yield (*place, "system_id"), f"{which}is there twice"
            system_ids.add(account.system_id)
            if account.password_file is None and not account.password_hash:
                yield (*place, "system_id"), f"{which}give password_file or password_hash"
            if account.password_file is not None and account.password_hash:
                yield (*place, "password_file"), f"{which}give password_file or password_hash, not both"


def _addresses(settings: Settings) -> Iterator[tuple[Place, str]]:
    """No two of those who listen may want one port of one address; port 0 is any that is free."""
    doors: list[tuple[Place, str, str, int]] = [
        (("listeners", number, "port"), f"listener {each.name!r}", each.host, each.port)
        for number, each in enumerate(settings.listeners)
    ]
    doors += (
        (("links", number, "port"), f"link {each.name!r}", each.host, each.port)
        for number, each in enumerate(settings.links)
        if each.bind == "outbind"
    )
    if settings.admin.port is not None:
        doors.append((("admin", "port"), "[admin]", settings.admin.host, settings.admin.port))
    for (_, one, host, port), (place, other, other_host, other_port) in itertools.combinations(doors, 2):
        if port and port == other_port and (host == other_host or {host, other_host} & EVERYWHERE):
            yield place, f"{one} and {other} would both listen on port {port}: give each its own"
