"""What a number was shown without having asked for it, and what came of that. Pure."""

from __future__ import annotations

from enum import StrEnum

from gateway.commands import Outcome, Timer
from gateway.model import DAY_MS, Instant, Msisdn, Record

KEPT_MS = DAY_MS
"""How long a request is known by its id once nothing more can come of it."""


class PushState(StrEnum):
    """OPENING: on its way, or taken by the centre, which has said no more yet. All else is the end."""

    OPENING = "opening"
    ACCEPTED = "accepted"  # by a centre that never tells whether a notification was shown
    SHOWN = "shown"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"  # nobody answered, or the handset confirmed nothing, in the time there is for it
    FELL_BACK = "fell_back"  # it went as an SMS; `reason` says why


class PushRecord(Record, frozen=True, array_like=True, gc=False):
    """A request to show something, by its id: the message number it had, and what has come of it."""

    kind = "push"
    number: int = 0
    msisdn: Msisdn = Msisdn("")
    at: Instant = Instant(0)
    state: PushState = PushState.OPENING
    reason: str = ""
    answer: str = ""

    @property
    def is_final(self) -> bool:
        return self.state is not PushState.OPENING


def timer(record: PushRecord, due_at: Instant) -> Timer:
    """When the request is looked at again: to end it, and later to forget it."""
    return Timer(f"push:{record.key}", due_at, "push.over", record.msisdn, (("id", record.key),))


def begun(record: PushRecord, lasts_ms: int) -> Outcome:
    """The request is known from now on; after that time nothing comes of it any more."""
    return Outcome(changed=(record,), timers=(timer(record, Instant(record.at + lasts_ms)),))
