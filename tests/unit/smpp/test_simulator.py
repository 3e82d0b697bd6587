"""The simulator's core on a virtual clock: what it says, how it misbehaves, what its ledger holds."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from smpp.pdu import (
    BindTransceiver,
    BindTransceiverResp,
    DataSm,
    DecodeError,
    DeliverSm,
    DeliverSmResp,
    EnquireLink,
    GenericNack,
    Pdu,
    SubmitSm,
    SubmitSmResp,
    Tag,
    Unbind,
    UnbindResp,
    decode,
    encode,
    split,
)
from smpp.simulator.core import Core
from smpp.simulator.faults import DEEDS, SELECTION, Fault, Moment, Schedule
from smpp.simulator.ledger import Acknowledged, Certain, Injected, Receipted, Sent, Struck, Unanswered
from smpp.simulator.lines import Connect, Cut, Read, Write
from smpp.simulator.misbehaviour import ALTERATIONS, BROKEN, RECEIPT_FORMS, Report
from smpp.simulator.scenario import Load, Receipts, Scenario, ScenarioError, Step, Talk, read_mix, read_scenario

ROOT = Path(__file__).parents[3]
SCENARIOS = sorted((ROOT / "fixtures/scenarios").glob("*.toml"))
MIXES = sorted((ROOT / "fixtures/mixes").glob("*.toml"))
REPORT = Report(message_id="4711", source="111", destination="79160000000", state=2, done="2601010000")
SMS = Step(sms="БАЛАНС", expect="Баланс")


class Exchange:
    """A core as the centre, and the other end of its one connection, which this test plays."""

    def __init__(self, *faults: Fault, receipts: Receipts | None = None, bound: bool = True, **load: object) -> None:
        values: dict[str, object] = {"messages": 1, "numbers": 1, "talk": (Talk(steps=(SMS,)),), **load}
        scenario = Scenario(load=Load(**values), fault=faults, receipts=receipts or Receipts())  # type: ignore[arg-type]
        self.now = 100.0
        self.core = Core(scenario, self.now)
        self.done: list[object] = []
        self.core.connected(1, self.now)
        if bound:
            self.say(BindTransceiver(sequence_number=1, system_id="gw"))

    def say(self, *pdus: Pdu, wire: int = 1) -> list[Pdu]:
        """What the core writes when it gets these."""
        self.core.received(wire, [encode(pdu) for pdu in pdus], self.now)
        return self.heard()

    def after(self, seconds: float) -> list[Pdu]:
        """What it writes by then."""
        until = self.now + seconds
        while (due := self.core.next_at()) is not None and due <= until:
            self.now = max(self.now, due)
            self.core.tick(self.now)
        self.now = until
        self.core.tick(self.now)
        return self.heard()

    def octets(self) -> list[bytes]:
        actions = self.core.take_actions()
        self.done += [action for action in actions if not isinstance(action, Write)]
        return [action.octets for action in actions if isinstance(action, Write)]

    def heard(self) -> list[Pdu]:
        return [decode(octets) for octets in self.octets()]


def fault(on: Moment, does: str, **how: object) -> Fault:
    return Fault(on=on, does=does, **how)  # type: ignore[arg-type]


def reply(sequence: int = 1, text: str = "Баланс: 5 руб.", number: str = "79160000000") -> SubmitSm:
    return SubmitSm(
        sequence_number=sequence,
        destination_addr=number,
        source_addr="111",
        data_coding=8,
        short_message=text.encode("utf-16-be"),
    )


def only(pdus: list[Pdu], kind: type[Pdu]) -> list[Pdu]:
    return [pdu for pdu in pdus if isinstance(pdu, kind)]


# -- a run without a fault --------------------------------------------------------------------------------------------


def test_a_bind_is_answered_and_the_phones_speak() -> None:
    """The bind response names its version; then comes the first message, from the phone's number."""
    answer, message = Exchange(bound=False).say(BindTransceiver(sequence_number=1, system_id="gw"))

    assert isinstance(answer, BindTransceiverResp)
    assert (answer.sequence_number, answer.tlv(Tag.SC_INTERFACE_VERSION)) == (1, b"\x34")
    assert isinstance(message, DeliverSm)
    assert (message.source_addr, message.destination_addr) == ("79160000000", "111")


