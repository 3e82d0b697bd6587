"""Where the gateway's time goes: py-spy beside a measured phase, and the functions that it saw most."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

RATE_HZ = 250


@dataclass(frozen=True, slots=True)
class Profile:
    """Samples by function: in itself, and (the gateway's own functions only) with what it called."""

    samples: int
    own: list[tuple[str, int]]
    whole: list[tuple[str, int]]


def py_spy() -> str | None:
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy")


async def record(pid: int, seconds: float, file: Path) -> str:
    """Records for so long; returns what py-spy complained of, or nothing."""
    command = py_spy()
    if command is None:
        return "py-spy is not installed: pip install py-spy"
    process = await asyncio.create_subprocess_exec(
        command, "record", "--pid", str(pid), "--duration", str(max(1, int(seconds))), "--rate", str(RATE_HZ),
        "--format", "raw", "--nonblocking", "--output", str(file),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await process.communicate()
    return "" if file.exists() else errors.decode(errors="replace").strip()


def read(file: Path) -> Profile:
    """Reads folded stacks: `outer (file:line);inner (file:line) count`. Lines of one function are added up."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    samples = 0
    for line in file.read_text(encoding="utf-8").splitlines():
        stack, _, count_text = line.rpartition(" ")
        count = int(count_text)
        frames = [_function(frame) for frame in stack.split(";")]
        samples += count
        own[frames[-1]] += count
        for frame in set(frames):
            if "(gateway/" in frame or "(smpp/" in frame:
                whole[frame] += count
    return Profile(samples, own.most_common(20), whole.most_common(30))


def _function(frame: str) -> str:
    """`name (file:line)` without the line."""
    name, _, place = frame.partition(" (")
    return f"{name} ({place.rpartition(':')[0]})" if ":" in place else frame
