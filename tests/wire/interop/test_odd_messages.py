"""Messages that stray from the standard, as real networks send them: each is taken, answered, and the link serves on.

Every case runs in both roles: the simulator as a centre to our link, and as a client of our listener.
"""

from __future__ import annotations

import pytest

from smpp.simulator.faults import Fault, Moment
from smpp.simulator.ledger import Acknowledged, Injected
from smpp.simulator.misbehaviour import BROKEN
from smpp.simulator.scenario import Load, Scenario, Step, Talk
from tests.wire.simulated import ROLES, Doors, answers, statuses, unanswered, visited

pytestmark = pytest.mark.parametrize("acts", ROLES)

MESSAGES = 4
BALANCE = Step(sms="БАЛАНС", expect="^Баланс: 1000 руб")
DIALLED = Step(ussd="*100#", expect="^Баланс: 1000 руб")
ANYTHING = Step(sms="БАЛАНС", expect=".")


def scenario(*faults: Fault, step: Step = BALANCE, messages: int = MESSAGES, window: int = 50) -> Scenario:
    """So many messages of one kind, each by a phone of its own."""
    load = Load(messages=messages, numbers=messages, window=window, reply_s=5.0, talk=(Talk(steps=(step,)),))
    return Scenario(load=load, fault=faults)


def inject(does: str, **how: object) -> Fault:
    return Fault(on=Moment.INJECT, does=does, **how)  # type: ignore[arg-type]


async def check(faults: tuple[Fault, ...], step: Step, acts: str, doors: Doors) -> None:
    """Every message of the scenario is taken and answered, on one connection."""
    simulator = await visited(scenario(*faults, step=step), acts, doors)

    assert statuses(simulator) == [0] * MESSAGES
    assert len(answers(simulator)) == MESSAGES
    assert unanswered(simulator) == 0
    assert simulator.core.tally.counts["lost"] == 0


@pytest.mark.parametrize("kind", ["nul_after", "nul_inside"])
async def test_08_nul_behind_the_text(kind: str, acts: str, doors: Doors) -> None:
    """8. A NUL after short_message, or counted inside sm_length: accepted and ignored, the session stays."""
    await check((inject("alter", kind=kind),), DIALLED, acts, doors)


@pytest.mark.parametrize(
    "kind",
    ["vendor_tlv", "reserved_tlv", "tlv_of_another_pdu", "tlv_of_wrong_length", "tlv_cut", "tlv_beyond"],
)
async def test_12_odd_optional_parameters(kind: str, acts: str, doors: Doors) -> None:
    """12. Unknown, misplaced, mis-sized and truncated optional parameters: the PDU survives."""
    await check((inject("alter", kind=kind),), BALANCE, acts, doors)


async def test_13_operation_on_deliver_sm(acts: str, doors: Doors) -> None:
    """13. ussd_service_op in a deliver_sm, which SMPP 3.4 does not list there, opens a dialog."""
    await check((), DIALLED, acts, doors)


async def test_14_one_octet_at_a_time(acts: str, doors: Doors) -> None:
    """14. PDUs that come octet by octet: the same result."""
    await check((inject("bytewise", times=2), inject("torn", first=3)), DIALLED, acts, doors)


async def test_15_many_in_one_read(acts: str, doors: Doors) -> None:
    """15. Several PDUs in one segment, and a partial one behind them: all are handled, in their order."""
    simulator = await visited(scenario(inject("together", count=MESSAGES)), acts, doors)
    ledger = simulator.core.ledger

    assert statuses(simulator) == [0] * MESSAGES
    assert [each.id for each in ledger.of(Acknowledged)] == [each.id for each in ledger.of(Injected)]
    assert len(answers(simulator)) == MESSAGES
    assert simulator.core.tally.counts["lost"] == 0


@pytest.mark.parametrize("kind", ["unknown_command", "unknown_command_with_body", "broadcast_sm", "unknown_response"])
async def test_17_unknown_command_between_good_ones(kind: str, acts: str, doors: Doors) -> None:
    """17. An unknown command is nacked if it is a request; the next PDU is handled."""
    simulator = await visited(scenario(inject("say", kind=kind)), acts, doors)
    strays = simulator.core.tally.counts["stray responses"]

    assert statuses(simulator) == [0] * MESSAGES
    assert len(answers(simulator)) == MESSAGES
    assert strays == (0 if kind == "unknown_response" else MESSAGES)


RECOVERABLE = sorted(
    kind
    for kind in BROKEN
    if not kind.startswith(("length_", "enquire_link", "unbind", "unknown", "broadcast"))
    and kind not in ("http", "crlf")
)


