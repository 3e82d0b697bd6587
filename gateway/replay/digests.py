"""What a replay came to, as two short names: one of what it told and did, one of the state that it left.

Both are digests of lines of JSON that docs/recordings.md describes, so that two runs, two machines or two releases can
be compared by them. What no rule decides is not in them: hashes of passwords, ids of the network, when a dead dialog
was swept away.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec

from gateway.engine.journal import Body, EffectEntry, MessageEntry, PartEntry, TimerEntry, body_of
from gateway.model import Instant, Record
from gateway.replay.compare import Told
from gateway.store.protocol import JournalRow, LedgerRow, RecordRow, WriteBatch

DIGEST_OCTETS = 16
SLOW_HASHES = {"credentials": ("hash", "earlier")}
"""Fields that hold hashes of passwords: a replay knows no password."""

_line = msgspec.json.Encoder(order="sorted").encode


def digest_of_lines(lines: Iterable[object]) -> str:
    """BLAKE2b of 16 octets over JSON, one value a line, keys in order."""
    whole = hashlib.blake2b(digest_size=DIGEST_OCTETS)
    for line in lines:
        whole.update(_line(line))
        whole.update(b"\n")
    return whole.hexdigest()


# -- what was told and done


def outcome_lines(
    journal: Sequence[JournalRow], told: Mapping[int, Sequence[Told]], ledger: Sequence[LedgerRow]
) -> Iterator[object]:
    """A line for each message, timer and result that was decided: its command and refusal, what was told, what moved.

    `told`: by journal number. Numbers are counted from the first entry.
    """
    entries: dict[int, list[object]] = {}
    for each in ledger:
        side = each.entry
        entries.setdefault(each.number, []).append([side.account, side.amount, side.kind, side.msisdn])
    before = journal[0].number - 1 if journal else 0
    for row in journal:
        body = body_of(row)
        if isinstance(body, MessageEntry | TimerEntry | EffectEntry | PartEntry):
            replies = [[one.subscriber, one.channel, one.text] for one in told.get(row.number, ())]
            yield {
                "number": row.number - before, "at": row.at, "kind": row.kind, "msisdn": row.msisdn,
                **_decision(body), "told": replies, "entries": entries.get(row.number, []),
            }  # fmt: skip


def _decision(body: Body) -> dict[str, str]:
    if isinstance(body, MessageEntry | TimerEntry | EffectEntry):
        return {"command": body.command, "refusal": body.refusal}
    return {}


# -- what is left


def state_digest(state: WriteBatch, dialogs_since: Instant) -> str:
    """Of all that a snapshot has; the ledger by its sums, of the dialogs those that were shown since then."""
    lines: list[tuple[str, str, object]] = sorted(state_lines(state, dialogs_since), key=itemgetter(0, 1))
    return digest_of_lines(lines)


def state_lines(state: WriteBatch, dialogs_since: Instant) -> Iterator[tuple[str, str, object]]:
    """Kind, key and the fields that are not as in a new one."""
    for subscriber in state.subscribers:
        yield "subscriber", subscriber.msisdn, named(subscriber)
    for account in state.accounts:
        yield "account", account.id, named(account)
    for person in state.persons:
        yield "person", person.id, named(person)
    for record in state.records:
        yield "record", f"{record.kind}/{record.key}", _record(record)
    for row in state.usage:
        yield "usage", f"{row.msisdn}/{row.usage.at}/{row.usage.kind}/{row.usage.other}", named(row.usage)
    for timer in state.timers:
        yield "timer", timer.key, named(timer)
    for effect in state.effects:
        yield "effect", str(effect.id), {**_fields(effect), "key": "", "document": effect.document.decode()}
    sums: Counter[str] = Counter()
    for each in state.ledger:
        sums[each.entry.account] += each.entry.amount
    for account_id, amount in sums.items():
        yield "ledger", account_id, amount
    for dialog in state.dialogs:
        if dialog.shown_at >= dialogs_since:
            yield "dialog", f"{dialog.msisdn}/{dialog.key.hex()}", {**_fields(dialog), "place": None}


_AS_IT_IS = frozenset({int, str, bool, type(None)})


def named(value: object) -> object:
    """A value as JSON with names, without fields that hold their default: a later release may add fields."""
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, msgspec.Struct):
        return _fields(value)
    if isinstance(value, tuple | list):
        return [named(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): named(each) for key, each in value.items()}
    return value.hex() if isinstance(value, bytes) else value


def _fields(value: msgspec.Struct) -> dict[str, object]:
    found = {}
    for name, default in _defaults(type(value)):
        each = getattr(value, name)
        if each != default:
            found[name] = named(each)
    return found


_NONE = object()


@lru_cache(maxsize=256)
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, object], ...]:
    return tuple((each.name, _default(each)) for each in msgspec.structs.fields(kind))


def _default(each: Any) -> object:
    if each.default is not msgspec.NODEFAULT:
        return each.default
    return _NONE if each.default_factory is msgspec.NODEFAULT else each.default_factory()


@lru_cache(maxsize=256)
def _kind_of(kind: str) -> type[Record] | None:
    waiting = Record.__subclasses__()
    while waiting:
        each = waiting.pop()
        if each.kind == kind:
            return each
        waiting.extend(each.__subclasses__())
    return None


def _record(row: RecordRow) -> object:
    """By the names of its fields; an unknown kind's as they lie there."""
    kind = _kind_of(row.kind)
    if kind is None:
        return named(msgspec.msgpack.decode(row.document))
    found = _fields(msgspec.msgpack.decode(row.document, type=kind))
    return {name: each for name, each in found.items() if name not in SLOW_HASHES.get(row.kind, ())}
