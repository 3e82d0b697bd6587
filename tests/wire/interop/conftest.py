"""The gateway that the named interop cases share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wire.simulated import Doors, gateway_with_both


@pytest.fixture(scope="package")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """One gateway with a listener and a link; each case brings phones of its own."""
    with gateway_with_both(tmp_path_factory.mktemp("interop")) as opened:
        yield opened
