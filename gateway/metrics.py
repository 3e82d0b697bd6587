"""The gateway's figures in Prometheus' own format. Collected from what is counted anyway, when somebody asks.

Names follow the conventions of prometheus.io/docs/practices/naming: base units, `_total` for counters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from gateway.messages import OutboxState
from gateway.retention import Retention
from gateway.status import Status, status_of
from gateway.store.protocol import Kept
from gateway.telemetry import Durations

if TYPE_CHECKING:
    from gateway.app import Gateway


class Exposition(Collector):
    """A registry of one gateway's figures and of the process's."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._status: Status | None = None
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    async def page(self) -> bytes:
        self._status = await status_of(self._gateway)
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        status = self._status
        if status is None:  # asked for by the registry when it is put together
            return
        yield InfoMetricFamily("ussdgw", "The gateway.", {"version": status.version, "catalogue": status.catalogue})
        yield gauge("ussdgw_start_time_seconds", "When the gateway was started, seconds since 1970.",
                    status.started_at / 1000)  # fmt: skip
        yield from self._engine(status)
        yield from _peers(status)
        yield from self._applications(status)
        yield from _store(status)
        yield from _retention(self._gateway.retention)

    def _applications(self, status: Status) -> Iterator[Metric]:
        labels = ("application",)
        calls = CounterMetricFamily(
            "ussdgw_application_calls", "Calls of applications, by what came of them.", labels=(*labels, "result")
        )
        paused = GaugeMetricFamily("ussdgw_application_paused", "Not asked: it failed too often.", labels=labels)
        took = HistogramMetricFamily("ussdgw_application_seconds", "Until an application answered.", labels=labels)
        for each in status.applications:
            for result, count in each.calls.items():
                calls.add_metric((each.name, result), count)
            paused.add_metric((each.name,), each.paused)
            durations = self._gateway.applications[each.name].figures.took
            took.add_metric((each.name,), buckets=_buckets(durations), sum_value=durations.total_s)
        if status.applications:
            yield from (calls, paused, took)

    def _engine(self, status: Status) -> Iterator[Metric]:
        telemetry = self._gateway.telemetry
        facts = {_snake(kind.__name__): count for kind, count in telemetry.facts.items()}
        yield counters("ussdgw_facts", "Facts that were written, by kind.", "kind", facts)
        yield histogram("ussdgw_batch_seconds", "From draining a batch to having acknowledged it.", telemetry.batches)
        yield counter("ussdgw_batches_failed", "Batches that the store did not take.", status.batches.failed)
        yield counter("ussdgw_redeliveries", "Messages in doubt that came again: answered, no second effect.",
                      status.redeliveries)  # fmt: skip
        yield counters("ussdgw_refusals", "Messages that were refused, by the refusal's name.", "refusal",
                       telemetry.refusals)  # fmt: skip
        yield counter("ussdgw_handler_faults", "Commands that a bug has met.", status.faults)
        yield gauge("ussdgw_queue_facts", "Facts that wait for a batch.", status.queue_facts)
        yield gauge("ussdgw_queue_facts_max", "Above it peers are told to come later.", status.queue_facts_max)
        yield gauge("ussdgw_replies_waiting", "Replies that wait for a place in a window.", status.replies_waiting)
        yield gauge("ussdgw_messages_in_doubt", "Messages whose acknowledgement may not have arrived.", status.in_doubt)


def _peers(status: Status) -> Iterator[Metric]:
    labels = ("kind", "name")
    bound = GaugeMetricFamily("ussdgw_sessions_bound", "Binds of each link and listener.", labels=labels)
    window = GaugeMetricFamily(
        "ussdgw_window_size", "Requests of ours that may be unanswered, all binds.", labels=labels
    )
    used = GaugeMetricFamily("ussdgw_window_used", "Requests of ours that are unanswered.", labels=labels)
    for peer in status.peers:
        values = (peer.kind, peer.name)
        bound.add_metric(values, len(peer.sessions))
        window.add_metric(values, sum(each.window for each in peer.sessions))
        used.add_metric(values, sum(each.window_used for each in peer.sessions))
    yield from (bound, window, used)


def _store(status: Status) -> Iterator[Metric]:
    outlook = status.store_outlook
    rows = GaugeMetricFamily("ussdgw_outbox_rows", "Replies in the outbox, by state.", labels=("state",))
    for state in OutboxState:
        rows.add_metric((state.name.lower(),), outlook.outbox[state.name])
    yield rows
    oldest = outlook.oldest_ready_at
    yield gauge("ussdgw_outbox_oldest_ready_seconds", "Age of the oldest reply that waits to be sent.",
                0.0 if oldest is None else max(0, status.at - oldest) / 1000)  # fmt: skip
    yield gauge("ussdgw_store_bytes", "Size of the database.", outlook.octets)
    yield gauge("ussdgw_store_log_bytes", "Size of its write-ahead log.", outlook.log_octets)
    yield counter("ussdgw_journal_entries", "The number of the last journal entry.", status.journal_number)


def _retention(retention: Retention) -> Iterator[Metric]:
    removed = {str(kept): retention.removed[kept] for kept in Kept}
    yield counters("ussdgw_retention_rows", "Rows removed because they had been kept long enough.", "table", removed)
    yield histogram("ussdgw_retention_step_seconds", "How long a step of removing held the writer up.", retention.steps)


def gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def counter(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(name, about, value=value)


def counters(name: str, about: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, about, labels=(label,))
    for key, value in sorted(values.items()):
        family.add_metric((key,), value)
    return family


def histogram(name: str, about: str, durations: Durations) -> Metric:
    return HistogramMetricFamily(name, about, buckets=_buckets(durations), sum_value=durations.total_s)


def _buckets(durations: Durations) -> list[tuple[str, float]]:
    buckets, seen = [], 0
    for bound_s, count in zip((*durations.bounds_s, float("inf")), durations.counts, strict=True):
        seen += count
        buckets.append(("+Inf" if bound_s == float("inf") else str(bound_s), float(seen)))
    return buckets


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
