"""What a transcript says, line by line, as values: the subscribers before the first message, and what happens then."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gateway.model import (
    Channel,
    Language,
    Money,
    Msisdn,
    PersonKind,
    ServiceId,
    ServiceStatus,
    SubscriberStatus,
    TariffId,
    UsageKind,
)
from gateway.replay.pattern import Pattern


class Shown(StrEnum):
    """Where a reply appears."""

    SCREEN = "screen"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Expected:
    """A reply: on the screen of who dialled, or an SMS to `to`."""

    line: int
    shown: Shown
    to: Msisdn
    text: Pattern


@dataclass(frozen=True, slots=True)
class Block:
    """What a message is followed by: replies in their order, none if `nothing` stands there.

    `stated`: something stands there. `first` and `last` are the lines of the block (`last` < `first`: no line).
    """

    replies: tuple[Expected, ...] = ()
    stated: bool = False
    first: int = 0
    last: int = -1


@dataclass(frozen=True, slots=True)
class Given:
    """A subscriber as he is before the first message; `settings` has what is not the default. Sums in minor units."""

    line: int
    msisdn: Msisdn
    owner: str = ""
    kind: PersonKind = PersonKind.PRIVATE
    region: str = "moscow"
    balance: Money = Money(0)
    language: Language | None = None
    tariff: TariffId = TariffId(1)
    numbers_on: bool = False
    services: tuple[tuple[ServiceId, ServiceStatus], ...] = ()
    points: int = 0
    payer: Msisdn | None = None
    status: SubscriberStatus = SubscriberStatus.ACTIVE
    linked: tuple[Msisdn, ...] = ()
    sent: Money = Money(0)
    received: Money = Money(0)
    packages: tuple[tuple[str, int], ...] = ()
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """A record of use from before the first message; `ago_ms` before it."""

    line: int
    msisdn: Msisdn
    kind: UsageKind
    other: str
    quantity: int
    cost: Money
    ago_ms: int


class Way(StrEnum):
    """How a message of USSD is meant."""

    DIALS = "dials"  # through a centre where a dialog is one dial and one answer
    OPENS = "opens"  # through a centre where a screen can wait for an answer
    ANSWERS = "answers"
    HANGS_UP = "hangs up"


@dataclass(frozen=True, slots=True)
class PrepaidCard:
    """A prepaid card that nobody has used."""

    line: int
    code: str
    amount: Money
    state: str = ""  # or "inactive" or "expired"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a scripted application says when all that was typed so far is `inputs`, so long after it was asked.

    `dead`: nothing; it cannot be reached.
    """

    line: int
    inputs: str
    text: Pattern = Pattern()
    goes_on: bool = False
    dead: bool = False
    after_ms: int = 0


@dataclass(frozen=True, slots=True)
class ScriptedApplication:
    """An application outside that a code belongs to, and what it says."""

    line: int
    name: str
    code: str
    script: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """Somebody dials, answers a screen, hangs up, or sends an SMS."""

    line: int
    sender: Msisdn
    channel: Channel
    text: Pattern
    to: str = ""
    expected: Block = Block()
    way: Way = Way.DIALS


@dataclass(frozen=True, slots=True)
class PushStep:
    """The operator has a number shown what it did not ask for: a text, or the menu that one would dial so."""

    line: int
    msisdn: Msisdn
    text: Pattern = Pattern()
    code: str = ""
    expected: Block = Block()


@dataclass(frozen=True, slots=True)
class After:
    """Time passes, in milliseconds."""

    line: int
    lasts_ms: int
    expected: Block = Block()


@dataclass(frozen=True, slots=True)
class Outside:
    """How a system outside takes what it is asked from here on: it refuses, does not answer, or answers well.

    `ussd` is the USSD centre, which refuses screens with a command_status.
    """

    line: int
    channel: str
    refuses: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """A number's account holds that much."""

    line: int
    msisdn: Msisdn
    amount: Money


Answered = Message | PushStep | After
"""The steps that replies stand beneath."""

Step = Answered | Outside | Balance


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole file. `lines` are those of the file, so that expectations can be written anew in their places."""

    file: str
    title: str
    givens: tuple[Given, ...]
    used: tuple[Used, ...]
    cards: tuple[PrepaidCard, ...]
    applications: tuple[ScriptedApplication, ...]
    steps: tuple[Step, ...]
    lines: tuple[str, ...] = field(repr=False, default=())
