"""The experiments file that ships with the package: what `init` writes and `demo` falls back on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

EXAMPLE: Final = Path(__file__).parent / "examples" / "experiments.toml"
