"""What a number did on a day, and what it got: rows of journal, ledger and outbox as events in the order of time.

Nothing here is secret: texts come masked from the journal, and a one-time code has never been stored. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gateway.engine.journal import EffectEntry, MessageEntry, TimerEntry, body_of
from gateway.engine.replies import ROWS_PER_MESSAGE
from gateway.messages import CODE_PLACE, Outgoing
from gateway.misreadings import MASK
from gateway.model import Instant, Msisdn
from gateway.store.protocol import JournalRow, LedgerRow, OutboxRow
from gateway.store.reading import Happened


class Event(msgspec.Struct, frozen=True):
    """One thing that happened. `number` is the journal's: what came of a message has the message's own.

    `kind`: `message`, `timer`, `money`, `reply`, or a kind of the journal; `about` has what the kind has to say.
    """

    at: Instant
    number: int
    kind: str
    about: dict[str, object]


def events_of(happened: Happened, msisdn: Msisdn, since: Instant, until: Instant) -> list[Event]:
    """The events of a number within a time, oldest first; what one message brought about stands together."""
    times = {row.number: row.at for row in happened.journal}
    events = [*_journal(happened.journal, msisdn), *map(_money, happened.ledger)]
    for row in happened.outbox:
        at = times.get(row.id // ROWS_PER_MESSAGE)
        if at is not None or since <= row.due_at < until:
            events.append(_reply(row, at if at is not None else row.due_at))
    first = {event.number: event.at for event in reversed(events)}
    order = {"message": 0, "timer": 0, "money": 2, "reply": 3}
    return sorted(events, key=lambda event: (first[event.number], event.number, order.get(event.kind, 1)))


def _journal(rows: list[JournalRow], msisdn: Msisdn) -> Iterator[Event]:
    for row in rows:
        body = body_of(row)
        if isinstance(body, MessageEntry):
            told = [text for to, text in body.replies if to == msisdn]
            if body.sender != msisdn and not told:
                continue  # its digits stand in another number's text
            yield Event(row.at, row.number, "message", _message(body, told))
        elif row.msisdn == msisdn:
            about = {} if body is None else named(body)
            if isinstance(body, TimerEntry):
                about = {"command": body.command, "refusal": body.refusal, "fault": last_line(body.fault)}
            elif isinstance(body, EffectEntry):
                about = _effect(body)
            yield Event(row.at, row.number, row.kind, about)


def _message(body: MessageEntry, told: list[str]) -> dict[str, object]:
    return {
        "channel": body.channel,
        "sender": body.sender,
        "recipient": body.recipient,
        "link": body.link,
        "text": body.text,
        "command": body.command,
        "arguments": dict(body.arguments),
        "refusal": body.refusal,
        "repeats": body.original,
        "fault": last_line(body.fault),
        "told": told,
    }


def _effect(body: EffectEntry) -> dict[str, object]:
    """What came of something outside; `decided` is the message that asked for it."""
    result = "to be tried again" if body.retry_at else "done" if body.succeeded else "given up"
    return {
        "effect": body.effect,
        "decided": body.effect // ROWS_PER_MESSAGE,
        "channel": body.channel,
        "document": body.document,
        "result": result,
        "retry_at": body.retry_at,
        "command": body.command,
        "refusal": body.refusal,
        "fault": last_line(body.fault),
    }


def _money(row: LedgerRow) -> Event:
    entry = row.entry
    about = {"account": entry.account, "amount": entry.amount, "kind": entry.kind, "msisdn": entry.msisdn}
    return Event(row.at, row.number, "money", about)


def _reply(row: OutboxRow, at: Instant) -> Event:
    outgoing = msgspec.msgpack.decode(row.document, type=Outgoing)
    about: dict[str, object] = {
        "channel": outgoing.channel,
        "source": outgoing.source,
        "text": outgoing.text.replace(CODE_PLACE, MASK),
        "state": row.state.name,
        "state_at": row.due_at,
        "message_id": row.message_id,
        "tries": row.tries,
        "expires_at": outgoing.expires_at,
    }
    return Event(at, row.id // ROWS_PER_MESSAGE, "reply", about)


def last_line(fault: str) -> str:
    """What a traceback ends with."""
    return fault.strip().rpartition("\n")[2]


def named(value: msgspec.Struct) -> dict[str, object]:
    """A stored value by the names of its fields: stored documents are arrays, people want names."""
    return {name: _plain(each) for name, each in msgspec.structs.asdict(value).items()}


def _plain(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return named(value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
