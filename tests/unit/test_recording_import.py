"""Captures and hex logs to recordings: whatever the network did to the segments, and whatever carried them."""

from __future__ import annotations

import random
import struct
from datetime import UTC, datetime
from pathlib import Path

import dpkt
import pytest

from gateway.recording.capture import Capture, CaptureError
from gateway.recording.imported import Import, import_file
from gateway.recording.tcp import Direction
from smpp.pdu import (
    BindTransceiver,
    BindTransceiverResp,
    DeliverSm,
    DeliverSmResp,
    Pdu,
    SubmitSm,
    SubmitSmResp,
    encode,
)

DAY = datetime(2026, 3, 10, tzinfo=UTC)
CLIENT, CENTRE = ("10.0.0.1", 40_000), ("10.0.0.2", 16_000)
NUMBER = "79161234567"
Segment = tuple[tuple[str, int], tuple[str, int], int, int, bytes, int]


def conversation(count: int = 12) -> list[tuple[bool, bytes]]:
    """A bind and messages with their answers: (by the client, octets)."""
    said: list[tuple[bool, Pdu]] = [
        (True, BindTransceiver(system_id="gw", password="secret", sequence_number=1)),
        (False, BindTransceiverResp(system_id="smsc", sequence_number=1)),
    ]
    for number in range(2, count + 2):
        text = f"БАЛАНС {number}".encode("utf-16-be")
        said += [
            (False, DeliverSm(source_addr=NUMBER, data_coding=8, short_message=text, sequence_number=number)),
            (True, DeliverSmResp(sequence_number=number)),
            (True, SubmitSm(destination_addr=NUMBER, short_message=b"100 RUB", sequence_number=number)),
            (False, SubmitSmResp(message_id=f"m{number}", sequence_number=number)),
        ]
    return [(client, encode(pdu)) for client, pdu in said]


def segments(said: list[tuple[bool, bytes]], size: int = 50, *, syn: bool = True) -> list[Segment]:
    """The TCP segments of a conversation, each with the acknowledgement of what came before it."""
    numbers = {True: 0xFFFF_FFF0, False: 5}  # one side's numbers pass the end of their range
    found: list[Segment] = []
    if syn:
        found = [
            (CLIENT, CENTRE, numbers[True], 0, b"", dpkt.tcp.TH_SYN),
            (CENTRE, CLIENT, numbers[False], numbers[True] + 1, b"", dpkt.tcp.TH_SYN | dpkt.tcp.TH_ACK),
        ]
    numbers = {side: number + 1 for side, number in numbers.items()}
    for client, octets in said:
        ends = (CLIENT, CENTRE) if client else (CENTRE, CLIENT)
        for at in range(0, len(octets), size):
            data = octets[at : at + size]
            found.append((*ends, numbers[client], numbers[not client], data, dpkt.tcp.TH_ACK))
            numbers[client] = (numbers[client] + len(data)) % (1 << 32)
    return found


def ip_packet(segment: Segment, version: int = 4) -> object:
    (source, sport), (destination, dport), number, acknowledged, data, flags = segment
    tcp = dpkt.tcp.TCP(
        sport=sport, dport=dport, seq=number % (1 << 32), ack=acknowledged % (1 << 32), flags=flags, data=data
    )
    if version == 6:
        ends = [bytes(15) + bytes((int(host[-1]),)) for host in (source, destination)]
        packet = dpkt.ip6.IP6(nxt=6, src=ends[0], dst=ends[1], data=tcp, plen=len(bytes(tcp)))
        packet.extension_hdrs, packet.all_extension_headers = {}, []
        return packet
    ends = [bytes(map(int, host.split("."))) for host in (source, destination)]
    return dpkt.ip.IP(p=6, src=ends[0], dst=ends[1], data=tcp, len=20 + len(bytes(tcp)))


def framed(packet: object, link: str) -> bytes:
    octets = bytes(packet)  # type: ignore[call-overload]
    kind = b"\x86\xdd" if octets[0] >> 4 == 6 else b"\x08\x00"
    match link:
        case "ethernet":
            return bytes(12) + kind + octets
        case "VLAN":
            return bytes(12) + b"\x81\x00\x00\x07" + kind + octets
        case "VLAN in VLAN":
            return bytes(12) + b"\x88\xa8\x00\x07\x81\x00\x00\x08" + kind + octets
        case "cooked":
            return bytes((0, 0, 0, 1, 0, 6)) + bytes(8) + kind + octets
        case "cooked 2":
            return kind + bytes(2) + bytes((0, 0, 0, 1, 0, 1, 0, 6)) + bytes(8) + octets
        case "loopback":
            return b"\x02\0\0\0" + octets
    return octets


