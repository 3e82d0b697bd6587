"""A load out of a recording: what was said, in its order, with the codes that are told."""

from __future__ import annotations

import re

from gateway.model import Channel, Instant, Msisdn
from gateway.recording.format import Secret
from gateway.recording.messages import Messages, Reply, Said
from gateway.recording.mix import numbers_of, talks_of
from smpp.pdu import SubmitSm

ANN, BEN, EVE = Msisdn("79161234567"), Msisdn("79161234568"), Msisdn("79161234569")
CODE = Secret("7305")


def said(who: Msisdn, text: str, dialog: str = "", status: int = 0, secrets: tuple[Secret, ...] = ()) -> Said:
    channel = Channel.USSD if dialog else Channel.SMS
    return Said(
        at=Instant(0), link="a", session=1, account="", subscriber=who, channel=channel, text=text, status=status,
        pdu=SubmitSm(destination_addr="111"), dialog=dialog, secrets=secrets,
    )  # fmt: skip


def told(who: Msisdn, text: str, secrets: tuple[Secret, ...] = ()) -> Reply:
    return Reply(
        at=Instant(0), link="a", session=1, subscriber=who, channel=Channel.SMS, text=text, secrets=secrets
    )  # fmt: skip


def test_conversations_are_talks() -> None:
    """Who said the same is one talk with its weight; a menu is answered in its dialog; a code is that which is told."""
    messages = Messages([
        said(ANN, "*111#", "d1"), said(BEN, "*111#", "d2"), told(ANN, "1 Balance"), said(ANN, "1", "d1"),
        said(BEN, "1", "d2"), said(EVE, "ПОДКЛЮЧИТЬ 11"), told(EVE, "Да: *111*97*7305# 7305", (CODE,)),
        said(EVE, "refused", status=8), said(EVE, "КОД 7305", secrets=(CODE,)), said(EVE, f"{{x}} {EVE}"),
    ])  # fmt: skip
    first, second = talks_of(messages)

    assert first == {"weight": 2, "steps": [{"ussd": "*111#"}, {"answer": "1"}]}
    asked, answered, last = second["steps"]  # type: ignore[misc, attr-defined]
    found = re.search(asked["expect"], "Да: *111*97*4821# 4821")
    assert found is not None
    assert found["code1"] == "4821"
    assert answered == {"sms": "КОД {code1}", "to": "111"}
    assert last == {"sms": "x {number}", "to": "111"}
    assert numbers_of(messages) == 3
