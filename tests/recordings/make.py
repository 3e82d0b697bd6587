"""Makes fixtures/recordings and fixtures/captures again: `make fixtures`. Loopback only; takes about four minutes.

Names given as arguments are made alone.

A gateway with an empty store creates the numbers that it meets; simulators play the scenarios that lie beside the
recordings, each as a message centre that one link of the gateway calls.
"""

from __future__ import annotations

import asyncio
import functools
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import dpkt
import msgspec
import zstandard

import gateway.doors
from gateway.recording.format import Line, header_octets, line_octets
from gateway.recording.reading import read_recording
from gateway.recording.sources import PACKED, sources_of
from smpp.link import Link
from smpp.retry_timer import RetryTimer
from smpp.simulator.scenario import read_scenario
from smpp.simulator.wires import Simulator
from tests.wire.foreign.test_captures import blocking_client, captured
from tests.wire.gateway_fixture import port_of, running, write_config

FIXTURES = Path(__file__).parents[2] / "fixtures"
RECORDINGS, CAPTURES = FIXTURES / "recordings", FIXTURES / "captures"
LEVEL = 19
LIMIT_S = 300.0
ON = "[recording]\nenabled = true\n"
LINK = """
[[links]]
name = "{name}"
port = {port}
system_id = "gw"
password = "secret"
peer_response_timeout_s = 2.0
window = 100
response_s = 3.0
"""


async def played(name: str, folder: Path, *, links: int = 1) -> None:
    """The scenario on so many links at once, each with numbers and chances of its own; recorded in `folder`."""
    scenario = read_scenario(RECORDINGS / f"{name}.toml")
    simulators = []
    for index in range(links):
        first = scenario.load.first_number + index * scenario.load.numbers
        load = msgspec.structs.replace(scenario.load, first_number=first)
        simulators.append(Simulator(msgspec.structs.replace(scenario, port=0, seed=scenario.seed + index, load=load)))
    for simulator in simulators:
        await simulator.start()
    more = "".join(LINK.format(name=f"centre{at}", port=each.port) for at, each in enumerate(simulators, 1))
    try:
        async with running(write_config(folder, more=ON + more)), asyncio.timeout(LIMIT_S):
            await asyncio.gather(*(each.finish() for each in simulators))
            await asyncio.sleep(1)  # the last replies are acknowledged
            await asyncio.gather(*(each.stop() for each in simulators))
    finally:
        await asyncio.gather(*(each.stop() for each in simulators))


def kept(folder: Path, name: str, *, stretch: float = 1.0) -> None:
    """The recording of a folder as one compressed file; `stretch`: so much longer than it took."""
    recording = read_recording(sources_of([folder / "recordings"]))
    began = recording.header.since

    def later(line: Line) -> Line:
        return msgspec.structs.replace(line, time=round(began + (line.time - began) * stretch, 6))

    how = f"make fixtures: {name}.toml" + (f", its time stretched {stretch:g} times" if stretch != 1 else "")
    links = tuple(
        msgspec.structs.replace(link, peer_response_timeout_s=link.peer_response_timeout_s * stretch)
        for link in recording.header.links
    )
    header = msgspec.structs.replace(recording.header, source=how, links=links)
    octets = header_octets(header) + b"".join(line_octets(later(line)) for line in recording.lines)
    (RECORDINGS / f"{name}{PACKED}").write_bytes(zstandard.ZstdCompressor(level=LEVEL).compress(octets))


async def recording(name: str, *, links: int = 1, stretch: float = 1.0) -> None:
    with tempfile.TemporaryDirectory() as folder:
        await played(name, Path(folder), links=links)
        kept(Path(folder), name, stretch=stretch)


async def captures() -> None:
    """smpplib against the listener as dumpcap saw it, and the same with segments doubled, swapped and lost."""
    whole = CAPTURES / "smpplib.pcapng"
    with tempfile.TemporaryDirectory() as folder:
        async with running(write_config(Path(folder))) as served, captured(whole, port_of(served)):
            for _ in range(5):
                await asyncio.to_thread(blocking_client, port_of(served))
    with whole.open("rb") as file:
        packets = list(dpkt.pcapng.Reader(file))
    chance = random.Random(14)
    for at in range(10, len(packets) - 1):
        if chance.random() < 0.1:
            packets[at : at + 2] = reversed(packets[at : at + 2])
    packets = [each for each in packets for _ in range(chance.choice((0, 2)) if chance.random() < 0.06 else 1)]
    with (CAPTURES / "bad_line.pcap").open("wb") as file:
        writer = dpkt.pcap.Writer(file)
        for time, octets in packets:
            writer.writepkt(octets, time)


MADE: dict[str, Callable[[], object]] = {
    "quiet_hour": functools.partial(recording, "quiet_hour", stretch=180.0),
    "busy_evening": functools.partial(recording, "busy_evening", links=3),
    "cuts_at_night": functools.partial(recording, "cuts_at_night"),
    "captures": captures,
}


async def main(names: list[str]) -> None:
    # A centre that drops us again and again would be called more and more seldom.
    gateway.doors.Link = functools.partial(Link, retry_timer=RetryTimer(first_s=0.02, ceiling_s=0.05))  # type: ignore[misc,assignment]
    unknown = [name for name in names if name not in MADE]
    if unknown:
        sys.exit(f"{unknown[0]} is none of {', '.join(MADE)}")
    for name in names or MADE:
        print(name, flush=True)
        await MADE[name]()  # type: ignore[misc]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
