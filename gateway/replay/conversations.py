"""The conversation around one reply of a comparison: what was said before it, and what both sides told. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.model import Msisdn
from gateway.recording.messages import Said
from gateway.replay.compare import Compared, Comparison

TURNS_MAX = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """A message and all replies to it; without a message a timer caused them, or nobody knows what."""

    said: Said | None
    replies: tuple[Compared, ...]


class Conversations:
    """Finds the turns of any reply of one comparison."""

    def __init__(self, comparison: Comparison) -> None:
        self._said = comparison.said
        self._replies: dict[int, list[Compared]] = {}
        self._dialogs: dict[tuple[str, Msisdn], list[int]] = {}
        for each in comparison.replies:
            for cause in {told.cause for told in (each.recorded, each.replayed) if told is not None}:
                if cause is not None:
                    self._replies.setdefault(cause, []).append(each)
        for place, said in comparison.said.items():
            if said.dialog:
                self._dialogs.setdefault((said.dialog, said.subscriber), []).append(place)

    def around(self, each: Compared) -> list[Turn]:
        """The last turns of its dialog up to the message that caused it; of an SMS that message alone."""
        return list(self._around(each))

    def _around(self, each: Compared) -> Iterator[Turn]:
        cause = each.cause
        said = self._said.get(cause) if cause is not None else None
        if cause is None or said is None:
            yield Turn(None, (each,))
            return
        places = self._dialogs.get((said.dialog, said.subscriber), [cause]) if said.dialog else [cause]
        until = places.index(cause) + 1
        for place in places[max(0, until - TURNS_MAX) : until]:
            yield Turn(self._said[place], tuple(self._replies.get(place, ())))
