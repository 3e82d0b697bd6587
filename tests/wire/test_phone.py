"""The phone of the command line: what it says when it cannot get through."""

from __future__ import annotations

import socket

import pytest

from gateway.phone import Phone, PhoneError


async def test_no_gateway_there() -> None:
    """Host, port, why, and what to do; at once, not after a time-out."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(PhoneError, match=rf"127\.0\.0\.1:{port}: Connection lost.*Is the gateway running"):
        async with Phone("127.0.0.1", port, "demo", "demo"):
            pass


async def test_a_wrong_password(gateway_port: int) -> None:
    """The status that the gateway answered the bind with."""
    with pytest.raises(PhoneError, match="the bind was refused with ESME_RINVPASWD"):
        async with Phone("127.0.0.1", gateway_port, "demo", "wrong"):
            pass
