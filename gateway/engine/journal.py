"""The journal: every fact that was decided, in order, each entry chained to the one before by its hash.

A body never holds a secret: texts are masked by the grammar before they come here, codes are only named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from gateway.misreadings import masked_digits
from gateway.model import Instant, Language
from gateway.store.protocol import Head, JournalRow

HASH_OCTETS = 16


class MessageEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A subscriber's message and what became of it. `original`: the number whose first result it repeated."""

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


class TimerEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    key: str
    command: str
    msisdn: str
    refusal: str
    fault: str = ""


class ResultsEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What became of outbox rows: (row, state, message id, status)."""

    results: tuple[tuple[int, int, str, int], ...]


class ImportedEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Subscribers that came from a table."""

    file: str
    rows: int


Body = MessageEntry | TimerEntry | ResultsEntry | ImportedEntry

KINDS: dict[type, str] = {
    MessageEntry: "message",
    TimerEntry: "timer",
    ResultsEntry: "results",
    ImportedEntry: "imported",
}

_encode = msgspec.msgpack.Encoder().encode


def chain(previous: bytes, body: bytes) -> bytes:
    """The hash of an entry: BLAKE2b over the previous entry's hash and this body."""
    return hashlib.blake2b(previous + body, digest_size=HASH_OCTETS).digest()


class Journal:
    """Numbers and chains entries. A batch that could not be written is rolled back with `reset`."""

    def __init__(self, head: Head) -> None:
        self.number = head.number
        self.hash = head.hash

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def row(self, number: int, at: Instant, msisdn: str, body: Body) -> JournalRow:
        encoded = _encode(body)
        self.hash = chain(self.hash, encoded)
        return JournalRow(number, at, KINDS[type(body)], msisdn, encoded, self.hash)

    def mark(self) -> tuple[int, bytes]:
        return self.number, self.hash

    def reset(self, mark: tuple[int, bytes]) -> None:
        self.number, self.hash = mark


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


SECRET_ARGUMENTS = frozenset({"code", "pin", "password", "card"})
WORDS_ARGUMENTS = frozenset({"topic", "text"})
