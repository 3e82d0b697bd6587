"""A recording as lines: a header, then one PDU or one event a line, each a JSON object (docs/recordings.md).

Only values and their JSON; who writes them to which file is elsewhere. Pure.
"""

from __future__ import annotations

from typing import Literal

import msgspec

VERSION = 1
"""Of the format. A reader refuses a newer one: it would not know what it leaves out."""

Direction = Literal["in", "out", ""]
FieldValue = int | str

OPENED, CONTINUES, CLOSED = "opened", "continues", "closed"
LOST, UNREADABLE = "lost", "unreadable"
"""`lost`: the recorder could not keep up, so much was not recorded. `unreadable`: octets that are no PDU."""

TEXT, BODY = "text", "body"
"""What had to be hidden of a PDU that nobody has read: every letter and digit of its text, or all but its header."""


class RecordedLink(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link or listener, and what is needed to read its messages. `listener`: the gateway is the message centre.

    `peer_response_timeout_s`, `redelivery_horizon_s`: as configured, by which a repeat is known (docs/operators.md).
    """

    name: str
    listener: bool = False
    dialect: str = "spec"
    default_alphabet: str = "gsm7"
    peer_response_timeout_s: float = 30.0
    redelivery_horizon_s: float = 86_400.0


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The first line. `since`: seconds since 1970 UTC. `pseudonyms`: numbers are stand-ins. `catalogue`: the digest of
    codes, products and texts that answered, empty where nobody knows it. `source`: what it was imported from."""

    recording: int = VERSION
    made_by: str = ""
    since: float = 0.0
    links: tuple[RecordedLink, ...] = ()
    pseudonyms: bool = False
    catalogue: str = ""
    source: str = ""


class Secret(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands in a text in place of a secret, and whether the secret was right; None: nobody compared it."""

    stand_in: str
    matched: bool | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A PDU, or an event of a session.

    `time`: seconds since 1970 UTC. `session`: never the same for two connections of one gateway. `direction`: as the
    gateway sees it. `pdu`: its octets in hex. `fields`: named as Wireshark's filters name them. `number`: of the
    journal entry that a message became, or that a reply belongs to. `hidden`: what of it had to be hidden unread.
    """

    time: float
    link: str = ""
    session: int = 0
    direction: Direction = ""
    pdu: str = ""
    fields: dict[str, FieldValue] = {}
    number: int = 0
    secrets: tuple[Secret, ...] = ()
    hidden: str = ""
    event: str = ""
    account: str = ""
    about: str = ""

    @property
    def octets(self) -> bytes:
        return bytes.fromhex(self.pdu)


_encoder = msgspec.json.Encoder()


def header_octets(header: Header) -> bytes:
    """With `recording` first and always there, so that a person and `file` see at once what it is."""
    rest = _encoder.encode(header).removeprefix(b"{").removesuffix(b"}")
    kind = b'{"recording":%d' % header.recording
    return kind + (b"," + rest if rest else b"") + b"}\n"


def line_octets(line: Line) -> bytes:
    return _encoder.encode(line) + b"\n"
