"""The format of transcripts: what is read, what is at fault and where, and how expectations are written anew."""

from __future__ import annotations

import asyncio
import functools
import inspect
import io
from pathlib import Path

import pytest
from rich.console import Console

from gateway.config import Settings
from gateway.model import DAY_MS, Channel, Language, ServiceStatus
from gateway.replay import transcript
from gateway.replay.command import DIFFERS, NOT_RUN, SAME, replay
from gateway.replay.lines import SETTINGS
from gateway.replay.runner import SECRET, run
from gateway.replay.steps import After, Balance, Message, Outside, PushStep, Shown
from gateway.replay.transcript import Place, TranscriptError, parse_transcript, rewritten
from gateway.rooms import Rooms

NUMBER = "79161234567"
OTHER = "79161234568"
APP = "application weather *384#"
DIALS = f"{NUMBER} dials *100#"
SENDS = f"{NUMBER} sends БАЛАНС to 111"


@functools.cache
def rooms() -> Rooms:
    return Rooms(Settings(), SECRET)


# --- what is read ---------------------------------------------------------------------------------------------------

WHOLE = f"""\
# A title,
# on two lines.

given {NUMBER} owner=P1 balance=100.50 lang=bg services=12,40:suspended linked={OTHER} packages=min:5
given {OTHER} owner=P1

{DIALS}
  screen Код {{otp}}, ещё раз {{otp}}
  |  вторая строка {{{{скобки}}}}
  # a comment between expectations
  sms {OTHER} {{date}}
{NUMBER} sends КОД {{otp}} to 111
  nothing
{NUMBER} sends to 111
after 2d
balance {NUMBER} -3.05
"""


def test_a_whole_transcript() -> None:
    """Title, subscribers, messages, their expectations, time and balances come with their lines."""
    read = parse_transcript(WHOLE, "a.dialog")
    given = read.givens[0]
    dialled, code, blank, after, balance = read.steps

    assert "A title, on two lines." == read.title
    assert (10050, Language.BG, (OTHER,), (("min", 5),)) == (
        given.balance,
        given.language,
        given.linked,
        given.packages,
    )
    assert ((12, ServiceStatus.ACTIVE), (40, ServiceStatus.SUSPENDED)) == given.services
    assert isinstance(dialled, Message)
    assert (7, Channel.USSD, "*100#", (8, 11)) == (
        dialled.line,
        dialled.channel,
        dialled.text.source,
        (dialled.expected.first, dialled.expected.last),
    )
    assert [(Shown.SCREEN, NUMBER), (Shown.SMS, OTHER)] == [(each.shown, each.to) for each in dialled.expected.replies]
    assert "Код {otp}, ещё раз {otp}\n вторая строка {{скобки}}" == dialled.expected.replies[0].text.source
    assert isinstance(code, Message)
    assert (("КОД ", Place("otp", "otp")), "111", (), True) == (
        code.text.parts,
        code.to,
        code.expected.replies,
        code.expected.stated,
    )
    assert isinstance(blank, Message)
    assert ("", False) == (blank.text.source, blank.expected.stated)
    assert isinstance(after, After)
    assert after.lasts_ms == 2 * DAY_MS
    assert isinstance(balance, Balance)
    assert balance.amount == -305


PATTERNS = [
    ("Код {otp}.", "Код 1234.", {"otp": "1234"}),
    ("Код {otp}.", "Код 123.", None),
    ("{otp} {otp}", "1234 1234", {"otp": "1234"}),
    ("{otp} {otp}", "1234 1235", None),
    ("{otp} {otp2}", "1234 1235", {"otp": "1234", "otp2": "1235"}),
    ("№ {ref}", "№ 17", {"ref": "17"}),
    ("до {date} {time}", "до 10.04 12:30", {}),
    ("до {date2}", "до 10.04.2026", {"date2": "10.04.2026"}),
    ("{any} руб.", "17 руб.", {}),
    ("{any}", "two\nlines", None),
    ("1.2*", "1.2*", {}),
    ("1.2*", "1x22", None),
]


