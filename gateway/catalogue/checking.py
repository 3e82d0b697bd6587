"""The check of the operator's data, all of it at once: codes against commands and texts, every row and every pair.

Pairs of patterns that one string could match are found by construction (`ambiguity.py`), in the dialled strings and in
the SMS to each short number, keywords of all languages and their Latin spellings together. It reports and never
repairs.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.catalogue.ambiguity import Ambiguity, Comparison
from gateway.catalogue.applications import Application, with_applications
from gateway.catalogue.codes import Codes
from gateway.catalogue.faults import Fault, nearest
from gateway.catalogue.loading import Catalogue, scan_catalogue
from gateway.catalogue.products import Operator, Products
from gateway.catalogue.trie import Node, Tries, compile_codes
from gateway.commands import Command
from gateway.model import Channel, Language
from gateway.spellings import latin_spellings
from gateway.texts import Texts
from gateway.texts.costs import text_costs
from gateway.ussd_grammar import parse_pattern

_SERVICES = """
    002 004 03 04 042 05 052 06 21 30 31 300 33 330 331 332 333 35 351 353 36 37 43 61 62 66 67 75 750 751 752 753 754
    76 77 88 96 214
"""
FORBIDDEN_CODES = frozenset(_SERVICES.split()) | {f"{tens}{digit}" for tens in (36, 59) for digit in range(10)}
"""Supplementary services that the handset or the network takes for itself (TS 22.030, annex B and 6.5)."""

SERVICE_CODE_DIGITS_MIN = 3
"""A handset takes a string with a code of two digits for a supplementary service, or dials it (TS 22.030 6.5.3.2)."""


@dataclass(frozen=True, slots=True)
class Data:
    """The operator's data as far as it can be read, and all that is wrong with it, by file and line."""

    catalogue: Catalogue
    texts: Texts
    faults: tuple[Fault, ...]


def read_data(
    folder: Path | None, texts_folder: Path | None, operator: Operator, commands: Mapping[str, type[Command]],
    segments_max: int, applications: Sequence[Application] = (), *, checked: bool = False,
) -> Data:  # fmt: skip
    """Reads and checks codes, products and texts, of their folders or the gateway's own.

    Args:
        segments_max: how many SMS a text may need at its longest.
        applications: outside, to which codes belong.
        checked: this state was found without fault before, and is only read.
    """
    catalogue, faults = scan_catalogue(folder)
    catalogue = replace(catalogue, codes=with_applications(catalogue.codes, applications))
    texts = Texts.read(texts_folder, operator=operator, completed=True, checked=checked)
    faults += texts.faults()
    if not checked:
        faults += check_codes(catalogue.codes, commands, operator, texts.names())
        faults += _too_long(texts, catalogue.products, segments_max)
    return Data(
        catalogue, texts, tuple(sorted(faults, key=lambda each: (each.file, each.line, each.key, each.message)))
    )


def check_codes(
    codes: Codes,
    commands: Mapping[str, type[Command]],
    operator: Operator | None = None,
    texts: Container[str] | None = None,
) -> list[Fault]:
    """Every fault of the code plan, in the order of its lines; empty if it can be used. `texts`: their names."""
    operator = operator or Operator()
    tries, faults = compile_codes(codes, operator, commands, parse_pattern)
    faults += _service_codes(codes)
    faults += _shared_keys(codes)
    faults += _short_numbers(codes, operator)
    faults += _hidden_codes(tries, operator.short_number)
    if texts is not None:
        faults += _unnamed_parts(tries, texts)
    faults += _swallowed(tries)
    faults += map(_conflict, Comparison(Channel.USSD, lambda digits: (digits,)).of(tries.ussd))
    for root in (tries.sms, *tries.sms_to.values(), *tries.open_to.values()):
        faults += map(_conflict, Comparison(Channel.SMS, spellings).of(root))
    return sorted(faults, key=lambda fault: (fault.line, fault.key, fault.message))


def _too_long(texts: Texts, products: Products, segments_max: int) -> Iterator[Fault]:
    """Texts that need too many SMS at their longest; in which language, since letters differ in what they take."""
    for cost in text_costs(texts, products.names()):
        if cost.segments > segments_max:
            file, line = texts.place(cost.name, cost.language)
            latin = " in Latin letters" if cost.language is Language.LAT else ""
            message = f"needs {cost.segments} SMS at its longest{latin} ({cost.characters} characters, {cost.alphabet})"
            yield Fault(file, line, cost.name, f"{message}, and may need {segments_max}")


