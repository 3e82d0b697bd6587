"""A recording said again to a running gateway over SMPP, as a client of its listener, and what came back.

Each subscriber says what he said, in his order: the next when as many replies have come to him as had then, and no
sooner than the recorded gap allows. Nobody tells here what caused a reply, so on both sides it is the message that its
receiver had sent last.
"""

from __future__ import annotations

import asyncio
import bisect
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from gateway.model import Instant, Msisdn
from gateway.phone import Phone, PhoneError
from gateway.recording.format import Header, Line, RecordedLink
from gateway.recording.hiding import Message
from gateway.recording.messages import Joiner, Messages, Said
from gateway.recording.reading import Recording, RecordingError
from gateway.replay.compare import DIGITS, Alike, Compared, Comparison, Told, Verdict, compare
from gateway.replay.going import Watch
from gateway.replay.recorded_replies import told_of
from gateway.replay.typed_back import TypedBack
from smpp.connection import Connection
from smpp.pdu import DataSm, EncodeError, Pdu, SubmitSm, encode
from smpp.ussd import Dialect

WINDOW = 100
REPLY_S = 5.0
"""A reply is waited for so long; then its receiver goes on without it."""
LOOKED_S = 0.1
"""So often somebody is told how far it is."""
LINK = "replayed"


@dataclass(frozen=True, slots=True)
class Target:
    """The listener that is called, and the account to bind with. `speed`: 1 as recorded, 0 as fast as it goes."""

    host: str
    port: int
    system_id: str
    password: str
    speed: float = 1.0


class _Client(Phone):
    """The bind: hands on what comes."""

    def __init__(self, target: Target, came: Callable[[Pdu], None]) -> None:
        super().__init__(target.host, target.port, target.system_id, target.password, window=WINDOW)
        self._came = came

    def request(self, connection: Connection, pdu: Pdu) -> None:
        connection.answer(pdu)
        self._came(pdu)


@dataclass(slots=True)
class _Subscriber:
    """One of them. `expected`: the recorded replies, in order; `before`: how many of them had come before each message;
    `codes`: what this run issued, by the stand-in."""

    expected: list[Told] = field(default_factory=list)
    saying: list[tuple[int, Said, int]] = field(default_factory=list)
    open: list[Told] = field(default_factory=list)  # expected, and not seen yet
    came: int = 0
    last: int | None = None  # the place of what he said last
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    codes: dict[str, str] = field(default_factory=dict)


