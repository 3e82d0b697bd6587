"""A subscriber's phone at the command line: dials or texts through a running gateway over SMPP, shows what comes back.

It binds to a listener as any message centre's client does. Long messages are joined; what other numbers get is shown
too, because a bind is not one phone.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass

from smpp import text as sms_text
from smpp import ussd
from smpp.connection import Connection, Tap
from smpp.dialects import DEFAULT, own_dialects
from smpp.link import Link
from smpp.pdu import DeliverSm, Pdu, Status, SubmitSm, Tag
from smpp.tlvs import UssdOp

SCREEN_WAIT_S = 10.0
SMS_WAIT_S = 0.7  # after the answer: receipts and notices follow it at once


class PhoneError(Exception):
    """The phone could not get through; the message says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a phone showed: a USSD screen, or an SMS with who sent it and to whom. `asks`: it waits for an answer."""

    kind: str  # "screen" or "sms"
    text: str
    sender: str = ""
    recipient: str = ""
    segments: int = 1
    asks: bool = False


class Phone:
    """One bind to the gateway. `async with Phone(...) as phone: await phone.dial(...)`."""

    _sessions = itertools.count(1)

    def __init__(self, host: str, port: int, system_id: str, password: str) -> None:
        self._link = Link(host, port, system_id, password, self, name="phone", window=10)
        self._where = f"{host}:{port}"
        self._task: asyncio.Task[None] | None = None
        self._bound = asyncio.Event()
        self._refused = ""
        self._status: asyncio.Future[int] | None = None
        self._parts: dict[tuple[str, str, int, int], dict[int, bytes]] = {}
        self._session = b""  # of the dialog that is open
        self._code = ""
        self.shown: asyncio.Queue[Shown] = asyncio.Queue()
        self.tap: Tap | None = None

    async def __aenter__(self) -> Phone:
        self._task = asyncio.create_task(self._link.start())
        try:
            async with asyncio.timeout(5.0):
                await self._bound.wait()
        except TimeoutError:
            self._refused = self._refused or "no answer within 5 s"
        if self._refused:
            await self.__aexit__()
            raise PhoneError(f"cannot bind to {self._where}: {self._refused}. Is the gateway running (`make run`)?")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._link.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def dial(self, code: str, number: str) -> list[Shown]:
        """Dials a USSD string and returns what the phone shows: the screen first, then the SMS that follow."""
        self._session = ((next(self._sessions) & 0x7FFF) << 1).to_bytes(2, "big")
        self._code = code.strip("*#").split("*")[0][:20]
        return await self._ussd(UssdOp.PSSR_INDICATION, code, number)

    async def answer(self, text: str, number: str) -> list[Shown]:
        """Answers the screen that is open, and returns what the phone shows then."""
        return await self._ussd(UssdOp.USSR_CONFIRM, text, number)

    async def _ussd(self, operation: UssdOp, text: str, number: str) -> list[Shown]:
        data_coding, octets = sms_text.encode(text)
        pdu = SubmitSm(
            service_type="USSD",
            source_addr_ton=1,
            source_addr_npi=1,
            source_addr=number,
            destination_addr=self._code,
            data_coding=data_coding,
            short_message=octets,
            tlvs=((int(Tag.USSD_SERVICE_OP), bytes((operation,))), (int(Tag.ITS_SESSION_INFO), self._session)),
        )
        return await self._say(pdu)

    async def text(self, line: str, number: str, recipient: str) -> list[Shown]:
        """Sends an SMS and returns the SMS that come back."""
        split = sms_text.split(line)
        udh = [b""] if len(split.parts) == 1 else [
            sms_text.udh_concatenation(next(self._sessions) & 0xFF, len(split.parts), part)
            for part in range(1, len(split.parts) + 1)
        ]  # fmt: skip
        shown: list[Shown] = []
        for header, part in zip(udh, split.parts, strict=True):
            pdu = SubmitSm(
                source_addr_ton=1,
                source_addr_npi=1,
                source_addr=number,
                destination_addr=recipient,
                esm_class=0x40 if header else 0,
                data_coding=split.data_coding,
                short_message=header + part,
            )
            shown += await self._say(pdu, wait=part is split.parts[-1])
        return shown

    async def _say(self, pdu: SubmitSm, *, wait: bool = True) -> list[Shown]:
        connection = self._link.connection
        if connection is None:
            raise PhoneError(f"the gateway at {self._where} has gone")
        self._status = asyncio.get_running_loop().create_future()
        connection.send(pdu, self._status)
        connection.flush()
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                status = await self._status
        except TimeoutError:
            raise PhoneError(f"the gateway at {self._where} did not acknowledge within {SCREEN_WAIT_S:.0f} s") from None
        if status:
            raise PhoneError(f"the gateway refused the message: {_status_name(status)}")
        shown: list[Shown] = []
        patience_s = SCREEN_WAIT_S if wait else 0.0
        while patience_s:
            try:
                async with asyncio.timeout(patience_s):
                    shown.append(await self.shown.get())
            except TimeoutError:
                break
            patience_s = SMS_WAIT_S
        return shown

    # -- smpp.connection.Facts -----------------------------------------------------------------------------------

    def bound(self, connection: Connection) -> None:
        self._bound.set()

    def request(self, connection: Connection, pdu: Pdu) -> None:
        connection.answer(pdu)
        if isinstance(pdu, DeliverSm):
            shown = self._read(pdu)
            if shown is not None:
                self.shown.put_nowait(shown)

    def _read(self, pdu: DeliverSm) -> Shown | None:
        event = ussd.inbound(own_dialects()[DEFAULT], pdu)
        if event is not None:
            decoded = sms_text.decode(event.text_octets, event.data_coding)
            asks = event.op == UssdOp.USSR_REQUEST
            return Shown("screen", decoded.text, pdu.source_addr, pdu.destination_addr, asks=asks)
        octets = pdu.short_message or pdu.tlv(int(Tag.MESSAGE_PAYLOAD)) or b""
        if not pdu.esm_class & 0x40:
            return Shown("sms", sms_text.decode(octets, pdu.data_coding).text, pdu.source_addr, pdu.destination_addr)
        udh, body = sms_text.parse_udh(octets)
        if udh is None or udh.concatenation is None:
            return Shown("sms", sms_text.decode(body, pdu.data_coding).text, pdu.source_addr, pdu.destination_addr)
        whole = udh.concatenation
        key = (pdu.source_addr, pdu.destination_addr, whole.reference, whole.total)
        parts = self._parts.setdefault(key, {})
        parts[whole.number] = body
        if len(parts) < whole.total:
            return None
        del self._parts[key]
        joined = sms_text.join(parts, whole.total, pdu.data_coding)
        return Shown("sms", joined.text, pdu.source_addr, pdu.destination_addr, whole.total)

    def response(self, connection: Connection, context: object, pdu: Pdu | None) -> None:
        if isinstance(context, asyncio.Future) and not context.done():
            context.set_result(pdu.command_status if pdu is not None else int(Status.ESME_RSYSERR))

    def confirmed(self, connection: Connection, answers: int) -> None:
        """A phone keeps no books."""

    def lost(self, connection: Connection, reason: str, outstanding: list[object]) -> None:
        self._fail(reason)

    def received(self, connection: Connection) -> None:
        connection.flush()

    def noted(self, connection: Connection | None, event: str, **fields: object) -> None:
        if event == "bind_refused":
            self._fail(f"the bind was refused with {_status_name(int(str(fields['status'])))}")
        elif event == "link_failed":
            self._fail(str(fields.get("text", "no connection")).partition(" >>> ")[0])

    def _fail(self, reason: str) -> None:
        if not self._bound.is_set():
            self._refused = reason
            self._bound.set()


def _status_name(status: int) -> str:
    try:
        return f"{Status(status).name} (0x{status:02X})"
    except ValueError:
        return f"0x{status:02X}"
