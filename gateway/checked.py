"""States of the operator's data that were checked without a fault: a restart reads them and need not check them again.

The check compares every pair of patterns and renders every text at its longest, which is a third of a start; after a
crash, phones wait for it. What was checked is named by the contents of the files, the settings that the check asks, and
the program that did it, so that a release with a stricter check begins anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import gateway
import smpp

DIGEST_OCTETS = 16


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that names the last state found without fault.

    Attributes:
        settings: what the check depends on beside the data, as text.
    """

    path: Path
    settings: str

    def holds(self, digest: str) -> bool:
        """Whether this state of the data was checked by this program."""
        try:
            return self.path.read_text(encoding="ascii") == self._name(digest)
        except (OSError, UnicodeDecodeError):
            return False

    def note(self, digest: str) -> None:
        """Remembers a state without fault. That it cannot be written costs the next start a check, and no more."""
        try:
            self.path.write_text(self._name(digest), encoding="ascii")
        except OSError:
            return

    def _name(self, digest: str) -> str:
        parts = "\0".join((digest, self.settings, _program()))
        return hashlib.blake2b(parts.encode(), digest_size=DIGEST_OCTETS).hexdigest()


@cache
def _program() -> str:
    """Names the program by its files' names, sizes and times: reading them all would take longer than the check."""
    files = [file for package in (gateway, smpp) for folder in package.__path__ for file in Path(folder).rglob("*.py")]
    return "\n".join(f"{file} {stat.st_size} {stat.st_mtime_ns}" for file in sorted(files) for stat in [file.stat()])
