"""From protocol data units to facts: what was said, by whom, when. The only place where time enters.

It stamps each message once, reads its alphabet, finds who sent it, and admits it or tells the peer to come later.
It answers nothing that must wait for the disk: the engine has that acknowledged after the commit.
"""

from __future__ import annotations

import hashlib
from collections import deque
from functools import lru_cache
from typing import Protocol

import phonenumbers

from gateway.clock import Clock
from gateway.delivery.compose import Route
from gateway.delivery.routing import Connections, Routing
from gateway.messages import Confirmed, DialogOrigin, Fact, Inbound, Late, Lost
from gateway.model import Channel, Msisdn
from smpp import text as sms_text
from smpp import ussd
from smpp.connection import Connection
from smpp.pdu import CommandId, DataSm, DeliverSm, Pdu, Status, SubmitSm, Tag

RECEIPT_MASK, RECEIPT = 0x3C, 0x04  # esm_class, SMPP 3.4 5.2.12: message type
UDHI = 0x40
MESSAGE_PAYLOAD = int(Tag.MESSAGE_PAYLOAD)
SAR_SEGMENT = int(Tag.SAR_SEGMENT_SEQNUM)
SAR_TOTAL = int(Tag.SAR_TOTAL_SEGMENTS)
_NUMBERED = frozenset({int(CommandId.SUBMIT_SM), int(CommandId.DATA_SM)})  # their responses carry a message_id


class Queue(Protocol):
    """The engine's queue."""

    @property
    def full(self) -> bool: ...
    def post(self, fact: Fact) -> None: ...
    def wake(self) -> None: ...


class ReplySender(Protocol):
    def response(self, context: object, pdu: Pdu | None) -> None: ...
    def lost(self, connection: Connection) -> None: ...
    def pump(self) -> None: ...


class Log(Protocol):
    def noted(self, event: str, **fields: object) -> None: ...


