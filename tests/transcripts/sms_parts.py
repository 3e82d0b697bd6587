"""Which SMS of the transcripts take more than one part: `python -m tests.transcripts.sms_parts`.

Prints a line a text, the most parts first: parts, characters, file and line, the text. To be looked at before and after
a change of texts.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from gateway.replay.command import transcripts_in
from smpp.text import split

FOLDER = Path(__file__).parents[2] / "fixtures" / "transcripts"
SMS = re.compile(r"  sms \d+ (.*)")
PLACES = {"otp": "1234", "ref": "123456", "date": "10.03.2026", "time": "12:00", "any": ""}


def long_ones(folder: Path = FOLDER) -> Iterator[tuple[int, int, str, str]]:
    """(parts, characters, file and line, text) of each SMS of more than one part, once for each text."""
    seen: set[str] = set()
    for path in transcripts_in([folder]):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            found = SMS.fullmatch(line)
            if found is None:
                continue
            rest = [each.strip()[1:].removeprefix(" ") for each in _more(lines[number:])]
            text = re.sub(r"\{([a-z]+)\d*\}", lambda place: PLACES[place[1]], "\n".join([found[1], *rest]))
            parts = len(split(text).parts)
            if parts > 1 and text not in seen:
                seen.add(text)
                yield parts, len(text), f"{path.relative_to(folder)}:{number}", text


def _more(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.strip().startswith("|"):
            return
        yield line


if __name__ == "__main__":
    found = sorted(long_ones(), reverse=True)
    for parts, characters, place, text in found:
        sys.stdout.write(f"{parts} {characters:4} {place} {text!r}\n")
    sys.stdout.write(f"{len(found)} texts of more than one part\n")
