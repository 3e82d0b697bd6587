"""Settings: defaults < TOML file < `USSDGW_*` environment < flags. Frozen once read.

Every key has a default and its unit in its name. An unknown key is an error that names the nearest known one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.catalogue.applications import Form
from gateway.catalogue.faults import nearest
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


Network = Annotated[str, AfterValidator(_check_network)]
OneOrMore = Annotated[
    tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value), Field(min_length=1)
]
"""One name, or a list of them."""


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
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "RU"
    time_zone: str = "Europe/Moscow"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "RUB"
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
        raise ValueError("must be a code as it is dialled: *384# or *384*12#")
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
    password_hash: str = ""
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
        env_prefix="USSDGW_",
        env_nested_delimiter="__",
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
        ConfigError: with file, line, key, what was expected, and the nearest valid name.
    """
    source, values = "", {}
    if path is not None:
        try:
            source = path.read_text(encoding="utf-8")
            values = tomllib.loads(source)
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: {error}") from None
    try:
        settings = Settings(**values)
        if flags:
            changed = {name: getattr(settings, name).model_copy(update=dict(keys)) for name, keys in flags.items()}
            settings = settings.model_copy(update=changed)
    except ValidationError as error:
        raise ConfigError("\n".join(_faults(error, path, source))) from None
    settings = _with_default_listener(settings)
    _check_names(settings)
    _check_links(settings)
    return settings


def _with_default_listener(settings: Settings) -> Settings:
    if settings.listeners or settings.links:
        return settings
    return settings.model_copy(update={"listeners": (ListenerSection(name="phones"),)})


def _check_names(settings: Settings) -> None:
    """Links, listeners and accounts are named by routes: no name may stand for two of them."""
    names = [peer.name for peer in (*settings.listeners, *settings.links)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"two links or listeners have the name {twice[0]!r}: give each its own")
    known = {*names, *(account.system_id for each in settings.listeners for account in each.accounts)}
    for number, rule in enumerate(settings.routes, 1):
        for key, name in (*(("via", via) for via in rule.via), ("account", rule.account)):
            if name and name not in known:
                raise ConfigError(
                    f"[[routes]] number {number}, {key} = {name!r}: there is no such link, listener or account"
                    f"{nearest(name, known)}"
                )


def _check_links(settings: Settings) -> None:
    """What each key allows, and the way a link binds does not."""
    for link in settings.links:
        where = f"link {link.name!r}: "
        if link.bind == "outbind" and not link.outbind_password:
            raise ConfigError(f'{where}bind = "outbind" needs outbind_password, or anybody could pose as the centre')
        called = {"outbind_system_id", "outbind_password", "allowed_networks"} & link.model_fields_set
        if link.bind != "outbind" and called:
            raise ConfigError(f'{where}{min(called)} is for bind = "outbind" only')


def _faults(error: ValidationError, path: Path | None, source: str) -> Iterator[str]:
    for each in error.errors():
        where = [str(part) for part in each["loc"]]
        key = where[-1] if where else ""
        line = _line(source, each["loc"])
        place = f"{path}:{line}: " if path is not None and line else f"{path}: " if path else ""
        if each["type"] == "extra_forbidden":
            yield f"{place}unknown key {'.'.join(where)}{nearest(key, _known_keys(each['loc']))}"
        else:
            got = f", not {each['input']!r}" if each["type"] != "missing" else ""
            yield f"{place}{'.'.join(where)}: {each['msg']}{got}"


def _known_keys(place: tuple[int | str, ...]) -> list[str]:
    """The keys that exist where an unknown one was found."""
    model: type[BaseModel] = Settings
    for part in place[:-1]:
        if isinstance(part, int) or part not in model.model_fields:  # the name of one of several
            continue
        annotation = model.model_fields[part].annotation
        inner = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
        model = next((each for each in inner if issubclass(each, BaseModel)), model)
    return list(model.model_fields)


def _table(source: str, place: tuple[int | str, ...]) -> str:
    """The table that a key stands in: `applications.weather` where the file has that, else `applications`."""
    names = [str(part) for part in place]
    headers = set(re.findall(r"^\s*\[\s*([\w.-]+)\s*\]", source, re.MULTILINE))
    inner = (".".join(names[:length]) for length in range(len(names), 1, -1))
    return next((name for name in inner if name in headers), names[0])


def _line(source: str, place: tuple[int | str, ...]) -> int:
    """The line of a key in the source; of its table where the key itself is not found; 0 for neither."""
    table, key, count = "", "", 0
    if place:
        table = _table(source, place)
        count = next((part for part in place if isinstance(part, int)), 0)
        key = next(str(part) for part in reversed(place) if isinstance(part, str))
    found_table, seen = 0, -1
    for number, text in enumerate(source.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?", text)
        if header and header[1].startswith(f"{table}."):  # a table within the one that is looked for
            continue
        if header:
            if found_table:
                break
            if header[1] == table:
                seen += 1
                if seen == count:
                    found_table = number
                    if len(place) == 1:
                        return number
            continue
        if (found_table or len(place) == 1) and re.match(rf"\s*(.*[{{,].*)?\b{re.escape(key)}\s*=", text):
            return number
    return found_table
