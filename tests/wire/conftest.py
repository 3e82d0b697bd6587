"""The gateways and peers that the tests of this room share."""

from tests.wire.gateway_fixture import gateway_port, number, own_gateway, peer

__all__ = ["gateway_port", "number", "own_gateway", "peer"]
