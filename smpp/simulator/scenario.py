"""A scenario file: load and faults, in TOML. Reads it and says what is wrong with it, with line, key and expectation.

The format is described in docs/simulator.md.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from smpp.simulator.faults import DEEDS, SELECTION, Fault
from smpp.simulator.misbehaviour import ALTERATIONS, BROKEN, RECEIPT_FORMS
from smpp.vocabulary import INTERFACE_VERSION_3_4

__all__ = ["Load", "Receipts", "Scenario", "ScenarioError", "Step", "read_mix", "read_scenario"]


Place = tuple[str | int, ...]
"""Where in a file: keys, and the places in lists."""


class ScenarioError(Exception):
    """The file cannot be used; one line for each fault."""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a phone says: dialled, written, or answered to an open menu, and what must come back.

    `expect` is a regular expression; its named groups are places `{name}` in later steps, besides `{number}` (the
    phone's own), `{other}` (another phone's) and `{n}` (a number of its own for each message).
    """

    ussd: str = ""
    sms: str = ""
    answer: str = ""
    to: str = ""
    expect: str = ""


class Talk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conversation: its steps one after the other; `weight` says how often it is chosen."""

    steps: tuple[Step, ...]
    weight: int = 1


class Load(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is said. `messages` 0: until stopped or `seconds` are over; `rate` 0: as fast as the window allows."""

    messages: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    window: int = 50
    numbers: int = 100
    first_number: int = 79_160_000_000
    once: bool = False
    repeat_share: float = 0.0
    response_s: float = 10.0
    reply_s: float = 10.0
    talk: tuple[Talk, ...] = (Talk(steps=(Step(ussd="*100#"),)),)


class Receipts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Receipts for what the gateway asks one (SMPP 3.4 5.2.17): when, how written, with what state."""

    wait_s: float = 0.1
    form: str = "usual"
    message_id: Literal["decimal", "hex", "padded", "uuid", "long"] = "decimal"
    receipt_id: Literal["same", "decimal", "hex", "upper", "stripped"] = "same"
    undelivered_share: float = 0.0
    always: bool = False


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of a file. `acts`: a `centre` waits for the gateway's bind; a `client` binds to the gateway's listener."""

    about: str = ""
    seed: int = 1
    acts: Literal["centre", "client"] = "centre"
    host: str = "127.0.0.1"
    port: int = 2775
    system_id: str = "simulator"
    password: str = "secret"
    bind: Literal["transceiver", "receiver", "transmitter"] = "transceiver"
    interface_version: int = INTERFACE_VERSION_3_4
    short_number: str = "111"
    phone_system_id: str = "phone"
    enquire_link_s: float = 30.0
    reconnect_s: float = 0.2
    load: Load = Load()
    receipts: Receipts = Receipts()
    fault: tuple[Fault, ...] = ()


def read_scenario(path: Path, changed: Mapping[str, object] | None = None) -> Scenario:
    """Reads a scenario; `changed` are keys of its top that the command line overrides.

    Raises:
        ScenarioError: every fault, with file, line, key and what was expected.
    """
    source, values = _read(path)
    return _scenario(path, source, values | dict(changed or {}))


def read_mix(path: Path, client: Mapping[str, object], load: Mapping[str, object]) -> Scenario:
    """Reads a file with the keys of `[load]` alone, as the scenario of a client.

    Args:
        client: keys of a scenario's top. load: keys of its load, in place of the file's.

    Raises:
        ScenarioError: as `read_scenario`.
    """
    source, values = _read(path)
    return _scenario(path, source, {**client, "acts": "client", "load": {**values, **load}}, inside=("load",))


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        source = path.read_text(encoding="utf-8")
        return source, tomllib.loads(source)
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from None


def _scenario(path: Path, source: str, values: Mapping[str, Any], inside: Place = ()) -> Scenario:
    """`inside`: the table that the whole file is."""
    found = [*_unknown_keys(values, Scenario, ())]
    scenario = None
    if not found:
        try:
            scenario = msgspec.convert(values, Scenario)
            found = [*_misfits(scenario)]
        except msgspec.ValidationError as error:
            found = [_place_of(str(error))]
    if scenario is None or found:
        places = [(where[len(inside) :] if where[: len(inside)] == inside else where, what) for where, what in found]
        raise ScenarioError("\n".join(f"{path}:{_line(source, where)}: {what}" for where, what in places))
    return scenario


