"""The dialogs of one batch: which a message belongs to, what is shown in it, and what the transaction keeps of it.

`conversation.py` decides what a step means; here is what the batch, the memory and the store have to do with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from gateway.catalogue.products import Products
from gateway.clock import Clock
from gateway.conversation import Conversation, Shown, Situation, Turn
from gateway.dispatcher import Decision, Dispatcher, Fault
from gateway.engine.dialogs import Dialogs
from gateway.engine.replies import ROWS_PER_MESSAGE, Answered, ReplyWriter, Screen, is_shown
from gateway.messages import Inbound
from gateway.model import Dialog, DialogKey, Instant, Language, Msisdn, Subscriber
from gateway.reading import Reading
from gateway.store.protocol import WriteBatch
from smpp.ussd import Dialect

SWEPT_MAX = 1024  # dialogs that nobody goes on with, in one transaction


@dataclass(slots=True)
class DialogSteps:
    """`changed` are the dialogs that this batch has changed; None: ended."""

    talk: Conversation | None
    dialects: Mapping[str, Dialect]
    kept: Dialogs
    writer: ReplyWriter
    clock: Clock
    changed: dict[DialogKey, Dialog | None] = field(default_factory=dict)

    def situation(
        self, inbound: Inbound, actor: Subscriber, language: Language, products: Products
    ) -> Situation | None:
        """None where no screen can wait for an answer: an SMS, a dialect without questions, a dialog that is over."""
        origin = inbound.dialog
        if origin is None or origin.last or self.talk is None:
            return None
        dialect = self.dialects[origin.dialect]
        if not dialect.questions:
            return None
        return Situation(inbound, self._dialog((inbound.sender, origin.key)), dialect, actor, products, language)

    def _dialog(self, key: DialogKey) -> Dialog | None:
        return self.changed[key] if key in self.changed else self.kept.get(key)

    @staticmethod
    def is_early(situation: Situation, on_its_way: Callable[[int], bool]) -> bool:
        """An answer that came before its screen was accepted was typed at the screen before it."""
        dialog = situation.dialog
        if dialog is None or not dialog.open or not dialog.row:
            return False
        return situation.at < dialog.shown_at or on_its_way(dialog.row)

    def turn(self, situation: Situation, reading: Reading) -> Turn | Fault:
        """What the message means in its dialog."""
        talk = self.talk
        assert talk is not None
        return Dispatcher.guarded(lambda: talk.turn(situation, reading))

    def moved(self, situation: Situation, turn: Turn, number: int) -> Screen:
        """A screen without a command."""
        self._change(situation, turn.dialog, turn.changed, number)
        return Screen(turn.screen, turn.goes_on)

    def answered(
        self, situation: Situation, turn: Turn, decision: Decision, actor: Subscriber | None, number: int
    ) -> Screen | None:
        """What a command's answer looks like in its dialog. None: as without one, and the dialog is over."""
        talk, inbound = self.talk, situation.inbound
        own = [reply for reply in decision.replies if is_shown(reply, inbound.sender)]
        if talk is None or not own:
            self._change(situation, _left(turn), turn.changed, number)
            return None
        answered = Answered(number, inbound.at, (), inbound.sender, situation.language, decision.latin)
        text = "\n".join([self.writer.text(reply, answered, {}) for reply in own])
        asked = {pending.code for pending in actor.pendings} if actor is not None else set()
        question = next((reply.code for reply in own if reply.code in asked), None)
        shown: Shown | Fault = Dispatcher.guarded(
            lambda: talk.shown(situation, turn, text, question, decision.latin)
        )  # fmt: skip
        if isinstance(shown, Fault):  # the command stands; its answer is shown as without a dialog
            self.end(situation)
            return None
        self._change(situation, shown.dialog or _left(turn), shown.dialog is not None or turn.changed, number)
        return Screen(shown.screen, shown.goes_on, shown.whole) if shown.goes_on else None

    def _change(self, situation: Situation, dialog: Dialog | None, changed: bool, number: int) -> None:
        if not changed:
            return
        if dialog is not None and dialog.open:
            shown_at = Instant(max(dialog.shown_at, self.clock.now()))
            dialog = msgspec.structs.replace(dialog, row=number * ROWS_PER_MESSAGE, shown_at=shown_at)
        self.changed[_key(situation.inbound)] = dialog

    def end(self, situation: Situation) -> None:
        """The dialog is over."""
        self.changed[_key(situation.inbound)] = None

    def gone(self, msisdn: Msisdn, key: bytes) -> None:
        """It is offered again at the next dial. Of a dialog that is over already nothing has to be known."""
        dialog = self._dialog((msisdn, key))
        if dialog is not None and dialog.open:
            self.changed[msisdn, key] = msgspec.structs.replace(dialog, open=False)

    def write(self, write: WriteBatch) -> None:
        """Into the batch's transaction, with some of those that nobody goes on with any more."""
        if not self.changed:
            return
        for key, dialog in self.changed.items():
            if dialog is not None:
                write.dialogs.append(dialog)
            elif self.kept.get(key) is not None:
                write.dialogs_ended.append(key)
        if self.talk is not None:
            since = self.clock.now() - self.talk.resume_ms
            swept = (key for key in self.kept.older(since) if key not in self.changed)
            write.dialogs_ended.extend(islice(swept, SWEPT_MAX))


def _key(inbound: Inbound) -> DialogKey:
    return inbound.sender, inbound.dialog.key if inbound.dialog is not None else b""


def _left(turn: Turn) -> Dialog | None:
    """What a command with one answer leaves: the dialog that it came out of is over, one that was cut short waits."""
    return turn.dialog if turn.dialog is not None and not turn.dialog.open else None


def remembering(inbound: Inbound, situation: Situation) -> Inbound:
    """With what the answer must carry and only the first message of the dialog said."""
    origin, dialog = inbound.dialog, situation.dialog
    if origin is None or not origin.answer or dialog is None:
        return inbound
    session = dialog.session_info if situation.dialect.session_echo_first else origin.session_info
    address = origin.service_address or dialog.service_address
    if (session, address) == (origin.session_info, origin.service_address):
        return inbound
    remembered = msgspec.structs.replace(origin, session_info=session, service_address=address)
    return msgspec.structs.replace(inbound, dialog=remembered)
