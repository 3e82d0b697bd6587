"""What to do when a message centre does not take a message, or a system outside does not answer. Pure policy."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.messages import OutboxState
from gateway.model import Instant

RTHROTTLED, RMSGQFUL, RSYSERR, RX_T_APPN = 0x58, 0x14, 0x08, 0x64
FIRST_DELAY_MS = {RTHROTTLED: 1_000, RMSGQFUL: 5_000, RSYSERR: 5_000, RX_T_APPN: 5_000}
DELAY_MS_MAX = {RTHROTTLED: 30_000, RMSGQFUL: 180_000, RSYSERR: 180_000, RX_T_APPN: 180_000}
EFFECT_DELAYS_MS = (1_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 3_600_000)


@dataclass(frozen=True, slots=True)
class Verdict:
    """READY: again after `delay_ms`. FAILED: never. `pause_link_ms`: nothing else leaves by that link meanwhile."""

    state: OutboxState
    delay_ms: int = 0
    pause_link_ms: int = 0


def after_refusal(status: int, tries: int) -> Verdict:
    """After a response with an error status; `tries`: how often this message has been refused before."""
    first_ms = FIRST_DELAY_MS.get(status)
    if first_ms is None:
        return Verdict(OutboxState.FAILED)
    delay_ms = min(first_ms << min(tries, 16), DELAY_MS_MAX[status])
    return Verdict(OutboxState.READY, delay_ms, delay_ms if status == RTHROTTLED else 0)


def after_failed_try(tries: int, now: Instant, give_up_at: Instant) -> Instant:
    """When something outside is tried again; 0: never. `tries`: how often it failed before this time."""
    again_at = Instant(now + EFFECT_DELAYS_MS[min(tries, len(EFFECT_DELAYS_MS) - 1)])
    return again_at if again_at <= give_up_at else Instant(0)
