"""Messages, replies and receipts against the journal: what was taken is recognised when it comes again, what was
answered has its reply, and a reply is in the state that the journal tells of.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gateway.engine.journal import MessageEntry, PartEntry, body_of
from gateway.engine.receipts import unnamed_key
from gateway.engine.replies import ROWS_PER_MESSAGE
from gateway.fsck.faults import Check, Examined, Fault, Statement, decoded
from gateway.messages import PARTS_MAX, OutboxState, Outgoing, Receipt
from gateway.model import HOUR_MS
from gateway.store.protocol import JournalRow
from smpp.receipt import fold_id

_outgoing = msgspec.msgpack.Decoder(Outgoing).decode
_receipt = msgspec.msgpack.Decoder(Receipt).decode

SLACK_MS = 2 * HOUR_MS
"""Retention works in rounds, and instants of one batch differ by what waited in a queue."""

TAKEN = """
SELECT j.number, j.at, j.kind, j.msisdn, j.body, j.hash, i.connection, i.fingerprint, i.original, o.id IS NOT NULL
FROM journal AS j LEFT JOIN inbox AS i ON i.number = j.number
LEFT JOIN outbox AS o ON o.id = (
    SELECT min(id) FROM outbox WHERE id BETWEEN j.number * 16 AND j.number * 16 + 15)
WHERE j.number > ? AND j.kind IN ('message', 'part') ORDER BY j.number"""
TAKEN_AGAIN = "INSERT INTO inbox (number, connection, fingerprint, at, original, late) VALUES (?, ?, ?, ?, ?, 0)"


def taken(examined: Examined) -> Iterator[Fault]:
    """Each message of the journal that is young enough can be recognised if it comes again, and has its reply."""
    first_inbox = examined.one("SELECT coalesce(min(number), 0) FROM inbox")
    first_reply = examined.one("SELECT coalesce(min(id), 0) / 16 FROM outbox")
    horizon = examined.newest_at - examined.horizon_ms + SLACK_MS
    answers = examined.newest_at - examined.outbox_keep_ms + SLACK_MS
    for row in examined.rows(TAKEN, (min(first_inbox, first_reply) - 1,)):
        entry = JournalRow(*row[:6])
        connection, fingerprint, original, answered = row[6:]
        body = decoded(lambda _, entry=entry: body_of(entry), entry.body)  # type: ignore[misc]
        if not isinstance(body, MessageEntry | PartEntry):
            continue  # the journal's own check names it
        number = entry.number
        meant = getattr(body, "original", 0) or number
        expected = (body.connection, body.fingerprint, meant)
        right = (number, *expected[:2], entry.at, meant)
        again: tuple[Statement, ...] = ((TAKEN_AGAIN, right),) if examined.journal_is_whole else ()
        # Of a long SMS that stayed incomplete its parts were taken, each by itself: it came by no connection.
        if connection is None and body.connection and number > first_inbox and entry.at >= horizon:
            yield Fault("inbox.missing", "inbox", str(number), "no row for a message within the horizon",
                        "the row by which its redelivery is recognised", again)  # fmt: skip
        elif connection is not None and (connection, fingerprint, original) != expected:
            yield Fault(
                "inbox.differs", "inbox", str(number), "another connection, fingerprint or original", "the journal's",
                (("DELETE FROM inbox WHERE number = ?", (number,)), *again) if again else (),
            )  # fmt: skip
        lost = isinstance(body, MessageEntry) and body.replies and not answered
        if lost and number > first_reply and entry.at >= answers:
            yield Fault("outbox.missing", "outbox", str(number), "no reply to a message that was answered",
                        "its replies")  # fmt: skip


INBOX = """
SELECT number, at, connection, j.kind FROM inbox LEFT JOIN (SELECT number AS n, kind FROM journal) AS j ON j.n = number
ORDER BY number"""
CONNECTION = "INSERT INTO connections (id, confirmed) VALUES (?, 0) ON CONFLICT (id) DO NOTHING"


def inbox(examined: Examined) -> Iterator[Fault]:
    """What redeliveries are recognised by is no older than the horizon, and each row is a message's."""
    oldest = examined.newest_at - examined.horizon_ms - SLACK_MS
    highest = 0
    for number, at, connection, kind in examined.rows(INBOX):
        key = str(number)
        removed = (("DELETE FROM inbox WHERE number = ?", (number,)),)
        highest = max(highest, connection)
        if at < oldest:
            yield Fault("inbox.old", "inbox", key, f"{(examined.newest_at - at) // HOUR_MS} hours old",
                        f"{examined.horizon_ms // HOUR_MS} hours at most", removed)  # fmt: skip
        elif at > examined.newest_at:
            yield Fault("inbox.future", "inbox", key, f"of the instant {at}", f"{examined.newest_at} at the latest, "
                        "the newest of the journal")  # fmt: skip
        elif kind not in ("message", "part") and number > examined.cut:
            yield Fault(
                "inbox.causeless",
                "inbox",
                key,
                "a row of no message",
                "a message in the journal",
                removed if examined.journal_is_whole else (),
            )
    known = examined.one("SELECT coalesce(max(id), 0) FROM connections")
    if highest > known:
        yield Fault("connections.highest", "connections", str(known), f"the highest is {known}", f"{highest}, which "
                    "the inbox names: a number is never used twice", ((CONNECTION, (highest,)),))  # fmt: skip
    for connection, confirmed in examined.rows(
        "SELECT id, confirmed FROM connections WHERE confirmed > ?", (examined.last,)
    ):
        yield Fault("connections.confirmed", "connections", str(connection), f"confirmed up to {confirmed}",
                    f"{examined.last} at most, the last of the journal")  # fmt: skip


