"""Domain values: people, numbers, accounts and what is stored of them.

Everything here is frozen and knows nothing of the wire, of a store or of a clock. A stored document is a
msgspec struct in array form: new fields go to the end, with a default, so that old documents still read.
The collector leaves them alone (`gc=False`): frozen values hold no cycles. The rules are in docs/model.md.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Annotated, ClassVar, NewType

import msgspec

Msisdn = NewType("Msisdn", str)
"""E.164 digits without `+`: `79161234567`."""

Money = NewType("Money", int)
"""Integer minor units (kopecks, stotinki, cents) of the operator's currency."""

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01 UTC. It enters once, at intake."""

PersonId = NewType("PersonId", str)
AccountId = NewType("AccountId", str)
"""A customer's account has the digits of the number it was opened for; the operator's own begin with a letter."""
ServiceId = NewType("ServiceId", int)
TariffId = NewType("TariffId", int)
MelodyId = NewType("MelodyId", int)
RewardId = NewType("RewardId", int)
SubscriptionId = NewType("SubscriptionId", int)
PictureId = NewType("PictureId", int)

AnyNumber = NewType("AnyNumber", str)
"""E.164 digits of a mobile number or of a landline."""

BarredNumber = NewType("BarredNumber", str)
"""Who may be kept from calling or writing: E.164 digits, a short number, or a sender's name in capitals."""

Points = NewType("Points", int)
Threshold = NewType("Threshold", Money)
"""The balance below which something happens."""

Day = NewType("Day", int)
"""A day of the month, 1 to 31."""

Date = NewType("Date", str)
"""A day of the calendar: `2016-05-31`."""

AnswerDelay = NewType("AnswerDelay", int)
"""After how many seconds voicemail answers: 5, 10, 15, 20, 25 or 30 (TS 23.082 1.3.2)."""

Email = NewType("Email", str)
MessageText = NewType("MessageText", str)
"""What a subscriber writes to another one: as he typed it, up to ten segments."""

Inputs = NewType("Inputs", str)
"""What was typed to an application, one input after the other with `*` between them. It may be secret."""

Name = NewType("Name", str)
"""One word that a subscriber calls somebody or some place by, as he wrote it."""

Topic = NewType("Topic", str)
"""What help is wanted on: a keyword, or a code with or without its signs."""

NO_MONEY = Money(0)
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


class Language(StrEnum):
    """The language of a reply. LAT is Russian in Latin letters, for phones without Cyrillic."""

    RU = "ru"
    BG = "bg"
    EN = "en"
    LAT = "lat"


class Channel(StrEnum):
    USSD = "ussd"
    SMS = "sms"


class TransferPeriod(StrEnum):
    """How often a regular transfer is made; dialled as 1, 2, 3."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class PersonKind(StrEnum):
    PRIVATE = "private"
    COMPANY = "company"


class SubscriberStatus(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"
    DEBTOR = "debtor"  # a debt was collected below the floor: blocked until it is paid
    CLOSED = "closed"


class ServiceStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"  # a renewal found no money: tried daily for 30 days, then off


class Cabinet(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The numbers of one person in one region that are joined in one account."""

    region: str
    numbers: tuple[Msisdn, ...] = ()


