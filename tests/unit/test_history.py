"""What a number's day looks like where something was done outside."""

from __future__ import annotations

import msgspec

from gateway.cli.subscribers import _told
from gateway.engine.journal import EffectEntry, JournalRow, shortened
from gateway.history import events_of
from gateway.model import Instant, Msisdn
from gateway.store.reading import Happened

AT = Instant(1_800_000_000_000)
NUMBER = Msisdn("79161234567")


def told(**more: object) -> tuple[str, str]:
    """How the entry of an effect is shown."""
    document = shortened(b'{"credited":"79161234567","amount_minor":10000,"note":"%s"}' % (b"x" * 500))
    entry = EffectEntry(128, "payments", "topup.paid", NUMBER, **{"succeeded": True, "document": document, **more})  # type: ignore[arg-type]
    row = JournalRow(9, AT, "effect", NUMBER, msgspec.msgpack.encode(entry), bytes(16))
    (event,) = events_of(Happened([row], [], []), NUMBER, AT, Instant(AT + 1))
    return _told(event, NUMBER, "RUB")


def test_an_effect_by_its_channel_document_and_result() -> None:
    """Which system was asked for what, by which message, how it ended, and what was done with the answer."""
    what, about = told()

    assert what == "by payments"
    assert about.startswith('{"credited":"79161234567","amount_minor":10000,"note":"xxx')
    assert len(about) < 220
    assert about.endswith('..."}: done, of #8, then topup.paid')


def test_how_it_can_end() -> None:
    """Given up, tried again later, and refused or failed by the command that had the answer."""
    assert ": given up, of #8" in told(succeeded=False)[1]
    assert ": to be tried again, of #8" in told(succeeded=False, retry_at=AT)[1]
    assert told(refusal="declined")[1].endswith("refused: declined")
