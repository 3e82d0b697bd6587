"""What the phones of a kill test say, what must be answered, and what each command must cost.

A double effect must show: transfers have distinct receivers and sums, services are charged once a round. Pure but for
the random numbers that it is given; it knows no wire and no gateway.
"""

from __future__ import annotations

import random
import re
from collections.abc import Generator
from dataclasses import dataclass, field

FIRST_NUMBER = 79_160_000_000
OPENING_MINOR = 100_000
FEE_MINOR = 700
BUDGET_MINOR = 80_000  # a phone that has spent as much makes room for a new one, before it meets a refusal for money
SERVICES = (
    (10, 375, "Антиопределитель номера"),
    (11, 650, "Супер АОН"),
    (21, 290, "Голосовая почта Плюс"),
    (30, 150, "Чёрный список"),
)
"""Paid services of the built-in catalogue: id, price, name; a phone takes one after the other, never two at a time."""

Movement = tuple[tuple[str, int, str], ...]
"""The ledger entries of one command, sorted: account, amount in minor units, kind."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a phone says, what the gateway's journal must call it, what must be answered, and what it must cost."""

    command: str
    text: str
    dialled: bool
    expected: re.Pattern[str]
    movement: Movement = ()
    repeatable: bool = False  # reads only: a redelivery may run again
    parts: int = 1  # of an SMS; each is a message of its own on the wire
    later: Movement = ()  # what it costs once the system outside has answered
    timer: str = ""  # what it sets, by the name in the store


@dataclass(slots=True, eq=False)
class Order:
    """One command of one phone: each attempt has its own sequence number."""

    phone: Phone
    step: Step
    session: int
    reference: int = 0  # of the parts of a long SMS
    attempts: list[int] = field(default_factory=list)
    missing: set[int] = field(default_factory=set)  # parts that have no acknowledgement yet
    answered: re.Match[str] | None = None


Script = Generator[Step, re.Match[str], None]
"""A phone's commands; each is sent the answer to the one before."""


class Phone:
    """A subscriber: never more than one command on its way."""

    __slots__ = ("answer", "number", "order", "promised", "reference", "script", "session", "spent_minor")

    def __init__(self, number: str) -> None:
        self.number = number
        self.order: Order | None = None
        self.answer: re.Match[str] | None = None  # to the last command
        self.script: Script | None = None
        self.session = 0
        self.spent_minor = 0
        self.promised = False
        self.reference = 0  # of the last long SMS

    def think(self) -> Step | None:
        """The next command; None when the phone has spent its budget."""
        assert self.script is not None
        try:
            return next(self.script) if self.answer is None else self.script.send(self.answer)
        except StopIteration:
            return None


