"""Stand-ins and pseudonyms: what they keep, and that nothing of the secret is left in any alphabet."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.recording.hiding import hide
from gateway.recording.masking import Masker, hidden_parts, put, rewrite
from smpp.gsm7 import pack_septets, unpack_septets
from smpp.pdu import BindTransceiver, DeliverSm, SubmitMulti, SubmitSm, decode, encode

MASKER = Masker(b"a key", pseudonyms=True)
SECRET = "4821"


@given(st.sets(st.from_regex(r"\A[0-9]{4}\Z"), min_size=2, max_size=20))
def test_two_codes_have_two_stand_ins(codes: set[str]) -> None:
    """A stand-in is as long as its code, made of digits, and belongs to no other code."""
    stand_ins = {MASKER.stand_in(code) for code in codes}

    assert len(stand_ins) == len(codes)
    assert all(len(each) == 4 and each.isdigit() for each in stand_ins)


def test_all_codes_are_permuted() -> None:
    """Every code of four digits has a stand-in of its own, another one with another key."""
    codes = [str(number).zfill(4) for number in range(10_000)]
    stand_ins = [MASKER.stand_in(code) for code in codes]

    assert sorted(stand_ins) == codes
    assert sum(was == new for was, new in zip(codes, stand_ins, strict=True)) < 10
    assert Masker(b"another").stand_in(SECRET) != MASKER.stand_in(SECRET)


@pytest.mark.parametrize("secret", ["Sofia2016", "пароль7", "48 21", "1234-5678-9012", "q"])
def test_a_stand_in_looks_alike(secret: str) -> None:
    """Letters stand for letters of the same alphabet, digits for digits; what is between them stays."""
    stand_in = MASKER.stand_in(secret)

    assert [each.isdigit() for each in stand_in] == [each.isdigit() for each in secret]
    assert [each.isascii() for each in stand_in] == [each.isascii() for each in secret]
    assert [each.isupper() for each in stand_in] == [each.isupper() for each in secret]
    assert [each for each in stand_in if each in " -"] == [each for each in secret if each in " -"]


def test_one_code_in_groups_is_one_code() -> None:
    """`48 21` and `4821` have the same digits in their stand-ins."""
    assert MASKER.stand_in("48 21").replace(" ", "") == MASKER.stand_in("4821")


@pytest.mark.parametrize("written", ["79161234567", "+79161234567", "89161234567", "9161234567", "+7 (916) 123-45-67"])
def test_one_number_is_one_pseudonym(written: str) -> None:
    """However a number is written, its pseudonym is written likewise and means the same other number."""
    pseudonym = MASKER.with_pseudonyms(written)
    digits = "".join(filter(str.isdigit, pseudonym))

    assert digits[-10:] == MASKER.pseudonym("79161234567")[-10:]
    assert digits[-10:-7] == "916"
    assert digits[-7:] != "1234567"
    assert len(pseudonym) == len(written)


def test_a_number_among_others() -> None:
    """A number ends where the next one begins, be it a sum."""
    number = MASKER.pseudonym("79161234567")

    assert MASKER.with_pseudonyms("ПЕРЕВОД 79161234567 100") == f"ПЕРЕВОД {number} 100"
    assert MASKER.with_pseudonyms("*112*79161234567*100#") == f"*112*{number}*100#"
    assert MASKER.with_pseudonyms("+359 88 812 3456") != "+359 88 812 3456"


@pytest.mark.parametrize("text", ["*111*828*1#", "БАЛАНС", "100 500 руб.", "01.02.2026 12:30", "4821"])
def test_what_is_no_number_stays(text: str) -> None:
    """Codes, sums and dates are not taken for subscribers' numbers."""
    assert MASKER.with_pseudonyms(text) == text


@pytest.mark.parametrize(
    ("text", "masked", "parts"),
    [
        ("ДА 4821", "ДА ••••", ["4821"]),
        ("ДА 48 21!", "ДА •• ••!", ["48 21"]),
        ("1234 и 5678", "•••• и ••••", ["1234", "5678"]),
        ("БАЛАНС", "БАЛАНС", []),
        ("4821 ", "•••• ", ["4821"]),
    ],
)
def test_hidden_parts(text: str, masked: str, parts: list[str]) -> None:
    """What is hidden of a text is found, the groups of one code together."""
    assert parts == hidden_parts(text, masked)