OUTBOX = """
SELECT r.id, r.state, r.msisdn, r.document, t.state, t.receipt, j.kind
FROM replies AS r LEFT JOIN temp.told AS t ON t.row = r.id LEFT JOIN journal AS j ON j.number = r.id / 16
ORDER BY r.id"""
OPEN = (OutboxState.READY, OutboxState.SENDING, OutboxState.UNKNOWN)
ENDS = (OutboxState.DELIVERED, OutboxState.FAILED, OutboxState.EXPIRED)


def outbox(examined: Examined) -> Iterator[Fault]:
    """Each reply has its cause, and is as far as the journal says that it got."""
    for row, state, msisdn, document, told, receipt, kind in examined.rows(OUTBOX):
        key = str(row)
        outgoing = decoded(_outgoing, document)
        if outgoing is None or outgoing.destination != msisdn:
            yield Fault("outbox.unreadable", "outbox", key, "a document that cannot be read, or another's",
                        f"the reply to {msisdn}")  # fmt: skip
        if row // ROWS_PER_MESSAGE <= examined.cut:
            continue
        if kind is None:
            yield Fault("outbox.causeless", "outbox", key, "a reply to nothing", "its cause in the journal")
            continue
        fault = _state(row, state, told, bool(receipt))
        if fault is not None:
            yield fault if examined.journal_is_whole else msgspec.structs.replace(fault, repair=())


def _state(row: int, state: int, told: int | None, receipt: bool) -> Fault | None:
    """A reply that left and was answered must never be open again: it would be sent once more."""
    key = str(row)
    name = OutboxState(state).name if state in set(OutboxState) else str(state)
    if told is not None and told not in OPEN and state in OPEN:
        right = OutboxState(told)
        repair = (("UPDATE outbox SET state = ? WHERE id = ?", (int(right), row)),)
        return Fault("outbox.state", "outbox", key, name, f"{right.name}, as the journal tells", repair)
    if state == OutboxState.SENT and told != OutboxState.SENT:
        return Fault("outbox.state", "outbox", key, name, "a response in the journal")
    if state in ENDS and told != state and not receipt:
        return Fault("outbox.state", "outbox", key, name, "a response or a receipt in the journal")
    if state not in set(OutboxState):
        return Fault("outbox.state", "outbox", key, name, f"0 to {max(OutboxState):d}")
    return None


OUTCOMES = "SELECT id, state FROM outcomes WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = outcomes.id)"
AWAITED = """
SELECT a.id, a.key, a.message_id, a.parts, a.msisdn, EXISTS (SELECT 1 FROM outbox WHERE outbox.id = a.id / 256)
FROM awaited AS a ORDER BY a.id"""


def receipts(examined: Examined) -> Iterator[Fault]:
    """What waits for receipts, and what receipts said, belongs to a reply; what found none can be read."""
    for row, _ in examined.rows(OUTCOMES):
        yield Fault("receipts.outcome", "outcomes", str(row), "what a receipt said of no reply", "a reply",
                    (("DELETE FROM outcomes WHERE id = ?", (row,)),))  # fmt: skip
    for part, key, message_id, parts, msisdn, exists in examined.rows(AWAITED):
        right = fold_id(message_id) if message_id else unnamed_key(msisdn)
        if not exists or part % PARTS_MAX >= parts:
            yield Fault("receipts.awaited", "awaited", str(part), "a part of no reply", "a reply with that part",
                        (("DELETE FROM awaited WHERE id = ?", (part,)),))  # fmt: skip
        elif key != right:
            yield Fault("receipts.key", "awaited", str(part), f"key {key!r}", f"{right!r}, of its message id",
                        (("UPDATE awaited SET key = ? WHERE id = ?", (right, part)),))  # fmt: skip
    for orphan, document in examined.rows("SELECT id, document FROM orphans ORDER BY id"):
        if decoded(_receipt, document) is None:
            yield Fault("receipts.unreadable", "orphans", str(orphan), "a receipt that cannot be read", "a document",
                        (("DELETE FROM orphans WHERE id = ?", (orphan,)),))  # fmt: skip


CHECKS = (
    Check("messages", ("journal",), taken, compares=True),
    Check("inbox", ("inbox", "connections"), inbox, compares=True),
    Check("outbox", ("outbox",), outbox, compares=True),
    Check("receipts", ("outcomes", "awaited", "orphans"), receipts),
)
