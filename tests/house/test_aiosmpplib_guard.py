"""Pins what ``smpp.link`` relies on in aiosmpplib: its version, and the methods that are overridden or called."""

from __future__ import annotations

import inspect
from importlib.metadata import version

import pytest
from aiosmpplib import ESME, AbstractCorrelator, AbstractRetryTimer, AbstractSequenceGenerator, BindMode

from smpp.link import Link

# Read in 0.7.4: name, signature, and whether it is a coroutine function.
OVERRIDDEN = [
    ("connect", "(self) -> None", True),
    ("_disconnect", "(self) -> None", True),
    ("_connection_keeper", "(self) -> None", True),
    ("_receive_data", "(self) -> bytes | None", True),
    ("_dequeue_messages", "(self) -> dict[str, object]", True),
    ("start", "(self) -> None", True),
    ("stop", "(self) -> None", True),
]
# What ESME.start and ESME.stop touch, and so does the link.
ATTRIBUTES = [
    "_bound",
    "_shut_down",
    "_is_shutting_down",
    "_session_state",
    "retry_timer",
    "bind_mode",
    "socket_timeout",
]
PARAMETERS = {
    "smsc_host",
    "smsc_port",
    "system_id",
    "password",
    "bind_mode",
    "client_id",
    "log_level",
    "log_handler",
    "log_include_timestamp",
    "sequence_generator",
    "correlator",
    "retry_timer",
    "socket_timeout",
}


class Silent:
    """Facts that nobody reads."""

    def __getattr__(self, name: str) -> object:
        return lambda *_, **__: None


def test_version_is_the_one_that_was_read() -> None:
    """Another version must be read before it is used: the link depends on private methods."""
    assert version("aiosmpplib") == "0.7.4"


@pytest.mark.parametrize(("name", "signature", "is_coroutine"), OVERRIDDEN)
def test_overridden_methods_are_as_they_were(name: str, signature: str, is_coroutine: bool) -> None:
    """Each method that the link overrides exists with the signature it was written against."""
    method = getattr(ESME, name)

    assert str(inspect.signature(method)) == signature
    assert inspect.iscoroutinefunction(method) == is_coroutine


@pytest.mark.parametrize("name", [name for name, *_ in OVERRIDDEN])
def test_link_overrides_with_the_same_parameters(name: str) -> None:
    """The link's own methods take what ESME passes."""
    ours, stock = getattr(Link, name), getattr(ESME, name)

    assert ours is not stock
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(stock).parameters)


def test_constructor_has_the_parameters_that_are_passed() -> None:
    """Everything goes through public parameters of the constructor."""
    assert set(inspect.signature(ESME.__init__).parameters) >= PARAMETERS


async def test_instance_has_the_attributes_that_are_used() -> None:
    """ESME's life cycle keeps its state where the link looks for it."""
    link = Link("127.0.0.1", 1, "id", "a password longer than eight", Silent())  # type: ignore[arg-type]

    assert [name for name in ATTRIBUTES if not hasattr(link, name)] == []
    assert "longer" not in repr({key: value for key, value in vars(link).items() if key != "_bind_pdu"})
    assert repr(link._bind_pdu).count("longer") == 0


@pytest.mark.parametrize(
    ("base", "names"),
    [
        (AbstractRetryTimer, {"wait", "reset", "next_delay"}),
        (AbstractSequenceGenerator, {"next_sequence"}),
        (
            AbstractCorrelator,
            {
                "get_cumulated_status",
                "expired",
                "put",
                "put_delivery",
                "put_delivery_segmented",
                "get",
                "get_segmented",
                "get_delivery",
            },
        ),
    ],
)
def test_abstract_methods_are_those_that_are_implemented(base: type, names: set[str]) -> None:
    """No abstract method has come or gone."""
    assert getattr(base, "__abstractmethods__", None) == names


def test_bind_modes() -> None:
    """The names by which a link is configured are those of BindMode."""
    assert {mode.name.lower() for mode in BindMode} == {"receiver", "transmitter", "transceiver"}
