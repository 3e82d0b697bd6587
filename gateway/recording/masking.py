"""Stand-ins for secrets and pseudonyms for numbers, put into the octets of a PDU in place. Pure.

A stand-in has the length and the kinds of characters of what it stands for, and depends on it and a key only: the same
code is the same stand-in in a screen, in the SMS that answers it, and in tomorrow's file. Digits go through a keyed
permutation (a Feistel network, as NIST SP 800-38G builds them), so that two codes never share a stand-in; nobody finds
the digits without the key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from smpp.gsm7 import encode_gsm7, unpack_septets

ROUNDS = 10
STAND_INS_KEPT = 4096
NUMBER_DIGITS = range(10, 16)
"""Of what may be a subscriber's number; a short number stays as it is."""
PSEUDONYM_DIGITS = 7
"""The last ones, which are the subscriber's own. The digits before them, which routes look at, stay."""
TWEAK_DIGITS = 3
"""The ones before: the same in every way to write a number, with 7, with 8, with neither."""

_LETTERS = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "абвгдежзиклмнопрстуфхцчшщъьюя")
_ALPHABETS = {letter: alphabet for alphabet in (*_LETTERS, _LETTERS[2].upper()) for letter in alphabet}
_ALPHABETS |= dict.fromkeys("ёйыэ", _LETTERS[2]) | dict.fromkeys("ЁЙЫЭ", _LETTERS[2].upper())
_DIGITS = "0123456789"
_GAP = r"[ \-]?"
_NUMBER = re.compile(
    rf"(?<!\d)(?:\+?\d{{10,15}}"  # as it is dialled, or in groups as Russian and Bulgarian numbers are written
    rf"|(?:\+?\d{{1,3}}{_GAP})?\(?\d{{3}}\)?{_GAP}\d{{3}}{_GAP}\d{{2}}{_GAP}\d{{2}}"
    rf"|\+?359{_GAP}\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{4}})(?!\d)",
    re.ASCII,
)
_RUN = re.compile(r"\d+", re.ASCII)
_PACKED_MIN = 4  # septets: fewer are found anywhere by chance
_ENCODINGS = ("ascii", "utf-16-be", "utf-16-le", "utf-8", "cp1251", "iso8859-5", "latin-1")


