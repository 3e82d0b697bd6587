"""The check of the code plan against the commands: every row by itself, and every pair that one string could match.

Pairs are found by construction (`ambiguity.py`), in the dialled strings and in the SMS to each short number, keywords
of all languages and their Latin spellings together. It reports and never repairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gateway.catalogue.ambiguity import Ambiguity, Comparison
from gateway.catalogue.codes import Codes
from gateway.catalogue.faults import Fault
from gateway.catalogue.products import Operator
from gateway.catalogue.trie import compile_codes
from gateway.commands import Command
from gateway.model import Channel, Language
from gateway.texts.latin import transliterate
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
    faults += map(_conflict, Comparison(Channel.USSD, lambda digits: (digits,)).of(tries.ussd))
    for root in (tries.sms, *tries.sms_to.values(), *tries.open_to.values()):
        faults += map(_conflict, Comparison(Channel.SMS, spellings).of(root))
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


def _conflict(found: Ambiguity) -> Fault:
    first, second = sorted((found.one, found.other), key=lambda leaf: (leaf.line, leaf.text))
    languages = "/".join(sorted(first.languages & second.languages or first.languages | second.languages))
    where = f" (sms {languages})" if languages else ""
    example = f"*{found.example}#" if first.channel is Channel.USSD else found.example.upper()
    mine, theirs = f"{second.text!r} of {second.row.command}", f"{first.text!r} of {first.row.command}"
    message = f"{mine} and {theirs}{where} match one string, {example}"
    return Fault(second.row.file, second.line, second.row.command, message, first.line)


def spellings(keyword: str) -> frozenset[str]:
    """A keyword, and as it is written in Latin letters."""
    return frozenset({keyword, *(transliterate(keyword, language).lower() for language in (Language.RU, Language.BG))})
