"""Every command that acts on another number leaves that number an SMS."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import Settings
from gateway.replay.runner import SECRET, run_all
from gateway.replay.transcript import read_transcript
from gateway.rooms import Rooms
from tests.house.test_access import groups

ANNA, BORIS = "79161234567", "79161234568"
OWN = f"given {ANNA} owner=P1 balance=500.00 numbers=on points=100 services=36\n"
THEIRS = f"given {BORIS} balance=500.00\n"
MINE = f"given {BORIS} owner=P1 balance=500.00 numbers=on\n"
PIN = f"{BORIS} dials *111*25*3*5831*5831#\n"
LINKED = f"given {ANNA} owner=P1 balance=500.00 numbers=on linked={BORIS}\n{MINE[:-1]} linked={ANNA}\n"
CHILD = f"{OWN}{THEIRS}{ANNA} dials *111*7788*1*{BORIS}#\n{BORIS} sends ДА to 111\n"
LISTED = f"{OWN}{THEIRS}{ANNA} dials *111*6677*1*{BORIS}#\n{BORIS} sends ДА to 111\n"
FAMILY = f"{OWN}{MINE}{ANNA} dials *111*750*1*{BORIS}#\n{ANNA} sends ДА to 111\n{BORIS} sends ДА to 111\n"
REGULAR = f"{OWN}{THEIRS}{ANNA} dials *114*{BORIS}*1*50#\n{ANNA} sends ДА to 111\n"
ACTS = {
    "block.lift": f"{OWN}{THEIRS}{PIN}{BORIS} dials *111*157#\n{ANNA} dials *111*157*2*{BORIS}*5831#",
    "block.set": f"{OWN}{THEIRS}{PIN}{ANNA} dials *111*157*1*{BORIS}*5831#",
    "bonus.gift": f"{OWN}{THEIRS}{ANNA} dials *111*455*1#\n{BORIS} dials *111*455*1#\n"
    f"{ANNA} dials *111*455*7*{BORIS}*10#\n{ANNA} sends ДА to 111",
    "callback.call_me": f"{OWN}{THEIRS}{ANNA} dials *110*{BORIS}#",
    "callback.top_me_up": f"{OWN}{THEIRS}{ANNA} dials *116*{BORIS}#",
    "card.redeem": f"{OWN}{THEIRS}card 123456789012 100.00\n{ANNA} dials *111*155*{BORIS}*123456789012#",
    "child.add": f"{OWN}{THEIRS}{ANNA} dials *111*7788*1*{BORIS}#",
    "child.bar": f"{CHILD}{ANNA} dials *111*7788*8*{BORIS}*79031234567#",
    "child.remove": f"{CHILD}{ANNA} dials *111*7788*2*{BORIS}#",
    "child.set_tariff": f"{CHILD}{ANNA} dials *111*7788*3*{BORIS}*2#\n{ANNA} sends ДА to 111",
    "child.show": f"{CHILD}{ANNA} dials *111*7788*7*{BORIS}#",
    "child.unbar": f"{CHILD}{ANNA} dials *111*7788*8*{BORIS}*79031234567#\n"
    f"{ANNA} dials *111*7788*9*{BORIS}*79031234567#",
    "family.invite": f"{OWN}{MINE}{ANNA} dials *111*750*1*{BORIS}#\n{ANNA} sends ДА to 111",
    "family.remove": f"{FAMILY}{ANNA} dials *111*750*2*{BORIS}#\n{ANNA} sends ДА to 111",
    "locator.add": f"{OWN}{THEIRS}{ANNA} dials *111*6677*1*{BORIS}#",
    "locator.find": f"{LISTED}{ANNA} dials *111*6677*7*{BORIS}#\n{ANNA} sends ДА to 111",
    "locator.remove": f"{LISTED}{ANNA} dials *111*6677*2*{BORIS}#",
    "login.enter": f"{OWN}{THEIRS}{PIN}{ANNA} dials *111*26*1*{BORIS}*5831#",
    "message.send": f"{OWN}{THEIRS}{ANNA} sends СМС {BORIS} привет to 111\n{ANNA} sends ДА to 111",
    "numbers.act": f"{LINKED}{ANNA} dials *111*828*7*{BORIS}#",
    "numbers.link": f"{OWN}{MINE}{ANNA} dials *111*828*3*{BORIS}#",
    "numbers.unlink": f"{LINKED}{ANNA} dials *111*828*8*{BORIS}#",
    "permission.balance": f"{OWN}{THEIRS}{BORIS} dials *111*2137*1#\n{ANNA} dials *140*{BORIS}#",
    "regular.set": f"{REGULAR}after 1d",
    "topup.pay": f"{OWN}{THEIRS}{ANNA} dials *115*{BORIS}*100#\n{ANNA} sends ДА to 111",
    "transfer.send": f"{OWN}{THEIRS}{ANNA} dials *112*{BORIS}*100#\n{ANNA} sends ДА to 111",
}
NO_ACT = {
    "favourite.add": "a discount of the one who calls",
    "favourite.remove": "the same",
    "favourite.replace": "the same",
    "melody.copy": "what everybody hears who calls it",
    "picture.send": "it gets the picture itself, from the MMS centre",
    "regular.cancel": "nothing is taken from it; what came is its own",
}
ACTING = (f"{LINKED}{ANNA} dials *111*828*7*{BORIS}#", f"{OWN}{THEIRS}{PIN}{ANNA} dials *111*26*1*{BORIS}*5831#")
FOR_ANOTHER = {
    "*111*59*3*2#": True,
    "*111*8111*1*12#": True,
    "*111*442*1#": True,
    "*112*79161239999*50#": True,
    "*111*2137*1#": True,
    "*111*455*1#": True,
    "*111*157#": True,
    "*111*123*50#": True,
    "*111*114*1*30*100#": True,
    "*110*79161239999#": True,
    "*115*100#": True,
    "*111*8111*1*999#": False,
    "*111*59#": False,
    "*100#": False,
}
"""What somebody who acts for Boris dials -> whether that changes anything at Boris's."""


