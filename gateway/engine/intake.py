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
from gateway.messages import (
    Confirmed,
    DialogGone,
    DialogOrigin,
    DialogShown,
    Fact,
    Inbound,
    Late,
    Lost,
    MessagePart,
    OutboxState,
    Receipt,
)
from gateway.model import Channel, Instant, Msisdn
from gateway.telemetry import masked
from smpp import text as sms_text
from smpp import ussd
from smpp.connection import Connection, Tap
from smpp.pdu import AlertNotification, CommandId, DataSm, DeliverSm, Pdu, Status, SubmitSm, Tag
from smpp.receipt import is_receipt, read_receipt
from smpp.udh import sar_concatenation
from smpp.vocabulary import MessageState, ReceiptRequest, receipt_request

UDHI = 0x40
MESSAGE_PAYLOAD = int(Tag.MESSAGE_PAYLOAD)
OUTCOMES: dict[MessageState | None, OutboxState] = {  # all other ends are failures
    MessageState.DELIVERED: OutboxState.DELIVERED,
    MessageState.EXPIRED: OutboxState.EXPIRED,
}
WITH_SUCCESS = (ReceiptRequest.ALWAYS, ReceiptRequest.ON_SUCCESS)
TEXT_KINDS = frozenset({ussd.UssdKind.OPEN, ussd.UssdKind.ANSWER, ussd.UssdKind.LAST_ANSWER})
_op_text = lru_cache(maxsize=256)(ussd.op_text)
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
        self.tap: Tap | None = None
        self.draining = False  # what comes now is for the next run: peers are told to send it again later
        self._answered: dict[int, deque[tuple[int, int, Instant]]] = {}  # connection -> (answers so far, number, at)

    # -- smpp.connection.Facts -----------------------------------------------------------------------------------

    def bound(self, connection: Connection) -> None:
        self._connections.add(connection)
        self._answered[connection.id] = deque()
        self._log.noted("bound", link=connection.name, system_id=connection.system_id, peer=connection.peer)
        self._sender.pump()

    def request(self, connection: Connection, pdu: Pdu) -> None:
        if isinstance(pdu, AlertNotification):  # the one message that has no response (SMPP 3.4 4.12)
            self._log.noted("alert_ignored", link=connection.name)
            return
        if not isinstance(pdu, (DeliverSm, SubmitSm, DataSm)):
            connection.answer(pdu, Status.ESME_RINVCMDID)
            return
        route = self._routing.route(connection)
        if self._queue.full or self.draining:
            connection.answer(pdu, route.busy_status)
            return
        if not isinstance(pdu, SubmitSm) and is_receipt(pdu):
            self._queue.post(self._receipt(connection, pdu))
            return
        inbound = self._read(connection, route, pdu)
        if inbound is not None:
            self._queue.post(inbound)

    def response(self, connection: Connection, context: object, pdu: Pdu | None) -> None:
        self._sender.response(context, pdu)

    def confirmed(self, connection: Connection, answers: int) -> None:
        answered = self._answered.get(connection.id)
        number = 0
        now, in_time_ms = self._clock.now(), self._routing.route(connection).terms.in_time_ms
        while answered and answered[0][0] <= answers:
            _, number, at = answered.popleft()
            if now - at > in_time_ms:
                self._queue.post(Late(number))
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
        self._answered[connection.id].append((answers, number, inbound.at))
        self._connections.touch(connection)

    def acknowledge_receipt(self, receipt: Receipt) -> None:
        connection = self._connections.get(receipt.connection)
        if connection is not None:
            connection.answer((receipt.command_id, receipt.sequence_number))
            self._connections.touch(connection)

    def busy(self, fact: Inbound | Receipt) -> None:
        connection = self._connections.get(fact.connection)
        if connection is not None:
            ticket = (fact.command_id, fact.sequence_number)
            connection.answer(ticket, self._routing.route(connection).busy_status)
            self._connections.touch(connection)

    def flush(self) -> None:
        self._connections.flush()

    # -- reading -------------------------------------------------------------------------------------------------

    def _receipt(self, connection: Connection, pdu: DeliverSm | DataSm) -> Receipt:
        read = read_receipt(pdu)
        state = None
        if read.final:
            state = OUTCOMES.get(read.state, OutboxState.FAILED)
        return Receipt(
            read.ids, state, read.error, read.done, (pdu.source_addr, pdu.destination_addr), self._clock.now(),
            self._connections.number(connection), connection.name, pdu.command_id, pdu.sequence_number,
        )  # fmt: skip

    def _read(self, connection: Connection, route: Route, pdu: DeliverSm | SubmitSm | DataSm) -> Inbound | None:
        sender = msisdn_of(pdu.source_addr, self._country)
        if sender is None:
            connection.answer(pdu, Status.ESME_RINVSRCADR)
            self._log.noted("sender_is_no_number", link=connection.name, source_addr=pdu.source_addr[:20])
            return None
        event = ussd.inbound(route.dialect, pdu)
        if event is None:
            return self._short_message(connection, route, pdu, sender)
        return self._ussd(connection, route, pdu, event, sender)

    def _ussd(
        self,
        connection: Connection,
        route: Route,
        pdu: DeliverSm | SubmitSm | DataSm,
        event: ussd.UssdEvent,
        sender: Msisdn,
    ) -> Inbound | None:
        dialect = route.dialect
        key = ussd.session_key(dialect, event.session_info)
        op = _op_text(event.op)
        if event.kind not in TEXT_KINDS:
            connection.answer(pdu)  # an end, an abort or an acknowledgement asks for nothing
            if event.kind is ussd.UssdKind.ACK:
                shown = DialogOrigin(dialect.name, event.session_info, event.service_address, key=key)
                number = self._connections.number(connection)
                system_id = connection.system_id
                self._queue.post(DialogShown(sender, self._clock.now(), shown, number, connection.name, system_id))
            else:
                self._queue.post(DialogGone(sender, key, self._clock.now(), op))
            self._log.noted("ussd_" + event.kind.value, link=connection.name, sender=masked(sender), op=op)
            return None
        alphabet = dialect.data_coding_in.get(event.data_coding)
        by_table = event.data_coding != 8  # 8 means UCS-2 in every reading that centres have of it
        decoded = sms_text.decode(
            event.text_octets,
            event.data_coding if alphabet is None else 0,
            default_alphabet=alphabet or route.default_alphabet,
            ussd=by_table,
        )
        fingerprint = hashlib.blake2b(
            b"\0".join((b"ussd", sender.encode(), event.session_info, op.encode(), event.text_octets)),
            digest_size=16,
        ).digest()
        if decoded.fell_back:
            self._undecodable(connection, sender, event.data_coding, event.text_octets, decoded.alphabet)
        answer = event.kind is not ussd.UssdKind.OPEN
        last = event.kind is ussd.UssdKind.LAST_ANSWER
        origin = DialogOrigin(dialect.name, event.session_info, event.service_address, answer, last, key)
        return Inbound(
            Channel.USSD, sender, event.service_address, text_of(event.text_octets, decoded), self._clock.now(),
            self._connections.number(connection), connection.name, pdu.command_id, pdu.sequence_number,
            fingerprint, origin, None, _receipt_to(connection, route, pdu), op, connection.system_id,
        )  # fmt: skip

    def _short_message(
        self, connection: Connection, route: Route, pdu: DeliverSm | SubmitSm | DataSm, sender: Msisdn
    ) -> Inbound | None:
        octets = b"" if isinstance(pdu, DataSm) else pdu.short_message
        octets = octets or pdu.tlv(MESSAGE_PAYLOAD) or b""
        header = b""
        place = None
        if pdu.esm_class & UDHI:
            udh, body = sms_text.parse_udh(octets)
            header, octets = octets[: len(octets) - len(body)], body
            place = udh.concatenation if udh is not None else None
        elif pdu.tlvs:
            place = sar_concatenation(pdu)
            header = repr(place).encode() if place is not None else b""
        text, part = "", None
        if place is not None and place.total > 1:
            part = MessagePart(
                place.reference, place.reference_bits, place.total, place.number, octets, pdu.data_coding,
                route.default_alphabet,
            )  # fmt: skip
        else:
            decoded = sms_text.decode(octets, pdu.data_coding, default_alphabet=route.default_alphabet)
            text = text_of(octets, decoded)
            if decoded.fell_back:
                self._undecodable(connection, sender, pdu.data_coding, octets, decoded.alphabet)
        fingerprint = hashlib.blake2b(
            b"\0".join((b"sms", sender.encode(), pdu.destination_addr.encode(), header, octets)), digest_size=16
        ).digest()
        return Inbound(
            Channel.SMS, sender, pdu.destination_addr, text, self._clock.now(),
            self._connections.number(connection), connection.name, pdu.command_id, pdu.sequence_number,
            fingerprint, None, part, _receipt_to(connection, route, pdu), account=connection.system_id,
        )  # fmt: skip

    def _undecodable(
        self, connection: Connection, sender: Msisdn, data_coding: int, octets: bytes, read_as: sms_text.Alphabet
    ) -> None:
        """A text that is not in the alphabet it names. Which octets came is not said here: they may be a code.

        Read as Latin-1 the text has them all; read as UCS-2 it has all but those that are no character, said here.
        """
        broken = sms_text.broken_units(octets) if read_as is sms_text.Alphabet.UCS2 else ()
        self._log.noted(
            "text_undecodable", link=connection.name, sender=masked(sender), data_coding=data_coding,
            octets=len(octets), broken=" ".join(broken),
        )  # fmt: skip


def _receipt_to(connection: Connection, route: Route, pdu: DeliverSm | SubmitSm | DataSm) -> str:
    """The client to whom the arrival of a message is told; 2 asks for failures only, and what we took is none."""
    wanted = route.server and receipt_request(pdu.registered_delivery) in WITH_SUCCESS
    return connection.system_id if wanted else ""


def text_of(octets: bytes, decoded: sms_text.Decoded) -> str:
    """The text without the NUL that some peers count into sm_length; it reads `@` in GSM 7-bit; no command ends so."""
    counted = octets.endswith(b"\0") and decoded.text.endswith(("\0", "@"))
    return decoded.text[:-1] if counted else decoded.text


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