class LiveReplay:
    """One run of one recording against a gateway.

    Args:
        recording, messages: as read, and its messages.
        places: of those that are wanted.
        dialects, country: by which replies are read.
        ignore: what in texts may differ.

    Raises:
        RecordingError: the links of what is wanted speak several dialects; a listener has one.
    """

    def __init__(
        self,
        recording: Recording,
        messages: Messages,
        places: Collection[int],
        dialects: Mapping[str, Dialect],
        country: str,
        alike_texts: Alike,
    ) -> None:
        self._messages = messages
        self._alike = alike_texts
        self._typed_back = TypedBack(messages)
        self._left_out: Counter[str] = Counter(messages.left_out)
        self._said = self._chosen(messages, places)
        self._first = min((said.at for said in self._said.values()), default=Instant(0))
        self._recorded = self._replies_to_them()
        self._subscribers: dict[Msisdn, _Subscriber] = {}
        self._plan()
        links = {link.name: link for link in recording.header.links}
        used = [links.get(said.link, RecordedLink(name=said.link)) for said in self._said.values()]
        spoken = sorted({link.dialect for link in used})
        if len(spoken) > 1:
            raise RecordingError(
                f"its links speak {', '.join(spoken)}, and a listener has one dialect: choose with --filter link=..."
            )
        listener = RecordedLink(
            name=LINK, listener=True, dialect=spoken[0] if spoken else "spec",
            default_alphabet=used[0].default_alphabet if used else "gsm7",
        )  # fmt: skip
        self._joiner = Joiner(Recording(Header(links=(listener,))), dialects, country)
        self._told: list[Told] = []
        self._done = 0
        self._began = 0.0
        self._window = asyncio.Semaphore(WINDOW)

    def _chosen(self, messages: Messages, places: Collection[int]) -> dict[int, Said]:
        """What is said again: what had an effect, and of which the words are known."""
        found: dict[int, Said] = {}
        for place, each in enumerate(messages.happened):
            if not isinstance(each, Said) or place not in places:
                continue
            if not messages.had_effect(each):
                self._left_out["messages that were refused or not answered"] += 1
            elif each.hidden:
                self._left_out["messages that nobody had read"] += 1
            elif not _can_be_said(each.pdu):
                self._left_out["messages that a client cannot write"] += 1
            else:
                found[place] = each
        return found

    def _replies_to_them(self) -> list[Told]:
        """What was told because of them: to others by the last message of each, as nothing else is known over the wire.

        What comes to a sender after his next message is told by that one; `_in_any_order` passes over it.
        """
        said: dict[Msisdn, list[tuple[Instant, int]]] = {}
        for place, each in self._said.items():
            said.setdefault(each.subscriber, []).append((each.at, place))
        found = []
        for told in told_of(self._messages):
            if told.cause is None:
                self._left_out["replies of timers, which are not compared"] += 1
            elif told.cause in self._said and self._said[told.cause].subscriber == told.subscriber:
                found.append(told)
            elif told.cause in self._said:
                before = said.get(told.subscriber, [])
                at = bisect.bisect_right(before, (told.at, len(self._messages.happened)))
                found.append(replace(told, cause=before[at - 1][1] if at else None))
        return found

    def _plan(self) -> None:
        for told in self._recorded:
            self._subscriber(told.subscriber).expected.append(told)
        for place, said in self._said.items():
            subscriber = self._subscriber(said.subscriber)
            before = sum(told.at <= said.at and told.cause != place for told in subscriber.expected)
            subscriber.saying.append((place, said, before))
        for subscriber in self._subscribers.values():
            subscriber.open = list(subscriber.expected)

    def _subscriber(self, number: Msisdn) -> _Subscriber:
        return self._subscribers.setdefault(number, _Subscriber())

    @property
    def size(self) -> int:
        """How many messages there are to say."""
        return len(self._said)

    async def run(self, target: Target, watch: Watch) -> Comparison:
        """Says everything again, and compares what came; `watch` may end it before.

        Raises:
            PhoneError: there is no gateway, it refuses the bind, or it has gone.
        """
        async with _Client(target, self._came) as client:
            loop = asyncio.get_running_loop()
            self._began = loop.time()
            tasks = [
                loop.create_task(self._say_all(client, each, target.speed))
                for each in self._subscribers.values() if each.saying
            ]  # fmt: skip
            stopped = False
            waiting = set(tasks)
            try:
                while waiting and not stopped:
                    done, waiting = await asyncio.wait(waiting, timeout=LOOKED_S, return_when=asyncio.FIRST_EXCEPTION)
                    for task in done:
                        task.result()
                    stopped = not watch(self._done)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            if not stopped:
                await self._last_replies()
            took_s = loop.time() - self._began
        return self._comparison(stopped, took_s)

    async def _say_all(self, client: Phone, subscriber: _Subscriber, speed: float) -> None:
        """What one of them said, each in its turn."""
        loop = asyncio.get_running_loop()
        for place, said, before in subscriber.saying:
            if speed:
                await asyncio.sleep(self._began + (said.at - self._first) / 1000 / speed - loop.time())
            if not await self._replied(subscriber, before):
                self._left_out["replies that were waited for in vain"] += 1
            async with self._window:
                pdu = self._pdu(place, said, subscriber)
                subscriber.last = place
                self._note(pdu, "in")
                try:
                    await client.say(pdu)
                except PhoneError as error:
                    if client.gone:
                        raise
                    self._left_out[str(error)] += 1
            self._done += 1

    async def _replied(self, subscriber: _Subscriber, count: int) -> bool:
        """Whether so many replies have come to a subscriber; waits for them, but not for ever."""
        try:
            async with asyncio.timeout(REPLY_S):
                while subscriber.came < count:
                    subscriber.changed.clear()
                    await subscriber.changed.wait()
        except TimeoutError:
            subscriber.came = count  # it is waited for once
            return False
        return True

    def _pdu(self, place: int, said: Said, subscriber: _Subscriber) -> SubmitSm | DataSm:
        """What is said, as a client says it, with the codes that this run issued."""
        for secret in said.secrets:
            if secret.matched is not False and secret.stand_in not in subscriber.codes:
                self._left_out["codes and passwords that nobody told here"] += 1
        codes = {
            secret.stand_in: subscriber.codes[secret.stand_in]
            for secret in said.secrets if secret.matched is not False and secret.stand_in in subscriber.codes
        }  # fmt: skip
        return _of_client(self._typed_back.with_codes(place, said, codes))

    def _note(self, pdu: Pdu, direction: str) -> Told | None:
        """What went by, read as a recording is; a reply that is whole by it."""
        line = Line(
            time=self._first / 1000 + asyncio.get_running_loop().time() - self._began, link=LINK, session=1,
            direction="in" if direction == "in" else "out", pdu=encode(pdu, lenient=True).hex(),
        )  # fmt: skip
        reply = self._joiner.feed(line)
        if reply is None:
            return None
        return Told(reply.at, reply.subscriber, reply.channel, reply.text)

    def _came(self, pdu: Pdu) -> None:
        """A message of the gateway's: matched with what was recorded, for the codes in it."""
        told = self._note(pdu, "out")
        if told is None:
            return
        subscriber = self._subscriber(told.subscriber)
        told = replace(told, cause=subscriber.last)
        shape = self._alike.shape(told)
        recorded = next((each for each in subscriber.open if self._alike.shape(each) == shape), None)
        if recorded is not None:
            subscriber.open.remove(recorded)
            told = _with_own_numbers(recorded, told, subscriber)
        self._told.append(told)
        subscriber.came += 1
        subscriber.changed.set()

    async def _last_replies(self) -> None:
        """Waits for what is still to come."""

        async def each(subscriber: _Subscriber) -> None:
            await self._replied(subscriber, len(subscriber.expected))

        await asyncio.gather(*map(each, self._subscribers.values()))

    def _comparison(self, stopped: bool, took_s: float) -> Comparison:
        said = {place: each for place, each in self._said.items() if not stopped or self._was_said(place, each)}
        recorded = [told for told in self._recorded if told.cause is None or told.cause in said]
        replies = [_in_any_order(each) for each in compare(recorded, self._told, self._alike)]
        return Comparison(
            said=said,
            replies=replies,
            left_out=self._left_out,
            took_s=took_s,
            lasted_s=(max((each.at for each in said.values()), default=self._first) - self._first) / 1000,
            stopped=stopped,
        )

    def _was_said(self, place: int, said: Said) -> bool:
        last = self._subscribers[said.subscriber].last
        return last is not None and place <= last


