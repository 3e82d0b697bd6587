"""Alphabets, data_coding, user data header, split and join."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smpp.text import (
    Alphabet,
    Concatenation,
    Decoded,
    Udh,
    broken_units,
    build_udh,
    data_coding_alphabet,
    decode,
    decode_gsm7,
    encode,
    encode_as,
    encode_gsm7,
    fit_ussd,
    fits_gsm7,
    join,
    pack_septets,
    pack_ussd,
    parse_udh,
    safe_punctuation,
    segment_count,
    split,
    truncate,
    udh_concatenation,
    unpack_septets,
    unpack_ussd,
)

# TS 23.038 6.2.1 by Unicode character names, so that the table is stated twice and in two ways.
BASIC = [
    *"@£$¥èéùìòÇ\nØø\rÅå",
    *(unicodedata.lookup(f"GREEK CAPITAL LETTER {n}") if n != "_" else "_" for n in (
        "DELTA", "_", "PHI", "GAMMA", "LAMDA", "OMEGA", "PI", "PSI", "SIGMA", "THETA", "XI")),
    "\x1b", *"ÆæßÉ",
    " ", *"!\"#¤%&'()*+,-./0123456789:;<=>?",
    "¡", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"ÄÖÑÜ§",
    "¿", *"abcdefghijklmnopqrstuvwxyz", *"äöñüà",
]  # fmt: skip
EXTENSION = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|"}
EXTENSION[0x65] = "€"

FAMILY = "👨‍👩‍👧‍👦"  # four people held together by ZWJ: 11 UTF-16 units
FLAG = "🇷🇺"  # two regional indicators: 4 units
THUMB = "👍🏽"  # with a skin tone: 4 units
HEART = "❤️"  # with a variation selector: 2 units
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"  # a flag spelt in tags: 14 units
KEYCAP = "1️⃣"  # digit, selector, enclosing keycap: 3 units

# Six deliver_sm of one message, 8-bit reference 0x35, from the test suite of niksabaldun/aiosmpplib (MIT).
JAKO = "006a0061006b006f0020"
FACES = "d83dde07d83edd76d83edd70"
FRAGMENTS = [
    "050003350601" + JAKO * 13 + "006a0061",
    "050003350602006b006f0020" + JAKO + "006400750067006100200070006f00720075006b006100200"
    "10d010701610111017e010c010601600110017d0020" + FACES * 6,
    "050003350603" + FACES * 11,
    "050003350604" + FACES * 11,
    "050003350605" + FACES * 11,
    "050003350606" + FACES,
]
FRAGMENTS_TEXT = "jako " * 15 + "duga poruka čćšđžČĆŠĐŽ " + "😇🥶🥰" * 40


def joined(text: str, reference_bits: int = 8) -> str:
    """Text after a way through split and join."""
    parts = split(text, reference_bits=reference_bits)
    return join(dict(enumerate(parts.parts, 1)), len(parts.parts), parts.data_coding).text


def part_texts(text: str) -> list[str]:
    """What each part shows alone."""
    parts = split(text)
    return [decode(octets, parts.data_coding).text for octets in parts.parts]


class TestGsm7:
    """TS 23.038 6.2.1."""

    @pytest.mark.parametrize("septet", [s for s in range(128) if s != 0x1B])
    def test_basic_table(self, septet: int) -> None:
        """Each of the 127 characters has its own septet, both ways."""
        assert bytes((septet,)) == encode_gsm7(BASIC[septet])
        assert BASIC[septet] == decode_gsm7(bytes((septet,)))

    @pytest.mark.parametrize(("septet", "character"), EXTENSION.items())
    def test_extension_table(self, septet: int, character: str) -> None:
        """Each of the ten extension characters is an escape pair, both ways."""
        assert bytes((0x1B, septet)) == encode_gsm7(character)
        assert character == decode_gsm7(bytes((0x1B, septet)))

    def test_whole_alphabet_in_one_text(self) -> None:
        """The alphabets together, mixed, survive a round trip."""
        text = "".join(BASIC).replace("\x1b", "") + "".join(EXTENSION.values()) + "@"
        septets = encode_gsm7(text)
        assert septets is not None
        assert (127 + 20 + 1, text) == (len(septets), decode_gsm7(septets))

    @pytest.mark.parametrize("character", [*"`çáíóúë°“”—Жщ😀", "\x00", "\x1b", "\ud800", "\ufffe", "\x80"])
    def test_characters_outside(self, character: str) -> None:
        """A character without a septet is refused, control codes that the table's layout uses included."""
        assert encode_gsm7(f"abc{character}@") is None
        assert not fits_gsm7(character)

    @pytest.mark.parametrize(
        ("octets", "text"),
        [
            (b"a\x1b", "a"),  # lone final escape
            (b"\x1b", ""),
            (b"\x1ba", "a"),  # unknown pair shows the base character
            (b"\x1b\x00", "@"),
            (b"\x1b\x1bb", " b"),  # reserved for a further table
            (b"\x1b\x0d", "\r"),
            (b"\x1b\x65\x1b\x1b", "€ "),
            (b"a\xc4", "aÄ"),
            (b"", ""),
        ],
    )
    def test_odd_octets(self, octets: bytes, text: str) -> None:
        """Unknown and broken escapes never raise and lose nothing readable."""
        assert text == decode_gsm7(octets)


