"""What a command says about a stranger's number: who is told apart by the answers, and nobody else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bench.subjects import SAMPLES
from gateway.catalogue.loading import load_catalogue
from gateway.config import Settings
from gateway.dispatcher import collect
from gateway.replay.runner import SECRET, run_all
from gateway.replay.transcript import read_transcript
from gateway.rooms import Rooms

ACTOR = "lang=ru balance=5000.00 region=moscow numbers=on points=500 services={mms}"
STRANGERS = {
    "plain": ("79161230001", "lang=ru region=moscow", ()),
    "elsewhere": ("79161230002", "lang=bg region=sofia balance=900.00", ()),
    "company": ("79161230003", "owner=C1 kind=company balance=5.00", ()),
    "blocked": ("79161230004", "status=blocked", ()),
    "closed": ("79161230005", "status=closed", ()),
    "unknown": ("79161230006", "", ()),
    "member": ("79161230007", "lang=ru balance=5.00", ("*111*455*1#",)),
    "barring": ("79161230008", "lang=ru balance=50.00 services={blacklist},{sms}", ("*111*442*1*{actor}#",)),
    "open": ("79161230009", "lang=ru balance=50.00", ("*111*2137*1#",)),
    "secret": ("79161230012", "lang=ru", ("*111*25*3*5832*5832#",)),
}
PLACE = re.compile(r"<(\w+)")
NOBODY = {"closed", "unknown"}
TOLD_APART = {
    # A request that the network would lose: who barred the sender does not get it, and the sender may write otherwise.
    "callback.call_me": {"barring"},
    # The code that the other gets moves money within our network only: nobody else could follow the request.
    "callback.top_me_up": NOBODY,
    # No money must be taken for a message that its receiver will not get.
    "message.send": {"barring"},
    # Money must not go to nobody, and what leaves a bank card cannot be taken back by us.
    "topup.pay": NOBODY,
    # The same; and money stays in a region, so that the sender has to learn why it does not go.
    "transfer.send": {*NOBODY, "elsewhere"},
    "regular.set": {*NOBODY, "elsewhere"},
    # A question needs somebody who may say yes; without that a mistyped number would keep its asker waiting for a day.
    "child.add": NOBODY,
    "locator.add": NOBODY,
    # The number has let others see its balance; of all others it is only said whether they are ours, so that a mistyped
    # number is not asked again and again to open its balance.
    "permission.balance": {*NOBODY, "open"},
    # Points can go only to a member, and a gift to nobody would be held for a day.
    "bonus.gift": {*NOBODY, "member"},
}
"""Command -> strangers that are answered otherwise than an ordinary one; all others are answered alike."""


def forms() -> dict[str, tuple[str, ...]]:
    """The first code of each command that names a number, and the first line of an SMS where that says more."""
    naming = {name for name, each in collect().items() if "number" in {field.name for field in fields(each.command)}}
    found: dict[str, tuple[str, ...]] = {}
    for row in load_catalogue(None).codes.rows:
        if row.command in naming and row.command not in found:
            written = next((each for each in row.sms.get("ru", ()) if "<number" in each), "")
            dialled = next((each for each in row.ussd if "<number" in each), "")
            says_more = bool(set(PLACE.findall(written)) - set(PLACE.findall(dialled)))
            found[row.command] = tuple(
                each for each in (dialled, f"{written} to {row.to or 111}" if says_more else "") if each
            )
    return {command: each for command, each in found.items() if each}


def told(rooms: Rooms, folder: Path, form: str) -> dict[str, list[str]]:
    """What is shown to somebody who asks about each stranger, with numbers and one-time codes taken out.

    Each stranger is asked about by an actor of his own, all alike.
    """
    products = rooms.catalogue.products
    services = {"mms": str(products.message.mms_service), "blacklist": str(products.blacklist.service)}
    services |= {"sms": str(products.blacklist.sms_service)}
    givens, said, asked = ["# Strangers."], [], {}
    for place, (who, (number, given, does)) in enumerate(STRANGERS.items()):
        actor = f"791612390{place:02}"
        givens.append(f"given {actor} {ACTOR.format(**services)}")
        givens += [f"given {number} {given.format(**services)}"] if given else []
        samples = SAMPLES | {"number": number, "password": "5831", "text": "привет"}
        filled = re.sub(r"<(\w+)[^>]*>", lambda found, known=samples: known[found[1]], form)
        before = (f"{actor} dials *111*455*1#", *(f"{number} dials {each.format(actor=actor)}" for each in does))
        asks = f"{actor} dials {filled}" if form.startswith("*") else f"{actor} sends {filled}"
        said += [line for each in (*before, asks) for line in (each, "  nothing")]
        asked[who] = (len(said) - 1, actor, number)
    path = folder / "strangers.dialog"
    path.write_text("\n".join((*givens, "", *said, "")), encoding="utf-8")
    (result,) = run_all(rooms, [read_transcript(path)])
    assert result.faults == ()
    shown: dict[str, list[str]] = {}
    for who, (line, actor, number) in asked.items():
        block = result.blocks[len(givens) + 1 + line]
        own = [each for each in block if each.startswith(("  screen", f"  sms {actor}"))]
        hidden = [each.replace(number, "N").replace(number[1:], "N").replace(actor, "A") for each in own]
        shown[who] = [re.sub(r"\{otp\d*\}", "{otp}", each) for each in hidden]
    return shown


@pytest.fixture(scope="module")
def rooms() -> Rooms:
    return Rooms(Settings(), SECRET)


@pytest.mark.parametrize("command", sorted(forms()))
def test_strangers_are_told_apart_only_where_the_function_needs_it(command: str, rooms: Rooms, tmp_path: Path) -> None:
    """As the table says: a blocked or rich stranger is like any other; most commands do not even tell who exists.

    Who has left is like somebody who never was.
    """
    apart: set[str] = set()
    for form in forms()[command]:
        said = told(rooms, tmp_path, form)
        assert said["plain"]
        assert said["closed"] == said["unknown"]
        apart |= {who for who, shown in said.items() if shown != said["plain"]}

    assert TOLD_APART.get(command, set()) == apart
