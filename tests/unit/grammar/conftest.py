"""The gateway's own plan, compiled once for all tables."""

from __future__ import annotations

import pytest

from gateway.catalogue.loading import load_catalogue
from gateway.dispatcher import collect
from gateway.ussd_grammar import Grammar


@pytest.fixture(scope="session")
def grammar() -> Grammar:
    """The gateway's own plan with its own commands."""
    catalogue = load_catalogue(None)
    commands = {name: handler.command for name, handler in collect().items()}
    return Grammar(catalogue.codes, catalogue.operator, commands)
