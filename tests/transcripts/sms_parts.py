"""Which texts of the transcripts take more than one SMS.

`python -m tests.transcripts.sms_parts` prints a line a text, the most parts first: parts, characters, file and line,
the text. To be looked at before and after a change of texts. With `--write` it writes the table `sms_parts.txt` anew,
which the tests hold the texts to: the id of each text that takes more than one SMS somewhere in the transcripts, its
parts. A new row, or a higher number, is a decision: docs/transcripts.md says what may be long.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.config import Settings
from gateway.messages import CODE_PLACE
from gateway.model import Language
from gateway.replay.command import transcripts_in
from gateway.replay.runner import SECRET, run_all
from gateway.replay.transcript import read_transcript
from gateway.rooms import Rooms
from smpp.text import split

FOLDER = Path(__file__).parents[2] / "fixtures" / "transcripts"
TABLE = Path(__file__).with_name("sms_parts.txt")
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


def noted(rooms: Rooms, parts: dict[str, int]) -> None:
    """From now on keeps the most SMS that each text takes, by its id, while these rooms write texts."""
    render = rooms.texts.render

    def noting(name: str, arguments: Mapping[str, object], language: Language, *, latin: bool = False) -> str:
        text = render(name, arguments, language, latin=latin)
        parts[name] = max(parts.get(name, 1), len(split(text.replace(CODE_PLACE, "0")).parts))
        return text

    rooms.texts.render = noting  # type: ignore[method-assign]


def table(parts: Mapping[str, int]) -> str:
    """A line a text of more than one SMS: its id and its parts."""
    return "".join(f"{name} {count}\n" for name, count in sorted(parts.items()) if count > 1)


def _write() -> None:
    rooms = Rooms(Settings(), SECRET)
    parts: dict[str, int] = {}
    noted(rooms, parts)
    run_all(rooms, [read_transcript(path) for path in transcripts_in([FOLDER])])
    TABLE.write_text(table(parts), encoding="utf-8")


def _show() -> None:
    found = sorted(long_ones(), reverse=True)
    for parts, characters, place, text in found:
        sys.stdout.write(f"{parts} {characters:4} {place} {text!r}\n")
    sys.stdout.write(f"{len(found)} texts of more than one part\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        _write()
    else:
        _show()