def test_a_phone_is_done_with_acknowledgement_and_answer() -> None:
    """Neither alone ends a message; both end the run, and the ledger has all of it."""
    exchange = Exchange(bound=False)
    _, message = exchange.say(BindTransceiver(sequence_number=1, system_id="gw"))
    exchange.say(DeliverSmResp(sequence_number=message.sequence_number))
    assert not exchange.core.finished
    (taken,) = exchange.say(reply())

    assert isinstance(taken, SubmitSmResp)
    assert taken.message_id.isdigit()
    assert exchange.core.finished
    assert [type(each) for each in exchange.core.ledger.entries[2:]][:3] == [Injected, Sent, Acknowledged]


def test_a_window_holds() -> None:
    """No more messages are on their way than `window` says."""
    exchange = Exchange(bound=False, messages=10, numbers=10, window=3)

    assert len(only(exchange.say(BindTransceiver(system_id="gw")), DeliverSm)) == 3


def test_a_rate_holds() -> None:
    """Ten a second are ten a second."""
    exchange = Exchange(messages=100, numbers=100, rate=10.0, window=100)
    exchange.heard()

    assert len(only(exchange.after(2.05), DeliverSm)) == 20


def test_a_conversation_uses_its_answers() -> None:
    """A named group of `expect` fills the place of that name in the next step."""
    steps = (Step(sms="ПЕРЕВОД", expect=r"ДА (?P<code>\d+)"), Step(sms="КОД {code}"))
    exchange = Exchange(bound=False, messages=2, talk=(Talk(steps=steps),))
    _, message = exchange.say(BindTransceiver(system_id="gw"))
    following = exchange.say(DeliverSmResp(sequence_number=message.sequence_number), reply(text="ДА 4711"))
    (second,) = only(following, DeliverSm)

    assert isinstance(second, DeliverSm)
    assert second.short_message.decode("utf-16-be") == "КОД 4711"


def test_an_answer_to_an_open_menu_stays_in_its_dialog() -> None:
    """An `answer` step goes as USSR confirm under the session that was opened."""
    exchange = Exchange(bound=False, messages=2, talk=(Talk(steps=(Step(ussd="*111#"), Step(answer="1"))),))
    _, opened = exchange.say(BindTransceiver(system_id="gw"))
    session = opened.tlv(Tag.ITS_SESSION_INFO)
    screen = msgspec.structs.replace(reply(), tlvs=((int(Tag.ITS_SESSION_INFO), session or b""),))
    (answered,) = only(exchange.say(DeliverSmResp(sequence_number=opened.sequence_number), screen), DeliverSm)

    assert answered.tlv(Tag.ITS_SESSION_INFO) == session
    assert answered.tlv(Tag.USSD_SERVICE_OP) == b"\x12"


def test_what_is_not_answered_is_booked() -> None:
    """After `reply_s` the phone goes on, and the ledger says so."""
    exchange = Exchange(bound=False, reply_s=2.0)
    _, message = exchange.say(BindTransceiver(system_id="gw"))
    exchange.say(DeliverSmResp(sequence_number=message.sequence_number))
    exchange.after(2.1)

    assert len(list(exchange.core.ledger.of(Unanswered))) == 1
    assert exchange.core.finished


def test_a_lost_message_is_sent_again_under_a_new_number() -> None:
    """What no acknowledgement came for when its connection ended goes out by the next one."""
    exchange = Exchange(bound=False)
    _, first = exchange.say(BindTransceiver(system_id="gw"))
    exchange.core.lost(1, exchange.now)
    exchange.core.connected(2, exchange.now)
    again = only(exchange.say(BindTransceiver(system_id="gw"), wire=2), DeliverSm)

    assert len(again) == 1
    assert again[0].sequence_number != first.sequence_number
    assert msgspec.structs.replace(again[0], sequence_number=0) == msgspec.structs.replace(first, sequence_number=0)


