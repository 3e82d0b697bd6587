"""Recorded traffic of a few subscribers as a transcript: what they were, did and were told. Pure.

What was recorded becomes the expectations; where the engine answers otherwise on the day of transcripts, as dates do,
whoever runs the draft writes them anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.catalogue.products import Opening, Operator
from gateway.engine.intake import msisdn_of
from gateway.model import (
    DAY_MS,
    Account,
    AccountId,
    Channel,
    DayTotal,
    Instant,
    Money,
    Msisdn,
    Person,
    PersonId,
    PersonKind,
    ServiceStatus,
    Subscriber,
    SubscriberStatus,
    points_account,
)
from gateway.recording.format import RecordedLink
from gateway.recording.messages import Messages, Said
from gateway.replay.compare import Told
from gateway.replay.lines import UNITS_MS
from gateway.replay.pattern import escaped
from gateway.replay.recorded_replies import told_of
from gateway.replay.steps import Shown, Way
from gateway.replay.transcript import sum_text, written
from gateway.rules.calendar import day_number
from gateway.store.protocol import WriteBatch
from smpp import ussd
from smpp.ussd import Dialect, UssdKind

OTP_DIGITS = 4
WAYS: Mapping[UssdKind, Way] = {
    UssdKind.OPEN: Way.OPENS,
    UssdKind.ANSWER: Way.ANSWERS,
    UssdKind.LAST_ANSWER: Way.ANSWERS,
    UssdKind.ABORT: Way.HANGS_UP,
    UssdKind.END: Way.HANGS_UP,
}


@dataclass(slots=True)
class Draft:
    """The lines of a transcript, and how much of what was recorded has no place in one, by its kind."""

    lines: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, kind: str) -> None:
        self.left_out[kind] = self.left_out.get(kind, 0) + 1


def concerned(messages: Messages, subscribers: Sequence[Msisdn], country: str) -> list[Msisdn]:
    """The subscribers, then whoever was told something because of them, or stands in what they wrote."""
    found = dict.fromkeys(subscribers)
    said = {place: each for place, each in enumerate(messages.happened) if isinstance(each, Said)}
    for told in told_of(messages):
        if told.cause in said and said[told.cause].subscriber in subscribers:
            found[told.subscriber] = None
    for each in said.values():
        if each.subscriber in subscribers:
            numbers = (msisdn_of(digits, country) for digits in re.findall(r"\d{10,15}", each.text))
            found.update((number, None) for number in numbers if number is not None)
    return list(found)


# -- what they were ---------------------------------------------------------------------------------------------------


def opening_lines(numbers: Iterable[Msisdn], opening: Opening) -> list[str]:
    """`given` lines of numbers of whom nothing is known: as the gateway would create them."""
    settings = f"balance={sum_text(opening.balance_minor)} tariff={opening.tariff} region={opening.region}"
    return [f"given {number} {settings}" for number in numbers]


def given_lines(batch: WriteBatch, numbers: Iterable[Msisdn], operator: Operator, at: Instant) -> list[str]:
    """`given` lines of those numbers that a snapshot has, of who pays for them, and of what is linked to them."""
    known = {each.msisdn: each for each in batch.subscribers}
    accounts = {each.id: each for each in batch.accounts}
    persons = {each.id: each for each in batch.persons}
    named: dict[Msisdn, None] = {}
    waiting = list(numbers)
    while waiting:
        number = waiting.pop(0)
        subscriber = known.get(number)
        if subscriber is not None and number not in named:
            named[number] = None
            person = persons.get(subscriber.person)
            waiting += [Msisdn(subscriber.account), *(person.cabinet(subscriber.region) if person is not None else ())]
    return [" ".join(["given", number, *_settings(known[number], accounts, persons, operator, at)]) for number in named]


def _settings(
    subscriber: Subscriber,
    accounts: Mapping[AccountId, Account],
    persons: Mapping[PersonId, Person],
    operator: Operator,
    at: Instant,
) -> Iterator[str]:
    number = subscriber.msisdn
    person = persons.get(subscriber.person)
    linked = person.cabinet(subscriber.region) if person is not None else ()
    balance = accounts[subscriber.account].balance if subscriber.account in accounts else Money(0)
    points = accounts.get(points_account(number))
    if subscriber.person != PersonId(f"P{number}"):
        yield f"owner={re.sub(r'[^0-9A-Za-z]', '-', subscriber.person)}"
    if person is not None and person.kind is not PersonKind.PRIVATE:
        yield f"kind={person.kind.value}"
    yield f"region={subscriber.region}"
    if subscriber.account == AccountId(number):
        yield f"balance={sum_text(balance)}"
    else:
        yield f"payer={subscriber.account}"
    if subscriber.language is not None:
        yield f"lang={subscriber.language.value}"
    yield f"tariff={subscriber.tariff}"
    if subscriber.numbers_on:
        yield "numbers=on"
    if subscriber.services:
        active = ServiceStatus.ACTIVE
        marks = (f"{each.id}" if each.status is active else f"{each.id}:{each.status}" for each in subscriber.services)
        yield f"services={','.join(marks)}"
    if points is not None and points.balance:
        yield f"points={points.balance}"
    if subscriber.status is not SubscriberStatus.ACTIVE:
        yield f"status={subscriber.status.value}"
    if len(linked) > 1:
        yield f"linked={','.join(each for each in linked if each != number)}"
    for key, moved in (("sent", subscriber.sent), ("received", subscriber.received)):
        if moved != DayTotal() and moved.day == day_number(at, operator):
            yield f"{key}={sum_text(moved.total)}"
    if bought := [each for each in subscriber.allowances if not each.of_tariff]:
        yield f"packages={','.join(f'{each.unit}:{each.left}' for each in bought)}"
    if subscriber.since:
        yield f"since={max(0, at - subscriber.since) // DAY_MS}d"


# -- what they did, and were told -------------------------------------------------------------------------------------


class Drafter:
    """Writes down the messages of some subscribers, with the replies that they caused, in order of time."""

    def __init__(
        self,
        messages: Messages,
        links: Iterable[RecordedLink],
        dialects: Mapping[str, Dialect],
        subscribers: Sequence[Msisdn],
        short_number: str,
    ) -> None:
        self._messages = messages
        self._dialects = {link.name: dialects.get(link.dialect) or dialects["spec"] for link in links}
        self._spec = dialects["spec"]
        self._subscribers = frozenset(subscribers)
        self._short_number = short_number
        self._names: dict[str, str] = {}  # a code that was shown -> the place that holds it
        self._begin = Instant(0)
        self._clock_s = 0
        self._draft = Draft()

    def draft(self) -> Draft:
        """The steps, without `given` lines."""
        caused: dict[int, list[Told]] = {}
        timers: list[Told] = []
        for told in told_of(self._messages):
            if told.cause is not None:
                caused.setdefault(told.cause, []).append(told)
            elif told.subscriber in self._subscribers:
                timers.append(told)
        mine = [
            (place, each)
            for place, each in enumerate(self._messages.happened)
            if isinstance(each, Said) and each.subscriber in self._subscribers
        ]
        self._begin = mine[0][1].at if mine else Instant(0)
        for place, said in mine:
            while timers and timers[0].at <= said.at:
                self._timer(timers.pop(0))
            self._said(said, caused.get(place, []))
        for told in timers:
            self._timer(told)
        return self._draft

    def _timer(self, told: Told) -> None:
        self._wait(-(-(told.at - self._begin) // 1000))
        if self._clock_s:  # what came before the first message belongs to nothing here
            self._replies([told], None)

    def _said(self, said: Said, replies: Sequence[Told]) -> None:
        if said.status != 0:
            self._draft.leave_out("messages that were refused or not answered")
            return
        if said.hidden:
            self._draft.leave_out("messages that nobody had read")
            return
        statement = self._statement(said)
        if statement is None:
            return
        self._wait((said.at - self._begin) // 1000)
        self._draft.lines.append(statement)
        if not statement.endswith(Way.HANGS_UP.value):
            self._replies(replies, said)

    def _statement(self, said: Said) -> str | None:
        """What was done, as a line; None where a transcript has no word for it."""
        text = " ".join(self._typed(said).split())
        if said.channel is Channel.SMS:
            short = said.pdu.destination_addr
            to = short if re.fullmatch(r"\d{2,6}", short) else self._short_number
            return f"{said.subscriber} sends {text} to {to}"
        dialect = self._dialects.get(said.link, self._spec)
        event = ussd.inbound(dialect, said.pdu)
        way = WAYS.get(event.kind) if event is not None else None
        if way is Way.HANGS_UP:
            return f"{said.subscriber} {way.value}"
        if way is None or not text:
            self._draft.leave_out("messages of a dialog without a text")
            return None
        if way is Way.OPENS and not dialect.questions:
            way = Way.DIALS
        return f"{said.subscriber} {way.value} {text}"

    def _typed(self, said: Said) -> str:
        codes = [each.stand_in for each in said.secrets if each.matched is not False]
        return self._with_places(said.text, codes)

    def _replies(self, replies: Sequence[Told], said: Said | None) -> None:
        sources: list[tuple[Shown, Msisdn, str]] = []
        for told in replies:
            for code in told.codes:
                count = len(self._names) + 1
                kind = "otp" if len(code) == OTP_DIGITS else "ref"
                self._names.setdefault(code, kind if count == 1 else f"{kind}{count}")
            screen = told.channel is Channel.USSD
            if screen and (said is None or said.channel is Channel.SMS or said.subscriber != told.subscriber):
                self._draft.leave_out("screens of another conversation")
                continue
            text = "\n".join(line.rstrip() for line in told.text.split("\n"))
            shown = Shown.SCREEN if screen else Shown.SMS
            sources.append((shown, told.subscriber, self._with_places(text, told.codes)))
        if sources or said is not None:
            self._draft.lines += written(sources)

    def _with_places(self, text: str, codes: Iterable[str]) -> str:
        source = escaped(text)
        for code in codes:
            if code in self._names:
                source = re.sub(rf"(?<!\d){re.escape(code)}(?!\d)", f"{{{self._names[code]}}}", source)
        return source

    def _wait(self, until_s: int) -> None:
        lasts_s = until_s - self._clock_s
        if lasts_s <= 0:
            return
        unit = next(name for name in ("d", "h", "m", "s") if lasts_s * 1000 % UNITS_MS[name] == 0)
        self._draft.lines.append(f"after {lasts_s * 1000 // UNITS_MS[unit]}{unit}")
        self._clock_s = until_s
