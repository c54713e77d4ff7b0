"""What the statistics of a sweep say, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from mobius_core.analysis.comparison import PAIRED, Comparison
from mobius_core.analysis.medians import Estimate

SMALL: Final = 0.05
SURE: Final = 0.001


def sentence(one: Comparison, adjusted: float | None) -> str:
    """One comparison in one sentence; `adjusted` is Holm's p-value."""
    names = f"{one.arm} against {one.control}"
    if not (one.n and one.n_control):
        return f"{names}: nothing to compare yet"
    if adjusted is None:
        return f"{names}: no run of either arm generalised, so nothing tells them apart"
    if adjusted >= SMALL:
        return f"{names}: no difference seen ({p_words(adjusted)}){outlook(one)}"
    later = one.logrank.observed < one.logrank.expected
    way = "generalises later" if later else "generalises earlier"
    return f"{names}: {way}{size(one.ratio, later=later)} ({p_words(adjusted)})"


def size(ratio: Estimate, *, later: bool) -> str:
    """`, by 8 to 36 % of the steps`; nothing where the interval leaves the direction open."""
    sides = (ratio.low, ratio.high)
    changes = [None if side is None else abs(side - 1) * 100 for side in sides]
    if any(side is not None and (side < 1) == later for side in sides):
        return ", by how much is open"
    low, high = changes if later else changes[::-1]
    if low is None:
        return ""
    if high is None:
        return f", by {low:.0f} % of the steps or more"
    ends = f"{low:.0f}", f"{high:.0f}"
    return f", by {' to '.join(dict.fromkeys(ends))} % of the steps"


def outlook(one: Comparison) -> str:
    """How far the sweep is from seeing a change of 10 %."""
    if one.seeds_needed is None:
        return "; too few runs to say how many would show 10 %"
    if one.seeds_needed <= one.seeds:
        return f"; {one.seeds} seeds a cell suffice to see 10 %"
    return f"; to see 10 % takes {one.seeds_needed} seeds a cell, there are {one.seeds}"


def p_words(p: float) -> str:
    """`p .80`, `p .003`, `p < .001`."""
    if p < SURE:
        return "p < .001"
    text = f"{p:.2f}" if p >= SMALL else f"{p:.3f}"
    return "p " + (text[1:] if text.startswith("0") else text)


def notes(planned: int, judged: int, failed: Mapping[str, int]) -> list[str]:
    """What keeps the verdict from being the last word."""
    found = []
    if judged + sum(failed.values()) < planned:
        found.append(
            f"looked at before the end: {judged} of {planned} trials have a verdict, "
            "and every look is one more chance of an accident"
        )
    if failed:
        by_arm = ", ".join(f"{arm} {count}" for arm, count in failed.items())
        runs = sum(failed.values())
        found.append(f"{runs} failed {'run is' if runs == 1 else 'runs are'} in no test: {by_arm}")
    return found


def method(comparisons: Sequence[Comparison]) -> str:
    """How it was tested, for whoever reads the p-values."""
    tests = {one.test for one in comparisons}
    strata = max((one.strata for one in comparisons), default=1)
    words = f"log-rank of steps to generalisation, {' or '.join(sorted(tests))}"
    words += f", {strata} strata" if strata > 1 else ""
    words += f", Holm over {len(comparisons)} planned"
    if any(one.left_out for one in comparisons) and PAIRED in tests:
        most = max(one.left_out for one in comparisons)
        words += f", at most {most} without a partner left out"
    return words