@pytest.mark.parametrize(("written", "actual", "met"), PATTERNS)
def test_places(written: str, actual: str, met: dict[str, str] | None) -> None:
    """A place takes what it is made for, and the same name the same value; all else is literal."""
    step = parse_transcript(f"{SENDS}\n  sms {NUMBER} {written}\n").steps[0]
    assert isinstance(step, Message)

    assert met == step.expected.replies[0].text.match(actual, {})


def test_a_place_holds_what_it_met() -> None:
    """What a name met before is the only thing that it matches later."""
    step = parse_transcript(f"{SENDS}\n  sms {NUMBER} {{otp}}\n").steps[0]
    assert isinstance(step, Message)
    pattern = step.expected.replies[0].text

    assert pattern.match("4321", {"otp": "1234"}) is None
    assert {} == pattern.match("1234", {"otp": "1234"})
    assert "1234" == pattern.fill({"otp": "1234"})


# --- faults ---------------------------------------------------------------------------------------------------------

FAULTS = [
    ("hello", 1, 1, "expected given, used, card, application, push, after, outside, balance, or a number"),
    ("given 7916", 1, 7, "expected a number of 7 to 15 digits"),
    (f"given {NUMBER} balans=1", 1, 19, "unknown key balans, did you mean balance?"),
    (f"given {NUMBER} owner=P1 balance=3.5", 1, 36, "balance: expected a sum such as 100.00, not '3.5'"),
    (f"given {NUMBER} kind=dog", 1, 24, "kind: expected private or company, not 'dog'"),
    (f"given {NUMBER} owner=", 1, 25, "expected a value"),
    (f"given {NUMBER} payer={OTHER}", 1, 1, f"payer {OTHER} is not given"),
    (f"given {NUMBER} linked={OTHER}", 1, 1, f"linked {OTHER} is not given"),
    (
        f"given {NUMBER} owner=A linked={OTHER}\ngiven {OTHER} owner=B",
        1,
        1,
        f"linked {OTHER} has another owner or region",
    ),
    (f"given {NUMBER}\ngiven {NUMBER}", 2, 7, f"{NUMBER} is given twice"),
    (f"{DIALS}\n  nothing\ngiven {OTHER}", 3, 1, "given comes before the first message"),
    (f"{NUMBER} calls 112", 1, 13, "expected `dials CODE` or `sends TEXT to SHORT`"),
    (f"{NUMBER} dials", 1, 18, "expected a space and a text"),
    (f"{NUMBER} sends БАЛАНС", 1, 18, "expected a text and `to SHORT`"),
    (f"{NUMBER} sends a {{pin}} to 111", 1, 21, "unknown place {pin}; known: otp, ref, date, time, any; a brace is {{"),
    (f"{DIALS}\n  screen a {{otp", 2, 12, "a brace in a text is written twice: {{"),
    (f"{DIALS}\n  screen", 2, 9, "expected a space and a text"),
    (f"{DIALS}\n  sms Текст", 2, 7, "expected a number of 7 to 15 digits"),
    (f"{DIALS}\n  skreen Текст", 2, 3, "expected screen, sms, nothing, or | with more text"),
    (f"{DIALS}\nscreen Текст", 2, 1, "an expectation is indented beneath its message"),
    (f"  {DIALS}", 1, 3, "this stands at the beginning of a line, not indented"),
    ("  screen Текст", 1, 3, "nothing above this line is answered: no message, no time that passes"),
    (f"{SENDS}\n  screen Текст", 2, 3, "only who dials has a screen"),
    (f"{SENDS}\n  | Текст", 2, 3, "no text above this line goes on"),
    (f"{DIALS}\n  nothing\n  screen Текст", 3, 3, "`nothing` stands alone"),
    (f"{DIALS}\n  screen Текст\n  nothing", 3, 3, "`nothing` stands alone"),
    ("after 5y", 1, 7, "expected a time such as 5m, 2h or 1d"),
    (f"balance {NUMBER} 5", 1, 21, "expected a sum such as 100.00"),
    (f"balance {NUMBER} 5.00", 1, 9, f"{NUMBER} is not given"),
    ("application Weather *384#", 1, 13, "expected a name of small letters"),
    ("application weather 384", 1, 21, "expected a code such as *384#"),
    (f"{APP}\n  asked 1 answers CON a", 2, 11, "expected `says CON TEXT`, `says END TEXT` or `dead`"),
    (f"{APP}\n  asked 1 says GO on", 2, 16, "expected CON or END, and a text"),
    (f"{APP}\n  asked 1 after 5y says END a", 2, 17, "expected a time such as 5m, 2h or 1d"),
    (f"{APP}\n  asked 1 says END {{otp}}", 2, 3, "an application's text has no places; a brace in it is written twice"),
    (f"{APP}\n  asked 1 dead\n  asked 1 dead", 3, 3, "asked 1 stands here twice"),
    (f"{APP}\n  asked 1 dead\n  | more", 3, 3, "beneath an application stands what it says when it is asked"),
    (f"{APP}\n  screen Текст", 2, 3, "beneath an application stands what it says when it is asked"),
    (f"{APP}\n{APP}", 2, 13, "weather or *384# is given twice"),
    (f"{DIALS}\n{APP}", 2, 1, "application comes before the first message"),
    (f"{DIALS}\n  asked 1 dead", 2, 3, "only an application is asked, above the first message"),
    (f"push {NUMBER} shows *111*1#", 1, 18, "expected `notify TEXT` or `ask CODE`"),
    (f"push {NUMBER} ask money", 1, 22, "expected a code such as *384#"),
    (f"push {NUMBER} notify", 1, 24, "expected a space and a text"),
    ("after 5s\n  screen Текст", 2, 3, "whose screen, when time passes? `screen NUMBER text`"),
    ("outside ussd refuses busy", 1, 22, "a USSD centre refuses with a command_status such as 0x45"),
]