@pytest.fixture(scope="module")
def rooms() -> Rooms:
    return Rooms(Settings(), SECRET)


def told(rooms: Rooms, folder: Path, text: str, last: int = 1) -> bool:
    """Whether one of the last lines brought Boris an SMS."""
    path = folder / "told.dialog"
    path.write_text(f"# An act on another number.\ngiven 79161239999\n{text}\n", encoding="utf-8")
    (result,) = run_all(rooms, [read_transcript(path)])
    assert result.faults == ()
    end = text.count("\n") + 3
    blocks = [result.blocks.get(end - each, ()) for each in range(last)]
    return any(line.startswith(f"  sms {BORIS} ") for block in blocks for line in block)


def test_every_command_that_names_a_number_is_here() -> None:
    """A new one has to say how it tells the other, or why it does nothing to him."""
    _, _, named = groups()

    assert sorted(named) == sorted((*ACTS, *NO_ACT))


@pytest.mark.parametrize("command", sorted(ACTS))
def test_an_act_on_another_number_tells_that_number(command: str, rooms: Rooms, tmp_path: Path) -> None:
    """By an SMS of its own, with the act itself, or with what it brings."""
    assert told(rooms, tmp_path, ACTS[command])


@pytest.mark.parametrize("code", FOR_ANOTHER)
@pytest.mark.parametrize("begins", ACTING, ids=["linked", "password"])
def test_what_is_done_for_another_number_is_told_to_it(code: str, begins: str, rooms: Rooms, tmp_path: Path) -> None:
    """Who acts for a number leaves it an SMS about each thing he changes; of what he reads, the log-in told it."""
    text = f"{begins}\n{ANNA} dials {code}\n{ANNA} sends ДА to 111"

    assert FOR_ANOTHER[code] == told(rooms, tmp_path, text, last=2)
