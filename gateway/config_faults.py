"""What is wrong with the settings, in words: file and line or variable, key, what was expected, the nearest name.

What stands under a key that holds a password is never repeated: these lines go to terminals and logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from gateway.catalogue.faults import nearest

Place = tuple[int | str, ...]
"""A key as pydantic has it: `("listeners", 0, "accounts", 1, "window")`."""

PREFIX = "USSDGW_"
SEPARATOR = "__"

EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text in quotes",
    "path_type": "a path in quotes",
    "tuple_type": "a list in square brackets",
    "model_type": "a table of keys",
    "dict_type": "a table of keys",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "too_short": "at least {min_length} of them",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "string_pattern_mismatch": "what the pattern {pattern} allows",
}
"""Of pydantic's kinds of fault: what was expected there."""


@dataclass(frozen=True)
class Origin:
    """Where settings come from.

    Args:
        path: the file, None without one.
        text: what stands in it.
        environment: the variables of the process.
    """

    path: Path | None = None
    text: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def told(self, place: Place, fault: str) -> str:
        """A line about one key: where it was set, and what is wrong."""
        variable = self._variable(place)
        if variable:
            return f"{variable}: {fault}"
        if self.path is None:
            return fault
        line = line_of(self.text, place)
        return f"{self.path}:{line}: {fault}" if line else f"{self.path}: {fault}"

    def _variable(self, place: Place) -> str:
        """The variable that sets a key, or a part of it; empty where none does."""
        names = {name.upper(): name for name in self.environment}
        for length in range(len(place), 1, -1):
            wanted = PREFIX + SEPARATOR.join(str(part) for part in place[:length]).upper()
            if wanted in names:
                return names[wanted]
        within = PREFIX + "".join(f"{part}{SEPARATOR}" for part in place).upper()
        return next((names[name] for name in sorted(names) if name.startswith(within)), "")


def told(error: ValidationError, origin: Origin, settings: type[BaseModel]) -> Iterator[str]:
    """A line for each fault that pydantic found in values of a model."""
    for each in error.errors():
        place = each["loc"]
        key = ".".join(str(part) for part in place)
        if each["type"] == "extra_forbidden":
            yield origin.told(place, f"unknown key {key}{nearest(str(place[-1]), _known_keys(settings, place))}")
        elif each["type"] == "missing":
            yield origin.told(place, f"{key}: required, and not there")
        else:
            yield origin.told(place, f"{key}: {_expected(each['type'], each, settings)}{_got(each)}")


def unknown_variables(environment: Mapping[str, str], settings: type[BaseModel]) -> Iterator[str]:
    """A line for each variable that looks like a setting and is of no section. Other variables may have our prefix."""
    for name in environment:
        section = name.upper().removeprefix(PREFIX).partition(SEPARATOR)[0].lower()
        if name.upper().startswith(PREFIX) and SEPARATOR in name and section not in settings.model_fields:
            yield f"{name}: unknown section {section}{nearest(section, settings.model_fields)}"


def _expected(kind: str, fault: Any, settings: type[BaseModel]) -> str:
    place, context = fault["loc"], fault.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "tuple_type" and _model_at(settings, place) is not _model_at(settings, place[:-1]):
        header = ".".join(part for part in place if isinstance(part, str))
        return f"expected tables, each under a line [[{header}]]"
    expected = EXPECTED.get(kind)
    if expected is None:
        return str(fault["msg"])
    close = ""
    if kind in ("literal_error", "enum"):
        close = nearest(str(fault["input"]), re.findall(r"'([^']*)'", context["expected"]))
    return f"expected {expected.format(**context)}{close}"


def _got(fault: Any) -> str:
    """What stands there, where that is short, is no secret, and was not said already."""
    key = next((part for part in reversed(fault["loc"]) if isinstance(part, str)), "")
    secret = "password" in key and not key.endswith("_file")
    got = fault["input"]
    said = str(fault.get("ctx", {}).get("error", ""))
    if secret or not isinstance(got, str | int | float) or repr(got) in said or said.startswith(f"{got} "):
        return ""
    return f", not {got!r}"


def _model_at(settings: type[BaseModel], place: Place) -> type[BaseModel]:
    """The model of the innermost table that a place is in, or is."""
    model = settings
    for part in place:
        if isinstance(part, int) or part not in model.model_fields:  # the name of one of several
            continue
        annotation = model.model_fields[part].annotation
        inner = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
        model = next((each for each in inner if issubclass(each, BaseModel)), model)
    return model


def _known_keys(settings: type[BaseModel], place: Place) -> list[str]:
    """The keys that exist where an unknown one was found."""
    return list(_model_at(settings, place[:-1]).model_fields)


def line_of(text: str, place: Place) -> int:
    """The line of TOML that sets a key; that of the nearest table around it where none does; 0 for neither."""
    best, found = 0, 0
    last = next((part for part in reversed(place) if isinstance(part, str)), "")
    for number, (path, line) in enumerate(_paths(text), 1):
        shared = min(len(path), len(place))
        if not shared or path[:shared] != place[:shared]:
            continue
        # A key of a table in one line, or in a list of such: its path ends before the braces.
        inline = len(path) < len(place) and re.search(rf"[{{,]\s*{re.escape(last)}\s*=", line) is not None
        if 2 * shared + inline > best:
            best, found = 2 * shared + inline, number
    return found


def _paths(text: str) -> Iterator[tuple[Place, str]]:
    """Each line with the place that it sets or goes on with: `[[links]]` a second time is `("links", 1)`."""
    tables: dict[Place, int] = {}
    table: Place = ()
    path: Place = ()
    for line in text.splitlines():
        header = re.match(r"\s*(\[\[?)([^\[\],={}]+)\]", line)
        assigned = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if header:
            table = ()
            names = _names(header[2])
            for depth, name in enumerate(names, 1):
                table = (*table, name)
                if header[1] == "[[" and depth == len(names):
                    tables[table] = tables.get(table, -1) + 1
                if table in tables:
                    table = (*table, tables[table])
            path = table
        elif assigned:
            path = (*table, *_names(assigned[1]))
        yield path, line


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip(" \"'") for name in dotted.split("."))
