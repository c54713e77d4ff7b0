"""Which rows a recipe gives: part of every data hash."""

from __future__ import annotations

from typing import Final

SIEVE_VERSION: Final[int] = 1
"""Raised when the same recipe would give other rows: older data sets are then refused."""
