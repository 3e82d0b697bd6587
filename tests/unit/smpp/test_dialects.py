"""Dialects as data: what a file may say, what is wrong with it, and what each key changes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from smpp.dialects import (
    KEYS,
    DialectError,
    UnknownDialect,
    as_toml,
    load_dialects,
    own_dialects,
    read_dialects,
)
from smpp.pdu import DeliverSm
from smpp.text import Alphabet
from smpp.ussd import CodeIn, Dialect, OutKind, UssdKind, UssdTextTooLong, inbound, outbound, session_key

SPEC = own_dialects()["spec"]
ROOT = Path(__file__).parents[3]


def one(text: str) -> Dialect:
    (read,) = read_dialects(text, "mine.toml", own_dialects())
    return read


def deliver(text: bytes, *tlvs: tuple[int, bytes], service_type: str = "USSD", to: str = "111") -> DeliverSm:
    return DeliverSm(
        service_type=service_type, source_addr="79161234567", destination_addr=to, short_message=text, tlvs=tlvs
    )


@pytest.mark.parametrize("name", list(own_dialects()))
def test_shown_dialect_reads_back_as_itself(name: str) -> None:
    """What `dialects show` prints is a whole file: read again, it is the same dialect."""
    dialect = own_dialects()[name]

    assert one(as_toml(dialect)) == dialect


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('name = "x"\nbase = "huawey"', "mine.toml:3: base: no dialect is called 'huawey', did you mean 'huawei'?"),
        ('name = "x"\nbase = "spec"\nunits_maks = 70',
         "mine.toml:4: units_maks: unknown key, did you mean 'units_max'?"),
        ('name = "x"\nbase = "spec"\nunits_max = 90',
         "mine.toml:4: units_max: must be a whole number from 20 to 80 (0x50), not 90"),
        ('name = "x"\nbase = "spec"\ncarrier = "datasm"',
         "mine.toml:4: carrier: must be one of message, data_sm, did you mean 'data_sm'?, not 'datasm'"),
        ('name = "x"\nbase = "spec"\nop_in = { 1 = "open", 18 = "anser" }',
         "mine.toml:4: op_in: must be one of open, answer, last_answer, ack, abort, end, did you mean 'answer'?"),
        ('name = "x"\nbase = "spec"\nop_in = { 0x100 = "open" }',
         "mine.toml:4: op_in: must have numbers from 0 to 0xFF"),
        ('name = "x"\nbase = "spec"\nop_in = { 18 = "answer" }', "mine.toml:4: op_in: nothing opens a dialog"),
        ('name = "x"\nbase = "spec"\nop_out = { continue = 2 }', "mine.toml:4: op_out: must say how we end_mobile"),
        ('name = "x"\nbase = "spec"\nop_out = { continue = "CR", end_mobile = 17 }',
         "mine.toml:4: op_out: its operations must be numbers from 0 to 255, because op_source is 'tlv'"),
        ('name = "x"\nbase = "bcea"\nop_out = { continue = 2, end_mobile = 17 }',
         "mine.toml:4: op_out: its operations must be service types, because op_source is 'service_type'"),
        ('name = "x"\nbase = "spec"\nrelease_after_ack = true', "release_after_ack: op_out must have release"),
        ('name = "x"\nbase = "spec"\nsession_tag = "none"', "mine.toml:1: end_bit_out: needs a session_tag"),
        ('name = "x"\nbase = "spec"\nsubscriber_s = 900', "mine.toml:4: subscriber_s: is longer than total_s"),
        ('name = "x"\nbase = "spec"\nsession_new = "0"', 'must be octets in hexadecimal ("0204"), not \'0\''),
        ('name = "x"\nbase = "spec"\nquestions = 1', "mine.toml:4: questions: must be true or false, not 1"),
        ('name = "x"\nbase = "spec"\ntext_language = "r"',
         "mine.toml:4: text_language: must be two letters (ISO 639), not 'r'"),
        ('name = "X Y"\nbase = "spec"', "mine.toml:2: name: must be small letters, digits and hyphens"),
        ('name = "x"\nbase = ', "mine.toml:3: Invalid value"),
    ],
)  # fmt: skip
def test_faults_are_named(lines: str, fault: str) -> None:
    """A fault has its file, line and key, what is expected, and the nearest known name."""
    with pytest.raises(DialectError) as raised:
        one(f"[[dialect]]\n{lines}\n")

    assert fault in str(raised.value)


def test_every_fault_of_a_file_in_one_run() -> None:
    """Two rows with a fault each and a strange table are three faults."""
    text = (
        '[[dialect]]\nname = "a"\nbase = "spec"\nparalel = true\n[[dialect]]\nname = "a"\nbase = "spec"\n[[dialekt]]\n'
    )
    with pytest.raises(DialectError) as raised:
        read_dialects(text, "mine.toml", own_dialects())

    assert [fault.key for fault in raised.value.faults] == ["dialekt", "paralel", "name"]


def test_a_folder_of_dialects(tmp_path: Path) -> None:
    """The files of a folder are read in the order of their names; one may build on an earlier one, or change ours."""
    (tmp_path / "a.toml").write_text('[[dialect]]\nname = "town"\nbase = "huawei"\nunits_max = 60\n')
    (tmp_path / "b.toml").write_text(
        '[[dialect]]\nname = "village"\nbase = "town"\ntotal_s = 300\n[[dialect]]\nname = "p2"\nbase = "spec"\n'
    )
    dialects = load_dialects(tmp_path)

    assert (dialects["village"].units_max, dialects["village"].total_s) == (60, 300.0)
    assert dialects["p2"].service_type_out == "USSD"
    assert own_dialects()["p2"].service_type_out == "P2"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The reason stands beside the path."""
    with pytest.raises(DialectError, match=r"absent\.toml: cannot be read: No such file"):
        load_dialects(tmp_path / "absent.toml")


