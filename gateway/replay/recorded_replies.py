"""What a recording told people, in the terms that a replay of it tells them in. Pure."""

from __future__ import annotations

from gateway.model import Channel, Msisdn
from gateway.recording.messages import Messages, Said, SessionEnded
from gateway.replay.compare import Told


def told_of(messages: Messages) -> list[Told]:
    """The recorded replies, each with the message that caused it as far as the recording shows.

    A reply that was sent again, because a cut had left it without an answer, is told once: as it was sent first.
    """
    by_number = {each.number: place for place, each in enumerate(messages.happened) if isinstance(each, Said)}
    last: dict[str, int] = {}
    ended: set[int] = set()
    unanswered: set[tuple[int, Msisdn, str]] = set()
    found = []
    for place, each in enumerate(messages.happened):
        if isinstance(each, Said):
            last[each.dialog] = last[each.subscriber] = place
            continue
        if isinstance(each, SessionEnded):
            ended.add(each.session)
            continue
        same = (each.cause, each.subscriber, each.text)
        if each.cause and same in unanswered:
            continue
        if each.status is None:
            unanswered.add(same)
        cause = by_number.get(each.cause) if each.cause else last.get(each.dialog or each.subscriber)
        if cause is None and each.dialog:  # what something outside said on a screen
            cause = last.get(each.dialog)
        codes = tuple(secret.stand_in for secret in each.secrets)
        reference = str(each.cause) if each.cause else ""
        said = messages.happened[cause] if cause is not None else None
        no_screen = isinstance(said, Said) and bool(said.dialog) and said.session in ended
        moved = no_screen and each.channel is Channel.SMS
        found.append(Told(each.at, each.subscriber, each.channel, each.text, cause, codes, reference, moved))
    return found
