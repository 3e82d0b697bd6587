"""No secret stays anywhere: codes that a phone saw, codes that a person mistyped, passwords."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from tests.wire.gateway_fixture import (
    BIND_TRANSCEIVER,
    PASSWORD,
    ROK,
    SUBMIT_SM,
    RawPeer,
    bind_body,
    message_body,
    peer_of,
    running,
    served,
    sms_body,
    ussd_body,
    write_config,
)

SENDER, RECEIVER = "79163000300", "79163000400"
GUESS = "Gu3ss1ng"
# Four digits that stand by themselves anyway: the opening balance, a code of the plan, the year of a time stamp. A
# one-time code that happens to be one of them proves nothing.
EVERYWHERE = frozenset({"1000", "8111", str(datetime.now(UTC).year)})


def places(folder: Path, secret: str) -> list[str]:
    """The files under the folder that hold the secret: as ASCII, UTF-16 or hex, not as a part of a longer number."""
    found = []
    plain, wide = secret.encode("ascii"), secret.encode("utf-16-be")
    bounded = re.compile(rb"(?<![0-9A-Za-z])" + plain + rb"(?![0-9A-Za-z])")
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name in ("secret", "gateway.toml"):
            continue
        octets = path.read_bytes()
        hexes = octets.lower()
        if bounded.search(octets) or wide in octets or plain.hex().encode() in hexes or wide.hex().encode() in hexes:
            found.append(path.name)
    return found


def test_places_finds_what_is_there(tmp_path: Path) -> None:
    """The search itself: a secret in clear, in UTF-16 or in hex is found; digits within a longer number are not."""
    for name, octets in {
        "clear": b'{"text": "\xd0\x94\xd0\x90 4821"}',
        "wide": "КОД 4821".encode("utf-16-be"),
        "hex": b"00" + "4821".encode("utf-16-be").hex().encode(),
        "number": b"79164821000",
    }.items():
        (tmp_path / name).write_bytes(octets)

    assert places(tmp_path, "4821") == ["clear", "hex", "wide"]


async def told(peer: RawPeer, body: bytes, pattern: str) -> str:
    """Sends a command, and reads on until a text has what the pattern says; returns its first group."""
    taken = await peer.ask(SUBMIT_SM, body)
    assert taken.status == ROK
    seen = []
    while True:
        seen.append(await peer.whole_text(SENDER))
        found = re.search(pattern, seen[-1])
        if found is not None:
            return found[1]
        assert len(seen) < 5, seen


SLIPS = ("*111*97*{}*5#", "*112{}#", "*111*97**{}#", "#112*{}#", "*113*{}#", "{}")


async def dealings(peer: RawPeer) -> list[str]:
    """A transfer and a paid service, asked for, mistyped, cancelled and carried out; the codes that the phone saw."""
    await peer.say(sms_body(RECEIVER, "БАЛАНС"))
    transfer = sms_body(SENDER, f"ПЕРЕВОД {RECEIVER} 100")
    service = sms_body(SENDER, "ПОДКЛЮЧИТЬ 12")
    codes = [await told(peer, service, r"\*111\*97\*(\d+)#")]
    for slip in ("КОЖ {}", "ДАДА{}", "ключ: {}, спасибо", "мой код {}", "*112*{}", "*112{}#", "НОМЕРА {}"):
        await told(peer, sms_body(SENDER, slip.format(codes[0])), "(.)")
    for slip in SLIPS:
        await told(peer, ussd_body(SENDER, slip.format(codes[0])), "(.)")
    codes.append(await told(peer, transfer, r"\*112\*(\d+)#"))
    await told(peer, sms_body(SENDER, "ОТМЕНА"), "(тмен)")
    codes.append(await told(peer, transfer, r"\*112\*(\d+)#"))
    await told(peer, ussd_body(SENDER, f"*112*{codes[2]}#"), "(Переведено 100 руб.)")
    codes.append(await told(peer, service, r"\*111\*97\*(\d+)#"))
    await told(peer, sms_body(SENDER, f"ДА {codes[3]}"), "(Гудок» .*подключена)")
    codes.append(await told(peer, transfer, r"\*112\*(\d+)#"))
    # In a long message whose border cuts the code, the second part first
    for number, text in ((2, codes[4][2:]), (1, f"ДА {codes[4][:2]}")):
        part = bytes((5, 0, 3, 77, 2, number)) + text.encode("utf-16-be")
        assert (
            await peer.ask(SUBMIT_SM, message_body(SENDER, "111", part, data_coding=8, esm_class=0x40))
        ).status == ROK
    while "Переведено 100 руб." not in await peer.whole_text(SENDER):
        pass
    # Octets that cannot be read, with a code in them
    yes = sms_body(SENDER, f"ДА {codes[3]}")
    for body in (message_body(SENDER, "111", yes[-14:], sm_length=250), yes[:-3], b"\xff" * 30 + yes, yes + yes):
        await peer.ask(SUBMIT_SM, body)
    return codes


async def test_no_secret_stays(tmp_path: Path) -> None:
    """After a transfer and a paid service, neither their codes nor any password is in the database or the log."""
    log = tmp_path / "log" / "gateway.json"
    more = f'[log]\nfile = "{log}"\nformat = "json"\nlevel = "debug"\n'
    link = '[[links]]\nname = "smsc1"\nport = 1\nsystem_id = "gw"\npassword = "l1nkpass"\n'
    (tmp_path / "password").write_text("f1lepass")
    account = 'name = "more"\nport = 0\naccounts = [{ system_id = "other", password_file = "password" }]\n'
    path = write_config(tmp_path, more=f"{more}{link}[[listeners]]\n{account}")
    async with served(path) as gateway:
        async with peer_of(gateway.port) as peer:
            codes = set(await dealings(peer)) - EVERYWHERE
        for body in (bind_body(password=GUESS), bind_body(password=GUESS)[:-9], bind_body(password=GUESS) + b"\xff"):
            async with peer_of(gateway.port, bound=False) as peer:
                assert (await peer.ask(BIND_TRANSCEIVER, body)).status != ROK
        async with peer_of(gateway.port, bound=False) as peer:
            peer.write(b"\0\0\0\0" + bind_body(password=GUESS))
            await peer.ended()
        running_files = {secret: places(tmp_path, secret) for secret in codes}
        status = await gateway.end()
    files = {secret: places(tmp_path, secret) for secret in (*codes, PASSWORD, GUESS, "l1nkpass")}

    assert status == 0
    assert log.stat().st_size > 1000
    assert b'"command":"transfer.confirm"' in log.read_bytes()
    assert b"bind_refused" in log.read_bytes()
    assert {secret: where for secret, where in running_files.items() if where} == {}
    assert {secret: where for secret, where in files.items() if where} == {}


async def test_secret_file_is_its_owners_alone(tmp_path: Path) -> None:
    """The operator's secret, from which codes are derived, is readable by its owner only."""
    async with running(write_config(tmp_path)):
        mode = (tmp_path / "secret").stat().st_mode & 0o777

    assert mode == 0o600