class Masker:
    """Makes stand-ins with a key, and pseudonyms where they are wished."""

    def __init__(self, key: bytes, *, pseudonyms: bool = False) -> None:
        self._key = hashlib.blake2b(key, digest_size=32, person=b"ussdgw stand-in").digest()
        self._keyed = hashlib.blake2b(key=self._key, digest_size=16)
        self.pseudonyms = pseudonyms
        self.stand_in: Callable[[str], str] = lru_cache(STAND_INS_KEPT)(self._stand_in)
        self.pseudonym: Callable[[str], str] = lru_cache(STAND_INS_KEPT)(self._pseudonym)

    def _stand_in(self, secret: str) -> str:
        digits = "".join(each for each in secret if each in _DIGITS)
        fresh = iter(self._permuted(digits, b"secret"))
        letters = self._letters(secret)
        return "".join(next(fresh) if each in _DIGITS else letters(each) for each in secret)

    def _letters(self, secret: str) -> Callable[[str], str]:
        stream = hashlib.shake_256(self._key + secret.encode()).digest(2 * len(secret))
        octets = iter(stream)

        def other(letter: str) -> str:
            alphabet = _ALPHABETS.get(letter)
            return letter if alphabet is None else alphabet[(next(octets) << 8 | next(octets)) % len(alphabet)]

        return other

    def _pseudonym(self, number: str) -> str:
        """Another number for this one, written in the same way; what is too short to be a subscriber's stays."""
        digits = [each for each in number if each in _DIGITS]
        if len(digits) not in NUMBER_DIGITS:
            return number
        tweak = "".join(digits[-PSEUDONYM_DIGITS - TWEAK_DIGITS : -PSEUDONYM_DIGITS])
        digits[-PSEUDONYM_DIGITS:] = self._permuted("".join(digits[-PSEUDONYM_DIGITS:]), b"number" + tweak.encode())
        fresh = iter(digits)
        return "".join(next(fresh) if each in _DIGITS else each for each in number)

    def _permuted(self, digits: str, tweak: bytes) -> str:
        """Another string of as many digits: a permutation of all of them, one for each tweak and length."""
        size = len(digits)
        if size < 2:  # one digit is no secret, and a network needs two sides
            return digits
        left, right = digits[: size // 2], digits[size // 2 :]
        for turn in range(ROUNDS):
            turned = self._keyed.copy()
            turned.update(b"%b/%d/%d/%b" % (tweak, size, turn, right.encode()))
            word = int.from_bytes(turned.digest(), "big")
            mixed = (int(left or "0") + word) % 10 ** len(left)
            left, right = right, str(mixed).zfill(len(left))
        return left + right

    def unread(self, octets: bytes) -> bytes:
        """A text that nobody has read, and so may be a password: other letters and digits, the same for the same."""
        even = len(octets) & ~1 if looks_ucs2(octets) else 0
        alphabet = "utf-16-be" if even else "latin-1"
        text = (octets[:even] if even else octets).decode(alphabet, "surrogatepass")
        readable = bool(even) or text.isascii()  # else a sign may be a letter of that alphabet, or some packed septets
        stream = iter(hashlib.shake_256(self._key + octets).digest(len(text)))

        def other(sign: str) -> str:
            if readable and sign.isascii() and not sign.isalnum():
                return sign
            alphabet = _DIGITS if sign in _DIGITS else _ALPHABETS.get(sign, _LETTERS[0])
            return alphabet[next(stream) % len(alphabet)]

        return "".join(map(other, text)).encode(alphabet) + octets[even:] * bool(even)

    def without_digits(self, text: str) -> str:
        """Every run of digits replaced: for a text of which nobody knows which of them are secret."""
        return _RUN.sub(lambda run: self.stand_in(run[0]) if len(run[0]) > 1 else "0", text)

    def with_pseudonyms(self, text: str, kept: Sequence[str] = ()) -> str:
        """A text with every number in it that may be a subscriber's replaced, written as it was, but for those kept."""
        return _NUMBER.sub(
            lambda found: found[0] if any(each in found[0] for each in kept) else self.pseudonym(found[0]), text
        )


def hidden_parts(text: str, masked: str) -> list[str]:
    """What of a text is hidden in its masked form of the same length; the groups of digits of one code are one part."""
    signs = "".join(
        "h" if was != shown else "m" if was in " .-" else "." for was, shown in zip(text, masked, strict=True)
    )
    return [text[found.start() : found.end()] for found in re.finditer(r"h+(?:mh+)*", signs)]


# -- in octets ------------------------------------------------------------------------------------------------------


def holds(octets: bytes, secret: str) -> bool:
    """Whether a secret stands anywhere in them, whatever alphabet it is written in: what `put` would replace."""
    forms, septets = _forms(secret)
    for form in forms:
        if form in octets:
            return True
    return next(_packed_places(octets, septets), None) is not None


@lru_cache(maxsize=STAND_INS_KEPT)
def _forms(secret: str) -> tuple[tuple[bytes, ...], bytes]:
    """A secret in every alphabet that has it, and in septets, if it is long enough to be looked for in packed ones."""
    forms = {was for was, _ in _written(secret, secret)}
    septets = encode_gsm7(secret) or b""
    return tuple(forms), septets if len(septets) >= _PACKED_MIN else b""


def put(octets: bytearray, start: int, end: int, secret: str, stand_in: str, *, bounded: bool = False) -> bool:
    """Puts a stand-in for every occurrence of a secret between two places, whatever alphabet it is written in.

    `bounded`: not where it is a part of a longer number. Packed septets (TS 23.038 6.1.2) are looked through at every
    bit, because a header before them may end at any. Returns whether there was any.
    """
    found = False
    for was, new in _written(secret, stand_in):
        width = 2 if len(was) == 2 * len(secret) else 1
        at = octets.find(was, start, end)
        while at >= 0:
            if not (bounded and _in_number(octets, at, at + len(was), start, end, was, width)):
                octets[at : at + len(was)] = new
                found = True
            at = octets.find(was, at + 1, end)
    was_septets, new_septets = encode_gsm7(secret), encode_gsm7(stand_in)
    if was_septets and new_septets and len(was_septets) == len(new_septets) >= _PACKED_MIN:
        found |= _put_packed(octets, start, end, was_septets, new_septets)
    return found


@lru_cache(maxsize=256)
def _written(secret: str, stand_in: str) -> tuple[tuple[bytes, bytes], ...]:
    """A secret and its stand-in in every alphabet that has both."""
    found: dict[bytes, bytes] = {}
    for encoding in _ENCODINGS:
        try:
            was, new = secret.encode(encoding), stand_in.encode(encoding)
        except UnicodeEncodeError:
            continue
        if len(was) == len(new):
            found[was] = new
    was_septets, new_septets = encode_gsm7(secret), encode_gsm7(stand_in)
    if was_septets and new_septets and len(was_septets) == len(new_septets):
        found[was_septets] = new_septets
    return tuple(found.items())


def _in_number(octets: bytearray, at: int, after: int, start: int, end: int, was: bytes, width: int) -> bool:
    """Whether a digit stands right before or right after, in the same alphabet."""
    place = 1 if width == 2 and was[0] == 0 else 0  # of the digit's octet in a unit of UCS-2
    before, behind = at - width + place, after + place
    return (before >= start and octets[before] in b"0123456789") or (behind < end and octets[behind] in b"0123456789")


def _put_packed(octets: bytearray, start: int, end: int, was: bytes, new: bytes) -> bool:
    places = set(_packed_places(bytes(octets[start:end]), was))
    if places:
        bits = int.from_bytes(octets[start:end], "little")
        for at in places:
            bits ^= (_packed(was) ^ _packed(new)) << at
        octets[start:end] = bits.to_bytes(end - start, "little")
    return bool(places)


def _packed_places(octets: bytes, septets: bytes) -> Iterator[int]:
    """The bits at which packed septets begin: found by the octets that they fill whole, for each bit of one's first."""
    if not septets:
        return
    wanted, mask = _packed(septets), (1 << 7 * len(septets)) - 1
    for before, inner in _whole_octets(septets):
        index = octets.find(inner)
        while index >= 0:
            at = 8 * index - before
            if at >= 0 and at + 7 * len(septets) <= 8 * len(octets):
                bits = int.from_bytes(octets[at >> 3 : index + len(inner) + 1], "little") >> (at & 7)
                if bits & mask == wanted:
                    yield at
            index = octets.find(inner, index + 1)


@lru_cache(maxsize=256)
def _whole_octets(septets: bytes) -> tuple[tuple[int, bytes], ...]:
    """For each of eight places of the first bit: how many bits come before the first whole octet, and those octets."""
    bits, size = _packed(septets), 7 * len(septets)
    return tuple(
        (before, (bits >> before & (1 << (size - before & ~7)) - 1).to_bytes((size - before) // 8, "little"))
        for before in range(8)
    )


def _packed(septets: bytes) -> int:
    return sum(septet << 7 * index for index, septet in enumerate(septets))


def rewrite(octets: bytes, change: Callable[[str], str]) -> bytes:
    """A text's octets after `change`, which keeps its length and touches ASCII characters only.

    UCS-2 is known by its octets, whatever data_coding says; packed septets are looked through at every fill.
    """
    if looks_ucs2(octets):
        even = len(octets) & ~1
        return (
            change(octets[:even].decode("utf-16-be", "surrogatepass")).encode("utf-16-be", "surrogatepass")
            + octets[even:]
        )
    plain = change(octets.decode("latin-1")).encode("latin-1")
    if plain.isascii():
        return plain
    for fill_bits in range(7):
        septets = unpack_septets(plain, fill_bits=fill_bits)
        changed = change(septets.decode("latin-1")).encode("latin-1")
        if changed != septets:
            value = int.from_bytes(plain, "little") ^ (_packed(septets) ^ _packed(changed)) << fill_bits
            plain = value.to_bytes(len(plain), "little")
    return plain


def looks_ucs2(octets: bytes) -> bool:
    """Whether nearly all pairs of octets are a character of UCS-2 that people here write: Latin, Cyrillic, a sign."""
    pairs = [(octets[at], octets[at + 1]) for at in range(0, len(octets) - 1, 2)]
    good = sum(
        (high == 0x00 and (low >= 0x20 or low in b"\n\r")) or (high == 0x04 and low < 0x60) or high in (0x20, 0x21)
        for high, low in pairs
    )
    return len(pairs) >= 2 and 5 * good >= 4 * len(pairs)


def longest_first(secrets: Iterable[str]) -> list[str]:
    """Secrets once each, in an order in which none hides another that it is a part of."""
    return sorted({secret for secret in secrets if secret}, key=lambda secret: (-len(secret), secret))
