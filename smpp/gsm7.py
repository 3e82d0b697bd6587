"""The GSM 7 bit default alphabet (TS 23.038 6.2.1 and 6.2.1.1) and the packing of its septets (6.1.2).

Between these functions a septet is one octet, as SMPP carries it; packed octets are what goes on the air and into USSD
strings. Pure functions: they never raise for what was received, never transliterate, and know no other alphabet.
"""

import codecs
import re

__all__ = [
    "CARRIAGE_RETURN",
    "ESCAPE",
    "GSM7_CHARACTERS",
    "decode_gsm7",
    "encode_gsm7",
    "fits_gsm7",
    "pack_septets",
    "pack_ussd",
    "unpack_septets",
    "unpack_ussd",
]

ESCAPE = 0x1B
CARRIAGE_RETURN = 0x0D
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
GSM7_CHARACTERS = (frozenset(_BASIC) - {"\x1b"}) | frozenset(_EXTENSION.values())

# CPython encodes through a compiled trie only when U+0000 stands at index 0 of the table; otherwise it looks each
# character up in a dict. Hence "@" (septet 0x00) is parked at 0x80 and an extension character at 0x80 + its second
# septet, and both are put right afterwards; most texts contain neither.
_PARKED_AT = 0x80
_UNDEFINED = "\ufffe"
_PARKED = ["\x00", *_BASIC[1:ESCAPE], _UNDEFINED, *_BASIC[ESCAPE + 1 :], *([_UNDEFINED] * 128)]
_PARKED[_PARKED_AT] = "@"
for _septet, _character in _EXTENSION.items():
    _PARKED[0x80 + _septet] = _character
_ENCODING_MAP = codecs.charmap_build("".join(_PARKED))
_UNPARK_AT = bytes.maketrans(bytes((_PARKED_AT,)), b"\x00")
_UNPARK_EXTENSION = tuple((bytes((0x80 + septet,)), bytes((ESCAPE, septet))) for septet in _EXTENSION)

_FOREIGN = re.compile(f"[^{re.escape(''.join(sorted(GSM7_CHARACTERS)))}]")

_DECODING_MAP = _BASIC + bytes(range(0x80, 0x100)).decode("latin-1")
_ESCAPED = re.compile("\x1b(.?)", re.DOTALL)
_AFTER_ESCAPE = {_BASIC[septet]: character for septet, character in _EXTENSION.items()}
_AFTER_ESCAPE["\x1b"] = " "  # TS 23.038 6.2.1.1 note 1: kept for a further table, shown as a space


def _unescape(match: re.Match[str]) -> str:
    following: str = match[1]
    return _AFTER_ESCAPE.get(following, following)


def encode_gsm7(text: str) -> bytes | None:
    """Septets of `text`, one in each octet as SMPP carries them; None if a character has no septet."""
    # A text in another script shows it in its first characters: to see that is cheaper than to have an error raised.
    if not text.isascii() and _FOREIGN.search(text):
        return None
    try:
        octets = codecs.charmap_encode(text, "strict", _ENCODING_MAP)[0]
    except UnicodeEncodeError:
        return None
    if 0 in octets:  # U+0000 itself, which only the table's layout let through
        return None
    if octets.isascii():
        return octets
    octets = octets.translate(_UNPARK_AT)
    if not octets.isascii():
        for parked, pair in _UNPARK_EXTENSION:
            octets = octets.replace(parked, pair)
    return octets


def decode_gsm7(octets: bytes) -> str:
    """Text of unpacked septets; never raises.

    An unknown escape pair shows the base character (TS 23.038 6.2.1.1), a lone final escape is dropped, an octet of
    0x80 and above, which is no septet at all, reads as Latin-1.
    """
    text = codecs.charmap_decode(octets, "strict", _DECODING_MAP)[0]
    return _ESCAPED.sub(_unescape, text) if "\x1b" in text else text


def fits_gsm7(text: str) -> bool:
    """Whether every character is in the default alphabet or its extension."""
    return encode_gsm7(text) is not None


def pack_septets(septets: bytes, *, fill_bits: int = 0) -> bytes:
    """Septets packed as on the air (TS 23.038 6.1.2.1.1), after `fill_bits` zero bits (0-6, behind a UDH)."""
    packed = bytearray()
    accumulator, bits = 0, fill_bits
    for septet in septets:
        accumulator |= (septet & 0x7F) << bits
        bits += 7
        while bits >= 8:
            packed.append(accumulator & 0xFF)
            accumulator >>= 8
            bits -= 8
    if bits and septets:
        packed.append(accumulator)
    return bytes(packed)


def unpack_septets(octets: bytes, *, fill_bits: int = 0, count: int | None = None) -> bytes:
    """One septet an octet from packed octets; `count` septets at most, by default as many as are complete."""
    septets = bytearray()
    accumulator, bits = 0, 0
    for index, octet in enumerate(octets):
        accumulator |= octet << bits
        bits += 8
        if index == 0:
            accumulator >>= fill_bits
            bits -= fill_bits
        while bits >= 7:
            septets.append(accumulator & 0x7F)
            accumulator >>= 7
            bits -= 7
    return bytes(septets if count is None else septets[:count])


def pack_ussd(septets: bytes) -> bytes:
    """Septets packed for USSD, where no length says whether seven zero bits at the end are an "@".

    TS 23.038 6.1.2.3.1: seven spare bits become a CR; a text whose own last CR ends on an octet boundary gets another.
    """
    spare = len(septets) % 8
    ambiguous = spare == 7 or (spare == 0 and septets.endswith(b"\r"))
    return pack_septets(septets + b"\r" if ambiguous else septets)


def unpack_ussd(octets: bytes) -> bytes:
    """Reverse of `pack_ussd`: a CR that ends on an octet boundary is padding (TS 23.038 6.1.2.3.1)."""
    septets = unpack_septets(octets)
    return septets[:-1] if len(octets) % 7 == 0 and septets.endswith(b"\r") else septets
