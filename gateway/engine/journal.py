"""The journal: every fact that was decided, in order, each entry chained to the one before by its hash.

A body never holds a secret: texts are masked by the grammar before they come here, codes are only named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import msgspec

from gateway.messages import DialogOrigin
from gateway.misreadings import masked_digits
from gateway.model import CodeRef, Instant, Language
from gateway.store.protocol import RELOADED, Head, JournalRow

HASH_OCTETS = 16


class MessageEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A subscriber's message and what became of it. `original`: the number whose first result it repeated.

    The last three are there to decide it again: `typed` is the text with every secret masked character by character,
    empty where `text` is the same; `codes` says which one-time codes stood where in it.
    """

    channel: str
    sender: str
    recipient: str
    text: str
    link: str
    connection: int
    sequence_number: int
    fingerprint: bytes
    command: str
    arguments: Mapping[str, object]
    refusal: str
    replies: tuple[tuple[str, str], ...]  # (to, name of the text)
    language: Language
    original: int = 0
    fault: str = ""
    typed: str = ""
    dialog: DialogOrigin | None = None
    codes: tuple[tuple[int, CodeRef], ...] = ()


class PartEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A part of a long SMS that waits for others, or that was there already. Its text is not kept here.

    `came`: `waiting` or `duplicate`. The part that makes the message whole has a MessageEntry with all of the text.
    """

    sender: str
    recipient: str
    link: str
    connection: int
    sequence_number: int
    fingerprint: bytes
    reference: int
    total: int
    number: int
    came: str


class TimerEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    key: str
    command: str
    msisdn: str
    refusal: str
    fault: str = ""


class ResultsEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What became of outbox rows: (row, state, message id, status)."""

    results: tuple[tuple[int, int, str, int], ...]


class EffectEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What came of something outside, and of the command that waited for it. `retry_at`: it is tried again then.

    `document`: what was asked for, as JSON; long texts in it are cut, because nobody does it again from here. Empty for
    applications, which may have been given secrets; so is `answer`, what the system outside said.
    """

    effect: int
    channel: str
    command: str
    msisdn: str
    succeeded: bool
    retry_at: Instant = Instant(0)
    refusal: str = ""
    fault: str = ""
    document: str = ""
    answer: str = ""


class ReceiptsEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What message centres said became of replies: (row or 0 where none was meant, state or None, id, error, done)."""

    receipts: tuple[tuple[int, int | None, str, str, str], ...]


class ImportedEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Subscribers that came from a table. `content`: the digest under which its rows are kept."""

    file: str
    rows: int
    content: str = ""


class PushEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A number was to be shown something, by a dialog that we open, or something became of that request.

    `text` and `place`: of the request itself. `state`, `reason` and `answer`: as it is since.
    """

    id: str
    link: str
    dialect: str
    text: str
    place: str
    state: str
    reason: str = ""
    answer: str = ""


class ReloadedEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """From here on the catalogue of that digest applies."""

    digest: str
    changes: tuple[str, ...]


class RepairedEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What `ussdgw fsck --repair` put right: (fault, table, key, what it was, what it became)."""

    repairs: tuple[tuple[str, str, str, str, str], ...]


Body = (
    MessageEntry
    | PartEntry
    | TimerEntry
    | ResultsEntry
    | ReceiptsEntry
    | EffectEntry
    | ImportedEntry
    | PushEntry
    | ReloadedEntry
    | RepairedEntry
)

KINDS: dict[type, str] = {
    MessageEntry: "message",
    PartEntry: "part",
    TimerEntry: "timer",
    ResultsEntry: "results",
    EffectEntry: "effect",
    ReceiptsEntry: "receipts",
    ImportedEntry: "imported",
    PushEntry: "push",
    ReloadedEntry: RELOADED,
    RepairedEntry: "repaired",
}

_encode = msgspec.msgpack.Encoder().encode


def chain(previous: bytes, body: bytes) -> bytes:
    """The hash of an entry: BLAKE2b over the previous entry's hash and this body."""
    return hashlib.blake2b(previous + body, digest_size=HASH_OCTETS).digest()


_DECODERS: dict[str, Callable[[bytes], Body]] = {
    name: msgspec.msgpack.Decoder(kind).decode for kind, name in KINDS.items()
}


def body_of(entry: JournalRow) -> Body | None:
    """What an entry says; None for a kind that this version does not know."""
    decode = _DECODERS.get(entry.kind)
    return None if decode is None else decode(entry.body)


def catalogue_digest(entry: JournalRow | None) -> str:
    """The digest that a `reloaded` entry names; empty where there is no entry."""
    return "" if entry is None else msgspec.msgpack.decode(entry.body, type=ReloadedEntry).digest


class Journal:
    """Numbers and chains entries. A batch that could not be written is rolled back with `reset`."""

    def __init__(self, head: Head) -> None:
        self.number = head.number
        self.hash = head.hash

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def key(self, effect: int) -> str:
        """The idempotency key of an effect: of the chain so far, so that no other database ever makes it again."""
        return chain(self.hash, effect.to_bytes(8, "big")).hex()

    def row(self, number: int, at: Instant, msisdn: str, body: Body) -> JournalRow:
        encoded = _encode(body)
        self.hash = chain(self.hash, encoded)
        return JournalRow(number, at, KINDS[type(body)], msisdn, encoded, self.hash)

    def mark(self) -> tuple[int, bytes]:
        return self.number, self.hash

    def reset(self, mark: tuple[int, bytes]) -> None:
        self.number, self.hash = mark


DOCUMENT_TEXT_MAX = 80


def shortened(document: bytes) -> str:
    """An effect's document with its long texts cut."""
    values = msgspec.json.decode(document)
    if isinstance(values, dict):
        values = {
            name: f"{value[:DOCUMENT_TEXT_MAX]}..." if isinstance(value, str) and len(value) > DOCUMENT_TEXT_MAX
            else value
            for name, value in values.items()
        }  # fmt: skip
    return msgspec.json.encode(values).decode()


def secretless(arguments: Mapping[str, object], secret: bool) -> Mapping[str, object]:
    """Arguments as the journal keeps them: a secret is left out, and in words the digits that may be one."""
    if not secret:
        return arguments
    return {
        name: "***" if name in SECRET_ARGUMENTS
        else masked_digits(str(value), 0) if name in WORDS_ARGUMENTS
        else value
        for name, value in arguments.items()
    }  # fmt: skip


SECRET_ARGUMENTS = frozenset({"code", "pin", "password", "card", "typed", "before"})
WORDS_ARGUMENTS = frozenset({"topic", "text"})
