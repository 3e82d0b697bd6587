"""Codes that a recorded subscriber typed back: in their place goes what this run issued. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.recording.hiding import Message, put_into
from gateway.recording.messages import Messages, Said
from gateway.recording.parts import LongMessage, LongMessages, part_of
from smpp.pdu import decode, encode


class TypedBack:
    """Knows which messages with stand-ins are parts of a longer one: a stand-in may be cut by their border."""

    def __init__(self, messages: Messages) -> None:
        self._parts: dict[int, tuple[int, LongMessage[Said]]] = {}  # by place: which part it is of what
        long: LongMessages[Said] = LongMessages()
        for place, each in enumerate(messages.happened):
            if isinstance(each, Said) and each.secrets:
                part = part_of(each.pdu, each.link, "in")
                if part is not None:
                    self._parts[place] = part.number, long.add(part, each)

    def with_codes(self, place: int, said: Said, codes: Mapping[str, str]) -> Message:
        """The message with codes in place of their stand-ins; a code of another length has no place there."""
        if not codes:
            return said.pdu
        number, message = self._parts.get(place, (1, LongMessage(1)))
        whole = {**message.parts, number: said} if message.whole else {number: said}
        parts = {at: (bytearray(encode(each.pdu, lenient=True)), each.pdu) for at, each in sorted(whole.items())}
        for stand_in, code in codes.items():
            if len(code) == len(stand_in):
                put_into(list(parts.values()), stand_in, code)
        pdu = decode(bytes(parts[number][0]))
        assert isinstance(pdu, Message)
        return pdu
