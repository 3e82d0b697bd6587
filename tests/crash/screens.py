"""Subscribers behind a centre of their own, one after the other, who answer questions on the screen.

Each round puts a paid service on and off by a question and its answer, whatever becomes of the gateway meanwhile.
"""

from __future__ import annotations

import asyncio

from tests.wire.gateway_fixture import (
    DELIVER_SM,
    HOST,
    ITS_SESSION_INFO,
    PSSR_INDICATION,
    ROK,
    SUBMIT_SM,
    USSD_SERVICE_OP,
    RawPeer,
    message_body,
    pdu,
    read_message,
    tlv,
)

NUMBERS = "7916999"  # what their numbers begin with
ROUNDS_A_NUMBER = 100  # then the money is spent
SERVICE, PRICE_MINOR = 11, 650
USSR_CONFIRM = 18
TOLD_AGAIN_S = 3.0  # so long an answer may take that goes another way, before it is taken for lost
STEPS = (
    (f"*111*8111*1*{SERVICE}#", "Подключить «", "подключена. Списано"),
    (f"*111*8111*2*{SERVICE}#", "Отключить «", "отключена"),
)


class Screens:
    """State outlives connections: `talk` goes on where the last one was cut."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []  # sequence numbers
        self.rounds = 0
        self.charged = 0  # what must have been taken from all of them
        self.resting = asyncio.Event()  # between two rounds
        self.stopping = False
        self._told: asyncio.Queue[str] = asyncio.Queue()
        self._binds = 0
        self._session = 0
        self._step = 0
        self._asked = False  # the question has been seen
        self._taken = False  # the answer was acknowledged

    @property
    def number(self) -> str:
        return f"{NUMBERS}{self.rounds // ROUNDS_A_NUMBER:04}"

    def told(self, number: str, text: str) -> None:
        """A text came to one of them, on whatever way."""
        if number == self.number:
            self._told.put_nowait(text)

    async def talk(self, port: int) -> None:
        """Until the connection is cut, or the rounds are to end."""
        try:
            reader, writer = await asyncio.open_connection(HOST, port)
        except ConnectionError:
            return
        self._binds += 1
        peer = RawPeer(reader, writer, sequence=self._binds * 1_000_000)
        listening = None
        try:
            assert (await peer.bind()).status == ROK
            answers: asyncio.Queue[int] = asyncio.Queue()
            listening = asyncio.create_task(self._listen(peer, answers))
            speaking = asyncio.create_task(self._speak(peer, answers))
            await asyncio.wait([listening, speaking], return_when=asyncio.FIRST_COMPLETED)
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if listening is not None:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
            writer.transport.abort()

    async def _listen(self, peer: RawPeer, answers: asyncio.Queue[int]) -> None:
        while True:
            frame = await peer.until(lambda frame: True)
            if frame.command_id == DELIVER_SM:
                peer.answer(frame)
                message = read_message(frame.body)
                self.told(message.destination, message.text)
            elif frame.command_id < 0x8000_0000:
                peer.answer(frame)
            elif not frame.status:
                self.acknowledged.append(frame.sequence)
                answers.put_nowait(frame.sequence)

    async def _speak(self, peer: RawPeer, answers: asyncio.Queue[int]) -> None:
        while not (self.stopping and self._step == 0 and not self._asked):
            self.resting.clear()
            code, question, result = STEPS[self._step]
            if not self._asked:
                self._session += 2
                await self._said(peer, answers, PSSR_INDICATION, code.encode())
                if not await self._comes(question):
                    continue  # the screen is gone; dialled again, it comes again
                self._asked, self._taken = True, False
            if not self._taken:
                await self._said(peer, answers, USSR_CONFIRM, b"1")
                self._taken = True
            while not await self._comes(result):
                pass
            self.charged += PRICE_MINOR if self._step == 0 else 0
            self.rounds += self._step
            self._asked, self._step = False, 1 - self._step
        self.resting.set()

    async def _said(self, peer: RawPeer, answers: asyncio.Queue[int], operation: int, text: bytes) -> None:
        tlvs = tlv(USSD_SERVICE_OP, bytes((operation,))) + tlv(ITS_SESSION_INFO, self._session.to_bytes(2, "big"))
        body = message_body(self.number, "111", text, data_coding=0x0F, service_type="USSD", tlvs=tlvs)
        sequence = peer.next_sequence()
        peer.write(pdu(SUBMIT_SM, sequence, body))
        while await answers.get() != sequence:
            pass

    async def _comes(self, words: str) -> bool:
        """Whether a text with these words comes; what else comes was told before."""
        try:
            async with asyncio.timeout(TOLD_AGAIN_S):
                while words not in await self._told.get():
                    pass
        except TimeoutError:
            return False
        return True