LINKS = {
    "ethernet": 1, "VLAN": 1, "VLAN in VLAN": 1, "cooked": 113, "cooked 2": 276, "loopback": 0, "raw": 101,
}  # fmt: skip


def write_pcap(path: Path, found: list[Segment], link: str = "raw", version: int = 4) -> Path:
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKS[link]))
        for number, segment in enumerate(found):
            octets = framed(ip_packet(segment, version), link)
            at = divmod(number * 10_000, 1_000_000)  # 10 ms apart
            file.write(struct.pack("<IIII", 1_773_133_200 + at[0], at[1], len(octets), len(octets)) + octets)
    return path


def write_pcapng(path: Path, found: list[Segment]) -> Path:
    with path.open("wb") as file:
        writer = dpkt.pcapng.Writer(file, linktype=101)
        for number, segment in enumerate(found):
            writer.writepkt(bytes(ip_packet(segment)), ts=1_773_133_200.0 + number)  # type: ignore[call-overload]
    return path


def imported(path: Path, **more: str) -> Import:
    return import_file(path, dialect="spec", gateway=more.get("gateway", ""), day=DAY)


def octets_of(found: Import, direction: str) -> list[bytes]:
    return [line.octets for line in found.lines if line.pdu and line.direction == direction]


def check(found: Import, said: list[tuple[bool, bytes]]) -> None:
    """Each side's PDUs are there, in their order; the client is the gateway."""
    assert octets_of(found, "out") == [octets for client, octets in said if client]
    assert octets_of(found, "in") == [octets for client, octets in said if not client]


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("link", LINKS)
def test_every_link_layer(tmp_path: Path, link: str, version: int) -> None:
    """Ethernet with and without VLAN tags, Linux cooked headers, loopback, raw IP; IPv4 and IPv6; any port."""
    said = conversation()
    found = imported(write_pcap(tmp_path / "a.pcap", segments(said), link, version))

    check(found, said)
    assert [each.listener for each in found.header.links] == [False]
    assert found.header.links[0].name == ("[::2]:16000" if version == 6 else "10.0.0.2:16000")


def test_pcapng(tmp_path: Path) -> None:
    """The newer format of captures is read too, with its times."""
    said = conversation()
    found = imported(write_pcapng(tmp_path / "a.pcapng", segments(said)))

    check(found, said)
    assert 1_773_133_200 < found.lines[0].time < 1_773_133_300


@pytest.mark.parametrize("size", [1, 7, 50, 1400])
def test_any_cut(tmp_path: Path, size: int) -> None:
    """PDUs are whole however segments cut them."""
    said = conversation(3)

    check(imported(write_pcap(tmp_path / "a.pcap", segments(said, size))), said)


@pytest.mark.parametrize("seed", range(8))
def test_sent_again_and_out_of_order(tmp_path: Path, seed: int) -> None:
    """Segments that come twice, cut otherwise the second time, and in another order change nothing."""
    chance = random.Random(seed)
    said = conversation()
    found = segments(said)
    mixed: list[Segment] = found[:2]
    for one in found[2:]:
        mixed.append(one)
        if chance.random() < 0.3:
            mixed.append(one)
        if chance.random() < 0.2:
            source, destination, number, acknowledged, data, flags = one
            mixed.append((source, destination, number + 3, acknowledged, data[3:], flags))
    for at in range(2, len(mixed) - 4):
        if chance.random() < 0.3:
            other = at + chance.randrange(4)
            mixed[at], mixed[other] = mixed[other], mixed[at]
    result = imported(write_pcap(tmp_path / "a.pcap", mixed))

    assert sorted(octets_of(result, "out")) == sorted(octets for client, octets in said if client)
    assert sorted(octets_of(result, "in")) == sorted(octets for client, octets in said if not client)
    assert result.counts["segments sent again"] > 0


@pytest.mark.parametrize("seed", range(8))
def test_losses(tmp_path: Path, seed: int) -> None:
    """What was not captured costs the PDUs that it was a part of, no others, and is counted."""
    chance = random.Random(seed)
    said = conversation(60)
    found = segments(said)
    lost = set(chance.sample(range(2, len(found)), 5))
    result = imported(write_pcap(tmp_path / "a.pcap", [one for at, one in enumerate(found) if at not in lost]))
    whole = {octets for _, octets in said}
    came = octets_of(result, "in") + octets_of(result, "out")

    assert set(came) <= whole
    assert len(said) - 10 <= len(came) < len(said)
    assert result.counts["octets that were not captured"] > 0