class TestPacking:
    """TS 23.038 6.1.2."""

    def test_known_octets(self) -> None:
        """The packed form of a well-known word."""
        septets, packed = b"hellohello", bytes.fromhex("e8329bfd4697d9ec37")
        assert packed == pack_septets(septets)
        assert septets == unpack_septets(packed)

    @pytest.mark.parametrize("fill_bits", range(7))
    @pytest.mark.parametrize("count", [0, 1, 6, 7, 8, 9, 152, 153, 160])
    def test_round_trip(self, count: int, fill_bits: int) -> None:
        """Any number of septets returns after any padding behind a header."""
        septets = bytes((index * 37 + 1) & 0x7F for index in range(count))
        packed = pack_septets(septets, fill_bits=fill_bits)
        assert (count * 7 + fill_bits + 7) // 8 == len(packed) or count == 0
        assert septets == unpack_septets(packed, fill_bits=fill_bits, count=count)

    @pytest.mark.parametrize(
        ("septets", "octets", "returned"),
        [
            (b"1234567", 7, b"1234567"),  # seven spare bits: a CR fills them and goes again
            (b"123456\r", 7, b"123456\r"),
            (b"12345678", 7, b"12345678"),
            (b"1234567\r", 8, b"1234567\r\r"),  # wanted CR on the boundary: the second is harmless by the standard
            (b"123456", 6, b"123456"),
            (b"", 0, b""),
            (b"1" * 182, 160, b"1" * 182),
        ],
    )
    def test_ussd_padding(self, septets: bytes, octets: int, returned: bytes) -> None:
        """TS 23.038 6.1.2.3.1: no "@" appears from padding and a padding CR disappears."""
        packed = pack_ussd(septets)
        assert (octets, returned) == (len(packed), unpack_ussd(packed))

    def test_ussd_code(self) -> None:
        """The usual balance code packs to the octets seen on every network."""
        assert bytes.fromhex("aa180c3602") == pack_ussd(b"*100#")


class TestEncode:
    """`encode` and `encode_as`."""

    @pytest.mark.parametrize(
        ("text", "data_coding", "octets"),
        [
            ("", 0, b""),
            ("@{€", 0, b"\x00\x1b\x28\x1b\x65"),
            ("Жд", 8, b"\x04\x16\x04\x34"),
            ("😀", 8, b"\xd8\x3d\xde\x00"),
            ("\ud83d", 8, b"\xff\xfd"),  # half a pair
            ("\ud83d\ude00", 8, b"\xd8\x3d\xde\x00"),  # two halves are one character
            ("\ufeffЖ", 8, b"\xfe\xff\xfe\xff\x04\x16"),  # the receiver takes one mark away
        ],
    )
    def test_encode(self, text: str, data_coding: int, octets: bytes) -> None:
        """GSM 7 bit if it suffices, else UTF-16BE, whatever is in the text."""
        assert (data_coding, octets) == encode(text)

    @pytest.mark.parametrize(
        ("alphabet", "octets"),
        [
            (Alphabet.LATIN1, None),
            (Alphabet.ISO8859_5, b"\xb6"),
            (Alphabet.UTF8, b"\xd0\x96"),
            (Alphabet.CP1252, None),
            (Alphabet.UCS2, b"\x04\x16"),
            (Alphabet.GSM7, None),
            (Alphabet.ASCII, None),
        ],
    )
    def test_encode_as(self, alphabet: Alphabet, octets: bytes | None) -> None:
        """A link's own alphabet gives octets or an honest None."""
        assert octets == encode_as("Ж", alphabet)


