"""The rooms keep to themselves: who never imports whom."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCKS = ("time", "random", "secrets", "logging", "structlog")
DRIVERS = ("aiosqlite", "sqlite3", "gateway.store.sqlite", "gateway.store.memory")

EDGES = {"connection.py", "door.py", "link.py", "listener.py", "outbind.py", "retry_timer.py"}
SANS_IO = sorted({path.name for path in (ROOT / "smpp").glob("*.py")} - EDGES)

SIMULATOR_EDGES = {"wires.py", "command.py"}
SIMULATOR = sorted({path.name for path in (ROOT / "smpp/simulator").glob("*.py")} - SIMULATOR_EDGES)

RULES: list[tuple[str, tuple[str, ...]]] = [
    ("smpp", ("gateway",)),
    *((f"smpp/{module}", ("asyncio", "socket", *CLOCKS)) for module in SANS_IO),
    *((f"smpp/simulator/{module}", ("asyncio", "socket", "time", "secrets", "logging")) for module in SIMULATOR),
    ("gateway/model.py", ("asyncio", "gateway.store", "smpp", *CLOCKS)),
    ("gateway/messages.py", ("asyncio", "gateway.store", *CLOCKS)),
    ("gateway/commands.py", ("asyncio", "gateway.store", "gateway.engine", "smpp", *CLOCKS)),
    ("gateway/ussd_grammar.py", ("asyncio", "gateway.store", "gateway.handlers", *CLOCKS)),
    *(
        (f"gateway/{module}.py", ("asyncio", "gateway.store", "gateway.handlers", "smpp", *CLOCKS))
        for module in (
            "arguments",
            "characters",
            "corrections",
            "misreadings",
            "parts",
            "reading",
            "refusals",
            "spellings",
            "walk",
        )
    ),
    ("gateway/automaton.py", ("asyncio", "gateway.store", "gateway.handlers", "gateway.commands", "smpp", *CLOCKS)),
    ("gateway/kinds.py", ("asyncio", "gateway.store", "gateway.handlers", *CLOCKS)),
    ("gateway/catalogue", ("asyncio", "gateway.store", "smpp", *CLOCKS)),
    ("gateway/texts", ("asyncio", "gateway.store", "smpp.pdu", "smpp.session", *CLOCKS)),
    ("gateway/screens.py", ("asyncio", "gateway.store", *CLOCKS)),
    ("gateway/menus.py", ("asyncio", "gateway.store", *CLOCKS)),
    ("gateway/menu_choices.py", ("asyncio", "gateway.store", "smpp", *CLOCKS)),
    ("gateway/handset.py", ("asyncio", "gateway.store", "gateway.phone", "textual", *CLOCKS)),
    ("gateway/conversation.py", ("asyncio", "gateway.store", *CLOCKS)),
    ("gateway/dispatcher.py", ("asyncio", "gateway.store", *CLOCKS)),
    ("gateway/handlers", ("asyncio", "gateway.store", "gateway.engine", "gateway.handlers", "smpp", *CLOCKS)),
    ("gateway/rules", ("asyncio", "gateway.store", "gateway.engine", "gateway.handlers", "smpp", *CLOCKS)),
    ("gateway/engine", ("gateway.handlers", *DRIVERS)),
    ("gateway/delivery", ("gateway.handlers", *DRIVERS)),
    *((f"gateway/delivery/{module}.py", ("asyncio", *CLOCKS)) for module in ("pace", "retry", "routing")),
    ("gateway/store", ("gateway.engine", "gateway.handlers", "smpp")),
    *(
        (f"gateway/recording/{module}.py", ("asyncio", "gateway.store", "gateway.handlers", *CLOCKS))
        for module in ("fields", "format", "hiding", "masking", "scribe", "stream")
    ),
    *(
        (f"gateway/replay/{module}.py", ("asyncio", "gateway.handlers", *DRIVERS, *CLOCKS))
        for module in (
            "compare",
            "conversations",
            "drafting",
            "elements",
            "grouping",
            "recorded_replies",
            "silence",
            "what_if",
            "words",
        )
    ),
    ("gateway/clock.py", ("gateway.handlers", "gateway.store")),
    ("gateway/telemetry.py", ("gateway.handlers", *DRIVERS)),
    ("gateway/control.py", ("gateway.handlers", "gateway.engine", *DRIVERS)),
    ("gateway/control_commands.py", ("gateway.handlers", *DRIVERS)),
]


def modules(place: str) -> Iterator[Path]:
    path = ROOT / place
    if path.is_file():
        yield path
    else:
        yield from sorted(path.rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """The modules that a file imports directly, with their lines; `from a import b` counts as a and as a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            for name in node.names:
                yield node.lineno, f"{node.module}.{name.name}"


@pytest.mark.parametrize(("room", "never"), RULES, ids=[room for room, _ in RULES])
def test_room_never_imports(room: str, never: tuple[str, ...]) -> None:
    """A room does not import what its row forbids."""
    found = list(modules(room))
    broken = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in found
        for line, name in imported(path)
        if any(name == word or name.startswith(word + ".") for word in never)
    ]

    assert found
    assert [] == broken


def test_whoever_runs_it_has_what_it_imports() -> None:
    """What the packages import is what an installation brings, without the extras of tests: no more and no less."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    required = {re.split(r"[<>=;]", line)[0].strip() for line in settings["options"]["install_requires"].split("\n")}
    brought = metadata.packages_distributions()
    ours = {"gateway", "smpp"} | sys.stdlib_module_names
    imports = {
        name.split(".")[0] for place in ("gateway", "smpp") for path in modules(place) for _, name in imported(path)
    }

    assert {_canonical(brought[name][0]) for name in imports - ours} == {_canonical(each) for each in required if each}


def _canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_textual_is_loaded_for_a_phone_in_a_terminal_alone() -> None:
    """One module imports it, and nothing imports that module before somebody holds the phone."""
    users = {path.name for path in modules("gateway") for _, name in imported(path) if name.startswith("textual")}
    early = [
        path.name
        for path in modules("gateway")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom) and node.module == "gateway.handset_view"
    ]

    assert (users, early) == ({"handset_view.py"}, [])


def test_one_broad_except_in_the_gateway() -> None:
    """Only the dispatcher catches whatever a handler may raise; elsewhere what is caught is raised on."""
    places = {
        str(path.relative_to(ROOT))
        for place in ("gateway", "smpp")
        for path in modules(place)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
        and not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in node.body)
    }

    assert {"gateway/dispatcher.py"} == places


def test_every_test_states_its_requirement() -> None:
    """Each test function has a docstring."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in modules("tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert [] == silent
