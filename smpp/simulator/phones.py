"""The phones: what each says next, and what it makes of an answer. Pure but for the generator it is given."""

from __future__ import annotations

import random
import re
from collections import deque
from typing import Final

from smpp.simulator.scenario import Load, Step, Talk

__all__ = ["Crowd", "Phone"]

SESSION_STEP: Final = 2  # bit 0 of its_session_info is the end of a dialog (SMPP 3.4 5.3.2.43)


class Phone:
    """A subscriber; never more than one command on its way. `turn`: how many steps of its talk are done."""

    __slots__ = ("number", "session", "talk", "turn", "values")

    def __init__(self, number: str, talk: Talk, session: int) -> None:
        self.number = number
        self.talk = talk
        self.turn = 0
        self.session = session
        self.values: dict[str, str] = {}

    @property
    def step(self) -> Step:
        return self.talk.steps[self.turn]


class Crowd:
    """All phones. With `once` each says its talk once and makes room for a new number: no content is said twice."""

    def __init__(self, load: Load, rng: random.Random) -> None:
        self.load = load
        self._rng = rng
        self._born = 0
        self._said = 0
        self._session = 0
        self.phones: dict[str, Phone] = {}
        self.idle: deque[Phone] = deque(self._birth() for _ in range(load.numbers))

    def _birth(self) -> Phone:
        number = str(self.load.first_number + self._born)
        self._born += 1
        phone = self.phones[number] = Phone(number, self._choose(), 0)
        return phone

    def _choose(self) -> Talk:
        talks = self.load.talk
        return talks[0] if len(talks) == 1 else self._rng.choices(talks, [talk.weight for talk in talks])[0]

    def words(self, phone: Phone, step: Step) -> str:
        """What the phone says, its places filled; a new dialog where it dials."""
        self._said += 1
        if step.ussd:
            self.new_dialog(phone)
        other = str(self.load.first_number + self._rng.randrange(max(self._born, 2)))
        values = {"number": phone.number, "other": other, "n": str(self._said), **phone.values}
        return re.sub(r"\{(\w+)\}", lambda place: values.get(place[1], ""), step.ussd or step.sms or step.answer)

    def new_dialog(self, phone: Phone) -> None:
        self._session = (self._session + SESSION_STEP) & 0xFFFF
        phone.session = self._session

    def done(self, phone: Phone, answer: re.Match[str] | None) -> None:
        """It has been answered (None: it has waited long enough), and may go on."""
        if answer is not None:
            phone.values.update({name: value or "" for name, value in answer.groupdict().items()})
        phone.turn += 1
        if answer is None or phone.turn == len(phone.talk.steps):
            if self.load.once:
                del self.phones[phone.number]
                phone = self._birth()
            else:
                phone.talk, phone.turn = self._choose(), 0
                phone.values = {}
        self.idle.append(phone)