def test_an_acknowledgement_after_our_timer_is_late() -> None:
    """Sent again after `response_s`; the first one's acknowledgement is booked as late and ends nothing."""
    exchange = Exchange(bound=False, response_s=2.0)
    _, first = exchange.say(BindTransceiver(system_id="gw"))
    (again,) = only(exchange.after(2.1), DeliverSm)
    exchange.say(DeliverSmResp(sequence_number=first.sequence_number))
    exchange.say(DeliverSmResp(sequence_number=again.sequence_number), reply())

    assert [each.late for each in exchange.core.ledger.of(Acknowledged)] == [True, False]
    assert exchange.core.finished


def test_certainty_needs_a_whole_round() -> None:
    """Certain: the gateway has acknowledged what we wrote behind our answer to a request that followed its own."""
    exchange = Exchange(bound=False, messages=3, numbers=3, window=1)
    _, first = exchange.say(BindTransceiver(system_id="gw"))
    (second,) = only(exchange.say(DeliverSmResp(sequence_number=first.sequence_number)), DeliverSm)
    # The second message left before we answered the enquire_link: its acknowledgement proves nothing yet.
    written = exchange.say(EnquireLink(sequence_number=8), DeliverSmResp(sequence_number=second.sequence_number))
    before = list(exchange.core.ledger.of(Certain))
    (third,) = only(written, DeliverSm)
    exchange.say(DeliverSmResp(sequence_number=third.sequence_number))

    assert before == []
    assert [each.id for each in exchange.core.ledger.of(Certain)] == [1]


def test_a_repeat_waits_until_it_is_certain() -> None:
    """A phone says the same again, as a message of its own, once the first is certainly known to be acknowledged."""
    exchange = Exchange(bound=False, messages=4, numbers=1, repeat_share=1.0)
    _, first = exchange.say(BindTransceiver(system_id="gw"))
    exchange.say(DeliverSmResp(sequence_number=first.sequence_number), reply(1))
    assert len(list(exchange.core.ledger.of(Injected))) == 1
    exchange.after(3.1)  # nothing else was written, so nothing proved it: the phone does without

    assert [each.repeats for each in exchange.core.ledger.of(Injected)] == [0, 0]


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("does", "how", "answers"),
    [
        ("lost", {}, []),
        ("twice", {}, [(0, 1), (0, 1)]),
        ("refuse", {"status": 0x58}, [(0x58, 1)]),
        ("wrong_sequence", {"sequence": 5}, [(0, 6)]),
    ],
)
def test_answers_to_a_message(does: str, how: dict[str, object], answers: list[tuple[int, int]]) -> None:
    """Lost, doubled, refused, under another number: (status, sequence number) of what is written."""
    written = only(Exchange(fault(Moment.SUBMIT, does, **how)).say(reply()), SubmitSmResp)

    assert [(pdu.command_status, pdu.sequence_number) for pdu in written] == answers


def test_a_nack_in_place_of_an_answer() -> None:
    """generic_nack under the request's number, or under another."""
    (answer,) = only(Exchange(fault(Moment.SUBMIT, "nack", status=3, sequence=0)).say(reply()), GenericNack)

    assert (answer.command_status, answer.sequence_number) == (3, 0)


def test_a_late_answer() -> None:
    """It comes `wait_s` later."""
    exchange = Exchange(fault(Moment.SUBMIT, "late", wait_s=1.5))

    assert only(exchange.say(reply()), SubmitSmResp) == []
    assert only(exchange.after(1.4), SubmitSmResp) == []
    assert len(only(exchange.after(0.2), SubmitSmResp)) == 1


def test_a_storm_refuses_for_a_while() -> None:
    """All messages of the gateway's are refused for `for_s`, and taken afterwards."""
    exchange = Exchange(fault(Moment.TIME, "storm", at_s=1.0, for_s=2.0, status=0x14))
    exchange.after(1.1)
    stormy = only(exchange.say(reply()), SubmitSmResp)[0].command_status
    exchange.after(2.0)
    calm = only(exchange.say(reply(2)), SubmitSmResp)[0].command_status

    assert (stormy, calm) == (0x14, 0)


