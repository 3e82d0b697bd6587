"""The simulator's decisions, without a clock and without a socket: events and the time go in, actions come out.

It plays the message centre, or the client, together with all phones behind it. The same scenario and the same events
at the same times give the same actions. It judges nothing: its ledger says what it saw and did.
"""

from __future__ import annotations

import random
import re
from collections import deque
from typing import Final

import msgspec

from smpp.pdu import (
    Bind,
    BindReceiver,
    BindResp,
    BindTransceiver,
    BindTransmitter,
    CommandId,
    DataSm,
    DecodeError,
    DeliverSm,
    EnquireLink,
    Pdu,
    SubmitSm,
    Unbind,
    UnbindResp,
    decode,
    encode,
)
from smpp.simulator.answers import Answer, answer_octets, bind_answer, message_answer
from smpp.simulator.faults import Fault, Moment, Schedule
from smpp.simulator.handhelds import NO_GATEWAY, Handhelds, delivered
from smpp.simulator.ledger import Acknowledged, Certain, Injected, Ledger, Receipted, Replied, Sent, Unanswered
from smpp.simulator.lines import IN_PIECES, Action, Lines, Wire
from smpp.simulator.messages import Identities, Incoming, Message, Reader, Said, Sending, injected_pdus
from smpp.simulator.misbehaviour import ALTERATIONS, RECEIPT_FORMS, Report, numbered
from smpp.simulator.phones import Crowd, Phone
from smpp.simulator.scenario import Scenario, Step
from smpp.simulator.tally import Tally
from smpp.vocabulary import RESPONSE_BIT, Status

__all__ = ["Core"]

BINDS: Final = {"transceiver": BindTransceiver, "receiver": BindReceiver, "transmitter": BindTransmitter}
RETRY_LATER: Final = frozenset({Status.ESME_RTHROTTLED, Status.ESME_RMSGQFUL, Status.ESME_RSYSERR, 0x64})
RETRY_S: Final = 1.0  # a refusal that means "later"
SURE_SHARE: Final = 0.8  # of response_s: what is proved later, the gateway may rightly doubt
BEHIND_MAX_S: Final = 1.0  # of a schedule that the other side cannot follow: what is older is not made up for
CERTAINTY_WAIT_S: Final = 3.0  # that a phone waits for its command to be certain, before it does without the repeat
LINGER_S: Final = 0.1  # after unbind_resp: a peer that is closed on at once may lose it