def _unknown_keys(values: object, model: Any, where: Place) -> Iterator[tuple[Place, str]]:
    """Keys that do not exist, each with the nearest that does."""
    if isinstance(values, list):
        for index, each in enumerate(values):
            yield from _unknown_keys(each, model, (*where, index))
    elif isinstance(values, dict):
        fields = {field.name: field.type for field in msgspec.structs.fields(model)}
        for key, value in values.items():
            if key not in fields:
                yield (*where, key), f"unknown key {key!r}{_nearest(key, fields)}"
            elif key in _TABLES:
                yield from _unknown_keys(value, _TABLES[key], (*where, key))


_TABLES: dict[str, Any] = {"load": Load, "receipts": Receipts, "fault": Fault, "talk": Talk, "steps": Step}


def _nearest(word: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(word, names, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; expected one of {', '.join(names)}"


def _place_of(message: str) -> tuple[Place, str]:
    """msgspec says where at the end: "Expected `float`, got `str` - at `$.fault[0].share`"."""
    what, _, path = message.partition(" - at `$.")
    where = tuple(int(part) if part.isdigit() else part for part in re.findall(r"\w+", path))
    return where, f"{path.rstrip('`') or 'the file'}: {what}"


def _misfits(scenario: Scenario) -> Iterator[tuple[Place, str]]:
    """What the types cannot say."""
    for index, fault in enumerate(scenario.fault):
        where: Place = ("fault", index)
        deed = DEEDS.get(fault.does)
        if deed is None:
            yield (*where, "does"), f"there is no deed {fault.does!r}{_nearest(fault.does, DEEDS)}"
            continue
        moments, keys = deed
        if fault.on not in moments:
            yield (*where, "on"), f"{fault.does!r} is not done on {fault.on.value!r}{_nearest(fault.on, moments)}"
        for field in msgspec.structs.fields(Fault):
            given = getattr(fault, field.name) != field.default
            if given and field.name not in keys | SELECTION:
                yield (*where, field.name), f"{fault.does!r} knows no {field.name!r}; it takes {_listed(keys)}"
        yield from _unknown_kinds(fault, where)
        if fault.every < 1 or fault.count < 1:
            yield where, "every and count are at least 1"
    if scenario.receipts.form not in RECEIPT_FORMS:
        name = scenario.receipts.form
        yield ("receipts", "form"), f"there is no form {name!r}{_nearest(name, RECEIPT_FORMS)}"
    for number, talk in enumerate(scenario.load.talk):
        for turn, step in enumerate(talk.steps):
            said = sum(bool(each) for each in (step.ussd, step.sms, step.answer))
            if said != 1:
                yield ("load", "talk", number), f"step {turn + 1}: give one of ussd, sms and answer"


def _unknown_kinds(fault: Fault, where: Place) -> Iterator[tuple[Place, str]]:
    kinds = {"say": BROKEN, "malformed": BROKEN, "alter": ALTERATIONS if fault.on == "inject" else RECEIPT_FORMS}
    known = kinds.get(fault.does)
    if known is not None and not fault.octets and fault.kind not in known:
        yield (*where, "kind"), f"there is no kind {fault.kind!r}{_nearest(fault.kind, known)}"
    if fault.octets and not re.fullmatch(r"([0-9a-fA-F]{2} ?)+", fault.octets):
        yield (*where, "octets"), f"expected octets in hex, not {fault.octets!r}"
    if fault.how not in ("fin", "rst", "unbind"):
        yield (*where, "how"), f"expected fin, rst or unbind, not {fault.how!r}"
    if fault.body not in ("none", "nul", "full", "malformed"):
        yield (*where, "body"), f"expected none, nul, full or malformed, not {fault.body!r}"


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys)) or "no key of its own"


def _line(source: str, where: Place) -> int:
    """The line of a key; of its table where the key cannot be found; 1 for neither."""
    names = [part for part in where if isinstance(part, str)]
    table, key = (names[0], names[-1]) if len(names) > 1 else ("", names[-1] if names else "")
    wanted = next((part for part in where if isinstance(part, int)), 0)
    inside, seen, found = not table, -1, 1
    for number, text in enumerate(source.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]", text)
        if header:
            if inside and table and found > 1:
                break
            inside = False
            if table and header[1].split(".")[0] == table:
                seen += 1
                if seen == wanted or "." in header[1] or table in ("load", "receipts"):
                    inside, found = True, number
        elif inside and re.match(rf"\s*[\"']?{re.escape(key)}\b[\"']?\s*=", text):
            return number
    return found
