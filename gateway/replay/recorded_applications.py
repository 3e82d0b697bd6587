"""What applications outside said while a recording was made: in its replay they say it again, at once."""

from __future__ import annotations

from gateway.model import Channel, Msisdn
from gateway.recording.messages import Messages, Reply, Said
from gateway.replay.pattern import Pattern
from gateway.replay.steps import Asked
from gateway.store.protocol import EffectRow


class RecordedApplications:
    """A recording has no calls of applications, but the screens that came of them: the first one that a number got
    after a call and that is no answer of the gateway's own, each for one call. An application goes on where its screen
    was answered.
    """

    def __init__(self, messages: Messages) -> None:
        own = {each.number for each in messages.happened if isinstance(each, Said) and each.number}
        last = {each.dialog: place for place, each in enumerate(messages.happened) if isinstance(each, Said)}
        self._screens: dict[Msisdn, list[tuple[Reply, bool]]] = {}
        self._said: dict[int, Asked | None] = {}  # by the id of the call
        for place, each in enumerate(messages.happened):
            if isinstance(each, Reply) and each.cause and each.cause not in own:
                goes_on = bool(each.dialog) and last.get(each.dialog, -1) > place
                self._screens.setdefault(each.subscriber, []).append((each, goes_on))

    def asked(self, call: EffectRow) -> Asked | None:
        """What was said to a call that began then; None: nothing is recorded."""
        if call.id not in self._said:
            self._said[call.id] = self._find(call)
        return self._said[call.id]

    def _find(self, call: EffectRow) -> Asked | None:
        channel = Channel.SMS if dict(call.arguments).get("by_sms") else Channel.USSD
        screens = self._screens.get(call.msisdn, [])
        after = [each for each in screens if each[0].at >= call.since]
        found = next((each for each in after if each[0].channel is channel), after[0] if after else None)
        if found is None:
            return None
        screens.remove(found)
        screen, goes_on = found
        return Asked(0, "", Pattern((screen.text,)), goes_on)
