"""The load generator: an SMSC and USSD centre in a process of its own, with thousands of subscribers behind it.

It takes one bind, sends commands as deliver_sm, answers every request at once, and counts what comes back. Orders come
as JSON lines on standard input, one phase each; events go out as JSON lines on standard output. A command is answered
when its reply has arrived: the screen of a dialled one, every part of the SMS for the others. A subscriber never has
two commands on their way. It must stay far cheaper than what it measures: one write for one read, no codec.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import resource
import ssl
import sys
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import cast

import uvloop

from bench import traffic
from bench.traffic import DELIVER_SM, HEADER, Offer, Says, Step

BIND = (0x00000001, 0x00000002, 0x00000009)
SUBMIT_SM, DELIVER_SM_RESP, ENQUIRE_LINK, UNBIND = 0x00000004, 0x80000005, 0x00000015, 0x00000006
RESPONSE = 0x80000000
UDHI = 0x40
SC_INTERFACE_VERSION = b"\x02\x10\x00\x01\x34"
PREFIX_OCTETS = 72  # of an answer: tells answers of one step apart; every distinct one is checked
SEED = 111
CENSUS_MAX = 50_000
DRAIN_S = 10.0
RECEIPT_AFTER_S = 1.0  # a phone that is on, and not busy
QUIET_S = 0.3  # after the last answer: SMS that follow a screen
TICK_S = 0.001
UNTOLD = frozenset({"latencies_s", "gap_s", "last_s"})  # of a phase: its result has them in another form
PROGRESS_S = 0.5
TALKING = frozenset({Says.DIALOGS, Says.OPENINGS})
OUTSTANDING_MAX = 20_000  # of a schedule that the other side cannot follow

now_s = time.perf_counter


class Subscriber:
    """A phone: what it says next, and whether it waits for an answer."""

    __slots__ = (
        "dialled", "due_s", "function", "owed_dials", "owed_sms", "parts", "place", "said", "sequence", "session",
        "sms_head", "step", "turn", "ussd_head",
    )  # fmt: skip

    def __init__(self, number: bytes, index: int, *, prepared: bool) -> None:
        self.sms_head = traffic.head(number, ussd=False)
        self.ussd_head = traffic.head(number, ussd=True)
        self.turn = index  # even: dials next (in mixed traffic)
        # In the steady state subscribers are all over their cycles. Where the other side does not begin there, the
        # warm-up brings them: each speaks at least once, so that all of them exist when measuring begins.
        place = traffic.place_of(index)
        self.place = place if prepared else 0  # in the SMS cycle
        self.dialled = 0  # in the USSD cycle
        self.function = index  # which one of the plan is dialled next; all over it from the beginning
        self.step, self.session = 0, 0  # of the dialog that is open
        self.owed_sms = 0 if prepared else place
        self.owed_dials = 0 if prepared else index // traffic.SMS_STEPS % 2 + (0 if place else 1)
        self.said: Step | None = None
        self.sequence = 0
        self.due_s = 0.0
        self.parts = 0


@dataclass(slots=True)
class Phase:
    """One order and its counts. `rate` 0: as fast as the window allows; else on a schedule of so many a second."""

    name: str
    seconds: float
    window: int = 100
    rate: float = 0.0
    says: str = Says.SMS
    warming: bool = False  # lasts until every subscriber is where he belongs
    openings: int = 0  # of dialogs, each by a number of its own that has said nothing before
    sent: int = 0
    answered: int = 0
    in_time: int = 0  # answered before the phase's end
    elapsed_s: float = 0.0
    refused: int = 0
    lost: int = 0
    unacknowledged: int = 0
    submits: int = 0
    followers: int = 0  # SMS that follow a screen
    receipts: int = 0
    receipts_unacknowledged: int = 0
    latencies_s: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    gap_s: float = 0.0  # the longest time without an answer
    last_s: float = 0.0


class Smsc(asyncio.Protocol):
    """One bound peer and all subscribers."""

    def __init__(self, numbers: int, offer: Offer, codes: list[str], *, prepared: bool) -> None:
        self.subscribers = {
            each: Subscriber(each, index, prepared=prepared) for index, each in enumerate(traffic.numbers(numbers))
        }
        self.free = self._shuffled(self.subscribers.values())
        self.ready: deque[Subscriber] = deque()  # those whom the warm-up has brought where they belong
        self.others: dict[str, deque[Subscriber]] = {}  # who speaks in dialogs does not dial commands, and the reverse
        self.dialogs = traffic.dialog_cycle()
        self.ussd_cycle = traffic.ussd_cycle()
        self.functions = traffic.function_cycle(codes)
        self.sms_cycle = traffic.sms_cycle(offer)
        self.census: dict[tuple[str, bytes], list[object]] = {}
        self.unacknowledged: dict[int, Subscriber] = {}
        self.receipts: deque[tuple[float, bytes, int]] = deque()  # due, the phone, message_id
        self.receipts_unacknowledged: set[int] = set()
        self.transport: asyncio.Transport | None = None
        self.bound = asyncio.Event()
        self.gone = asyncio.Event()
        self.phase = Phase("idle", 0.0)
        self.sending = False
        self.outstanding = 0
        self.next_due_s = 0.0
        self.sequence = 0
        self.message_id = 0
        self.session = 0
        self.rest = b""
        self.out: list[bytes] = []

    @staticmethod
    def _shuffled(subscribers: Iterable[Subscriber]) -> deque[Subscriber]:
        """In an order that is no order: numbers in a row would lie on one page of the other side's database."""
        mixed_up = list(subscribers)
        random.Random(SEED).shuffle(mixed_up)
        return deque(mixed_up)

    # -- the wire --------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is not None:
            transport.close()
            return
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()

    def data_received(self, data: bytes) -> None:
        at = now_s()
        buffer = self.rest + data if self.rest else data
        position, size = 0, len(buffer)
        unpack = HEADER.unpack_from
        while size - position >= 16:
            length, command, status, sequence = unpack(buffer, position)
            if size - position < length:
                break
            if command == SUBMIT_SM:
                self._submit(buffer, position, sequence, at)
            elif command == DELIVER_SM_RESP:
                subscriber = self.unacknowledged.pop(sequence, None)
                if subscriber is None:
                    self.receipts_unacknowledged.discard(sequence)
                elif status:
                    self._refused(subscriber, status)
            else:
                self._other(command, sequence)
            position += length
        self.rest = buffer[position:]
        self.speak()

    def _other(self, command: int, sequence: int) -> None:
        if command in BIND:
            body = b"bench\0" + SC_INTERFACE_VERSION
            self.out.append(HEADER.pack(16 + len(body), command | RESPONSE, 0, sequence) + body)
            self.bound.set()
        elif command in (ENQUIRE_LINK, UNBIND):
            self.out.append(HEADER.pack(16, command | RESPONSE, 0, sequence))

    def _submit(self, buffer: bytes, position: int, sequence: int, at: float) -> None:
        """Answers a submit_sm (SMPP 3.4 4.4.1) and books it as its subscriber's reply."""
        phase = self.phase
        phase.submits += 1
        self.message_id += 1
        identity = b"%d\0" % self.message_id
        self.out.append(HEADER.pack(16 + len(identity), SUBMIT_SM | RESPONSE, 0, sequence) + identity)
        index = buffer.index
        start = position + 16
        ussd = buffer[start] == 0x55  # "USSD"
        start = index(0, index(0, start) + 3) + 3
        end = index(0, start)
        subscriber = self.subscribers.get(buffer[start:end])
        fixed = index(0, index(0, end + 4) + 1) + 1  # past schedule_delivery_time and validity_period
        if buffer[fixed] & 1:  # registered_delivery
            self.receipts.append((at + RECEIPT_AFTER_S, buffer[start:end], self.message_id))
        step = subscriber.said if subscriber is not None else None
        if subscriber is None or step is None or step.session is not ussd:
            phase.followers += 1
            return
        text = fixed + 5
        length = buffer[fixed + 4]
        if buffer[end + 1] & UDHI:  # TS 23.040 9.2.3.24.1: length, 00, 03, reference, parts, this part
            subscriber.parts += 1
            if buffer[text + 5] == 1:
                header = buffer[text] + 1
                self._note(step, buffer[text + header : text + length], buffer[fixed + 2], " ...")
            if subscriber.parts < buffer[text + 4]:
                return
        else:
            self._note(step, buffer[text : text + length], buffer[fixed + 2], "")
        phase.answered += 1
        if at - phase.last_s > phase.gap_s:
            phase.gap_s = at - phase.last_s
        phase.last_s = at
        phase.latencies_s.append(at - subscriber.due_s)
        if not ussd:
            subscriber.place = (subscriber.place + 1) % len(self.sms_cycle)
        elif phase.says in TALKING:
            subscriber.step = (subscriber.step + 1) % len(self.dialogs[subscriber.dialled])
            subscriber.dialled ^= not subscriber.step
        elif phase.says == Says.FUNCTIONS:
            subscriber.function += 1
        else:
            subscriber.dialled ^= 1
        self._release(subscriber)

    def _note(self, step: Step, octets: bytes, data_coding: int, more: str) -> None:
        key = (step.name, octets[:PREFIX_OCTETS])
        seen = self.census.get(key)
        if seen is not None:
            seen[0] += 1  # type: ignore[operator]
        elif len(self.census) < CENSUS_MAX:
            self.census[key] = [1, octets, data_coding, step, more]

    def _refused(self, subscriber: Subscriber, status: int) -> None:
        self.phase.refused += 1
        self.phase.statuses[status] = self.phase.statuses.get(status, 0) + 1
        if subscriber.said is not None:
            self._release(subscriber)

    def _release(self, subscriber: Subscriber) -> None:
        subscriber.said = None
        self.outstanding -= 1
        if self.phase.openings:
            return
        if not self.phase.warming:
            subscriber.turn += 1
            self.free.append(subscriber)
        elif subscriber.owed_sms or subscriber.owed_dials:
            self.free.append(subscriber)
        else:
            self.ready.append(subscriber)

    # -- speaking --------------------------------------------------------------------------------------------------

    def speak(self) -> None:
        """Sends what may be sent now, together with the answers that wait, in one write."""
        phase = self.phase
        if self.sending:
            at = now_s()
            if phase.rate:
                step_s = 1.0 / phase.rate
                while self.next_due_s <= at and self.free and self.outstanding < OUTSTANDING_MAX:
                    self._command(self.next_due_s, phase)
                    self.next_due_s += step_s
            else:
                while self.outstanding < phase.window and self.free:
                    self._command(at, phase)
        if self.receipts:
            self._receipts(now_s(), phase)
        if self.out and self.transport is not None:
            self.transport.write(b"".join(self.out))
            self.out.clear()

    def _receipts(self, at: float, phase: Phase) -> None:
        receipts = self.receipts
        while receipts and receipts[0][0] <= at:
            _, number, message_id = receipts.popleft()
            self.sequence = sequence = self.sequence + 1 if self.sequence < 0x7FFFFFFF else 1
            body = traffic.receipt(number, message_id)
            self.receipts_unacknowledged.add(sequence)
            phase.receipts += 1
            self.out.append(HEADER.pack(16 + len(body), DELIVER_SM, 0, sequence) + body)

    def _command(self, due_s: float, phase: Phase) -> None:
        subscriber = self.free.popleft()
        self.sequence = sequence = self.sequence + 1 if self.sequence < 0x7FFFFFFF else 1
        if phase.warming:
            dials = subscriber.owed_dials > 0
            if dials:
                subscriber.owed_dials -= 1
            elif subscriber.owed_sms:
                subscriber.owed_sms -= 1
        else:
            dials = phase.says != Says.SMS and (phase.says != Says.MIXED or not subscriber.turn & 1)
        if dials:
            if not subscriber.step:
                self.session = subscriber.session = (self.session + 2) & 0xFFFF  # bit 0 stays clear: it ends a dialog
            if phase.says in TALKING:
                step = self.dialogs[subscriber.dialled][subscriber.step]
            elif phase.says == Says.FUNCTIONS:
                step = self.functions[subscriber.function % len(self.functions)]
            else:
                step = self.ussd_cycle[subscriber.dialled]
            body = subscriber.ussd_head + step.tail + subscriber.session.to_bytes(2, "big")
        else:
            step = self.sms_cycle[subscriber.place]
            body = subscriber.sms_head + step.tail
        subscriber.said, subscriber.sequence, subscriber.due_s, subscriber.parts = step, sequence, due_s, 0
        self.unacknowledged[sequence] = subscriber
        self.outstanding += 1
        phase.sent += 1
        self.out.append(HEADER.pack(16 + len(body), DELIVER_SM, 0, sequence) + body)

    # -- phases ----------------------------------------------------------------------------------------------------

    async def run(self, phase: Phase) -> None:
        """Speaks for the phase's time, then waits until everyone is answered."""
        self.phase = phase
        self._call_in(phase)
        to_the_end = phase.warming or bool(phase.openings)
        started = self.next_due_s = phase.last_s = now_s()
        cpu_s = _cpu_s()
        emit("start", phase=phase.name)
        self.sending = True
        self.speak()
        shown_s = started
        while True:
            await asyncio.sleep(TICK_S if phase.rate else 0.01)
            at = now_s()
            if phase.rate:
                self.speak()
            over = not (self.free or self.outstanding) if to_the_end else at - started >= phase.seconds
            if over or self.gone.is_set():
                break
            if at - shown_s >= PROGRESS_S:
                shown_s = at
                emit("progress", phase=phase.name, answered=phase.answered, elapsed_s=at - started)
        if to_the_end:
            phase.seconds = at - started
        phase.in_time, phase.elapsed_s = phase.answered, now_s() - started
        cpu_s = _cpu_s() - cpu_s
        emit("end", phase=phase.name, answered=phase.in_time)
        self.sending = False
        await self._drain()
        phase.lost = self.outstanding
        phase.unacknowledged = len(self.unacknowledged)
        phase.receipts_unacknowledged = len(self.receipts_unacknowledged)
        for subscriber in self.subscribers.values():  # a lost one is in a state that nobody knows: it falls silent
            if subscriber.said is not None:
                subscriber.said = None
                self.outstanding -= 1
        self.unacknowledged.clear()
        if phase.warming:
            self.free, self.ready = self._shuffled(self.ready), deque()
        emit("result", **self._result(phase, cpu_s))

    def _call_in(self, phase: Phase) -> None:
        """Those who speak in this phase. A dialog goes on in the next phase of dialogs, by somebody who does nothing
        else."""
        if phase.openings:
            fresh = traffic.numbers(phase.openings, len(self.subscribers))
            made = {each: Subscriber(each, 0, prepared=True) for each in fresh}
            self.subscribers |= made
            self.free = deque(made.values())
        elif phase.says in (Says.DIALS, Says.DIALOGS, Says.FUNCTIONS) and not phase.warming:
            if not self.others:
                everybody = list(self.free)
                others = deque(everybody[1::2])
                self.others = {Says.DIALS: deque(everybody[::2]), Says.DIALOGS: others, Says.FUNCTIONS: others}
            self.free = self.others[phase.says]

    async def _drain(self) -> None:
        until = now_s() + DRAIN_S
        while (self.outstanding or self.unacknowledged) and now_s() < until and not self.gone.is_set():
            await asyncio.sleep(0.01)
            self.speak()
        before = -1
        while before != self.phase.submits and not self.gone.is_set():
            before = self.phase.submits
            await asyncio.sleep(QUIET_S)
        while (self.receipts or self.receipts_unacknowledged) and now_s() < until and not self.gone.is_set():
            self.speak()
            await asyncio.sleep(0.01)

    def _result(self, phase: Phase, cpu_s: float) -> dict[str, object]:
        result = {name: value for name, value in asdict(phase).items() if name not in UNTOLD}
        result["gap_ms"] = round(phase.gap_s * 1000, 1)
        latencies = sorted(phase.latencies_s)
        result["latency_ms"] = {
            name: round(latencies[min(int(len(latencies) * share), len(latencies) - 1)] * 1000, 3) if latencies else 0.0
            for name, share in (("p50", 0.50), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
        }
        result["rate_per_s"] = round(phase.in_time / phase.elapsed_s, 1)
        result["generator_cpu_share"] = round(cpu_s / phase.elapsed_s, 3)
        return result

    def answers(self) -> dict[str, object]:
        """Whether each answer was of the kind that its command asks for; samples of both sorts.

        Every answer was counted under its first characters, and every such group is checked by one of its answers.
        """
        wrong = 0
        samples: dict[str, str] = {}
        unexpected: list[dict[str, object]] = []
        for (name, _), entry in self.census.items():
            count, octets, data_coding, step, more = cast("tuple[int, bytes, int, Step, str]", tuple(entry))
            text = traffic.decode(octets, data_coding) + more
            if step.expected.search(text):
                samples.setdefault(name, text)
            else:
                wrong += count
                unexpected.append({"step": name, "count": count, "text": text})
        unexpected.sort(key=lambda each: -cast(int, each["count"]))
        return {"wrong": wrong, "kinds": len(self.census), "samples": samples, "unexpected": unexpected[:10]}


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def emit(event: str, **fields: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


async def serve(numbers: int, offer: Offer, codes: list[str], prepared: bool, certificate: str) -> None:
    loop = asyncio.get_running_loop()
    smsc = Smsc(numbers, offer, codes, prepared=prepared)
    gc.collect()
    gc.disable()  # nothing here makes cycles, and a collection would be measured as the other side's latency
    secured = None
    if certificate:
        secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        secured.load_cert_chain(certificate)
    server = await loop.create_server(lambda: smsc, "127.0.0.1", 0, ssl=secured)
    emit("listening", port=server.sockets[0].getsockname()[1])
    orders = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    await smsc.bound.wait()
    emit("bound")
    while line := await orders.readline():
        order = json.loads(line)
        if order["order"] == "phase":
            await smsc.run(Phase(**order["phase"]))
        elif order["order"] == "answers":
            emit("answers", **smsc.answers())
        else:
            break
    server.close()


def main() -> None:
    settings = json.loads(sys.argv[1])
    offer = Offer(**settings["offer"])
    uvloop.run(serve(settings["numbers"], offer, settings["codes"], settings["prepared"], settings["certificate"]))


if __name__ == "__main__":
    main()
