"""The admin port: figures that Prometheus reads, health, readiness, and what a stranger may not do there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway import config
from gateway.admin import AdminError
from gateway.app import Gateway
from gateway.messages import OutboxState
from gateway.store.protocol import Head, Kept, StoreError
from tests.wire.faulty_store import FULL, Disk, disk, fails
from tests.wire.gateway_fixture import (
    ROK,
    SUBMIT_SM,
    UNBIND,
    fresh_number,
    peer_of,
    port_of,
    running,
    sms_body,
    ussd_body,
    write_config,
)
from tests.wire.raw_centre import settled

__all__ = ["disk"]  # a fixture

ADMIN = "[admin]\nport = 0\n"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    async with running(write_config(tmp_path, more=ADMIN)) as found:
        yield found


async def said(gateway: Gateway, request: bytes) -> bytes:
    """Everything that is answered to octets on the admin port."""
    assert gateway.admin is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.admin.port)
    writer.write(request)
    async with asyncio.timeout(10.0):
        answer = await reader.read()
    writer.close()
    return answer


async def page(gateway: Gateway, path: str) -> tuple[int, str]:
    """The status and the body of a page."""
    head, _, body = (await said(gateway, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())).partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    assert length is not None
    assert len(body) == int(length[1])
    return int(head.split()[1]), body.decode()


async def samples(gateway: Gateway) -> dict[str, float]:
    """Every sample of /metrics, as Prometheus' own parser reads it."""
    status, text = await page(gateway, "/metrics")
    assert status == 200
    return {
        f"{sample.name}{sorted(sample.labels.values())}" if sample.labels else sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_figures(gateway: Gateway) -> None:
    """Facts, refusals by name, batches, binds, outbox rows by state, redeliveries: counted as they happened."""
    async with peer_of(port_of(gateway)) as peer:
        for code in ("*100#", "*100#", "*111*82#"):
            await peer.dial(fresh_number(), code)
        body = ussd_body(fresh_number(), "*111*828*1#")
        await peer.ask(SUBMIT_SM, body)
    async with asyncio.timeout(5.0), peer_of(port_of(gateway)) as again:
        while "lost" not in gateway.telemetry.counters:
            await asyncio.sleep(0.01)
        await again.ask(SUBMIT_SM, body)
        found = await samples(gateway)

    assert 5 == found["ussdgw_facts_total['inbound']"]
    assert 1 == found["ussdgw_facts_total['lost']"]
    assert 1 == found["ussdgw_refusals_total['unknown_code']"]
    assert 1 == found["ussdgw_redeliveries_total"]
    assert 1 == found["ussdgw_sessions_bound['listener', 'phones']"]
    assert 100 == found["ussdgw_window_size['listener', 'phones']"]
    assert 5 <= sum(value for name, value in found.items() if name.startswith("ussdgw_outbox_rows"))
    assert found["ussdgw_batch_seconds_count"] == found["ussdgw_batch_seconds_bucket['+Inf']"] >= 4
    assert 0 < found["ussdgw_batch_seconds_sum"] < 10
    assert 0 == found["ussdgw_batches_failed_total"]
    assert 0 < found["process_resident_memory_bytes"]


async def test_figures_are_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three SMS, one of them refused, each answered once, over one bind: every figure that is counted or measured
    in pieces is what that comes to, and no other one is told."""
    monkeypatch.setattr("gateway.status.OUTLOOK_KEPT_S", 0.0)
    path = write_config(tmp_path, listener="window = 7", more=f"{ADMIN}[engine]\nqueue_facts_max = 77\n")
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        for text in ("БАЛАНС", "БАЛАНС", "ъъъ"):
            await peer.say(sms_body(fresh_number(), text))
        await peer.settle()
        await settled(gateway)
        found = await samples(gateway)
        journal, started_at = gateway.engine.number, gateway.started_at
    own = {name: value for name, value in found.items() if name.startswith("ussdgw_")}
    # What is measured in seconds and octets; and confirmations, which come alone or with a result.
    vary = ("_seconds_bucket", "_seconds_sum", "_seconds_count", "_bytes", "_info", "'confirmed'")
    counted = {name: value for name, value in own.items() if not any(part in name for part in vary)}

    assert counted == {
        "ussdgw_start_time_seconds": started_at / 1000,
        "ussdgw_facts_total['inbound']": 3,
        "ussdgw_facts_total['submit_result']": 3,
        "ussdgw_facts_total['reloaded']": 1,
        "ussdgw_refusals_total['unknown_code']": 1,
        "ussdgw_batches_failed_total": 0,
        "ussdgw_redeliveries_total": 0,
        "ussdgw_handler_faults_total": 0,
        "ussdgw_queue_facts": 0,
        "ussdgw_queue_facts_max": 77,
        "ussdgw_replies_waiting": 0,
        "ussdgw_messages_in_doubt": 0,
        "ussdgw_sessions_bound['listener', 'phones']": 1,
        "ussdgw_window_size['listener', 'phones']": 7,
        "ussdgw_window_used['listener', 'phones']": 0,
        "ussdgw_outbox_oldest_ready_seconds": 0,
        "ussdgw_journal_entries_total": journal,
        **{f"ussdgw_outbox_rows['{state.name.lower()}']": 3 * (state is OutboxState.SENT) for state in OutboxState},
        **{f"ussdgw_retention_rows_total['{kept}']": 0 for kept in Kept},
    }
    assert own["ussdgw_batch_seconds_bucket['+Inf']"] == own["ussdgw_batch_seconds_count"] > 0
    assert own["ussdgw_store_bytes"] > 0


async def test_no_figure_names_a_subscriber(gateway: Gateway) -> None:
    """Labels are few and fixed: no number, text or code."""
    number = fresh_number()
    async with peer_of(port_of(gateway)) as peer:
        await peer.dial(number, "*777*4711#")
    _, text = await page(gateway, "/metrics")

    assert number not in text
    assert "4711" not in text


async def test_health_and_readiness(gateway: Gateway) -> None:
    """Healthy while the engine runs; not ready while the store fails; both say why in words."""
    async with asyncio.timeout(5.0):
        while not gateway.telemetry.facts:  # the entry of a start is on the disk
            await asyncio.sleep(0.01)
    well = await page(gateway, "/healthz"), await page(gateway, "/readyz")
    gateway.telemetry.batch_failed(1, StoreError("the disk is full", temporary=True))
    full = await page(gateway, "/healthz"), await page(gateway, "/readyz")
    async with peer_of(port_of(gateway)) as peer:
        await peer.dial(fresh_number(), "*100#")
    later = await page(gateway, "/readyz")
    gateway.engine.stop()
    async with asyncio.timeout(5.0):
        while gateway.working:
            await asyncio.sleep(0.01)
    ended = await page(gateway, "/healthz"), await page(gateway, "/readyz")

    assert ((200, "ok\n"), (200, "ready\n")) == well
    assert ((200, "ok\n"), (503, "the store did not take the last batch\n")) == full
    assert (200, "ready\n") == later
    assert ((503, "the engine does not run\n"),) * 2 == ended


async def test_health_and_readiness_from_start_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting: healthy, and not ready. Serving: both. Stopping, while a reply is still on its way: healthy, and not
    ready any more. Then the port is closed."""
    gateway = Gateway(config.load(write_config(tmp_path, more=ADMIN)))
    assert gateway.admin is not None
    start, opened = gateway.engine.start, asyncio.Event()

    async def slow_start() -> Head:
        await opened.wait()
        return await start()

    monkeypatch.setattr(gateway.engine, "start", slow_start)
    starting = asyncio.create_task(gateway.start())
    async with asyncio.timeout(5.0):
        while not gateway.admin.port:
            await asyncio.sleep(0.005)
    pages: dict[str, list[tuple[int, str]]] = {}

    async def look(when: str) -> None:
        pages[when] = [await page(gateway, path) for path in ("/healthz", "/readyz")]

    await look("starting")
    figures = await page(gateway, "/metrics")
    opened.set()
    await starting
    await look("serving")
    async with peer_of(port_of(gateway)) as peer:
        await peer.ask(SUBMIT_SM, sms_body(fresh_number(), "БАЛАНС"))
        reply = await peer.request()
        stopping = asyncio.create_task(gateway.stop())
        await asyncio.sleep(0)
        await look("stopping")
        peer.answer(reply)
        peer.answer(await peer.request(UNBIND))
        await stopping
    with pytest.raises(OSError):
        await page(gateway, "/healthz")

    assert pages == {
        "starting": [(200, "starting\n"), (503, "the gateway is starting\n")],
        "serving": [(200, "ok\n"), (200, "ready\n")],
        "stopping": [(200, "stopping\n"), (503, "the gateway is stopping\n")],
    }
    assert figures == (503, "the gateway is starting\n")


async def test_ready_again_after_the_store_has_failed(tmp_path: Path, disk: Disk) -> None:
    """Given a disk that is full, then the gateway is not ready from the batch that failed until one is written."""
    async with running(write_config(tmp_path, more=ADMIN)) as gateway, peer_of(port_of(gateway)) as peer:
        await settled(gateway)
        disk.arm(fails(FULL, 1, 10**9))
        refused = await peer.ask(SUBMIT_SM, sms_body(fresh_number(), "БАЛАНС"))
        failing = await page(gateway, "/healthz"), await page(gateway, "/readyz")
        disk.arm(None)
        await peer.say(sms_body(fresh_number(), "БАЛАНС"))
        again = await page(gateway, "/readyz")

    assert refused.status != ROK
    assert failing == ((200, "ok\n"), (503, "the store did not take the last batch\n"))
    assert again == (200, "ready\n")


async def test_not_ready_until_a_link_is_bound(tmp_path: Path) -> None:
    """A gateway that only connects is ready once a message centre has let it in."""
    path = write_config(tmp_path, more=f'[[links]]\nname = "smsc1"\nport = 9\nsystem_id = "gw"\n{ADMIN}')
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?s)\[\[listeners\]\].*?(?=\[\[links)", "", text), encoding="utf-8")
    async with running(path) as gateway:
        assert (503, "no link is bound: smsc1\n") == await page(gateway, "/readyz")


@pytest.mark.parametrize(
    ("request_octets", "status"),
    [
        (b"GET /nowhere HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 "),
        (b"POST /metrics HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 "),
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400 "),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", b""),
        (b"HEAD /healthz HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 "),
    ],
)
async def test_other_requests(gateway: Gateway, request_octets: bytes, status: bytes) -> None:
    """Only three pages, only to be read, and no request longer than the limit."""
    try:
        answer = await said(gateway, request_octets)
    except ConnectionResetError:  # closed while we were still talking
        answer = b""

    assert answer[: len(status)] == status
    assert bool(status) == bool(answer)
    assert not answer.startswith(b"HTTP/1.1 200") or answer.endswith(b"\r\n\r\n")


async def test_off_unless_it_is_set_and_refused_where_the_port_is_taken(gateway: Gateway, tmp_path: Path) -> None:
    """No port, no server; a port that another program has is named in the refusal."""
    other = tmp_path / "other"
    other.mkdir()
    async with running(write_config(other)) as without:
        assert without.admin is None
    assert gateway.admin is not None
    third = tmp_path / "third"
    third.mkdir()
    taken = write_config(third, more=f"[admin]\nport = {gateway.admin.port}\n")
    with pytest.raises(AdminError, match=rf"cannot listen on 127\.0\.0\.1:{gateway.admin.port}"):
        async with running(taken):
            pass


async def test_metrics_while_the_store_cannot_be_read(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Regression: the page is a 503 with the reason, not a connection that is closed without a word."""

    async def unreadable() -> None:
        raise StoreError("gateway.db: the disk does not do it")

    monkeypatch.setattr(gateway.outlook, "now", unreadable)
    status, text = await page(gateway, "/metrics")

    assert (status, text) == (503, "gateway.db: the disk does not do it\n")
