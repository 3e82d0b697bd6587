"""The page about a replay: differences by what they have in common, phones, plots, and texts that stay text."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from gateway.model import Channel, Instant, Msisdn
from gateway.recording.messages import Said
from gateway.replay.compare import Alike, Comparison, StateDifference, Told, Verdict, compare
from gateway.replay.grouping import Group, grouped, heading
from gateway.replay.html_report import View, html_report
from gateway.replay.words import Piece, Side, of_side, pieces
from smpp.pdu import SubmitSm

AT = 1_773_133_200_000
MOSCOW = ZoneInfo("Europe/Moscow")


def number(index: int) -> Msisdn:
    return Msisdn(f"7916123{index:04}")


def told(text: str, index: int = 0, *, ms: int = 0, channel: Channel = Channel.SMS) -> Told:
    return Told(Instant(AT + index * 1000 + ms), number(index), channel, text, index)


def differences(pairs: Iterable[tuple[str, str]]) -> list[Group]:
    recorded, replayed = zip(*pairs, strict=True)
    was = [told(text, index) for index, text in enumerate(recorded) if text]
    now = [told(text, index) for index, text in enumerate(replayed) if text]
    return grouped(each for each in compare(was, now, Alike()) if each.verdict is not Verdict.SAME)


def charged(price: int, left: int, name: str = "Гудок") -> str:
    return f"«{name}» подключена. Списано {price} руб., осталось {left} руб."


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(charged(50, 900 - i), charged(60, 890 - i)) for i in range(12)],
         ["12 replies to 12 numbers differ only in «Гудок» подключена. Списано [50→60] руб., осталось […→…] руб."]),
        ([(charged(50, 90, "А"), charged(60, 80, "А"))] * 2 + [(charged(50, 90, "Б"), charged(70, 70, "Б"))],
         ["2 replies to 2 numbers differ only in «А» подключена. Списано [50→60] руб., осталось [90→80] руб.",
          "1 reply to 1 number differs only in «Б» подключена. Списано [50→70] руб., осталось [90→70] руб."]),
        ([("Цены:\n12 Гудок: 50\n35 SMS: 30", "Цены:\n12 Гудок: 60\n35 SMS: 30")],
         ["1 reply to 1 number differs only in 12 Гудок: [50→60]"]),
        ([("Баланс: 5.10 руб.", "Баланс: 5.10 руб. Спасибо")],
         ["1 reply to 1 number differs only in Баланс: 5.10 руб.[→ Спасибо]"]),
        ([("Подключить «Гудок»? 50 руб. каждый месяц", "«Гудок» стоит 60 руб., не хватает 5")],
         ["1 reply to 1 number differs only in [Подключить «Гудок»? 50 руб. каждый месяц"
          "→«Гудок» стоит 60 руб., не хватает 5]"]),
        ([("раз два три четыре пять шесть", "раз 2 3 четыре пять шесть")],
         ["1 reply to 1 number differs only in раз [два три→2 3] четыре пять шесть"]),
        ([("Готово", ""), ("Готово", "")], ["2 replies to 2 numbers are missing [Готово→]"]),
        ([("", "Нет"), ("a", "b")],
         ["1 reply to 1 number was not there before [→Нет]", "1 reply to 1 number differs only in [a→b]"]),
        ([(f"Услуга {7 + i % 2}: 5", f"Услуга {7 + i % 2}: 6") for i in range(8)],
         ["4 replies to 4 numbers differ only in Услуга 7: [5→6]",
          "4 replies to 4 numbers differ only in Услуга 8: [5→6]"]),
    ],
)  # fmt: skip
def test_groups(pairs: list[tuple[str, str]], expected: list[str]) -> None:
    """Replies with the same words differing are one group; numbers that each has its own of do not tell them apart."""
    found = [f"{heading(group)} {group.text}" for group in differences(pairs)]

    assert sorted(expected) == sorted(found)


@pytest.mark.parametrize("more", ["", " Новое."])
def test_codes_of_the_runs_are_no_difference(more: str) -> None:
    """The one-time code of each run is neither marked nor told apart by; the same digits elsewhere are."""
    was = [Told(Instant(AT), number(i), Channel.SMS, f"Цена 50. ДА 48{i:02}", i, (f"48{i:02}",)) for i in range(5)]
    now = [
        Told(Instant(AT), number(i), Channel.SMS, f"Цена 60.{more} ДА 11{i:02}", i, (f"11{i:02}",)) for i in range(5)
    ]
    (group,) = grouped(compare(was, now, Alike()))

    assert group.text == ("Цена [50.→60. Новое.] ДА …" if more else "Цена [50→60]. ДА …")


@pytest.mark.parametrize(
    ("was", "now"),
    [("a b c", "a c"), ("", "x"), ("1 2 3", "1 5 3"), ("one\n\ntwo", "one\ntwo"), ("5 руб.", "5.50 руб."), ("x", "")],
)
def test_pieces_are_both_texts(was: str, now: str) -> None:
    """Nothing of either text is lost among the pieces."""
    row = pieces(was, now)

    assert (was, now) == tuple("".join(each.text for each in of_side(row, side)) for side in (Side.WAS, Side.NOW))
    assert all(isinstance(each, Piece) and each.text for each in row)


class Tags(HTMLParser):
    """What a browser would take for elements, and what for text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = [
    "<script>alert(1)</script>",
    '"→img src=x onerror=alert(1)>',
    "</style→script>alert(1)</script>",
    "<!-- --→b>&lt;&amp;",
    "&#60;script&#62;",
    "\x00\x07\x1b[31m\x9b\ufffe",
    "\u202eevil\u2066",
    "\ud800 half",
]


