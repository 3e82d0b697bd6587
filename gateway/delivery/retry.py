"""What to do when a message centre does not take a message. Pure policy."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.messages import OutboxState

RTHROTTLED, RMSGQFUL, RSYSERR, RX_T_APPN = 0x58, 0x14, 0x08, 0x64
FIRST_DELAY_MS = {RTHROTTLED: 1_000, RMSGQFUL: 5_000, RSYSERR: 5_000, RX_T_APPN: 5_000}
DELAY_MS_MAX = {RTHROTTLED: 30_000, RMSGQFUL: 180_000, RSYSERR: 180_000, RX_T_APPN: 180_000}


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
