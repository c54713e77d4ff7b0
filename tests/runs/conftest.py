from __future__ import annotations

from tests.runs.guests import lab

__all__ = ["lab"]
