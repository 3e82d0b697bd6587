"""Statements as documents: HTML, PDF and a table, from the rows that the engine has decided.

The libraries are imported when a statement is made, which no start and no command waits for.
"""

from __future__ import annotations

import html
import io
from typing import Any

TYPES = {
    "html": "text/html",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def statement_file(statement: dict[str, Any]) -> tuple[str, str, bytes]:
    """Name, media type and octets of a statement's file. `statement`: as `handlers/statement.py` has it."""
    form = statement["format"]
    octets = {"html": _html, "pdf": _pdf, "xlsx": _xlsx}[form](statement)
    return f"statement-{statement['number']}.{form}", TYPES[form], octets


def _sum(minor: int) -> str:
    sign, minor = ("-", -minor) if minor < 0 else ("", minor)
    return f"{sign}{minor // 100}.{minor % 100:02}"


def _heading(statement: dict[str, Any]) -> str:
    return f"+{statement['number']}, {statement['since']} - {statement['until']}"


_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font-family: sans-serif; margin: 2em; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: 0.3em 0.8em; border-bottom: 1px solid #ccc; text-align: left; }}
th:nth-child(n+4), td:nth-child(n+4) {{ text-align: right; }}
tfoot td {{ font-weight: bold; }}
</style></head><body>
<h1>{title}</h1>
<p>{heading}</p>
<table><thead><tr>{columns}</tr></thead>
<tbody>
{rows}
</tbody>
<tfoot><tr><td colspan="4">{total_name}</td><td>{total}</td></tr></tfoot></table>
</body></html>
"""


def _html(statement: dict[str, Any]) -> bytes:
    def cells(tag: str, values: list[str]) -> str:
        return "".join(f"<{tag}>{html.escape(value)}</{tag}>" for value in values)

    rows = "\n".join(f"<tr>{cells('td', [*row[:4], _sum(row[4])])}</tr>" for row in statement["rows"])
    page = _PAGE.format(
        title=html.escape(statement["title"]),
        heading=html.escape(_heading(statement)),
        columns=cells("th", statement["columns"]),
        rows=rows,
        total_name=html.escape(statement["total_name"]),
        total=f"{_sum(statement['total_minor'])} {html.escape(statement['currency'])}",
    )
    return page.encode()


_WIDTHS = (36, 62, 36, 24, 24)  # of the columns, millimetres


def _pdf(statement: dict[str, Any]) -> bytes:
    from font_roboto import Roboto, RobotoBold  # type: ignore[import-untyped]
    from fpdf import FPDF
    from fpdf.fonts import FontFace

    page = FPDF(format="A4")
    page.set_title(statement["title"])
    page.add_font("Roboto", "", Roboto)
    page.add_font("Roboto", "B", RobotoBold)
    page.add_page()
    page.set_font("Roboto", "B", 16)
    page.cell(0, 10, statement["title"], new_x="LMARGIN", new_y="NEXT")
    page.set_font("Roboto", "", 10)
    page.cell(0, 8, _heading(statement), new_x="LMARGIN", new_y="NEXT")
    with page.table(
        col_widths=_WIDTHS,
        text_align=("LEFT", "LEFT", "LEFT", "RIGHT", "RIGHT"),
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(emphasis="BOLD"),
    ) as table:
        table.row(statement["columns"])
        for row in statement["rows"]:
            table.row([*row[:4], _sum(row[4])])
    page.set_font("Roboto", "B", 11)
    total = f"{statement['total_name']}: {_sum(statement['total_minor'])} {statement['currency']}"
    page.cell(0, 10, total, align="R")
    return bytes(page.output())


def _xlsx(statement: dict[str, Any]) -> bytes:
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
    sheet.write_string(0, 0, statement["title"], bold)
    sheet.write_string(1, 0, _heading(statement))
    for column, name in enumerate(statement["columns"]):
        sheet.write_string(3, column, name, bold)
    row = 3
    for row, values in enumerate(statement["rows"], 4):
        for column, value in enumerate(values[:4]):
            sheet.write_string(row, column, value)
        sheet.write_number(row, 4, values[4] / 100, money)
    sheet.write_string(row + 1, 3, statement["total_name"], bold)
    sheet.write_number(row + 1, 4, statement["total_minor"] / 100, money)
    sheet.freeze_panes(4, 0)
    sheet.autofit()
    book.close()
    return out.getvalue()
