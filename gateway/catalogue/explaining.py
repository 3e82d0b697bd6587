"""What a text means, as one JSON object: for the operator's engineer, before anything is carried out.

The keys are stable: outcome, command, args, refusal, answer, suggestions, corrections. Money is integer minor units,
numbers are digits. It reads with the gateway's own grammar and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.model import Channel, Language
from gateway.reading import REFUSED
from gateway.ussd_grammar import Grammar

Render = Callable[[str, Mapping[str, object], Language], str]
"""(a text's name, its arguments, the language) -> the text."""


def explain(
    grammar: Grammar, render: Render, text: str, channel: Channel, to: str = "", sender: str = ""
) -> dict[str, object]:
    """The reading of a text. `answer` is the refusal that the subscriber would get, empty if it is understood."""
    reading = grammar.read(text, channel, to)
    answer = ""
    if reading.outcome == REFUSED:
        language = reading.language or (Language.BG if sender.startswith("359") else Language.RU)
        if reading.latin and language is Language.RU:
            language = Language.LAT
        name, arguments = grammar.refusal_text(reading, language)
        if reading.part:
            arguments["part"] = render(f"part-{reading.part}", {}, language)
        answer = render(name, arguments, language)
    return {
        "outcome": reading.outcome,
        "command": reading.command,
        "args": {
            name: value.value if isinstance(value, Language) else value for name, value in reading.arguments.items()
        },
        "refusal": reading.refusal,
        "answer": answer,
        "suggestions": list(reading.suggestions),
        "corrections": list(reading.corrections),
    }
