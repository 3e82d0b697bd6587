"""What applications outside answer, and why one has not answered. Pure; who asks them is `applications.py`."""

from __future__ import annotations

from enum import StrEnum

import msgspec

ANSWER_CHARACTERS_MAX = 1000


class Trouble(StrEnum):
    """Why there is no answer."""

    TIMEOUT = "timeout"
    DEAD = "dead"  # no connection, or it broke
    STATUS = "status"  # another one than 2xx
    GARBAGE = "garbage"  # neither CON nor END
    PAUSED = "paused"  # not asked: it failed too often in a row
    LATE = "late"  # not asked: nobody waits for it any more
    UNKNOWN = "unknown"  # not asked again: it may have been asked before the last stop


class Said(msgspec.Struct, frozen=True):
    """An application's answer; `goes_on`: it waits for another input."""

    goes_on: bool
    text: str


def read_fields(body: str) -> Said | None:
    """`CON ...` goes on, `END ...` ends; None: neither."""
    text = body.lstrip("\ufeff \t\r\n")
    word, rest = text[:3].upper(), text[3:]
    if word not in ("CON", "END") or (rest and not rest[0].isspace()):
        return None
    return Said(word == "CON", _shown(rest))


class _JsonAnswer(msgspec.Struct):
    action: str
    text: str


def read_json(body: str) -> Said | None:
    """`{"action": "CON", "text": ...}`; None: something else."""
    try:
        answer = msgspec.json.decode(body, type=_JsonAnswer)
    except msgspec.MsgspecError:
        return None
    action = answer.action.upper()
    return Said(action == "CON", _shown(answer.text)) if action in ("CON", "END") else None


def _shown(text: str) -> str:
    """What a screen can show of it: no control characters but ends of lines, and no novel."""
    lines = ("".join(each for each in line if each.isprintable()).rstrip() for line in text.strip().splitlines())
    return "\n".join(lines)[:ANSWER_CHARACTERS_MAX]
