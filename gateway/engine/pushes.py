"""Dialogs that we open: a notification or a menu that nobody has asked for, and what comes of it.

The request is a fact like any other: written once, known by its id. Where no dialog can be opened, or the network has
none of it, the same goes as an SMS. An answer is an ordinary step of an ordinary dialog from then on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from gateway.catalogue.products import Products
from gateway.commands import Outcome, Reply, TextName
from gateway.conversation import Conversation, Situation
from gateway.dispatcher import Dispatcher, Fault
from gateway.engine.dialog_steps import DialogSteps
from gateway.engine.journal import Journal, PushEntry
from gateway.engine.replies import ROWS_PER_MESSAGE, Answered, country_language, fit_screen
from gateway.engine.unit_of_work import BatchState
from gateway.menus import Place
from gateway.messages import DialogOrigin, DialogShown, Inbound, OutboxState, Outgoing, Push, SubmitResult
from gateway.model import Channel, Dialog, DialogPlace, DialogState, Instant, Msisdn, Subscriber
from gateway.rules.pushes import PushRecord, PushState, begun
from gateway.store.protocol import RecordKey, WriteBatch
from smpp.ussd import Dialect, OutKind, acknowledges, session_key

NOT_DELIVERED = frozenset({OutboxState.FAILED, OutboxState.EXPIRED})


class Pushes:
    """Who waits for what comes of a request."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    def changed(self, push: str) -> asyncio.Future[None]:
        """Is done as soon as something has come of it since."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(push, []).append(future)
        return future

    def forget(self, push: str, future: asyncio.Future[None]) -> None:
        """Nobody waits for it any more."""
        left = [each for each in self._waiting.get(push, ()) if each is not future]
        if left:
            self._waiting[push] = left
        else:
            self._waiting.pop(push, None)

    def written(self, state: BatchState) -> None:
        """A batch is on the disk."""
        if not self._waiting:
            return
        for kind, push in state.changed_records:
            if kind == PushRecord.kind:
                for future in self._waiting.pop(push, ()):
                    if not future.done():
                        future.set_result(None)


@dataclass(slots=True)
class PushSteps:
    """What one batch does about them. `queue` puts a row into the outbox, `carry` an outcome into the transaction."""

    steps: DialogSteps
    journal: Journal
    write: WriteBatch
    queue: Callable[[int, Instant, Outgoing], None]
    carry: Callable[[Outcome, int, Instant], None]

    @staticmethod
    def record_key(push: str) -> RecordKey:
        return PushRecord.kind, push

    # -- the request

    def begin(self, push: Push, subscriber: Subscriber, products: Products) -> PushRecord:
        """Opens the dialog, or sends the SMS where there is none to be had."""
        number = self.journal.next_number()
        language = subscriber.language or country_language(push.msisdn)
        record = PushRecord(push.id, number, push.msisdn, push.at)
        dialect = self.steps.dialects.get(push.dialect)
        act = OutKind.NOTIFY if push.text else OutKind.ASK
        origin = DialogOrigin(push.dialect, b"", self.steps.writer.short_number, act=act)
        place = DialogPlace(push.dialect, push.link, push.account, 0, language)
        bare = Dialog(
            push.msisdn, b"", push.at, push.at, DialogState.NOTICE, push.place, text=push.text,
            row=number * ROWS_PER_MESSAGE, network=True, push=push.id, place=place,
        )  # fmt: skip
        reason = self._in_the_way(push, dialect)
        if not reason and dialect is not None:
            inbound = Inbound(
                Channel.USSD, push.msisdn, origin.service_address, "", push.at, 0, push.link, 0, 0, b"", origin,
                account=push.account,
            )  # fmt: skip
            situation = Situation(inbound, None, dialect, subscriber, products, language)
            reason = "" if self._open(bare, situation, number) else "fault"
        if reason:
            record = replace(record, state=PushState.FELL_BACK, reason=reason)
            self._by_sms(bare, number)
        lasts_s = dialect.subscriber_s if dialect is not None else 0
        self.carry(begun(record, int(lasts_s * 1000)), number, push.at)
        entry = PushEntry(push.id, push.link, push.dialect, push.text, push.place, record.state, record.reason)
        self._note(number, push.at, push.msisdn, entry)
        return record

    def _in_the_way(self, push: Push, dialect: Dialect | None) -> str:
        """Why no dialog is opened; empty: nothing."""
        if dialect is None or not push.link:
            return "no_link"
        dialog = self.steps.dialog_of(push.msisdn, b"")
        lives = dialog is not None and dialog.open and push.at - dialog.shown_at <= dialect.subscriber_s * 1000
        if lives and not dialect.parallel:
            return "busy"
        return "" if push.text or self._menu(push.place) is not None else "no_menu"

    def _menu(self, path: str) -> Place | None:
        talk = self.steps.talk
        return None if talk is None else talk.place(path)

    def _open(self, dialog: Dialog, situation: Situation, number: int) -> bool:
        """Shows it. False: a bug of ours has kept its menu from being made."""
        talk, size = self.steps.talk, situation.size
        text, whole = fit_screen(dialog.text, size)
        if not dialog.text:
            assert talk is not None
            shown = Dispatcher.guarded(lambda: _menu_of(talk, situation, dialog.path))
            if isinstance(shown, Fault):
                return False
            text, menu = shown
            dialog = replace(
                menu, row=dialog.row, network=True, push=dialog.push, place=dialog.place, shown_at=dialog.shown_at
            )  # fmt: skip
        self.steps.changed[dialog.msisdn, dialog.key] = dialog
        self._row(situation.inbound, text, number)
        if not whole:
            self._by_sms(dialog, number, first=1)
        return True

    def _row(self, inbound: Inbound, text: str, number: int, index: int = 0) -> None:
        """One screen of ours that answers nothing."""
        outgoing = self.steps.writer.unasked(inbound, text, number, self.steps.now)
        self.queue(number * ROWS_PER_MESSAGE + index, self.steps.now, outgoing)

    # -- what comes of it

    def submitted(self, result: SubmitResult) -> None:
        """The centre has taken or refused what opens a dialog."""
        dialog = self._pushed(result.row)
        if dialog is None:
            return
        if result.state in NOT_DELIVERED:
            status = f"status 0x{result.status:02X}" if result.status else "not accepted in time"
            self._fall_back(dialog, status)
        elif result.state is OutboxState.SENT:
            self._accepted(dialog, result.session_info)

    def _pushed(self, row: int) -> Dialog | None:
        key = self.steps.kept.pushed.get(row)
        dialog = None if key is None else self.steps.dialog_of(*key)
        return dialog if dialog is not None and dialog.row == row and dialog.push else None

    def _accepted(self, dialog: Dialog, session_info: bytes) -> None:
        assert dialog.place is not None
        dialect = self.steps.dialects.get(dialog.place.dialect)
        if dialect is None:
            return
        if dialog.state is DialogState.NOTICE and not acknowledges(dialect):
            self._end(dialog)
            self._became(dialog, PushState.ACCEPTED)
        elif session_info:
            self._end(dialog)
            key = session_key(dialect, session_info)
            named = replace(dialog, session_info=session_info, key=key)
            self.steps.changed[dialog.msisdn, key] = named

    def shown(self, fact: DialogShown) -> None:
        """A handset has confirmed a notification; some centres want the dialog released then."""
        dialog = self.steps.dialog_of(fact.sender, fact.origin.key)
        if dialog is not None and dialog.push and dialog.state is DialogState.NOTICE:
            self._end(dialog)
            self._became(dialog, PushState.SHOWN)
        dialect = self.steps.dialects.get(fact.origin.dialect)
        if dialect is not None and dialect.release_after_ack:
            number = self.journal.next_number()
            origin = replace(fact.origin, act=OutKind.RELEASE)
            inbound = Inbound(
                Channel.USSD, fact.sender, origin.service_address, "", fact.at, fact.connection, fact.link, 0, 0, b"",
                origin, account=fact.account,
            )  # fmt: skip
            self._row(inbound, "", number)
            self._note(number, fact.at, fact.sender, PushEntry("", fact.link, dialect.name, "", "", "released"))

    def lost(self, dialog: Dialog, reason: str) -> None:
        """The network has ended a dialog before anything was known of it."""
        self._fall_back(dialog, reason)

    def answered(self, dialog: Dialog, text: str) -> None:
        """The subscriber has answered what we asked."""
        self._became(dialog, PushState.ANSWERED, answer=text)

    def _fall_back(self, dialog: Dialog, reason: str) -> None:
        self._end(dialog)
        number = self._became(dialog, PushState.FELL_BACK, reason)
        self._by_sms(dialog, number)

    def _by_sms(self, dialog: Dialog, number: int, first: int = 0) -> None:
        """The notification itself; of a menu, what it is called and what to dial for it."""
        assert dialog.place is not None
        reply = Reply(dialog.msisdn, "push-says", {"text": dialog.text})
        menu = None if dialog.text else self._menu(dialog.path)
        if menu is not None:
            title = TextName(f"menu-{menu.menu.name}")
            reply = Reply(dialog.msisdn, "push-missed", {"title": title, "code": f"{dialog.path}#"})
        writer = self.steps.writer
        texts = writer.texts((reply,), None, {dialog.msisdn: dialog.place.language})
        answered = Answered(number, self.steps.now, (reply,), texts)
        for index, outgoing in enumerate(writer.outgoing(answered, None), first):
            self.queue(number * ROWS_PER_MESSAGE + index, answered.at, outgoing)

    def _end(self, dialog: Dialog) -> None:
        self.steps.changed[dialog.msisdn, dialog.key] = None

    def _became(self, dialog: Dialog, state: PushState, reason: str = "", answer: str = "") -> int:
        number, at = self.journal.next_number(), self.steps.now
        first = dialog.row // ROWS_PER_MESSAGE
        record = PushRecord(dialog.push, first, dialog.msisdn, dialog.opened_at, state, reason, answer)
        self.carry(Outcome(changed=(record,)), number, at)
        place = dialog.place
        assert place is not None
        entry = PushEntry(dialog.push, place.link, place.dialect, "", "", state, reason, answer)
        self._note(number, at, dialog.msisdn, entry)
        return number

    def _note(self, number: int, at: Instant, msisdn: Msisdn, entry: PushEntry) -> None:
        self.write.journal.append(self.journal.row(number, at, msisdn, entry))


def _menu_of(talk: Conversation, situation: Situation, path: str) -> tuple[str, Dialog]:
    """The screen of a menu, and the dialog that begins with it."""
    place = talk.place(path)
    assert place is not None
    turn = talk.opened(situation, place)
    assert turn.dialog is not None
    return turn.screen, turn.dialog