def test_octet_by_octet() -> None:
    """As many writes as octets, in their order, and together the PDU."""
    exchange = Exchange(fault(Moment.INJECT, "bytewise"), bound=False)
    exchange.core.received(1, [encode(BindTransceiver(system_id="gw"))], exchange.now)
    exchange.octets()
    pieces: list[bytes] = []
    while len(pieces) < 64 and (due := exchange.core.next_at()) is not None:
        exchange.core.tick(due)
        pieces += exchange.octets()

    assert {len(piece) for piece in pieces} == {1}
    assert int.from_bytes(b"".join(pieces)[:4], "big") >= 16


def test_nothing_overtakes_what_leaves_in_pieces() -> None:
    """Where the timer comes late, an answer that is written meanwhile still waits for the pieces before it."""
    exchange = Exchange(fault(Moment.SUBMIT, "bytewise", times=1))
    exchange.say()
    first, second = reply(1, number="79990000000"), reply(2, number="79990000001")
    exchange.core.received(1, [encode(first)], exchange.now)
    written = exchange.octets()
    exchange.core.received(1, [encode(second)], exchange.now + 10)  # long after the last piece was due
    written += exchange.octets()
    exchange.core.tick(exchange.now + 11)
    frames, _ = split(b"".join(written + exchange.octets()))
    answers = only([decode(octets) for octets in frames], SubmitSmResp)

    assert [answer.sequence_number for answer in answers] == [1, 2]


def test_a_cut_and_silence_are_actions() -> None:
    """The edge is told to end the connection, or to read no more and write nothing."""
    exchange = Exchange(
        fault(Moment.TIME, "silence", at_s=1.0, for_s=1.0), fault(Moment.TIME, "cut", at_s=3.0, how="rst")
    )
    exchange.after(1.1)
    silent = exchange.say(EnquireLink(sequence_number=3))
    answered = exchange.after(1.0)
    exchange.after(2.0)

    assert silent == []
    assert len(answered) == 1
    assert exchange.done == [Read(1, 0), Read(1, None), Cut(1, "rst")]


def test_a_deaf_connection_reads_nothing_more() -> None:
    """An acknowledgement that comes then is lost, and the message goes out again by the next connection."""
    exchange = Exchange(fault(Moment.INJECT, "deaf", times=1, wait_s=0.1), bound=False)
    _, first = exchange.say(BindTransceiver(system_id="gw"))
    exchange.say(DeliverSmResp(sequence_number=first.sequence_number))
    exchange.after(0.2)

    assert list(exchange.core.ledger.of(Acknowledged)) == []
    assert exchange.done == [Cut(1, "rst")]


def test_a_receipt_comes_before_its_response() -> None:
    """`receipt_first`: the response waits until the receipt is out."""
    exchange = Exchange(
        fault(Moment.SUBMIT, "receipt_first", wait_s=0.5), receipts=Receipts(always=True, wait_s=0.1), bound=True
    )
    exchange.say(reply(number="79990000000"))
    written = [pdu for pdu in exchange.after(1.0) if isinstance(pdu, SubmitSmResp) or pdu.tlv(0x1E) or _is_receipt(pdu)]

    assert [type(pdu) for pdu in written] == [DeliverSm, SubmitSmResp]


def _is_receipt(pdu: Pdu) -> bool:
    return isinstance(pdu, DeliverSm) and pdu.esm_class & 0x3C == 0x04


