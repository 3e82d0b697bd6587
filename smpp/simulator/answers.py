"""Answers to the gateway's requests: the right ones, and all the wrong ones that a fault may make of them. Pure."""

from __future__ import annotations

from typing import Final

import msgspec

from smpp.pdu import Bind, DataSm, DeliverSm, SubmitSm, Tag
from smpp.simulator.faults import Fault
from smpp.simulator.misbehaviour import BROKEN, frame
from smpp.vocabulary import INTERFACE_VERSION_3_4, RESPONSE_BIT, CommandId

__all__ = ["Answer", "answer_octets", "bind_answer", "message_answer"]

_VERSION: Final = int(Tag.SC_INTERFACE_VERSION).to_bytes(2, "big") + b"\0\1"
_CONGESTION: Final = int(Tag.CONGESTION_STATE).to_bytes(2, "big") + b"\0\1"
_OTHERS: Final = {CommandId.SUBMIT_SM: CommandId.QUERY_SM, CommandId.DELIVER_SM: CommandId.DATA_SM}


class Answer(msgspec.Struct, frozen=True):
    """A response to be: of which request, with what status, body and optional parameters.

    `nack`: a generic_nack in its place. `octets`: something else altogether.
    """

    command_id: int
    sequence: int
    status: int = 0
    body: bytes = b""
    tlvs: bytes = b""
    nack: bool = False
    octets: bytes = b""

    def refused(self, status: int, body: str = "none") -> Answer:
        """With an error, and as much of a body as peers send with one (SMPP 3.4 4.4.2)."""
        bodies = {"none": b"", "nul": b"\0", "full": self.body or b"\0", "malformed": b"\xff"}
        return msgspec.structs.replace(self, status=status, body=bodies[body], tlvs=b"")

    def spoiled(self, fault: Fault) -> Answer:
        """As the fault has it."""
        replace = msgspec.structs.replace
        match fault.does:
            case "refuse":
                return self.refused(fault.status, fault.body)
            case "nack":
                return replace(
                    self.refused(fault.status),
                    nack=True,
                    sequence=self.sequence if fault.sequence < 0 else fault.sequence,
                )
            case "wrong_sequence":
                return replace(self, sequence=(self.sequence + (fault.sequence if fault.sequence > 0 else 1_000_000)))
            case "wrong_command":
                return replace(self, command_id=int(_OTHERS.get(CommandId(self.command_id), CommandId.CANCEL_SM)))
            case "malformed":
                return replace(self, octets=BROKEN[fault.kind](self.command_id | RESPONSE_BIT, self.sequence))
            case "congested":
                return replace(self, tlvs=self.tlvs + _CONGESTION + bytes((fault.status & 0xFF,)))
            case "version":
                version = _VERSION + bytes((fault.sequence & 0xFF,)) if fault.sequence >= 0 else b""
                return replace(self, tlvs=version)
            case _:
                raise AssertionError(f"{fault.does!r} spoils no answer")


def answer_octets(answer: Answer) -> bytes:
    if answer.octets:
        return answer.octets
    if answer.nack:
        return frame(RESPONSE_BIT, answer.sequence, status=answer.status)
    return frame(answer.command_id | RESPONSE_BIT, answer.sequence, answer.body + answer.tlvs, answer.status)


def bind_answer(pdu: Bind, system_id: str) -> Answer:
    version = _VERSION + bytes((INTERFACE_VERSION_3_4,))
    return Answer(pdu.command_id, pdu.sequence_number, body=system_id.encode("latin-1") + b"\0", tlvs=version)


def message_answer(pdu: SubmitSm | DeliverSm | DataSm, message_id: str) -> Answer:
    """submit_sm_resp and data_sm_resp bring a message_id, deliver_sm_resp an unused one (SMPP 3.4 4.4.2, 4.6.2)."""
    return Answer(pdu.command_id, pdu.sequence_number, body=message_id.encode("latin-1") + b"\0")
