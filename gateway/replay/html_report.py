"""A comparison as one HTML file that needs nothing else: no script, no font, no address outside it.

Totals, plots of latencies and of the rate, differences by what they have in common, and some conversations of each
drawn as the subscriber's phone would show them: as it was recorded, and as it was replayed.
"""

from __future__ import annotations

import importlib.resources
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from gateway.model import Channel, Instant
from gateway.recording.messages import Said
from gateway.replay.compare import Compared, Comparison, Told, Verdict
from gateway.replay.conversations import Conversations, Turn
from gateway.replay.elements import Bar, bars, element, page, table
from gateway.replay.grouping import Group, grouped, heading
from gateway.replay.report import state_line, summary
from gateway.replay.words import Piece, Side, of_side, pieces_of

GROUPS_MAX = 100
EXAMPLES_MAX = 3
STATES_MAX = 200
BARS_MAX = 60
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

BUCKETS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
LATENCIES_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000)


@dataclass(frozen=True, slots=True)
class View:
    """How a page calls what it shows: its title, the two sides, and the verdict where they are the same or not.

    `live`: the first side is of a gateway that ran, so its latencies say something.
    """

    title: str
    was: str = "recorded"
    now: str = "replayed"
    same: str = "all as recorded"
    differs: str = "not as recorded"
    live: bool = True


def write_html(comparison: Comparison, path: Path, name: str, zone: ZoneInfo) -> None:
    """Writes the report. `name` says what was replayed; times are shown in `zone`."""
    path.write_text(html_report(comparison, View(f"Replay of {name}"), zone), encoding="utf-8")


def html_report(comparison: Comparison, view: View, zone: ZoneInfo, first: Sequence[Element] = ()) -> str:
    """The whole document; `first` stands before the totals."""
    style = importlib.resources.files("gateway.replay").joinpath("report.css").read_text(encoding="utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width"),
        element("title", view.title),
        element("style", style),
    )
    main = element("main", *_summary(comparison, view, zone), *first)
    main.extend(_totals(comparison))
    main.extend(_plots(comparison, view, zone))
    main.extend(_groups(comparison, view, zone))
    main.extend(_ends(comparison))
    return page(element("html", head, element("body", main), lang="en"))


# -- what came of it, in figures --------------------------------------------------------------------------------------


def _summary(comparison: Comparison, view: View, zone: ZoneInfo) -> Iterator[Element]:
    yield element("h1", view.title)
    times = [each.at for each in comparison.said.values()] + [each.either.at for each in comparison.replies]
    if times:
        first, last = (_clock(Instant(at), zone, "%Y-%m-%d %H:%M:%S") for at in (min(times), max(times)))
        yield element("p", f"{first} to {last}, {zone.key}", class_="quiet")
    came = ("same", view.same) if comparison.same else ("differs", view.differs)
    yield element("p", element("span", came[1], class_=came[0]), f" {summary(comparison, view.same)}")


def _totals(comparison: Comparison) -> Iterator[Element]:
    total = max(1, len(comparison.replies))
    rows = [
        (verdict.value, f"{comparison.totals[verdict]:,}", f"{comparison.totals[verdict] / total:.1%}")
        for verdict in Verdict
    ]
    left_out = [(kind, f"{count:,}") for kind, count in comparison.left_out.items()]
    yield element("h2", "Totals")
    yield element(
        "div",
        element("section", table(("replies", "", ""), rows)),
        element("section", table(("not replayed", ""), left_out)) if left_out else None,
        class_="side",
    )


def _plots(comparison: Comparison, view: View, zone: ZoneInfo) -> Iterator[Element]:
    latencies = sorted(_latencies_ms(comparison)) if view.live else []
    plots = []
    if latencies:
        told = ", ".join(f"{part} % within {_at(latencies, part):,} ms" for part in (50, 95, 99))
        plots.append(("Latency of the recorded replies", _latency_bars(latencies), told))
    if comparison.said:
        found, bucket_s = _rate_bars(comparison, zone)
        note = f"messages in each {_lasts(bucket_s)}; those with a reply that differs in red"
        plots.append(("Rate over time", found, note))
    if plots:
        sections = (
            element("section", element("h3", title), bars(found, title), element("p", note, class_="quiet"))
            for title, found, note in plots
        )
        yield element("div", *sections, class_="side", style="margin-top: 16px")


def _latencies_ms(comparison: Comparison) -> Iterator[int]:
    """From each message to each recorded reply that it caused."""
    for each in comparison.replies:
        told = each.recorded
        said = comparison.said.get(told.cause) if told is not None and told.cause is not None else None
        if told is not None and said is not None and told.at >= said.at:
            yield told.at - said.at