class TestDecode:
    """`decode` over alphabets, byte order and damage."""

    @pytest.mark.parametrize(
        ("octets", "data_coding", "expected"),
        [
            (b"*111\x00", 0, Decoded("*111@", Alphabet.GSM7, False)),
            (b"caf\xe9", 0, Decoded("café", Alphabet.LATIN1, True)),
            (b"\x00", 1, Decoded("\x00", Alphabet.ASCII, False)),
            (b"Espa\xf1a", 1, Decoded("España", Alphabet.LATIN1, True)),
            (b"\x00\xff", 2, Decoded("\x00ÿ", Alphabet.BINARY, False)),
            (b"Espa\xf1a", 3, Decoded("España", Alphabet.LATIN1, False)),
            (b"\x00\xff", 4, Decoded("\x00ÿ", Alphabet.BINARY, False)),
            (b"\xb6", 6, Decoded("Ж", Alphabet.ISO8859_5, False)),
            (b"\xe0", 7, Decoded("à", Alphabet.LATIN1, True)),
            (b"\x04\x16", 8, Decoded("Ж", Alphabet.UCS2, False)),
            (bytes.fromhex("00f10075014400ed00fc0073"), 8, Decoded("ñuńíüs", Alphabet.UCS2, False)),
            (b"\xfe\xff\x04\x16", 8, Decoded("Ж", Alphabet.UCS2, False)),
            (b"\xff\xfe\x16\x04", 8, Decoded("Ж", Alphabet.UCS2, False)),
            (b"\xff\xfe\x3d\xd8\x00\xde", 8, Decoded("😀", Alphabet.UCS2, False)),
            (b"\x04\x16\x00", 8, Decoded("Ж", Alphabet.UCS2, True)),
            (b"\x04", 8, Decoded("", Alphabet.UCS2, True)),
            (b"\xfe", 8, Decoded("", Alphabet.UCS2, True)),
            (b"\xd8\x3d", 8, Decoded("\ufffd", Alphabet.UCS2, True)),
            (b"\xde\x00\x04\x16", 8, Decoded("\ufffdЖ", Alphabet.UCS2, True)),
            (b"", 8, Decoded("", Alphabet.UCS2, False)),
            (b"a", 300, Decoded("a", Alphabet.LATIN1, True)),
            (b"a", -1, Decoded("a", Alphabet.LATIN1, True)),
        ],
    )
    def test_decode(self, octets: bytes, data_coding: int, expected: Decoded) -> None:
        """Octets are read as announced; what does not fit is read as Latin-1 (or patched, UCS-2) and flagged."""
        assert expected == decode(octets, data_coding)

    @pytest.mark.parametrize(
        ("octets", "expected"),
        [
            ("0416", []),
            ("d83dde00", []),
            ("d83d", ["0:d83d"]),
            ("de000416", ["0:de00"]),
            ("0410d83dd83dde00", ["2:d83d"]),
            ("0410d83d041000", ["2:d83d", "6:00"]),
            ("feff0416d83d", ["4:d83d"]),
            ("fffe3dd81604", ["2:3dd8"]),
            ("dc00" * 20, [f"{2 * each}:dc00" for each in range(8)]),
        ],
    )
    def test_broken_units(self, octets: str, expected: list[str]) -> None:
        """Where the units are that are no characters, and what they are: eight of them at most."""
        assert expected == broken_units(bytes.fromhex(octets))

    @given(st.lists(st.sampled_from([b"\x04\x16", b"\xd8\x3d", b"\xde\x00", b"\x00A"]), max_size=7), st.booleans())
    def test_text_and_broken_units_are_the_octets(self, units: list[bytes], odd: bool) -> None:
        """Nothing is lost: what U+FFFD stands for in the text, and an octet alone, are told with their places."""
        octets = b"".join(units) + (b"\x04" if odd else b"")
        back = bytearray(decode(octets, 8).text.encode("utf-16-be"))
        for unit in broken_units(octets):
            place, _, found = unit.partition(":")
            back[int(place) : int(place) + 2] = bytes.fromhex(found)

        assert bytes(back) == octets

    @pytest.mark.parametrize(
        ("default_alphabet", "octets", "expected"),
        [
            (Alphabet.GSM7, b"\x00$\x02", ("@¤$", Alphabet.GSM7, False)),
            (Alphabet.LATIN1, b"@\xa3", ("@£", Alphabet.LATIN1, False)),
            (Alphabet.ASCII, b"@$_", ("@$_", Alphabet.ASCII, False)),
            (Alphabet.ASCII, b"\xa3", ("£", Alphabet.LATIN1, True)),
            (Alphabet.UTF8, "Ж".encode(), ("Ж", Alphabet.UTF8, False)),
            (Alphabet.UTF8, b"\xd0", ("Ð", Alphabet.LATIN1, True)),
            (Alphabet.CP1252, b"\x80", ("€", Alphabet.CP1252, False)),
            (Alphabet.CP1252, b"\x81", ("\x81", Alphabet.LATIN1, True)),
        ],
    )
    def test_default_alphabet(
        self, default_alphabet: Alphabet, octets: bytes, expected: tuple[str, Alphabet, bool]
    ) -> None:
        """data_coding 0 means what the link agreed on."""
        assert expected == tuple(decode(octets, 0, default_alphabet=default_alphabet))

    @pytest.mark.parametrize(
        ("octets", "data_coding", "text"),
        [
            (b"*111#", 0x0F, "*111#"),
            (b"*111#", 0x15, "*111#"),
            (b"ru\r*111#", 0x10, "*111#"),
            (b"*111#", 0x10, "*111#"),
            (b"1\r2\r", 0x10, "1\r2\r"),
            (pack_septets(b"ru") + "Да".encode("utf-16-be"), 0x11, "Да"),
            ("Да".encode("utf-16-be"), 0x11, "Да"),
            ("\uf2faД".encode("utf-16-be"), 0x11, "\uf2faД"),  # two packed letters but for the padding bits
            (b"", 0x11, ""),
            (b"\x04", 0x11, ""),
            ("Да".encode("utf-16-be"), 0x48, "Да"),
            (b"\xff", 0x44, "ÿ"),
        ],
    )
    def test_ussd(self, octets: bytes, data_coding: int, text: str) -> None:
        """Cell broadcast values, with the language prefix dropped where there is one and only there."""
        assert text == decode(octets, data_coding, ussd=True).text

    @given(octets=st.binary(max_size=300), data_coding=st.integers(-2, 300), ussd=st.booleans(),
           default_alphabet=st.sampled_from(Alphabet))  # fmt: skip
    @settings(max_examples=150, deadline=None)
    def test_never_raises(self, octets: bytes, data_coding: int, ussd: bool, default_alphabet: Alphabet) -> None:
        """Any octets under any data_coding give text that can be stored as UTF-8."""
        decoded = decode(octets, data_coding, default_alphabet=default_alphabet, ussd=ussd)
        assert decoded.text == decoded.text.encode().decode()

    @given(st.text(max_size=200))
    @settings(max_examples=150, deadline=None)
    def test_reverses_encode(self, text: str) -> None:
        """What `encode` wrote, `decode` reads."""
        data_coding, octets = encode(text)
        assert (text, False) == (decode(octets, data_coding).text, decode(octets, data_coding).fell_back)


