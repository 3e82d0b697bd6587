"""Applications behind a code, reached by HTTP in the way of hosted USSD services. The contract is docs/applications.md.

One POST for each step; the answer begins with CON or END. A step is never tried twice: the subscriber waits before his
screen. After some failures in a row an application is left alone for a while, and its subscribers hear at once that it
does not answer.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
import msgspec

from gateway.catalogue.applications import Form
from gateway.clock import Clock
from gateway.delivery.application_answers import Trouble, read_fields, read_json
from gateway.delivery.effects import EffectFailed, EffectRefused
from gateway.delivery.http import LATER, body_of, signature
from gateway.store.protocol import EffectRow
from gateway.telemetry import Durations

BOUNDS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class ApplicationSetup:
    """An application. `secret` signs what is sent; an empty one signs nothing.

    `resend_unknown`: what was asked when the gateway stopped is asked again after the start, under the same key.
    """

    name: str
    url: str
    form: Form = Form.FIELDS
    network_code: str = ""
    secret: bytes = b""
    timeout_s: float = 8.0
    failures_max: int = 5
    pause_s: float = 30.0
    resend_unknown: bool = True


class Breaker:
    """Opens after so many failures in a row, for a while; then one call may try. Pure but for the clock it is given."""

    def __init__(self, failures_max: int, pause_s: float, ticks: Callable[[], float]) -> None:
        self._failures_max = failures_max
        self._pause_s = pause_s
        self._ticks = ticks
        self._failures = 0
        self._until_s = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._failures_max

    def lets_through(self) -> bool:
        """Whether a call may be made. While it is open one may be, after each pause."""
        if not self.is_open:
            return True
        now_s = self._ticks()
        if now_s < self._until_s:
            return False
        self._until_s = now_s + self._pause_s
        return True

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._until_s = self._ticks() + self._pause_s


@dataclass(slots=True)
class ApplicationFigures:
    """What came of the calls since the start: by `con`, `end`, or the trouble; and how long answers took."""

    calls: Counter[str] = field(default_factory=Counter)
    took: Durations = field(default_factory=lambda: Durations(BOUNDS_S))


class ApplicationChannel:
    """An application's steps: an effect channel."""

    def __init__(self, setup: ApplicationSetup, clock: Clock, ticks: Callable[[], float] = time.monotonic) -> None:
        self.setup = setup
        self.figures = ApplicationFigures()
        self.breaker = Breaker(setup.failures_max, setup.pause_s, ticks)
        self._clock = clock
        self._ticks = ticks
        self._started_at = clock.now()
        self._poster = _Poster(setup, clock)

    async def perform(self, effect: EffectRow) -> str:
        """Raises EffectRefused with the name of the trouble; never EffectFailed, since a step has no second try."""
        now = self._clock.now()
        if not self.setup.resend_unknown and effect.since < self._started_at:
            raise self._trouble(Trouble.UNKNOWN)
        if now - effect.since > self.setup.timeout_s * 1000:
            raise self._trouble(Trouble.LATE)
        if not self.breaker.lets_through():
            raise self._trouble(Trouble.PAUSED)
        started_s = self._ticks()
        try:
            status, body = await self._poster.post(effect)
        except TimeoutError:
            raise self._failed(Trouble.TIMEOUT) from None
        except (aiohttp.ClientError, OSError):
            raise self._failed(Trouble.DEAD) from None
        if not 200 <= status < 300:
            raise self._failed(Trouble.STATUS)
        said = read_json(body) if self.setup.form is Form.JSON else read_fields(body)
        if said is None:
            raise self._failed(Trouble.GARBAGE)
        self.breaker.succeeded()
        self.figures.took.add(self._ticks() - started_s)
        self.figures.calls["con" if said.goes_on else "end"] += 1
        return msgspec.json.encode(said).decode()

    def _failed(self, trouble: Trouble) -> EffectRefused:
        self.breaker.failed()
        return self._trouble(trouble)

    def _trouble(self, trouble: Trouble) -> EffectRefused:
        self.figures.calls[trouble.value] += 1
        return EffectRefused(trouble.value)

    async def close(self) -> None:
        await self._poster.close()


class NoticeChannel:
    """An application's notices of sessions that have ended: tried again until they are taken or given up."""

    def __init__(self, setup: ApplicationSetup, clock: Clock) -> None:
        self._poster = _Poster(setup, clock)

    async def perform(self, effect: EffectRow) -> str:
        try:
            status, _ = await self._poster.post(effect)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise EffectFailed(f"no answer: {type(error).__name__}") from None
        if status in LATER or status >= 500:
            raise EffectFailed(f"status {status}")
        if not 200 <= status < 300:
            raise EffectRefused(f"status_{status}")
        return "{}"

    async def close(self) -> None:
        await self._poster.close()


class _Poster:
    """Posts a document as its application reads it."""

    def __init__(self, setup: ApplicationSetup, clock: Clock) -> None:
        self._setup = setup
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def post(self, effect: EffectRow) -> tuple[int, str]:
        """The status and the body, read by the charset that the response names."""
        if self._session is None:
            # A connection for each request: what an application says after its answer is read by nobody, least of
            # all as the answer to somebody else's next step.
            connector = aiohttp.TCPConnector(force_close=True, limit=0)
            timeout = aiohttp.ClientTimeout(total=self._setup.timeout_s)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        body, headers = self._request(effect)
        async with self._session.post(self._setup.url, data=body, headers=headers, allow_redirects=False) as response:
            octets = await body_of(response)
            try:
                return response.status, octets.decode(response.charset or "utf-8", "replace")
            except LookupError:
                return response.status, octets.decode("utf-8", "replace")

    def _request(self, effect: EffectRow) -> tuple[bytes, Mapping[str, str]]:
        document = {**json.loads(effect.document), "networkCode": self._setup.network_code}
        if self._setup.form is Form.JSON:
            body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
            headers = {"Content-Type": "application/json"}
        else:
            body = urlencode(document).encode("ascii")
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers["Idempotency-Key"] = effect.key
        if self._setup.secret:
            headers["Signature"] = signature(self._setup.secret, body, self._clock.now() // 1000)
        return body, headers

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
