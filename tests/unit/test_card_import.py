"""`ussdgw cards import`: what a table of prepaid cards may hold, and what the database keeps of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gateway.card_importing import card_row, read_cards
from gateway.catalogue.faults import CatalogueError
from gateway.catalogue.products import Operator
from gateway.cli.cards import store_cards
from gateway.engine.passwords import hashed
from gateway.model import Instant, Money, Msisdn
from gateway.rules.cards import SALT, Card
from gateway.store.protocol import Wanted, WriteBatch
from gateway.store.sqlite import SqliteStore

HEAD = "code,amount,expires,active\n"
CODE = "123456789012"


def plain(code: str, salt: bytes) -> str:
    return f"#{code}"


def test_a_table_becomes_cards_that_end_with_their_last_day() -> None:
    """Groups and their signs do not count; the end of the last day is that of the operator's zone (UTC+3)."""
    text = HEAD + "1234 5678-9012,100.50,2026-12-31,\n1234567890123456,300,2027-01-01,off\n"

    cards = read_cards(text, "cards.csv", Operator(), plain)

    assert list(cards.values()) == [
        Card("#123456789012", Money(100_50), Instant(1_798_750_800_000), True),
        Card("#1234567890123456", Money(300_00), Instant(1_798_837_200_000), False),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("12345678901,100,2026-12-31,", "12 to 16 digits, this has 11"),
        (f"{CODE},0,2026-12-31,", "without a sum"),
        (f"{CODE},-1,2026-12-31,", "not negative"),
        (f"{CODE},1.005,2026-12-31,", "hundredths"),
        (f"{CODE},NaN,2026-12-31,", "hundredths"),
        (f"{CODE},many,2026-12-31,", "is no sum"),
        (f"{CODE},100,31.12.2026,", "a day such as"),
        (f"{CODE},100", "a day such as"),
        (f"{CODE},100,2026-12-31,maybe", "expected on or off"),
        (f"{CODE},100,2026-12-31,\n{CODE},100,2026-12-31,", "stands twice"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_never_by_its_code(row: str, said: str) -> None:
    """What is printed on a terminal or kept in a log must not be spendable."""
    with pytest.raises(CatalogueError) as fault:
        read_cards(HEAD + row + "\n", "cards.csv", Operator(), plain)

    assert said in str(fault.value)
    assert "cards.csv" in str(fault.value)
    assert CODE not in str(fault.value)


async def test_an_import_keeps_hashes_only_and_leaves_used_cards_alone(tmp_path: Path) -> None:
    """A second table activates a card that nobody has used; a used one stays used; no code is in the file."""
    path = tmp_path / "gateway.db"
    used = Card(hashed("555555555555", SALT), Money(50_00), Instant(1), True, Instant(7), Msisdn("79161234567"))
    store = SqliteStore(path)
    await store.open()
    await store.write(WriteBatch(records=[card_row(used)]))
    await store.close()
    table = HEAD + f"{CODE},100,2026-12-31,%s\n555555555555,50,2026-12-31,on\n"

    for active in ("off", "on"):
        cards = read_cards(table % active, "cards.csv", Operator(), hashed)
        assert await store_cards(SqliteStore(path), cards, "cards.csv") == (1, 1)

    store = SqliteStore(path)
    head = await store.open()
    found = (await store.load(Wanted(records={(Card.kind, key) for key in cards}))).records
    journal = await store.journal(0, 10)
    await store.close()
    decoded = {key: msgspec.msgpack.decode(document, type=Card) for (_, key), document in found.items()}
    assert decoded == {**cards, used.key: used}
    assert [row.kind for row in journal] == ["imported", "imported"]
    assert journal[-1].number == head.number
    assert not any(CODE.encode() in each.read_bytes() for each in tmp_path.iterdir())