class Person(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who owns numbers: a private person or a company."""

    id: PersonId
    kind: PersonKind = PersonKind.PRIVATE
    cabinets: tuple[Cabinet, ...] = ()

    def cabinet(self, region: str) -> tuple[Msisdn, ...]:
        """The linked numbers of a region; empty if none are."""
        return next((cabinet.numbers for cabinet in self.cabinets if cabinet.region == region), ())

    def with_cabinet(self, region: str, numbers: tuple[Msisdn, ...]) -> Person:
        """The person with that region's cabinet replaced; a cabinet of fewer than two numbers is none."""
        others = tuple(cabinet for cabinet in self.cabinets if cabinet.region != region)
        mine = (Cabinet(region, numbers),) if len(numbers) > 1 else ()
        return msgspec.structs.replace(self, cabinets=others + mine)


class Watch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Which command the gateway gives itself, about which number, when a balance falls below a sum."""

    below: Money
    command: str
    msisdn: Msisdn


class Account(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What pays. The balance changes only by ledger entries; it never falls below the floor by a command.

    `unpaid`: the keys of the timers that try again to be paid; they are due as soon as money comes in.
    """

    id: AccountId
    balance: Money = Money(0)
    floor: Money = Money(0)
    watch: Watch | None = None
    unpaid: tuple[str, ...] = ()


class ConnectedService(msgspec.Struct, frozen=True, array_like=True, gc=False):
    id: ServiceId
    since: Instant
    paid_until: Instant = Instant(0)  # 0: nothing is renewed
    status: ServiceStatus = ServiceStatus.ACTIVE


class CodeRef(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Names a one-time code without containing it: the code is derived from the operator's secret and this.

    `nonce` makes codes unique among one subscriber's pending ones.
    """

    number: int
    purpose: str
    digits: int = 4
    nonce: int = 0


class Pending(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A question that waits for an answer: the command to run on "yes", with the price that was shown.

    It lies at the subscriber who has to answer. `asked_by` is who asked: the same number for a question of
    one's own, another for a consent.
    """

    code: CodeRef
    command: str
    arguments: tuple[tuple[str, str | int], ...]
    asked_by: Msisdn
    msisdn: Msisdn  # whose account the command is about
    expires_at: Instant
    price: Money = Money(0)
    about_reading: bool = False  # "did you mean this?": yes runs the command as if it had just been typed


class Acting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The actor's commands concern another number until then (15 minutes from the last command)."""

    msisdn: Msisdn
    until: Instant
    entered: int = 0  # the message that gave that number's password; 0: the two are linked


class Recent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One line of the command history: what was asked and how it ended."""

    number: int
    at: Instant
    command: str
    refusal: str = ""


class DayTotal(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What was moved on one day of the operator's calendar (`day`: proleptic ordinal)."""

    day: int = 0
    total: Money = Money(0)


class CodeTries(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Wrong codes or passwords: three lock their entry for 30 minutes, three locks of a day for longer."""

    wrong: int = 0
    locked_until: Instant = Instant(0)
    day: int = 0
    locks: int = 0


class Allowance(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is left of a package: minutes, SMS, megabytes. `of_tariff`: it is part of the month of the tariff."""

    unit: str
    left: int
    until: Instant = Instant(0)
    of_tariff: bool = False


class Month(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The month of a tariff: its days are reckoned from `since`, the next fee is due at `until`.

    `waits`: that fee has found no money yet; until it does there are no packages.
    """

    since: Instant
    until: Instant
    waits: bool = False


RECENT_MAX = 5
PENDING_MAX = 10


class Subscriber(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A number: whose it is, what it has, who pays, and what waits for its answer."""

    msisdn: Msisdn
    person: PersonId
    region: str
    tariff: TariffId
    account: AccountId
    language: Language | None = None
    status: SubscriberStatus = SubscriberStatus.ACTIVE
    numbers_on: bool = False  # the "Numbers" service, without which a number cannot be linked
    services: tuple[ConnectedService, ...] = ()
    pendings: tuple[Pending, ...] = ()
    acting: Acting | None = None
    recent: tuple[Recent, ...] = ()
    sent: DayTotal = DayTotal()
    received: DayTotal = DayTotal()
    code_tries: CodeTries = CodeTries()
    allowances: tuple[Allowance, ...] = ()
    since: Instant = Instant(0)  # a customer since then; 0: for longer than anybody asks
    month: Month | None = None  # of the tariff; None: of a database that kept none, its timer will set it

    def service(self, service: ServiceId) -> ConnectedService | None:
        for each in self.services:
            if each.id == service:
                return each
        return None


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one function remembers under one key: a list of favourites, a bonus membership, a card.

    A subclass is one kind; its first field is the key (a number, or a person's or a thing's id), every other field has
    a default. A record that is equal to `type(record)(key)` holds nothing and is not stored.
    """

    kind: ClassVar[str] = ""

    key: str


Document = Subscriber | Account | Person | Record


class UsageKind(StrEnum):
    CALL = "call"
    SMS = "sms"
    MMS = "mms"
    DATA = "data"


class Usage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One record of use as the network's billing gives it.

    `other`: the other side's number, empty for data. `quantity`: seconds of a call, messages, kilobytes.
    """

    at: Instant
    kind: UsageKind
    other: str = ""
    incoming: bool = False
    quantity: Annotated[int, msgspec.Meta(ge=0)] = 1
    cost: Annotated[Money, msgspec.Meta(ge=0)] = Money(0)


class UsageTotal(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The usage of one kind and direction in a period."""

    kind: UsageKind
    incoming: bool
    count: int
    quantity: int
    cost: Money


class Charge(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Money that left an account: `amount` is positive. `number`: the message that caused it."""

    number: int
    at: Instant
    amount: Money
    kind: str
    msisdn: Msisdn | None = None


class DialogState(IntEnum):
    """What is on the screen."""

    PLACE = 0  # a menu, an input or a choice: what `path` and `typed` lead to
    QUESTION = 1  # of `code`: yes or no
    TEXT = 2  # `text` goes on by "more"
    PROMPT = 3  # `text`, of a command: what is typed is given to `prompt`
    WAITING = 4  # nothing yet: the result of the effect `waits` will be shown
    NOTICE = 5  # a notification of ours, which asks nothing
    ARGUMENT = 6  # what the code in `text` lacks is asked for


class Prompt(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who gets what is typed at a screen: a command with a field `typed`, and its other arguments."""

    command: str
    arguments: tuple[tuple[str, str | int], ...] = ()


class DialogPlace(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where the network has a dialog, for a screen that no message of the subscriber asks for.

    `connection`: 0 where it is one of an earlier run; then any bind of `account` at `link` will do.
    """

    dialect: str
    link: str
    account: str
    connection: int
    language: Language
    latin: bool = False


class Dialog(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A USSD conversation with a number, at the screen that was shown last.

    `key` names it among the dialogs of the number; empty where the dialect knows one at most. `path` is what one
    would dial to come here at once (`*111*2`), `typed` what its input screens have been given. `text` is the
    question, what is left of a text, or the code that lacks an argument. `offered`: the screen asks whether to go on
    from here or to begin with that path. `open`: the network still has it; else it was interrupted and is offered at
    the next dial. `row` is the outbox row of the screen. `network`: we opened it; `push` is the request that had it
    opened, until it is known what came of that.
    """

    msisdn: Msisdn
    key: bytes
    opened_at: Instant
    shown_at: Instant
    state: DialogState = DialogState.PLACE
    path: str = ""
    typed: tuple[str, ...] = ()
    page: int = 0
    code: CodeRef | None = None
    text: str = ""
    latin: bool = False
    offered: str = ""
    open: bool = True
    row: int = 0
    session_info: bytes = b""
    service_address: str = ""
    network: bool = False
    push: str = ""
    prompt: Prompt | None = None
    waits: int = 0
    place: DialogPlace | None = None


DialogKey = tuple[Msisdn, bytes]


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One side of a movement of money or points. The entries of one outcome add up to zero in each of the two.

    `account` is a customer's account or one of the operator's (`OPERATOR_ACCOUNTS`). Points lie on accounts of their
    own, whose names begin with `points:`, and are counted, not in minor units.
    """

    account: AccountId
    amount: Money
    kind: str
    msisdn: Msisdn | None = None


FEES = AccountId("fees")
SERVICES = AccountId("services")
OPENING = AccountId("opening")
TOP_UP = AccountId("top_up")  # money that came in: cards, prepaid cards, other payments
PROMISED = AccountId("promised")  # promised payments given and taken back
WRITTEN_OFF = AccountId("written_off")
POINTS_UNIT = "points:"
POINTS = AccountId("points:operator")  # points given, spent and burnt
OPERATOR_ACCOUNTS = frozenset({FEES, SERVICES, OPENING, TOP_UP, PROMISED, WRITTEN_OFF, POINTS})


def points_account(msisdn: Msisdn) -> AccountId:
    """The account of a number's bonus points."""
    return AccountId(POINTS_UNIT + msisdn)