def _at(ordered: Sequence[int], part: int) -> int:
    """The smallest that `part` percent are not above."""
    return ordered[max(0, -(-len(ordered) * part // 100) - 1)]


def _latency_bars(latencies: Iterable[int]) -> list[Bar]:
    counts: Counter[int] = Counter()
    for each in latencies:
        counts[next((place for place, end in enumerate(LATENCIES_MS) if each < end), len(LATENCIES_MS))] += 1
    labels = [*(f"<{_short_ms(end)}" for end in LATENCIES_MS), f"≥{_short_ms(LATENCIES_MS[-1])}"]
    return [Bar(labels[place], counts[place]) for place in range(min(counts), max(counts) + 1)]


def _short_ms(lasts: int) -> str:
    return f"{lasts} ms" if lasts < 1000 else f"{lasts // 1000} s"


def _rate_bars(comparison: Comparison, zone: ZoneInfo) -> tuple[list[Bar], int]:
    """How many messages came in each stretch of time, and how long those are in seconds."""
    times = {place: said.at for place, said in comparison.said.items()}
    begin, lasts_s = min(times.values()), (max(times.values()) - min(times.values())) / 1000
    bucket_s = next((each for each in BUCKETS_S if lasts_s / each < BARS_MAX), BUCKETS_S[-1])
    differing = {each.cause for each in comparison.differences}
    counts = Counter((at - begin) // (bucket_s * 1000) for at in times.values())
    marked = Counter((at - begin) // (bucket_s * 1000) for place, at in times.items() if place in differing)
    form = "%H:%M:%S" if bucket_s < 60 else "%H:%M" if lasts_s < 86_400 else "%d.%m."
    return [
        Bar(_clock(Instant(begin + place * bucket_s * 1000), zone, form), counts[place], marked[place])
        for place in range(max(counts) + 1)
    ], bucket_s


def _lasts(seconds: int) -> str:
    for unit, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds % unit == 0:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def _clock(at: Instant, zone: ZoneInfo, form: str = "%H:%M:%S") -> str:
    return datetime.fromtimestamp(at / 1000, zone).strftime(form)


# -- differences ------------------------------------------------------------------------------------------------------


def _groups(comparison: Comparison, view: View, zone: ZoneInfo) -> Iterator[Element]:
    groups = grouped(comparison.differences)
    if not groups:
        return
    yield element("h2", "Differences, by what they have in common")
    conversations = Conversations(comparison)
    for group in groups[:GROUPS_MAX]:
        yield _group(group, conversations, view, zone)
    if len(groups) > GROUPS_MAX:
        rest = groups[GROUPS_MAX:]
        count = sum(len(each.differences) for each in rest)
        yield element("p", f"... and {count:,} more replies in {len(rest):,} smaller groups")


def _group(group: Group, conversations: Conversations, view: View, zone: ZoneInfo) -> Element:
    examples = group.differences[:EXAMPLES_MAX]
    told = "example" if len(examples) == 1 else f"{len(examples)} examples"
    return element(
        "section",
        element("h3", heading(group)),
        element("div", *_marked(group.pieces), class_="pattern"),
        element(
            "details",
            element("summary", told),
            *(example(each, conversations.around(each), view, zone) for each in examples),
        ),
    )


def _marked(row: Iterable[Piece]) -> Iterator[Element]:
    tags = {Side.WAS: "del", Side.NOW: "ins"}
    for piece in row:
        yield element(tags[piece.side] if piece.differs else "span", piece.text)


def example(each: Compared, turns: Sequence[Turn], view: View, zone: ZoneInfo) -> Element:
    """The phones before and after, side by side."""
    return element(
        "div",
        _phone(view.was, each, turns, zone, Side.WAS),
        _phone(view.now, each, turns, zone, Side.NOW),
        class_="phones",
    )


def _phone(title: str, each: Compared, turns: Sequence[Turn], zone: ZoneInfo, side: Side) -> Element:
    owner = next((turn.said.subscriber for turn in turns if turn.said is not None), each.either.subscriber)
    begin = turns[0].said.at if turns[0].said is not None else each.either.at
    phone = element("article", element("header", f"{title} · {owner} · {_clock(begin, zone)}"), class_="phone")
    for turn in turns:
        if turn.said is not None:
            phone.append(_typed(turn.said))
        for reply in turn.replies:
            told = reply.recorded if side is Side.WAS else reply.replayed
            if told is not None:
                phone.append(_told(told, reply, owner, side))
            elif reply is each:
                phone.append(element("div", "nothing", class_="none"))
    return phone


def _typed(said: Said) -> Element:
    way = "SMS" if said.channel is Channel.SMS else "dialled" if said.text.startswith(("*", "#")) else "answered"
    return element("div", element("small", way), said.text or "(empty)", class_="typed")


def _told(told: Told, reply: Compared, owner: str, side: Side) -> Element:
    """A screen or a bubble; the words that differ are marked, a reply that is not as it was is outlined."""
    kind = "screen" if told.channel is Channel.USSD else "sms"
    to = "" if told.subscriber == owner else f" to {told.subscriber}"
    texts: Iterable[Element] = [element("span", told.text)]
    if reply.verdict is Verdict.TEXT and reply.recorded is not None and reply.replayed is not None:
        texts = _marked(of_side(pieces_of(reply.recorded, reply.replayed), side))
    shape = f"{kind} other" if reply.verdict is not Verdict.SAME else kind
    return element("div", element("small", f"{kind}{to}") if kind == "sms" or to else None, *texts, class_=shape)


# -- the rest ---------------------------------------------------------------------------------------------------------


def _ends(comparison: Comparison) -> Iterator[Element]:
    if comparison.states:
        yield element("h2", "End states")
        rows = [(state_line(each),) for each in comparison.states[:STATES_MAX]]
        if len(comparison.states) > STATES_MAX:
            rows.append((f"... and {len(comparison.states) - STATES_MAX:,} more",))
        yield element("section", table((f"{len(comparison.states):,} fields differ",), rows))
    for fault in comparison.faults:
        yield element("h2", "The gateway failed")
        yield element("div", fault, class_="pattern")
