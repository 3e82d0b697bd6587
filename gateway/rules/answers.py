"""What a system outside has answered, as the function that asked it needs it. Pure."""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")


def understood(succeeded: bool, answer: str, kind: type[T]) -> T | None:
    """The answer as a value of that type; None for a refusal, for no answer, and for one that is not as agreed."""
    if not succeeded:
        return None
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.MsgspecError:
        return None