def test_lookup_by_name() -> None:
    """An unknown name is answered with the nearest, or with all."""
    assert own_dialects().named("spec") is SPEC
    with pytest.raises(UnknownDialect, match="unknown USSD dialect 'tatta', did you mean 'tata'"):
        own_dialects().named("tatta")
    with pytest.raises(UnknownDialect, match=r"unknown USSD dialect 'zzz'; known: spec, one-shot, tata"):
        own_dialects().named("zzz")


@pytest.mark.parametrize(
    ("dialect", "text", "to", "dialled"),
    [
        (SPEC, b"*111#", "555", b"*111#"),
        (SPEC, b"", "111", b"*111#"),
        (dataclasses.replace(SPEC, code_in=CodeIn.DESTINATION), b"hello", "*111*828", b"*111*828#"),
        (dataclasses.replace(SPEC, code_in=CodeIn.DESTINATION), b"*100#", "111", b"*100#"),
        (own_dialects()["fdp"], b"@*111#", "", b"*111#"),
        (own_dialects()["fdp"], b"\x00*111#", "", b"*111#"),
        (own_dialects()["fdp"], b"*111*1#junk", "", b"*111*1#"),
        (own_dialects()["fdp"], b"#100#junk", "", b"#100#"),
        (own_dialects()["fdp"], "*111#".encode("utf-16-be"), "", "*111#".encode("utf-16-be")),
    ],
)
def test_where_the_dialled_string_is(dialect: Dialect, text: bytes, to: str, dialled: bytes) -> None:
    """In the text, or in the address; without what the centre put before it or after its #."""
    event = inbound(dialect, deliver(text, (0x0501, b"\x01"), to=to))

    assert event is not None
    assert event.text_octets == dialled