@pytest.mark.parametrize(("source", "line", "column", "message"), FAULTS)
def test_faults(source: str, line: int, column: int, message: str) -> None:
    """A fault says what was expected, with its file, line and column."""
    with pytest.raises(TranscriptError) as caught:
        parse_transcript(source, "a.dialog")

    assert [f"a.dialog:{line}:{column}: {message}"] == [str(fault) for fault in caught.value.faults]


def test_all_faults_are_told() -> None:
    """One look shows every fault, in the order of the file."""
    with pytest.raises(TranscriptError) as caught:
        parse_transcript(f"hello\n{DIALS}\n  skreen\nafter long\n")

    assert [1, 3, 4] == [fault.line for fault in caught.value.faults]


# --- running and accepting ------------------------------------------------------------------------------------------

DIFFERENT = f"""\
# One reply is other than written, one is missing, one too much, and the balance is wrong.
given {NUMBER} balance=100.00 lang=ru

{DIALS}
  screen Баланс: 7 руб.
  sms {NUMBER} Никто этого не посылал.
{NUMBER} sends ПОДКЛЮЧИТЬ 12 to 111

{NUMBER} sends ДА {{otp}} to 111
  # a comment is kept
  nothing
balance {NUMBER} 100.00
"""


def test_differences_have_their_lines() -> None:
    """Each reply that is other, missing or too much is told with its line; so is a balance."""
    result = asyncio.run(run(rooms(), parse_transcript(DIFFERENT, "a.dialog")))

    assert [(5, True, True), (6, True, False), (7, False, True), (11, False, True), (12, True, True)] == [
        (each.line, each.expected is not None, each.actual is not None) for each in result.differences
    ]


