"""The ways in which octets fail to be SMPP, and a PDU fails to become octets.

Every error of a peer is a ProtocolError and says what to answer (SMPP 3.4 5.1.3); an EncodeError is our own fault.
Exceptions end up in logs, so none of their texts may hold the value of a field.
"""

from __future__ import annotations

from collections.abc import Mapping

from smpp.vocabulary import HEADER_OCTETS, Status, command_name

__all__ = ["DecodeError", "EncodeError", "FramingError", "ProtocolError"]


class ProtocolError(Exception):
    """The peer broke the protocol. `status` is what to answer, if anything is answered."""

    status: int = Status.ESME_RSYSERR


class DecodeError(ProtocolError):
    """One PDU could not be read; the stream is still in step, so the session may live on.

    `command_id`, `command_status` and `sequence_number` are the header's (0 where the frame is shorter than a header),
    `partial` the body fields read before the fault by name (sm_length and the like among them), `offset` the octet of
    the frame where reading stopped. `partial` may hold a password; the text of the exception holds no values.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int,
        offset: int,
        command_id: int = 0,
        command_status: int = 0,
        sequence_number: int = 0,
        partial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{command_name(command_id)} {sequence_number}: {reason} (octet {offset})")
        self.status = status
        self.offset = offset
        self.command_id = command_id
        self.command_status = command_status
        self.sequence_number = sequence_number
        self.partial: dict[str, object] = dict(partial or {})


class FramingError(ProtocolError):
    """A command_length that cannot be. Where the next PDU begins is unknown: answer generic_nack, then close.

    `frames` are the whole PDUs before it, `sequence_number` and `command_id` those of the bad one (0 if unreadable).
    """

    def __init__(
        self, length: int, length_max: int, *, frames: list[bytes], command_id: int, sequence_number: int
    ) -> None:
        super().__init__(f"command_length {length} is not in {HEADER_OCTETS}..{length_max}")
        self.status = Status.ESME_RINVCMDLEN
        self.length = length
        self.frames = frames
        self.command_id = command_id
        self.sequence_number = sequence_number


class EncodeError(ValueError):
    """Our own fault: a PDU that SMPP cannot carry.

    Names the `field`; `limit` and `length` where it is about size. The value may be a secret and is never shown.
    """

    def __init__(self, field: str, reason: str, *, limit: int | None = None, length: int | None = None) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.limit = limit
        self.length = length
