"""Elements of a page and plots as SVG. Texts become text and nothing else, whatever stands in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, tostring

Child = Element | str | None

PLOT_WIDTH, PLOT_HEIGHT = 640, 180
LEFT, RIGHT, TOP, BELOW = 46, 8, 10, 26
LABELS_MAX = 12


def element(tag: str, *children: Child, **attributes: object) -> Element:
    """An element; of an attribute's name an underscore at its end goes, others are hyphens. None is left out."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): clean(str(value)) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif child is not None and len(made):
            made[-1].tail = (made[-1].tail or "") + clean(child)
        elif child is not None:
            made.text = (made.text or "") + clean(child)
    return made


def page(root: Element) -> str:
    """A document of its own."""
    return "<!doctype html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def clean(text: str) -> str:
    """Without the characters that neither XML 1.0 nor HTML has a way to write."""
    return re.sub(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


@dataclass(frozen=True, slots=True)
class Bar:
    """How many there are of `label`; `marked` of them are drawn in another colour."""

    label: str
    count: int
    marked: int = 0


def bars(found: Sequence[Bar], title: str) -> Element:
    """A plot with a bar for each value from the left to the right, the scale beside and some labels below."""
    most = _scale_end(max((each.count for each in found), default=0))
    plot = element(
        "svg", element("title", title), class_="plot", viewBox=f"0 0 {PLOT_WIDTH} {PLOT_HEIGHT}", role="img"
    )  # fmt: skip
    width, height = PLOT_WIDTH - LEFT - RIGHT, PLOT_HEIGHT - TOP - BELOW
    for part in (0, most // 2, most) if most > 1 else (0, most):
        y = TOP + height - height * part / most
        plot.append(element("line", x1=LEFT, x2=PLOT_WIDTH - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid"))
        plot.append(element("text", f"{part:,}", x=LEFT - 6, y=f"{y + 4:.1f}", text_anchor="end"))
    step = width / max(1, len(found))
    labelled = -(-len(found) // LABELS_MAX)
    for place, each in enumerate(found):
        left = LEFT + place * step
        for count, kind in ((each.count, "bar"), (each.marked, "bar marked")):
            if count:
                tall = height * count / most
                told = element("title", f"{each.label}: {each.count:,}" + _of_them(each))
                plot.append(
                    element("rect", told, x=f"{left + step * 0.1:.1f}", y=f"{TOP + height - tall:.1f}",
                            width=f"{step * 0.8:.1f}", height=f"{tall:.1f}", class_=kind)
                )  # fmt: skip
        if place % labelled == 0:
            middle = f"{left + step / 2:.1f}"
            plot.append(element("text", each.label, x=middle, y=PLOT_HEIGHT - 8, text_anchor="middle"))
    return plot


def _of_them(each: Bar) -> str:
    return f", {each.marked:,} differ" if each.marked else ""


def _scale_end(most: int) -> int:
    """The next of 1, 2, 4, 10, 20, 40, ... that nothing is above."""
    end = 1
    while True:
        for factor in (1, 2, 4):
            if end * factor >= most:
                return end * factor
        end *= 10


def table(heads: Sequence[str], rows: Iterable[Sequence[Child]], class_: str = "") -> Element:
    head = element("tr", *(element("th", each) for each in heads))
    body = (element("tr", *(element("td", each) for each in row)) for row in rows)
    return element("table", element("thead", head), element("tbody", *body), class_=class_)