def test_begins_in_the_middle(tmp_path: Path) -> None:
    """A capture that began while the connection was up is read from the next PDU on."""
    said = conversation()
    found = imported(write_pcap(tmp_path / "a.pcap", segments(said, syn=False)[3:]), gateway="10.0.0.1")

    assert octets_of(found, "in")[-5:] == [octets for client, octets in said if not client][-5:]
    assert found.counts["octets skipped to find a PDU"] >= 0


def test_several_connections_and_other_traffic(tmp_path: Path) -> None:
    """Each connection is a session of its own; what is no SMPP is counted and left out; a second SYN is a new one."""
    said = conversation(2)
    first = segments(said)
    again = [(s, d, n + 1_000_000, a + 1_000_000, data, flags) for s, d, n, a, data, flags in first]
    web = [
        ((CLIENT[0], 5555), (CENTRE[0], 80), 1 + 20 * at, 1, b"GET / HTTP/1.1\r\nHost", dpkt.tcp.TH_ACK)
        for at in range(3)
    ]
    found = imported(write_pcap(tmp_path / "a.pcap", [*first, *web, *again]))

    check(found, said + said)
    assert len({line.session for line in found.lines}) == 2
    assert (found.counts["SMPP connections"], found.counts["other connections"]) == (2, 1)


def test_the_gateway_may_be_named(tmp_path: Path) -> None:
    """Who is named is the gateway; else it is who was sent the first message."""
    path = write_pcap(tmp_path / "a.pcap", segments(conversation(2)))
    guessed, named = imported(path), imported(path, gateway="10.0.0.2")

    assert octets_of(guessed, "in") == octets_of(named, "out")
    assert [each.listener for each in named.header.links] == [True]