@pytest.mark.parametrize(
    ("message_id", "receipt_id"), [("hex", "decimal"), ("decimal", "hex"), ("padded", "stripped"), ("uuid", "upper")]
)
def test_one_id_in_two_notations(message_id: str, receipt_id: str) -> None:
    """The receipt's id is the response's, written otherwise."""
    receipts = Receipts(always=True, wait_s=0.1, message_id=message_id, receipt_id=receipt_id)  # type: ignore[arg-type]
    exchange = Exchange(receipts=receipts)
    (taken,) = only(exchange.say(reply(number="79990000000")), SubmitSmResp)
    exchange.after(0.2)
    (booked,) = exchange.core.ledger.of(Receipted)
    base = {"hex": 16, "decimal": 10, "padded": 10, "stripped": 10}
    assert isinstance(taken, SubmitSmResp)
    if message_id == "uuid":
        assert booked.message_id == taken.message_id.upper()
    else:
        assert int(booked.message_id, base[receipt_id]) == int(taken.message_id, base[message_id])
    assert booked.message_id != taken.message_id


def test_a_client_calls_and_binds() -> None:
    """As a client it connects, binds with its name and password, and calls again when it is lost."""
    core = Core(Scenario(acts="client", system_id="hub", password="pw", reconnect_s=1.0), 0.0)
    assert core.take_actions() == [Connect()]
    core.connected(1, 0.0)
    (write,) = core.take_actions()
    core.lost(1, 5.0)
    core.tick(6.0)

    assert isinstance(write, Write)
    assert decode(write.octets) == BindTransceiver(sequence_number=1_000_001, system_id="hub", password="pw")
    assert core.take_actions() == [Connect()]


def test_the_same_seed_gives_the_same_run() -> None:
    """Same scenario, same events, same times: the same actions and the same ledger, whatever was drawn."""

    def run(seed: int) -> list[bytes]:
        faults = (fault(Moment.INJECT, "retransmit", share=0.3), fault(Moment.SUBMIT, "lost", share=0.5))
        scenario = Scenario(seed=seed, fault=faults, load=Load(messages=50, numbers=50))
        core = Core(scenario, 0.0)
        core.connected(1, 0.0)
        core.received(1, [encode(BindTransceiver(system_id="gw"))], 0.0)
        core.received(1, [encode(reply(number, number=f"{number}")) for number in range(1, 20)], 1.0)
        core.tick(2.0)
        return list(core.ledger.lines())

    assert run(1) == run(1)
    assert run(1) != run(2)


# -- the schedule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "struck"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"first": 3}, [3, 4, 5, 6]),
        ({"every": 2}, [1, 3, 5]),
        ({"first": 2, "every": 3}, [2, 5]),
        ({"times": 2}, [1, 2]),
        ({"from_s": 2.0, "to_s": 4.0}, [3, 4]),
        ({"share": 0.0}, []),
    ],
)
def test_which_events_are_struck(how: dict[str, object], struck: list[int]) -> None:
    """`first`, `every`, `times`, `from_s`, `to_s` and `share`, over six events a second apart."""
    schedule = Schedule([fault(Moment.INJECT, "lost", **how)], 1)

    assert [n for n in range(1, 7) if schedule.strikes(Moment.INJECT, n - 1.0)] == struck


def test_a_row_draws_for_itself() -> None:
    """Another row before it or behind it does not change what a row meets."""
    row = fault(Moment.INJECT, "retransmit", share=0.5)
    alone = Schedule([row], 1)
    beside = Schedule([row, fault(Moment.INJECT, "resend", share=0.5)], 1)

    assert [bool(alone.strikes(Moment.INJECT, 0)) for _ in range(50)] == [
        row in beside.strikes(Moment.INJECT, 0) for _ in range(50)
    ]


def test_faults_are_booked() -> None:
    """Every strike is an entry of the ledger."""
    exchange = Exchange(fault(Moment.SUBMIT, "lost"))
    exchange.say(reply())

    assert [(each.on, each.does) for each in exchange.core.ledger.of(Struck)] == [("submit", "lost")]


# -- what is broken, altered, reported --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALTERATIONS)
def test_an_altered_message_keeps_its_frame(kind: str) -> None:
    """Whatever is altered inside, command_length tells the PDU's end: otherwise it would be another fault."""
    octets = ALTERATIONS[kind](DeliverSm(source_addr="79160000000", data_coding=8, short_message=b"\4\x11\4\x10"))

    assert int.from_bytes(octets[:4], "big") == len(octets)
    assert octets != encode(DeliverSm(source_addr="79160000000", data_coding=8, short_message=b"\4\x11")), kind


