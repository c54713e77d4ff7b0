"""Onset of memorisation and generalisation, from accuracies as they come in.

Standard library only, compiled by mypyc in wheels.

memorised    first evaluation with train accuracy at or above the threshold
generalised  first evaluation of a stretch in which test accuracy stays at or above the threshold
             at every evaluation, once that stretch spans `hold` optimiser steps
delay        generalised - memorised

The stretch is measured in optimiser steps, never in evaluations: their pace may vary. Runs that
end before are right-censored.
"""

from __future__ import annotations

from typing import Final

GROKKED: Final = "grokked"
DIRECT: Final = "direct"
MEMORISED_ONLY: Final = "memorised_only"
NOT_MEMORISED: Final = "not_memorised"
CLASSES: Final = (GROKKED, DIRECT, MEMORISED_ONLY, NOT_MEMORISED)

LEARNED_TOGETHER: Final = 0.5
"""Test accuracy at memorisation from which on a run counts as direct: nothing was delayed."""

NEVER: Final = -1
"""A step that has not come."""


class Onset:
    """Fed one evaluation at a time; the verdict is there at any moment."""

    def __init__(self, threshold: float, hold: int) -> None:
        """`threshold`: accuracy as a fraction, above 0 to 1; `hold`: optimiser steps, 0 or more."""
        self.threshold = threshold
        self.hold = hold
        self.last_step: int = NEVER
        self.memorised: int = NEVER
        self.test_acc_then: float = 0.0
        """test accuracy at memorisation"""
        self.stretch: int = NEVER
        """where the present stretch at or above the threshold began"""
        self.stretch_spacing: int = 0
        self.generalised: int = NEVER
        self.spacing: int = 0
        """steps between the evaluation at `generalised` and the one before, or the start"""

    def add(self, step: int, train_acc: float, test_acc: float) -> None:
        """One evaluation after `step` optimiser steps; nan is below every threshold.

        A step that is not beyond the last one has been seen and changes nothing.
        """
        if step <= self.last_step:
            return
        if self.memorised == NEVER and train_acc >= self.threshold:
            self.memorised = step
            self.test_acc_then = test_acc
        if self.generalised == NEVER:
            self.follow_test(step, test_acc)
        self.last_step = step

    def follow_test(self, step: int, test_acc: float) -> None:
        if not test_acc >= self.threshold:
            self.stretch = NEVER
            return
        if self.stretch == NEVER:
            self.stretch = step
            self.stretch_spacing = step - max(self.last_step, 0)
        if step - self.stretch >= self.hold:
            self.generalised = self.stretch
            self.spacing = self.stretch_spacing

    def add_all(self, steps: list[int], train_accs: list[float], test_accs: list[float]) -> None:
        """Whole curves of equal lengths: the same as `add` for each evaluation.

        A loop over local variables, which mypyc unboxes: compiled it takes 5 ns an evaluation,
        `add` 37, and interpreted 42 and 98 (benchmarks/onset.py).
        """
        threshold, hold = self.threshold, self.hold
        last, memorised, generalised = self.last_step, self.memorised, self.generalised
        stretch, stretch_spacing = self.stretch, self.stretch_spacing
        for i in range(len(steps)):
            step = steps[i]
            if step <= last:
                continue
            if memorised == NEVER and train_accs[i] >= threshold:
                memorised = step
                self.test_acc_then = test_accs[i]
            if generalised == NEVER:
                if test_accs[i] >= threshold:
                    if stretch == NEVER:
                        stretch = step
                        stretch_spacing = step - max(last, 0)
                    if step - stretch >= hold:
                        generalised = stretch
                        self.spacing = stretch_spacing
                else:
                    stretch = NEVER
            last = step
        self.last_step, self.memorised, self.generalised = last, memorised, generalised
        self.stretch, self.stretch_spacing = stretch, stretch_spacing

    @property
    def settled(self) -> bool:
        """Both onsets are known: later evaluations cannot change the verdict."""
        return self.memorised != NEVER and self.generalised != NEVER

    def classify(self) -> str:
        """One of CLASSES."""
        if self.generalised == NEVER:
            return NOT_MEMORISED if self.memorised == NEVER else MEMORISED_ONLY
        delayed = NEVER != self.memorised < self.generalised
        return GROKKED if delayed and not self.test_acc_then >= LEARNED_TOGETHER else DIRECT

    def verdict(self, last_step: int) -> dict[str, str | int | None]:
        """class, memorised, generalised, delay, spacing and censored_at, in optimiser steps.

        A run without `generalised` is censored at `last_step`, or where a stretch began that had
        not held when the run ended: up to there it had surely not generalised.
        """
        generalised = known(self.generalised)
        memorised = known(self.memorised)
        both = generalised is not None and memorised is not None
        unconfirmed = last_step if self.stretch == NEVER else min(self.stretch, last_step)
        return {
            "class": self.classify(),
            "memorised": memorised,
            "generalised": generalised,
            "delay": self.generalised - self.memorised if both else None,
            "spacing": None if generalised is None else self.spacing,
            "censored_at": unconfirmed if generalised is None else None,
        }

    def state(self) -> list[float]:
        """Everything as numbers, for a checkpoint; `load_state` is the inverse."""
        return [
            self.last_step,
            self.memorised,
            self.test_acc_then,
            self.stretch,
            self.stretch_spacing,
            self.generalised,
            self.spacing,
        ]

    def load_state(self, state: list[float]) -> None:
        self.last_step = int(state[0])
        self.memorised = int(state[1])
        self.test_acc_then = state[2]
        self.stretch = int(state[3])
        self.stretch_spacing = int(state[4])
        self.generalised = int(state[5])
        self.spacing = int(state[6])


def known(step: int) -> int | None:
    return None if step == NEVER else step
