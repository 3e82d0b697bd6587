"""Text of short messages and USSD strings: alphabets, data_coding, split and join.

Everything here is a pure function of its arguments: octets in, text out, or the reverse. Decoding never raises, because
octets come from strangers; a doubtful result carries a flag to be counted. It must never touch a link, a clock or a
setting, never decide which alphabet a link has agreed on (the caller says), and never transliterate. What
`gsm7` and `udh` offer is re-exported here.
"""

import codecs
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from smpp.gsm7 import (
    CARRIAGE_RETURN,
    ESCAPE,
    GSM7_CHARACTERS,
    decode_gsm7,
    encode_gsm7,
    fits_gsm7,
    pack_septets,
    pack_ussd,
    unpack_septets,
    unpack_ussd,
)
from smpp.udh import Concatenation, Part, Udh, build_udh, parse_udh, udh_concatenation

__all__ = [
    "Alphabet",
    "Concatenation",
    "Decoded",
    "Part",
    "Split",
    "Udh",
    "build_udh",
    "data_coding_alphabet",
    "decode",
    "decode_gsm7",
    "encode",
    "encode_as",
    "encode_gsm7",
    "fit_ussd",
    "fits_gsm7",
    "join",
    "pack_septets",
    "pack_ussd",
    "parse_udh",
    "safe_punctuation",
    "segment_count",
    "split",
    "truncate",
    "udh_concatenation",
    "unpack_septets",
    "unpack_ussd",
]