@pytest.mark.parametrize(
    "kind", [kind for kind in BROKEN if not kind.startswith("length") and kind not in ("http", "crlf")]
)
def test_a_broken_pdu_keeps_its_frame(kind: str) -> None:
    """Those that do not break the framing say their own length, under the number that they are given."""
    octets = BROKEN[kind](int(DeliverSm.command_id), 77)

    assert int.from_bytes(octets[:4], "big") == len(octets)
    assert int.from_bytes(octets[12:16], "big") == (0 if kind == "nack_of_nothing" else 77)


def test_some_of_the_broken_are_unreadable() -> None:
    """The bodies that are called broken are broken."""
    unreadable = set()
    for kind in BROKEN:
        try:
            decode(BROKEN[kind](int(DeliverSm.command_id), 1))
        except (DecodeError, ValueError):
            unreadable.add(kind)

    assert {
        "no_body",
        "cut_in_an_address",
        "cut_before_sm_length",
        "strings_without_end",
        "sm_length_beyond",
    } <= unreadable


@pytest.mark.parametrize("form", RECEIPT_FORMS)
def test_every_receipt_names_its_message(form: str) -> None:
    """In its text or in its optional parameters, and as a PDU that can be read."""
    pdu = decode(encode(RECEIPT_FORMS[form](REPORT)))
    text = getattr(pdu, "short_message", b"") + b"".join(value for _, value in pdu.tlvs)

    assert b"4711" in text


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_scenarios_can_be_read(path: Path) -> None:
    """Every file that we ship is a scenario, and says what it is about."""
    assert read_scenario(path).about


@pytest.mark.parametrize("path", MIXES, ids=[path.stem for path in MIXES])
def test_mixes_can_be_read(path: Path) -> None:
    """Every mix that we ship can be offered."""
    assert read_mix(path, {"port": 1}, {"rate": 5.0}).load.talk


def test_there_are_a_dozen_scenarios() -> None:
    """So many come with the program."""
    assert len(SCENARIOS) >= 12


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[load]\nmessges = 3\n", ":2: unknown key 'messges'; did you mean 'messages'?"),
        ("[load]\nrate = 'x'\n", ":2: load.rate: Expected `float`, got `str`"),
        ("[[fault]]\non = 'submit'\ndoes = 'lsot'\n", ":3: there is no deed 'lsot'; did you mean 'lost'?"),
        ("[[fault]]\non = 'ping'\ndoes = 'alter'\nkind='empty'\n", ":2: 'alter' is not done on 'ping'"),
        (
            "[[fault]]\non = 'inject'\ndoes = 'alter'\nkind = 'emty'\n",
            ":4: there is no kind 'emty'; did you mean 'empty'?",
        ),
        ("[[fault]]\non = 'submit'\ndoes = 'lost'\nhow = 'rst'\nwait_s = 1.0\n", ":5: 'lost' knows no 'wait_s'"),
        ("[receipts]\nform = 'usal'\n", ":2: there is no form 'usal'; did you mean 'usual'?"),
        ("[[load.talk]]\nsteps = [{ to = '111' }]\n", "step 1: give one of ussd, sms and answer"),
        ("acts = 'center'\n", ":1: acts: Invalid enum value 'center'"),
        ("load = [", "Invalid value"),
    ],
)
def test_what_is_wrong_with_a_file(text: str, told: str, tmp_path: Path) -> None:
    """File, line, key, what was expected, and the nearest name."""
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        read_scenario(path)

    assert str(path) in str(error.value)
    assert told in str(error.value)


