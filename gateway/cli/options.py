"""What commands of several modules take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.config import ConfigError, Settings
from gateway.engine.intake import msisdn_of
from gateway.model import Msisdn

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file; without one, the defaults.")]
DEFAULT_PORT = 2775


def subscriber_number(number: str, settings: Settings) -> Msisdn:
    """A number that was given in any spelling. Raises ConfigError."""
    found = msisdn_of(number, settings.operator.country)
    if found is None:
        raise ConfigError(f"{number!r} is no number: expected +79161234567, or as it is dialled in the country")
    return found
