"""The user data header, which tells what a short message is part of (TS 23.040 9.2.3.24).

Pure functions: reading never raises, because octets come from strangers; writing refuses what the header cannot say.
Nothing here may look at the text behind the header, nor collect parts: that takes a memory and a clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from smpp.pdu_types import Pdu
from smpp.vocabulary import Tag

__all__ = ["Concatenation", "Part", "Udh", "build_udh", "parse_udh", "sar_concatenation", "udh_concatenation"]

_IE_CONCATENATION_8 = 0x00
_IE_CONCATENATION_16 = 0x08
_SAR = (int(Tag.SAR_MSG_REF_NUM), int(Tag.SAR_TOTAL_SEGMENTS), int(Tag.SAR_SEGMENT_SEQNUM))


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Place of one part in a long message; `reference_bits` (8 or 16) is part of the message's identity."""

    reference: int
    reference_bits: int
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Part:
    """One received part of a long message, whichever way its place was told: UDH or sar_* parameters."""

    reference: int
    reference_bits: int
    total: int
    number: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Udh:
    """Information elements in order of arrival as (identifier, octets), those we do not read included."""

    elements: tuple[tuple[int, bytes], ...]
    concatenation: Concatenation | None


def build_udh(elements: Iterable[tuple[int, bytes]]) -> bytes:
    """User data header, its length octet included.

    Raises:
        ValueError: an identifier or a length does not fit its octet.
    """
    header = bytearray(1)
    for identifier, value in elements:
        header += bytes((identifier, len(value)))
        header += value
    header[0] = len(header) - 1
    return bytes(header)


def udh_concatenation(reference: int, total: int, number: int, reference_bits: int = 8) -> bytes:
    """User data header of one part, its length octet included; a reference too wide for its field wraps.

    Raises:
        ValueError: not 1 <= number <= total <= 255, or a width other than 8 and 16.
    """
    if not 1 <= number <= total <= 255:
        raise ValueError(f"part {number} of {total}: 1 <= number <= total <= 255 does not hold")
    if reference_bits == 8:
        return bytes((5, _IE_CONCATENATION_8, 3, reference & 0xFF, total, number))
    if reference_bits == 16:
        return bytes((6, _IE_CONCATENATION_16, 4, reference >> 8 & 0xFF, reference & 0xFF, total, number))
    raise ValueError(f"reference_bits {reference_bits}: expected 8 or 16")


def parse_udh(octets: bytes) -> tuple[Udh | None, bytes]:
    """Header and the octets behind it; never raises.

    A malformed header is reported as None. The text octets are then what follows the declared length, or, if even
    that points beyond the end, all the octets as they came.
    """
    end = octets[0] + 1 if octets else 1
    if end > len(octets):
        return None, octets
    rest = octets[end:]
    elements: list[tuple[int, bytes]] = []
    concatenation = None
    position = 1
    while position < end:
        start = position + 2
        position = start + octets[start - 1] if start <= end else end + 1
        if position > end:
            return None, rest
        identifier, value = octets[start - 2], octets[start:position]
        elements.append((identifier, value))
        if identifier in (_IE_CONCATENATION_8, _IE_CONCATENATION_16):
            # TS 23.040 9.2.3.24: of a repeated element the last counts, but a faulty one is as if not there
            concatenation = _concatenation(identifier, value) or concatenation
    return Udh(tuple(elements), concatenation), rest


def _concatenation(identifier: int, value: bytes) -> Concatenation | None:
    """TS 23.040 9.2.3.24.1 and 9.2.3.24.8: number 0, total 0 or a number beyond the total void the element."""
    reference_octets = 1 if identifier == _IE_CONCATENATION_8 else 2
    if len(value) != reference_octets + 2:
        return None
    total, number = value[-2], value[-1]
    if not 1 <= number <= total:
        return None
    return Concatenation(int.from_bytes(value[:-2], "big"), 8 * reference_octets, total, number)


def sar_concatenation(pdu: Pdu) -> Concatenation | None:
    """The place of a part that the centre tells by parameters (SMPP 3.4 5.3.2.22 to 5.3.2.24); None: it is whole."""
    reference, total, number = (int.from_bytes(pdu.tlv(tag) or b"", "big") for tag in _SAR)
    if pdu.tlv(_SAR[0]) is None or not 1 <= number <= total <= 255:
        return None
    return Concatenation(reference, 16, total, number)
