"""Octets that reach new code, sought by atheris: `python -m tests.fuzz.coverage CASES [--keep]`.

Each target runs in a process of its own, because libFuzzer ends the one that it runs in. `--keep` adds the shortest
octets that reached something new to `fixtures/fuzz`, from where every later run begins.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from hashlib import blake2b
from pathlib import Path

from tests.fuzz.corpus import OCTETS_MAX, SHARES, file_of, kept, seeds

KEPT_MAX, KEPT_OCTETS_MAX = 40, 120


def fuzz(target: str, cases: int, folder: str) -> None:
    """Runs one target; does not return."""
    import atheris

    with atheris.instrument_imports(include=["smpp", "gateway"]):
        from tests.fuzz.targets import TARGETS

    arguments = [sys.argv[0], f"-runs={cases}", f"-max_len={OCTETS_MAX}", "-seed=1", "-print_final_stats=1"]
    atheris.Setup([*arguments, f"-artifact_prefix={folder}/failed-", f"{folder}/corpus"], TARGETS[target])
    atheris.Fuzz()


def keep(target: str, found: list[bytes]) -> int:
    """Adds the shortest new octets to the corpus; returns how many."""
    before = kept(target)
    room = max(0, KEPT_MAX - len(before))
    short = [each for each in found if 0 < len(each) <= KEPT_OCTETS_MAX]
    new = sorted(short, key=lambda each: (len(each), each))[:room]
    file_of(target).write_text("".join(f"{each.hex()}\n" for each in [*before, *new]), encoding="ascii")
    return len(new)


def run(target: str, cases: int, keeping: bool) -> bool:
    """One target in a process of its own; whether it kept its promise."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        known = seeds(target)
        for octets in known:
            (corpus / blake2b(octets, digest_size=8).hexdigest()).write_bytes(octets)
        began = time.perf_counter()
        command = [sys.executable, "-m", "tests.fuzz.coverage", str(cases), "--target", target, "--folder", folder]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        found = [path.read_bytes() for path in corpus.iterdir()]
        new = [octets for octets in found if octets not in known]
        failed = [path.read_bytes().hex() for path in Path(folder).glob("failed-*")]
        took_s = time.perf_counter() - began
        print(f"{target}: {cases} cases in {took_s:.0f} s, {len(new)} octet strings reached something new", flush=True)
        if done.returncode:
            print(done.stderr[-4000:], *(f"{target}: {each}" for each in failed), sep="\n")
        if keeping:
            print(f"{target}: {keep(target, new)} kept")
        return not done.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=int)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--target", choices=SHARES)
    parser.add_argument("--folder")
    asked = parser.parse_args()
    if asked.folder:
        fuzz(asked.target, asked.cases, asked.folder)
    kept_promise = [run(target, int(asked.cases * share), asked.keep) for target, share in SHARES.items()]
    return 0 if all(kept_promise) else 1


if __name__ == "__main__":
    sys.exit(main())
