"""TLS on links and listeners, with certificates made here: who is believed, who is not, and renewal without a cut."""

from __future__ import annotations

import asyncio
import signal
import ssl
from pathlib import Path
from typing import Any

import pytest
import smpplib.client  # type: ignore[import-untyped]

from gateway import config
from gateway.app import Gateway
from gateway.config import ConfigError
from smpp.tls import Tls, TlsError
from tests.wire.certificates import Authority
from tests.wire.gateway_fixture import (
    ACCOUNT,
    HOST,
    PASSWORD,
    ROK,
    SUBMIT_SM,
    WAIT_S,
    RawPeer,
    fresh_number,
    port_of,
    running,
    served,
    sms_body,
    write_config,
)
from tests.wire.raw_centre import deliver, link, raw_centre, serving, take


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "authority")


def client_context(authority: Authority, certificate: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority.path))
    if certificate is not None:
        context.load_cert_chain(certificate)
    return context


async def connected(port: int, context: ssl.SSLContext) -> RawPeer:
    """A bound client over TLS."""
    reader, writer = await asyncio.open_connection(HOST, port, ssl=context)
    peer = RawPeer(reader, writer)
    assert (await peer.bind()).status == ROK
    return peer


def subject(peer: RawPeer) -> str:
    """The common name that the server has shown."""
    certificate: Any = peer.writer.get_extra_info("peercert")
    return str(dict(pair for (pair,) in certificate["subject"])["commonName"])


def listener_tls(path: Path, *, more: str = "") -> str:
    return f'tls = {{ certificate_file = "{path}"{more} }}'


async def test_listener_over_tls(tmp_path: Path, authority: Authority) -> None:
    """A client that trusts the authority binds and is served; one that speaks no TLS gets nothing."""
    certificate = authority.sign("gateway")
    async with running(write_config(tmp_path, listener=listener_tls(certificate))) as gateway:
        peer = await connected(port_of(gateway), client_context(authority))
        reply = await peer.say(sms_body(fresh_number(), "БАЛАНС"))
        reader, writer = await asyncio.open_connection(HOST, port_of(gateway))
        plain = RawPeer(reader, writer)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await plain.bind()
        (status, *_) = gateway.doors.status
        peer.close()
        plain.close()

    assert subject(peer) == "gateway"
    assert reply.source == "111"
    assert (status.tls, len(status.connections)) == (True, 1)


async def test_client_certificates(tmp_path: Path, authority: Authority) -> None:
    """With a ca_file only clients with a certificate of that authority come in."""
    certificate, known = authority.sign("gateway"), authority.sign("hub")
    stranger = Authority(tmp_path, "stranger").sign("nobody")
    keys = listener_tls(certificate, more=f', ca_file = "{authority.path}"')
    async with running(write_config(tmp_path, listener=keys)) as gateway:
        peer = await connected(port_of(gateway), client_context(authority, known))
        for other in (None, stranger):
            with pytest.raises((OSError, asyncio.IncompleteReadError, AssertionError)):
                await connected(port_of(gateway), client_context(authority, other))
        still = await peer.ask(SUBMIT_SM, sms_body(fresh_number(), "БАЛАНС"))
        peer.close()

    assert still.status == ROK


async def test_old_versions_are_refused(tmp_path: Path, authority: Authority) -> None:
    """With version_min 1.3 a client that knows 1.2 only is not let in."""
    certificate = authority.sign("gateway")
    old = client_context(authority)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    keys = listener_tls(certificate, more=', version_min = "1.3"')
    async with running(write_config(tmp_path, listener=keys)) as gateway:
        with pytest.raises(OSError):
            await connected(port_of(gateway), old)
        (await connected(port_of(gateway), client_context(authority))).close()


async def test_smpplib_over_tls(tmp_path: Path, authority: Authority) -> None:
    """A foreign client binds over TLS, submits, and unbinds."""
    certificate = authority.sign("gateway")

    def talk(port: int) -> str:
        context = client_context(authority)
        context.check_hostname = False  # smpplib does not say whom it calls
        client: Any = smpplib.client.Client(
            HOST, port, timeout=WAIT_S, ssl_context=context, allow_unknown_opt_params=True
        )
        client.connect()
        client.bind_transceiver(system_id=ACCOUNT, password=PASSWORD)
        taken: list[str] = []
        client.set_message_sent_handler(lambda pdu: taken.append(pdu.message_id.decode()))
        client.set_message_received_handler(lambda pdu: 0)
        client.send_message(
            source_addr_ton=1, source_addr_npi=1, source_addr=fresh_number(), dest_addr_ton=0, dest_addr_npi=1,
            destination_addr="111", short_message=b"BALANCE",
        )  # fmt: skip
        while not taken:
            client.read_once()
        client.unbind()
        client.disconnect()
        return taken[0]

    async with running(write_config(tmp_path, listener=listener_tls(certificate))) as gateway:
        message_id = await asyncio.to_thread(talk, port_of(gateway))

    assert message_id.isdigit()


