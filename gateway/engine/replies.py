"""From a handler's replies to outbox rows: the reader's language, screen or SMS, sender, validity. Pure.

In an open dialog the answer goes to the screen. An SMS follows if money moved, if the screen could not hold it, or if
the code's row says so. Another person concerned gets an SMS of his own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import msgspec

from gateway.catalogue.products import Operator
from gateway.commands import Reply, TextName
from gateway.messages import CODE_PLACE, Inbound, OutboxState, Outgoing
from gateway.model import Channel, CodeRef, Instant, Language, Msisdn
from gateway.store.protocol import OutboxRow
from smpp.text import fit_ussd, truncate

ROWS_PER_MESSAGE = 16
CUT = "..."
"""Stands at the end of a screen that could not hold its text."""

_READY = OutboxState.READY
_encode = msgspec.msgpack.Encoder().encode


class Renderer(Protocol):
    def render(self, name: str, arguments: dict[str, object], language: Language, *, latin: bool = False) -> str: ...


@dataclass(frozen=True, slots=True)
class ReplySettings:
    """How long a reply is worth sending."""

    sms_validity_ms: int = 24 * 3_600_000
    screen_validity_ms: int = 30_000


class Answered(msgspec.Struct, frozen=True, gc=False):
    """What the rows of one message are made from."""

    number: int
    at: Instant
    replies: tuple[Reply, ...]
    sender: Msisdn | None = None
    language: Language | None = None
    latin: bool = False
    sms_too: bool = False


class ReplyWriter:
    def __init__(self, texts: Renderer, operator: Operator, settings: ReplySettings) -> None:
        self._texts = texts
        self._operator = operator
        self._settings = settings

    def rows(
        self, answered: Answered, inbound: Inbound | None, languages: dict[Msisdn, Language]
    ) -> list[tuple[OutboxRow, Outgoing]]:
        """The outbox rows of one message, READY, in order; `languages`: the stored ones of other readers."""
        first = answered.number * ROWS_PER_MESSAGE
        return [
            (OutboxRow(first + index, _READY, answered.at, each.destination, _encode(each)), each)
            for index, each in enumerate(islice(self._outgoing(answered, inbound, languages), ROWS_PER_MESSAGE))
        ]

    def _outgoing(
        self, answered: Answered, inbound: Inbound | None, languages: dict[Msisdn, Language]
    ) -> Iterable[Outgoing]:
        for reply in answered.replies:
            own = reply.to == answered.sender
            language = reply.language or (answered.language if own else None) or languages.get(reply.to)
            text = self._render(reply, language or country_language(reply.to), answered.latin and own)
            on_screen = own and not reply.notice and inbound is not None and inbound.dialog is not None
            if on_screen:
                screen, whole = fit_screen(text)
                yield self._make(answered, inbound, reply, screen, Channel.USSD)
                if whole and not answered.sms_too:
                    continue
            yield self._make(answered, inbound, reply, text, Channel.SMS)

    def _render(self, reply: Reply, language: Language, latin: bool) -> str:
        arguments = {
            name: self._texts.render(value, {}, language, latin=latin) if isinstance(value, TextName) else value
            for name, value in reply.arguments.items()
        }
        if reply.code is not None:
            arguments["code"] = CODE_PLACE * reply.code.digits
        return self._texts.render(reply.text, arguments, language, latin=latin)

    def _make(self, answered: Answered, inbound: Inbound | None, reply: Reply, text: str, channel: Channel) -> Outgoing:
        on_screen = channel is Channel.USSD
        settings = self._settings
        lasts_ms = settings.screen_validity_ms if on_screen else settings.sms_validity_ms
        expires_at = Instant(answered.at + lasts_ms)
        if inbound is None or reply.to != answered.sender:
            source = self._operator.short_number
            return Outgoing(channel, reply.to, source, text, expires_at, answered.number, code=reply.code)
        return Outgoing(
            channel,
            reply.to,
            self._source(inbound, channel),
            text,
            expires_at,
            answered.number,
            inbound.connection,
            inbound.link,
            reply.code,
            inbound.dialog if on_screen else None,
            inbound.account,
        )

    def _source(self, inbound: Inbound, channel: Channel) -> str:
        """A screen comes from the code's own address; an SMS from the short number that was written to."""
        if channel is Channel.USSD and inbound.dialog is not None:
            return inbound.dialog.service_address or self._operator.short_number
        known = inbound.recipient in self._operator.short_numbers
        return inbound.recipient if known else self._operator.short_number


def fit_screen(text: str) -> tuple[str, bool]:
    """The text for one screen (182 septets or 80 UCS-2 units, TS 24.080), and whether it is whole."""
    plain = text.replace(CODE_PLACE, "0")
    if fit_ussd(plain):
        return text, True
    kept = truncate(plain, mark=CUT).removesuffix(CUT)
    screen = text[: len(kept)]
    if screen.endswith(CODE_PLACE) and text[len(kept)] == CODE_PLACE:  # half a code is none: nothing would fill it
        screen = screen.rstrip(CODE_PLACE)
    return screen + CUT, False


def country_language(msisdn: Msisdn) -> Language:
    """Where nothing is stored: Bulgarian for +359, else Russian."""
    return Language.BG if msisdn.startswith("359") else Language.RU


def fill_code(text: str, code: CodeRef | None, digits: str) -> str:
    """Puts the digits of a one-time code into a stored text."""
    return text if code is None else text.replace(CODE_PLACE * code.digits, digits)
