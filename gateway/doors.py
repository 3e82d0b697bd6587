"""The doors: links and listeners, made from the settings, opened, watched and closed together.

Nothing is decided here about a message; what comes through the doors goes to the one who takes the facts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import argon2

from gateway.config import AccountSection, ConfigError, LinkSection, ListenerSection, Peer, Settings, TlsSection
from gateway.delivery.compose import Route
from gateway.engine.doubts import Terms
from smpp.connection import Facts
from smpp.dialects import Dialects
from smpp.link import Link
from smpp.listener import Account, Listener
from smpp.outbind import OutbindLink
from smpp.session import Timers
from smpp.status import LinkStatus
from smpp.tls import Tls, TlsError
from smpp.vocabulary import INTERFACE_VERSION_3_4, INTERFACE_VERSION_5_0

DEMO_ACCOUNT = "demo"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
BUSY_STATUS = {"throttled": 0x58, "queue_full": 0x14}
VERSIONS = {"3.4": INTERFACE_VERSION_3_4, "5.0": INTERFACE_VERSION_5_0}
TWO_BINDS = "transmitter+receiver"


class Doors:
    """All links and listeners of a gateway.

    Raises:
        ConfigError: a file that cannot be read, or a value that no bind can carry.
    """

    def __init__(self, settings: Settings, facts: Facts, *, demo: bool) -> None:
        self._facts = facts
        self.listeners = [_listener(section, facts, demo=demo) for section in settings.listeners]
        self.links = [link for section in settings.links for link in _links(section, facts)]

    async def open(self) -> list[asyncio.Task[None]]:
        """Opens every door; the tasks are those of the links, which run until `stop`.

        Raises:
            ListenerError: a port cannot be had.
            ConfigError: a certificate cannot be used.
        """
        try:
            for listener in self.listeners:
                await listener.start()
            for link in self.links:
                if isinstance(link, OutbindLink):
                    await link.open()
        except TlsError as error:
            raise ConfigError(f"tls: {error}") from None
        return [asyncio.create_task(link.start(), name=f"link {link.name}") for link in self.links]

    def close(self) -> None:
        """Lets nobody new in; the sessions that are bound go on."""
        for listener in self.listeners:
            listener.close_door()

    async def stop(self) -> None:
        """Unbinds and closes everything, all at once, in the time that one silent peer may take."""
        await asyncio.gather(*(each.stop() for each in (*self.links, *self.listeners)))

    async def reload_tls(self) -> None:
        """Reads all certificates anew. Sessions go on; a file that cannot be used leaves its door as it was."""
        doors: tuple[Listener | Link | OutbindLink, ...] = (*self.listeners, *self.links)
        for door in doors:
            try:
                await door.reload_tls()
            except TlsError as error:
                self._facts.noted(None, "tls_reload_failed", link=door.name, error=str(error))
            else:
                self._facts.noted(None, "tls_reloaded", link=door.name)

    @property
    def status(self) -> list[LinkStatus]:
        """What every door is doing, as plain values; a link of two binds has two entries of one name."""
        return [each.status for each in (*self.listeners, *self.links)]


def _listener(section: ListenerSection, facts: Facts, *, demo: bool) -> Listener:
    accounts = [_account(account, section) for account in section.accounts]
    if demo:
        if section.host not in LOOPBACK:
            raise ConfigError(
                f"--demo: listener {section.name!r} is on {section.host}; the demo account with its known "
                "password is for loopback only (127.0.0.1)"
            )
        password_hash = argon2.PasswordHasher().hash(DEMO_ACCOUNT)
        accounts.append(Account(system_id=DEMO_ACCOUNT, password_hash=password_hash, window=section.window))
    return Listener(
        section.host,
        section.port,
        accounts,
        facts,
        name=section.name,
        timers=timers_of(section),
        unbound_max=section.unbound_max,
        tls=_checked_tls(section, server=True),
        allowed_networks=section.allowed_networks,
        bad_password_pause_s_max=section.bad_password_pause_s_max,
        system_id_octets_max=section.system_id_octets_max,
        password_octets_max=section.password_octets_max,
    )


def _links(section: LinkSection, facts: Facts) -> Iterator[Link | OutbindLink]:
    """The link of a section, or the two of one that has a bind for each direction."""
    outbind = section.bind == "outbind"
    for key, value, octets_max in (
        ("system_id", section.system_id, section.system_id_octets_max),
        ("password", section.password, section.password_octets_max),
    ):
        if octets_max and len(value.encode()) > octets_max:
            raise ConfigError(
                f"link {section.name!r}: {key} has {len(value.encode())} octets, {key}_octets_max is {octets_max}"
            )
    tls = _checked_tls(section, server=outbind)
    try:
        if outbind:
            yield OutbindLink(
                section.host,
                section.port,
                section.system_id,
                section.password,
                facts,
                outbind_system_id=section.outbind_system_id,
                outbind_password=section.outbind_password,
                name=section.name,
                system_type=section.system_type,
                window=section.window,
                timers=timers_of(section),
                tls=tls,
                allowed_networks=section.allowed_networks,
                interface_version=VERSIONS[section.interface_version],
            )
            return
        for bind in TWO_BINDS.split("+") if section.bind == TWO_BINDS else (section.bind,):
            yield Link(
                section.host,
                section.port,
                section.system_id,
                section.password,
                facts,
                name=section.name,
                bind=bind,
                system_type=section.system_type,
                window=section.window,
                timers=timers_of(section),
                connect_s=section.connect_s,
                already_bound_s=section.already_bound_s,
                misconfigured_s=section.misconfigured_s,
                tls=tls,
                interface_version=VERSIONS[section.interface_version],
            )
    except ValueError as error:
        raise ConfigError(f"link {section.name!r}: {error}") from None


def _checked_tls(peer: Peer, *, server: bool) -> Tls | None:
    """TLS as the section has it, its files read once to tell what is wrong with them."""
    section: TlsSection | None = peer.tls
    if section is None:
        return None
    tls = Tls(
        server=server,
        certificate_file=section.certificate_file,
        key_file=section.key_file,
        ca_file=section.ca_file,
        server_name=section.server_name,
        version_min=section.version_min,
    )
    try:
        tls.context()
    except TlsError as error:
        raise ConfigError(f"{peer.name!r}, tls: {error}") from None
    return tls


def _account(account: AccountSection, section: ListenerSection) -> Account:
    """An account with its password hashed; a password file holds an argon2 hash or the password itself."""
    encoded = account.password_hash
    if account.password_file is not None:
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
        allowed_networks=account.allowed_networks,
        requests_per_s=account.requests_per_s,
        unanswered_max=account.unanswered_max,
    )


def timers_of(peer: Peer) -> Timers:
    return Timers(
        session_init_s=peer.session_init_s,
        bind_response_s=peer.bind_response_s if isinstance(peer, LinkSection) else 10.0,
        enquire_link_s=peer.enquire_link_s,
        enquire_link_response_s=peer.enquire_link_response_s,
        inactivity_s=peer.inactivity_s,
        response_s=peer.response_s,
        pdu_read_s=peer.pdu_read_s,
    )


def terms_of(peer: Peer, settings: Settings) -> Terms:
    """What the in-doubt rule needs to know of a link or listener."""
    horizon_s = peer.redelivery_horizon_s or settings.engine.redelivery_horizon_s
    return Terms(int(horizon_s * 1000), int(peer.peer_response_timeout_s * 1000))


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
        rate_per_s=peer.rate_per_s,
        rate_burst=peer.rate_burst,
        resend_unknown=peer.resend_unknown or operator.resend_unknown,
        terms=terms_of(peer, settings),
        busy_status=BUSY_STATUS[peer.busy_status],
    )