def test_accepted_expectations_are_then_the_same() -> None:
    """Written anew, a transcript has codes as places, keeps its comments, and is as written."""
    result = asyncio.run(run(rooms(), parse_transcript(DIFFERENT, "a.dialog")))
    source = rewritten(result.transcript, result.blocks)

    assert "ДА {otp} или *111*97*{otp}#" in source
    assert "  # a comment is kept\n  sms" in source
    assert "\n\n" in source
    assert f"balance {NUMBER} 50.00\n" in source
    assert asyncio.run(run(rooms(), parse_transcript(source))).same


def test_a_code_that_nobody_was_shown() -> None:
    """A message cannot use what no reply before it showed; it is not said, and the difference tells why."""
    result = asyncio.run(run(rooms(), parse_transcript(f"{NUMBER} sends ДА {{otp}} to 111\n")))

    assert "nothing before this line showed what {otp} is" == result.differences[0].note


def test_a_refusal_inside_an_answer_is_its_own_handlers() -> None:
    """Yes to a transfer that is refused by then counts as a refusal of the transfer."""
    source = (
        f"given {NUMBER} balance=300.00\ngiven {OTHER}\n"
        f"{NUMBER} sends ПЕРЕВОД {OTHER} 100 to 111\n{NUMBER} sends ПЕРЕВОД {OTHER} 101 to 111\n"
        f"{NUMBER} sends ДА {{otp}} to 111\n{NUMBER} sends ДА {{otp2}} to 111\n{NUMBER} dials *7#\n"
    )

    result = asyncio.run(run(rooms(), parse_transcript(source)))

    assert {("transfer.send", "not_enough_money"), ("", "unknown_code")} == result.refusals


@pytest.mark.parametrize(
    ("source", "accept", "status", "told"),
    [
        (f"{DIALS}\n  nothing\n", False, DIFFERS, "+   screen Ваш номер у нас не найден"),
        (f"{DIALS}\n  nothing\n", True, SAME, "written anew"),
        ("hello\n", False, NOT_RUN, "a.dialog:1:1: expected given"),
    ],
    ids=["differs", "accepted", "not run"],
)
def test_exit_status(tmp_path: Path, source: str, accept: bool, status: int, told: str) -> None:
    """0 as written, also after accepting; 1 differs; 2 could not run; differences are printed."""
    path = tmp_path / "a.dialog"
    path.write_text(source, encoding="utf-8")
    printed = io.StringIO()

    found = replay(rooms(), [tmp_path], accept=accept, out=Console(file=printed, width=200))

    assert (status, True) == (found, told in printed.getvalue())


def test_nothing_to_replay(tmp_path: Path) -> None:
    """A folder without transcripts, or a path that does not exist, is an error and not a success."""
    with pytest.raises(FileNotFoundError, match="there is no transcript"):
        replay(rooms(), [tmp_path], accept=False, out=Console(file=io.StringIO()))
    with pytest.raises(FileNotFoundError, match="there is no transcript"):
        replay(rooms(), [tmp_path / "none.dialog"], accept=False, out=Console(file=io.StringIO()))


# --- documentation --------------------------------------------------------------------------------------------------

GUIDE = (Path(__file__).parents[2] / "docs/transcripts.md").read_text(encoding="utf-8")
BLOCKS = [block.strip("\n") for block in GUIDE.split("```")[1::2]]


def test_the_guide_has_the_grammar_of_the_parser() -> None:
    """What the guide says of the format is what stands above its parser."""
    (grammar,) = [block for block in BLOCKS if block.startswith("transcript  =")]
    doc = inspect.cleandoc(transcript.__doc__ or "")

    assert "\n".join(f"    {line}" for line in grammar.split("\n")) in doc


def test_the_guide_has_every_key() -> None:
    """Every key of `given` is explained."""
    assert [] == [key for key in SETTINGS if f"`{key}`" not in GUIDE]


def test_the_example_of_the_guide_is_as_written() -> None:
    """What the guide shows is what the gateway answers."""
    (example,) = [block for block in BLOCKS if block.startswith("# ")]

    assert () == asyncio.run(run(rooms(), parse_transcript(example))).differences


