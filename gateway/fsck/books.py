"""Money, people and numbers: the ledger balances, balances are its sums, and each number's owner and account exist."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gateway.fsck.faults import Check, Examined, Fault, decoded
from gateway.model import OPERATOR_ACCOUNTS, Account, Person, Subscriber

_encode = msgspec.msgpack.Encoder().encode
_account = msgspec.msgpack.Decoder(Account).decode
_person = msgspec.msgpack.Decoder(Person).decode
_subscriber = msgspec.msgpack.Decoder(Subscriber).decode

UNREADABLE = "a document that cannot be read"

SUMS = """
SELECT number, sum(amount), sum(CASE WHEN substr(account, 1, 7) = 'points:' THEN amount ELSE 0 END)
FROM ledger GROUP BY number ORDER BY number"""
CAUSELESS = """
SELECT DISTINCT number FROM ledger
WHERE number > ? AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.number = ledger.number)"""
# Sorted by the engine of the database, on the disk where memory does not hold it.
BALANCES = """
SELECT coalesce(sums.account, accounts.id) AS id, sums.total, accounts.id IS NOT NULL, accounts.document
FROM (SELECT account, sum(amount) AS total FROM ledger GROUP BY account) AS sums
FULL JOIN accounts ON accounts.id = sums.account"""


def balanced(examined: Examined) -> Iterator[Fault]:
    """What one message moved adds up to zero, in money and in points, and the message is in the journal."""
    for number, total, points in examined.rows(SUMS):
        for unit, amount in (("money", total - points), ("points", points)):
            if amount:
                yield Fault("ledger.unbalanced", "ledger", str(number), f"{unit} that adds up to {amount}", "0")
    for (number,) in examined.rows(CAUSELESS, (examined.cut,)):
        yield Fault("ledger.causeless", "ledger", str(number), "entries of no message", "a journal entry")


def accounts(examined: Examined) -> Iterator[Fault]:
    """Each balance is the sum of the account's entries. Where the ledger itself is whole, it says what is right."""
    certain = examined.journal_is_whole and not examined.faults["ledger"]
    for name, total, exists, document in examined.rows(BALANCES):
        total = total or 0
        if name in OPERATOR_ACCOUNTS and not exists:
            continue
        if not exists:
            yield Fault("accounts.missing", "accounts", name, "no account", f"the one whose entries add up to {total}")
            continue
        account = decoded(_account, document)
        if account is None or account.id != name:
            yield Fault("accounts.unreadable", "accounts", name, UNREADABLE, "the account of that name")
        elif account.balance != total:
            right = _encode(msgspec.structs.replace(account, balance=total))
            yield Fault(
                "accounts.balance", "accounts", name, f"balance {account.balance}", f"{total}, the sum of its entries",
                (("UPDATE accounts SET document = ? WHERE id = ?", (right, name)),) if certain else (),
            )  # fmt: skip


SUBSCRIBERS = """
SELECT s.msisdn, s.account, s.person, s.document, a.id IS NOT NULL, p.id IS NOT NULL
FROM subscribers AS s LEFT JOIN accounts AS a ON a.id = s.account LEFT JOIN persons AS p ON p.id = s.person
ORDER BY s.msisdn"""


def subscribers(examined: Examined) -> Iterator[Fault]:
    """Each number's document says what its columns say, and its account and owner are there."""
    for msisdn, account, person, document, has_account, has_person in examined.rows(SUBSCRIBERS):
        key = str(msisdn)
        subscriber = decoded(_subscriber, document)
        if subscriber is None or subscriber.msisdn != key:
            yield Fault("subscribers.unreadable", "subscribers", key, UNREADABLE, "the document of that number")
            continue
        if (subscriber.account, subscriber.person) != (account, person):
            yield Fault(
                "subscribers.columns", "subscribers", key, f"account {account}, person {person}",
                f"account {subscriber.account}, person {subscriber.person}, as in its document",
                (("UPDATE subscribers SET account = ?, person = ? WHERE msisdn = ?",
                  (subscriber.account, subscriber.person, msisdn)),),
            )  # fmt: skip
            continue
        if not has_account:
            yield Fault("subscribers.account", "subscribers", key, f"no account {account}", "the account that pays")
        if not has_person:
            yield Fault("subscribers.person", "subscribers", key, f"no person {person}", "the owner")


def persons(examined: Examined) -> Iterator[Fault]:
    """Each owner can be read, and the numbers of his cabinets are his and of that region."""
    for key, document in examined.rows("SELECT id, document FROM persons ORDER BY id"):
        person = decoded(_person, document)
        if person is None or person.id != key:
            yield Fault("persons.unreadable", "persons", key, UNREADABLE, "the document of that person")
            continue
        for cabinet in person.cabinets:
            for number in cabinet.numbers:
                found = examined.one("SELECT document FROM subscribers WHERE msisdn = ?", (int(number),))
                linked = decoded(_subscriber, found)
                if linked is None or (linked.person, linked.region) != (key, cabinet.region):
                    yield Fault("persons.cabinet", "persons", key, f"{number} in the cabinet of {cabinet.region}",
                                "a number of that person in that region")  # fmt: skip


CHECKS = (
    Check("ledger", ("ledger",), balanced),
    Check("accounts", ("accounts",), accounts),
    Check("subscribers", ("subscribers",), subscribers),
    Check("persons", ("persons",), persons),
)
