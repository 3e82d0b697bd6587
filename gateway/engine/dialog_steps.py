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
from gateway.engine.replies import ROWS_PER_MESSAGE, ReplyWriter, Screen, is_shown
from gateway.messages import DialogOrigin, Inbound
from gateway.model import Channel, Dialog, DialogKey, DialogPlace, DialogState, Instant, Language, Msisdn, Subscriber
from gateway.reading import Reading
from gateway.store.protocol import WriteBatch
from smpp.ussd import Dialect, OutKind

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
    at: Instant = Instant(0)  # in a replay: when the fact in hand came

    @property
    def now(self) -> Instant:
        """When the fact in hand is decided: by the clock, which in a replay stands where the batch begins."""
        return max(self.clock.now(), self.at)

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
        return Situation(inbound, self.dialog_of(inbound.sender, origin.key), dialect, actor, products, language)

    def dialog_of(self, msisdn: Msisdn, key: bytes) -> Dialog | None:
        """A number's dialog of that name. One that we opened gets its name from the first message that has one."""
        dialog = self._dialog((msisdn, key))
        if dialog is None and key:
            opened = self._dialog((msisdn, b""))
            if opened is not None and opened.push:
                dialog = msgspec.structs.replace(opened, key=key)
                self.changed[msisdn, b""], self.changed[msisdn, key] = None, dialog
        return dialog

    def _dialog(self, key: DialogKey) -> Dialog | None:
        return self.changed[key] if key in self.changed else self.kept.get(key)

    @staticmethod
    def is_early(situation: Situation, on_its_way: Callable[[int], bool]) -> bool:
        """An answer that came before its screen was accepted was typed at the screen before it."""
        dialog = situation.dialog
        if dialog is None or not dialog.open:
            return False
        if dialog.state is DialogState.WAITING:  # its screen is still to come
            return True
        if not dialog.row:
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
        return Screen(turn.screen, turn.goes_on, network_opened=_is_ours(situation))

    def answered(
        self, situation: Situation, turn: Turn, decision: Decision, actor: Subscriber | None, number: int
    ) -> Screen | None:
        """What a command's answer looks like in its dialog. None: as without one, and the dialog is over."""
        talk, inbound = self.talk, situation.inbound
        said = zip(decision.replies, decision.texts, strict=True)
        shown_here = [(reply, text) for reply, text in said if is_shown(reply, inbound.sender)]
        own = [reply for reply, _ in shown_here]
        if talk is None or not own:
            self._change(situation, _left(turn), turn.changed, number)
            return None
        text = "\n".join([text for _, text in shown_here])
        asked = {pending.code for pending in actor.pendings} if actor is not None else set()
        question = next((reply.code for reply in own if reply.code in asked), None)
        prompt = next((reply.prompt for reply in own if reply.prompt is not None), None)
        shown: Shown | Fault = Dispatcher.guarded(
            lambda: talk.shown(situation, turn, text, question, decision.latin, prompt)
        )  # fmt: skip
        if isinstance(shown, Fault):  # the command stands; its answer is shown as without a dialog
            self.end(situation.inbound)
            return None
        self._change(situation, shown.dialog or _left(turn), shown.dialog is not None or turn.changed, number)
        return Screen(shown.screen, shown.goes_on, shown.whole) if shown.goes_on else None

    # -- dialogs that wait for something outside

    def waits(self, inbound: Inbound, language: Language, latin: bool, effect: int) -> None:
        """The dialog of a message shows the result of an effect; until then nothing."""
        origin, at = inbound.dialog, inbound.at
        if origin is None or origin.last:
            return
        key = _key(inbound)
        before = self._dialog(key) if origin.answer else None
        before = before if before is not None and before.open else None
        self.changed[key] = Dialog(
            inbound.sender,
            origin.key,
            at if before is None else before.opened_at,
            Instant(max(at, self.now)),
            state=DialogState.WAITING,
            session_info=origin.session_info,
            service_address=origin.service_address,
            network=before is not None and before.network,
            waits=effect,
            place=DialogPlace(origin.dialect, inbound.link, inbound.account, inbound.connection, language, latin),
        )

    def waiting(self, effect: int) -> Inbound | None:
        """As if the dialog that waits for an effect said now that it has come; None: nobody waits any more."""
        key = self.kept.waiting.get(effect)
        dialog = None if key is None else self._dialog(key)
        if key is None or dialog is None or dialog.waits != effect or dialog.place is None:
            return None
        place, now = dialog.place, self.now
        dialect = self.dialects.get(place.dialect)
        if not dialog.open or dialect is None or now - dialog.shown_at > dialect.application_s * 1000:
            self.changed[key] = None
            return None
        act = OutKind.END_NETWORK if dialog.network else OutKind.END_MOBILE
        origin = DialogOrigin(
            place.dialect, dialog.session_info, dialog.service_address, answer=True, key=dialog.key, act=act
        )  # fmt: skip
        return Inbound(
            Channel.USSD, dialog.msisdn, dialog.service_address, "", now, place.connection, place.link, 0, 0, b"",
            origin, account=place.account,
        )  # fmt: skip

    def spoken_in(self, inbound: Inbound) -> tuple[Language, bool]:
        """The language of a dialog that waits, and whether it wants Latin letters."""
        dialog = self._dialog(_key(inbound))
        assert dialog is not None
        assert dialog.place is not None
        return dialog.place.language, dialog.place.latin

    # -- what is kept

    def _change(self, situation: Situation, dialog: Dialog | None, changed: bool, number: int) -> None:
        if not changed:
            return
        if dialog is not None and dialog.open:
            shown_at = Instant(max(dialog.shown_at, self.now))
            dialog = msgspec.structs.replace(dialog, row=number * ROWS_PER_MESSAGE, shown_at=shown_at)
        self.changed[_key(situation.inbound)] = dialog

    def end(self, inbound: Inbound) -> None:
        """The dialog is over."""
        self.changed[_key(inbound)] = None

    def gone(self, msisdn: Msisdn, key: bytes) -> Dialog | None:
        """It is offered again at the next dial. Of a dialog that is over already nothing has to be known.

        Returns one that we had opened, and of which nobody knew yet what came of it.
        """
        dialog = self.dialog_of(msisdn, key)
        if dialog is None or not dialog.open:
            return None
        if dialog.push:
            return dialog
        self.changed[msisdn, key] = msgspec.structs.replace(dialog, open=False)
        return None

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
            since = self.now - self.talk.resume_ms
            swept = (key for key in self.kept.older(since) if key not in self.changed)
            write.dialogs_ended.extend(islice(swept, SWEPT_MAX))


def _key(inbound: Inbound) -> DialogKey:
    return inbound.sender, inbound.dialog.key if inbound.dialog is not None else b""


def _is_ours(situation: Situation) -> bool:
    """Whether the dialog that a message goes on with was opened by us."""
    origin, dialog = situation.inbound.dialog, situation.dialog
    return origin is not None and origin.answer and dialog is not None and dialog.open and dialog.network


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
    act = OutKind.END_NETWORK if _is_ours(situation) else origin.act
    if (session, address, act) == (origin.session_info, origin.service_address, origin.act):
        return inbound
    remembered = msgspec.structs.replace(origin, session_info=session, service_address=address, act=act)
    return msgspec.structs.replace(inbound, dialog=remembered)