def packed(text: str, fill_bits: int) -> bytes:
    return pack_septets(text.encode(), fill_bits=fill_bits)


FORMS = [
    ("ascii", lambda text: text.encode()),
    ("UCS-2", lambda text: text.encode("utf-16-be")),
    ("UCS-2 behind one octet", lambda text: b"\x05" + text.encode("utf-16-be")),
    ("UCS-2 in little-endian order", lambda text: text.encode("utf-16-le")),
    *((f"packed, {bits} bits filled", lambda text, bits=bits: packed(text, bits)) for bits in range(7)),
]


@pytest.mark.parametrize(("name", "written"), FORMS, ids=[name for name, _ in FORMS])
def test_a_stand_in_is_put_in_every_alphabet(name: str, written) -> None:  # type: ignore[no-untyped-def]
    """Wherever the secret stands, its stand-in stands in the same alphabet, and every other octet is as it was."""
    octets = bytearray(written(f"DA {SECRET}, da"))
    found = put(octets, 0, len(octets), SECRET, "7305")

    assert found
    assert octets == written("DA 7305, da")


@pytest.mark.parametrize("text", ["79164821000", "4821000", "94821"])
@pytest.mark.parametrize("encoding", ["ascii", "utf-16-be", "utf-16-le"])
def test_bounded(text: str, encoding: str) -> None:
    """What is repeated elsewhere is replaced where it stands by itself, not within a longer number."""
    octets = bytearray(f"{text} {SECRET} {text}".encode(encoding))
    put(octets, 0, len(octets), SECRET, "7305", bounded=True)

    assert octets == f"{text} 7305 {text}".encode(encoding)


@pytest.mark.parametrize("fill_bits", range(7))
@pytest.mark.parametrize("behind", [b"", b"\0\0"], ids=["at the end", "before two octets of zero"])
def test_a_packed_code_at_the_end_is_found(fill_bits: int, behind: bytes) -> None:
    """Regression: packed at the very end, a code whose last septet begins with a zero bit was left as it was."""
    octets = bytearray(packed(f"DA {SECRET}", fill_bits) + behind)

    assert put(octets, 0, len(octets), SECRET, "7305")
    assert octets == packed("DA 7305", fill_bits) + behind


@given(st.lists(st.sampled_from(["4821", "48", "21", "x", " "]), max_size=20), st.integers(0, 6), st.binary(max_size=3))
def test_packed_codes_are_found_at_every_bit(texts: list[str], fill_bits: int, before: bytes) -> None:
    """Octets are searched as fast as whole ones can be, and yet no place is missed, and nothing else is changed."""
    text = "".join(texts)
    octets = bytearray(before + packed(text, fill_bits))
    put(octets, len(before), len(octets), "4821", "7305")

    assert octets == before + packed(text.replace("4821", "7305"), fill_bits)


@given(st.text(alphabet="0123456789abc ", min_size=1, max_size=40), st.integers(0, 6))
def test_rewriting_packed_septets_changes_nothing_else(text: str, fill_bits: int) -> None:
    """A change that keeps every character keeps every octet; digits are found at any fill."""
    octets = packed(text, fill_bits)

    assert rewrite(octets, lambda each: each) == octets
    if not octets.isascii():
        new = rewrite(octets, lambda each: each.translate(str.maketrans("0123456789", "x" * 10)))
        assert not any(chr(each).isdigit() for each in unpack_septets(new, fill_bits=fill_bits)[: len(text)])


MESSAGE = SubmitSm(source_addr="79161234567", destination_addr="111", sequence_number=7)


def sms(text: str, **more: object) -> SubmitSm:
    octets = text.encode("utf-16-be")
    return msgspec.structs.replace(MESSAGE, data_coding=8, short_message=octets, **more)  # type: ignore[arg-type]


def text_of(octets: bytes) -> str:
    pdu = decode(octets)
    assert isinstance(pdu, SubmitSm | DeliverSm)
    return pdu.short_message.decode("utf-16-be")


