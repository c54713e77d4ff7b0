"""Onset by another rule, read off the accuracies that a run has written."""

from __future__ import annotations

import dataclasses

from mobius_core.metrics.onset import Onset
from mobius_core.metrics.table import MetricsTable
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.run import Run, State


def judged_again(run: Run, threshold: float, hold: int) -> Run:
    """The run with the verdict of this threshold (a fraction) and hold (optimiser steps).

    A run that stopped when its own rule was met was watched no further: where this one asks for
    more, it is censored there. Runs that are not done stay as they are.
    """
    if run.state is not State.DONE or run.result is None or not run.result.get("onset"):
        return run
    table = MetricsTable(RunFolder(run.folder).metrics)
    table.refresh()
    steps, train_accs = table.series("train_acc")
    test_steps, test_accs = table.series("test_acc")
    of_step = dict(zip(test_steps, test_accs, strict=True))
    onset = Onset(threshold, hold)
    tests = [of_step.get(step, 0.0) for step in steps]
    onset.add_all(steps.tolist(), train_accs.tolist(), tests)
    verdict = onset.verdict(max(onset.last_step, 0))
    return dataclasses.replace(run, result={**run.result, "onset": dict(verdict)})