class Intake:
    """Both ends of the wire for the engine: facts in (`smpp.connection.Facts`), acknowledgements out."""

    def __init__(
        self,
        *,
        queue: Queue,
        sender: ReplySender,
        connections: Connections,
        routing: Routing,
        clock: Clock,
        log: Log,
        country: str,
    ) -> None:
        self._queue = queue
        self._sender = sender
        self._connections = connections
        self._routing = routing
        self._clock = clock
        self._log = log
        self._country = country
        self.draining = False  # what comes now is for the next run: peers are told to send it again later
        self._answered: dict[int, deque[tuple[int, int]]] = {}  # connection -> (answers so far, journal number)
        self._last: dict[int, tuple[Connection, int]] = {}  # connections answered in this batch

    # -- smpp.connection.Facts -----------------------------------------------------------------------------------

    def bound(self, connection: Connection) -> None:
        self._connections.add(connection)
        self._answered[connection.id] = deque()
        self._log.noted("bound", link=connection.name, system_id=connection.system_id, peer=connection.peer)
        self._sender.pump()

    def request(self, connection: Connection, pdu: Pdu) -> None:
        if not isinstance(pdu, (DeliverSm, SubmitSm, DataSm)):
            connection.answer(pdu, Status.ESME_RINVCMDID)
            return
        if pdu.esm_class & RECEIPT_MASK == RECEIPT and not isinstance(pdu, SubmitSm):
            connection.answer(pdu)
            self._log.noted("receipt_ignored", link=connection.name, message_id=_receipted(pdu))
            return
        route = self._routing.route(connection)
        if self._queue.full or self.draining:
            connection.answer(pdu, route.busy_status)
            return
        inbound = self._read(connection, route, pdu)
        if inbound is not None:
            self._queue.post(inbound)

    def response(self, connection: Connection, context: object, pdu: Pdu | None) -> None:
        self._sender.response(context, pdu)

    def confirmed(self, connection: Connection, answers: int) -> None:
        answered = self._answered.get(connection.id)
        number = 0
        while answered and answered[0][0] <= answers:
            number = answered.popleft()[1]
        if number:
            self._queue.post(Confirmed(self._connections.number(connection), number))

    def lost(self, connection: Connection, reason: str, outstanding: list[object]) -> None:
        self._connections.remove(connection)
        self._answered.pop(connection.id, None)
        self._queue.post(Lost(self._connections.number(connection)))
        self._sender.lost(connection)
        self._log.noted("lost", link=connection.name, system_id=connection.system_id, reason=reason)
        self._queue.wake()

    def received(self, connection: Connection) -> None:
        connection.flush()
        self._sender.pump()
        self._queue.wake()

    def noted(self, connection: Connection | None, event: str, **fields: object) -> None:
        fields.setdefault("link", connection.name if connection is not None else "")  # a link names itself
        self._log.noted(event, **fields)

    # -- gateway.engine.engine.Acknowledger ----------------------------------------------------------------------

    def acknowledge(self, inbound: Inbound, number: int) -> None:
        connection = self._connections.get(inbound.connection)
        if connection is None:
            return
        message_id = str(number) if inbound.command_id in _NUMBERED else ""
        answers = connection.answer((inbound.command_id, inbound.sequence_number), message_id=message_id)
        self._last[connection.id] = (connection, number)
        self._answered[connection.id].append((answers, number))
        self._connections.touch(connection)
        late_ms = self._routing.route(connection).peer_response_timeout_s * 1000
        if self._clock.now() - inbound.at > late_ms:
            self._queue.post(Late(number))

    def busy(self, inbound: Inbound) -> None:
        connection = self._connections.get(inbound.connection)
        if connection is not None:
            ticket = (inbound.command_id, inbound.sequence_number)
            connection.answer(ticket, self._routing.route(connection).busy_status)
            self._connections.touch(connection)

    def flush(self) -> None:
        self._connections.flush()

    # -- reading -------------------------------------------------------------------------------------------------

    def _read(self, connection: Connection, route: Route, pdu: DeliverSm | SubmitSm | DataSm) -> Inbound | None:
        sender = msisdn_of(pdu.source_addr, self._country)
        if sender is None:
            connection.answer(pdu, Status.ESME_RINVSRCADR)
            self._log.noted("sender_is_no_number", link=connection.name, source_addr=pdu.source_addr[:20])
            return None
        dialect = ussd.dialect(route.dialect)
        event = ussd.inbound(dialect, pdu)
        if event is None:
            return self._short_message(connection, route, pdu, sender)
        if event.kind not in (ussd.UssdKind.OPEN, ussd.UssdKind.ANSWER):
            connection.answer(pdu)  # an end, an abort or an acknowledgement asks for nothing
            return None
        by_table = event.data_coding != 8  # 8 means UCS-2 in every reading that centres have of it
        decoded = sms_text.decode(
            event.text_octets, event.data_coding, default_alphabet=route.default_alphabet, ussd=by_table
        )
        fingerprint = hashlib.blake2b(
            b"\0".join((b"ussd", sender.encode(), event.session_info, bytes((event.op or 0,)), event.text_octets)),
            digest_size=16,
        ).digest()
        origin = DialogOrigin(route.dialect, event.session_info, event.service_address)
        return Inbound(
            Channel.USSD, sender, event.service_address, decoded.text, self._clock.now(),
            self._connections.number(connection), connection.name, pdu.command_id, pdu.sequence_number,
            fingerprint, origin, connection.system_id,
        )  # fmt: skip

    def _short_message(
        self, connection: Connection, route: Route, pdu: DeliverSm | SubmitSm | DataSm, sender: Msisdn
    ) -> Inbound | None:
        octets = b"" if isinstance(pdu, DataSm) else pdu.short_message
        octets = octets or pdu.tlv(MESSAGE_PAYLOAD) or b""
        header = b""
        number = int.from_bytes(pdu.tlv(SAR_SEGMENT) or b"", "big")
        if pdu.esm_class & UDHI:
            udh, body = sms_text.parse_udh(octets)
            header, octets = octets[: len(octets) - len(body)], body
            if udh is not None and udh.concatenation is not None:
                number = udh.concatenation.number
        if number > 1:  # no command is longer than one part: the first part gets the answer
            connection.answer(pdu)
            return None
        decoded = sms_text.decode(octets, pdu.data_coding, default_alphabet=route.default_alphabet)
        fingerprint = hashlib.blake2b(
            b"\0".join((b"sms", sender.encode(), pdu.destination_addr.encode(), header, octets)), digest_size=16
        ).digest()
        return Inbound(
            Channel.SMS, sender, pdu.destination_addr, decoded.text, self._clock.now(),
            self._connections.number(connection), connection.name, pdu.command_id, pdu.sequence_number,
            fingerprint, None, connection.system_id,
        )  # fmt: skip


def _receipted(pdu: DeliverSm | DataSm) -> str:
    return (pdu.tlv(int(Tag.RECEIPTED_MESSAGE_ID)) or b"").rstrip(b"\0").decode("latin-1")


def msisdn_of(address: str, country: str) -> Msisdn | None:
    """Who sent it, in E.164 digits: networks write `+7...`, `8...`, `00...` or the national digits alone.

    None where the address is no number (letters, nothing, too short to be a subscriber's).
    """
    if country == "RU" and len(address) == 11 and address[0] == "7" and address.isdecimal() and address.isascii():
        return Msisdn(address)
    return _other_msisdn(address, country)


@lru_cache(maxsize=1024)
def _other_msisdn(address: str, country: str) -> Msisdn | None:
    digits = address.strip().lstrip("+")
    if not digits.isascii() or not digits.isdigit() or len(digits) < 5:
        return None
    if digits.startswith("00"):
        digits, address = digits[2:], "+" + digits[2:]
    try:
        number = phonenumbers.parse(address, country)
        if not phonenumbers.is_possible_number(number):
            number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return None
    return Msisdn(f"{number.country_code}{number.national_number}")
