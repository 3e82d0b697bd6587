"""A batch as the statements of its transaction, in the order in which they run. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gateway.store import schema as sql
from gateway.store.protocol import WriteBatch

_encode = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Encoder().encode


def plan(batch: WriteBatch, new_connection: int) -> Iterator[tuple[str, list[sql.Value]]]:
    """The executions of a batch, in the order in which they run; rows lie flat in one list for each table."""
    values: list[sql.Value] = []
    for entry in batch.journal:
        values += (entry.number, entry.at, entry.kind, entry.msisdn, entry.body, entry.hash)
    yield from sql.JOURNAL.plan(values)
    for content in batch.contents:
        yield from sql.CONTENT.plan([content.digest, content.content])
    values = []
    for subscriber in batch.subscribers:
        values += (subscriber.msisdn, subscriber.account, subscriber.person, _encode(subscriber))
    yield from sql.SUBSCRIBER.plan(values)
    values = []
    for account in batch.accounts:
        values += (account.id, _encode(account))
    yield from sql.ACCOUNT.plan(values)
    values = []
    for person in batch.persons:
        values += (person.id, _encode(person))
    yield from sql.PERSON.plan(values)
    values = []
    for row in batch.ledger:
        side = row.entry
        values += (row.number, row.index, row.at, side.account, side.amount, side.kind, side.msisdn)
    yield from sql.LEDGER.plan(values)
    yield from _plan_inbox(batch, new_connection)
    yield from _plan_outbox(batch)
    yield from _plan_receipts(batch)
    yield from _plan_parts(batch)
    yield from _plan_timers(batch)
    yield from _plan_more(batch)
    yield from _plan_misses(batch)
    if batch.dialogs or batch.dialogs_ended:
        yield from _plan_dialogs(batch)


def _plan_dialogs(batch: WriteBatch) -> Iterator[tuple[str, list[sql.Value]]]:
    values: list[sql.Value] = []
    for msisdn, key in batch.dialogs_ended:
        values += (int(msisdn), key)
    yield from sql.DIALOG_ENDED.plan(values)
    values = []
    for dialog in batch.dialogs:
        values += (int(dialog.msisdn), dialog.key, _encode(dialog))
    yield from sql.DIALOG.plan(values)


def _plan_inbox(batch: WriteBatch, new_connection: int) -> Iterator[tuple[str, list[sql.Value]]]:
    values: list[sql.Value] = []
    for row in batch.inbox:
        values += (row.number, row.connection, row.fingerprint, row.at, row.original, row.late)
    yield from sql.INBOX.plan(values)
    if new_connection:  # the file remembers the highest number ever used, so that a start never uses one twice
        yield from sql.CONNECTION.plan([new_connection, 0])
    if batch.late:
        yield sql.LATE, [_json(batch.late).decode()]
    values = []
    for connection, number in batch.confirmed.items():
        values += (connection, number)
    yield from sql.CONNECTION.plan(values)


def _plan_outbox(batch: WriteBatch) -> Iterator[tuple[str, list[sql.Value]]]:
    values: list[sql.Value] = []
    for row in batch.outbox:
        values += (row.id, row.state, row.due_at, row.msisdn, row.document, row.message_id, row.tries)
    yield from sql.OUTBOX.plan(values)
    values = []
    for change in batch.outbox_changes:
        values += (change.id, change.state, change.due_at, change.message_id)
    yield from sql.OUTBOX_CHANGE.plan(values)


def _plan_receipts(batch: WriteBatch) -> Iterator[tuple[str, list[sql.Value]]]:
    outcomes: list[sql.Value] = []
    for outcome in batch.outcomes:
        outcomes += (outcome.id, outcome.state, outcome.at)
    yield from sql.OUTCOME.plan(outcomes)
    if batch.awaited_gone:
        yield sql.AWAITED_GONE, [_json(batch.awaited_gone).decode()]
    values: list[sql.Value] = []
    for part in batch.awaited:
        values += (part.id, part.key, part.link, part.message_id, part.parts, part.msisdn, part.at)
    yield from sql.AWAITED.plan(values)
    if batch.orphans_gone:
        yield sql.ORPHAN_GONE, [_json(batch.orphans_gone).decode()]
    values = []
    for orphan in batch.orphans:
        values += (orphan.id, orphan.at, orphan.link, orphan.document)
    yield from sql.ORPHAN.plan(values)


def _plan_parts(batch: WriteBatch) -> Iterator[tuple[str, list[sql.Value]]]:
    if batch.parts_gone:
        yield sql.PART_GONE, [_json(batch.parts_gone).decode()]
    values: list[sql.Value] = []
    for part in batch.parts:
        values += (part.id, _encode(part))
    yield from sql.PART.plan(values)


def _plan_timers(batch: WriteBatch) -> Iterator[tuple[str, list[sql.Value]]]:
    if batch.timers_cancelled:
        yield sql.TIMER_CANCELLED, [_json(batch.timers_cancelled).decode()]
    values: list[sql.Value] = []
    for timer in batch.timers:
        values += (timer.key, timer.due_at, timer.command, timer.msisdn, _encode(timer.arguments))
    yield from sql.TIMER.plan(values)
    if batch.timers_hurried:
        yield sql.TIMER_HURRIED, [_json(batch.timers_hurried).decode()]


def _plan_more(batch: WriteBatch) -> Iterator[tuple[str, list[sql.Value]]]:
    values: list[sql.Value] = []
    for record in batch.records:
        if record.document:
            values += (record.kind, record.key, record.document)
        else:
            yield sql.RECORD_REMOVED, [record.kind, record.key]
    yield from sql.RECORD.plan(values)
    values = []
    for row in batch.usage:
        use = row.usage
        values += (row.msisdn, use.at, use.kind, use.other, use.incoming, use.quantity, use.cost)
    yield from sql.USAGE.plan(values)
    values = []
    for effect in batch.effects:
        values += (effect.id, effect.key, effect.since, effect.due_at, effect.channel, effect.document)
        values += (effect.command, effect.msisdn, _encode(effect.arguments), effect.tries)
    yield from sql.EFFECT.plan(values)
    for number, due_at in batch.effects_put_off:
        yield sql.EFFECT_PUT_OFF, [due_at, number]
    if batch.effects_done:
        yield sql.EFFECT_DONE, [_json(batch.effects_done).decode()]


def _plan_misses(batch: WriteBatch) -> Iterator[tuple[str, list[sql.Value]]]:
    for tallied in batch.misses:
        if tallied.dropped:
            yield sql.MISS_DROPPED, [_json(tallied.dropped).decode()]
        values: list[sql.Value] = []
        for miss in tallied.rows:
            values += (miss.text, miss.refusal, miss.count, miss.last_at, _encode(miss.follow_ups))
        yield from sql.MISS.plan(values)