DAMAGES = {  # what is done to octets of which the sixth packet is at `at`; what is counted; what is told
    "whole": (lambda octets, at: octets, {}, ""),
    "cut at its end": (lambda octets, at: octets[:-10], {"packets that are cut": 1}, "is cut after"),
    "cut in a header": (lambda octets, at: octets[: at + 7], {"octets of no packet": 7}, "file ends after 7 octets"),
    "garbage between packets": (
        lambda octets, at: octets[:at] + b"\xff" * 37 + octets[at:], {"octets of no packet": 37},
        "octet {at}: expected packet 6; 37 octets skipped",
    ),
    "a wrong length": (
        lambda octets, at: octets[: at + 8] + b"\xff" * 4 + octets[at + 12 :], {},
        "octet {at}: expected packet 6; ",
    ),
    "nothing but its header": (lambda octets, at: octets[:24], {}, ""),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_captures(tmp_path: Path, damage: str) -> None:
    """File and place of each damage are told, what was skipped is counted, and all packets beside it are read."""
    said = conversation(2)
    path = write_pcap(tmp_path / "a.pcap", segments(said, 500))
    octets, at = path.read_bytes(), 24
    for _ in range(5):
        at += 16 + struct.unpack_from("<I", octets, at + 8)[0]
    change, counted, told = DAMAGES[damage]
    path.write_bytes(change(octets, at))
    found = imported(path)
    whole = [octets for _, octets in said]
    read = [line.octets for line in found.lines if line.pdu]

    assert set(read) <= set(whole)
    assert len(read) >= {"nothing but its header": 0, "cut in a header": 2}.get(damage, len(said) - 1)
    assert dict(counted).items() <= found.counts.items()
    assert len(found.faults) == bool(told)
    for fault in found.faults:
        assert fault.startswith(f"{path}: octet ")
        assert told.format(at=at) in fault


def test_packets_captured_in_part(tmp_path: Path) -> None:
    """A snapshot length that cut packets is counted, and what it cost."""
    path = tmp_path / "a.pcap"
    path.write_bytes(write_pcap(path, segments(conversation(4), 500)).read_bytes()[:24] + b"".join(
        struct.pack("<IIII", 1_773_133_200, number, min(len(octets), 90), len(octets)) + octets[:90]
        for number, octets in enumerate(bytes(ip_packet(each)) for each in segments(conversation(4), 500))
    ))  # fmt: skip
    found = imported(path)

    assert found.counts["packets captured in part, by a snapshot length"] > 3
    assert found.counts["octets that were not captured"] > 20
    assert 5 < len(found.lines) < 20


@pytest.mark.parametrize("ng", [False, True])
def test_what_is_no_capture(tmp_path: Path, ng: bool) -> None:
    """A header that is cut, or another magic, is named; a damaged block of pcapng ends the reading, and is told."""
    path = write_pcapng(tmp_path / "a.pcapng", segments(conversation(2)))
    octets = path.read_bytes()
    if ng:
        path.write_bytes(octets[: len(octets) // 2])
        found = imported(path)
        assert found.counts["damaged files"] == 1
        assert "expected a block of pcapng" in found.faults[0]
        assert found.lines
    else:
        path.write_bytes(b"\xd4\xc3\xb2\xa1\2\0")
        with pytest.raises(CaptureError, match=r"a.pcapng: no capture, expected pcap or pcapng: .* 6 octets of 24"):
            list(Capture(path).pdus())
        path.write_bytes(b"\0\1\2\3" + octets)
        assert imported(path).lines == []


def test_numbers_pass_the_end_of_their_range() -> None:
    """Sequence numbers begin anew after 2**32."""
    way = Direction()
    way.begin(0xFFFF_FFFD)
    first = way.segment(1.0, 0xFFFF_FFFE, b"abcd")
    third = way.segment(2.0, 6, b"ij")
    second = way.segment(3.0, 2, b"efgh")

    assert [piece.octets for piece in (*first, *third, *second)] == [b"abcd", b"efgh", b"ij"]


LOG = """
2026-03-10 12:00:00.250 smsc1 <- {deliver}
nothing to see here 00 11 22
[12:00:01] tx: {answer}
1773144002.5 sent {spaced}
"""


def test_hex_logs(tmp_path: Path) -> None:
    """PDUs in hex among other words: times, ways, octets with and without spaces; other hex is passed over."""
    said = [octets for _, octets in conversation(1)[2:]]
    path = tmp_path / "smsc.log"
    path.write_text(LOG.format(deliver=said[0].hex(), answer=said[1].hex().upper(), spaced=said[2].hex(" ")))
    found = imported(path)

    assert [line.octets for line in found.lines] == said[:3]
    assert [line.direction for line in found.lines] == ["in", "out", "out"]
    assert [line.time for line in found.lines] == [1_773_144_000.25, 1_773_100_800 + 12 * 3600 + 1, 1_773_144_002.5]


def test_a_bare_hex_dump(tmp_path: Path) -> None:
    """Where nothing says which way a PDU went its command does, and the order stands for time."""
    said = conversation(2)
    path = tmp_path / "dump.txt"
    path.write_text("".join(f"{octets.hex()}\n" for _, octets in said))

    check(imported(path), said)
    assert [line.time for line in imported(path).lines] == sorted(line.time for line in imported(path).lines)


TIMED = (
    "12:00:01 {octets}",
    "2026-03-10 12:00:01 {octets}",
    "12:00:01.000: {spaced}",
)


@pytest.mark.parametrize("line", TIMED)
def test_a_time_right_before_the_octets(tmp_path: Path, line: str) -> None:
    """A time with no word between it and the octets is no octet of the PDU."""
    octets = conversation(1)[2][1]
    path = tmp_path / "smsc.log"
    path.write_text(line.format(octets=octets.hex(), spaced=octets.hex(" ")))

    assert [(each.octets, each.time) for each in imported(path).lines] == [(octets, 1_773_100_800 + 12 * 3600 + 1)]


@pytest.mark.parametrize("octets", [-1, -3, -7])
def test_what_a_log_has_besides_is_counted(tmp_path: Path, octets: int) -> None:
    """A PDU that is cut is named by its line, with what was expected; other lines are counted."""
    said = [octets.hex() for _, octets in conversation(1)]
    path = tmp_path / "smsc.log"
    path.write_text(f"{said[0]}\nlink up\n\n12:00:01 <- {said[1][:octets]}\n{said[2]}\n")
    found = imported(path)

    left = (len(said[1]) + octets) // 2
    assert len(found.lines) == 2
    assert found.faults == [f"{path}: line 4: a PDU is cut after {left} octets; expected {len(said[1]) // 2}"]
    assert (found.counts["PDUs that are cut"], found.counts["lines without a PDU"]) == (1, 1)


def test_a_gateway_that_is_not_there(tmp_path: Path) -> None:
    """An address that no connection has is refused with those that are there: nothing is guessed in its place."""
    path = write_pcap(tmp_path / "a.pcap", segments(conversation(2)))

    with pytest.raises(CaptureError, match=r"--gateway 10\.9\.9\.9: no such end of a connection; expected one of 10\."):
        imported(path, gateway="10.9.9.9")
