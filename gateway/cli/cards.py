"""`ussdgw cards`: prepaid cards into the database of a gateway that is stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from gateway import config
from gateway.app import open_store
from gateway.card_importing import card_row, read_cards
from gateway.catalogue.faults import counted
from gateway.clock import SystemClock
from gateway.config import ConfigError
from gateway.engine.journal import ImportedEntry, Journal
from gateway.engine.passwords import hashed
from gateway.rooms import operator_of
from gateway.rules.cards import Card
from gateway.store.protocol import Store, Wanted, WriteBatch

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Prepaid cards.")

out = Console(highlight=False, soft_wrap=True)


@app.callback()
def cards() -> None:
    """Prepaid cards."""


@app.command("import")
def import_cards(
    file: Annotated[Path, typer.Argument(help="CSV with code, amount, expires (2027-12-31), active (on, off).")],
    config_file: Annotated[
        Path | None, typer.Option("--config", "-c", help="TOML file; without one, the defaults.")
    ] = None,
) -> None:
    """Stores the cards of a table, all or none, while the gateway is stopped. Codes are kept as slow hashes only.

    Those that nobody has used take the table's values, so a second table can activate them; used ones stay as they are.
    """
    settings = config.load(config_file)
    if settings.store.path() is None:
        raise ConfigError("a store in memory keeps no cards")
    text = file.read_text(encoding="utf-8-sig")
    found = read_cards(text, str(file), operator_of(settings), hashed)
    stored, used = asyncio.run(store_cards(open_store(settings), found, file.name))
    out.print(f"{counted(stored, 'card')} stored, {used:,} left alone because used", markup=False)


async def store_cards(store: Store, cards: dict[str, Card], file: str) -> tuple[int, int]:
    """One transaction with its journal entry; how many were stored, how many were used already."""
    head = await store.open()
    try:
        loaded = await store.load(Wanted(records={(Card.kind, key) for key in cards}))
        known = (msgspec.msgpack.decode(document, type=Card) for document in loaded.records.values())
        used = {card.key for card in known if card.used_at}
        fresh = [card for key, card in cards.items() if key not in used]
        journal = Journal(head)
        batch = WriteBatch(records=[card_row(card) for card in fresh])
        entry = ImportedEntry(file, len(fresh))
        batch.journal.append(journal.row(journal.next_number(), SystemClock().now(), "", entry))
        await store.write(batch)
    finally:
        await store.close()
    return len(fresh), len(used)
