"""What a bind state permits: who may send which message request when (SMPP 3.4 table 2-1), and what a bind leads to.

Tables only. Nothing here changes a state; the Session does.
"""

from __future__ import annotations

from typing import Final

from smpp.pdu import (
    AlertNotification,
    BindReceiver,
    BindTransceiver,
    BindTransmitter,
    CancelSm,
    DataSm,
    DeliverSm,
    QuerySm,
    ReplaceSm,
    SubmitMulti,
    SubmitSm,
)
from smpp.session_events import Role, State

__all__ = ["BEFORE_BIND", "BIND_STATES", "BOUND", "permitted"]

BOUND: Final = frozenset({State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX})
BEFORE_BIND: Final = frozenset({State.OPEN, State.OUTBOUND})
BIND_STATES: Final[dict[int, State]] = {
    int(BindTransmitter.command_id): State.BOUND_TX,
    int(BindReceiver.command_id): State.BOUND_RX,
    int(BindTransceiver.command_id): State.BOUND_TRX,
}
# Table 2-1 has replace_sm for TX alone; everybody allows it for TRX too, and so do we.
_ESME_SENDS: Final = frozenset(
    int(kind.command_id) for kind in (SubmitSm, SubmitMulti, DataSm, QuerySm, CancelSm, ReplaceSm)
)
_MC_SENDS: Final = frozenset(int(kind.command_id) for kind in (DeliverSm, AlertNotification, DataSm))
_NOTHING: Final[frozenset[int]] = frozenset()


def permitted(sender: Role, state: State) -> frozenset[int]:
    """Command ids of the message requests that ``sender`` may send in ``state``."""
    if sender is Role.ESME:
        return _ESME_SENDS if state in (State.BOUND_TX, State.BOUND_TRX) else _NOTHING
    return _MC_SENDS if state in (State.BOUND_RX, State.BOUND_TRX) else _NOTHING
