"""A small town on the virtual clock, to which any sequence of messages may be sent; and what people there may type."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from msgspec.structs import replace

from gateway.engine.tools import Decided
from gateway.handlers.tariff import MONTHLY
from gateway.messages import DialogOrigin, Inbound
from gateway.model import Account, Channel, CodeTries, Instant, Language, Msisdn, Subscriber
from gateway.replay.neighbours import Heard
from gateway.replay.runner import CONNECTION, EngineStage
from gateway.replay.transcript import parse_transcript
from gateway.rooms import Rooms
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Store, Wanted

TOWN = """# A town
given 79161230001 balance=1500.00 lang=ru owner=anna points=900 services=1 since=400d
given 79161230002 balance=40.00 lang=ru owner=anna
given 79161230003 balance=0.00 lang=bg since=200d
given 79161230004 balance=700.00 lang=en points=150
given 79161230005 balance=15.00 lang=ru payer=79161230004
given 79161230006 balance=250.00 kind=company lang=ru
card 111122223333 100.00
card 444455556666 300.00
"""
NUMBERS = tuple(Msisdn(f"7916123000{digit}") for digit in range(1, 7))
STRANGER = Msisdn("79169999999")

VALUES: Mapping[str, tuple[str, ...]] = {
    "number": (*NUMBERS, STRANGER),
    "contact": (*NUMBERS, "anna@example.com"),
    "barred": (*NUMBERS, STRANGER),
    "amount": ("10", "50", "100", "300", "1000", "15000", "0", "99999999"),
    "points": ("1", "50", "500"),
    "threshold": ("30", "100", "500"),
    "code": ("{otp}", "{otp}", "{otp}", "1234"),
    "password": ("Kot2026pes", "Len1999dom"),
    "old": ("Kot2026pes",),
    "card": ("111122223333", "444455556666", "777788889999"),
    "place": ("1", "2", "москва"),
    "language": ("1", "2", "3"),
    "since": ("01.02.2026", "01.03.2026"),
    "until": ("28.02.2026", "09.03.2026"),
    "period": ("1", "3", "6"),
    "text": ("Hi",),
    "topic": ("ПЕРЕВОД",),
    "name": ("Anna",),
    "email": ("anna@example.com",),
    "file": ("1",),
    "day": ("1", "15", "31"),
    "picture": ("1", "2"),
}
MONEY_OFTEN = 3
SMALL = tuple(map(str, range(1, 21)))  # tariffs, services, melodies, rewards and the like


ENDLESS = 10**9
FORGOTTEN: Mapping[str, Any] = {"pendings": (), "acting": None, "recent": (), "code_tries": CodeTries()}


class Typed(NamedTuple):
    """A message as somebody means it: `{otp}` is the last code that he was told."""

    sender: Msisdn
    channel: Channel
    text: str


def forms_of(rooms: Rooms) -> list[tuple[Channel, str]]:
    """Every dialled string of the code plan and every Russian keyword, those that move money several times."""
    forms: list[tuple[Channel, str]] = []
    for row in rooms.catalogue.codes:
        found = [(Channel.USSD, text) for text in row.ussd]
        found += [(Channel.SMS, text) for language, texts in row.sms.items() if language == "ru" for text in texts]
        forms += found * (MONEY_OFTEN if row.effect == "money" else 1)
    return forms


def typed(
    rng: random.Random, forms: list[tuple[Channel, str]], asked: list[Msisdn], numbers: Sequence[Msisdn] = NUMBERS
) -> Typed:
    """One message of somebody; most who were asked something answer it, and now and then somebody else does."""
    if rng.random() < (0.7 if asked else 0.05):
        answers = ("ДА {otp}", "ДА {otp}", "ДА", "{otp}", "НЕТ {otp}", "1")
        return Typed(rng.choice(asked or numbers), Channel.SMS, rng.choice(answers))
    sender = rng.choice(numbers)
    channel, form = rng.choice(forms)
    text = re.sub(r"<(\w+)(?::(\d+)-(\d+))?>", lambda place: _value(rng, place, numbers), form)
    return Typed(sender, channel, text)


def _value(rng: random.Random, place: re.Match[str], numbers: Sequence[Msisdn]) -> str:
    name, low, high = place.groups()
    if name == "number" and numbers is not NUMBERS:
        return rng.choice(numbers)
    if low:
        return str(rng.randint(int(low), int(high)))
    return rng.choice(VALUES.get(name, SMALL))


class Town(EngineStage):
    """An engine whose store can be looked at, and which can be sent the same message again."""

    _store: MemoryStore

    def __init__(self, rooms: Rooms, people: str = TOWN, store: Store | None = None) -> None:
        super().__init__(rooms, parse_transcript(people, "town"), store)
        self._codes: dict[Msisdn, str] = {}
        self._addressed: set[Msisdn] = set()  # who may have been asked something
        self._last: Inbound | None = None
        self.decided: list[Decided] = []
        note = self.notes.decided

        def decided(each: Decided, took_ms: float) -> None:
            self.decided.append(each)
            note(each, took_ms)

        self.notes.decided = decided  # type: ignore[method-assign]

    async def types(self, message: Typed) -> list[Heard]:
        """What all phones get for a message."""
        self._sequence_number += 1
        text = message.text.replace("{otp}", self._codes.get(message.sender, "0000"))
        dialled = message.channel is Channel.USSD
        address = text.strip("*#").split("*")[0][:20] if dialled else "111"
        self._last = Inbound(
            message.channel, message.sender, address, text, self._clock.now(), CONNECTION, "town", 0,
            self._sequence_number, self._sequence_number.to_bytes(16, "big"),
            DialogOrigin("one-shot", b"\0\2", address, False) if dialled else None,
        )  # fmt: skip
        return await self._post(self._last)

    async def redelivered(self) -> list[Heard]:
        """What the phones get when the last message comes again, as a peer sends what it believes unacknowledged."""
        assert self._last is not None
        return await self._post(self._last)

    async def _post(self, inbound: Inbound) -> list[Heard]:
        self._engine.queue.post(inbound)
        await self._settle()
        return self._told(self._phones.take())

    async def passes(self, lasts_ms: int) -> list[Heard]:
        """What the phones get while time passes."""
        return self._told(await self.wait(lasts_ms))

    def _told(self, heard: list[Heard]) -> list[Heard]:
        self._codes.update((each.to, each.code) for each in heard if each.code)
        self._addressed |= {each.to for each in heard}
        return heard

    def state(self) -> dict[str, Mapping[str, object]]:
        """All that commands can change but the list of what was done last: a question asked again is answered anew."""
        subscribers = {key: replace(each, recent=()) for key, each in self._subscribers().items()}
        return {**self._store.snapshot(), "subscribers": subscribers}

    def holdings(self) -> dict[str, object]:
        """What people have: balances, points, and every number with its tariff and services; not what waits for an
        answer, or how often a code was wrong."""
        subscribers = {key: replace(each, **FORGOTTEN) for key, each in self._subscribers().items()}
        state = self._store.snapshot()
        return {"accounts": state["accounts"], "ledger": state["ledger"], "subscribers": subscribers}

    def imbalance(self) -> list[str]:
        """What is wrong with the books; empty in a town where no sum was made or lost."""
        sums = cast(Mapping[str, int], self._store.snapshot()["ledger"])
        wrong = [f"the ledger adds up to {total}, not to 0" for total in [sum(sums.values())] if total]
        points = sum(amount for account, amount in sums.items() if account.startswith("points:"))
        wrong += [f"{points} points were made or lost"] if points else []
        for account in self._accounts().values():
            if account.balance != sums.get(str(account.id), 0):
                wrong.append(f"{account.id} holds {account.balance}, its entries add up to {sums.get(str(account.id))}")
            if account.balance < account.floor:
                wrong.append(f"{account.id} holds {account.balance}, less than its floor of {account.floor}")
        return wrong

    def unpaid(self) -> list[str]:
        """Whose month has ended without a fee, an end or a debt: nobody's, after its timers have fired."""
        now = self._clock.now()
        return [
            f"{each.msisdn}: {each.month}"
            for each in self._subscribers().values()
            if each.month is None or (each.month.until <= now and not each.month.waits)
        ]

    async def monthly_fees(self) -> dict[Msisdn, list[Instant]]:
        """When each number paid for a month that began by itself."""
        timers = {row.number for row in await self._store.journal(0, ENDLESS) if row.kind == "timer"}
        fees: dict[Msisdn, list[Instant]] = {}
        for row in await self._store.ledger(0, ENDLESS):
            if row.entry.kind == MONTHLY and row.entry.amount < 0 and row.number in timers:
                fees.setdefault(cast(Msisdn, row.entry.msisdn), []).append(row.at)
        return fees

    async def asked(self) -> list[Msisdn]:
        """Those who were asked something and have not answered."""
        now, known = self._clock.now(), (await self._store.load(Wanted(set(self._addressed)))).subscribers
        self._addressed = {each for each in self._addressed if each in known and _waits(known[each], now)}
        return sorted(self._addressed)

    def numbers(self) -> list[Msisdn]:
        """Everybody's."""
        return [each.msisdn for each in self._subscribers().values()]

    async def language(self, msisdn: Msisdn) -> Language | None:
        """The one that a reader has chosen; None for who has not, or is none of ours."""
        reader = (await self._store.load(Wanted({msisdn}))).subscribers.get(msisdn)
        return reader.language if reader is not None else None

    def _accounts(self) -> Mapping[str, Account]:
        return cast(Mapping[str, Account], self._store.snapshot()["accounts"])

    def _subscribers(self) -> Mapping[str, Subscriber]:
        return cast(Mapping[str, Subscriber], self._store.snapshot()["subscribers"])


def _waits(subscriber: Subscriber, now: Instant) -> bool:
    return any(pending.expires_at > now for pending in subscriber.pendings)
