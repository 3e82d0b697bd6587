"""The timer of a service's next charge, by whatever function it is switched off. Pure."""

from __future__ import annotations

from gateway.model import Msisdn, ServiceId


def renewal_key(msisdn: Msisdn, service: ServiceId) -> str:
    return f"service/{msisdn}/{service}"
