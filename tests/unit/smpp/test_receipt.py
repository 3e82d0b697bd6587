"""Delivery receipts of many vendors, and which message each of them means."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smpp.pdu import DataSm, DeliverSm
from smpp.receipt import Rung, fold_id, is_receipt, read_receipt, receipt_text, receipt_time, rung_between, rungs
from smpp.vocabulary import MessageState

VENDORS = Path(__file__).parents[3] / "fixtures/receipts/vendors.toml"
ROWS: list[dict[str, Any]] = tomllib.loads(VENDORS.read_text(encoding="utf-8"))["receipt"]
PAYLOAD = 0x0424


def octets_of(row: dict[str, Any]) -> bytes:
    if "hex" in row:
        return bytes.fromhex(row["hex"])
    if "utf16" in row:
        return str(row["utf16"]).encode("utf-16-be")
    return str(row["text"]).encode("latin-1")


def tlvs_of(row: dict[str, Any]) -> tuple[tuple[int, bytes], ...]:
    return tuple((int(tag, 16), bytes.fromhex(value)) for tag, value in row.get("tlvs", {}).items())


def deliver_sm(row: dict[str, Any]) -> DeliverSm:
    octets, tlvs = octets_of(row), tlvs_of(row)
    if row.get("payload"):
        octets, tlvs = b"", (*tlvs, (PAYLOAD, octets))
    return DeliverSm(esm_class=row.get("esm_class", 4), short_message=octets, tlvs=tlvs)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_every_vendor_is_read(row: dict[str, Any]) -> None:
    """Each receipt gives its ids, state, error and date; what is none is left alone."""
    assert row["origin"]
    pdu = deliver_sm(row)
    expected = row.get("receipt", True)

    assert is_receipt(pdu) is expected
    if not expected:
        return
    receipt = read_receipt(pdu)
    done = receipt_time(receipt.done)
    assert list(receipt.ids) == row["ids"]
    assert (None if receipt.state is None else int(receipt.state)) == row.get("state")
    assert receipt.error == row["error"]
    assert (None if done is None else done.isoformat()) == row.get("done")
    assert receipt.final is row.get("final", row.get("state") in (2, 3, 4, 5, 8, 9))


@pytest.mark.parametrize("row", [row for row in ROWS if row.get("receipt", True)], ids=lambda row: row["name"])
def test_data_sm_says_the_same(row: dict[str, Any]) -> None:
    """A receipt in a data_sm, whose text is always in message_payload, is read as in a deliver_sm."""
    data_sm = DataSm(esm_class=row.get("esm_class", 4), tlvs=((PAYLOAD, octets_of(row)), *tlvs_of(row)))

    assert is_receipt(data_sm)
    assert read_receipt(data_sm) == read_receipt(deliver_sm(row))


@given(st.binary(max_size=254), st.binary(max_size=70), st.binary(max_size=4), st.sampled_from([0x04, 0x44, 0x20]))
def test_no_octets_are_too_strange(octets: bytes, identity: bytes, state: bytes, esm_class: int) -> None:
    """Whatever octets a centre writes, reading them raises nothing, and no id has white space or a NUL."""
    pdu = DeliverSm(esm_class=esm_class, short_message=octets, tlvs=((0x1E, identity), (0x427, state)))
    receipt = read_receipt(pdu)

    assert all(each and each == each.strip() and "\0" not in each for each in receipt.ids)


@given(st.text(alphabet="id:stadlvrexu 0123=;\"'\n", max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    """Texts made of the keys' own letters raise nothing either."""
    read_receipt(DeliverSm(esm_class=4, short_message=b"id:1 " + text.encode()))


@pytest.mark.parametrize(
    ("received", "responded", "rung"),
    [
        ("70BA8A69", "70BA8A69", Rung.EXACT),
        ("12absa-adsasdas-gfgfdg", "12absa-adsasdas-gfgfdg", Rung.EXACT),
        ("70ba8a69", "70BA8A69", Rung.CASE),
        ("00B8BE19", "b8be19", Rung.ZEROS),
        ("0000000012345678", "12345678", Rung.ZEROS),
        ("0", "000", Rung.ZEROS),
        ("1891273321", "70BA8A69", Rung.DECIMAL_OF_HEX),
        ("281605133", "10C8F40D", Rung.DECIMAL_OF_HEX),
        ("0000436949", "0006AAD5", Rung.DECIMAL_OF_HEX),
        ("18446744073709551615", "ffffffffffffffff", Rung.DECIMAL_OF_HEX),
        ("6aad5", "436949", Rung.HEX_OF_DECIMAL),
        ("0006AAD5", "0000436949", Rung.HEX_OF_DECIMAL),
        ("436949", "436950", None),
        ("64567564356765435676", "38001B6A9C5C6A81C", None),
        ("126e85a6edeac1a02020099312479564", "24491841265826836471", None),
        ("²", "2", None),
    ],
)
def test_ids_are_compared_by_the_ladder(received: str, responded: str, rung: Rung | None) -> None:
    """Exact, case, leading zeros, decimal and hexadecimal either way up to 16 digits; and nothing further."""
    assert rung_between(received, responded) is rung
    assert (fold_id(responded) in list(rungs(received))) is (rung is not None)


def test_the_rung_that_matched_first_is_tried_first() -> None:
    """Where a link has shown that its receipts are decimal and its responses hexadecimal, that is looked up first."""
    assert list(rungs("291")) == ["291", "123", "657"]
    assert list(rungs("291", Rung.DECIMAL_OF_HEX)) == ["123", "291", "657"]
    assert list(rungs("291", Rung.HEX_OF_DECIMAL)) == ["657", "291", "123"]


@pytest.mark.parametrize(
    ("state", "word"), [(MessageState.DELIVERED, "DELIVRD"), (MessageState.UNDELIVERABLE, "UNDELIV")]
)
def test_our_own_receipts_can_be_read(state: MessageState, word: str) -> None:
    """A receipt that we write is one that we read."""
    at = datetime(2026, 11, 22, 12, 1)
    text = receipt_text("4711", state, at, at)
    receipt = read_receipt(DeliverSm(esm_class=4, short_message=text.encode()))

    assert f" stat:{word} " in text
    assert (receipt.ids, receipt.state, receipt_time(receipt.done)) == (("4711",), state, at)