def test_every_word_of_a_scenario_is_documented() -> None:
    """Moments, deeds, kinds, forms and keys stand in docs/simulator.md, in code marks."""
    text = (ROOT / "docs/simulator.md").read_text(encoding="utf-8")
    words = {*DEEDS, *Moment, *BROKEN, *ALTERATIONS, *RECEIPT_FORMS, *SELECTION}
    for model in (Scenario, Load, Receipts, Fault, Step, Talk):
        words |= {field.name for field in msgspec.structs.fields(model)}

    assert sorted(word for word in words - {"load", "receipts"} if f"`{word}`" not in text) == []


WAYS: dict[int, list[tuple[str, str]]] = {
    1: [("receipts", "message_id"), ("receipts", "receipt_id")],
    2: [("submit", "receipt_first")],
    3: [("message_id", "uuid"), ("message_id", "long")],
    4: [
        ("form", each)
        for each in ("bare", "space", "capital", "letters", "seconds", "long_year", "smpp_time", "empty_dates")
    ],
    5: [("form", "payload")],
    6: [("form", "tlvs")],
    7: [("form", "udhi"), ("form", "plain_message")],
    8: [("alter", "nul_after"), ("alter", "nul_inside")],
    9: [("bind", "version")],
    10: [("bind", "refuse"), ("submit", "refuse"), ("submit", "malformed")],
    11: [("bind", "version"), ("scenario", "interface_version")],
    12: [
        ("alter", each)
        for each in ("vendor_tlv", "reserved_tlv", "tlv_of_another_pdu", "tlv_of_wrong_length", "tlv_cut", "tlv_beyond")
    ],
    13: [("step", "ussd")],
    14: [("inject", "bytewise"), ("submit", "bytewise"), ("inject", "torn")],
    15: [("inject", "together")],
    16: [("say", each) for each in ("length_0", "length_15", "length_huge", "length_negative", "http", "crlf")],
    17: [("say", "unknown_command"), ("say", "unknown_response")],
    18: [("submit", "nack"), ("bind", "nack")],
    19: [("inject", "sequence")],
    20: [("inject", "same_sequence")],
    21: [("say", "enquire_link"), ("submit", "lost")],
    22: [("connect", "say"), ("bind", "say"), ("say", "enquire_link")],
    23: [("bind", "lost")],
    24: [("bind", "refuse")],
    25: [("submit", "refuse"), ("submit", "nack"), ("bind", "nack")],
    26: [("time", "silence"), ("ping", "lost")],
    27: [("submit", "lost"), ("submit", "late"), ("submit", "twice")],
    28: [("inject", "deaf"), ("inject", "resend"), ("inject", "retransmit")],
    29: [("time", "storm")],
    30: [("time", "cut"), ("how", "unbind")],
    31: [("scenario", "system_id"), ("scenario", "password")],
    32: [("alter", "octets_above_7f"), ("alter", "unknown_coding"), ("alter", "udh_beyond")],
    33: [("alter", each) for each in ("ucs2_odd", "ucs2_half_pair", "ucs2_little_endian", "ucs2_marked")],
    34: [("submit", "refuse")],  # with status 0 and any body
    35: [("say", "query_sm_resp")],
    36: [("say", "query_sm_resp_short")],
    37: [("unbind", "cut"), ("unbind", "lost")],
    38: [
        ("acknowledge", "cut"), ("submit", "lost"), ("scenario", "enquire_link_s"),
        *(("alter", each) for each in ("number_plus", "number_00", "number_8", "number_national")),
    ],
    39: [("alter", "asks_receipt"), ("alter", "asks_failure")],
    40: [("alter", each) for each in ("op_of_two_octets", "no_session", "other_session", "abort", "junk_behind")],
}  # fmt: skip
"""Number of an interop case (tests/wire/interop) -> where and how the simulator does it: a moment and a deed, a kind of
`say` or `alter`, a form of a receipt, or a key of the scenario."""