def said(text: str, index: int = 0) -> Said:
    return Said(
        at=Instant(AT + index * 1000), link="phones", session=1, account="a", subscriber=number(index),
        channel=Channel.USSD, text=text, pdu=SubmitSm(), dialog=f"{number(index)}/1",
    )  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_stay_text(hostile: str) -> None:
    """Whatever stands in a text, a name of a file or a traceback, the page has no element or attribute of it."""
    texts = compare([told(hostile, 0, ms=40)], [told(hostile + "!", 0), told(hostile, 1)], Alike())
    comparison = Comparison(
        said={0: said(hostile), 1: said("*100#", 1)},
        replies=texts,
        states=[StateDifference(hostile, hostile, "", hostile, None)],
        left_out={hostile: 1},
        faults=[hostile],
    )
    source = html_report(comparison, View(hostile), MOSCOW)
    source.encode("utf-8")
    plain = html_report(Comparison(said={0: said("x"), 1: said("y", 1)}, replies=texts[:0]), View("x"), MOSCOW)
    found = Tags(source)

    assert not found.tags & {"script", "img", "b", "iframe", "link", "a"}
    assert not {name for name in found.attributes if name.startswith("on") or name in ("src", "href")}
    assert Tags(plain).text.count("alert") == 0
    assert not [each for each in found.text if ord(each) < 32 and each not in "\n\t\r"]


def test_the_page_tells_all() -> None:
    """Totals, both plots, the group, and a phone with the dialog before the reply; nothing from outside."""
    asked, chosen = said("*111#"), said("1")
    menu = told("Меню\n1 Услуги", ms=30, channel=Channel.USSD)
    was = Told(Instant(AT + 250), number(0), Channel.USSD, charged(50, 90), 1)
    now = Told(Instant(AT), number(0), Channel.USSD, charged(60, 80), 1)
    replies = compare([menu, was], [menu, now], Alike())
    source = html_report(
        Comparison(said={0: asked, 1: chosen}, replies=replies, took_s=1, lasted_s=60), View("a"), MOSCOW
    )
    text = Tags(source).text

    assert "Latency of the recorded replies" in text
    assert "50 % within 30 ms, 95 % within 250 ms" in text
    assert "2, 1 differ" in text  # of the bar in which both messages are
    assert "1 reply to 1 number differs only in" in text
    assert text.count("*111#") == text.count("1 Услуги") == 2
    assert "<del>50</del>" in source
    assert "http:" not in source
    assert "https:" not in source


def test_a_report_of_nothing() -> None:
    """A recording without a message makes a page, too."""
    assert "all as recorded" in html_report(Comparison(), View("nothing"), MOSCOW)
