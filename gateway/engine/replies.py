"""From a handler's replies to what the outbox keeps: the reader's language, screen or SMS, sender, validity. Pure.

In an open dialog the answer goes to the screen. An SMS follows if money moved, if the screen could not hold it, or if
the code's row says so. Another person concerned gets an SMS of his own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from gateway.catalogue.products import Operator
from gateway.commands import Reply, TextName
from gateway.messages import CODE_PLACE, Inbound, Outgoing
from gateway.model import Channel, CodeRef, Instant, Language, Msisdn
from gateway.screens import Size
from smpp.text import truncate
from smpp.ussd import Dialect, OutKind

ROWS_PER_MESSAGE = 16
REPLIES_MAX = ROWS_PER_MESSAGE - 1  # the last row is for the receipt that a client may have asked for
CUT = "..."
"""Stands at the end of a screen that could not hold its text."""


class Renderer(Protocol):
    def render(self, name: str, arguments: dict[str, object], language: Language, *, latin: bool = False) -> str: ...


@dataclass(frozen=True, slots=True)
class ReplySettings:
    """How long a reply is worth sending."""

    sms_validity_ms: int = 24 * 3_600_000
    screen_validity_ms: int = 30_000


class Screen(msgspec.Struct, frozen=True, gc=False):
    """What is shown in a dialog in place of the replies one by one. `whole`: it holds all that they say."""

    text: str
    goes_on: bool
    whole: bool = True
    network_opened: bool = False

    @property
    def act(self) -> OutKind:
        if self.goes_on:
            return OutKind.CONTINUE
        return OutKind.END_NETWORK if self.network_opened else OutKind.END_MOBILE


class Reader(msgspec.Struct, frozen=True, gc=False):
    """Who asked, and what his answer is written in; everybody else reads his own language, in his own letters."""

    msisdn: Msisdn
    language: Language
    latin: bool = False


class Answered(msgspec.Struct, frozen=True, gc=False):
    """What one message answers, and to whom; `texts`: its replies in words, in their order."""

    number: int
    at: Instant
    replies: tuple[Reply, ...]
    texts: tuple[str, ...] = ()
    sender: Msisdn | None = None
    sms_too: bool = False
    screen: Screen | None = None


class ReplyWriter:
    def __init__(
        self, texts: Renderer, operator: Operator, settings: ReplySettings, dialects: Mapping[str, Dialect]
    ) -> None:
        self._texts = texts
        self._dialects = dialects
        self._operator = operator
        self._settings = settings

    def outgoing(self, answered: Answered, inbound: Inbound | None) -> list[Outgoing]:
        """What one message sends, in order, at most `REPLIES_MAX`."""
        found: list[Outgoing] = []
        screen = answered.screen
        if screen is not None and inbound is not None:
            code = next((reply.code for reply in answered.replies if is_shown(reply, answered.sender)), None)
            shown = Reply(inbound.sender, "", code=code)
            found.append(self._make(answered, inbound, shown, screen.text, Channel.USSD, screen.act))
        for reply, text in zip(answered.replies, answered.texts, strict=True):
            if is_shown(reply, answered.sender) and inbound is not None and _can_show(inbound):
                if screen is not None:
                    if (screen.goes_on or not answered.sms_too) and screen.whole:
                        continue
                else:
                    fitted, whole = fit_screen(text, self._size(inbound))
                    found.append(self._make(answered, inbound, reply, fitted, Channel.USSD, _last_act(inbound)))
                    if whole and not answered.sms_too:
                        continue
            found.append(self._make(answered, inbound, reply, text, Channel.SMS))
        return found[:REPLIES_MAX]

    @property
    def short_number(self) -> str:
        """Whom a subscriber who wrote to nobody hears from."""
        return self._operator.short_number

    def unasked(self, inbound: Inbound, text: str, number: int, at: Instant) -> Outgoing:
        """A screen that answers no message: it opens a dialog, or releases one, as `inbound` names it."""
        answered = Answered(number, at, (), sender=inbound.sender)
        act = _last_act(inbound)
        return self._make(answered, inbound, Reply(inbound.sender, ""), text, Channel.USSD, act)

    def receipt(self, inbound: Inbound, number: int, text: str) -> Outgoing:
        """The receipt for a message that a client of our listener has sent: to him, as if from its receiver."""
        expires_at = Instant(inbound.at + self._settings.sms_validity_ms)
        return Outgoing(
            Channel.SMS, inbound.sender, inbound.recipient, text, expires_at, number, inbound.connection, inbound.link,
            receipt_of=str(number), account=inbound.receipt_to,
        )  # fmt: skip

    def _size(self, inbound: Inbound) -> Size:
        assert inbound.dialog is not None
        dialect = self._dialects.get(inbound.dialog.dialect)
        return Size() if dialect is None else Size(dialect.septets_max, dialect.units_max)

    def texts(
        self, replies: Iterable[Reply], asker: Reader | None, languages: Mapping[Msisdn, Language]
    ) -> tuple[str, ...]:
        """Replies in the languages of those who read them; `languages`: the stored ones of others than the asker.

        Raises whatever a text that does not fit its arguments raises: a bug of a handler.
        """
        return tuple([self._text(reply, asker, languages) for reply in replies])

    def _text(self, reply: Reply, asker: Reader | None, languages: Mapping[Msisdn, Language]) -> str:
        own = asker is not None and reply.to == asker.msisdn
        stored = asker.language if asker is not None and own else languages.get(reply.to)
        language = reply.language or stored or country_language(reply.to)
        return self._render(reply, language, asker is not None and own and asker.latin)

    def told(self, document: Mapping[str, object]) -> Mapping[str, object]:
        """The document of an effect, its texts in the language that it names."""
        if "language" not in document:
            return document
        language = Language(str(document["language"]))
        return {key: self._worded(value, language) for key, value in document.items()}

    def _worded(self, value: object, language: Language) -> object:
        if type(value) is TextName:
            return self._texts.render(value, {}, language)
        if isinstance(value, Mapping):
            return {key: self._worded(each, language) for key, each in value.items()}
        return [self._worded(each, language) for each in value] if isinstance(value, list) else value

    def _render(self, reply: Reply, language: Language, latin: bool) -> str:
        arguments = dict(reply.arguments)
        for name, value in reply.arguments.items():
            if type(value) is TextName:
                arguments[name] = self._texts.render(value, {}, language, latin=latin)
        if reply.code is not None:
            arguments["code"] = CODE_PLACE * reply.code.digits
        return self._texts.render(reply.text, arguments, language, latin=latin)

    def _make(
        self,
        answered: Answered,
        inbound: Inbound | None,
        reply: Reply,
        text: str,
        channel: Channel,
        act: OutKind = OutKind.END_MOBILE,
    ) -> Outgoing:
        on_screen = channel is Channel.USSD
        lasts_ms = self._settings.sms_validity_ms
        origin = None
        if on_screen and inbound is not None and inbound.dialog is not None:
            origin = inbound.dialog if act is inbound.dialog.act else msgspec.structs.replace(inbound.dialog, act=act)
            dialect = self._dialects.get(origin.dialect)
            lasts_ms = self._settings.screen_validity_ms
            if dialect is not None:
                lasts_ms = min(lasts_ms, int(dialect.application_s * 1000))
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
            origin,
            account=inbound.account,
        )

    def _source(self, inbound: Inbound, channel: Channel) -> str:
        """A screen comes from the code's own address; an SMS from the short number that was written to."""
        if channel is Channel.USSD and inbound.dialog is not None:
            return inbound.dialog.service_address or self._operator.short_number
        known = inbound.recipient in self._operator.short_numbers
        return inbound.recipient if known else self._operator.short_number


def is_shown(reply: Reply, sender: Msisdn | None) -> bool:
    """Whether a reply goes to the screen of who sent the message, if he has one."""
    return reply.to == sender and not reply.notice


def _last_act(inbound: Inbound) -> OutKind:
    return OutKind.END_MOBILE if inbound.dialog is None else inbound.dialog.act


def _can_show(inbound: Inbound) -> bool:
    return inbound.dialog is not None and not inbound.dialog.last


def fit_screen(text: str, size: Size) -> tuple[str, bool]:
    """The text for one screen, and whether it is whole."""
    if size.holds(text):
        return text, True
    plain = text.replace(CODE_PLACE, "0")
    kept = truncate(plain, size.septets_max, size.units_max, CUT).removesuffix(CUT)
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
