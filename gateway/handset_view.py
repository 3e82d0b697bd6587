"""The phone in the terminal: a display of real size, a keypad, the inbox and what was said. It decides nothing.

The only module that imports textual, and it is imported only when this phone is held.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical
from textual.events import Key
from textual.timer import Timer
from textual.widgets import Button, Footer, Input, OptionList, Static
from textual.widgets.button import ButtonVariant
from textual.widgets.option_list import Option

from gateway.handset import COLUMNS, ROWS, Handset, Saying, Shown, Sms
from gateway.phone import SCREEN_WAIT_S, Phone, PhoneError, Reception

KEYS = (
    ("1", ""), ("2", "abc"), ("3", "def"), ("4", "ghi"), ("5", "jkl"), ("6", "mno"), ("7", "pqrs"), ("8", "tuv"),
    ("9", "wxyz"), ("*", ""), ("0", "+"), ("#", ""),
)  # fmt: skip
"""As ITU-T E.161 has them."""


class Line(Input):
    """What is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.recall(1)", "Again"),
        Binding("down", "app.recall(-1)", "Later line", show=False),
        Binding("pageup", "app.turn(-1)", "Page up", show=False),
        Binding("pagedown", "app.turn(1)", "Next page"),
        Binding("tab", "app.focus_next", "Lists"),
    ]


