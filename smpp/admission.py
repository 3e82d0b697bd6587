"""Who may knock, and how often: networks that are allowed, and pauses for those who guess passwords.

Reckoning only. The caller brings the time, in seconds of any monotonic clock; nothing here may read one.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import msgspec

__all__ = ["ADDRESSES_MAX", "FIRST_PAUSE_S", "FORGOTTEN_AFTER_S", "FREE_FAILURES", "Guesses", "Networks"]

ADDRESSES_MAX: Final = 10_000  # addresses with wrong passwords that are remembered; the oldest goes first
FREE_FAILURES: Final = 10  # an operator who mistypes, or a client that tries its old password, is not slowed
FIRST_PAUSE_S: Final = 0.25
FORGOTTEN_AFTER_S: Final = 600.0

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Networks:
    """Networks in CIDR notation, of either version; a single address is a network of one.

    Args:
        cidrs: ``10.0.0.0/8``, ``2001:db8::/32``, ``192.0.2.7``; none at all: everybody.

    Raises:
        ValueError: no network, or one with host bits; the text says which.
    """

    __slots__ = ("_networks",)

    def __init__(self, cidrs: Iterable[str] = ()) -> None:
        self._networks: tuple[_Network, ...] = tuple(ipaddress.ip_network(cidr.strip()) for cidr in cidrs)

    def allow(self, address: str) -> bool:
        """Whether a peer with this address may come in; what is no address may only where everybody may."""
        if not self._networks:
            return True
        try:
            ip = ipaddress.ip_address(address.split("%", 1)[0])  # a link-local address names its interface
        except ValueError:
            return False
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped  # a socket for both versions shows IPv4 peers so
        return any(ip in network for network in self._networks)


class _Guesser(msgspec.Struct):
    failures: int = 0
    free_at: float = 0.0
    failed_at: float = 0.0


class Guesses:
    """Wrong passwords by address: after a few, each doubles the pause before the next one from there is looked at.

    A pause is short of what a client waits for its bind response, so that a good client behind the address of a bad
    one comes in late, not never; and when it has come in, the address is forgiven.

    Args:
        pause_s_max: the longest pause, seconds; 0: none at all.
    """

    def __init__(self, pause_s_max: float) -> None:
        self._pause_s_max = pause_s_max
        self._guessers: OrderedDict[str, _Guesser] = OrderedDict()

    def __len__(self) -> int:
        return len(self._guessers)

    def wait_s(self, address: str, now: float) -> float:
        """How long to wait before this password is looked at; those who come at once wait for one another."""
        guesser = self._guessers.get(address)
        if guesser is None:
            return 0.0
        if now - guesser.failed_at > FORGOTTEN_AFTER_S:
            del self._guessers[address]
            return 0.0
        wait_s = max(0.0, guesser.free_at - now)
        guesser.free_at = now + wait_s + self._pause_s(guesser.failures)
        return wait_s

    def failed(self, address: str, now: float) -> None:
        """A password from there was wrong, or its system_id unknown."""
        if not self._pause_s_max:
            return
        guesser = self._guessers.setdefault(address, _Guesser())
        self._guessers.move_to_end(address)
        guesser.failures += 1
        guesser.failed_at = now
        guesser.free_at = max(guesser.free_at, now + self._pause_s(guesser.failures))
        while len(self._guessers) > ADDRESSES_MAX:
            self._guessers.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """A password from there was right."""
        if self._guessers:
            self._guessers.pop(address, None)

    def _pause_s(self, failures: int) -> float:
        counted = failures - FREE_FAILURES
        return min(FIRST_PAUSE_S * 2.0 ** min(counted - 1, 32), self._pause_s_max) if counted > 0 else 0.0
