"""A message centre in octets written by hand, to which a gateway's link has bound; it answers nothing by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.app import Gateway
from gateway.messages import OutboxState
from gateway.store.protocol import OutboxRow
from smpp.retry_timer import RetryTimer
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    RESPONSE,
    ROK,
    WAIT_S,
    Frame,
    Message,
    RawPeer,
    message_body,
    pdu,
    read_message,
    running,
    sms_body,
    tlv,
)
from tests.wire.raw_centre import RawCentre, raw_centre

SUBMIT_SM = 0x04
RECEIPTED_MESSAGE_ID, MESSAGE_STATE = 0x001E, 0x0427
DELIVERED, EXPIRED, ENROUTE, UNDELIVERABLE = 2, 3, 1, 5

CONFIG = """
[store]
url = "sqlite:///{folder}/gateway.db"
[operator]
secret_file = "{folder}/secret"
registered_delivery = 1
[subscribers]
unknown = "create"
{top}
[[links]]
name = "smsc"
port = {port}
system_id = "gw"
password = "secret"
enquire_link_s = 3600
{link}
"""


@dataclass
class Town:
    """A gateway with one link, and the centre that it is bound to."""

    gateway: Gateway
    centre: RawCentre
    peer: RawPeer

    async def ask(self, number: str, text: str = "БАЛАНС") -> Frame:
        """A subscriber's SMS; the first submit_sm of the answer, not answered yet."""
        taken = await self.peer.ask(DELIVER_SM, sms_body(number, text))
        assert taken.status == ROK
        return await self.submitted(number)

    async def submitted(self, number: str) -> Frame:
        """The next submit_sm to that number."""
        return await self.peer.until(
            lambda frame: frame.command_id == SUBMIT_SM and read_message(frame.body).destination == number
        )

    def accept(self, submit: Frame, message_id: str, status: int = 0) -> None:
        self.peer.write(pdu(SUBMIT_SM | RESPONSE, submit.sequence, message_id.encode() + b"\0", status))

    async def receipt(self, number: str, text: str = "", *, esm_class: int = 4, tlvs: bytes = b"") -> int:
        """A receipt about a number; the status of its acknowledgement."""
        body = message_body(number, "111", text.encode(), esm_class=esm_class, tlvs=tlvs)
        return (await self.peer.ask(DELIVER_SM, body)).status

    def end_pauses(self) -> None:
        """What waits for another try after a refusal has waited long enough."""
        sender = self.gateway.sender
        waiting = sender._waiting
        waiting._later[:] = [(0, *rest) for _, *rest in waiting._later]
        waiting._held.clear()
        sender._paces.clear()

    async def row(self, number: str, *states: OutboxState) -> OutboxRow:
        """The newest outbox row of a number, as soon as it is in one of the states; else as it is after a while."""
        async with asyncio.timeout(WAIT_S):
            while True:
                last = self.gateway.engine.number
                rows = [row for each in range(last + 1) for row in await self.gateway.store.replies_to(each)]
                row = next(row for row in reversed(rows) if row.msisdn == number)
                if not states or row.state in states:
                    return row
                await asyncio.sleep(0.01)


def written(message_id: str, stat: str = "DELIVRD") -> str:
    """The text of a receipt as SMPP 3.4 appendix B has it."""
    return (
        f"id:{message_id} sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 stat:{stat} err:000 text:Hello"
    )


def parameters(message_id: str, state: int) -> bytes:
    return tlv(RECEIPTED_MESSAGE_ID, message_id.encode() + b"\0") + tlv(MESSAGE_STATE, bytes((state,)))


@asynccontextmanager
async def town(folder: Path, *, top: str = "", link: str = "") -> AsyncIterator[Town]:
    """A gateway that has bound to a centre; `top` and `link` are more of its configuration."""
    async with raw_centre() as centre:
        path = folder / "gateway.toml"
        path.write_text(CONFIG.format(folder=folder, port=centre.port, top=top, link=link), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("smpp.link.RetryTimer", lambda: RetryTimer(first_s=0.001, ceiling_s=0.002))
            async with running(path) as gateway:
                peer = await centre.bound()
                await peer.settle()
                here = Town(gateway, centre, peer)
                try:
                    yield here
                finally:
                    centre.close()  # first: nobody shall be there to bind to once more


def parts_of(text: str, size: int) -> list[bytes]:
    """UCS-2 octets of a text, cut every so many octets, wherever that falls."""
    octets = text.encode("utf-16-be")
    return [octets[at : at + size] for at in range(0, len(octets), size)]


__all__ = [
    "DELIVERED", "ENROUTE", "EXPIRED", "SUBMIT_SM", "UNDELIVERABLE", "Message", "Town", "parameters",
    "parts_of", "town", "written",
]  # fmt: skip
