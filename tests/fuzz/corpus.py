"""Octets to begin with: `fixtures/fuzz/TARGET.hex`, one in each line, and what other fixtures hold."""

from __future__ import annotations

import json
import random
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures"
FOLDER = FIXTURES / "fuzz"
OCTETS_MAX = 600
SHARES = {"stream": 0.25, "pdu": 0.3, "message": 0.2, "text": 0.2, "typed": 0.05}
"""Of the cases, by target: reading what is typed takes twenty times as long as reading a PDU."""
TYPED = (
    "*111*828*1#", "*112*89161234567*50#", "*115*50#", "**112*5#", "*#06#", "#111*8#", "БАЛАНС", "ДА", "КОД 1234",
    "ПЕРЕВОД 79161234568 5", "TRANSFER +7 (916) 123-45-67 12.50", "НОМЕРА + 89161234567", "СМС 79161234567 привет",
)  # fmt: skip


def file_of(target: str) -> Path:
    return FOLDER / f"{target}.hex"


def kept(target: str) -> list[bytes]:
    """What was worth keeping of earlier runs."""
    path = file_of(target)
    return [bytes.fromhex(line) for line in path.read_text().split()] if path.exists() else []


def seeds(target: str) -> list[bytes]:
    """Everything that a run may begin with."""
    if target == "typed":
        return [*kept(target), *(each.encode() for each in TYPED)]
    vectors = [
        bytes.fromhex(each["hex"]) for each in json.loads((FIXTURES / "pdu/vectors.json").read_text())["vectors"]
    ]
    short = [each for each in vectors if len(each) <= OCTETS_MAX]
    if target == "stream":
        short = [bytes((number % 8, number)) + each for number, each in enumerate(short)]
    return [*kept(target), *short]


def changed(octets: bytes, others: list[bytes], draw: random.Random) -> bytes:
    """The octets with a few changes: another octet, some left out, doubled, or put in from elsewhere."""
    made = bytearray(octets)
    for _ in range(draw.choice((0, 1, 1, 2, 4))):
        at = draw.randrange(len(made) + 1)
        change = draw.randrange(5)
        if change == 0 and at < len(made):
            made[at] = draw.choice((0, 1, 0x7F, 0x80, 0xFF, draw.randrange(256)))
        elif change == 1:
            del made[at : at + draw.choice((1, 1, 4, 16))]
        elif change == 2:
            made[at:at] = draw.randbytes(draw.choice((1, 2, 4, 16)))
        elif change == 3:
            other = draw.choice(others)
            begin = draw.randrange(len(other) + 1)
            made[at:at] = other[begin : begin + draw.choice((4, 16, len(other)))]
        else:
            made[at:at] = made[at : at + 4]
    return bytes(made[:OCTETS_MAX])