def server_context(certificate: Path, authority: Authority | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.path) if authority else None)
    context.load_cert_chain(certificate)
    if authority is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_link_over_tls_with_its_own_certificate(tmp_path: Path, authority: Authority) -> None:
    """A link verifies its centre, shows its own certificate, and carries messages both ways."""
    number = fresh_number()
    own = authority.sign("gateway")
    tls = f'tls = {{ ca_file = "{authority.path}", certificate_file = "{own}" }}\n'
    context = server_context(authority.sign("smsc"), authority)
    async with raw_centre(tls=context) as centre, serving(tmp_path, centre, more=link("smsc", centre.port) + tls):
        peer = await centre.bound()
        await deliver(peer, sms_body(number, "БАЛАНС"))
        (reply,) = await take(peer, 1)

    assert reply.destination == number
    assert subject(peer) == "gateway"


@pytest.mark.parametrize(
    ("signer", "dns", "server_name", "trusted"),
    [
        ("authority", "smsc.example", "smsc.example", True),
        ("authority", "smsc.example", "other.example", False),
        ("stranger", "smsc.example", "smsc.example", False),
    ],
)
async def test_link_verifies_its_centre(
    tmp_path: Path, authority: Authority, signer: str, dns: str, server_name: str, trusted: bool
) -> None:
    """The centre's certificate must be of the authority and name server_name; else nothing is said, and status why."""
    signing = authority if signer == "authority" else Authority(tmp_path, signer)
    context = server_context(signing.sign("smsc", dns=dns))
    tls = f'tls = {{ ca_file = "{authority.path}", server_name = "{server_name}" }}\n'
    async with (
        raw_centre(tls=context) as centre,
        serving(tmp_path, centre, more=link("smsc", centre.port) + tls) as gateway,
    ):
        if trusted:
            await centre.bound()
            return
        async with asyncio.timeout(WAIT_S):
            while not gateway.links[0].status.last_error:
                await asyncio.sleep(0.01)
        status = gateway.links[0].status

    assert "certificate verify failed" in status.last_error
    assert centre.calls.empty()


async def test_renewed_certificates_are_read_at_a_signal(tmp_path: Path, authority: Authority) -> None:
    """SIGHUP: the next client sees the new certificate, and the one that is bound is not disturbed."""
    certificate = authority.sign("before", file="gateway.pem")
    log = tmp_path / "gateway.log"
    path = write_config(tmp_path, listener=listener_tls(certificate), more=f'[log]\nfile = "{log}"\n')
    async with served(path) as gateway:
        old = await connected(gateway.port, client_context(authority))
        authority.sign("after", file="gateway.pem")
        gateway.process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(WAIT_S):
            while "tls_reloaded" not in log.read_text():
                await asyncio.sleep(0.02)
        new = await connected(gateway.port, client_context(authority))
        still = await old.ask(SUBMIT_SM, sms_body(fresh_number(), "БАЛАНС"))
        old.close()
        new.close()

    assert (subject(old), subject(new)) == ("before", "after")
    assert still.status == ROK


@pytest.mark.parametrize("loop_factory", ["asyncio", "uvloop"])
def test_a_bad_renewal_changes_nothing(tmp_path: Path, loop_factory: str) -> None:
    """A file that cannot be used is told; the old certificate goes on. On asyncio and on uvloop."""
    import uvloop

    authority = Authority(tmp_path, "authority")
    certificate = authority.sign("gateway")

    async def renew() -> tuple[str, int]:
        async with running(write_config(tmp_path, listener=listener_tls(certificate))) as gateway:
            await gateway.reload()
            certificate.write_text("rubbish")
            await gateway.reload()
            peer = await connected(port_of(gateway), client_context(authority))
            peer.close()
            return subject(peer), gateway.telemetry.counters["tls_reload_failed"]

    factory = asyncio.new_event_loop if loop_factory == "asyncio" else uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        assert runner.run(renew()) == ("gateway", 1)


async def test_link_uses_renewed_certificates_for_its_next_connection(tmp_path: Path, authority: Authority) -> None:
    """A reload does not cut the link; the next connection shows the new certificate."""
    own = authority.sign("before", file="own.pem")
    tls = f'tls = {{ ca_file = "{authority.path}", certificate_file = "{own}" }}\n'
    context = server_context(authority.sign("smsc"), authority)
    async with (
        raw_centre(tls=context) as centre,
        serving(tmp_path, centre, more=link("smsc", centre.port) + tls) as gateway,
    ):
        peer = await centre.bound()
        authority.sign("after", file="own.pem")
        await gateway.reload()
        await peer.settle()
        peer.cut()
        again = await centre.bound()

    assert (subject(peer), subject(again)) == ("before", "after")


@pytest.mark.parametrize(
    ("tls", "told"),
    [
        ('{ key_file = "absent.pem" }', "certificate_file: a listener with TLS needs a certificate"),
        ('{ certificate_file = "absent.pem" }', "absent.pem: No such file"),
        ('{ certificate_file = "gateway.toml" }', "gateway.toml: no certificate with its unencrypted key"),
    ],
)
async def test_faults_of_files_are_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: str, told: str
) -> None:
    """A certificate that cannot be used is an error of the configuration that names listener and file."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        Gateway(config.load(write_config(tmp_path, listener=f"tls = {tls}")))

    assert "'phones', tls: " in str(caught.value)
    assert told in str(caught.value)


def test_authorities_that_are_none(tmp_path: Path) -> None:
    """A ca_file without certificates is told by its name."""
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    with pytest.raises(TlsError, match=r"empty\.pem: no certificates"):
        Tls(ca_file=empty).context()
