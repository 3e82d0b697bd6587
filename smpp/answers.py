"""The octets of responses, and what an unreadable response still says.

An answer is made for every message that comes in, so the frequent ones are packed here without a PDU in between.
Pure functions: whether anything may be answered at all is for the Session to know.
"""

from __future__ import annotations

import struct
from typing import Final

from smpp.pdu import RESPONSES, DataSm, DecodeError, DeliverSm, Pdu, SubmitSm, encode
from smpp.vocabulary import HEADER_OCTETS, RESPONSE_BIT

__all__ = ["MESSAGE_ID_LENGTH_MAX", "answer_octets", "bare_response", "header_octets"]

MESSAGE_ID_LENGTH_MAX: Final = 64  # SMPP 3.4 5.2.23: 65 with the NUL

_DELIVER_SM: Final = int(DeliverSm.command_id)
_WITH_MESSAGE_ID: Final = frozenset({int(SubmitSm.command_id), int(DataSm.command_id)})
_HEADER: Final = struct.Struct(">IIII")
_HEADER_AND_NUL: Final = struct.Struct(">IIIIB")


def header_octets(command_id: int, status: int, sequence: int) -> bytes:
    """A PDU without a body."""
    return _HEADER.pack(HEADER_OCTETS, command_id, status, sequence)


def answer_octets(command_id: int, status: int, sequence: int, message_id: str) -> bytes:
    """The response to a request with this command id and sequence number.

    Raises:
        ValueError: a message_id that does not fit, or a command without a response.
    """
    if command_id == _DELIVER_SM:  # always one NUL, the unused message_id (SMPP 3.4 4.6.2)
        return _HEADER_AND_NUL.pack(17, _DELIVER_SM | RESPONSE_BIT, status, sequence, 0)
    if status:  # no body in error responses (SMPP 3.4 4.4.2)
        if command_id not in RESPONSES:
            raise ValueError(f"command 0x{command_id:08X} has no response")
        return _HEADER.pack(HEADER_OCTETS, command_id | RESPONSE_BIT, status, sequence)
    if command_id in _WITH_MESSAGE_ID:
        octets = message_id.encode("ascii")
        if len(octets) > MESSAGE_ID_LENGTH_MAX or b"\0" in octets:
            raise ValueError(f"message_id {message_id!r} is longer than {MESSAGE_ID_LENGTH_MAX} or holds a NUL")
        length = HEADER_OCTETS + len(octets) + 1
        return _HEADER.pack(length, command_id | RESPONSE_BIT, 0, sequence) + octets + b"\0"
    if command_id in RESPONSES:
        return encode(RESPONSES[command_id](sequence_number=sequence))
    raise ValueError(f"command 0x{command_id:08X} has no response")


def bare_response(error: DecodeError) -> Pdu | None:
    """What an unreadable response still says: its status and, where that much was read, the message_id."""
    kind = RESPONSES.get(error.command_id & ~RESPONSE_BIT)
    if kind is None:
        return None
    fields: dict[str, object] = {
        "command_status": error.command_status,
        "sequence_number": error.sequence_number,
    }
    message_id = error.partial.get("message_id")
    if isinstance(message_id, str) and "message_id" in kind.__struct_fields__:
        fields["message_id"] = message_id
    return kind(**fields)  # type: ignore[arg-type]
