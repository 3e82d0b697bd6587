"""Mail by SMTP (RFC 5321): one message for each effect, with a Message-ID that is the same for every try.

The effect's document: `to`, `subject`, `text`; a `statement` is attached as the file that it asks for, `attachments` as
they are, each with `name`, `type` (a media type) and `base64`.
A 5xx answer of the mail server refuses for good, everything else says "later".
"""

from __future__ import annotations

import asyncio
import base64
import json
from email.message import EmailMessage
from email.utils import formatdate

import aiosmtplib

from gateway.delivery.effects import EffectFailed, EffectRefused
from gateway.delivery.statements import statement_file
from gateway.store.protocol import EffectRow


class MailChannel:
    """One mail server. `security`: none, starttls or tls. An empty `username` does not log in."""

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        security: str = "none",
        username: str = "",
        password: str = "",
        timeout_s: float = 30.0,
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._security = security
        self._username = username or None
        self._password = password if username else None
        self._timeout_s = timeout_s

    async def perform(self, effect: EffectRow) -> str:
        message = await asyncio.to_thread(compose_mail, effect, self._sender)  # a statement takes a while
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                use_tls=self._security == "tls",
                start_tls=self._security == "starttls",
                timeout=self._timeout_s,
                username=self._username,
                password=self._password,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [each.code for each in error.recipients]
            raise _verdict(min(codes, default=0), "address_refused") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _verdict(error.code, "mail_refused") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise EffectFailed(f"no answer: {type(error).__name__}") from error
        return "{}"

    async def close(self) -> None:
        """Each message has a connection of its own."""


def _verdict(code: int, reason: str) -> EffectRefused | EffectFailed:
    """RFC 5321 4.2.1: a 5yz reply is final."""
    return EffectRefused(reason) if 500 <= code < 600 else EffectFailed(f"reply {code}")


def compose_mail(effect: EffectRow, sender: str) -> EmailMessage:
    """The message of an effect. Its date is when it was decided, so that every try is the same message."""
    document = json.loads(effect.document)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = document["to"]
    message["Subject"] = document["subject"]
    message["Date"] = formatdate(effect.since / 1000)
    message["Message-ID"] = f"<{effect.key}@{sender.rpartition('@')[2]}>"
    message.set_content(document["text"])
    if "statement" in document:
        name, media_type, octets = statement_file(document["statement"])
        main, _, sub = media_type.partition("/")
        message.add_attachment(octets, maintype=main, subtype=sub, filename=name)
    for each in document.get("attachments", ()):
        main, _, sub = each["type"].partition("/")
        message.add_attachment(base64.b64decode(each["base64"]), maintype=main, subtype=sub, filename=each["name"])
    return message
