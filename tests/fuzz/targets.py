"""What must hold for any octets, as functions that take octets and raise where it does not.

Each is driven by three engines: hypothesis, atheris (which looks for octets that reach new code), and octets of the
corpus with a few changes, which is quick. Nothing is random in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from gateway.catalogue.loading import load_catalogue
from gateway.dispatcher import collect
from gateway.engine.intake import msisdn_of, text_of
from gateway.model import Channel, Language
from gateway.reading import Reading
from gateway.ussd_grammar import Grammar
from smpp import ussd
from smpp.dialects import load_dialects
from smpp.pdu import (
    BindTransceiver,
    BindTransceiverResp,
    DataSm,
    DeliverSm,
    Pdu,
    ProtocolError,
    SubmitSm,
    decode,
    encode,
    split,
)
from smpp.receipt import is_receipt, read_receipt
from smpp.session import BindRequest, Event, Fault, Role, Session, State
from smpp.text import Alphabet, encode_as, parse_udh
from smpp.text import decode as decode_text
from smpp.text import split as split_text
from smpp.udh import sar_concatenation

LENGTH_MAX = 4096
"""The cap of the sessions here: small, so that it is met."""
REPLY = SubmitSm(source_addr="111", destination_addr="79161234567", short_message=b"hello")
NOTICE = DeliverSm(source_addr="111", destination_addr="79161234567", short_message=b"hello")
MESSAGES = (SubmitSm, DeliverSm, DataSm)
ALPHABETS = tuple(Alphabet)

LENGTH_REFUSED = bytes.fromhex("000000108000000000000002")  # generic_nack with ESME_RINVCMDLEN, to its last field
OCTETS_MAX = dict.fromkeys(Alphabet, 140) | {Alphabet.GSM7: 160}
"""Of one short message; a septet is an octet here (SMPP has them unpacked)."""

Target = Callable[[bytes], None]


def session(kind: int) -> Session:
    """One before its bind, one whose bind is not answered yet, or one that is bound and waits for answers."""
    role = Role.ESME if kind & 1 else Role.MC
    made = Session(role, length_max=LENGTH_MAX, now=0.0)
    if kind & 2:
        return made
    bind = BindTransceiver(system_id="gw", password="secret", sequence_number=1)
    if role is Role.ESME:
        made.bind(bind, 0.0)
        if not kind & 4:
            made.receive(encode(BindTransceiverResp(system_id="smsc", sequence_number=1)), 0.0)
    else:
        (asked,) = made.receive(encode(bind), 0.0)
        assert isinstance(asked, BindRequest)
        if not kind & 4:
            made.accept_bind(asked.pdu, "smsc", 0.0)
    if made.may_send:
        for number in range(3):
            made.request(REPLY if role is Role.ESME else NOTICE, 0.0, number)
    made.take_output()
    return made


def fed(made: Session, pieces: Iterator[bytes]) -> tuple[tuple[list[Event], bytes], State]:
    events: list[Event] = []
    for piece in pieces:
        events += made.receive(piece, 0.0)
        assert len(made._framer._partial) <= LENGTH_MAX, "more is kept than the cap"
    return comparable(events, made.take_output()), made.state


def comparable(events: list[Event], output: bytes) -> tuple[list[Event], bytes]:
    """Without what depends on how much of an impossible PDU has come when its length is judged: it is at once.

    That is the octets shown of it, and the sequence number of the generic_nack, 0 where its own has not come yet.
    """
    if output[-16:-4] != LENGTH_REFUSED:
        return events, output
    last = max(place for place, event in enumerate(events) if isinstance(event, Fault))
    return [*events[:last], Fault(events[last].error, ""), *events[last + 1 :]], output[:-4]


def stream(octets: bytes) -> None:
    """A session makes the same of octets that come whole, one by one, and in pieces; it never raises."""
    kind, size = (octets[0], octets[1] % 61 + 2) if len(octets) > 2 else (0, 2)
    octets = octets[2:]
    whole = fed(session(kind), iter([octets]))
    single = fed(session(kind), (octets[at : at + 1] for at in range(len(octets))))
    pieces = fed(session(kind), (octets[at : at + size] for at in range(0, len(octets), size)))
    assert whole == single == pieces
    assert all(isinstance(event, Event) for event in whole[0][0])


def frames(octets: bytes) -> Iterator[bytes]:
    """The octets as frames, and as the body of one frame."""
    try:
        found, _ = split(octets)
    except ProtocolError as error:
        found = error.frames  # type: ignore[attr-defined]
    yield from found
    if len(octets) >= 12:
        yield (len(octets) + 4).to_bytes(4, "big") + octets


def pdus(octets: bytes) -> Iterator[Pdu]:
    for frame in frames(octets):
        try:
            yield decode(frame)
        except ProtocolError:
            pass


def pdu(octets: bytes) -> None:
    """A frame is a PDU or a ProtocolError; what was read can be written, and is read again as the same."""
    for read in pdus(octets):
        assert decode(encode(read, lenient=True)) == read


def message(octets: bytes) -> None:
    """What is read of a message beyond its PDU: USSD in every dialect, receipt, place in a long SMS, text, sender."""
    for read in pdus(octets):
        if not isinstance(read, MESSAGES):
            continue
        for dialect in dialects().values():
            event = ussd.inbound(dialect, read)
            if event is not None:
                ussd.session_key(dialect, event.session_info)
                ussd.op_text(event.op)
        if not isinstance(read, SubmitSm):
            is_receipt(read)
            read_receipt(read)
        sar_concatenation(read)
        msisdn_of(read.source_addr, "RU")
        body = octets[-200:] if isinstance(read, DataSm) else read.short_message
        header, rest = parse_udh(body)
        assert header is None or body.endswith(rest)
        text_of(rest, decode_text(rest, read.data_coding))


def text(octets: bytes) -> None:
    """Octets are text in every alphabet; what an alphabet can write it reads again; parts are the whole."""
    coding, octets = (octets[0], octets[1:]) if octets else (0, b"")
    for alphabet in ALPHABETS:
        for as_ussd in (False, True):
            decoded = decode_text(octets, coding, default_alphabet=alphabet, ussd=as_ussd)
            decoded.text.encode()  # no half surrogates: neither the store nor a log could take them
        again = encode_as(decoded.text, alphabet)
        if again is not None:
            assert decode_text(again, 0, default_alphabet=alphabet).text == decoded.text
    said = decode_text(octets, 8).text
    cut = split_text(said)
    assert all(len(part) <= OCTETS_MAX[cut.alphabet] for part in cut.parts)
    whole = decode_text(b"".join(cut.parts), 0, default_alphabet=cut.alphabet).text
    assert whole == said, "the parts are another text than the whole"


def typed(octets: bytes) -> None:
    """Whatever a subscriber types is read or refused, by SMS and dialled, and the refusal has its text."""
    said = octets.decode("utf-8", "replace")
    for channel in Channel:
        reading = grammar()._read(said, channel, "111", bool(octets) and bool(octets[0] & 1))
        assert isinstance(reading, Reading)
        if reading.refusal:
            for language in Language:
                grammar().refusal_text(reading, language)


@lru_cache(maxsize=1)
def dialects() -> dict[str, ussd.Dialect]:
    return dict(load_dialects())


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    catalogue = load_catalogue(None)
    commands = {name: handler.command for name, handler in collect().items()}
    return Grammar(catalogue.codes, catalogue.operator, commands)


TARGETS: dict[str, Target] = {each.__name__: each for each in (stream, pdu, message, text, typed)}
