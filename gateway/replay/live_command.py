"""`ussdgw replay --against`: a recording said again to a running gateway. Exit status as of every replay."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from gateway.recording.messages import messages_of
from gateway.replay.choosing import choice_of, places_of
from gateway.replay.compare import Comparison
from gateway.replay.going import interruptible, watched
from gateway.replay.live import LiveReplay, Target
from gateway.replay.recorded_command import Reports, Start, alike_of, read_paths, reported, told_of_catalogue
from gateway.rooms import Rooms


def replay_against(
    rooms: Rooms,
    paths: Sequence[Path],
    start: Start,
    target: Target,
    *,
    reports: Reports,
    out: Console,
    zone: ZoneInfo,
    loop: int = 1,
) -> int:
    """Says recordings again to a running gateway, so often, prints what differs, and returns the exit status.

    Raises:
        RecordingError, PhoneError, ConfigError, OSError: it could not be run.
    """
    comparisons: list[Comparison] = []
    with interruptible() as interrupt:
        recording = read_paths(paths, out)
        told_of_catalogue(rooms, recording, out)
        messages = messages_of(recording, rooms.dialects, rooms.operator.country)
        choice = choice_of(start.filters, zone, (link.name for link in recording.header.links))
        places = places_of(choice, messages)
        while len(comparisons) < loop and not (comparisons and interrupt.came):
            run = LiveReplay(recording, messages, places, rooms.dialects, rooms.operator.country, alike_of(start))
            with watched(run.size, "messages", interrupt) as watch:
                comparisons.append(asyncio.run(run.run(target, watch)))
    return reported(comparisons, paths, reports, out, zone, loop)
