"""The check of the code plan against the commands: every row by itself, and every pair that one string could match.

Two patterns are told apart by construction, walking both at once through the trie and comparing what the kinds of
their placeholders may look like; no samples are tried. It reports and never repairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gateway.arguments import ArgumentType, Letters, Wrong
from gateway.catalogue.codes import Codes
from gateway.catalogue.faults import Fault
from gateway.catalogue.products import Operator
from gateway.catalogue.trie import Leaf, Node, compile_codes
from gateway.commands import Command
from gateway.ussd_grammar import parse_pattern

_SERVICES = """
    002 004 03 04 042 05 052 06 21 30 31 300 33 330 331 332 333 35 351 353 36 37 43 61 62 66 67 75 750 751 752 753 754
    76 77 88 96 214
"""
FORBIDDEN_CODES = frozenset(_SERVICES.split()) | {f"{tens}{digit}" for tens in (36, 59) for digit in range(10)}
"""Supplementary services that the handset or the network takes for itself (TS 22.030, annex B and 6.5)."""

SERVICE_CODE_DIGITS_MIN = 3
"""A handset takes a string with a code of two digits for a supplementary service, or dials it (TS 22.030 6.5.3.2)."""


def check_codes(codes: Codes, commands: Mapping[str, type[Command]], operator: Operator | None = None) -> list[Fault]:
    """Every fault of the code plan, in the order of its lines; empty if it can be used."""
    operator = operator or Operator()
    tries, faults = compile_codes(codes, operator, commands, parse_pattern)
    faults += _service_codes(codes)
    faults += _shared_keys(codes)
    for node in (tries.ussd, tries.sms, *tries.sms_to.values(), *tries.open_to.values()):
        seen: set[frozenset[tuple[int, str]]] = set()  # a pattern and its Latin form are one culprit
        for one, other in _conflicts(node, node, node is not tries.ussd):
            pair = frozenset(((id(one.row), one.text), (id(other.row), other.text)))
            if pair not in seen and one.row is not other.row:
                seen.add(pair)
                faults.append(_conflict(one, other))
    return sorted(faults, key=lambda fault: (fault.line, fault.key, fault.message))


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


def _conflict(one: Leaf, other: Leaf) -> Fault:
    first, second = sorted((one, other), key=lambda leaf: leaf.row.line_of(leaf.text))
    languages = "/".join(sorted(first.languages & second.languages or first.languages | second.languages))
    where = f" (sms {languages})" if languages else ""
    mine, theirs = f"{second.text!r} of {second.row.command}", f"{first.text!r} of {first.row.command}"
    message = f"{mine} and {theirs}{where} match one string"
    return Fault(
        second.row.file, second.row.line_of(second.text), second.row.command, message, first.row.line_of(first.text)
    )


def _conflicts(one: Node, other: Node, sms: bool) -> Iterator[tuple[Leaf, Leaf]]:
    """Pairs of patterns of different rows that end at two places which one string can lead to.

    `sms`: arguments may stand in several groups of digits. Pairs may come twice.
    """
    for leaf in one.leaves:
        for later in other.leaves:
            if leaf.row is not later.row:
                yield leaf, later
    for key, child in one.literals.items():
        if key in other.literals:
            yield from _conflicts(child, other.literals[key], sms)
    yield from _crossed(one, other, sms)
    if one is not other:
        yield from _crossed(other, one, sms)


def _crossed(one: Node, other: Node, sms: bool) -> Iterator[tuple[Leaf, Leaf]]:
    """The same for strings where `one` goes on with an argument."""
    for kind, below in one.arguments:
        ways = [child for key, child in other.literals.items() if not isinstance(kind.parse(key), Wrong)]
        ways += [child for each, child in other.arguments if each is kind or _meet(kind, each)]
        if sms and kind.joined:
            ways += _spanned(kind, other, 0)
        for child in ways:
            yield from _conflicts(below, child, sms)
            if kind.rest:
                yield from ((leaf, later) for leaf in below.leaves for later in _leaves_below(child))


def _meet(one: ArgumentType, other: ArgumentType) -> bool:
    return any(mine.meets(theirs) for mine in one.shapes for theirs in other.shapes)


def _leaves_below(node: Node) -> Iterator[Leaf]:
    for child in (*node.literals.values(), *(below for _, below in node.arguments)):
        yield from child.leaves
        yield from _leaves_below(child)


def _spanned(kind: ArgumentType, node: Node, length: int) -> Iterator[Node]:
    """By SMS a number or a sum may stand in several groups: the nodes that as many digits in groups lead to."""
    longest = max((max(shape.lengths) for shape in kind.shapes if shape.lengths), default=0)
    steps: list[tuple[range, Node]] = [
        (range(len(key), len(key) + 1), child) for key, child in node.literals.items() if key.isdigit()
    ]
    for other, below in node.arguments:
        lengths = sorted(each for shape in other.shapes if shape.letters is Letters.DIGITS for each in shape.lengths)
        if lengths:
            steps.append((range(lengths[0], lengths[-1] + 1), below))
    for lengths_of, child in steps:
        for each in lengths_of:
            total = length + each
            if length and any(total in shape.lengths for shape in kind.shapes):
                yield child
            if total < longest:
                yield from _spanned(kind, child, total)
