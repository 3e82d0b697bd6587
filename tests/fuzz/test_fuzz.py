"""Any octets: sessions, PDUs, what is read of messages, texts and typed codes keep their promises.

`USSDGW_FUZZ` says how many cases there are in all (20,000); `make fuzz` has 500,000, most of them found by atheris.
"""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from smpp.pdu import Pdu, decode, encode
from tests.fuzz.corpus import SHARES, changed, kept, seeds
from tests.fuzz.targets import TARGETS
from tests.unit.smpp.test_pdu import ANY_PDU

CASES = int(os.environ.get("USSDGW_FUZZ", "20000"))
SEED = int(os.environ.get("USSDGW_SEED", "1"))
BY_HYPOTHESIS = CASES // 40  # slower by an order of magnitude, and better at finding the smallest failure
BY_CHANGES = CASES - 2 * BY_HYPOTHESIS
ANY = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", TARGETS)
def test_kept_octets(name: str) -> None:
    """What earlier runs found worth keeping."""
    target = TARGETS[name]
    for octets in kept(name):
        target(octets)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_octets(name: str) -> None:
    """Octets as they are in the fixtures, a little changed: a failure names them."""
    target, beginnings, draw = TARGETS[name], seeds(name), random.Random(f"{SEED}/{name}")
    for _ in range(int(BY_CHANGES * SHARES[name])):
        octets = changed(draw.choice(beginnings), beginnings, draw)
        try:
            target(octets)
        except Exception as error:
            raise AssertionError(f"{name}: {octets.hex()}") from error


@pytest.mark.parametrize("name", TARGETS)
def test_any_octets(name: str) -> None:
    """Octets of hypothesis's choice, in messages of any command as well."""
    frame = st.tuples(st.sampled_from([4, 5, 9, 0x15, 0x103, 0x80000004]), st.binary(max_size=200)).map(
        lambda each: each[0].to_bytes(4, "big") + bytes(8) + each[1]
    )

    @seed(SEED)
    @settings(ANY, max_examples=max(1, int(BY_HYPOTHESIS * SHARES[name])))
    @given(st.binary(max_size=300) | frame)
    def check(octets: bytes) -> None:
        TARGETS[name](octets)

    check()


@seed(SEED)
@settings(ANY, max_examples=max(1, BY_HYPOTHESIS))
@given(ANY_PDU)
def test_what_is_written_is_read(pdu: Pdu) -> None:
    """`decode(encode(x)) = x` for any PDU that SMPP can carry."""
    assert decode(encode(pdu)) == pdu
