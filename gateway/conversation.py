"""What a USSD message means where a dialog is, or may be: the next screen, or a command and then its screen. Pure.

Menus say where one is (`menus.py`); here is what can happen to a dialog besides: it begins anew while it is open, it
is answered after its time or when nobody knows it, it was interrupted and goes on, a command asks a question, a text
has several pages. Each has one answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from gateway.arguments import ArgumentType, Wrong
from gateway.catalogue.codes import CodeRow
from gateway.catalogue.products import Products
from gateway.commands import Otp
from gateway.menus import (
    BACK,
    MORE,
    NO,
    START,
    YES,
    MenuTree,
    Over,
    Place,
    Reader,
    Renderer,
    Run,
    Show,
    input_screen,
    what_is_wrong,
    wrong_answer,
)
from gateway.messages import CODE_PLACE, Inbound
from gateway.misreadings import MASK, masked_digits
from gateway.model import Channel, CodeRef, Dialog, DialogState, Instant, Language, Prompt, Subscriber
from gateway.reading import REFUSED, UNDERSTOOD, Reading
from gateway.screens import Size, first_page, pages
from smpp.ussd import Dialect

ANSWERED = Reading(REFUSED, refusal="menu")
"""The reading of a message that only moves in a dialog."""
MENU_COMMAND = "menu.show"
CHOICE_LENGTH_MAX = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """What becomes of a message.

    `reading`: the command to run, whose screen `shown` makes then. `screen`: what is shown where none runs;
    `goes_on`: it waits for an answer. `dialog`: the value to keep; None: there is none any more. `changed`: whether
    the store has to know.
    """

    reading: Reading | None = None
    screen: str = ""
    goes_on: bool = False
    dialog: Dialog | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """The screen of a command's result, and the dialog after it. `whole`: the screen holds all of the text."""

    screen: str
    goes_on: bool
    dialog: Dialog | None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a turn depends on: who, when, which dialog, which centre, which language."""

    inbound: Inbound
    dialog: Dialog | None
    dialect: Dialect
    actor: Subscriber
    products: Products
    language: Language

    @property
    def at(self) -> Instant:
        return self.inbound.at

    @property
    def size(self) -> Size:
        return Size(self.dialect.septets_max, self.dialect.units_max)


class Conversation:
    def __init__(self, menus: MenuTree, texts: Renderer, derive_code: Callable[[CodeRef], str], resume_ms: int) -> None:
        self._menus = menus
        self._grammar = menus.grammar
        self._texts = texts
        self._code = derive_code
        self.resume_ms = resume_ms
        self._answers = {row.command: row for row in menus.grammar.codes.rows if row.ussd}

    def turn(self, situation: Situation, reading: Reading) -> Turn:
        """What a message of a dialect that can ask questions means. `reading`: of its text by itself."""
        inbound = situation.inbound
        assert inbound.dialog is not None
        turn = self._answered(situation, reading) if inbound.dialog.answer else self._opened(situation, reading)
        return self._asking(situation, turn)

    # -- a dial

    def _opened(self, situation: Situation, reading: Reading) -> Turn:
        """A new dialog, whatever was open: the network has given the old one up."""
        dialog = situation.dialog
        led = self._led_to(situation.inbound.text, reading)
        if isinstance(led, Run):
            reading, led = self._read(led), None
        if led is None:
            if dialog is not None and self._prompts_again(dialog, situation.at, reading):
                return self._offer(situation, dialog, situation.inbound.text.strip().rstrip("#"))
            if dialog is not None and dialog.open:
                return Turn(reading, dialog=msgspec.structs.replace(dialog, open=False), changed=True)
            return Turn(reading, dialog=dialog)
        if dialog is not None and self._worth_going_on(dialog, situation.at):
            whole = "*".join((led.path, *led.typed))
            return self._offer(situation, dialog, whole)
        return self._at(situation, self._menus.show(led, self._reader(situation, reading.latin)), reading.latin)

    def _led_to(self, text: str, reading: Reading) -> Place | Run | None:
        if reading.outcome == REFUSED:
            return self._menus.resolve(text)
        if reading.command not in self._menus.replaced or reading.row is None:
            return None
        return self._menus.resolve(text) or self._menus.resolve(reading.row.ussd[0])

    def _worth_going_on(self, dialog: Dialog, at: Instant) -> bool:
        """Not for the first screen of all, which a dial shows anyway, nor for a text, which has come as an SMS too."""
        if at - dialog.shown_at > self.resume_ms or dialog.state in _NOT_OFFERED:
            return False
        asks = dialog.state in (DialogState.QUESTION, DialogState.ARGUMENT, DialogState.PROMPT)
        return asks or dialog.path not in self._menus.roots or dialog.page > 0

    def _prompts_again(self, dialog: Dialog, at: Instant, reading: Reading) -> bool:
        """Whether a dial leads to what a command has asked before, whatever was dialled behind its code."""
        prompt, row = dialog.prompt, reading.row
        if prompt is None or row is None or reading.outcome == REFUSED or not self._worth_going_on(dialog, at):
            return False
        return self._row_of(prompt) is row

    def _offer(self, situation: Situation, dialog: Dialog, offered: str) -> Turn:
        reader = self._reader(situation, dialog.latin)
        text, _ = first_page(reader.text("menu-resume"), situation.size, "")
        return self._kept(situation, msgspec.structs.replace(dialog, offered=offered, opened_at=situation.at), text)

    # -- an answer

    def _answered(self, situation: Situation, reading: Reading) -> Turn:
        dialog, typed = situation.dialog, situation.inbound.text.strip()
        if re.match(r"[*#].*#$", typed) and len(typed) > 2:  # a whole code is what it is, wherever it is typed
            return self._opened(situation, reading)
        if dialog is None or not dialog.open:
            reader = self._reader(situation, False)
            return Turn(screen=first_page(reader.text("menu-gone"), situation.size, "")[0], dialog=dialog)
        if self._is_late(dialog, situation):
            return self._offer(situation, dialog, self._root(dialog))
        if dialog.offered:
            return self._resumed(situation, dialog, typed)
        if dialog.state is DialogState.QUESTION:
            return self._decided(situation, dialog, typed)
        if dialog.state is DialogState.TEXT:
            return self._paged(situation, dialog, typed)
        if dialog.state is DialogState.ARGUMENT:
            return self._given(situation, dialog, typed)
        if dialog.prompt is not None:
            return self._prompted(situation, dialog, dialog.prompt, typed)
        return self._moved(situation, dialog, typed)

    @staticmethod
    def _is_late(dialog: Dialog, situation: Situation) -> bool:
        dialect, at = situation.dialect, situation.at
        return at - dialog.shown_at > dialect.subscriber_s * 1000 or at - dialog.opened_at > dialect.total_s * 1000

    def _root(self, dialog: Dialog) -> str:
        roots = [root for root in self._menus.roots if f"{dialog.path}*".startswith(f"{root}*")]
        return max(roots or list(self._menus.roots)[:1], key=len, default="")

    def _resumed(self, situation: Situation, dialog: Dialog, typed: str) -> Turn:
        """1 goes on where it stopped, with what was typed; 2 begins with what was dialled now."""
        if typed == NO:
            led = self._menus.resolve(f"{dialog.offered}#")
            reader = self._reader(situation, dialog.latin)
            if isinstance(led, Place):
                return self._at(situation, self._menus.show(led, reader), dialog.latin)
            return Turn(self._read(led or Run(f"{dialog.offered}#")), changed=True)
        if typed != YES:
            return self._offer(situation, dialog, dialog.offered)
        again = msgspec.structs.replace(dialog, offered="")
        if again.state is DialogState.QUESTION:
            return self._question(situation, again, again.page)
        if again.state is DialogState.TEXT:
            return self._text(situation, again)
        if again.state is DialogState.ARGUMENT and (kind := self._lacking(self._read(Run(again.text)))) is not None:
            return self._input(situation, again, kind)
        if again.state is DialogState.PROMPT:
            return self._prompt(situation, again, again.page)
        return self._again(situation, again, again.page)

    def _decided(self, situation: Situation, dialog: Dialog, typed: str) -> Turn:
        """1 yes, 2 no, 0 back without an answer; a question of several pages is answered on its last."""
        screens = self._question_pages(situation, dialog)
        last = dialog.page >= len(screens) - 1
        if typed == MORE and not last:
            return self._question(situation, dialog, dialog.page + 1)
        if typed in (BACK, START) and dialog.path:
            return self._left(situation, dialog, typed)
        if typed == YES and last:
            return self._answer_command(dialog, "confirm.accept", typed)
        if typed in (NO, BACK, START):
            return self._answer_command(dialog, "confirm.decline", typed)
        return self._question(situation, dialog, dialog.page, wrong=True)

    def _answer_command(self, dialog: Dialog, command: str, typed: str) -> Turn:
        row: CodeRow | None = self._answers.get(command)
        assert dialog.code is not None
        arguments = {"code": Otp(self._code(dialog.code))}
        reading = Reading(
            UNDERSTOOD, command, arguments, latin=dialog.latin, row=row, masked=typed, secret=True
        )  # fmt: skip
        return Turn(reading, dialog=dialog, changed=True)

    def _prompted(self, situation: Situation, dialog: Dialog, prompt: Prompt, typed: str) -> Turn:
        """What a command has asked for; of a text of several pages the last one leaves 9 to the command too."""
        if typed == MORE and dialog.page < len(self._prompt_pages(situation, dialog)) - 1:
            return self._prompt(situation, dialog, dialog.page + 1)
        if not typed:
            return self._prompt(situation, dialog, dialog.page)
        row = self._row_of(prompt)
        if row is None:  # the operator's data has changed meanwhile
            return Turn(screen=self._reader(situation, dialog.latin).text("menu-gone"), changed=True)
        arguments: dict[str, str | int] = {**dict(prompt.arguments), "typed": typed}
        masked = MASK * len(typed)  # only the command knows whether it is a secret
        reading = Reading(
            UNDERSTOOD, prompt.command, arguments, latin=dialog.latin, row=row, masked=masked, secret=True
        )  # fmt: skip
        return Turn(reading, dialog=dialog, changed=True)

    def _row_of(self, prompt: Prompt) -> CodeRow | None:
        """The row of the plan that a prompt came from: its command, and what is fixed there."""
        given = dict(prompt.arguments)
        for row in self._grammar.codes.rows:
            if row.command == prompt.command and all(given.get(key) == value for key, value in row.arguments.items()):
                return row
        return None

    def _paged(self, situation: Situation, dialog: Dialog, typed: str) -> Turn:
        if typed in (BACK, START):
            return self._left(situation, dialog, typed)
        return self._text(situation, dialog)

    def _left(self, situation: Situation, dialog: Dialog, typed: str) -> Turn:
        """0 goes back to the place that led here, 00 to the beginning of its menus."""
        place = msgspec.structs.replace(dialog, state=DialogState.PLACE, code=None, text="")
        if typed == START:
            place = msgspec.structs.replace(place, path=self._root(dialog), typed=())
        return self._again(situation, place, 0)

    def _moved(self, situation: Situation, dialog: Dialog, typed: str) -> Turn:
        place = self._menus.place(dialog.path, dialog.typed)
        if place is None:  # the menus were changed meanwhile
            return self._again(situation, msgspec.structs.replace(dialog, path="", typed=()), 0)
        reader = self._reader(situation, dialog.latin)
        step = self._menus.answer(place, dialog.page, typed, reader)
        if isinstance(step, Run):
            return Turn(self._read(step), dialog=dialog, changed=True)
        return self._at(situation, step, dialog.latin)

    # -- what a code lacks

    def _lacking(self, reading: Reading) -> ArgumentType | None:
        """What a screen has to ask for before the command can run."""
        row = reading.row
        if row is None or reading.outcome != UNDERSTOOD or row.asks in reading.arguments or not row.available:
            return None
        return self._grammar.tries.asked.get(row)

    def _asking(self, situation: Situation, turn: Turn) -> Turn:
        """The screen that asks, in place of a command that lacks what its row asks for."""
        kind = None if turn.reading is None else self._lacking(turn.reading)
        if turn.reading is None or kind is None:
            return turn
        before = turn.dialog if turn.dialog is not None and turn.dialog.open else None
        asking = Dialog(
            situation.actor.msisdn, b"", situation.at, situation.at, DialogState.ARGUMENT,
            path=before.path if before is not None else "",
            typed=before.typed if before is not None else (),
            text=turn.reading.masked,
            latin=turn.reading.latin or (before is not None and before.latin),
        )  # fmt: skip
        return self._input(situation, asking, kind)

    def _input(self, situation: Situation, dialog: Dialog, kind: ArgumentType, wrong: str = "") -> Turn:
        return self._kept(situation, dialog, input_screen(kind, self._reader(situation, dialog.latin), wrong))

    def _given(self, situation: Situation, dialog: Dialog, typed: str) -> Turn:
        """The command with what was typed for it. It is kept nowhere: a secret is gone with its message.

        0 and 00 lead away as everywhere; 9 is a text like any other, since nothing here goes on by it.
        """
        reading = self._read(Run(dialog.text))
        kind, row = self._lacking(reading), reading.row
        if typed in (BACK, START) or kind is None or row is None:
            return self._left(situation, dialog, typed)
        if not typed:
            reader = self._reader(situation, dialog.latin)
            wrong = reader.text("menu-nothing", part=reader.text(f"part-{kind.part}"))
            return self._input(situation, dialog, kind, wrong)
        value = kind.parse(typed)
        if isinstance(value, Wrong):
            wrong = what_is_wrong(value, kind, typed, self._reader(situation, dialog.latin))
            return self._input(situation, dialog, kind, wrong)
        complete = msgspec.structs.replace(
            reading,
            arguments={**reading.arguments, row.asks: value},
            masked="***" if kind.secret else masked_digits(typed, 0),
            secret=True,
            latin=dialog.latin,
        )
        return Turn(complete, dialog=dialog, changed=True)

    # -- screens

    def _reader(self, situation: Situation, latin: bool) -> Reader:
        return Reader(
            situation.actor, situation.at, situation.products, self._texts, situation.language, latin, situation.size
        )

    def _read(self, run: Run) -> Reading:
        return self._grammar.read(run.code, Channel.USSD)

    def _at(self, situation: Situation, step: Show | Run | Over, latin: bool) -> Turn:
        """The turn of a step that shows a place."""
        if isinstance(step, Run):
            return Turn(self._read(step), changed=True)
        if isinstance(step, Over):
            return Turn(screen=step.text, changed=True)
        fresh = Dialog(
            situation.actor.msisdn, b"", situation.at, situation.at,
            path=step.path, typed=step.typed, page=step.page, latin=latin,
        )  # fmt: skip
        return self._kept(situation, fresh, step.text)

    def _kept(self, situation: Situation, dialog: Dialog, screen: str) -> Turn:
        return Turn(screen=screen, goes_on=True, dialog=self._now(situation, dialog), changed=True)

    @staticmethod
    def _now(situation: Situation, dialog: Dialog) -> Dialog:
        """The dialog at a screen that is shown now: it lives in the network's present one."""
        origin, before = situation.inbound.dialog, situation.dialog
        assert origin is not None
        goes_on = origin.answer and before is not None and before.open
        return msgspec.structs.replace(
            dialog,
            key=origin.key,
            opened_at=before.opened_at if goes_on and before is not None and not dialog.offered else situation.at,
            shown_at=situation.at,
            open=True,
            network=goes_on and before is not None and before.network,
            session_info=before.session_info if goes_on and before is not None else origin.session_info,
            service_address=origin.service_address
            or (before.service_address if goes_on and before is not None else ""),
        )

    def _again(self, situation: Situation, dialog: Dialog, page: int) -> Turn:
        """The place of a dialog once more; the start where it is no longer there."""
        place = self._menus.place(dialog.path, dialog.typed)
        if place is None:
            led = self._menus.resolve(f"{self._root(dialog)}#")
            if not isinstance(led, Place):
                reader = self._reader(situation, dialog.latin)
                return Turn(screen=first_page(reader.text("menu-gone"), situation.size, "")[0], changed=True)
            place, page = led, 0
        return self._at(situation, self._menus.show(place, self._reader(situation, dialog.latin), page), dialog.latin)

    def _text(self, situation: Situation, dialog: Dialog) -> Turn:
        """The next page of a text; the last one ends the dialog."""
        more = self._reader(situation, dialog.latin).text("menu-more")
        screen, rest = first_page(dialog.text, situation.size, more)
        if not rest:
            return Turn(screen=screen, changed=True)
        return self._kept(situation, msgspec.structs.replace(dialog, text=rest), screen)

    def _prompt_pages(self, situation: Situation, dialog: Dialog) -> list[str]:
        more = self._reader(situation, dialog.latin).text("menu-more")
        return pages(dialog.text, situation.size, more) or [""]

    def _prompt(self, situation: Situation, dialog: Dialog, page: int) -> Turn:
        screens = self._prompt_pages(situation, dialog)
        page = min(page, len(screens) - 1)
        return self._kept(situation, msgspec.structs.replace(dialog, page=page), screens[page])

    def _question_pages(self, situation: Situation, dialog: Dialog) -> list[str]:
        reader = self._reader(situation, dialog.latin)
        # A screen without room for the answers must say that there is another one.
        return pages(f"{dialog.text}\n{reader.text('menu-yes_no')}", situation.size, reader.text("menu-more"))

    def _question(self, situation: Situation, dialog: Dialog, page: int, *, wrong: bool = False) -> Turn:
        """A page of a question. That the answer was none of its digits stands on top, as short as there is room for."""
        screens = self._question_pages(situation, dialog)
        page = min(page, len(screens) - 1)
        screen = screens[page]
        if wrong:
            heads = wrong_answer(self._reader(situation, dialog.latin))
            screen = next((told for head in heads if situation.size.holds(told := f"{head}\n{screen}")), screen)
        return self._kept(situation, msgspec.structs.replace(dialog, page=page), screen)

    # -- what a command has answered

    def opened(self, situation: Situation, place: Place) -> Turn:
        """A dialog of ours that begins with a menu."""
        return self._at(situation, self._menus.show(place, self._reader(situation, False)), False)

    def place(self, path: str) -> Place | None:
        """The menu, or the input screen, that one would dial so."""
        led = self._menus.resolve(f"{path}#")
        return led if isinstance(led, Place) else None

    def title(self, situation: Situation, place: Place) -> str:
        """What a menu is called."""
        return self._reader(situation, False).text(f"menu-{place.menu.name}")

    def shown(
        self,
        situation: Situation,
        turn: Turn,
        text: str,
        question: CodeRef | None,
        latin: bool,
        prompt: Prompt | None = None,
    ) -> Shown:
        """The screen of a command's answer: a question or a prompt waits, a long text goes on, all else is the end."""
        before = turn.dialog if turn.dialog is not None and turn.dialog.open else None
        path, typed = (before.path, before.typed) if before is not None else ("", ())
        fresh = Dialog(
            situation.actor.msisdn, b"", situation.at, situation.at, path=path, typed=typed, latin=latin
        )  # fmt: skip
        if question is not None:
            asked = msgspec.structs.replace(fresh, state=DialogState.QUESTION, code=question, text=without_code(text))
            turn = self._question(situation, asked, 0)
            return Shown(turn.screen, True, turn.dialog)
        if prompt is not None:
            asked = msgspec.structs.replace(fresh, state=DialogState.PROMPT, prompt=prompt, text=text)
            turn = self._prompt(situation, asked, 0)
            return Shown(turn.screen, True, turn.dialog)
        if situation.size.holds(text) or CODE_PLACE in text:
            return Shown(text, False, None)
        paged = self._text(situation, msgspec.structs.replace(fresh, state=DialogState.TEXT, text=text))
        return Shown(paged.screen, paged.goes_on, paged.dialog, whole=False)


_NOT_OFFERED = frozenset({DialogState.TEXT, DialogState.WAITING, DialogState.NOTICE})


def typed_at(text: str, reading: Reading) -> str:
    """What was typed at a screen that led to a command, masked where it was that command's secret."""
    return MASK * len(text) if reading.secret and reading.masked != text.strip() else text


def typed_on(text: str, turn: Turn) -> str:
    """The same at a screen that led to another one: choices and what was accepted are no secrets, all else may be."""
    typed = text.strip()
    accepted = turn.dialog is not None and typed in turn.dialog.typed
    dialled = typed[:1] in ("*", "#") and not re.search(r"\d{4}", typed)
    return text if len(typed) <= CHOICE_LENGTH_MAX or accepted or dialled else MASK * len(text)


def without_code(text: str) -> str:
    """A question without the sentence on how to answer it by a code, and what follows that: here a digit answers.

    The text as it is where it has no sentence before that one.
    """
    head, code, _ = text.partition(CODE_PLACE)
    if not code:
        return text
    found = re.match(r"(.*[.!?\n])\s*\S", head + "x", re.DOTALL)
    return found[1].rstrip() if found else text
