"""Statistics of a sweep: `python -m mobius_core.analysis.sweep`, JSON in, JSON out.

Reads a question (`analysis.question`) on stdin; writes curves, comparisons and the verdict.
"""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections.abc import Sequence
from typing import Final

from mobius_core.analysis.question import Observed, Question, from_json
from mobius_core.config.trial import Json
from mobius_core.errors import WorkFailed

SEED: Final = 20260101
"""Of bootstraps and of sign patterns beyond the countable: one sweep always gets one answer."""
NO_SCIPY: Final = (
    "curves' bands, tests and verdict need scipy 1.11 or newer: pip install 'mobius-tui[stats]'"
)


def main() -> int:
    try:
        import scipy.stats

        scipy.stats.ecdf  # noqa: B018  absent before 1.11
    except (ImportError, AttributeError):
        print(NO_SCIPY, file=sys.stderr)
        return WorkFailed.exit_code
    json.dump(finite(answer_to(from_json(sys.stdin.read()))), sys.stdout, allow_nan=False)
    return 0


def answer_to(asked: Question) -> dict[str, Json]:
    """Curves and medians of each arm, each planned comparison, and what they say in words."""
    from mobius_core.analysis import verdict
    from mobius_core.analysis.comparison import compare
    from mobius_core.analysis.logrank import holm

    comparisons = [compare(asked.runs, *pair, seed=SEED) for pair in asked.compare]
    adjusted = holm([one.p for one in comparisons], len(comparisons))
    judged = len(asked.runs)
    return {
        "experiment": asked.experiment,
        "planned": asked.planned,
        "judged": judged,
        "failed": dict(asked.failed),
        "complete": judged == asked.planned,
        "arms": [arm_json(arm, asked.runs) for arm in dict.fromkeys(r.arm for r in asked.runs)],
        "comparisons": [
            {
                **dataclasses.asdict(one),
                "logrank": {**dataclasses.asdict(one.logrank), "z": one.logrank.z},
                "holm": p,
                "words": verdict.sentence(one, p),
            }
            for one, p in zip(comparisons, adjusted, strict=True)
        ],
        "method": verdict.method(comparisons) if comparisons else "",
        "verdict": [verdict.sentence(one, p) for one, p in zip(comparisons, adjusted, strict=True)],
        "notes": list(verdict.notes(asked.planned, judged, asked.failed)),
    }


def arm_json(arm: str, runs: Sequence[Observed]) -> dict[str, Json]:
    """`curve`: the share not yet generalised with its 95 % band, at each drop."""
    from mobius_core.analysis.medians import bands, median

    own = [run for run in runs if run.arm == arm]
    waits = [run.generalised for run in own]
    delays = [run.delay for run in own if run.delay is not None]
    return {
        "arm": arm,
        "n": len(own),
        "events": sum(wait.came for wait in waits),
        "generalised": dataclasses.asdict(median(waits)),
        "delay": dataclasses.asdict(median(delays)),
        "curve": [dataclasses.asdict(step) for step in bands(waits)],
    }


def finite(value: Json) -> Json:
    """The same with null for every number that is not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, dict):
        return {name: finite(item) for name, item in value.items()}
    return value


if __name__ == "__main__":
    sys.exit(main())
