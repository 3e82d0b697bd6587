"""Every dialect speaks as its transcript says, octet by octet, in both roles; the octets are of a foreign encoder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gateway.delivery.compose import Route, compose
from gateway.messages import DialogOrigin, Outgoing
from gateway.model import Channel, Instant, Msisdn
from smpp.answers import answer_octets
from smpp.dialects import own_dialects
from smpp.pdu import DataSm, DeliverSm, SubmitSm, decode, encode
from smpp.ussd import Dialect, OutKind, inbound, op_text

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "fixtures/dialects"
FILES = sorted(FOLDER.glob("*.json"))
NPM_SMPP = Path(os.environ.get("USSDGW_FOREIGN", ROOT / ".foreign")) / "node_modules"
FAMILIES = {"one-shot", "menu", "abort", "push"}

Pdu = dict[str, Any]


def cases() -> list[Any]:
    return [
        pytest.param(role, transcript["dialect"], pdus, id=f"{transcript['dialect']}-{name.replace(' ', '_')}-{role}")
        for path in FILES
        for transcript in [json.loads(path.read_text(encoding="utf-8"))]
        for name, pdus in transcript["cases"].items()
        for role in ("client", "server")
    ]


def read(dialect: Dialect, octets: bytes, means: dict[str, str]) -> tuple[str, str]:
    """Checks what a PDU of the centre is read as; its session and the address that it was sent to."""
    pdu = decode(octets)
    assert isinstance(pdu, DeliverSm | SubmitSm | DataSm)
    event = inbound(dialect, pdu)
    assert event is not None
    session = event.session_info.hex()
    text = event.text_octets.decode("ascii")
    found = {"kind": event.kind.value, "op": op_text(event.op), "session": session, "text": text}

    assert found == means
    return session, event.service_address


def said(dialect: Dialect, pdu: Pdu, session: str, address: str, role: str) -> bytes:
    """The PDU that we send for what the transcript says we do."""
    does = pdu["does"]
    origin = DialogOrigin(dialect.name, bytes.fromhex(session), address, act=OutKind(does["act"]))
    outgoing = Outgoing(Channel.USSD, Msisdn("79161234567"), address or "111", "", Instant(0), 1, dialog=origin)
    (composed,) = compose(outgoing, does["text"], Route("r", server=role == "server", dialect=dialect), 1)
    return encode(type(composed)(**{**as_fields(composed), "sequence_number": pdu["sequence_number"]}))


def as_fields(pdu: SubmitSm | DeliverSm | DataSm) -> dict[str, Any]:
    return {name: getattr(pdu, name) for name in pdu.__struct_fields__}


@pytest.mark.parametrize(("role", "name", "pdus"), cases())
def test_dialect_speaks_as_its_transcript(role: str, name: str, pdus: list[Pdu]) -> None:
    """What the centre says is read as written; what we say, and acknowledge, has the octets of a foreign encoder."""
    dialect = own_dialects()[name]
    session, address = "", ""
    for pdu in pdus:
        octets = bytes.fromhex(pdu["octets"][role])
        if "means" in pdu:
            session, opened = read(dialect, octets, pdu["means"])
            address = opened or address
        elif "does" in pdu:
            if pdu["does"]["act"] in ("ask", "notify"):  # a dialog of its own
                session, address = "", ""
            assert said(dialect, pdu, session, address, role).hex() == octets.hex()
        elif pdu["from"] == "gateway":
            request = int.from_bytes(octets[4:8], "big") & 0x7FFF_FFFF
            answer = answer_octets(request, 0, pdu["sequence_number"], "1")
            assert answer.hex() == octets.hex()
        elif dialect.session_from_response and (tlvs := decode(octets).tlvs):
            session = dict(tlvs)[dialect.session_tag or 0].hex()


def test_every_dialect_has_its_transcript() -> None:
    """A dialect comes with a one-shot dial, a menu, an abort and pushes."""
    shown = {path.stem: set(json.loads(path.read_text(encoding="utf-8"))["cases"]) for path in FILES}

    assert set(own_dialects()) == set(shown)
    assert {name: FAMILIES - found for name, found in shown.items() if FAMILIES - found} == {}


@pytest.mark.foreign
def test_the_octets_are_those_of_npm_smpp() -> None:
    """The transcripts hold what npm smpp makes of their fields; only what it cannot express is written by hand."""
    node = shutil.which("node")
    if node is None or not (NPM_SMPP / "smpp").is_dir():
        missing = "npm smpp is not installed: run `make tools`"
        if os.environ.get("USSDGW_REQUIRE_FOREIGN"):
            pytest.fail(missing)
        pytest.skip(missing)
    command = [node, FOLDER / "encode.js", NPM_SMPP, "--check", *FILES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr
