"""What a text means and why: for the operator's engineer, before anything is carried out.

As one JSON object, whose keys are stable: outcome, command, args, refusal, answer, suggestions, corrections; money is
integer minor units, numbers are digits. Or step by step, for a person. It reads with the gateway's own grammar and
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from gateway.characters import plain
from gateway.model import Channel, Language
from gateway.reading import ASK, REFUSED, Reading
from gateway.ussd_grammar import Grammar

Render = Callable[[str, Mapping[str, object], Language], str]
"""(a text's name, its arguments, the language) -> the text."""


class Question(msgspec.Struct, frozen=True):
    """One line of a batch. Without a channel: ussd where the text begins with `*` or `#`."""

    text: str
    channel: Channel | None = None
    to: str = ""
    sender: str = msgspec.field(default="", name="from")


_DECODER = msgspec.json.Decoder(Question)


def channel_of(text: str) -> Channel:
    """The channel that a text looks made for."""
    return Channel.USSD if text.lstrip()[:1] in ("*", "#") else Channel.SMS


def explain(
    grammar: Grammar, render: Render, text: str, channel: Channel, to: str = "", sender: str = ""
) -> dict[str, object]:
    """The reading of a text. `answer` is the refusal that the subscriber would get, empty if it is understood."""
    return _as_object(grammar, render, grammar.read(text, channel, to), sender)


def explain_line(grammar: Grammar, render: Render, line: bytes, to: str) -> dict[str, object]:
    """The same for one JSON object of a batch, `{"error": ...}` if it is none. `to`: where it names no number."""
    try:
        asked = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return {"error": str(error)}
    return explain(
        grammar, render, asked.text, asked.channel or channel_of(asked.text), asked.to or to, asked.sender
    )  # fmt: skip


def steps(
    grammar: Grammar, render: Render, text: str, channel: Channel, to: str = "", sender: str = ""
) -> Iterator[tuple[str, str]]:
    """How a text was read, as (step, what it gave); secrets are hidden as they are in the log."""
    reading = grammar.read(text, channel, to)
    yield "typed", reading.masked
    if reading.refusal != "too_long" and not reading.secret:
        line = plain(text)
        if line.text != text:
            yield "plain", line.text
    for name in reading.corrections:
        yield "corrected", CORRECTED.get(name, name)
    if reading.refusal:
        if 0 <= reading.position <= len(reading.masked):
            yield "fault", " " * reading.position + "^ " + reading.refusal.replace("_", " ")
        else:
            yield "fault", reading.refusal.replace("_", " ")
    row = reading.row
    if row is not None:
        near = "nearest row" if reading.refusal else "row"
        yield near, f"{row.file}:{row.line} {row.command} (effect: {row.effect})"
    for name, value in reading.arguments.items():
        yield "argument", f"{name} = {'hidden' if reading.secret and name != 'number' else value}"
    if reading.right:
        yield ("read as" if reading.outcome == ASK else "right form"), reading.right
    for form in reading.suggestions:
        yield "suggestion", form
    if reading.outcome == ASK:
        yield "asked first", "yes: the correction is shown, and nothing happens without 1 or the code"
    elif row is not None and not reading.refusal and row.effect == "money":
        yield "asked first", "by the command itself, with its price"
    answer = _as_object(grammar, render, reading, sender)["answer"]
    if answer:
        yield "answer", str(answer)
    yield "outcome", reading.outcome


CORRECTED: Mapping[str, str] = {
    "characters": "characters: other scripts, dashes, invisible and decorative characters made plain",
    "spaces": "spaces: inside a code they do not count",
    "first_star": "first star: missing, or an x in its place",
    "final_hash": "final hash: missing, as dialers lose it",
    "extra_hash": "extra hash: more than one",
    "double_star": "double star: asked first",
    "tail": "tail: a call word behind the hash dropped",
    "polite_words": "polite words dropped",
    "transliteration": "transliteration: a keyword in Latin letters",
    "joined_words": "joined words: one keyword written as two, or two as one",
    "lookalike_letters": "look-alike letters: of another alphabet in a word, or digits in a keyword",
    "lookalike_digits": "look-alike letters: taken as digits",
    "keyboard_layout": "keyboard layout: typed with another alphabet on the keyboard",
    "swapped_arguments": "swapped arguments: put in the order of the plan",
    "punctuation": "punctuation: marks around the first word or at the end dropped",
    "sign": "sign: + or - left out, taken as +",
}
"""What each correction is, for the operator."""


def _as_object(grammar: Grammar, render: Render, reading: Reading, sender: str) -> dict[str, object]:
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
