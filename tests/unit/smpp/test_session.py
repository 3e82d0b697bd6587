"""Tables of clock readings and PDUs against one Session, or two that talk to each other without a socket."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from smpp.pdu import (
    AlertNotification,
    BindReceiver,
    BindTransceiver,
    BindTransceiverResp,
    BindTransmitter,
    CancelSm,
    CancelSmResp,
    DataSm,
    DataSmResp,
    DeliverSm,
    DeliverSmResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    Outbind,
    Pdu,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ReplaceSmResp,
    SubmitMulti,
    SubmitMultiResp,
    SubmitSm,
    SubmitSmResp,
    Unbind,
    UnbindResp,
    Unknown,
    decode,
    encode,
    split,
)
from smpp.session import (
    BindFailed,
    BindRequest,
    Bound,
    CloseNow,
    Confirmed,
    Deviation,
    Event,
    Expired,
    Failed,
    Fault,
    LateResponse,
    NotAllowed,
    Outbound,
    Request,
    Response,
    Role,
    Session,
    State,
    Timers,
    Unbound,
    UnexpectedResponse,
    WindowFull,
)
from smpp.vocabulary import Status

NEVER = Timers(
    session_init_s=0,
    bind_response_s=0,
    enquire_link_s=0,
    enquire_link_response_s=0,
    inactivity_s=0,
    response_s=0,
    pdu_read_s=0,
    confirm_s=0,
)
BINDS = {State.BOUND_TX: BindTransmitter, State.BOUND_RX: BindReceiver, State.BOUND_TRX: BindTransceiver}
DELIVER = DeliverSm(source_addr="79161234567", destination_addr="111", short_message=b"*111#", sequence_number=7)
SUBMIT = SubmitSm(source_addr="111", destination_addr="79161234567", short_message=b"hello", sequence_number=9)


def only(**limits: float) -> Timers:
    """Timers that are all off but these."""
    return Timers(**{name: limits.get(name, getattr(NEVER, name)) for name in Timers.__struct_fields__})


def sent(session: Session) -> list[Pdu]:
    """What the session has queued, as PDUs."""
    octets = session.take_output()
    frames, consumed = split(octets)
    assert consumed == len(octets)
    return [decode(frame) for frame in frames]


def pair(
    state: State = State.BOUND_TRX, *, timers: Timers = NEVER, window: int = 10, now: float = 0.0
) -> tuple[Session, Session]:
    """An ESME and a message centre, bound to each other."""
    esme = Session(Role.ESME, timers=timers, window=window, now=now)
    centre = Session(Role.MC, timers=timers, window=window, now=now)
    esme.bind(BINDS[state](system_id="gw", password="secret"), now)
    (asked,) = transfer(esme, centre, now)
    assert isinstance(asked, BindRequest)
    centre.accept_bind(asked.pdu, "smsc", now)
    (bound,) = transfer(centre, esme, now)
    assert isinstance(bound, Bound)
    assert (esme.state, centre.state) == (state, state)
    return esme, centre


def transfer(source: Session, target: Session, now: float = 0.0) -> list[Event]:
    """All that ``source`` has queued arrives at ``target``."""
    return target.receive(source.take_output(), now)


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


# Binding


@pytest.mark.parametrize("state", BINDS)
def test_each_bind_leads_to_its_state(state: State) -> None:
    """bind_transmitter, _receiver and _transceiver lead both sides to the state of that name."""
    esme, centre = pair(state)

    assert esme.bound
    assert centre.bound


def test_bind_decision_may_come_later() -> None:
    """While a password is being verified the session lives: enquire_link is answered, a second bind is refused."""
    centre = Session(Role.MC, timers=NEVER, now=0.0)
    bind = BindTransceiver(system_id="a", sequence_number=1)
    later = encode(EnquireLink(sequence_number=2)) + encode(BindTransceiver(system_id="a", sequence_number=3))

    (asked,) = centre.receive(encode(bind), 0.0)
    centre.receive(later, 0.1)
    assert isinstance(asked, BindRequest)
    centre.accept_bind(asked.pdu, "smsc", 5.0)

    assert [(type(pdu), pdu.sequence_number, pdu.command_status) for pdu in sent(centre)] == [
        (EnquireLinkResp, 2, 0),
        (BindTransceiverResp, 3, Status.ESME_RALYBND),
        (BindTransceiverResp, 1, 0),
    ]


def test_refused_bind_is_told_then_closed() -> None:
    """A refused peer gets the status and a moment to read it before the connection closes."""
    esme = Session(Role.ESME, timers=NEVER, now=0.0)
    centre = Session(Role.MC, timers=NEVER, now=0.0)
    esme.bind(BindTransceiver(system_id="gw"), 0.0)
    (asked,) = transfer(esme, centre)
    assert isinstance(asked, BindRequest)

    centre.refuse_bind(asked.pdu, Status.ESME_RINVPASWD, 1.0)
    (failed,) = transfer(centre, esme)

    assert isinstance(failed, BindFailed)
    assert failed.status == Status.ESME_RINVPASWD
    assert esme.state is State.OPEN
    assert centre.tick(1.4) == []
    assert centre.tick(1.5) == [CloseNow("bind refused")]


@pytest.mark.parametrize(
    "answer",
    [
        BindTransceiverResp(command_status=5, header_only=True, sequence_number=1),
        BindTransceiverResp(command_status=5, system_id="smsc", sequence_number=1),
        GenericNack(command_status=5, sequence_number=1),
    ],
)
def test_already_bound_is_a_failure(answer: Pdu) -> None:
    """ESME_RALYBND, with or without a body, or as generic_nack, is a failed bind."""
    esme = Session(Role.ESME, timers=NEVER, now=0.0)
    esme.bind(BindTransceiver(system_id="gw"), 0.0)

    (failed,) = esme.receive(encode(answer), 0.0)

    assert isinstance(failed, BindFailed)
    assert failed.status == Status.ESME_RALYBND


def test_bind_response_without_body_and_early_enquire_link() -> None:
    """A lone header with status 0 binds, and an enquire_link that overtakes it is answered."""
    esme = Session(Role.ESME, timers=NEVER, now=0.0)
    esme.bind(BindTransceiver(system_id="gw"), 0.0)
    esme.take_output()

    events = esme.receive(encode(EnquireLink(sequence_number=77)) + struct.pack(">IIII", 16, 0x80000009, 0, 1), 0.0)

    assert Bound in kinds(events)
    assert sent(esme) == [EnquireLinkResp(sequence_number=77)]


def test_long_password_is_sent_as_configured() -> None:
    """Operators give out passwords longer than 8 characters; the client sends them whole."""
    esme = Session(Role.ESME, timers=NEVER, now=0.0)
    esme.bind(BindTransceiver(system_id="a" * 20, password="b" * 32), 0.0)

    (bind,) = sent(esme)

    assert isinstance(bind, BindTransceiver)
    assert (bind.system_id, bind.password) == ("a" * 20, "b" * 32)


@pytest.mark.parametrize(
    ("version", "tlv"), [(0x34, True), (0x50, True), (0x00, True), (0x22, True), (0x2C, True), (0x33, False)]
)
def test_tlvs_only_for_those_who_know_them(version: int, tlv: bool) -> None:
    """Only a peer that binds with 3.3 gets a bind response without sc_interface_version; odd numbers mean 3.4."""
    centre = Session(Role.MC, timers=NEVER, now=0.0)
    (asked,) = centre.receive(encode(BindTransceiver(interface_version=version, sequence_number=1)), 0.0)
    assert isinstance(asked, BindRequest)
    centre.accept_bind(asked.pdu, "smsc", 0.0)

    (response,) = sent(centre)

    assert (response.tlv(0x0210) is not None, centre.takes_tlvs) == (tlv, tlv)


def test_outbind_lets_the_esme_bind() -> None:
    """After outbind the ESME binds on the same connection (SMPP 3.4 2.2.1)."""
    esme = Session(Role.ESME, timers=NEVER, now=0.0)
    centre = Session(Role.MC, timers=NEVER, now=0.0)
    centre.outbind(Outbind(system_id="smsc"))

    (called,) = transfer(centre, esme)
    esme.bind(BindReceiver(system_id="gw"), 0.0)
    (asked,) = transfer(esme, centre)

    assert isinstance(called, Outbound)
    assert isinstance(asked, BindRequest)
    assert (esme.state, centre.state) == (State.OUTBOUND, State.OUTBOUND)


def test_bind_is_for_an_esme_once() -> None:
    """A message centre never binds, and nobody binds twice."""
    esme, centre = pair()

    with pytest.raises(NotAllowed):
        esme.bind(BindTransceiver(), 0.0)
    with pytest.raises(NotAllowed):
        centre.bind(BindTransceiver(), 0.0)
    with pytest.raises(NotAllowed):
        centre.accept_bind(BindTransceiver(), "smsc", 0.0)


# What a state permits

ESME_REQUESTS: list[tuple[Pdu, type[Pdu]]] = [
    (SUBMIT, SubmitSmResp),
    (SubmitMulti(sequence_number=9), SubmitMultiResp),
    (DataSm(sequence_number=9), DataSmResp),
    (QuerySm(sequence_number=9), QuerySmResp),
    (CancelSm(sequence_number=9), CancelSmResp),
    (ReplaceSm(sequence_number=9), ReplaceSmResp),
]
CENTRE_REQUESTS: list[tuple[Pdu, type[Pdu]]] = [(DELIVER, DeliverSmResp), (DataSm(sequence_number=9), DataSmResp)]


def matrix() -> Iterator[tuple[Role, State, Pdu, type[Pdu], bool]]:
    """(receiving role, state, request, its response, permitted), the whole of SMPP 3.4 table 2-1."""
    for state in BINDS:
        for request, response in ESME_REQUESTS:
            yield Role.MC, state, request, response, state is not State.BOUND_RX
        yield Role.MC, state, DELIVER, DeliverSmResp, False
        for request, response in CENTRE_REQUESTS:
            yield Role.ESME, state, request, response, state is not State.BOUND_TX
        yield Role.ESME, state, SUBMIT, SubmitSmResp, False
        yield Role.ESME, state, BindTransceiver(sequence_number=4), BindTransceiverResp, False


@pytest.mark.parametrize(("role", "state", "request_pdu", "response", "permitted"), list(matrix()))
def test_state_permits(role: Role, state: State, request_pdu: Pdu, response: type[Pdu], permitted: bool) -> None:
    """Each request is taken where table 2-1 permits it; else its own response says so and the session lives."""
    session = dict(zip((Role.ESME, Role.MC), pair(state), strict=True))[role]

    events = session.receive(encode(request_pdu), 0.0)

    assert [event.pdu for event in events if isinstance(event, Request)] == ([request_pdu] if permitted else [])
    if permitted:
        assert session.take_output() == b""
    else:
        is_bind = isinstance(request_pdu, BindTransceiver)
        status = Status.ESME_RALYBND if is_bind else Status.ESME_RINVBNDSTS
        answers = [(type(pdu), pdu.sequence_number, pdu.command_status) for pdu in sent(session)]
        assert answers == [(response, request_pdu.sequence_number, status)]
        assert session.bound


@pytest.mark.parametrize(("role", "state", "request_pdu", "response", "permitted"), list(matrix()))
def test_state_permits_sending(
    role: Role, state: State, request_pdu: Pdu, response: type[Pdu], permitted: bool
) -> None:
    """What a peer may not send us in a state, we may not send in it either."""
    peer = {Role.MC: Role.ESME, Role.ESME: Role.MC}[role]
    session = dict(zip((Role.ESME, Role.MC), pair(state), strict=True))[peer]

    if permitted:
        assert session.request(request_pdu, 0.0) == session.request(request_pdu, 0.0) - 1
    else:
        with pytest.raises(NotAllowed):
            session.request(request_pdu, 0.0)


def test_alert_notification_needs_no_answer() -> None:
    """alert_notification is a request without response: reported, never outstanding, never answered."""
    esme, centre = pair()

    centre.request(AlertNotification(source_addr="1", esme_addr="2"), 0.0, "ctx")
    (event,) = transfer(centre, esme)

    assert isinstance(event, Request)
    assert centre.outstanding == []
    assert esme.take_output() == b""


@pytest.mark.parametrize(
    ("request_pdu", "answer"),
    [
        (SUBMIT, SubmitSmResp(command_status=4, sequence_number=9, header_only=True)),
        (DELIVER, DeliverSmResp(command_status=4, sequence_number=7)),
        (Unknown(command_id=0x99, sequence_number=5), GenericNack(command_status=3, sequence_number=5)),
        (AlertNotification(sequence_number=6), GenericNack(command_status=4, sequence_number=6)),
    ],
)
def test_requests_before_a_bind_are_refused_and_the_third_ends_it(request_pdu: Pdu, answer: Pdu) -> None:
    """Outside a bind a request is refused by its response, or generic_nack where it has none; three are enough."""
    centre = Session(Role.MC, timers=NEVER, now=0.0)

    first = centre.receive(encode(request_pdu), 0.0)
    third = centre.receive(encode(request_pdu) * 2, 0.0)

    assert CloseNow not in kinds(first)
    assert kinds(third)[-1] is CloseNow
    assert sent(centre) == [answer] * 3


def test_enquire_link_and_unbind_before_a_bind_are_answered() -> None:
    """Monitors ask without binding: enquire_link and unbind are answered in state OPEN."""
    centre = Session(Role.MC, timers=NEVER, now=0.0)

    events = centre.receive(encode(EnquireLink(sequence_number=1)) + encode(Unbind(sequence_number=2)), 0.0)

    assert sent(centre) == [EnquireLinkResp(sequence_number=1), UnbindResp(sequence_number=2)]
    assert events == [Unbound()]


# Faults of the peer


def test_unknown_request_is_nacked_and_the_next_one_is_served() -> None:
    """An unknown command id between good PDUs gets generic_nack ESME_RINVCMDID; nothing else is disturbed."""
    esme, _ = pair()
    unknown = encode(Unknown(command_id=0x00010203, sequence_number=5, body=b"abc"))

    events = esme.receive(encode(DELIVER) + unknown + encode(DELIVER), 0.0)

    assert kinds(events) == [Request, Request]
    assert sent(esme) == [GenericNack(command_status=Status.ESME_RINVCMDID, sequence_number=5)]


@pytest.mark.parametrize(
    "pdu",
    [
        Unknown(command_id=0x80010203, sequence_number=5),
        GenericNack(command_status=3, sequence_number=5),
        GenericNack(command_status=3, sequence_number=0),
        SubmitSmResp(sequence_number=5),
        EnquireLinkResp(sequence_number=5),
    ],
)
def test_responses_are_never_answered(pdu: Pdu) -> None:
    """A late, unknown or unreadable response, and a generic_nack, is an event; answering it could go on for ever."""
    esme, _ = pair()

    events = esme.receive(encode(pdu), 0.0)

    assert [event.pdu for event in events if isinstance(event, UnexpectedResponse)] == [pdu]
    assert esme.take_output() == b""
    assert esme.bound


@pytest.mark.parametrize("length", [0, 15, 0x3800000F, 0xF0000011, 0x48545450, 0x0D0A0D0A])
def test_bad_length_is_nacked_and_ends_the_session(length: int) -> None:
    """After an impossible command_length the stream is lost: the good PDUs before it count, then nack and close."""
    esme, _ = pair()
    bad = struct.pack(">IIII", length, 0x00000005, 0, 42)

    events = esme.receive(encode(DELIVER) + bad + b"more", 0.0)

    assert kinds(events) == [Request, Fault, CloseNow]
    assert sent(esme) == [GenericNack(command_status=Status.ESME_RINVCMDLEN, sequence_number=42)]
    assert esme.receive(encode(DELIVER), 0.0) == []


def test_undecodable_body_is_answered_and_the_session_lives() -> None:
    """A body that cannot be read gets its own response with an error, or the centre would send it for days."""
    esme, _ = pair()
    poison = struct.pack(">IIII", 20, 0x00000005, 0, 42) + b"abcd"

    events = esme.receive(poison + encode(DELIVER), 0.0)

    assert kinds(events) == [Fault, Request]
    (answer,) = sent(esme)
    assert isinstance(answer, DeliverSmResp)
    assert answer.sequence_number == 42
    assert answer.command_status != Status.ESME_ROK


def test_unreadable_response_still_ends_its_request() -> None:
    """A submit_sm_resp without the NUL of its message_id resolves the request with its status."""
    esme, _ = pair()
    number = esme.request(SUBMIT, 0.0, "ctx")

    events = esme.receive(struct.pack(">IIII", 19, 0x80000004, 0, number) + b"abc", 1.0)

    (response,) = [event for event in events if isinstance(event, Response)]
    assert (response.context, response.pdu.command_status) == ("ctx", 0)
    assert esme.outstanding == []


@pytest.mark.parametrize("number", [0, 0x80000000, 0xFFFFFFFF, 1, 0x7FFFFFFF])
def test_peers_numbers_are_echoed_exactly(number: int) -> None:
    """Whatever 32 bits the peer numbers its request with, the response carries them."""
    esme, _ = pair()
    octets = struct.pack(">IIII", 16 + 33 - 16, 5, 0, number)
    frame = bytearray(encode(DELIVER))
    frame[12:16] = octets[12:16]

    (request, *_) = esme.receive(bytes(frame), 0.0)
    assert isinstance(request, Request)
    esme.answer(request.pdu)

    assert esme.take_output()[12:16] == struct.pack(">I", number)


def test_deviations_are_reported() -> None:
    """What the decoder forgave is told, after the PDU itself."""
    esme, _ = pair()
    frame = bytearray(encode(DELIVER))
    frame[12:16] = bytes(4)

    events = esme.receive(bytes(frame), 0.0)

    assert kinds(events) == [Request, Deviation]


STREAM = b"".join(
    encode(pdu)
    for pdu in (
        DELIVER,
        EnquireLink(sequence_number=3),
        Unknown(command_id=0x77, sequence_number=4, body=b"xyz"),
        SUBMIT,
    )
)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 16, 17, 100, len(STREAM)])
def test_any_cut_of_the_stream_gives_the_same(step: int) -> None:
    """One octet at a time, or several PDUs and a half in one read: the same events and the same answers."""
    whole, _ = pair()
    expected = whole.receive(STREAM, 0.0)
    cut, _ = pair()

    events = [event for at in range(0, len(STREAM), step) for event in cut.receive(STREAM[at : at + step], 0.0)]

    assert events == expected
    assert cut.take_output() == whole.take_output()


# Requests of ours


def test_response_brings_the_context_back() -> None:
    """Each response comes back with the context of its request and the time that it took, in any order."""
    esme, centre = pair()
    esme.request(SUBMIT, 10.0, "first")
    esme.request(SUBMIT, 11.0, "second")
    requests = [event.pdu for event in transfer(esme, centre, 12.0) if isinstance(event, Request)]
    for pdu, message_id in zip(reversed(requests), ("2", "1"), strict=True):
        centre.answer(pdu, message_id=message_id)

    events = transfer(centre, esme, 13.0)

    responses = [event for event in events if isinstance(event, Response)]
    assert [(event.context, event.pdu.message_id, event.took_s) for event in responses] == [  # type: ignore[attr-defined]
        ("second", "2", 2.0),
        ("first", "1", 3.0),
    ]
    assert esme.outstanding == []


def test_generic_nack_fails_its_request_at_once() -> None:
    """A generic_nack ends the request of its number; one of number 0 the only request that waits, else none."""
    esme, _ = pair()
    first, second = esme.request(SUBMIT, 0.0, "one"), esme.request(SUBMIT, 0.0, "two")
    zero = GenericNack(command_status=3, sequence_number=0)
    nack = GenericNack(command_status=3, sequence_number=first)

    events = esme.receive(encode(zero) + encode(nack) + encode(zero) + encode(zero), 1.0)

    submit = int(SubmitSm.command_id)
    assert second != first
    assert events == [
        UnexpectedResponse(zero),
        Response("one", submit, nack, 1.0),
        Response("two", submit, zero, 1.0),
        UnexpectedResponse(zero),
    ]


def test_response_of_another_command_is_not_ours() -> None:
    """A response must match by command id too; the request goes on waiting."""
    esme, _ = pair()
    number = esme.request(SUBMIT, 0.0, "ctx")
    wrong = DataSmResp(sequence_number=number)

    assert esme.receive(encode(wrong), 0.0) == [UnexpectedResponse(wrong)]
    assert esme.outstanding == ["ctx"]


def test_peer_that_forgot_our_bind_is_left() -> None:
    """ESME_RINVBNDSTS for a request in a bound session: the answer is reported, then only a new bind helps."""
    esme, _ = pair()
    number = esme.request(SUBMIT, 0.0, "ctx")

    events = esme.receive(encode(SubmitSmResp(command_status=4, sequence_number=number, header_only=True)), 0.0)

    assert kinds(events) == [Response, CloseNow]


def test_window_full_lets_enquire_link_and_answers_pass() -> None:
    """With the window full, enquire_link both ways and our answers still go; a response makes room."""
    esme, centre = pair(window=2)
    esme.request(SUBMIT, 0.0, 1)
    esme.request(SUBMIT, 0.0, 2)

    with pytest.raises(WindowFull):
        esme.request(SUBMIT, 0.0, 3)
    assert esme.window_free == 0
    esme.enquire_link(0.0)
    esme.receive(encode(EnquireLink(sequence_number=8)) + encode(DELIVER), 0.0)
    esme.answer(DELIVER)
    assert [type(pdu) for pdu in sent(esme)] == [SubmitSm, SubmitSm, EnquireLink, EnquireLinkResp, DeliverSmResp]

    esme.receive(encode(SubmitSmResp(sequence_number=2, message_id="x")), 0.0)
    assert (esme.window_free, esme.outstanding) == (1, [2])
    assert centre.window_free == 2


def test_numbers_wrap_and_skip_busy_ones() -> None:
    """After 0x7FFFFFFF comes 1, or the first number that no outstanding request has."""
    esme, _ = pair(window=10)
    esme._sequence = 0
    busy = [esme.request(SUBMIT, 0.0), esme.request(SUBMIT, 0.0)]
    esme._sequence = 0x7FFFFFFE

    numbers = [esme.request(SUBMIT, 0.0) for _ in range(3)]

    assert busy == [1, 2]
    assert numbers == [0x7FFFFFFF, 3, 4]
    assert [pdu.sequence_number for pdu in sent(esme)] == busy + numbers


@pytest.mark.parametrize(
    ("request_pdu", "status", "message_id", "expected"),
    [
        (DELIVER, 0, "", struct.pack(">IIIIB", 17, 0x80000005, 0, 7, 0)),
        (DELIVER, 0x58, "", struct.pack(">IIIIB", 17, 0x80000005, 0x58, 7, 0)),
        (SUBMIT, 0, "abc", struct.pack(">IIII", 20, 0x80000004, 0, 9) + b"abc\0"),
        (SUBMIT, 0x14, "", struct.pack(">IIII", 16, 0x80000004, 0x14, 9)),
        ((0x103, 5), 0, "id", struct.pack(">IIII", 19, 0x80000103, 0, 5) + b"id\0"),
        ((0x8, 5), 0, "", struct.pack(">IIII", 16, 0x80000008, 0, 5)),
    ],
)
def test_answers_have_their_layout(
    request_pdu: Pdu | tuple[int, int], status: int, message_id: str, expected: bytes
) -> None:
    """deliver_sm_resp always carries one NUL; submit_sm_resp its message_id, and no body with an error."""
    esme, _ = pair()
    esme.take_output()

    esme.answer(request_pdu, status, message_id=message_id)

    assert esme.take_output() == expected


@pytest.mark.parametrize("message_id", ["x" * 65, "a\0b", "я"])
def test_answer_refuses_a_message_id_that_does_not_fit(message_id: str) -> None:
    """A message_id is ASCII, without NUL, of at most 64 characters (SMPP 3.4 5.2.23)."""
    esme, _ = pair()

    with pytest.raises(ValueError):
        esme.answer(SUBMIT, message_id=message_id)


# Timers


def test_request_expires_and_a_late_response_is_an_event() -> None:
    """No response within response_s: Expired, its place is free; what comes later is told once, with its context."""
    esme, _ = pair(timers=only(response_s=60))
    number = esme.request(SUBMIT, 10.0, "a")
    esme.request(SUBMIT, 20.0, "b")
    late = SubmitSmResp(sequence_number=number, message_id="1")

    assert esme.next_deadline() == 70.0
    assert esme.tick(69.9) == []
    assert esme.tick(70.0) == [Expired("a", int(SubmitSm.command_id))]
    assert (esme.next_deadline(), esme.outstanding) == (80.0, ["b"])
    assert esme.receive(encode(late), 71.0) == [LateResponse("a", late)]
    assert esme.receive(encode(late), 72.0) == [UnexpectedResponse(late)]


def test_session_init_timer() -> None:
    """A server closes a connection that does not bind within session_init_s; a bind being decided stops the clock."""
    silent = Session(Role.MC, timers=only(session_init_s=10), now=5.0)
    asking = Session(Role.MC, timers=only(session_init_s=10), now=5.0)
    asking.receive(encode(BindTransceiver(sequence_number=1)), 6.0)

    assert (silent.next_deadline(), asking.next_deadline()) == (15.0, None)
    assert silent.tick(14.9) == []
    assert kinds(silent.tick(15.0)) == [CloseNow]
    assert asking.tick(99.0) == []
    assert silent.next_deadline() is None


def test_bind_response_timer() -> None:
    """A centre that takes the connection and never answers the bind is left after bind_response_s."""
    esme = Session(Role.ESME, timers=only(bind_response_s=5), now=0.0)
    esme.bind(BindTransceiver(), 1.0)

    assert esme.tick(5.9) == []
    assert kinds(esme.tick(6.0)) == [CloseNow]


def test_enquire_link_after_silence_and_close_without_answer() -> None:
    """After enquire_link_s without a word we ask; without a sign of life in enquire_link_response_s we close."""
    esme, _ = pair(timers=only(enquire_link_s=30, enquire_link_response_s=20))

    assert esme.next_deadline() == 30.0
    assert esme.tick(30.0) == []
    assert [type(pdu) for pdu in sent(esme)] == [EnquireLink]
    assert esme.next_deadline() == 50.0
    assert esme.tick(49.0) == []
    assert kinds(esme.tick(50.0)) == [CloseNow]


def test_enquire_link_answered() -> None:
    """An answer to enquire_link starts the silence anew; traffic before makes asking needless."""
    esme, centre = pair(timers=only(enquire_link_s=30, enquire_link_response_s=20))
    esme.receive(encode(DELIVER), 10.0)
    assert esme.next_deadline() == 40.0
    esme.tick(40.0)

    transfer(esme, centre, 41.0)
    assert transfer(centre, esme, 42.0) == []

    assert esme.next_deadline() == 72.0


def test_a_talking_peer_is_alive_without_enquire_link_resp() -> None:
    """A peer that sends messages but no enquire_link_resp is kept, and noted."""
    esme, _ = pair(timers=only(enquire_link_s=30, enquire_link_response_s=20))
    esme.tick(30.0)
    esme.receive(encode(DELIVER), 45.0)

    assert kinds(esme.tick(50.0)) == [Deviation]
    assert esme.bound
    assert esme.next_deadline() == 75.0


def test_no_enquire_link_of_ours_before_a_bind() -> None:
    """We never ask for signs of life before the bind."""
    esme = Session(Role.ESME, timers=only(enquire_link_s=30), now=0.0)
    esme.bind(BindTransceiver(), 0.0)
    esme.take_output()

    assert esme.tick(1000.0) == []
    assert esme.take_output() == b""


def test_inactivity_unbinds_and_enquire_link_does_not_count() -> None:
    """inactivity_s without a message, whatever enquire_link says, ends in an unbind; 0 means never."""
    esme, _ = pair(timers=only(inactivity_s=300))
    esme.receive(encode(DELIVER), 100.0)
    esme.receive(encode(EnquireLink(sequence_number=8)), 300.0)
    esme.take_output()

    assert esme.next_deadline() == 400.0
    assert esme.tick(400.0) == []
    assert [type(pdu) for pdu in sent(esme)] == [Unbind]
    assert esme.state is State.UNBOUND


def test_pdu_must_complete() -> None:
    """A PDU that was begun must be whole within pdu_read_s; each octet does not buy new time."""
    esme, _ = pair(timers=only(pdu_read_s=10))
    octets = encode(DELIVER)
    esme.receive(octets + octets[:5], 1.0)
    esme.receive(octets[5:6], 9.0)

    assert esme.next_deadline() == 11.0
    assert esme.tick(10.9) == []
    assert kinds(esme.tick(11.0)) == [CloseNow]


def test_pdu_read_timer_starts_with_each_pdu() -> None:
    """A PDU that completes stops the clock, and the next half one starts it anew."""
    esme, _ = pair(timers=only(pdu_read_s=10))
    octets = encode(DELIVER)
    esme.receive(octets[:3], 1.0)
    assert esme.next_deadline() == 11.0
    esme.receive(octets[3:] + octets[:20], 8.0)
    assert esme.next_deadline() == 18.0
    esme.receive(octets[20:], 9.0)

    assert esme.next_deadline() is None


def test_all_timers_off_means_no_deadline() -> None:
    """0 switches a timer off."""
    esme, centre = pair()
    esme.request(SUBMIT, 0.0)

    assert (esme.next_deadline(), centre.next_deadline()) == (None, None)


def test_checking_interval_is_the_shortest_steady_timer() -> None:
    """Looking again after the shortest limit can never be late for a deadline that came up meanwhile."""
    assert (only(response_s=60, confirm_s=3).shortest_s, NEVER.shortest_s) == (3, 1.0)


# Which answers the peer has read


def test_response_to_a_later_request_confirms_the_answers_before_it() -> None:
    """TCP keeps order: who answers a request has read every answer that was queued before that request."""
    esme, centre = pair()
    esme.receive(encode(DELIVER) * 3, 0.0)
    assert [esme.answer(DELIVER), esme.answer(DELIVER)] == [1, 2]
    esme.request(SUBMIT, 0.0, "ctx")
    assert esme.answer(DELIVER) == 3

    for event in transfer(esme, centre):
        if isinstance(event, Request):
            centre.answer(event.pdu, message_id="1")
    events = transfer(centre, esme)

    assert kinds(events) == [Confirmed, Response]
    assert events[0] == Confirmed(2)


def test_confirmed_only_grows() -> None:
    """A response that proves nothing new brings no Confirmed, in whatever order responses come."""
    esme, _ = pair()
    first = esme.request(SUBMIT, 0.0, 1)
    esme.answer(DELIVER)
    second = esme.request(SUBMIT, 0.0, 2)
    third = esme.request(SUBMIT, 0.0, 3)
    esme.answer(DELIVER)
    fourth = esme.request(SUBMIT, 0.0, 4)

    got = [
        [event.answers for event in esme.receive(encode(SubmitSmResp(sequence_number=number, message_id="x")), 0.0)
         if isinstance(event, Confirmed)]
        for number in (first, third, second, fourth)
    ]  # fmt: skip

    assert got == [[], [1], [], [2]]


def test_unconfirmed_answer_is_followed_by_an_enquire_link() -> None:
    """If no request of ours follows an answer within confirm_s, an enquire_link gets the proof."""
    esme, centre = pair(timers=only(confirm_s=1))
    esme.receive(encode(DELIVER), 10.0)
    assert esme.next_deadline() is None
    esme.answer(DELIVER)

    assert esme.next_deadline() == 11.0
    assert esme.tick(11.0) == []
    transfer(esme, centre, 11.1)
    assert transfer(centre, esme, 11.2) == [Confirmed(1)]
    assert esme.next_deadline() is None


def test_request_of_ours_makes_the_proof_needless() -> None:
    """A request that follows an answer is the proof under way; no enquire_link is added."""
    esme, _ = pair(timers=only(confirm_s=1))
    esme.receive(encode(DELIVER), 10.0)
    esme.answer(DELIVER)
    esme.request(SUBMIT, 10.5)

    assert esme.next_deadline() is None


def test_expired_proof_is_sought_again() -> None:
    """When the request that should have proved an answer read expires, another one is sent."""
    esme, _ = pair(timers=only(confirm_s=1, response_s=60))
    esme.receive(encode(DELIVER), 0.0)
    esme.answer(DELIVER)
    esme.request(SUBMIT, 0.0)
    esme.take_output()

    esme.tick(60.0)
    assert esme.next_deadline() == 61.0
    esme.tick(61.0)

    assert [type(pdu) for pdu in sent(esme)] == [EnquireLink]


# The end


def test_unbind_of_the_peer_waits_for_our_answers() -> None:
    """Answers still due go before the unbind_resp; then a moment passes before we close."""
    esme, _ = pair()
    esme.receive(encode(DELIVER) + encode(Unbind(sequence_number=8)), 10.0)
    assert sent(esme) == []

    esme.answer(DELIVER)

    assert [type(pdu) for pdu in sent(esme)] == [DeliverSmResp, UnbindResp]
    assert esme.tick(10.4) == []
    assert kinds(esme.tick(10.5)) == [CloseNow]


def test_unbind_of_the_peer_does_not_wait_for_ever() -> None:
    """Where our answer takes longer than linger_s, the unbind_resp goes without it."""
    esme, _ = pair()
    events = esme.receive(encode(DELIVER) + encode(Unbind(sequence_number=8)), 10.0)

    assert kinds(events) == [Request, Unbound]
    assert kinds(esme.tick(10.5)) == [CloseNow]
    assert sent(esme) == [UnbindResp(sequence_number=8)]
    assert esme.answer(DELIVER) == 0


def test_after_the_peers_unbind_nothing_is_sent_or_taken() -> None:
    """Who has unbound gets no more requests, and his are refused."""
    esme, _ = pair()
    esme.receive(encode(Unbind(sequence_number=8)), 0.0)

    events = esme.receive(encode(DELIVER), 0.0)

    with pytest.raises(NotAllowed):
        esme.request(SUBMIT, 0.0)
    assert events == []
    assert [pdu.command_status for pdu in sent(esme)] == [0, Status.ESME_RINVBNDSTS]


def test_our_unbind() -> None:
    """unbind stops our requests, lets responses and messages under way in, and ends with the response."""
    esme, centre = pair()
    esme.request(SUBMIT, 0.0, "ctx")
    esme.unbind(0.0)
    assert esme.window_free == 0
    esme.receive(encode(DELIVER), 0.0)

    for event in transfer(esme, centre):
        if isinstance(event, Request):
            centre.answer(event.pdu, message_id="1")
    events = transfer(centre, esme)

    assert kinds(events) == [Response, Unbound, CloseNow]
    assert esme.state is State.CLOSED


def test_unbind_without_answer_ends_after_two_seconds() -> None:
    """A peer that does not answer unbind is left."""
    esme, _ = pair()
    esme.unbind(1.0)

    assert esme.tick(2.9) == []
    assert kinds(esme.tick(3.0)) == [CloseNow]


def test_lost_hands_back_everything_outstanding() -> None:
    """When the connection ends, each context comes back, oldest first; nothing is dropped."""
    esme, _ = pair()
    esme.request(SUBMIT, 0.0, "a")
    esme.request(SUBMIT, 0.0, "b")

    events = esme.lost(1.0)

    assert events == [Failed("a", 4), Failed("b", 4)]
    assert (esme.state, esme.lost(2.0), esme.next_deadline()) == (State.CLOSED, [], None)
