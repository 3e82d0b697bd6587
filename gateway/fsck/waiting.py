"""What waits: timers, effects, dialogs, parts of long SMS; and what single functions remember."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gateway.fsck.books import UNREADABLE
from gateway.fsck.faults import Check, Examined, Fault, decoded
from gateway.fsck.messages import SLACK_MS
from gateway.messages import FollowUp
from gateway.model import DAY_MS, HOUR_MS, Dialog, Record, UsageKind
from gateway.store.protocol import PartRow

_arguments = msgspec.msgpack.Decoder(tuple[tuple[str, str | int], ...]).decode
_dialog = msgspec.msgpack.Decoder(Dialog).decode
_part = msgspec.msgpack.Decoder(PartRow).decode
_follow_ups = msgspec.msgpack.Decoder(tuple[FollowUp, ...]).decode

FAR_MS = 3660 * DAY_MS
"""No function looks further ahead than a renewal or a year's validity."""


def timers(examined: Examined) -> Iterator[Fault]:
    """Each timer runs a command that there is, at a time that is to come."""
    for key, due_at, command, msisdn, arguments in examined.rows(
        "SELECT key, due_at, command, msisdn, arguments FROM timers ORDER BY key"
    ):
        if decoded(_arguments, arguments) is None:
            yield Fault("timers.unreadable", "timers", key, "arguments that cannot be read", "those of its command")
        if command not in examined.commands:
            yield Fault("timers.command", "timers", key, f"command {command!r}", "a command of this version")
        if not msisdn.isdigit() or not examined.one("SELECT 1 FROM subscribers WHERE msisdn = ?", (int(msisdn),)):
            yield Fault("timers.number", "timers", key, f"number {msisdn!r}", "a subscriber")
        late_ms = examined.newest_at - due_at
        if late_ms > SLACK_MS:
            yield Fault("timers.late", "timers", key, f"due {late_ms // HOUR_MS} hours before the newest of the "
                        "journal", "one that has run")  # fmt: skip
        elif late_ms < -FAR_MS:
            yield Fault("timers.far", "timers", key, f"due in {-late_ms // DAY_MS} days",
                        f"within {FAR_MS // DAY_MS} days")  # fmt: skip


def effects(examined: Examined) -> Iterator[Fault]:
    """What is to be done outside has its cause, can be read, and its result has a command."""
    for effect, document, command, arguments, caused in examined.rows(
        "SELECT id, document, command, arguments, EXISTS (SELECT 1 FROM journal WHERE number = effects.id / 16)"
        " FROM effects ORDER BY id"
    ):
        key = str(effect)
        if decoded(msgspec.json.decode, document) is None or decoded(_arguments, arguments) is None:
            yield Fault("effects.unreadable", "effects", key, UNREADABLE, "a document in JSON, and arguments")
        if command and command not in examined.commands:
            yield Fault("effects.command", "effects", key, f"command {command!r}", "a command of this version")
        if not caused and effect // 16 > examined.cut:
            yield Fault("effects.causeless", "effects", key, "an effect of nothing", "its cause in the journal")


def dialogs(examined: Examined) -> Iterator[Fault]:
    """Each dialog can be gone on with. One that cannot be read is forgotten: the subscriber dials again."""
    for msisdn, name, document in examined.rows("SELECT msisdn, key, document FROM dialogs ORDER BY msisdn, key"):
        dialog = decoded(_dialog, document)
        if dialog is None or (dialog.msisdn, dialog.key) != (str(msisdn), name):
            forget = (("DELETE FROM dialogs WHERE msisdn = ? AND key = ?", (msisdn, name)),)
            yield Fault("dialogs.unreadable", "dialogs", str(msisdn), UNREADABLE, "the dialog of that number", forget)


def parts(examined: Examined) -> Iterator[Fault]:
    """Each part of a long SMS that waits can be joined with the others."""
    for part, document in examined.rows("SELECT id, document FROM parts ORDER BY id"):
        found = decoded(_part, document)
        if found is None or found.id != part:
            yield Fault("parts.unreadable", "parts", str(part), UNREADABLE, "a part of a long SMS")


def records(examined: Examined) -> Iterator[Fault]:
    """What a function remembers is of a kind that there is, and can be read."""
    decoders = {name: msgspec.msgpack.Decoder(kind).decode for name, kind in examined.records.items()}
    for kind, key, document in examined.rows("SELECT kind, key, document FROM records ORDER BY kind, key"):
        where = f"{kind} {key}"
        decode = decoders.get(kind)
        if decode is None:
            yield Fault("records.kind", "records", where, f"kind {kind!r}", "a kind of this version")
            continue
        record = decoded(decode, document)
        if not isinstance(record, Record) or record.key != key:
            yield Fault("records.unreadable", "records", where, UNREADABLE, "the record of that key")


def usage(examined: Examined) -> Iterator[Fault]:
    """Each record of use is of a kind that there is; the tally of misreadings can be read."""
    kinds = set(UsageKind)
    for msisdn, at, kind, quantity in examined.rows("SELECT msisdn, at, kind, quantity FROM usage"):
        if kind not in kinds or quantity < 0:
            yield Fault("usage.kind", "usage", f"{msisdn} {at}", f"{quantity} of {kind!r}",
                        f"a quantity of {', '.join(UsageKind)}")  # fmt: skip
    for text, refusal, follow_ups in examined.rows("SELECT text, refusal, follow_ups FROM misses"):
        if decoded(_follow_ups, follow_ups) is None:
            forget = (("DELETE FROM misses WHERE text = ? AND refusal = ?", (text, refusal)),)
            yield Fault("misses.unreadable", "misses", f"{text!r} {refusal}", UNREADABLE, "what came next", forget)


CHECKS = (
    Check("timers", ("timers",), timers, compares=True),
    Check("effects", ("effects",), effects, compares=True),
    Check("dialogs", ("dialogs",), dialogs),
    Check("parts", ("parts",), parts),
    Check("records", ("records",), records),
    Check("usage", ("usage", "misses"), usage),
)
