"""`ussdgw record` and `ussdgw recordings`: recordings of a running gateway, and what can be done with their files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from gateway import config
from gateway.catalogue.faults import counted, nearest
from gateway.cli.operating import out, running
from gateway.cli.options import ConfigFile
from gateway.config import ConfigError
from gateway.control_commands import RecordTime
from gateway.model import Channel
from gateway.reading import Reading
from gateway.recording.format import Header, Line, header_octets, line_octets
from gateway.recording.masking import Masker
from gateway.recording.reading import RecordingError, read_recording
from gateway.recording.scrubbing import Scrubber
from gateway.recording.sources import sources_of
from gateway.recordings import RecordingEnded, RecordingState, stand_in_key
from gateway.rooms import Rooms, read_secret
from gateway.store.snapshot import copy_store
from smpp.dialects import DEFAULT

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Recordings of traffic: what can be done with their files."
)

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def record(
    lasts: Annotated[str, typer.Option("--for", help="10m, 90s, 2h, 1d; without it until --stop.")] = "",
    stop: Annotated[bool, typer.Option("--stop", help="Ends the recording that is being made.")] = False,
    config_file: ConfigFile = None,
) -> None:
    """Makes the running gateway record its traffic from now on, without the secrets in it."""
    if stop and lasts:
        raise typer.BadParameter("--for begins a recording, --stop ends one: give one of them")
    seconds = _seconds(lasts) if lasts else 0.0
    with running(config_file) as gateway:
        if stop:
            ended = msgspec.convert(gateway.ask("recording.end"), RecordingEnded)
            out.print("recording ended" if ended.was_on else "nothing was being recorded", markup=False)
            return
        state = msgspec.convert(gateway.ask("recording.begin", RecordTime(seconds)), RecordingState)
    ends = f"for {lasts}" if lasts else "until `ussdgw record --stop`"
    out.print(f"recording into {state.folder} {ends}", markup=False)


def snapshot(
    to: Annotated[Path, typer.Argument(help="The file to write.")],
    config_file: ConfigFile = None,
) -> None:
    """Copies the database as it is now, beside a running gateway or without one, for replays to begin with."""
    path = config.load(config_file).store.path()
    if path is None:
        raise ConfigError("a store in memory cannot be read from outside")
    copy_store(path, to)
    out.print(f"{to}: written", markup=False)


To = Annotated[Path | None, typer.Option("--to", help="The file to write; one that ends in .zst is compressed.")]
Pseudonyms = Annotated[bool, typer.Option("--pseudonyms", help="Puts other numbers in place of subscribers' numbers.")]


@app.command("import")
def import_recording(
    file: Annotated[Path, typer.Argument(help="A capture (pcap, pcapng), or a log with PDUs in hex.")],
    to: To = None,
    dialect: Annotated[str, typer.Option(help="That the USSD centre speaks.")] = DEFAULT,
    gateway: Annotated[
        str, typer.Option(help="Address, or address:port, of the gateway; else it is who was sent the first message.")
    ] = "",
    day: Annotated[str, typer.Option(help="2026-03-10: of clock times in a log without dates; default: today.")] = "",
    pseudonyms: Pseudonyms = False,
    config_file: ConfigFile = None,
) -> None:
    """Makes a recording of what others have kept. Secrets are replaced before it is written."""
    from gateway.recording.imported import import_file  # its library is loaded where a capture is read

    settings = config.load(config_file)
    zone = ZoneInfo(settings.operator.time_zone)
    rooms = Rooms(settings, read_secret(settings.operator.secret_file))
    if dialect not in rooms.dialects:
        raise ConfigError(f"--dialect {dialect}: there is no such dialect{nearest(dialect, rooms.dialects)}")
    try:
        date = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=zone) if day else datetime.now(zone)
    except ValueError:
        raise ConfigError(f"--day {day}: expected a date as 2026-03-10") from None
    found = import_file(file, dialect=dialect, gateway=gateway, day=date)
    for fault in found.faults:
        out.print(fault, markup=False)
    if not found.lines:
        counts = "".join(f"; {count:,} {kind}" for kind, count in found.counts.items())
        raise RecordingError(
            f"{file}:1: there is no SMPP in it; expected a capture (pcap, pcapng) or PDUs in hex, a line each{counts}"
        )
    to = to or settings.recordings_path() / f"{file.name.split('.')[0]}.jsonl"
    _write(to, found.header, _scrubber(found.header, settings, rooms, pseudonyms).lines(found.lines), pseudonyms)
    sessions = len({line.session for line in found.lines})
    pdus = sum(bool(line.pdu) for line in found.lines)
    out.print(f"{to}: {counted(pdus, 'PDU')} of {counted(sessions, 'session')}", markup=False)
    _print_counts(found.counts)


@app.command("scrub")
def scrub_recording(
    file: Annotated[Path, typer.Argument(help="A recording.")],
    to: To = None,
    pseudonyms: Pseudonyms = False,
    config_file: ConfigFile = None,
) -> None:
    """Writes a recording anew without its secrets, as a gateway would have recorded it."""
    settings = config.load(config_file)
    recording = read_recording(sources_of([file]))
    rooms = Rooms(settings, read_secret(settings.operator.secret_file))
    to = to or file.with_name(f"{file.name.removesuffix('.zst').removesuffix('.jsonl')}-scrubbed.jsonl")
    pseudonyms = pseudonyms and not recording.header.pseudonyms
    scrubber = _scrubber(recording.header, settings, rooms, pseudonyms)
    _write(to, recording.header, scrubber.lines(recording.lines), pseudonyms)
    out.print(f"{to}: {counted(len(recording.lines), 'line')}", markup=False)
    for fault in recording.faults:
        out.print(str(fault), markup=False)
    _print_counts(recording.skipped)


def _scrubber(header: Header, settings: config.Settings, rooms: Rooms, pseudonyms: bool) -> Scrubber:
    masker = Masker(stand_in_key(read_secret(settings.operator.secret_file)), pseudonyms=pseudonyms)

    def read(text: str, channel: Channel, recipient: str) -> Reading:
        return rooms.grammar.read(text, channel, recipient or rooms.operator.short_number, pending=True)

    return Scrubber(header, masker, read, rooms.dialects, rooms.operator.country)


def _write(to: Path, header: Header, lines: Iterable[Line], pseudonyms: bool) -> None:
    """A file that was not there. Raises FileExistsError."""
    plain = to.with_name(to.name.removesuffix(".zst"))
    if to.exists() or plain.exists():
        raise FileExistsError(f"{to}: is there already; name another file with --to")
    to.parent.mkdir(parents=True, exist_ok=True)
    made = msgspec.structs.replace(
        header, made_by=header.made_by or f"ussdgw {version('ussdgw')}", pseudonyms=header.pseudonyms or pseudonyms
    )
    with os.fdopen(os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(header_octets(made))
        file.writelines(map(line_octets, lines))
    if plain != to:
        from gateway.recording.files import pack  # its library is loaded where a file is compressed

        pack(plain)


def _print_counts(counts: Mapping[str, int]) -> None:
    for kind, count in counts.items():
        out.print(f"  {count:,} {kind}", markup=False)


def _seconds(lasts: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", lasts)
    if found is None or not float(found[1]):
        raise ConfigError(f"--for {lasts}: expected a number and s, m, h or d: 10m")
    return float(found[1]) * _SECONDS[found[2]]
