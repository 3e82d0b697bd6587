"""Journals of this and earlier versions are decided again as they were, by the catalogues that they name."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import msgspec
import pytest

from gateway.config import Settings, load
from gateway.model import Instant
from gateway.recording.reading import read_recording
from gateway.recording.sources import lines_in, sources_of
from gateway.replay.command import SECRET
from gateway.replay.digests import state_digest
from gateway.replay.journal_command import replay_journal, state_after
from gateway.replay.journal_files import CONTENT_SUFFIX, JournalError
from gateway.replay.journalled import JournalReplayed
from gateway.replay.recorded_command import Start, compared, state_of
from gateway.rooms import Rooms, read_secret
from gateway.store.snapshot import read_snapshot
from tests.journals.make import DIGESTS, JOURNALS, STORIES, told
from tests.unit.test_replay_compare import compiled
from tests.wire.test_recording import ussdgw
from tests.wire.test_replay_recording import recorded

EXPECTED = tomllib.loads(DIGESTS.read_text(encoding="utf-8"))
WHAT_TO_DO = """{name} comes out otherwise than when it was made: a rule has changed, or a bug is there.
If the rule was meant to change: `make journals`, commit the journals with the change, and say why in CHANGELOG.md.
{differences}"""


def replayed(name: str, *, todays: bool = False) -> JournalReplayed:
    return replay_journal(Settings(), compiled(), SECRET, JOURNALS / f"{name}.jsonl.zst", todays=todays)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_golden_journal_comes_to_the_same(name: str) -> None:
    """Every command, refusal and text by name, and both digests, are as in the release that made it."""
    found = replayed(name)
    digests = {"outcomes": found.digests.outcomes, "state": found.digests.state}
    differences = "\n".join(map(str, found.differences[:5]))

    assert digests == EXPECTED[name], WHAT_TO_DO.format(name=name, differences=differences)
    assert [] == found.differences
    assert {} == found.left_out


def test_there_is_one_for_each_story() -> None:
    """None was left out of digests.toml."""
    assert sorted(EXPECTED) == sorted(STORIES)


def test_a_journal_leads_to_the_state_of_its_database(tmp_path: Path) -> None:
    """What is decided again leaves what was left then, hashes of passwords apart."""
    asyncio.run(told("money", compiled(), tmp_path / "gateway.db"))

    assert state_digest(read_snapshot(tmp_path / "gateway.db"), Instant(2**62)) == state_digest(
        replayed("money").state, Instant(2**62)
    )


def test_another_price_does_not_touch_it() -> None:
    """It names a catalogue with a dearer service; decided by today's, which is cheaper, it comes out otherwise."""
    differing = replayed("money", todays=True).differences

    assert differing
    assert "services-connect_again_month" in str(differing[0].journalled)


@pytest.mark.parametrize(
    ("line", "octets", "complaint"),
    [
        (1, b"{}\n", ":1: expected the header of a journal"),
        (1, b'{"journal":2}\n', ":1: journal format 2, this version reads up to 1"),
        (3, b'{"number":\n', ":3: expected an entry of a journal"),
        (4, b"", ":4: entry 4 does not follow entry 2: the file is damaged"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, line: int, octets: bytes, complaint: str) -> None:
    """File, line, and what was expected there."""
    lines = [each.rstrip(b"\n") + b"\n" for each in lines_in(JOURNALS / "dialogs.jsonl.zst")]
    lines[line - 1] = octets
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(b"".join(lines))

    with pytest.raises(JournalError, match=complaint):
        replay_journal(Settings(), compiled(), SECRET, path)


def test_what_it_names_has_to_be_there(tmp_path: Path) -> None:
    """The digest of the catalogue that is missing is told."""
    path = tmp_path / "alone.jsonl.zst"
    path.write_bytes((JOURNALS / "dialogs.jsonl.zst").read_bytes())

    with pytest.raises(JournalError, match=rf"alone.jsonl.zst: names .* expected [0-9a-f]{{32}}\{CONTENT_SUFFIX}"):
        replay_journal(Settings(), compiled(), SECRET, path)


def test_a_compressed_file_that_is_cut(tmp_path: Path) -> None:
    """File and line from which on there is nothing."""
    path = tmp_path / "cut.jsonl.zst"
    path.write_bytes((JOURNALS / "dialogs.jsonl.zst").read_bytes()[:-40])

    with pytest.raises(JournalError, match=r"cut\.jsonl\.zst:\d+: the compressed file is cut here"):
        replay_journal(Settings(), compiled(), SECRET, path)


async def test_a_gateways_own_journal(tmp_path: Path) -> None:
    """Exported and decided again it is as it was: codes, wrong codes, a password. A recording can begin with it."""
    path = await recorded(tmp_path, "one-shot")
    settings = load(path)
    secret = read_secret(settings.operator.secret_file)
    rooms = Rooms(settings, secret)
    database, exported = settings.store.path(), tmp_path / "exported" / "journal.jsonl.zst"
    assert database is not None
    told = await ussdgw("journal", "export", str(exported), "--config", str(path))
    again = await ussdgw("journal", "replay", str(exported), "--config", str(path))
    by_command = await ussdgw(
        "replay", str(tmp_path / "recordings"), "--journal", str(database), "--config", str(path)
    )  # fmt: skip
    found = await asyncio.to_thread(replay_journal, settings, rooms, secret, exported)
    recording = read_recording(sources_of([tmp_path / "recordings"]))
    start = Start(
        journal=lambda number: state_after(settings, rooms, secret, exported, number), create_unknown=True,
        end_state=tmp_path / "after.db",
    )  # fmt: skip
    comparison = await asyncio.to_thread(compared, rooms, recording, start)

    assert (told[0], again[0], by_command[0]) == (0, 0, 0), (told, again, by_command)
    assert f"outcomes {found.digests.outcomes}, state {found.digests.state}" in again[1].replace("\n", " ")
    assert [] == found.differences
    assert [] == found.faults
    assert found.entries > 20
    assert state_of(found.state) == state_of(read_snapshot(tmp_path / "after.db"))
    assert comparison.same, comparison.differences
    assert msgspec.json.decode(next(lines_in(exported)))["journal"] == 1