def _unnamed_parts(tries: Tries, texts: Container[str]) -> Iterator[Fault]:
    """Kinds of arguments that no text has a name for: a refusal could not say which one is wrong."""
    told: set[str] = set()
    for leaf in tries.leaves:
        for kind in leaf.items:
            if not isinstance(kind, str) and (name := f"part-{kind.part}") not in texts and name not in told:
                told.add(name)
                yield Fault(leaf.row.file, leaf.line, leaf.row.command, f"{leaf.text!r}: there is no text {name}")


def _hidden_codes(tries: Tries, main_code: str) -> Iterator[Fault]:
    """An SMS of digits means what stands between the main code and `#`, but for those that have a row of their own."""
    told: set[tuple[int, str]] = set()
    for leaf in tries.leaves:
        if leaf.channel is Channel.USSD or leaf.row.to or not all(isinstance(each, str) for each in leaf.items):
            continue
        if (id(leaf.row), leaf.text) in told:
            continue  # the same form in another language
        told.add((id(leaf.row), leaf.text))
        node: Node | None = tries.ussd
        for item in (main_code, *leaf.items):
            node = node.literals.get(str(item)) if node is not None else None
        for hidden in node.leaves if node is not None else ():
            if hidden.row.command != leaf.row.command:
                mine, theirs = f"{leaf.text!r} of {leaf.row.command}", f"{hidden.text!r} of {hidden.row.command}"
                yield Fault(leaf.row.file, leaf.line, leaf.row.command, f"{mine} by SMS hides {theirs}", hidden.line)


def _swallowed(tries: Tries) -> Iterator[Fault]:
    """Longer codes below one that takes whatever is dialled behind it: which of the two was meant nobody could say."""
    dialled = [leaf for leaf in tries.leaves if leaf.channel is Channel.USSD]
    for taker in dialled:
        last = taker.items[-1]
        if isinstance(last, str) or not last.several:
            continue
        start = taker.items[:-1]
        for other in dialled:
            if other.row is not taker.row and len(other.items) > len(start) and other.items[: len(start)] == start:
                mine, theirs = f"{other.text!r} of {other.row.command}", f"{taker.text!r} of {taker.row.command}"
                message = f"{mine} and {theirs} match one string"
                yield Fault(other.row.file, other.line, other.row.command, message, taker.line)


def _service_codes(codes: Codes) -> Iterator[Fault]:
    for row in codes.rows:
        for text in row.ussd:
            found = re.match(r"\*(\d+)", text)
            if found is None:
                continue
            code = found[1]
            if code in FORBIDDEN_CODES or len(code) < SERVICE_CODE_DIGITS_MIN:
                message = f"{text!r}: {code} never reaches us: the handset keeps it for itself"
                yield Fault(row.file, row.line_of(text), row.command, message)


def _short_numbers(codes: Codes, operator: Operator) -> Iterator[Fault]:
    """Rows for short numbers that nobody can write to."""
    for row in codes.rows:
        claims = [("any_text_to", to) for to in row.any_text_to] + ([("to", row.to)] if row.to else [])
        for key, number in claims:
            if number not in operator.short_numbers:
                message = f"{number!r} is none of the short numbers{nearest(number, operator.short_numbers)}"
                yield Fault(row.file, row.line_of(key), key, message)


def _shared_keys(codes: Codes) -> Iterator[Fault]:
    """What only one row may claim: a blank SMS, a bare number while a question waits, any text to a short number."""
    claimed: dict[tuple[str, str], int] = {}
    for row in codes.rows:
        claims = [("any_text_to", to) for to in row.any_text_to]
        claims += [("pending_sms", row.pending_sms)] if row.pending_sms else []
        claims += [("blank_sms", "")] if row.blank_sms else []
        for claim in claims:
            if claim in claimed:
                yield Fault(row.file, row.line_of(claim[0]), claim[0], f"{claim[1]!r} is taken", claimed[claim])
            claimed.setdefault(claim, row.line_of(claim[0]))


def _conflict(found: Ambiguity) -> Fault:
    first, second = sorted((found.one, found.other), key=lambda leaf: (leaf.line, leaf.text))
    languages = "/".join(sorted(first.languages & second.languages or first.languages | second.languages))
    where = f" (sms {languages})" if languages else ""
    example = f"*{found.example}#" if first.channel is Channel.USSD else found.example.upper()
    mine, theirs = f"{second.text!r} of {second.row.command}", f"{first.text!r} of {first.row.command}"
    message = f"{mine} and {theirs}{where} match one string, {example}"
    return Fault(second.row.file, second.line, second.row.command, message, first.line)


def spellings(keyword: str) -> frozenset[str]:
    """A keyword, and all that is read as it in Latin letters."""
    return frozenset({keyword, *latin_spellings(keyword)})
