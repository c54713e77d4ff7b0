"""Times as people say them."""

from __future__ import annotations

import time

MINUTE, HOUR, DAY = 60, 3600, 86400


def clock(seconds: float) -> str:
    """14:02, in the time zone of the server."""
    return time.strftime("%H:%M", time.localtime(seconds))


def clock_seconds(seconds: float) -> str:
    """14:02:11"""
    return time.strftime("%H:%M:%S", time.localtime(seconds))


def date(seconds: float) -> str:
    """2026-11-22"""
    return time.strftime("%Y-%m-%d", time.localtime(seconds))


def span(seconds: float) -> str:
    """How long: 3.4 s, 6 min, 2 h 05, 3 d."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h {int(seconds % HOUR // MINUTE):02}"
    return f"{seconds / DAY:.0f} d"


def age(seconds: float) -> str:
    """How long ago, in one short word: now, 12s, 6m, 2h, 3d."""
    if seconds < 2:
        return "now"
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if seconds >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"