G, U, B, L = Alphabet.GSM7, Alphabet.UCS2, Alphabet.BINARY, Alphabet.LATIN1


class TestDataCoding:
    """`data_coding_alphabet` rows."""

    @pytest.mark.parametrize(
        ("first", "last", "alphabet"),
        [
            (0x00, 0x00, G), (0x01, 0x01, Alphabet.ASCII), (0x02, 0x02, B), (0x03, 0x03, L), (0x04, 0x04, B),
            (0x05, 0x05, L), (0x06, 0x06, Alphabet.ISO8859_5), (0x07, 0x07, L), (0x08, 0x08, U), (0x09, 0x0F, L),
            (0x10, 0x13, G), (0x14, 0x17, B), (0x18, 0x1B, U), (0x1C, 0x1F, G), (0x20, 0x3F, L), (0x40, 0x43, G),
            (0x44, 0x47, B), (0x48, 0x4B, U), (0x60, 0xBF, L), (0xC0, 0xDF, G), (0xE0, 0xEF, U), (0xF0, 0xF3, G),
            (0xF4, 0xF7, B), (0xF8, 0xFB, G), (0xFC, 0xFF, B), (0x100, 0x101, L),
        ],
    )  # fmt: skip
    def test_smpp(self, first: int, last: int, alphabet: Alphabet) -> None:
        """SMPP 3.4 5.2.19 and the TS 23.038 groups passed through; unreadable ones are Latin-1."""
        assert {alphabet} == {data_coding_alphabet(value) for value in range(first, last + 1)}

    @pytest.mark.parametrize(
        ("first", "last", "alphabet"),
        [
            (0x00, 0x10, G), (0x11, 0x11, U), (0x12, 0x17, G), (0x18, 0x1B, U), (0x1C, 0x43, G), (0x44, 0x47, B),
            (0x48, 0x4B, U), (0x4C, 0x53, G), (0x54, 0x57, B), (0x58, 0x5B, U), (0x60, 0x7F, L), (0x80, 0x93, G),
            (0x94, 0x97, B), (0x98, 0x9B, U), (0xD0, 0xEF, B), (0xF0, 0xF3, G), (0xF4, 0xF7, B), (0xFC, 0xFF, B),
        ],
    )  # fmt: skip
    def test_ussd(self, first: int, last: int, alphabet: Alphabet) -> None:
        """TS 23.038 5: the cell broadcast scheme, Russian 0x23 still being GSM 7 bit."""
        assert {alphabet} == {data_coding_alphabet(value, ussd=True) for value in range(first, last + 1)}

    @pytest.mark.parametrize("ussd", [False, True])
    @pytest.mark.parametrize("alphabet", Alphabet)
    def test_zero_is_the_links(self, alphabet: Alphabet, ussd: bool) -> None:
        """Zero is the link's alphabet in both schemes."""
        assert alphabet == data_coding_alphabet(0, default_alphabet=alphabet, ussd=ussd)

    @pytest.mark.parametrize(("data_coding", "fell_back"), [(0x05, True), (0x0F, True), (0x20, True), (0x03, False)])
    def test_unreadable_code_is_flagged(self, data_coding: int, fell_back: bool) -> None:
        """A code we cannot read is Latin-1 with a flag, though Latin-1 itself is not flagged."""
        assert Decoded("a", Alphabet.LATIN1, fell_back) == decode(b"a", data_coding)


