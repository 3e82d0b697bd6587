"""A system outside that is reached by HTTP: one POST of a JSON object for each effect. The contract is docs/effects.md.

A 2xx answer is success and its body the answer. 408, 425, 429 and 5xx, a time-out and a broken connection say "later";
any other status refuses for good, with the word in the `error` of its JSON body as the reason.
"""

from __future__ import annotations

import hashlib
import hmac
import json

import aiohttp

from gateway.clock import Clock
from gateway.delivery.effects import EffectFailed, EffectRefused
from gateway.store.protocol import EffectRow

LATER = frozenset({408, 425, 429})
ANSWER_OCTETS_MAX = 64 * 1024
REASON_LENGTH_MAX = 64


class HttpChannel:
    """One URL. `secret` signs what is sent; an empty one signs nothing."""

    def __init__(self, url: str, secret: bytes, timeout_s: float, clock: Clock) -> None:
        self._url = url
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def perform(self, effect: EffectRow) -> str:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, auto_decompress=False)
        headers = {"Content-Type": "application/json", "Idempotency-Key": effect.key}
        if self._secret:
            headers["Signature"] = signature(self._secret, effect.document, self._clock.now() // 1000)
        try:
            async with self._session.post(self._url, data=effect.document, headers=headers) as response:
                body = await body_of(response)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise EffectFailed(f"no answer: {type(error).__name__}") from error
        if 200 <= status < 300:
            return _answer(body)
        if status in LATER or status >= 500:
            raise EffectFailed(f"status {status}")
        raise EffectRefused(_reason(body) or f"status_{status}")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def body_of(response: aiohttp.ClientResponse) -> bytes:
    """All of it, but never more than the cap: one read gives what has come so far."""
    body = b""
    while len(body) < ANSWER_OCTETS_MAX:
        more = await response.content.read(ANSWER_OCTETS_MAX - len(body))
        if not more:
            break
        body += more
    return body


def signature(secret: bytes, body: bytes, at_s: int) -> str:
    """`t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256 (RFC 2104) of the time, a dot and the body."""
    digest = hmac.new(secret, f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"


def _answer(body: bytes) -> str:
    """The body if it is JSON; an empty object else: the status alone has said that it is done."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return "{}"


def _reason(body: bytes) -> str:
    try:
        document = json.loads(body)
    except ValueError:
        return ""
    reason = document.get("error") if isinstance(document, dict) else None
    return reason[:REASON_LENGTH_MAX] if isinstance(reason, str) else ""