def _of_client(pdu: Message) -> SubmitSm | DataSm:
    """A message as a client says it."""
    if isinstance(pdu, (SubmitSm, DataSm)):
        return msgspec.structs.replace(pdu, sequence_number=0)
    return SubmitSm(**{name: getattr(pdu, name) for name in _SHARED})


def _can_be_said(pdu: Message) -> bool:
    """Whether it is as SMPP has it; what deviates from it was read all the same, and cannot be written."""
    try:
        encode(_of_client(pdu))
    except EncodeError:
        return False
    return True


def _with_own_numbers(recorded: Told, told: Told, subscriber: _Subscriber) -> Told:
    """With the codes and the reference of this run: what stands where the recording has its own."""
    codes: list[str] = []
    reference = ""
    for was, now in zip(DIGITS.findall(recorded.text), DIGITS.findall(told.text), strict=False):
        if was in recorded.codes:
            subscriber.codes[was] = now
            codes.append(now)
        elif was == recorded.reference:
            reference = now
    return replace(told, codes=tuple(codes), reference=reference)


def _in_any_order(each: Compared) -> Compared:
    """Who did not wait for somebody else's message may be told of it a message earlier or later."""
    moved = each.verdict in (Verdict.ORDER, Verdict.LATER)
    if moved and each.recorded is not None and each.replayed is not None and each.recorded.cause != each.replayed.cause:
        return replace(each, verdict=Verdict.SAME)
    return each


_SHARED: Sequence[str] = (
    "service_type", "source_addr_ton", "source_addr_npi", "source_addr", "dest_addr_ton", "dest_addr_npi",
    "destination_addr", "esm_class", "protocol_id", "data_coding", "short_message", "tlvs",
)  # fmt: skip
"""Fields of a deliver_sm that a submit_sm says the same with (SMPP 3.4 4.4.1, 4.6.1)."""


def speed_of(text: str) -> float:
    """How fast is said again: `100%` is as recorded, `200%` twice as fast, `max` (0) as fast as it goes.

    Raises:
        ValueError: it is none of these.
    """
    if text == "max":
        return 0.0
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)%", text)
    if found is None or not float(found[1]):
        raise ValueError(f"--speed {text}: expected 100%, 200% or max")
    return float(found[1]) / 100
