"""A subscriber's phone on the wire: dials, answers and texts through a running gateway over SMPP, tells what comes.

It binds to a listener as any message centre's client does. Long messages are joined; what other numbers get is told
too, because a bind is not one phone. `handset.py` is what its owner sees of it.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from dataclasses import dataclass
from typing import Final

from gateway.handset import Shown
from smpp import text as sms_text
from smpp import ussd
from smpp.connection import Connection, Tap
from smpp.dialects import DEFAULT, own_dialects
from smpp.link import Link
from smpp.pdu import DataSm, DeliverSm, Pdu, Status, SubmitSm, Tag
from smpp.retry_timer import RetryTimer
from smpp.tlvs import UssdOp
from smpp.vocabulary import status_shown

BIND_WAIT_S = 5.0
SCREEN_WAIT_S = 10.0
SMS_WAIT_S = 0.7  # after the answer: receipts and notices follow it at once
CALL_AGAIN_S, CALL_AGAIN_MAX_S = 0.5, 5.0  # somebody sits before it and waits
HANGS_UP: Final = 0x81  # of the vendors' values: what SMPP 3.4 5.3.2.44 does not know is read as an abort


class PhoneError(Exception):
    """The phone could not get through; the message says why."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Whether the phone has a bind; `text` says with whom, or why not."""

    bound: bool
    text: str


