"""Transcripts: conversations with the gateway that a person can read and write, parsed with pyparsing.

A `.dialog` file is a test, an example and documentation at once. Here its text becomes values and nothing runs; all
faults of a file are told together, each with line and column.

    transcript  = *( comment / blank / given / used / card / application / message / push / after / outside / balance )
    comment     = "#" text                                     ; the first block of comments is the title
    given       = "given" NUMBER *( KEY "=" VALUE )            ; before the first message
    used        = "used" NUMBER KIND [OTHER] 1*DIGIT SUM time  ; call, sms, mms, data; how much, for what, how long ago
    card        = "card" 12*16DIGIT SUM [ "inactive" / "expired" ]  ; a prepaid card, else good for a year
    application = "application" NAME CODE *( indented asked )  ; an application outside that a code belongs to
    asked       = "asked" ( INPUTS / "nothing" ) [ "after" time ] ( "says" ( "CON" / "END" ) text *more / "dead" )
    message     = ( NUMBER ( "dials" / "opens" / "answers" ) text / NUMBER "sends" [text] "to" SHORT ) expected
                / NUMBER "hangs" "up"
    push        = "push" NUMBER ( "notify" text / "ask" CODE ) expected  ; what a number did not ask for
    after       = "after" time [expected]                      ; time passes, timers fire
    time        = 1*DIGIT ( "s" / "m" / "h" / "d" )
    outside     = "outside" CHANNEL ( "refuses" REASON / "silent" / "answers" )  ; how a system outside goes on
    balance     = "balance" NUMBER SUM                         ; what the account that pays for it holds now
    expected    = indented "nothing" / 1*( indented ( "screen" [NUMBER] text / "sms" NUMBER text ) *more )
                                                               ; the NUMBER of a screen stands beneath "after"
    more        = indented "|" text                            ; the text's next line, as the phone shows it
    text        = *( character / "{{" / "}}" / place )         ; "{{" is a brace
    place       = "{" ( "otp" / "ref" / "date" / "time" / "any" ) *DIGIT "}"

    KEY = owner | kind (private, company) | region | balance | lang (ru, bg, en, lat) | tariff | numbers (on, off)
        | services (ID,ID or ID:suspended) | points | payer (NUMBER) | status (active, blocked, debtor, closed)
        | linked (NUMBER,NUMBER) | sent | received (SUM, moved today) | packages (UNIT:LEFT,UNIT:LEFT)
        | since (time: a customer for so long)

A place stands for what varies. `{otp}` (four digits) and `{ref}` (digits), and any place with a digit in its name,
hold what they first met: later it must be the same, and a message can use it. `{date}`, `{time}` and `{any}` do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyparsing as pp

from gateway.model import Channel, Money, Msisdn
from gateway.replay.lines import INDENTED, STATEMENT, Indented, More, Nothing, Statement
from gateway.replay.pattern import Pattern, Place
from gateway.replay.steps import (
    After,
    Asked,
    Balance,
    Block,
    Expected,
    Given,
    Message,
    Outside,
    PrepaidCard,
    PushStep,
    ScriptedApplication,
    Shown,
    Step,
    Transcript,
    Used,
)


@dataclass(frozen=True, slots=True)
class TranscriptFault:
    """What is wrong and where; line and column count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class TranscriptError(ValueError):
    """The file is no transcript. `faults` has every fault that was found, in the order of the file."""

    def __init__(self, faults: Sequence[TranscriptFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


# -- reading ---------------------------------------------------------------------------------------------------------


def read_transcript(path: Path) -> Transcript:
    """Reads a file. Raises TranscriptError with all its faults, OSError where it cannot be read."""
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TranscriptError([TranscriptFault(str(path), 1, error.start + 1, "this is not UTF-8")]) from None
    return parse_transcript(source, str(path))


def parse_transcript(source: str, file: str = "") -> Transcript:
    """A transcript from its text. Raises TranscriptError with all faults."""
    reader = _Reader(file, tuple(source.splitlines()))
    reader.read()
    if reader.faults:
        raise TranscriptError(sorted(reader.faults, key=lambda fault: (fault.line, fault.column)))
    return Transcript(
        file, reader.title(), tuple(reader.givens), tuple(reader.used), tuple(reader.cards), tuple(reader.applications),
        tuple(reader.steps), reader.lines,
    )  # fmt: skip


class _Reader:
    """Takes the lines one by one, and hangs what is indented on the statement above it."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.file = file
        self.lines = lines
        self.faults: list[TranscriptFault] = []
        self.givens: list[Given] = []
        self.used: list[Used] = []
        self.cards: list[PrepaidCard] = []
        self.applications: list[ScriptedApplication] = []
        self.steps: list[Step] = []

    def fault(self, line: int, column: int, message: str) -> None:
        self.faults.append(TranscriptFault(self.file, line, column, message))

    def title(self) -> str:
        title: list[str] = []
        for line in self.lines:
            if not line.startswith("#"):
                break
            title.append(line.lstrip("# ").rstrip())
        return " ".join(title)

    def read(self) -> None:
        for number, line in enumerate(self.lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            statement = self._statement(number, line)
            if isinstance(statement, Given | Used | PrepaidCard | ScriptedApplication):
                self._before(replace(statement, line=number))
            elif isinstance(statement, Message | PushStep | After | Outside | Balance):
                self.steps.append(replace(statement, line=number))
            elif statement is not None:
                self._indented(number, len(line) - len(line.lstrip()) + 1, statement)
        self._check_numbers()

    def _statement(self, number: int, line: str) -> Statement | Indented | None:
        grammar = INDENTED if line[0].isspace() else STATEMENT
        try:
            statement: Statement | Indented = grammar.parse_string(line.rstrip(), parse_all=True)[0]
        except pp.ParseBaseException as error:
            other = STATEMENT if grammar is INDENTED else INDENTED
            message = error.msg[:1].lower() + error.msg[1:]
            if other.matches(line.rstrip()):
                message = (
                    "this stands at the beginning of a line, not indented" if grammar is INDENTED
                    else "an expectation is indented beneath its message"
                )  # fmt: skip
            self.fault(number, _column(line, error.loc), message)
            return None
        return statement

    def _before(self, found: Given | Used | PrepaidCard | ScriptedApplication) -> None:
        """What stands before the first message."""
        match found:
            case Given():
                word = "given"
                if any(other.msisdn == found.msisdn for other in self.givens):
                    self.fault(found.line, 7, f"{found.msisdn} is given twice")
                self.givens.append(found)
            case Used():
                word = "used"
                self.used.append(found)
            case PrepaidCard():
                word = "card"
                self.cards.append(found)
            case ScriptedApplication():
                word = "application"
                if any(found.name == other.name or found.code == other.code for other in self.applications):
                    self.fault(found.line, 13, f"{found.name} or {found.code} is given twice")
                self.applications.append(found)
        if self.steps:
            self.fault(found.line, 1, f"{word} comes before the first message")

    def _indented(self, number: int, column: int, found: Indented) -> None:
        if self.applications and not self.steps:
            self._scripted(number, column, found)
        elif isinstance(found, Asked):
            self.fault(number, column, "only an application is asked, above the first message")
        else:
            self._expectation(number, column, found)

    def _scripted(self, number: int, column: int, found: Indented) -> None:
        """A line of what the application above says."""
        application = self.applications[-1]
        script = application.script
        if isinstance(found, Asked):
            if any(each.inputs == found.inputs for each in script):
                self.fault(number, column, f"asked {found.inputs or 'nothing'} stands here twice")
            script = (*script, replace(found, line=number))
        elif isinstance(found, More) and script and not script[-1].dead:
            script = (*script[:-1], replace(script[-1], text=script[-1].text.and_line(found.text)))
        else:
            self.fault(number, column, "beneath an application stands what it says when it is asked")
            return
        if any(isinstance(part, Place) for part in script[-1].text.parts):
            self.fault(number, column, "an application's text has no places; a brace in it is written twice")
        self.applications[-1] = replace(application, script=script)

    def _expectation(self, number: int, column: int, found: Expected | Nothing | More) -> None:
        step = self.steps[-1] if self.steps else None
        if not isinstance(step, Message | PushStep | After):
            self.fault(number, column, "nothing above this line is answered: no message, no time that passes")
            return
        block = step.expected
        replies = block.replies
        if isinstance(found, More):
            if not replies:
                self.fault(number, column, "no text above this line goes on")
                return
            replies = (*replies[:-1], replace(replies[-1], text=replies[-1].text.and_line(found.text)))
        elif isinstance(found, Nothing) or (block.stated and not replies):
            if block.stated:
                self.fault(number, column, "`nothing` stands alone")
        else:
            if found.shown is Shown.SCREEN:
                screen = _on_screen_of(step, found)
                if screen is None:
                    later = isinstance(step, After)
                    self.fault(number, column, "whose screen, when time passes? `screen NUMBER text`" if later else
                               "only who dials has a screen")  # fmt: skip
                    return
                found = screen
            replies = (*replies, replace(found, line=number))
        block = Block(replies, True, block.first or number, number)
        self.steps[-1] = replace(step, expected=block)

    def _check_numbers(self) -> None:
        """Who is named by `payer`, `linked` or `balance` has to be given."""
        by_number = {given.msisdn: given for given in self.givens}
        for given in self.givens:
            if given.payer is not None and given.payer not in by_number:
                self.fault(given.line, 1, f"payer {given.payer} is not given")
            for number in given.linked:
                other = by_number.get(number)
                if other is None:
                    self.fault(given.line, 1, f"linked {number} is not given")
                elif not given.owner or (other.owner, other.region) != (given.owner, given.region):
                    self.fault(given.line, 1, f"linked {number} has another owner or region")
        for step in self.steps:
            if isinstance(step, Balance) and step.msisdn not in by_number:
                self.fault(step.line, 9, f"{step.msisdn} is not given")


def _on_screen_of(step: Message | PushStep | After, found: Expected) -> Expected | None:
    """A screen with whose it is: the one who dials or is pushed something; when time passes, who is named first."""
    match step:
        case Message(channel=Channel.USSD):
            return replace(found, to=step.sender)
        case PushStep():
            return replace(found, to=step.msisdn)
        case After():
            first, *rest = found.text.parts
            named = re.match(r"(\d{7,15}) (?=.)", first, re.DOTALL) if isinstance(first, str) else None
            if named is None:
                return None
            text = Pattern((str(first)[named.end() :], *rest))
            return replace(found, to=Msisdn(named[1]), text=text)
        case _:
            return None


def _column(line: str, at: int) -> int:
    """Where a fault is, from 1. A line that ends too early is at fault where its text ends."""
    at = min(at, len(line.rstrip()))
    return at + (len(line) - len(line.lstrip()) if at == 0 else 0) + 1


def sum_text(amount: Money) -> str:
    """A sum as transcripts write it: `100.00`."""
    sign, minor = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{minor // 100}.{minor % 100:02}"


def written(replies: Sequence[tuple[Shown, Msisdn, str]], *, later: bool = False) -> list[str]:
    """Replies as the lines of a block; the texts are sources: places in them, other braces doubled.

    `later`: beneath time that passes, where a screen says whose it is.
    """
    lines: list[str] = []
    for shown, to, text in replies:
        first, *more = text.split("\n")
        head = f"  sms {to}" if shown is Shown.SMS else f"  screen {to}" if later else "  screen"
        lines += [f"{head} {first}".rstrip(), *(f"  | {line}".rstrip() for line in more)]
    return lines or ["  nothing"]


def rewritten(transcript: Transcript, blocks: Mapping[int, Sequence[str]]) -> str:
    """The file with other lines beneath some messages; `blocks`: by the line of the message.

    A `balance` line is replaced itself. Comments between replaced expectations are kept, above them.
    """
    lines: list[str] = list(transcript.lines)
    for step in reversed(transcript.steps):
        if step.line not in blocks:
            continue
        new = list(blocks[step.line])
        if not isinstance(step, Message | PushStep | After):
            lines[step.line - 1 : step.line] = new
            continue
        first, last = (step.line, step.expected.last) if step.expected.stated else (step.line, step.line)
        comments = [line for line in lines[first:last] if line.lstrip().startswith("#")]
        lines[first:last] = [*comments, *new]
    return "\n".join(lines) + "\n"
