"""Kaplan-Meier: the share still waiting for an event, when some were watched only for a while.

E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple


class Wait(NamedTuple):
    """One run: when the event came, or until when it surely had not come."""

    time: float
    came: bool


class Drop(NamedTuple):
    """The curve from `time` on, until the next drop."""

    time: float
    share: float
    """still waiting, 1 to 0"""
    at_risk: int
    """still watched and waiting just before `time`"""
    events: int


def kaplan_meier(waits: Iterable[Wait]) -> tuple[Drop, ...]:
    """The drops of the step curve, ascending in time; before the first the share is 1.

    A run watched until the very time of an event counts as still at risk then.
    """
    ordered = sorted(waits)
    at_risk = len(ordered)
    share = 1.0
    drops = []
    for time, group in groupby(ordered, key=lambda wait: wait.time):
        tied = list(group)
        events = sum(wait.came for wait in tied)
        if events:
            share *= 1 - events / at_risk
            drops.append(Drop(time, share, at_risk, events))
        at_risk -= len(tied)
    return tuple(drops)


def median_wait(waits: Iterable[Wait]) -> float | None:
    """When the share still waiting falls below one half; None where censoring hides it.

    Where it is exactly one half for a while, the middle of that while, so that without censoring
    this is the ordinary median.
    """
    drops = kaplan_meier(waits)
    for number, drop in enumerate(drops):
        # A product of fractions that should be 1/2 misses it by rounding only.
        if abs(drop.share - 0.5) < 1e-12:
            return (drop.time + drops[number + 1].time) / 2 if number + 1 < len(drops) else None
        if drop.share < 0.5:
            return drop.time
    return None