class Town:
    """What phones do. Every command's content is said once only, so that no genuine repeat looks like a redelivery."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.known: list[str] = []
        self.born = 0
        self._transfers: set[tuple[str, str, int]] = set()

    def birth(self) -> Phone:
        phone = Phone(str(FIRST_NUMBER + self.born))
        self.born += 1
        phone.script = self._life(phone)
        return phone

    def _life(self, phone: Phone) -> Script:
        opening = movement(("opening", -OPENING_MINOR, "opening"), (phone.number, OPENING_MINOR, "opening"))
        yield dial("numbers.connect", "*111*828*1#", "^Услуга «Номера» подключена", opening)
        self.known.append(phone.number)
        turn = self.rng.randrange(len(SERVICES))
        while phone.spent_minor < BUDGET_MINOR:
            choice = self.rng.random()
            if choice < 0.45:
                yield from self._transfer(phone)
            elif choice < 0.7:
                turn += 1
                yield from self._service(phone, *SERVICES[turn % len(SERVICES)])
            elif choice < 0.8:
                yield from self._top_up(phone)
            elif choice < 0.85 and not phone.promised:
                yield from self._promise(phone)
            elif choice < 0.93:
                yield dial("numbers.disconnect", "*111*828*2#", "^Услуга «Номера» отключена")
                yield dial("numbers.connect", "*111*828*1#", "^Услуга «Номера» подключена")
            else:
                yield text("balance.show", "БАЛАНС", "[0-9] руб", repeatable=True)

    def _transfer(self, phone: Phone) -> Script:
        """Another sum or another receiver each time; the answer carries the code."""
        receiver, amount = phone.number, 0
        for _ in range(20):
            receiver, amount = self.rng.choice(self.known), self.rng.randint(1, 9)
            if receiver != phone.number and (phone.number, receiver, amount) not in self._transfers:
                break
        else:
            return
        self._transfers.add((phone.number, receiver, amount))
        parts = 2 if self.rng.random() < 0.3 else 1
        what = rf"{amount} руб\. на \+{receiver},"
        asked = yield text(
            "transfer.send",
            f"ПЕРЕВОД {receiver} {amount}",
            rf"^Перевод {what}.* ДА (?P<code>[0-9]{{4}})\.",
            parts=parts,
        )
        minor = amount * 100
        phone.spent_minor += minor + FEE_MINOR
        moved = movement(
            (phone.number, -minor, "transfer"),
            (receiver, minor, "transfer"),
            (phone.number, -FEE_MINOR, "transfer_fee"),
            ("fees", FEE_MINOR, "transfer_fee"),
        )
        # Four digits come again some day, and `КОД 1234` said twice is one content: a transfer is confirmed by SMS only
        # as long as the digits are new to the phone.
        said = (phone.number, "code", int(asked["code"]))
        if said in self._transfers:
            yield dial("transfer.confirm", f"*112*{asked['code']}#", f"^Переведено {what}", moved)
        else:
            self._transfers.add(said)
            yield text("confirm.accept", f"КОД {asked['code']}", f"^Переведено {what}", moved)

    def _top_up(self, phone: Phone) -> Script:
        """Money from outside comes once the bank has answered."""
        amount = self.rng.randint(10, 999)
        while (phone.number, "top-up", amount) in self._transfers:  # the question of an older one may come once more
            amount = self.rng.randint(10, 999)
        self._transfers.add((phone.number, "top-up", amount))
        asked = yield dial(
            "topup.pay", f"*115*{amount}#", rf"^Пополнить с вашей карты на {amount} руб.* ДА (?P<code>[0-9]{{4}}) "
        )
        paid = movement(("top_up", -amount * 100, "top_up"), (phone.number, amount * 100, "top_up"))
        yield dial("confirm.accept", f"*111*97*{asked['code']}#", "^Платёж .* принят", later=paid)

    def _promise(self, phone: Phone) -> Script:
        """Money now, taken back by a timer."""
        phone.promised = True
        asked = yield dial("promised.take", "*111*123*50#", "^Обещанный платёж .* ДА (?P<code>[0-9]{4}) ")
        given = movement(("promised", -5000, "promised"), (phone.number, 5000, "promised"))
        timer = f"promised/{phone.number}"
        yield dial("confirm.accept", f"*111*97*{asked['code']}#", "^Зачислено 50", given, timer=timer)

    def _service(self, phone: Phone, service: int, price: int, name: str) -> Script:
        """On and off, each after its question; every round is charged once.

        The name keeps questions apart: after a kill, that of the round before may come once more.
        """
        asked = yield dial(
            "services.connect", f"*111*8111*1*{service}#", f"^Подключить «{name}».* ДА (?P<code>[0-9]{{4}}) "
        )
        phone.spent_minor += price
        charged = movement((phone.number, -price, "service"), ("services", price, "service"))
        yield dial("confirm.accept", f"*111*97*{asked['code']}#", f"^«{name}» подключена. Списано", charged)
        asked = yield dial(
            "services.disconnect", f"*111*8111*2*{service}#", f"^Отключить «{name}».* ДА (?P<code>[0-9]{{4}}) "
        )
        yield dial("confirm.accept", f"*111*97*{asked['code']}#", f"^«{name}» отключена")


def movement(*entries: tuple[str, int, str]) -> Movement:
    return tuple(sorted(entries))


def dial(
    command: str, code: str, expected: str, moved: Movement = (), *, later: Movement = (), timer: str = ""
) -> Step:
    return Step(command, code, True, re.compile(expected), moved, later=later, timer=timer)


def text(
    command: str, said: str, expected: str, moved: Movement = (), *, repeatable: bool = False, parts: int = 1
) -> Step:
    return Step(command, said, False, re.compile(expected), moved, repeatable, parts)
