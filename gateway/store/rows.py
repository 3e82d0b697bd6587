"""Rows of the tables as values. Pure; a document that cannot be read is a MsgspecError."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.messages import FollowUp, MissRow, OutboxState
from gateway.model import Account, Entry, Person, Subscriber
from gateway.store.protocol import EffectRow, LedgerRow, Loaded, OutboxRow, TimerRow

Arguments = tuple[tuple[str, str | int], ...]
_subscribers = msgspec.msgpack.Decoder(list[Subscriber]).decode
_accounts = msgspec.msgpack.Decoder(list[Account]).decode
_persons = msgspec.msgpack.Decoder(list[Person]).decode
_follow_ups = msgspec.msgpack.Decoder(tuple[FollowUp, ...]).decode
_arguments = msgspec.msgpack.Decoder(Arguments).decode


def _joined(count: int, documents: bytes) -> bytes:
    """Documents one after the other, made a msgpack array (array 32)."""
    return b"\xdd" + count.to_bytes(4, "big") + documents


def loaded(answers: list[tuple[Any, ...]]) -> Loaded:
    loaded = Loaded()
    together, accounts, persons = answers
    if together:
        if together[0]:
            loaded.subscribers = {each.msisdn: each for each in _subscribers(_joined(*together[:2]))}
        accounts_with, persons_with = together[2:4], together[4:6]
    else:
        accounts_with = persons_with = ()
    for answer in (accounts_with, accounts):
        if answer and answer[0]:
            loaded.accounts.update((each.id, each) for each in _accounts(_joined(*answer)))
    for answer in (persons_with, persons):
        if answer and answer[0]:
            loaded.persons.update((each.id, each) for each in _persons(_joined(*answer)))
    return loaded


def ledger_row(row: tuple[Any, ...]) -> LedgerRow:
    number, place, at, *entry = row
    return LedgerRow(number, place, at, Entry(*entry))


def timer_row(row: tuple[Any, ...]) -> TimerRow:
    """Columns key, due_at, command, msisdn, arguments."""
    key, due_at, command, msisdn, arguments = row
    return TimerRow(key, due_at, command, msisdn, _arguments(arguments))


def effect_row(row: tuple[Any, ...]) -> EffectRow:
    """The columns of `schema.EFFECT_COLUMNS`."""
    return EffectRow(*(*row[:8], _arguments(row[8]), row[9]))


def miss_row(row: tuple[Any, ...]) -> MissRow:
    text, refusal, count, last_at, follow_ups = row
    return MissRow(text, refusal, count, last_at, _follow_ups(follow_ups))


def outbox_row(row: tuple[Any, ...]) -> OutboxRow:
    return OutboxRow(row[0], OutboxState(row[1]), *row[2:])
