"""The places of a kill test: the 20 kills of `make test` do not come by all of them."""

from __future__ import annotations

import pytest

from tests.crash.failpoints import FAILPOINTS, Failpoint, found


@pytest.mark.parametrize("failpoint", FAILPOINTS, ids=lambda each: each.name)
def test_place_exists(failpoint: Failpoint) -> None:
    """A place that was renamed is noticed at once, not at the next long run."""
    owner, name = found(failpoint.place)

    assert callable(getattr(owner, name))