class TestUdh:
    """TS 23.040 9.2.3.24."""

    @pytest.mark.parametrize(
        ("octets", "elements", "concatenation", "rest"),
        [
            ("0500032403016869", ((0, b"\x24\x03\x01"),), Concatenation(0x24, 8, 3, 1), "6869"),
            ("06080412340201ff", ((8, b"\x12\x34\x02\x01"),), Concatenation(0x1234, 16, 2, 1), "ff"),
            ("06050423f40000aa", ((5, b"\x23\xf4\x00\x00"),), None, "aa"),
            (
                "0b050415810000000301020261",
                ((5, b"\x15\x81\x00\x00"), (0, b"\x01\x02\x02")),
                Concatenation(1, 8, 2, 2),
                "61",
            ),
            ("00616263", (), None, "616263"),
            ("03240101", ((0x24, b"\x01"),), None, ""),
            ("05000324000161", ((0, b"\x24\x00\x01"),), None, "61"),  # total 0
            ("05000324020061", ((0, b"\x24\x02\x00"),), None, "61"),  # number 0
            ("05000324020361", ((0, b"\x24\x02\x03"),), None, "61"),  # number beyond total
            ("040002240361", ((0, b"\x24\x03"),), None, "61"),  # too short
            (
                "0a000301020100030202026162",
                ((0, b"\x01\x02\x01"), (0, b"\x02\x02\x02")),
                Concatenation(2, 8, 2, 2),
                "6162",
            ),  # the last counts
            (
                "0a000301020100030202006162",
                ((0, b"\x01\x02\x01"), (0, b"\x02\x02\x00")),
                Concatenation(1, 8, 2, 1),
                "6162",
            ),  # the last that is valid
        ],
    )
    def test_parse(
        self, octets: str, elements: tuple[tuple[int, bytes], ...], concatenation: Concatenation | None, rest: str
    ) -> None:
        """Elements survive in order, a valid concatenation is recognised, the text starts behind the header."""
        assert (Udh(elements, concatenation), bytes.fromhex(rest)) == parse_udh(bytes.fromhex(octets))

    @pytest.mark.parametrize(
        ("octets", "rest"),
        [
            ("", ""),
            ("05", "05"),
            ("0500", "0500"),
            ("ff000301020161", "ff000301020161"),
            ("0500040102016162", "6162"),  # element longer than the header
            ("060003010201006162", "6162"),  # half an element at the end
            ("010061", "61"),
        ],
    )
    def test_malformed(self, octets: str, rest: str) -> None:
        """A malformed header is reported, and the text kept as far as its beginning is known."""
        assert (None, bytes.fromhex(rest)) == parse_udh(bytes.fromhex(octets))

    @pytest.mark.parametrize(("bits", "octets"), [(8, "050003cd0301"), (16, "060804abcd0301")])
    def test_concatenation(self, bits: int, octets: str) -> None:
        """Both widths are written as the standard has them; a wide reference wraps."""
        assert bytes.fromhex(octets) == udh_concatenation(0xABCD, 3, 1, bits)

    @pytest.mark.parametrize(("total", "number", "bits"), [(0, 0, 8), (2, 3, 8), (2, 0, 8), (256, 1, 8), (2, 1, 7)])
    def test_concatenation_refused(self, total: int, number: int, bits: int) -> None:
        """Numbers that no receiver would accept are refused."""
        with pytest.raises(ValueError, match=r"part|reference_bits"):
            udh_concatenation(1, total, number, bits)

    @pytest.mark.parametrize("elements", [[(256, b"")], [(0, bytes(256))], [(0, bytes(200)), (1, bytes(100))]])
    def test_build_refused(self, elements: list[tuple[int, bytes]]) -> None:
        """A header that does not fit its length octets is refused."""
        with pytest.raises(ValueError):
            build_udh(elements)

    @given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=20)), max_size=8), st.binary(max_size=20))
    @settings(max_examples=150, deadline=None)
    def test_round_trip(self, elements: list[tuple[int, bytes]], text: bytes) -> None:
        """Any elements return in order."""
        udh, rest = parse_udh(build_udh(elements) + text)
        assert udh is not None
        assert (tuple(elements), text) == (udh.elements, rest)

    @given(st.binary(max_size=150))
    @settings(max_examples=100, deadline=None)
    def test_never_raises(self, octets: bytes) -> None:
        """Any octets are parsed or reported, and the rest is a tail of them."""
        assert octets.endswith(parse_udh(octets)[1])


