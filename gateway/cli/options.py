"""What commands of several modules take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file; without one, the defaults.")]
DEFAULT_PORT = 2775
