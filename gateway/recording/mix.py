"""Who says what, how often, out of a recording: the conversations of its subscribers as a load's talks. Pure.

Each is said by a number that has said nothing yet, in its order; who said the same are one talk with their weight. A
code that was typed back is the one that this gateway tells.
"""

from __future__ import annotations

import re
from collections import Counter

from gateway.model import Channel, Msisdn
from gateway.recording.messages import Messages, Reply, Said
from gateway.recording.parts import part_of

Step = dict[str, str]


def talks_of(messages: Messages) -> list[dict[str, object]]:
    """The talks, as a mix has them (docs/simulator.md), the most frequent first; what cannot be said is left out."""
    by_subscriber: dict[Msisdn, list[Said | Reply]] = {}
    for each in messages.happened:
        if isinstance(each, Said | Reply):
            by_subscriber.setdefault(each.subscriber, []).append(each)
    counted = Counter(steps for happened in by_subscriber.values() if (steps := _steps(messages, happened)))
    return [{"weight": weight, "steps": [dict(step) for step in steps]} for steps, weight in counted.most_common()]


def numbers_of(messages: Messages) -> int:
    """How many subscribers said something."""
    return len({said.subscriber for said in messages.said})


def _steps(messages: Messages, happened: list[Said | Reply]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """What one subscriber said: dialled, answered or written, and what must come back for the code in it."""
    steps: list[Step] = []
    codes: dict[str, str] = {}  # stand-in -> the name of its place
    needed = _typed_back(happened)
    dialogs: set[str] = set()
    for each in happened:
        if isinstance(each, Reply):
            shown = next((secret.stand_in for secret in each.secrets if secret.stand_in in needed), "")
            if shown and shown not in codes and steps and "expect" not in steps[-1]:
                codes[shown] = f"code{len(codes) + 1}"
                steps[-1]["expect"] = _expected(each.text, shown, codes[shown])
            continue
        if not messages.had_effect(each) or each.hidden or not each.text or part_of(each.pdu, each.link, "in"):
            continue
        text = each.text.replace("{", "").replace("}", "").replace(each.subscriber, "{number}")
        for secret in each.secrets:
            if secret.stand_in in codes:
                text = text.replace(secret.stand_in, f"{{{codes[secret.stand_in]}}}")
        if each.channel is Channel.SMS:
            steps.append({"sms": text, "to": each.pdu.destination_addr})
        else:
            steps.append({"answer" if each.dialog in dialogs else "ussd": text})
            dialogs.add(each.dialog)
    return tuple(tuple(step.items()) for step in steps)


def _typed_back(happened: list[Said | Reply]) -> set[str]:
    return {secret.stand_in for each in happened if isinstance(each, Said) for secret in each.secrets}


def _expected(text: str, shown: str, name: str) -> str:
    """A pattern that finds the code: by what is dialled before it, which is the same in every language."""
    dialled = re.search(rf"((?:\*\d+)*\*){shown}", text)
    before = re.escape(dialled[1]) if dialled is not None else r"(?<!\d)"
    return rf"{before}(?P<{name}>\d{{{len(shown)}}})(?!\d)"
