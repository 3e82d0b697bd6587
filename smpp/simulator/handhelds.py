"""Phones that people hold: they bind to the centre beside the gateway, and the centre carries what they say.

What a phone submits is delivered to the gateway, with the scenario's faults, and answered with the gateway's status;
what the gateway submits to its number is delivered to the phone. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smpp.pdu import Bind, DataSm, DeliverSm, SubmitSm, Tag, encode
from smpp.simulator.answers import Answer, answer_octets
from smpp.simulator.lines import Lines, Wire
from smpp.vocabulary import Status

__all__ = ["Asked", "Handhelds", "delivered"]

NO_GATEWAY: Final = int(Status.ESME_RX_T_APPN)


@dataclass(frozen=True, slots=True)
class Asked:
    """A phone that waits for its response: on which wire, under which command and number."""

    wire: Wire
    command_id: int
    sequence: int


class Handhelds:
    """By number, the wire of the phone that has it: told with the bind as its address_range, or by what it says."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._wires: dict[str, Wire] = {}

    def bind(self, wire: Wire, pdu: Bind) -> None:
        """This wire is a phone's: no fault strikes it, and nothing but its own messages goes there."""
        wire.handheld = True
        if pdu.address_range:
            self._wires[pdu.address_range] = wire

    def ask(self, wire: Wire, pdu: SubmitSm | DeliverSm | DataSm) -> Asked:
        """A phone has said something."""
        self._wires[pdu.source_addr] = wire
        return Asked(wire, pdu.command_id, pdu.sequence_number)

    def answer(self, asked: Asked, status: int, now: float) -> None:
        """What the gateway answered, or that there is none."""
        body = b"" if status else b"\0"
        self._lines.put(asked.wire, answer_octets(Answer(asked.command_id, asked.sequence, status, body)), now)

    def deliver(self, pdu: SubmitSm | DeliverSm | DataSm, now: float) -> bool:
        """Carries a message of the gateway's to the phone that has the number; whether there is one."""
        wire = self._wires.get(pdu.destination_addr)
        if wire is None or not wire.bound or not self._lines.living(wire):
            return False
        self._lines.put(wire, encode(delivered(pdu, wire.next_sequence())), now)
        return True


def delivered(pdu: SubmitSm | DeliverSm | DataSm, sequence: int = 0) -> DeliverSm:
    """The deliver_sm that a centre makes of what was submitted to it."""
    octets = b"" if isinstance(pdu, DataSm) else pdu.short_message
    return DeliverSm(
        sequence_number=sequence,
        service_type=pdu.service_type,
        source_addr_ton=pdu.source_addr_ton,
        source_addr_npi=pdu.source_addr_npi,
        source_addr=pdu.source_addr,
        dest_addr_ton=pdu.dest_addr_ton,
        dest_addr_npi=pdu.dest_addr_npi,
        destination_addr=pdu.destination_addr,
        esm_class=pdu.esm_class,
        data_coding=pdu.data_coding,
        short_message=octets,
        tlvs=tuple((tag, value) for tag, value in pdu.tlvs if tag in _CARRIED),
    )


_CARRIED: Final = frozenset({int(Tag.USSD_SERVICE_OP), int(Tag.ITS_SESSION_INFO), int(Tag.MESSAGE_PAYLOAD)})