class TestSplit:
    """TS 23.038 and 23.040 limits."""

    @pytest.mark.parametrize(
        ("text", "bits", "lengths"),
        [
            ("", 8, [0]),
            ("a" * 160, 8, [160]),
            ("a" * 161, 8, [153, 8]),
            ("a" * 306, 8, [153, 153]),
            ("a" * 307, 8, [153, 153, 1]),
            ("a" * 161, 16, [152, 9]),
            ("€" * 80, 8, [160]),
            ("€" * 81, 8, [152, 10]),  # 153 would cut the 77th pair
            ("a" * 152 + "€" + "b" * 10, 8, [152, 12]),  # escape pair at the border goes over whole
            ("a" * 151 + "€" + "b" * 10, 8, [153, 10]),
            ("a" * 152 + "\r\n" + "b" * 10, 8, [152, 12]),
            ("Ж" * 70, 8, [140]),
            ("Ж" * 71, 8, [134, 8]),
            ("Ж" * 134, 8, [134, 134]),
            ("Ж" * 71, 16, [132, 10]),
            ("😀" * 35, 8, [140]),
            ("😀" * 36, 8, [132, 12]),  # 67 units would cut a pair: 66
            ("Ж" * 66 + "😀" + "Ж" * 5, 8, [132, 14]),
        ],
    )
    def test_lengths(self, text: str, bits: int, lengths: list[int]) -> None:
        """Octets of each part at and around every limit."""
        assert lengths == [len(part) for part in split(text, reference_bits=bits).parts]

    @pytest.mark.parametrize(
        "cluster", [FAMILY, FLAG, ENGLAND, THUMB, HEART, KEYCAP, "и\u0306", "e\u0301\u0302", "\r\n"]
    )
    @pytest.mark.parametrize("before", range(52, 68))
    def test_cluster_at_the_border(self, cluster: str, before: int) -> None:
        """A cluster at any place around the border stays in one part."""
        texts = part_texts("Ж" * before + cluster + "Ж" * 20)
        assert [cluster] == [cluster for text in texts if cluster in text]

    def test_flags_cut_between_pairs(self) -> None:
        """A row of flags is cut between flags, though every code point in it is alike."""
        expected = [FLAG * 16, FLAG * 16, FLAG * 8]
        assert expected == part_texts(FLAG * 40)

    @pytest.mark.parametrize("text", ["e" + "\u0301" * 200, "👩\u200d" * 60, "\u0301" * 100, "🇷" * 101])
    def test_cluster_longer_than_a_part(self, text: str) -> None:
        """A cluster that no part can hold is cut, between characters still."""
        assert (text, False) == (joined(text), any("\ufffd" in part for part in part_texts(text)))

    @pytest.mark.parametrize(
        ("text", "alphabet", "expected"),
        [
            ("abc{", None, (0, Alphabet.GSM7, 5, ())),
            ("ab“Ж“c", None, (8, Alphabet.UCS2, 6, ("“", "Ж"))),
            ("😀", None, (8, Alphabet.UCS2, 2, ("😀",))),
            ("abc", Alphabet.UCS2, (8, Alphabet.UCS2, 3, ())),
            ("Жa", Alphabet.GSM7, (8, Alphabet.UCS2, 2, ("Ж",))),
            ("España", Alphabet.LATIN1, (3, Alphabet.LATIN1, 6, ())),
            ("EspañaЖ", Alphabet.LATIN1, (8, Alphabet.UCS2, 7, ("Ж",))),
            ("Ж", Alphabet.UTF8, (0, Alphabet.UTF8, 2, ())),
        ],
    )
    def test_report(
        self, text: str, alphabet: Alphabet | None, expected: tuple[int, Alphabet, int, tuple[str, ...]]
    ) -> None:
        """The report says what was used, how long it is, and who is to blame for UCS-2."""
        result = split(text, alphabet=alphabet)
        assert expected == (result.data_coding, result.alphabet, result.units, result.offending)

    @pytest.mark.parametrize(
        ("alphabet", "text", "lengths"),
        [
            (Alphabet.LATIN1, "ñ" * 140, [140]),
            (Alphabet.LATIN1, "ñ" * 141, [134, 7]),
            (Alphabet.UTF8, "Ж" * 71, [134, 8]),
            (Alphabet.UTF8, "a" + "Ж" * 70, [133, 8]),
        ],
    )
    def test_other_alphabets(self, alphabet: Alphabet, text: str, lengths: list[int]) -> None:
        """Octet alphabets have 140 and 134 octets, and UTF-8 is cut between characters."""
        assert lengths == [len(part) for part in split(text, alphabet=alphabet).parts]

    def test_half_pairs(self) -> None:
        """A long text with half a surrogate pair is sent, the half replaced."""
        expected = "Ж" * 70 + "\ufffd"
        assert expected == joined("Ж" * 70 + "\ud83d")

    def test_width_refused(self) -> None:
        """Only the two widths of the standard exist, even where one part would do."""
        with pytest.raises(ValueError, match="reference_bits 12"):
            split("a", reference_bits=12)