class Alphabet(StrEnum):
    """How characters became octets; the values are those of the `default_alphabet` setting."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"
    LATIN1 = "latin1"
    ASCII = "ascii"
    BINARY = "binary"
    ISO8859_5 = "iso8859_5"
    UTF8 = "utf8"
    CP1252 = "cp1252"


class Decoded(NamedTuple):
    """Text read from octets.

    `alphabet` is the one really used. `fell_back` is true when the octets did not fit the announced alphabet: either
    they were read as Latin-1, or (UCS-2) half a character was dropped or shown as U+FFFD.
    """

    text: str
    alphabet: Alphabet
    fell_back: bool


# --- data_coding --------------------------------------------------------------------------------------------------

_GENERAL = (Alphabet.GSM7, Alphabet.BINARY, Alphabet.UCS2, Alphabet.GSM7)  # bits 3-2; a reserved value is GSM 7 bit


def _smpp_alphabet(data_coding: int) -> Alphabet | None:
    """SMPP 3.4 5.2.19, and for what it leaves open the TS 23.038 4 values that centres pass through."""
    if data_coding < 0x10:
        return {
            0x01: Alphabet.ASCII,
            0x02: Alphabet.BINARY,
            0x03: Alphabet.LATIN1,
            0x04: Alphabet.BINARY,
            0x06: Alphabet.ISO8859_5,
            0x08: Alphabet.UCS2,
        }.get(data_coding)
    if data_coding < 0x20 or 0x40 <= data_coding < 0x60:
        return _GENERAL[data_coding >> 2 & 3]
    if data_coding < 0xC0:
        return None  # compressed (bit 5) or reserved
    if data_coding < 0xF0:
        return Alphabet.UCS2 if data_coding >= 0xE0 else Alphabet.GSM7  # message waiting indication
    return Alphabet.BINARY if data_coding & 0x04 else Alphabet.GSM7


def _ussd_alphabet(data_coding: int) -> Alphabet | None:
    """Cell broadcast scheme, TS 23.038 5: a reserved value is read as the GSM 7 bit default alphabet."""
    if data_coding == 0x11 or 0x18 <= data_coding <= 0x1B:
        return Alphabet.UCS2  # 0x18-0x1B are reserved here, but centres send the SMS meaning
    if 0x60 <= data_coding < 0x80:
        return None  # compressed
    if 0x40 <= data_coding < 0x60 or 0x90 <= data_coding < 0xA0:
        return _GENERAL[data_coding >> 2 & 3]
    if 0xD0 <= data_coding < 0xF0:
        return Alphabet.BINARY  # I1 protocol and WAP
    return Alphabet.BINARY if data_coding >= 0xF0 and data_coding & 0x04 else Alphabet.GSM7


_SMPP_ALPHABETS = tuple(_smpp_alphabet(data_coding) for data_coding in range(256))
_USSD_ALPHABETS = tuple(_ussd_alphabet(data_coding) for data_coding in range(256))


def _announced(data_coding: int, default_alphabet: Alphabet, ussd: bool) -> Alphabet | None:
    if data_coding == 0:
        return default_alphabet
    if not 0 < data_coding < 256:
        return None
    return _USSD_ALPHABETS[data_coding] if ussd else _SMPP_ALPHABETS[data_coding]


def data_coding_alphabet(
    data_coding: int, *, default_alphabet: Alphabet = Alphabet.GSM7, ussd: bool = False
) -> Alphabet:
    """Alphabet that `data_coding` announces; Latin-1 where it announces none that we can read.

    With `ussd` the value is of the cell broadcast scheme. Zero means the link's default alphabet in both readings.
    """
    return _announced(data_coding, default_alphabet, ussd) or Alphabet.LATIN1


# --- whole texts --------------------------------------------------------------------------------------------------

_GSM7, _UCS2 = Alphabet.GSM7, Alphabet.UCS2  # looking a member up in its enum costs more than comparing with it
_BOM_BE = b"\xfe\xff"
_BOM_LE = b"\xff\xfe"
_BOMS = (_BOM_BE, _BOM_LE)
_CODECS = {
    Alphabet.LATIN1: "latin-1",
    Alphabet.ASCII: "ascii",
    Alphabet.BINARY: "latin-1",
    Alphabet.ISO8859_5: "iso8859-5",
    Alphabet.UTF8: "utf-8",
    Alphabet.CP1252: "cp1252",
}
_DATA_CODINGS = {
    Alphabet.ASCII: 1,
    Alphabet.LATIN1: 3,
    Alphabet.BINARY: 4,
    Alphabet.ISO8859_5: 6,
    Alphabet.UCS2: 8,
}  # the others travel only by agreement, as data_coding 0


def _whole_characters(text: str) -> str:
    """`text` fit for UTF-16: halves of a surrogate pair united, lone halves replaced by U+FFFD."""
    try:
        text.encode("utf-16-be")
    except UnicodeEncodeError:
        return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
    return text


def _guarded(text: str) -> str:
    """`text` behind a byte order mark if it begins like one, because receivers strip the first they see."""
    return "\ufeff" + text if text.startswith(("\ufeff", "\ufffe")) else text


def _encode_ucs2(text: str) -> bytes:
    try:
        octets = text.encode("utf-16-be")
    except UnicodeEncodeError:
        octets = _whole_characters(text).encode("utf-16-be")
    return _BOM_BE + octets if octets.startswith(_BOMS) else octets


def _decode_ucs2(octets: bytes) -> Decoded:
    read = codecs.utf_16_be_decode
    mark = octets[:2]
    if mark == _BOM_BE:
        octets = octets[2:]
    elif mark == _BOM_LE:
        read, octets = codecs.utf_16_le_decode, octets[2:]
    try:
        return Decoded(read(octets, "strict", True)[0], _UCS2, False)
    except UnicodeDecodeError:
        return Decoded(read(octets[: len(octets) & ~1], "replace", True)[0], _UCS2, True)


def broken_units(octets: bytes, most: int = 8) -> list[str]:
    """The units of a UCS-2 text that are no character: the octet at which each begins, and its octets, `14:d83d`.

    Half a surrogate pair, or a last octet alone; `most` of them. With the text, where U+FFFD stands for each half and
    nothing for the octet alone, they are the octets that came.
    """
    read = codecs.utf_16_le_decode if octets[:2] == _BOM_LE else codecs.utf_16_be_decode
    found: list[str] = []
    at = 2 if octets[:2] in _BOMS else 0
    while len(found) < most:
        try:
            read(octets[at:], "strict", True)
        except UnicodeDecodeError as error:
            found.append(f"{at + error.start}:{octets[at + error.start : at + error.end].hex()}")
            at += error.end
        else:
            break
    return found


def encode_as(text: str, alphabet: Alphabet) -> bytes | None:
    """Octets of `text` in one given alphabet (for links that agreed on it); None if a character is not in it."""
    if alphabet is _GSM7:
        return encode_gsm7(text)
    if alphabet is _UCS2:
        return _encode_ucs2(text)
    try:
        return text.encode(_CODECS[alphabet])
    except UnicodeEncodeError:
        return None


def encode(text: str) -> tuple[int, bytes]:
    """data_coding and octets: 0 with unpacked septets where they suffice, otherwise 8 with UTF-16BE.

    Half a surrogate pair, which no peer could read, is sent as U+FFFD.
    """
    septets = encode_gsm7(text)
    return (0, septets) if septets is not None else (8, _encode_ucs2(text))


def decode(octets: bytes, data_coding: int, *, default_alphabet: Alphabet = _GSM7, ussd: bool = False) -> Decoded:
    """Text of a short message or USSD string without its UDH; never raises.

    Args:
        octets: septets unpacked, UCS-2 big-endian unless a byte order mark says otherwise.
        data_coding: as received; any integer.
        default_alphabet: what this link means by data_coding 0.
        ussd: read `data_coding` by the cell broadcast scheme, and drop the language that 0x10 and 0x11 put in front.
    """
    alphabet = _announced(data_coding, default_alphabet, ussd)
    if ussd and 0x10 <= data_coding <= 0x11:
        octets = _without_language(octets, data_coding)
    if alphabet is _GSM7:
        if octets.isascii():
            return Decoded(decode_gsm7(octets), _GSM7, False)
    elif alphabet is _UCS2:
        return _decode_ucs2(octets)
    elif alphabet is not None:
        try:
            return Decoded(octets.decode(_CODECS[alphabet]), alphabet, False)
        except UnicodeDecodeError:
            pass
    return Decoded(octets.decode("latin-1"), Alphabet.LATIN1, True)


def _without_language(octets: bytes, data_coding: int) -> bytes:
    """TS 23.038 5, coding group 0001: two letters and CR before septets, or two packed letters before UCS-2.

    Gateways that never heard of the prefix use the same values, so it goes only when it is recognisably there.
    """
    if data_coding == 0x10:
        return octets[3:] if octets[2:3] == b"\r" and octets[:2].isalpha() else octets
    letters = unpack_septets(octets[:2])
    return octets[2:] if len(octets) >= 2 and octets[1] < 0x40 and letters.isalpha() else octets


# --- split --------------------------------------------------------------------------------------------------------

_SINGLE_OCTETS = 140  # TS 23.040 9.2.3.16: user data of one short message
_UDH_OCTETS = {8: 6, 16: 7}


class Split(msgspec.Struct, frozen=True, gc=False):
    """A text cut for sending.

    `units` counts septets (GSM 7 bit), UTF-16 code units (UCS-2) or octets (others) of the whole text. `parts` are
    the payload octets of each part without the UDH; an empty text has one empty part. `text` is what was cut, and
    `wanted` the alphabet that it was tried in first.
    """

    data_coding: int
    alphabet: Alphabet
    units: int
    parts: tuple[bytes, ...]
    text: str
    wanted: Alphabet

    @property
    def offending(self) -> tuple[str, ...]:
        """The distinct characters, in order of appearance, that forced UCS-2."""
        return () if self.alphabet is self.wanted else _not_in(self.text, self.wanted)


def _unit_octets(alphabet: Alphabet) -> int:
    return 2 if alphabet is _UCS2 else 1


def _room_units(alphabet: Alphabet, udh_octets: int) -> int:
    octets = _SINGLE_OCTETS - udh_octets
    return octets * 8 // 7 if alphabet is _GSM7 else octets // _unit_octets(alphabet)


def _encode_slice(text: str, alphabet: Alphabet) -> bytes:
    """Octets of a piece of a text that is known to fit `alphabet` and to hold no half pairs."""
    if alphabet is _UCS2:
        return text.encode("utf-16-be")
    return encode_as(text, alphabet) or b""


def _length_units(text: str, alphabet: Alphabet) -> int:
    return len(_encode_slice(text, alphabet)) // _unit_octets(alphabet)


def _extends(character: str) -> bool:
    """Whether a character belongs to the one before it (UAX 29 Extend and SpacingMark, as far as phones show them)."""
    if character < "\u0300":
        return False
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")  # combining marks, variation selectors, keycap
        or character in "\u200c\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags of sub-national flags
    )


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _may_cut(text: str, start: int, index: int) -> bool:
    """Whether `index` lies between two grapheme clusters, in a part that begins at `start`."""
    before, after = text[index - 1], text[index]
    if before == "\u200d" or (before == "\r" and after == "\n") or _extends(after):
        return False
    if _is_regional(before) and _is_regional(after):
        first = index - 1
        while first > start and _is_regional(text[first - 1]):
            first -= 1
        return (index - first) % 2 == 0  # flags are pairs counted from the run's beginning
    return True


def _end_of_part(text: str, start: int, room_units: int, alphabet: Alphabet, *, even: bool = False) -> int:
    """Index up to which text from `start` fits; inside a cluster only if that cluster alone is too long.

    `even`: every character of the text is known to be one unit, so none has to be measured.
    """
    end = min(start + room_units, len(text))
    if not even:
        used = _length_units(text[start:end], alphabet)
        while used > room_units:
            end -= 1
            used -= _length_units(text[end], alphabet)
    if end == len(text):
        return end
    whole = end
    while whole > start and not _may_cut(text, start, whole):
        whole -= 1
    return whole if whole > start else max(end, start + 1)


def _cuts(text: str, room_units: int, alphabet: Alphabet, *, even: bool = False) -> list[tuple[int, int]]:
    cuts: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = _end_of_part(text, start, room_units, alphabet, even=even)
        cuts.append((start, end))
        start = end
    return cuts


def split(text: str, *, reference_bits: int = 8, alphabet: Alphabet | None = None) -> Split:
    """Cut `text` for short messages: 160 septets, 70 UCS-2 units or 140 octets alone, else the room behind a UDH.

    No cut falls into an escape pair or a surrogate pair, nor into a grapheme cluster unless it is longer than a part.
    A text that `alphabet` cannot carry goes as UCS-2. There is no upper bound here: `udh_concatenation` refuses more
    than 255 parts.

    Args:
        reference_bits: 8 or 16, the width of the concatenation reference that the caller will put into the UDH.
        alphabet: None for GSM 7 bit where it suffices, otherwise the one to use.

    Raises:
        ValueError: `reference_bits` is neither 8 nor 16.
    """
    if reference_bits not in _UDH_OCTETS:
        raise ValueError(f"reference_bits {reference_bits}: expected 8 or 16")
    wanted = chosen = _GSM7 if alphabet is None else alphabet
    octets = encode_as(text, chosen)
    if octets is None:
        chosen, octets = _UCS2, _encode_ucs2(text)
    size = _unit_octets(chosen)
    units = len(octets) // size
    parts: tuple[bytes, ...] = (octets,)
    if units > _room_units(chosen, 0):
        room_units = _room_units(chosen, _UDH_OCTETS[reference_bits])
        # As many units as characters: no pairs, no half ones, no mark in front that `_encode_ucs2` had to guard.
        whole = text if units == len(text) or chosen is not _UCS2 else _guarded(_whole_characters(text))
        if units == len(whole):  # neither surrogate nor escape pairs: the octets that are there already can be cut
            cuts = _cuts(whole, room_units, chosen, even=True)
            parts = tuple([octets[start * size : end * size] for start, end in cuts])
        else:
            parts = tuple([_encode_slice(whole[start:end], chosen) for start, end in _cuts(whole, room_units, chosen)])
    return Split(_DATA_CODINGS.get(chosen, 0), chosen, units, parts, text, wanted)


def _not_in(text: str, alphabet: Alphabet) -> tuple[str, ...]:
    distinct = dict.fromkeys(text)
    if alphabet is _GSM7:
        return tuple(character for character in distinct if character not in GSM7_CHARACTERS)
    return tuple(character for character in distinct if encode_as(character, alphabet) is None)


def segment_count(text: str) -> int:
    """How many short messages `text` takes with 8-bit references; equals `len(split(text).parts)`."""
    alphabet, octets = _GSM7, encode_gsm7(text)
    if octets is None:
        alphabet, octets = _UCS2, _encode_ucs2(text)
    units = len(octets) // _unit_octets(alphabet)
    if units <= _room_units(alphabet, 0):
        return 1
    room_units = _room_units(alphabet, _UDH_OCTETS[8])
    if alphabet is _GSM7 and ESCAPE not in octets and CARRIAGE_RETURN not in octets:
        return -(-units // room_units)
    whole = _guarded(_whole_characters(text)) if alphabet is _UCS2 else text
    return len(_cuts(whole, room_units, alphabet))


# --- join ---------------------------------------------------------------------------------------------------------


def join(
    parts: Mapping[int, bytes],
    total: int,
    data_coding: int,
    *,
    default_alphabet: Alphabet = _GSM7,
    gap: str = "[…]",
) -> Decoded:
    """Text of a long message from its parts' octets (without UDH) by number, from 1.

    Octets are joined before they are decoded, because peers cut inside escape and surrogate pairs. A run of missing
    parts shows as one `gap`; numbers outside 1..total are ignored.
    """
    runs: list[bytes] = []  # an empty run stands for a gap
    for number in range(1, total + 1):
        octets = parts.get(number)
        if octets is None:
            if not runs or runs[-1]:
                runs.append(b"")
        elif runs and runs[-1]:
            runs[-1] += octets
        elif octets:
            runs.append(octets)
    alphabet = data_coding_alphabet(data_coding, default_alphabet=default_alphabet)
    # Byte order is told once, in the first part; the runs behind a gap must be read the same way.
    order = _BOM_LE if parts.get(1, b"").startswith(_BOM_LE) else _BOM_BE
    texts: list[str] = []
    fell_back = False
    for index, run in enumerate(runs):
        if not run:
            texts.append(gap)
            continue
        octets = order + run if index and alphabet is _UCS2 else run
        decoded = decode(octets, data_coding, default_alphabet=default_alphabet)
        texts.append(decoded.text)
        fell_back = fell_back or decoded.fell_back
    if fell_back and alphabet is not _UCS2:
        alphabet = Alphabet.LATIN1
    return Decoded("".join(texts), alphabet, fell_back)


# --- USSD screens and typography ----------------------------------------------------------------------------------


def fit_ussd(text: str, length_max_septets: int = 182, length_max_units: int = 80) -> bool:
    """Whether `text` fits one USSD string of 160 octets (TS 24.080): 182 packed septets or 80 UCS-2 units."""
    septets = encode_gsm7(text)
    if septets is not None:
        return len(septets) <= length_max_septets
    return len(_encode_ucs2(text)) <= 2 * length_max_units


def truncate(text: str, length_max_septets: int = 182, length_max_units: int = 80, mark: str = "...") -> str:
    """`text` if it fits a screen, else its beginning and `mark`, cut between grapheme clusters.

    Empty if not even one character and `mark` fit.
    """
    if fit_ussd(text, length_max_septets, length_max_units):
        return text
    if fits_gsm7(text + mark):
        alphabet, room = _GSM7, length_max_septets
    else:
        alphabet, room = _UCS2, length_max_units
        text, mark = _whole_characters(text), _whole_characters(mark)
    room -= _length_units(mark, alphabet)
    while room > 0:
        head = text[: _end_of_part(text, 0, room, alphabet)] + mark
        # The head may have lost its last foreign character, and is then measured in septets.
        if fit_ussd(head, length_max_septets, length_max_units):
            return head
        room -= 1
    return ""


_SAFE_PUNCTUATION = {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u301d\u301e", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2039\u203a\u2032\u02bc", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f", " "),
    **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
    "\u2026": "...",
}
_UNSAFE = re.compile("[" + re.escape("".join(_SAFE_PUNCTUATION)) + "]")


def _make_safe(match: re.Match[str]) -> str:
    return _SAFE_PUNCTUATION[match[0]]


def safe_punctuation(text: str) -> str:
    """Typographic quotes, dashes, ellipses and spaces as their ASCII look-alikes; letters are left alone."""
    return text if text.isascii() else _UNSAFE.sub(_make_safe, text)
