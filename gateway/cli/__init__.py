"""The command `ussdgw`: reads flags, calls the rooms, prints. Errors are one clear line, never a traceback.

Each command's module is imported when the command runs: a gateway that starts loads no tables, reports or simulator.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

MODULES = {
    "serve": "gateway.cli.serving",
    "reload": "gateway.cli.operating",
    "status": "gateway.cli.operating",
    "push": "gateway.cli.operating",
    "dial": "gateway.cli.phones",
    "sms": "gateway.cli.phones",
    "phone": "gateway.cli.phones",
    "codes": "gateway.cli.codes",
    "dialects": "gateway.cli.dialects",
    "subscribers": "gateway.cli.subscribers",
    "usage": "gateway.cli.usage",
    "cards": "gateway.cli.cards",
    "outbox": "gateway.cli.outbox",
    "fsck": "gateway.cli.checking",
    "replay": "gateway.cli.replaying",
    "record": "gateway.cli.recording",
    "recordings": "gateway.cli.recordings",
    "snapshot": "gateway.cli.recording",
    "journal": "gateway.cli.journal",
    "transcripts": "gateway.cli.transcripts",
    "simulator": "gateway.cli.simulating",
    "load": "gateway.cli.simulating",
    "standins": "gateway.cli.standins",
    "hash-password": "gateway.cli.passwords",
}
"""Command -> the module whose ``app`` is it, or has it."""

# What the user can mend, by module: known only where a command could have raised it.
FAULTS = (
    ("gateway.admin", "AdminError"),
    ("gateway.catalogue.faults", "CatalogueError"),
    ("gateway.config", "ConfigError"),
    ("gateway.control", "ControlError"),
    ("gateway.outbox", "SinceError"),
    ("gateway.phone", "PhoneError"),
    ("gateway.recording.reading", "RecordingError"),
    ("gateway.replay.journal_files", "JournalError"),
    ("gateway.replay.choosing", "FilterError"),
    ("gateway.replay.transcript", "TranscriptError"),
    ("gateway.store.protocol", "StoreError"),
    ("smpp.dialects", "DialectError"),
    ("smpp.listener", "ListenerError"),
    ("smpp.simulator.scenario", "ScenarioError"),
)


class Commands(TyperGroup):
    """Commands that are imported when they are asked for; their types are private to typer's releases."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in MODULES:
            return None
        command = typer.main.get_command(import_module(MODULES[cmd_name]).app)
        if isinstance(command, TyperGroup) and cmd_name in command.commands:
            command = command.commands[cmd_name]
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in MODULES and not args[0].startswith("-"):
            from gateway.catalogue.faults import nearest

            ctx.fail(f"there is no command {args[0]!r}{nearest(args[0], MODULES)}")
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, help="USSD and SMS command gateway.")


@app.callback()
def ussdgw() -> None:
    """USSD and SMS command gateway."""


def main() -> None:
    """Runs the command; a fault that the user can mend is told without a traceback, with exit status 2."""
    try:
        app()
    except mendable() as error:
        from rich.console import Console

        err = Console(stderr=True, highlight=False, soft_wrap=True)
        err.print("error:", style="bold red", end=" ")
        err.print(_told(error), markup=False)
        sys.exit(2)


def _told(error: BaseException) -> str:
    """Of a file that the system refused: its name first, as of every other fault of a file."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def mendable() -> tuple[type[BaseException], ...]:
    """Evaluated when something was raised: what of `FAULTS` is loaded by then."""
    return OSError, *(getattr(sys.modules[module], name) for module, name in FAULTS if module in sys.modules)