PIECES = [*"aЖ€@{\r\n\x1b\x00\f^", "ab€{\r\n", FAMILY, FLAG, "🇷", THUMB, HEART, KEYCAP, "e\u0301", "\ufeff", "\ufffe"]
RUNS = st.tuples(st.sampled_from([*PIECES, "\u200d", "\u0301"]), st.integers(1, 90))
TEXTS = st.one_of(
    st.lists(RUNS, max_size=6).map(lambda runs: "".join(piece * times for piece, times in runs)),
    st.text(max_size=100),
)


class TestSplitProperties:
    """Whatever the text."""

    @given(TEXTS, st.sampled_from([8, 16]))
    @settings(max_examples=100, deadline=None)
    def test_join_reverses_split(self, text: str, bits: int) -> None:
        """Nothing is lost, added or moved, and the parts are the octets of the whole."""
        result = split(text, reference_bits=bits)
        assert text == joined(text, reference_bits=bits)
        assert (result.data_coding, b"".join(result.parts)) == encode(text)

    @given(TEXTS)
    @settings(max_examples=100, deadline=None)
    def test_parts_fit_and_stand_alone(self, text: str) -> None:
        """No part is too long or empty, and each decodes alone without damage."""
        result = split(text)
        limit = {0: (160, 153), 8: (140, 134)}[result.data_coding][len(result.parts) > 1]
        assert all(len(part) <= limit for part in result.parts)
        assert all(result.parts) or not text
        assert not any(decode(part, result.data_coding).fell_back for part in result.parts)
        assert not any(result.data_coding == 0 and part.endswith(b"\x1b") for part in result.parts)

    @given(TEXTS)
    @settings(max_examples=100, deadline=None)
    def test_segment_count_agrees(self, text: str) -> None:
        """The fast count is the count of the parts."""
        assert len(split(text).parts) == segment_count(text)


class TestSegmentCount:
    """The count without the parts."""

    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("", 1),
            ("a" * 160, 1),
            ("a" * 161, 2),
            ("a" * 306, 2),
            ("a" * 307, 3),
            ("a" * 152 + "\r\n" + "a" * 152, 3),  # 306 septets, but the line break moves over
            ("a" * 152 + "€" + "a" * 152, 3),
            ("Ж" * 70, 1),
            ("Ж" * 160, 3),
            ("a" * 159 + "“", 3),  # one stray quote
        ],
    )
    def test_count(self, text: str, count: int) -> None:
        """What a text costs."""
        assert count == segment_count(text)