def test_usage_and_systems_outside() -> None:
    """What was used before, with the other side or without, and how a system outside goes on."""
    source = f"used {NUMBER} call 4951234567 90 3.50 2d\nused {NUMBER} data 2048 0.00 5h\n{DIALS}\n"
    read = parse_transcript(f"{source}outside payments refuses declined\noutside mms silent\n")

    assert [(use.kind, use.other, use.quantity, use.cost, use.ago_ms) for use in read.used] == [
        ("call", "4951234567", 90, 350, 2 * DAY_MS),
        ("data", "", 2048, 0, 5 * 3_600_000),
    ]
    assert read.steps[1:] == (
        Outside(4, "payments", "declined"),
        Outside(5, "mms", silent=True),
    )


def test_applications_and_pushes() -> None:
    """What an application says to what was typed, and after how long; what a number is pushed; whose screens follow."""
    source = f"{APP}\n  asked nothing says CON a\n  | b\n  asked 1*2 after 9s says END\n  asked 3 dead\n"
    read = parse_transcript(
        f"{source}push {NUMBER} notify 17 руб.\n  screen 17 руб.\npush {NUMBER} ask *111*1#\n"
        f"after 5s\n  screen {NUMBER} 17 руб.\n  | и ещё\n"
    )
    (application,) = read.applications
    notify, ask, after = read.steps

    assert [(each.inputs, each.text.source, each.goes_on, each.dead, each.after_ms) for each in application.script] == [
        ("", "a\nb", True, False, 0),
        ("1*2", "", False, False, 9000),
        ("3", "", False, True, 0),
    ]
    assert isinstance(notify, PushStep)
    assert isinstance(ask, PushStep)
    assert isinstance(after, After)
    assert (notify.text.source, ask.code) == ("17 руб.", "*111*1#")
    assert [(each.to, each.text.source) for each in (*notify.expected.replies, *after.expected.replies)] == [
        (NUMBER, "17 руб."),
        (NUMBER, "17 руб.\nи ещё"),
    ]


def test_screens_of_later_are_accepted() -> None:
    """Written anew, a screen that came while time passed says whose it is, and a push has its replies."""
    source = f"given {NUMBER} lang=en\n{APP}\n  asked 1 after 3s says END Rain\n"
    source += f"{NUMBER} opens *384*1#\nafter 5s\npush {NUMBER} notify Hello\n"
    result = asyncio.run(run(rooms(), parse_transcript(source)))
    accepted = rewritten(result.transcript, result.blocks)

    assert f"{NUMBER} opens *384*1#\n  nothing\nafter 5s\n  screen {NUMBER} Rain\n" in accepted
    assert accepted.endswith(f"push {NUMBER} notify Hello\n  screen Hello\n")
    assert asyncio.run(run(rooms(), parse_transcript(accepted))).same


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("application weather *100#\n  asked 1 dead\n", "*100#"),
        ("application weather *21#\n  asked 1 dead\n", "expected a code as it is dialled"),
        (f"given {NUMBER}\npush {NUMBER} ask *111*77#\n", "line 2: no menu is dialled *111*77#"),
    ],
)
def test_what_cannot_be_played_has_failed(source: str, fault: str) -> None:
    """A code that is taken, or none; a menu that is not there: a failure that names it, and nothing to accept."""
    result = asyncio.run(run(rooms(), parse_transcript(source)))

    assert fault in result.faults[0]


def test_prepaid_cards() -> None:
    """A card has a code, a sum and perhaps a state, and stands before the first message."""
    source = "given 79161234567\ncard 123456789012 100.00\ncard 1234567890123456 50.00 expired\n"

    cards = parse_transcript(source).cards

    assert [(each.line, each.code, each.amount, each.state) for each in cards] == [
        (2, "123456789012", 100_00, ""),
        (3, "1234567890123456", 50_00, "expired"),
    ]
    with pytest.raises(TranscriptError, match="card comes before the first message"):
        parse_transcript("given 79161234567\nbalance 79161234567 0.00\ncard 123456789012 100.00\n")