@pytest.mark.parametrize("kind", RECOVERABLE)
async def test_17_poison_between_good_ones(kind: str, acts: str, doors: Doors) -> None:
    """17. A PDU that cannot be read is refused by itself: a centre must never resend it for days to a new session."""
    await check((inject("say", kind=kind),), BALANCE, acts, doors)


@pytest.mark.parametrize("kind", ["length_0", "length_15", "length_huge", "length_negative", "http", "crlf"])
async def test_16_impossible_length(kind: str, acts: str, doors: Doors) -> None:
    """16. A length that cannot be, or no SMPP at all: closed at once, and the next connection serves."""
    simulator = await visited(scenario(inject("say", kind=kind, first=2, times=1), window=1), acts, doors)

    assert simulator.core.tally.counts["lost"] == 1
    assert len(answers(simulator)) == MESSAGES


@pytest.mark.parametrize("sequence", [0, 0x7FFF_FFFE, 0x8000_0000, 0xFFFF_FFF0])
async def test_19_odd_sequence_numbers(sequence: int, acts: str, doors: Doors) -> None:
    """19. Sequence number 0, the end of the range and what lies beyond it: echoed exactly."""
    simulator = await visited(scenario(inject("sequence", sequence=sequence, times=1)), acts, doors)
    echoed = [each.sequence for each in simulator.core.ledger.of(Acknowledged)]

    assert sequence in echoed
    assert statuses(simulator) == [0] * MESSAGES
    assert len(answers(simulator)) == MESSAGES


async def test_20_one_sequence_number_for_all_parts(acts: str, doors: Doors) -> None:
    """20. A client that gives all parts of a long SMS one sequence number: each is answered."""
    long = Step(sms="БАЛАНС " + "пожалуйста " * 12, expect=".")
    faults = inject("same_sequence", first=2, every=1, times=2)
    simulator = await visited(scenario(faults, step=long, messages=1), acts, doors)
    acknowledged = list(simulator.core.ledger.of(Acknowledged))

    assert [each.status for each in acknowledged] == [0, 0, 0]
    assert len({each.sequence for each in acknowledged}) == 1
    assert simulator.core.finished


@pytest.mark.parametrize("does", ["retransmit", "resend"])
async def test_28_repeated_although_acknowledged(does: str, acts: str, doors: Doors) -> None:
    """28. A message that comes again is answered again."""
    simulator = await visited(scenario(inject(does), window=1), acts, doors)
    counts = simulator.core.tally.counts

    assert set(statuses(simulator)) == {0}
    # The run may end before the last one's answer comes.
    assert counts["acknowledged"] >= MESSAGES + counts["retransmitted"] + counts["resent"] - 1 > MESSAGES
    assert len(answers(simulator)) >= MESSAGES


@pytest.mark.parametrize("kind", ["octets_above_7f", "unknown_coding", "udh_beyond", "empty", "header_of_nothing"])
async def test_32_undecodable_text(kind: str, acts: str, doors: Doors) -> None:
    """32. Text that no alphabet explains: the session survives, and the subscriber is answered."""
    await check((inject("alter", kind=kind),), ANYTHING, acts, doors)


@pytest.mark.parametrize(
    ("kind", "expect"),
    [
        ("ucs2_little_endian", "^Баланс: 1000 руб"),
        ("ucs2_marked", "^Баланс: 1000 руб"),
        ("ucs2_odd", "."),
        ("ucs2_half_pair", "."),
    ],
)
async def test_33_odd_ucs2(kind: str, expect: str, acts: str, doors: Doors) -> None:
    """33. Byte order marks and the other byte order are read; a cut unit or pair is answered."""
    await check((inject("alter", kind=kind),), Step(sms="БАЛАНС", expect=expect), acts, doors)


@pytest.mark.parametrize("kind", ["number_plus", "number_00", "number_8", "number_national"])
async def test_38_numbers_in_every_spelling(kind: str, acts: str, doors: Doors) -> None:
    """38. `+7...`, `007...`, `8...` and national digits under TON 1 are one subscriber."""
    await check((inject("alter", kind=kind),), BALANCE, acts, doors)


@pytest.mark.parametrize("kind", ["payload", "payload_and_text", "data_sm", "status_in_request"])
async def test_text_in_every_place(kind: str, acts: str, doors: Doors) -> None:
    """message_payload with and without short_message, data_sm, a status in a request: read as meant."""
    await check((inject("alter", kind=kind),), BALANCE, acts, doors)


@pytest.mark.parametrize("kind", ["op_of_two_octets", "no_session", "junk_behind"])
async def test_40_odd_dialogs(kind: str, acts: str, doors: Doors) -> None:
    """40. An operation of two octets, a dialog without a session, a carriage return behind the string."""
    await check((inject("alter", kind=kind),), DIALLED, acts, doors)