@pytest.mark.parametrize(("text", "kind"), [(b"*111#", UssdKind.OPEN), (b"1", UssdKind.ANSWER), (b"", UssdKind.ABORT)])
def test_text_alone(text: bytes, kind: UssdKind) -> None:
    """Where nothing says the operation, a dialled string opens, any other text answers, none aborts."""
    dialect = one('[[dialect]]\nname = "x"\nbase = "spec"\nop_source = "none"\n')
    event = inbound(dialect, deliver(text, (0x0501, b"\x12")))

    assert event is not None
    assert event.kind is kind


@pytest.mark.parametrize(
    ("session", "key"), [(b"\x12\x34", b"\x12\x34"), (b"\x12\x35", b"\x12\x34"), (b"", b""), (b"\x12", b"\x12")]
)
def test_parallel_dialogs_are_told_apart_by_their_session(session: bytes, key: bytes) -> None:
    """The end bit is no part of the name; without `parallel` a number has one dialog, whatever its session."""
    parallel = dataclasses.replace(own_dialects()["6d"], parallel=True)

    assert session_key(parallel, session) == key
    assert session_key(own_dialects()["6d"], session) == b""


def test_little_endian_session() -> None:
    """The end bit is in the octet that counts least, which may be the first."""
    dialect = dataclasses.replace(SPEC, session_little_endian=True, end_bit_in=True)
    event = inbound(dialect, deliver(b"1", (0x0501, b"\x12"), (0x1383, b"\x35\x12")))
    fields = outbound(dialect, OutKind.END_MOBILE, session_info=b"\x34\x12")

    assert event is not None
    assert event.kind is UssdKind.ABORT
    assert dict(fields.tlvs)[0x1383] == b"\x35\x12"


@pytest.mark.parametrize(("ucs2", "octets"), [(False, b"ru\rtext"), (True, b"\xf2\x3a\x00t\x00e\x00x\x00t")])
def test_language_before_the_text(ucs2: bool, octets: bytes) -> None:
    """data_coding 0x10 and 0x11 have two letters before the text (TS 23.038 5)."""
    dialect = dataclasses.replace(SPEC, text_language="ru", data_coding_gsm7=0x10, data_coding_ucs2=0x11)
    coding, text = (0x11, "text".encode("utf-16-be")) if ucs2 else (0x10, b"text")

    assert outbound(dialect, OutKind.CONTINUE, text_octets=text, data_coding=coding).short_message == octets


def test_a_language_takes_room() -> None:
    """What an operator writes with a language has a screen that holds it: 160 octets in all."""
    dialect = one('[[dialect]]\nname = "x"\nbase = "spec"\ntext_language = "ru"\ndata_coding_ucs2 = 0x11\n')
    fields = outbound(dialect, OutKind.CONTINUE, text_octets=b"\4a" * dialect.units_max, data_coding=0x11)

    assert (dialect.septets_max, dialect.units_max) == (179, 79)
    assert len(fields.short_message) == 160


def test_screen_of_a_dialect() -> None:
    """A dialect can show less than TS 24.080 allows."""
    dialect = dataclasses.replace(SPEC, units_max=70)

    outbound(dialect, OutKind.CONTINUE, text_octets=b"\0a" * 70, data_coding=8)
    with pytest.raises(UssdTextTooLong, match="shows 140"):
        outbound(dialect, OutKind.CONTINUE, text_octets=b"\0a" * 71, data_coding=8)


def test_alphabet_of_a_data_coding() -> None:
    """A dialect says what a data_coding means where the table would read it otherwise."""
    dialect = one('[[dialect]]\nname = "x"\nbase = "spec"\ndata_coding_in = { 0x04 = "ascii", 21 = "gsm7" }\n')

    assert dialect.data_coding_in == {4: Alphabet.ASCII, 0x15: Alphabet.GSM7}


def test_every_key_is_documented() -> None:
    """Every key of a dialect stands in docs/dialects.md, in code marks."""
    text = (ROOT / "docs/dialects.md").read_text(encoding="utf-8")

    assert [key for key in KEYS if f"`{key}`" not in text] == []