class Core:
    """One run of a scenario.

    Args:
        now: on any monotonic clock, in seconds; so are all times that are handed in.
        date: YYMMDDhhmm, for receipts.
    """

    def __init__(self, scenario: Scenario, now: float, date: str = "2601010000") -> None:
        self.scenario = scenario
        self.ledger = Ledger()
        self.tally = Tally()
        self._centre = scenario.acts == "centre"
        command_id = int(CommandId.DELIVER_SM if self._centre else CommandId.SUBMIT_SM)
        schedule = Schedule(scenario.fault, scenario.seed)
        self.lines = Lines(schedule, self.ledger, self.tally, command_id, now)
        self._rng = random.Random(scenario.seed)
        self._crowd = Crowd(scenario.load, random.Random(f"{scenario.seed}/phones"))
        self._identities = Identities(scenario.receipts, random.Random(f"{scenario.seed}/ids"))
        self._reader = Reader()
        self._handhelds = Handhelds(self.lines)
        self._date = date
        self._current: dict[str, Message] = {}  # by number: the command that it waits for
        self._again: deque[tuple[Message, int]] = deque()
        self._on_their_way = 0
        self._put_off = 0  # refused with "later"
        self._said = 0
        self._last_id = 0
        self._next_due_s = now
        self._stopping = False
        if scenario.load.seconds:
            self.lines.later(now + scenario.load.seconds, lambda _: self.stop())
        if not self._centre:
            self.lines.connect()

    # -- what the edge calls ---------------------------------------------------------------------------------------

    def take_actions(self) -> list[Action]:
        return self.lines.take_actions()

    def next_at(self) -> float | None:
        """When `tick` has something to do."""
        return self.lines.next_at()

    def tick(self, now: float) -> None:
        self.lines.tick(now)
        self._speak(now)

    @property
    def finished(self) -> bool:
        """All that the load asks for is said, acknowledged, and answered or given up."""
        load = self.scenario.load
        said = self._stopping or (load.messages and self._said >= load.messages)
        waits = self._current or self._again or self._on_their_way or self._put_off
        return bool(said) and not waits

    @property
    def on_their_way(self) -> int:
        """Messages that wait for their acknowledgement."""
        return self._on_their_way

    def stop(self) -> None:
        """No new commands."""
        self._stopping = True

    def connected(self, id: int, now: float) -> None:
        wire = self.lines.open(id, now)
        for fault in self.lines.strikes(Moment.CONNECT, now):
            self.lines.do(fault, wire, now)
        if not self._centre:
            bind = BINDS[self.scenario.bind](
                sequence_number=wire.next_sequence(),
                system_id=self.scenario.system_id,
                password=self.scenario.password,
                interface_version=self.scenario.interface_version,
            )
            self.lines.put(wire, encode(bind, lenient=True), now)

    def lost(self, id: int, now: float) -> None:
        wire = self.lines.wires.pop(id, None)
        if wire is None:
            return
        self.lines.note("lost", wire, now)
        for sendings in wire.outstanding.values():
            for sending in sendings:
                self._on_their_way -= not sending.extra and not sending.given_up
                if not sending.extra and not sending.given_up:
                    self._again.append((sending.message, sending.part))
        self._call_again(now)

    def unreachable(self, now: float) -> None:
        """The gateway's listener did not take the call."""
        self._call_again(now)

    def _call_again(self, now: float) -> None:
        if not self._centre and not (self._stopping and self.finished):
            self.lines.later(now + self.scenario.reconnect_s, lambda _: self.lines.connect())

    def received(self, id: int, frames: list[bytes], now: float) -> None:
        wire = self.lines.wires.get(id)
        if wire is None:
            return
        for octets in frames:
            if wire.deaf:
                return
            try:
                pdu = decode(octets)
            except DecodeError as error:
                self.lines.note(f"unreadable: {error}", wire, now)
                continue
            self._take(wire, pdu, now)
        self._speak(now)

    def unframed(self, id: int, now: float) -> None:
        """The gateway's octets are no PDUs any more."""
        wire = self.lines.wires.get(id)
        if wire is not None:
            self.lines.note("framing lost", wire, now)
            self.lines.cut(wire, "rst")

    # -- what comes ------------------------------------------------------------------------------------------------

    def _take(self, wire: Wire, pdu: Pdu, now: float) -> None:
        if isinstance(pdu, SubmitSm | DeliverSm | DataSm):
            if wire.handheld:
                self._carry(wire, pdu, now)
            else:
                self._told(wire, pdu, now)
        elif isinstance(pdu, EnquireLink):
            self.lines.answer(wire, Moment.PING, Answer(pdu.command_id, pdu.sequence_number), now)
        elif isinstance(pdu, Bind):
            if self._centre and pdu.system_id == self.scenario.phone_system_id:
                self._handhelds.bind(wire, pdu)
            refused = self.lines.answer(wire, Moment.BIND, bind_answer(pdu, self.scenario.system_id), now)
            self._enter(wire, not refused and not wire.silent, 0, now)
        elif isinstance(pdu, BindResp) and not wire.bound:  # else the answer to a second bind, which was a fault
            self._enter(wire, pdu.command_status == 0, int(pdu.command_status), now)
            if not wire.bound:
                self.lines.cut(wire, "fin")
        elif isinstance(pdu, Unbind):
            wire.bound = False
            self.lines.note("unbound", wire, now)
            self.lines.answer(wire, Moment.UNBIND, Answer(pdu.command_id, pdu.sequence_number), now)
            self.lines.later(now + LINGER_S, lambda _: self.lines.cut(wire, "fin"))
        elif isinstance(pdu, UnbindResp):
            self.lines.cut(wire, "fin")
        elif pdu.command_id & RESPONSE_BIT:
            self._acknowledged(wire, pdu, now)
        else:
            refusal = Answer(pdu.command_id, pdu.sequence_number, int(Status.ESME_RINVCMDID), nack=True)
            self.lines.put(wire, answer_octets(refusal), now)

    def _enter(self, wire: Wire, bound: bool, status: int, now: float) -> None:
        wire.bound = bound
        self.lines.note("bound" if bound else "bind refused", wire, now, status)
        if bound:
            self._ping_later(wire, now)

    def _ping_later(self, wire: Wire, now: float) -> None:
        if self.scenario.enquire_link_s:
            self.lines.later(now + self.scenario.enquire_link_s, lambda at: self._ping(wire, at))

    def _ping(self, wire: Wire, now: float) -> None:
        if self.lines.living(wire) and wire.bound:
            self.lines.put(wire, encode(EnquireLink(sequence_number=wire.next_sequence())), now)
            self._ping_later(wire, now)

    def _told(self, wire: Wire, pdu: Incoming, now: float) -> None:
        """A message to a phone: answered, reported on where that is asked, and booked as the phone's reply."""
        message_id = self._identities.next() if self._centre else ""
        self.tally.add("submits")
        receipts = self.scenario.receipts
        if self.lines.answer(wire, Moment.SUBMIT, message_answer(pdu, message_id), now, receipts.wait_s):
            return
        if self._centre and (receipts.always or pdu.registered_delivery & 3):
            self._report_on(pdu, message_id, now)
        held = self._handhelds.deliver(pdu, now)
        said = self._reader.read(pdu)
        if said is None:
            return
        message = self._current.get(pdu.destination_addr)
        matched = None if message is None else _answers(message, said)
        if message is None or matched is None:
            self.tally.add("to phones held" if held else "extra")
        elif message.answer is None:
            message.answer = matched
            self.tally.replied(now - message.due_at)
            self._settle(message, now)
        self.ledger.add(
            Replied(
                at_s=self.lines.at_s(now),
                number=pdu.destination_addr,
                channel=said.channel,
                text=said.text,
                id=message.id if message is not None and matched is not None else 0,
                message_id=message_id,
            )
        )

    def _carry(self, wire: Wire, pdu: Incoming, now: float) -> None:
        """What somebody says on a phone that he holds: the gateway's to answer."""
        asked = self._handhelds.ask(wire, pdu)
        gateway = self.lines.usable()
        if gateway is None:
            self._handhelds.answer(asked, NO_GATEWAY, now)
            return
        message = self._new_message((delivered(pdu),), now)
        message.asked = asked
        self.tally.add("from phones held")
        said = Reader().read(pdu)
        channel, text = (said.channel, said.text) if said is not None else ("sms", "")
        self.ledger.add(
            Injected(at_s=self.lines.at_s(now), id=message.id, number=pdu.source_addr, channel=channel, text=text)
        )
        self._send(gateway, message, 0, now)

    def _acknowledged(self, wire: Wire, pdu: Pdu, now: float) -> None:
        sendings = wire.outstanding.get(pdu.sequence_number)
        if not sendings:
            if pdu.command_id != CommandId.ENQUIRE_LINK_RESP and not wire.handheld:
                self.tally.add("stray responses")
            return
        sending = sendings.popleft()
        if not sendings:
            del wire.outstanding[pdu.sequence_number]
        message, status = sending.message, int(pdu.command_status)
        self._on_their_way -= not sending.extra and not sending.given_up
        self.tally.acknowledged(status)
        self.ledger.add(
            Acknowledged(
                at_s=self.lines.at_s(now),
                id=message.id,
                part=sending.part,
                connection=wire.id,
                sequence=sending.sequence,
                status=status,
                message_id=getattr(pdu, "message_id", ""),
                late=sending.given_up,
            )
        )
        wire.acknowledged += 1
        if message.asked is not None:
            if not sending.extra and message.open_parts:
                message.open_parts.clear()
                self._handhelds.answer(message.asked, status, now)
        elif sending.given_up:
            self.tally.add("late")
        elif not status:
            message.open_parts.discard(sending.part)
            if message.phone is not None and not message.open_parts:
                wire.unproved.append((wire.acknowledged, message))
            self._settle(message, now)
        elif not sending.extra:
            self._refused(message, sending.part, status, now)
        self._prove(wire, sending, now)
        for fault in self.lines.strikes(Moment.ACKNOWLEDGE, now):
            self.lines.do(fault, wire, now)

    def _refused(self, message: Message, part: int, status: int, now: float) -> None:
        self.tally.add("refused")
        if status in RETRY_LATER:
            self._put_off += 1
            self.lines.later(now + RETRY_S, lambda _: self._take_up(message, part))
        else:
            message.open_parts.clear()
            self._finish(message, None, now)

    def _take_up(self, message: Message, part: int) -> None:
        self._put_off -= 1
        self._again.append((message, part))

    def _prove(self, wire: Wire, sending: Sending, now: float) -> None:
        """What we wrote after an answer of ours is acknowledged: the gateway has read that answer.

        The answer was to a request that the gateway wrote behind its earlier acknowledgements, and TCP keeps both in
        their order; so the gateway has proof that we read those.
        """
        unproved = wire.unproved
        while unproved and unproved[0][0] <= sending.proves:
            message = unproved.popleft()[1]
            in_time = now - message.said_at < SURE_SHARE * self.scenario.load.response_s
            if in_time and message.sendings == len(message.pdus):
                message.certain = True
                self.ledger.add(Certain(at_s=self.lines.at_s(now), id=message.id))
                if message.waits:
                    self._repeat(message, now)

    # -- receipts --------------------------------------------------------------------------------------------------

    def _report_on(self, pdu: Incoming, message_id: str, now: float) -> None:
        receipts = self.scenario.receipts
        undelivered = self._rng.random() < receipts.undelivered_share
        report = Report(
            message_id=self._identities.in_receipt(message_id),
            source=pdu.source_addr,
            destination=pdu.destination_addr,
            state=5 if undelivered else 2,
            done=self._date,
        )
        self._put_off += 1
        self.lines.later(now + receipts.wait_s, lambda at: self._send_report(report, at))

    def _send_report(self, report: Report, now: float) -> None:
        self._put_off -= 1
        form, wait_s, copies = self.scenario.receipts.form, 0.0, 1
        wire = self.lines.usable()
        for fault in self.lines.strikes(Moment.RECEIPT, now):
            match fault.does:
                case "late":
                    wait_s += fault.wait_s
                case "lost":
                    copies = 0
                case "twice":
                    copies += 1
                case "alter":
                    form = fault.kind
                case "wrong_id":
                    report = msgspec.structs.replace(report, message_id=f"{report.message_id}9")
                case _ if wire is not None:
                    self.lines.do(fault, wire, now)
        for _ in range(copies):
            message = self._new_message((RECEIPT_FORMS[form](report),), now)
            self._put_off += 1
            self.lines.later(now + wait_s, lambda _, message=message: self._take_up(message, 0))  # type: ignore[misc]
            self.tally.add("receipts")
            self.ledger.add(Receipted(at_s=self.lines.at_s(now), message_id=report.message_id, state=report.state))

    # -- what the phones say ---------------------------------------------------------------------------------------

    def _speak(self, now: float) -> None:
        wire = self.lines.usable()
        if wire is None:
            return
        load = self.scenario.load
        while self._again and self._on_their_way < load.window and not wire.silent:
            message, part = self._again.popleft()
            if part in message.open_parts:
                self._send(wire, message, part, now)
        if self._stopping:
            return
        while self._crowd.idle and self._on_their_way < load.window and not wire.silent:
            if load.messages and self._said >= load.messages:
                return
            due_at = now
            if load.rate:
                if self._next_due_s > now:
                    self.lines.later(self._next_due_s, lambda _: None)
                    return
                due_at = max(self._next_due_s, now - BEHIND_MAX_S)
                self._next_due_s = due_at + 1 / load.rate
            phone = self._crowd.idle.popleft()
            self._say(phone, phone.step, self._crowd.words(phone, phone.step), wire, now).due_at = due_at

    def _say(self, phone: Phone, step: Step, text: str, wire: Wire, now: float) -> Message:
        message_class = DeliverSm if self._centre else SubmitSm
        pdus = injected_pdus(phone, step, text, self.scenario.short_number, self._said & 0xFF, message_class)
        message = self._new_message(pdus, now)
        message.phone, message.step, message.text = phone, step, text
        return self._inject(message, wire, now)

    def _inject(self, message: Message, wire: Wire | None, now: float) -> Message:
        phone, step = message.phone, message.step
        assert phone is not None
        assert step is not None
        self._said += 1
        self.tally.add("injected")
        self._current[phone.number] = message
        self.ledger.add(
            Injected(
                at_s=self.lines.at_s(now),
                id=message.id,
                number=phone.number,
                channel="sms" if step.sms else "ussd",
                text=message.text,
                repeats=message.repeats,
            )
        )
        for part in range(len(message.pdus)):
            if wire is None:
                self._again.append((message, part))
            else:
                self._send(wire, message, part, now)
        self.lines.later(now + self.scenario.load.reply_s, lambda at: self._give_up(message, at))
        return message

    def _new_message(self, pdus: tuple[Incoming, ...], now: float) -> Message:
        self._last_id += 1
        return Message(self._last_id, pdus, now, now, open_parts=set(range(len(pdus))))

    def _send(self, wire: Wire, message: Message, part: int, now: float, *, spared: bool = False) -> None:
        """One PDU, as the faults have it unless it is spared; a receipt has had its faults already."""
        pdu, pieces, sequence = message.pdus[part], "", -1
        octets = encode(pdu)
        after: list[Fault] = []
        spared = spared or (message.phone is None and message.asked is None)
        for fault in () if spared else self.lines.strikes(Moment.INJECT, now):
            match fault.does:
                case "alter" if not isinstance(pdu, DataSm):
                    octets = ALTERATIONS[fault.kind](pdu)
                case "sequence":
                    sequence = wire.sequence = fault.sequence
                case "same_sequence":
                    sequence = wire.sequence
                case "say":
                    self.lines.do(fault, wire, now)  # before the message: the good one must survive it
                case deed if deed in IN_PIECES:
                    pieces = deed
                case _:
                    after.append(fault)
        octets = numbered(octets, wire.next_sequence() if sequence < 0 else sequence)
        sequence = int.from_bytes(octets[12:16], "big")
        message.sendings += 1
        sending = Sending(message, part, sequence, wire.proved)
        self._book(wire, sending, now)
        together = next((fault for fault in after if fault.does == "together"), None)
        if together is not None or wire.held:
            self.lines.hold(wire, octets, together, now)
        else:
            self.lines.put(wire, octets, now, pieces)
        for fault in after:
            self._afterwards(fault, wire, sending, octets, now)

    def _afterwards(self, fault: Fault, wire: Wire, sending: Sending, octets: bytes, now: float) -> None:
        times = [now + fault.wait_s * turn for turn in range(1, fault.count + 1)]
        match fault.does:
            case "retransmit":
                for at in times:
                    self.lines.later(at, lambda at: self._retransmit(wire, sending, octets, at))
            case "resend":
                for at in times:
                    self.lines.later(at, lambda at: self._resend(sending, at))
            case "together":
                pass
            case _:
                self.lines.do(fault, wire, now)

    def _book(self, wire: Wire, sending: Sending, now: float) -> None:
        message = sending.message
        wire.outstanding.setdefault(sending.sequence, deque()).append(sending)
        self.ledger.add(
            Sent(
                at_s=self.lines.at_s(now),
                id=message.id,
                part=sending.part,
                connection=wire.id,
                sequence=sending.sequence,
                retransmission=sending.extra,
            )
        )
        if sending.extra:
            self.tally.add("retransmitted")
            return
        self._on_their_way += 1
        if message.sendings > len(message.pdus):
            self.tally.add("resent")
        self.lines.later(now + self.scenario.load.response_s, lambda at: self._time_out(wire, sending))

    def _retransmit(self, wire: Wire, sending: Sending, octets: bytes, now: float) -> None:
        """The same octets again, sequence number and all, unless their acknowledgement has come."""
        if self.lines.living(wire) and sending in wire.outstanding.get(sending.sequence, ()):
            self._book(wire, Sending(sending.message, sending.part, sending.sequence, wire.proved, extra=True), now)
            self.lines.put(wire, octets, now)

    def _resend(self, sending: Sending, now: float) -> None:
        """Under a new number although nothing is amiss, as a centre does whose timer is too short."""
        wire = self.lines.usable()
        if wire is not None:
            self._send(wire, sending.message, sending.part, now, spared=True)

    def _time_out(self, wire: Wire, sending: Sending) -> None:
        """No acknowledgement within `response_s`: it will be sent again under a new number, as a centre does."""
        if self.lines.living(wire) and sending in wire.outstanding.get(sending.sequence, ()):
            sending.given_up = True
            self._on_their_way -= 1
            self.tally.add("timed out")
            self._again.append((sending.message, sending.part))

    def _settle(self, message: Message, now: float) -> None:
        """A phone that has acknowledgement and answer goes on, or says the same again."""
        if message.phone is None or message.over or message.waits or message.open_parts or message.answer is None:
            return
        load = self.scenario.load
        if load.repeat_share and not message.repeats and self._rng.random() < load.repeat_share:
            message.waits = True
            self.lines.later(now + CERTAINTY_WAIT_S, lambda at: self._do_without(message, at))
            if message.certain:
                self._repeat(message, now)
        else:
            self._finish(message, message.answer, now)

    def _repeat(self, message: Message, now: float) -> None:
        """The customer means it: the same content once more, as a message (and a dialog) of its own."""
        phone, step = message.phone, message.step
        assert phone is not None
        assert step is not None
        message.waits, message.over = False, True
        self.tally.add("repeated")
        if step.ussd:
            self._crowd.new_dialog(phone)
        again = Step(ussd=step.ussd, sms=step.sms, answer=step.answer, to=step.to)  # whatever it is answered
        message_class = DeliverSm if self._centre else SubmitSm
        to = self.scenario.short_number
        pdus = injected_pdus(phone, again, message.text, to, self._said & 0xFF, message_class)
        repeat = self._new_message(pdus, now)
        repeat.phone, repeat.step, repeat.text = phone, again, message.text
        repeat.repeats, repeat.goes_on_with = message.id, message.answer
        self._inject(repeat, None, now)

    def _do_without(self, message: Message, now: float) -> None:
        if message.waits:
            message.waits = False
            self._finish(message, message.answer, now)

    def _give_up(self, message: Message, now: float) -> None:
        """No answer within `reply_s`. What is not acknowledged stays on its way, and the phone waits for it."""
        if message.over or message.waits:
            return
        if message.open_parts:
            self.lines.later(now + 1.0, lambda at: self._give_up(message, at))
            return
        self.tally.add("unanswered")
        self.ledger.add(Unanswered(at_s=self.lines.at_s(now), id=message.id))
        self._finish(message, None, now)

    def _finish(self, message: Message, answer: re.Match[str] | None, now: float) -> None:
        """The phone is free for its next command."""
        message.over = True
        phone = message.phone
        if phone is not None and self._current.get(phone.number) is message:
            del self._current[phone.number]
            self._crowd.done(phone, message.goes_on_with or answer)


def _answers(message: Message, said: Said) -> re.Match[str] | None:
    """Whether this is what the phone waits for; a screen belongs to its dialog."""
    if message.step is None or message.phone is None:
        return None
    if said.session is not None and said.session | 1 != message.phone.session | 1:
        return None
    return re.search(message.step.expect, said.text)
