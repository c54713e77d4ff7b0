"""One finding about the machine, as `mobius doctor` prints it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Check:
    name: str
    ok: bool
    value: str
    advice: str = ""
    """what to do; empty where nothing needs doing"""