class Phone:
    """One bind to the gateway. `async with Phone(...) as phone: await phone.dial(...)`.

    `start` and `stop` do without the wait for the bind: what happens, and what comes when nobody has asked, is in
    `told`.

    Args:
        number: which the phone has; told with the bind as its address_range (SMPP 3.4 4.1.5).
        window: messages that may wait for their acknowledgement.
    """

    _sessions = itertools.count(1)

    def __init__(
        self, host: str, port: int, system_id: str, password: str, number: str = "", *, window: int = 10
    ) -> None:
        timer = RetryTimer(first_s=CALL_AGAIN_S, ceiling_s=CALL_AGAIN_MAX_S, steady_s=CALL_AGAIN_MAX_S)
        self._link = Link(
            host, port, system_id, password, self, name="phone", window=window, address_range=number,
            already_bound_s=CALL_AGAIN_MAX_S, retry_timer=timer,
        )  # fmt: skip
        self._where, self._system_id = f"{host}:{port}", system_id
        self._task: asyncio.Task[None] | None = None
        self._decided = asyncio.Event()
        self._refused = ""  # why the first attempt failed
        self._refusal = ""  # of the attempt that is being made
        self._answered = False  # a bind was refused with a status: somebody is there
        self._parts: dict[tuple[str, str, int, int], dict[int, bytes]] = {}
        self._session = b""  # of the dialog that is open
        self._code = ""
        self.told: asyncio.Queue[Shown | Reception] = asyncio.Queue()
        self.tap: Tap | None = None

    def start(self) -> None:
        """Calls the gateway, and again whenever the bind is lost."""
        self._task = asyncio.create_task(self._link.start())

    async def stop(self) -> None:
        await self._link.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def __aenter__(self) -> Phone:
        self.start()
        try:
            async with asyncio.timeout(BIND_WAIT_S):
                await self._decided.wait()
        except TimeoutError:
            self._refused = self._refused or f"no answer within {BIND_WAIT_S:.0f} s"
        if self._refused:
            await self.stop()
            hint = (
                "The listener's accounts say which system_id may bind, from where and with which password."
                if self._answered
                else "Is the gateway running (`make run`)?"
            )
            raise PhoneError(f"cannot bind to {self._where}: {self._refused}. {hint}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def dial(self, code: str, number: str) -> list[Shown]:
        """Dials a USSD string and returns what the phone shows: the screen first, then the SMS that follow."""
        await self.say_dial(code, number)
        return await self._answers()

    async def answer(self, text: str, number: str) -> list[Shown]:
        """Answers the screen that is open, and returns what the phone shows then."""
        await self.say_answer(text, number)
        return await self._answers()

    async def text(self, line: str, number: str, recipient: str) -> list[Shown]:
        """Sends an SMS and returns the SMS that come back."""
        await self.say_text(line, number, recipient)
        return await self._answers()

    # -- saying: each returns when the gateway has acknowledged it, and raises PhoneError where it does not ----------

    async def say_dial(self, code: str, number: str) -> None:
        self._session = ((next(self._sessions) & 0x7FFF) << 1).to_bytes(2, "big")
        self._code = code.strip("*#").split("*")[0][:20]
        await self._ussd(UssdOp.PSSR_INDICATION, code, number)

    async def say_answer(self, text: str, number: str) -> None:
        await self._ussd(UssdOp.USSR_CONFIRM, text, number)

    async def hang_up(self, number: str) -> None:
        """Ends the dialog that is open, as the red key does."""
        await self._ussd(HANGS_UP, "", number)

    async def _ussd(self, operation: int, text: str, number: str) -> None:
        if not sms_text.fit_ussd(text):
            raise PhoneError(f"too long for USSD: {len(text)} characters, where a screen holds 182 of GSM-7 or 80")
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
        await self.say(pdu)

    async def say_text(self, line: str, number: str, recipient: str) -> None:
        split = sms_text.split(line)
        udh = [b""] if len(split.parts) == 1 else [
            sms_text.udh_concatenation(next(self._sessions) & 0xFF, len(split.parts), part)
            for part in range(1, len(split.parts) + 1)
        ]  # fmt: skip
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
            await self.say(pdu)

    @property
    def gone(self) -> bool:
        """Whether there is no bind now."""
        return self._link.connection is None

    async def say(self, pdu: SubmitSm | DataSm) -> None:
        """A message as it is."""
        connection = self._link.connection
        if connection is None:
            raise PhoneError(f"the gateway at {self._where} has gone")
        acknowledged: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        connection.send(pdu, acknowledged)
        connection.flush()
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                status = await acknowledged
        except TimeoutError:
            raise PhoneError(f"the gateway at {self._where} did not acknowledge within {SCREEN_WAIT_S:.0f} s") from None
        if status:
            raise PhoneError(f"the gateway refused the message: {status_shown(status)}")

    async def _answers(self) -> list[Shown]:
        """What comes until nothing has come for a while."""
        shown: list[Shown] = []
        patience_s = SCREEN_WAIT_S
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    told = await self.told.get()
            except TimeoutError:
                return shown
            if isinstance(told, Shown):
                shown.append(told)
                patience_s = SMS_WAIT_S

    # -- smpp.connection.Facts -----------------------------------------------------------------------------------

    def bound(self, connection: Connection) -> None:
        self._decided.set()
        self.told.put_nowait(Reception(True, f"connected to {self._where} as {self._system_id}"))

    def request(self, connection: Connection, pdu: Pdu) -> None:
        connection.answer(pdu)
        if isinstance(pdu, DeliverSm):
            shown = self._read(pdu)
            if shown is not None:
                self.told.put_nowait(shown)

    def _read(self, pdu: DeliverSm) -> Shown | None:
        event = ussd.inbound(own_dialects()[DEFAULT], pdu)
        if event is not None:
            decoded = sms_text.decode(event.text_octets, event.data_coding)
            asks = event.op == UssdOp.USSR_REQUEST
            if asks:  # also where it is the network that has opened the dialog
                self._session, self._code = event.session_info or self._session, pdu.source_addr
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
        for each in outstanding:
            if isinstance(each, asyncio.Future) and not each.done():
                each.set_exception(PhoneError(f"the gateway at {self._where} has gone: {reason}"))
        self._fail(f"the gateway has gone: {reason}")

    def received(self, connection: Connection) -> None:
        connection.flush()

    def noted(self, connection: Connection | None, event: str, **fields: object) -> None:
        if event == "bind_refused":
            self._answered = True
            self._refusal = f"the bind was refused with {status_shown(int(str(fields['status'])))}"
            self._fail(self._refusal)
        elif event == "link_failed" and not self._refusal:
            found = re.search(r'"exception": "(\w+)', str(fields.get("text")))
            self._fail(f"no connection ({found[1]})" if found else "no connection")
        elif event == "link_failed":  # what follows from the refusal
            self._refusal = ""

    def _fail(self, reason: str) -> None:
        self.told.put_nowait(Reception(False, f"{self._where}: {reason}"))
        if not self._decided.is_set():
            self._refused = reason
            self._decided.set()
