"""Statements as files: what stands in them, opened with the libraries that people open them with."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from gateway.delivery.mail import compose_mail
from gateway.delivery.statements import statement_file
from gateway.model import Instant, Msisdn
from gateway.store.protocol import EffectRow

HOSTILE = "<script>alert(1)</script>"
ROWS = [
    ["01.02.2026 12:00", "звонок", "79167654321", "2:05", 450],
    ["02.02.2026 12:00", HOSTILE, "=1+1", "1", 150],
]


def statement(form: str) -> dict[str, Any]:
    return {
        "format": form, "title": "Детализация счёта", "number": "79161234567", "since": "01.02.2026",
        "until": "10.03.2026", "currency": "RUB", "columns": ["Когда", "Что", "Номер", "Сколько", "Стоимость"],
        "rows": ROWS, "total_name": "Всего", "total_minor": 600,
    }  # fmt: skip


def test_html() -> None:
    """Every row and the total; what came from outside is text, never markup."""
    name, media_type, octets = statement_file(statement("html"))
    page = octets.decode()

    assert (name, media_type) == ("statement-79161234567.html", "text/html")
    assert page.count("<tr>") == 2 + len(ROWS)
    assert "<td>звонок</td><td>79167654321</td><td>2:05</td><td>4.50</td>" in page
    assert HOSTILE not in page
    assert "6.00 RUB" in page


def test_pdf() -> None:
    """It is a PDF with its font in it, also over several pages."""
    long = statement("pdf") | {"rows": ROWS * 100}
    octets = statement_file(long)[2]

    assert octets.startswith(b"%PDF-")
    assert b"Roboto" in octets
    assert octets.count(b"/Type /Page\n") > 2


def test_table() -> None:
    """A workbook: texts stay texts (no formula), money is a number."""
    octets = statement_file(statement("xlsx"))[2]
    with zipfile.ZipFile(io.BytesIO(octets)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        texts = "".join(ElementTree.fromstring(book.read("xl/sharedStrings.xml")).itertext())
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    numbers = [cell.findtext("x:v", namespaces=space) for cell in sheet.iterfind(".//x:c", space) if not cell.get("t")]

    assert numbers == ["4.5", "1.5", "6"]
    assert "=1+1" in texts
    assert not list(sheet.iterfind(".//x:f", space))


@pytest.mark.parametrize("form", ["html", "pdf", "xlsx"])
def test_the_mail_carries_it(form: str) -> None:
    """The file is attached under its name; every try of one mail has the same Message-ID."""
    document = {"to": "anna@example.com", "subject": "Детализация", "text": "Во вложении", "statement": statement(form)}
    effect = EffectRow(1, "k1", Instant(0), Instant(0), "mail", msgspec.json.encode(document), "", Msisdn(""), ())
    messages = [compose_mail(effect, "gateway@example.com") for _ in range(2)]
    (attached,) = messages[0].iter_attachments()

    assert attached.get_filename() == f"statement-79161234567.{form}"
    assert len({message["Message-ID"] for message in messages}) == 1
