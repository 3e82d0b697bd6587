"""Stand-ins for the systems outside: payments, location, pictures and mail, on loopback. They move no money.

They keep the contract of docs/effects.md: one result for each idempotency key, signatures checked where a secret is
given. `misbehave` makes the next requests go wrong in the ways that real systems do.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.config import HTTP_CHANNELS, ApplicationSection, ChannelsSection
from gateway.delivery.http import signature
from gateway.standins.answers import ANSWERERS, Answerer, conversation

EXAMPLE_CODE = "*384#"
SLOW_S = 2.0
LATE_S = 45.0
"""Longer than any channel waits by default."""
MAILS_KEPT = 100


class Manner(StrEnum):
    """How one request goes."""

    WELL = "well"
    REFUSE = "refuse"  # with a reason
    BUSY = "busy"  # 503, and nothing is done
    DIE = "die"  # the connection breaks before anything is done
    DIE_AFTER = "die_after"  # it is done, and the connection breaks before the answer
    SLOW = "slow"  # it is done, and the answer takes its time
    LATE = "late"  # it is done, and the answer comes when nobody waits for it any more
    TWICE = "twice"  # it is done once, and answered twice
    GARBAGE = "garbage"  # it is done, and the answer is no JSON


@dataclass(frozen=True, slots=True)
class Step:
    manner: Manner
    reason: str = ""


@dataclass(slots=True)
class Done:
    """What a stand-in has done, once for each key."""

    key: str
    document: Mapping[str, object]
    answer: Mapping[str, object]
    requests: int = 1


@dataclass(slots=True)
class StandIn:
    """One system behind HTTP: what it did, and how the next requests go."""

    answer: Answerer
    secret: bytes = b""
    done: dict[str, Done] = field(default_factory=dict)
    steps: deque[Step] = field(default_factory=deque)
    slow_s: float = SLOW_S
    late_s: float = LATE_S

    def misbehave(self, *steps: Step) -> None:
        self.steps.extend(steps)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self.secret and not self._signed(request.headers.get("Signature", ""), body):
            return _json({"error": "bad_signature"}, 401)
        key = request.headers.get("Idempotency-Key", "")
        document = json.loads(body)
        step = self.steps.popleft() if self.steps else Step(Manner.WELL)
        if step.manner is Manner.BUSY:
            return _json({}, 503)
        if step.manner is Manner.DIE:
            return _broken(request)
        refusal = step.reason if step.manner is Manner.REFUSE else self._do(key, document)
        if refusal:
            return _json({"error": refusal}, 422)
        if step.manner is Manner.DIE_AFTER:
            return _broken(request)
        await asyncio.sleep(_pause_s(step.manner, self.slow_s, self.late_s))
        if step.manner is Manner.GARBAGE:
            return web.Response(text="<html>welcome</html>", content_type="text/html")
        answer = _json(self.done[key].answer, 200)
        return await _twice(request, answer) if step.manner is Manner.TWICE else answer

    def _do(self, key: str, document: Mapping[str, object]) -> str:
        """Does it unless it is done already; the reason where it is refused."""
        if (known := self.done.get(key)) is not None:
            known.requests += 1
            return ""
        answer = self.answer(document, len(self.done))
        if isinstance(answer, str):
            return answer
        self.done[key] = Done(key, document, answer)
        return ""

    def _signed(self, given: str, body: bytes) -> bool:
        at = given.partition(",")[0].removeprefix("t=")
        return at.isdecimal() and hmac.compare_digest(given, signature(self.secret, body, int(at)))


async def _say(request: web.Request) -> web.Response:
    """An application as hosted USSD services have them (docs/applications.md)."""
    text = str((await request.post()).get("text", ""))
    return web.Response(text=conversation(text))


def _json(document: Mapping[str, object], status: int) -> web.Response:
    return web.Response(text=json.dumps(document, ensure_ascii=False), status=status, content_type="application/json")


def _pause_s(manner: Manner, slow_s: float, late_s: float) -> float:
    return {Manner.SLOW: slow_s, Manner.LATE: late_s}.get(manner, 0.0)


async def _twice(request: web.Request, answer: web.Response) -> web.Response:
    """The answer, and once more what nobody has asked for, on the same connection."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    await answer.prepare(request)
    await answer.write_eof()
    if request.transport is not None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        request.transport.write(head.encode() + body)
    return answer


def _broken(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=500)


def example_application(url: str) -> dict[str, ApplicationSection]:
    """The configuration of an application behind a code."""
    about = {"ru": "пример приложения", "bg": "примерно приложение", "en": "an example application"}
    return {"example": ApplicationSection(codes=(EXAMPLE_CODE,), about=about, url=url)}


class StandIns:
    """All of them on ports of loopback. `bind` takes the ports, `start` serves, `stop` ends."""

    def __init__(self, secret: bytes = b"", ports: Mapping[str, int] | None = None) -> None:
        self.http = {name: StandIn(ANSWERERS[name], secret) for name in HTTP_CHANNELS}
        self.mails: deque[Message] = deque(maxlen=MAILS_KEPT)
        self.mail_steps: deque[Step] = deque()
        self.mail_slow_s, self.mail_late_s = SLOW_S, LATE_S
        ports = ports or {}
        self._http_socket = _bound(ports.get("http", 0))
        self._mail_socket = _bound(ports.get("mail", 0))
        self._runner: web.AppRunner | None = None
        self._mail_server: asyncio.Server | None = None

    @property
    def mail_port(self) -> int:
        return int(self._mail_socket.getsockname()[1])

    def url(self, channel: str) -> str:
        return f"http://127.0.0.1:{self._http_socket.getsockname()[1]}/{channel}"

    def applications(self) -> dict[str, ApplicationSection]:
        return example_application(self.url("ussd"))

    def section(self, channels: ChannelsSection) -> ChannelsSection:
        """The configuration with these stand-ins as its systems outside."""
        changed: dict[str, object] = {
            name: getattr(channels, name).model_copy(update={"url": self.url(name)}) for name in HTTP_CHANNELS
        }
        changed["mail"] = channels.mail.model_copy(update={"host": "127.0.0.1", "port": self.mail_port})
        return channels.model_copy(update=changed)

    async def start(self) -> None:
        application = web.Application()
        for name, each in self.http.items():
            application.router.add_post(f"/{name}", each.handle)
        application.router.add_post("/ussd", _say)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.SockSite(self._runner, self._http_socket).start()
        loop = asyncio.get_running_loop()
        self._mail_server = await loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True), sock=self._mail_socket
        )  # fmt: skip

    async def stop(self) -> None:
        if self._mail_server is not None:
            self._mail_server.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self._http_socket.close()
        self._mail_socket.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        step = self.mail_steps.popleft() if self.mail_steps else Step(Manner.WELL)
        if step.manner is Manner.REFUSE:
            return step.reason
        if step.manner is Manner.BUSY:
            return "451 try again"
        if step.manner is not Manner.DIE:
            content = envelope.content
            self.mails.append(message_from_bytes(content if isinstance(content, bytes) else (content or "").encode()))
        if step.manner in (Manner.DIE, Manner.DIE_AFTER) and server.transport is not None:
            server.transport.close()
        await asyncio.sleep(_pause_s(step.manner, self.mail_slow_s, self.mail_late_s))
        return "250 OK\r\n250 OK" if step.manner is Manner.TWICE else "250 OK"


def _bound(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise OSError(f"stand-ins: port {port} of 127.0.0.1: {error.strerror}") from None
    return listening
