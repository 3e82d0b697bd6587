"""What a text means, as a value: what the grammar gives to everybody else."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gateway.arguments import Value
from gateway.catalogue.codes import CodeRow
from gateway.characters import Line
from gateway.model import Channel, Language

UNDERSTOOD = "understood"
ASK = "understood_ask"
REFUSED = "refused"


class Reading(msgspec.Struct, frozen=True):
    """What a text means. `arguments` is shared between equal texts: do not change it.

    `position` counts characters from 0 in the text as typed, -1 where there is none; `part` is the kind of the
    argument concerned; `detail`: its `input` (masked), the `length` seen, `min` and `max`. `right` is the right
    form, with the subscriber's own valid arguments filled in; of what is understood only after a question, what was
    understood. `corrections` names what was put right, in the order in which it was. `language` is that of the
    keyword (None: digits, a dialled string, a word shared by two languages). `masked` is the text as it may be
    logged and kept; `secret` says that something in it had to be masked.
    """

    outcome: str
    command: str = ""
    arguments: Mapping[str, Value] = {}
    refusal: str = ""
    position: int = -1
    part: str = ""
    right: str = ""
    example: str = ""
    detail: Mapping[str, object] = {}
    suggestions: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    latin: bool = False
    language: Language | None = None
    row: CodeRow | None = None
    masked: str = ""
    secret: bool = False


class Asked(msgspec.Struct):
    """A text on its way to a reading: its plain line, what was put right in it so far, how it wants its answer.

    `to`: the short number of an SMS.
    """

    text: str
    line: Line
    channel: Channel
    to: str = ""
    fixes: tuple[str, ...] = ()
    latin: bool = False


def only(languages: frozenset[Language]) -> Language | None:
    """The one language of these, None where there is not just one."""
    return next(iter(languages)) if len(languages) == 1 else None