@pytest.mark.parametrize("written", [form for _, form in FORMS] + [lambda text: text.encode("cp1251")])
def test_what_nobody_has_read_has_no_letter_of_its_own(written) -> None:  # type: ignore[no-untyped-def]
    """Of a message without a reader, which may be a password in any alphabet, no word is left; its length is."""
    pdu = msgspec.structs.replace(MESSAGE, short_message=written("parola Sofia2016 4821"))
    hidden = hide(Masker(b"a key"), encode(pdu), pdu, read=False)

    assert (hidden.what, len(hidden.octets)) == ("text", len(encode(pdu)))
    for word in ("parola", "Sofia", "2016", "4821"):
        assert written(word)[1:-1] not in hidden.octets
    assert hide(Masker(b"a key"), encode(pdu), pdu, read=False) == hidden


def test_an_unread_text_keeps_its_form() -> None:
    """Letters stand for letters, digits for digits, and signs between them stay."""
    pdu = sms("Моят код: 4821, ъ")
    text = text_of(hide(Masker(b"a key"), encode(pdu), pdu, read=False).octets)

    assert [each.isdigit() for each in text] == [each.isdigit() for each in "Моят код: 4821, ъ"]
    assert [each for each in text if not each.isalnum()] == [" ", ":", " ", ",", " "]


def test_octets_without_a_meaning_are_blanked() -> None:
    """What no parameter holds, and the body of what cannot be read, is not kept."""
    whole = encode(sms("БАЛАНС"))
    longer = (len(whole) + 7).to_bytes(4, "big") + whole[4:] + b"\x15\x01\x00\x094821"[:7]
    cut = (len(whole) - 3).to_bytes(4, "big") + whole[4:-3]
    multi = encode(SubmitMulti(short_message=b"code 4821", sequence_number=9))

    assert b"482" not in hide(MASKER, longer, decode(longer)).octets
    for frame, pdu in ((cut, None), (multi, decode(multi))):
        hidden = hide(MASKER, frame, pdu)
        assert hidden.what == "body"
        assert hidden.octets == frame[:16] + bytes(len(frame) - 16)
        assert hidden.pdu.sequence_number == int.from_bytes(frame[12:16], "big")


def test_a_password_is_a_stand_in() -> None:
    """Of a bind everything stays but its password."""
    pdu = BindTransceiver(system_id="hub", password="l0ck5m1t", sequence_number=1)
    hidden = hide(MASKER, encode(pdu), pdu)

    assert b"l0ck5m1t" not in hidden.octets
    assert isinstance(hidden.pdu, BindTransceiver)
    assert (hidden.pdu.system_id, len(hidden.pdu.password)) == ("hub", 8)


def test_a_receipt_repeats_no_code() -> None:
    """The beginning of our text in a receipt has no digits; its id stays, which names the message."""
    dates = b"submit date:2603101200 done date:2603101200"
    text = b"id:1234567890 sub:001 dlvrd:001 " + dates + b" stat:DELIVRD err:000 text:Code 4821"
    pdu = DeliverSm(esm_class=0x04, short_message=text, source_addr="79161234567", sequence_number=3)
    hidden = hide(MASKER, encode(pdu), pdu, read=False)
    assert isinstance(hidden.pdu, DeliverSm)

    assert hidden.pdu.short_message.startswith(b"id:1234567890 sub:001")
    assert b"4821" not in hidden.octets
    assert hidden.pdu.source_addr != "79161234567"


def test_a_code_within_a_run_of_digits() -> None:
    """Of a dialled string that nobody could read the code is replaced that the number was told, and no more of it."""
    masker = Masker(b"a key")
    pdu = sms("*1124821#")
    known = hide(masker, encode(pdu), pdu, secrets=("1124821",), codes=("4821",))
    unknown = hide(masker, encode(pdu), pdu, secrets=("1124821",))

    assert text_of(known.octets) == f"*112{masker.stand_in('4821')}#"
    assert [secret.stand_in for secret in known.secrets] == [masker.stand_in("4821")]
    assert text_of(unknown.octets) == f"*{masker.stand_in('1124821')}#"
