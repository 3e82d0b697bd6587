"""What to do when a message centre does not take a message, or a system outside does not answer. Pure policy.

Nothing is dropped for a status that time can mend: such a message is sent again until its validity ends. How fast a
link may go after ESME_RTHROTTLED is for its `Pace`; here it is only said that it has to slow down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gateway.messages import OutboxState
from gateway.model import Instant

EFFECT_DELAYS_MS = (1_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 3_600_000)


class Scope(Enum):
    """Who has to wait."""

    MESSAGE = "this message"
    DESTINATION = "whatever goes to the same number"  # its queue at the centre is full, and order is kept
    LINK = "whatever leaves by the same link"


@dataclass(frozen=True, slots=True)
class Verdict:
    """READY: again after `delay_ms`, and `scope` waits as long. FAILED: never."""

    state: OutboxState
    delay_ms: int = 0
    scope: Scope = Scope.MESSAGE
    slower: bool = False  # the centre has more than it can take: the link sends less


@dataclass(frozen=True, slots=True)
class Patience:
    """Doubling delays between two limits."""

    first_ms: int
    most_ms: int
    scope: Scope = Scope.MESSAGE
    slower: bool = False


# By command_status, SMPP 3.4 5.1.3. Everything else is final: the centre will say the same again.
PATIENCE = {
    0x04: Patience(1_000, 30_000),  # ESME_RINVBNDSTS: it has forgotten our bind, and we bind anew
    0x08: Patience(5_000, 180_000, slower=True),  # ESME_RSYSERR
    0x14: Patience(5_000, 180_000, Scope.DESTINATION, slower=True),  # ESME_RMSGQFUL
    0x58: Patience(0, 0, Scope.LINK, slower=True),  # ESME_RTHROTTLED: when the link goes on, so does this one
    0x64: Patience(5_000, 180_000),  # ESME_RX_T_APPN
}
FINAL = Verdict(OutboxState.FAILED)
DELAY_MS_MAX = max(each.most_ms for each in PATIENCE.values())


def after_refusal(status: int, tries: int) -> Verdict:
    """After a response with an error status; `tries`: how often this message has been refused before."""
    patience = PATIENCE.get(status)
    if patience is None:
        return FINAL
    delay_ms = min(patience.first_ms << min(tries, 16), patience.most_ms)
    return Verdict(OutboxState.READY, delay_ms, patience.scope, patience.slower)


def after_failed_try(tries: int, now: Instant, give_up_at: Instant) -> Instant:
    """When something outside is tried again; 0: never. `tries`: how often it failed before this time."""
    again_at = Instant(now + EFFECT_DELAYS_MS[min(tries, len(EFFECT_DELAYS_MS) - 1)])
    return again_at if again_at <= give_up_at else Instant(0)