@pytest.mark.parametrize("case", range(1, 41))
def test_every_way_that_peers_stray(case: int) -> None:
    """Each of the forty cases that are tested on the wire can be made here, by a scenario."""
    fields = {"scenario": Scenario, "receipts": Receipts, "step": Step}
    tables = {"say": BROKEN, "alter": ALTERATIONS, "form": RECEIPT_FORMS}
    for where, how in WAYS[case]:
        if where in fields:
            assert how in fields[where].__struct_fields__
        elif where in tables:
            assert how in tables[where]
        elif where == "message_id":
            assert msgspec.convert({"message_id": how}, Receipts)
        elif where == "how":
            assert fault(Moment.TIME, "cut", how=how).how == how
        else:
            assert Moment(where) in DEEDS[how][0]


@pytest.mark.parametrize(("faults", "answers"), [((), 1), (("lost",), 0)])
def test_an_unbind_is_answered_as_the_faults_have_it(faults: tuple[str, ...], answers: int) -> None:
    """A centre that answers our unbind and hangs up at once, and one that hangs up without an answer."""
    cut = fault(Moment.UNBIND, "cut", how="fin")
    exchange = Exchange(*(fault(Moment.UNBIND, does) for does in faults), cut)
    told = exchange.say(Unbind(sequence_number=9))
    exchange.after(0.0)

    assert len(only(told, UnbindResp)) == answers
    assert exchange.done == [Cut(1, "fin")]


# -- phones that people hold -------------------------------------------------------------------------------------------

HELD = "79161234567"


def held_phone(exchange: Exchange, wire: int = 2) -> None:
    exchange.core.connected(wire, exchange.now)
    exchange.say(BindTransceiver(sequence_number=1, system_id="phone", address_range=HELD), wire=wire)


def said(sequence: int = 2) -> SubmitSm:
    return SubmitSm(sequence_number=sequence, source_addr=HELD, destination_addr="111", short_message=b"BALANCE")


def test_a_phone_that_is_held_is_answered_as_the_gateway_answers() -> None:
    """What it submits is delivered to the gateway; its response comes when the gateway's has, with that status."""
    exchange = Exchange(numbers=0, messages=0)
    held_phone(exchange)
    delivered = exchange.say(said(), wire=2)
    answered = exchange.say(DeliverSmResp(sequence_number=delivered[0].sequence_number, command_status=0x14))

    assert [(type(each), each.source_addr, each.short_message) for each in delivered] == [
        (DeliverSm, HELD, b"BALANCE")
    ]  # fmt: skip
    assert [(type(each), each.sequence_number, each.command_status) for each in answered] == [(SubmitSmResp, 2, 0x14)]
    assert [each.number for each in exchange.core.ledger.of(Injected)] == [HELD]


def test_a_phone_that_is_held_gets_its_messages() -> None:
    """By the number of its bind, before it has said anything; others' messages stay with the centre."""
    exchange = Exchange(numbers=0, messages=0)
    held_phone(exchange)
    first = exchange.say(reply(1, number=HELD))
    second = exchange.say(reply(2, number="79160000000"))

    assert [type(each) for each in first] == [SubmitSmResp, DeliverSm]
    assert (first[1].destination_addr, first[1].data_coding) == (HELD, 8)
    assert [type(each) for each in second] == [SubmitSmResp]
    assert exchange.core.tally.counts["to phones held"] == exchange.core.tally.counts["extra"] == 1


def test_a_phone_without_a_gateway() -> None:
    """Nobody is there to deliver to: a temporary error, at once."""
    exchange = Exchange(bound=False, numbers=0, messages=0)
    held_phone(exchange)
    (refused,) = exchange.say(said(), wire=2)

    assert (refused.sequence_number, refused.command_status) == (2, 0x64)


def test_faults_strike_what_a_held_phone_says_and_not_its_connection() -> None:
    """Its words are altered on the way to the gateway; its own responses come as they should."""
    exchange = Exchange(
        fault(Moment.INJECT, "alter", kind="data_sm"), fault(Moment.PING, "lost"), numbers=0, messages=0
    )  # fmt: skip
    held_phone(exchange)
    alive = exchange.say(EnquireLink(sequence_number=2), wire=2)
    (delivered,) = exchange.say(said(3), wire=2)

    assert [each.sequence_number for each in alive] == [2]
    assert isinstance(delivered, DataSm)