class HandsetView(App[None]):
    """One phone at one gateway; ends with ctrl+q.

    Args:
        handset: what the phone knows already.
        now: the time that the inbox shows.
    """

    CSS = f"""
    #phone {{ width: {COLUMNS + 4}; height: 100%; }}
    #display {{ height: {ROWS + 2}; border: round #5b6b3c; padding: 0 1; background: #c9d6b0; color: #1d2416; }}
    #display {{ border-title-color: #1d2416; border-subtitle-color: #1d2416; }}
    #display.long {{ border: round $error; border-subtitle-color: $error; }}
    #entry {{ height: 3; border: round $primary; }}
    #entry:focus {{ border: round $accent; }}
    #keypad {{ grid-size: 3 5; grid-gutter: 1; height: 1fr; max-height: 19; padding: 0 1; }}
    #keypad Button {{ width: 100%; height: 100%; min-width: 4; border: none; content-align: center middle; }}
    #lists {{ height: 100%; }}
    OptionList {{ border: round $primary; height: 1fr; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }}
    OptionList:focus {{ border: round $accent; }}
    #status {{ height: 1; padding: 0 1; color: $success; }}
    #status.trouble {{ color: $error; text-style: bold; }}
    """
    TITLE = "ussdgw phone"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "hang_up", "Hang up"),
        Binding("ctrl+q", "quit", "Quit"),
    ]

    def __init__(self, phone: Phone, handset: Handset, now: Callable[[], datetime] = datetime.now) -> None:
        super().__init__()
        self._phone, self.handset, self._now = phone, handset, now
        self._listening: asyncio.Task[None] | None = None
        self._patience: Timer | None = None
        self._reception = Reception(False, "calling the gateway")

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="phone"):
                yield Static(id="display", markup=False)
                yield Line(id="entry")
                with Grid(id="keypad"):
                    for key, letters in KEYS:
                        yield _key(Text.assemble((key, "bold"), f" {letters}"), f"insert({key!r})")
                    yield _key(Text("call"), "send", "success")
                    yield _key(Text("clear"), "clear", "warning")
                    yield _key(Text("end"), "hang_up", "error")
            with Vertical(id="lists"):
                yield OptionList(id="inbox", markup=False)
                yield OptionList(id="said", markup=False)
        yield Static(id="status", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._glass.border_title = self.handset.number
        self.query_one("#said", OptionList).border_title = "dialled and written"
        self._entry.focus()
        self._tell(self._reception.text)
        self._refresh()
        self._phone.start()
        self._listening = asyncio.create_task(self._listen())

    async def on_unmount(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        await self._phone.stop()

    # -- what comes from the gateway -------------------------------------------------------------------------------

    async def _listen(self) -> None:
        while True:
            match await self._phone.told.get():
                case Shown() as shown:
                    self.handset.comes(shown, self._now())
                    if not self.handset.waits:
                        self._rest()
                        self._tell(self._reception.text)
                case Reception() as reception:
                    self._reception = reception
                    self._tell(reception.text, trouble=not reception.bound)
                    if not reception.bound:
                        self._rest()
                        self.handset.ends()
            self._refresh()

    # -- what the owner does ---------------------------------------------------------------------------------------

    async def on_input_submitted(self) -> None:
        await self.action_send()

    async def action_send(self) -> None:
        """Dials, answers or writes, whichever the line is. Without a bind it stays, and the status says why."""
        line = self._entry.value
        if not line or not self._reception.bound:
            return
        self._entry.value = ""
        handset = self.handset
        deed = handset.says(line)
        self._rest()
        self._patience = self.set_timer(SCREEN_WAIT_S, self._nothing_came)
        self._refresh()
        match deed:
            case Saying.DIAL:
                saying = self._phone.say_dial(line, handset.number)
            case Saying.ANSWER:
                saying = self._phone.say_answer(line, handset.number)
            case Saying.TEXT:
                saying = self._phone.say_text(line, handset.number, handset.short_number)
        self.run_worker(self._say(saying))

    async def _say(self, saying: Coroutine[object, object, None]) -> None:
        try:
            await saying
        except PhoneError as error:
            self._rest()
            self.handset.ends()
            self._tell(str(error), trouble=True)
            self._refresh()

    async def action_hang_up(self) -> None:
        """The red key: what is typed goes, and the dialog that is open ends."""
        self._entry.value = ""
        self._entry.focus()
        asked = self.handset.asks
        self._rest()
        self.handset.ends()
        self._refresh()
        if asked:
            self.run_worker(self._say(self._phone.hang_up(self.handset.number)))

    def action_insert(self, text: str) -> None:
        self._entry.focus()
        self._entry.insert_text_at_cursor(text)

    def action_clear(self) -> None:
        self._entry.action_delete_left()

    def action_turn(self, pages: int) -> None:
        self.handset.turns(pages)
        self._refresh()

    def action_recall(self, back: int) -> None:
        self._write(self.handset.recalls(back))

    def on_key(self, event: Key) -> None:
        """Who types beside the line means the line."""
        if event.is_printable and event.character is not None and self.focused is not self._entry:
            event.stop()
            self.action_insert(event.character)

    def on_input_changed(self) -> None:
        self._entry.border_subtitle = self.handset.meaning(self._entry.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_list.id == "inbox":
            self.handset.opens(event.option_index)
            self._refresh()
        else:
            self._write(self.handset.said[-1 - event.option_index])

    # -- what is seen ----------------------------------------------------------------------------------------------

    @property
    def _glass(self) -> Static:
        return self.query_one("#display", Static)

    @property
    def _entry(self) -> Line:
        return self.query_one("#entry", Line)

    def _write(self, line: str) -> None:
        self._entry.value = line
        self._entry.cursor_position = len(line)
        self._entry.focus()

    def _refresh(self) -> None:
        display = self.handset.display()
        self._glass.update(Text("\n".join(display.rows)))
        self._glass.border_subtitle = display.note
        self._glass.set_class(not display.fits, "long")
        self._entry.border_title = "answer" if self.handset.asks else "dial or write"
        self.on_input_changed()
        inbox = self.handset.inbox
        unread = sum(not each.read for each in inbox)
        self._fill("inbox", [self._letter(each) for each in inbox])
        self.query_one("#inbox").border_title = f"SMS ({unread} new)" if unread else "SMS"
        self._fill("said", [Text(each) for each in reversed(self.handset.said)])

    def _letter(self, sms: Sms) -> Text:
        first = " ".join(sms.shown.text.split())
        plain = "".join(each if each.isprintable() else "." for each in first)
        return Text.assemble((sms.line(self.handset.number), "bold"), f"\n  {plain}")

    def _fill(self, name: str, lines: list[Text]) -> None:
        """New lines come at the top; who reads further down stays there."""
        shown = self.query_one(f"#{name}", OptionList)
        place = shown.highlighted
        shown.clear_options()
        shown.add_options([Option(line) for line in lines])
        if place is not None and lines:
            shown.highlighted = min(place, len(lines) - 1)

    def _tell(self, text: str, *, trouble: bool = False) -> None:
        status = self.query_one("#status", Static)
        status.update(text)
        status.set_class(trouble, "trouble")

    def _rest(self) -> None:
        if self._patience is not None:
            self._patience.stop()
            self._patience = None

    def _nothing_came(self) -> None:
        self.handset.ends()
        self._tell(f"acknowledged, but nothing came within {SCREEN_WAIT_S:.0f} s; see the gateway's log", trouble=True)
        self._refresh()


def _key(label: Text, action: str, variant: ButtonVariant = "default") -> Button:
    key = Button(label, variant=variant, action=f"app.{action}", compact=True)
    key.can_focus = False
    return key