class TestJoin:
    """Octets first, then text."""

    def test_vectors(self) -> None:
        """Six parts of a real message, taken in reverse order, give its text."""
        parts: dict[int, bytes] = {}
        for octets in reversed(FRAGMENTS):
            udh, rest = parse_udh(bytes.fromhex(octets))
            assert udh is not None
            assert udh.concatenation is not None
            number = udh.concatenation.number
            assert Concatenation(0x35, 8, 6, number) == udh.concatenation
            parts[number] = rest
        assert Decoded(FRAGMENTS_TEXT, Alphabet.UCS2, False) == join(parts, 6, 8)

    @pytest.mark.parametrize(
        ("parts", "total", "data_coding", "text"),
        [
            ({1: b"\xd8\x3d", 2: b"\xde\x00"}, 2, 8, "😀"),  # cut inside a surrogate pair
            ({1: b"\x04", 2: b"\x16\x04\x16"}, 2, 8, "ЖЖ"),  # cut inside a unit
            ({1: b"a\x1b", 2: b"eb"}, 2, 0, "a€b"),  # cut inside an escape pair
            ({1: b"\xff\xfe\x16\x04", 2: b"\x34\x04"}, 2, 8, "Жд"),  # little-endian told once
            ({1: b"\xff\xfe\x16\x04", 3: b"\x34\x04"}, 3, 8, "Ж[…]д"),
            ({1: b"a", 4: b"b"}, 4, 0, "a[…]b"),  # one mark for a run of missing parts
            ({2: b"b"}, 3, 0, "[…]b[…]"),
            ({1: b"", 2: b"b"}, 2, 0, "b"),
            ({1: b"a", 2: b"b", 3: b"junk", 0: b"junk"}, 2, 0, "ab"),
            ({}, 3, 0, "[…]"),
            ({}, 0, 0, ""),
        ],
    )
    def test_cuts_and_gaps(self, parts: dict[int, bytes], total: int, data_coding: int, text: str) -> None:
        """Peers cut anywhere; what is missing shows once for each gap."""
        assert text == join(parts, total, data_coding).text

    def test_half_a_pair_beside_a_gap(self) -> None:
        """Half a character at a gap is shown as such and flagged."""
        assert Decoded("[…]\ufffdЖ", Alphabet.UCS2, True) == join({2: b"\xde\x00\x04\x16"}, 2, 8)

    def test_fallback_is_reported(self) -> None:
        """Latin-1 in one run tells for the whole."""
        assert Decoded("a[…]é", Alphabet.LATIN1, True) == join({1: b"a", 3: b"\xe9"}, 3, 0)

    def test_default_alphabet_and_mark(self) -> None:
        """The link's alphabet and the caller's mark are honoured."""
        expected = Decoded("@~", Alphabet.LATIN1, False)
        assert expected == join({1: b"@"}, 2, 0, default_alphabet=Alphabet.LATIN1, gap="~")


class TestUssd:
    """TS 24.080: 160 octets."""

    @pytest.mark.parametrize(
        ("text", "fits"),
        [("a" * 182, True), ("a" * 183, False), ("€" * 91, True), ("€" * 92, False),
         ("Ж" * 80, True), ("Ж" * 81, False), ("😀" * 40, True), ("😀" * 41, False), ("", True)],
    )  # fmt: skip
    def test_fit(self, text: str, fits: bool) -> None:
        """182 septets or 80 UTF-16 units, escape and surrogate pairs counting two."""
        assert fits == fit_ussd(text)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a" * 182, "a" * 182),
            ("a" * 183, "a" * 179 + "..."),
            ("a" * 178 + "€" + "b" * 9, "a" * 178 + "..."),
            ("Ж" * 81, "Ж" * 77 + "..."),
            ("Ж" * 76 + FLAG + "Ж", "Ж" * 76 + "..."),
            ("\ufeff" + "Ж" * 90, "\ufeff" + "Ж" * 75 + "..."),
            ("a" * 100 + "Ж" * 10, "a" * 77 + "..."),
        ],
    )
    def test_truncate(self, text: str, expected: str) -> None:
        """A text too long ends in a mark, whole clusters before it."""
        assert expected == truncate(text)

    @given(TEXTS, st.integers(0, 40), st.integers(0, 40), st.sampled_from(["...", "…", "", "😀"]))
    @settings(max_examples=100, deadline=None)
    def test_truncated_fits(self, text: str, septets: int, units: int, mark: str) -> None:
        """Whatever the limits, the result fits them."""
        assert fit_ussd(truncate(text, septets, units, mark), septets, units)


class TestSafePunctuation:
    """Typography that would cost a UCS-2 part."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("“a” „b“ «c»", '"a" "b" "c"'),
            ("it’s ‘x’", "it's 'x'"),
            ("1–2 — 3−1", "1-2 - 3-1"),
            ("wait…", "wait..."),
            ("5\u00a0000\u202f₽", "5 000 ₽"),
            ("\ufeffa\u00adb\u200bc", "abc"),
            ("Ёлка № 5, café", "Ёлка № 5, café"),
            (FAMILY, FAMILY),
            ("", ""),
        ],
    )
    def test_replaced(self, text: str, expected: str) -> None:
        """Quotes, dashes, ellipses and spaces change; letters and joined emoji do not."""
        assert expected == safe_punctuation(text)
