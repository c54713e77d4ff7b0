"""The upper-case keys on runs: what each would do to the chosen ones, asked before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mobius_core.runs.run import Run, State
from mobius_tui import requests
from mobius_tui.messages import Question
from mobius_tui.model import with_controls
from mobius_tui.screens.base import LabScreen

RESUMED: Final = frozenset(
    {State.STOPPED, State.KILLED, State.PREEMPTED, State.LOST, State.TIMEOUT, State.IO, State.OOM}
)
"""Ends after which the same folder goes on from its checkpoint; other ends are run anew."""


class RunQuestions(LabScreen):
    """A screen with chosen runs: the marked ones, else the one it is about."""

    @property
    def chosen(self) -> Sequence[Run]:
        raise NotImplementedError

    @property
    def compared(self) -> Sequence[Run]:
        """What `d` sets beside each other."""
        return with_controls(self.view, self.chosen)

    async def action_compare(self) -> None:
        runs = self.compared
        if len(runs) < 2:
            self.say("nothing to compare with: space marks runs, d sets them beside each other")
        else:
            await self.lab_app.open_compare(runs)

    def question_stop(self) -> Question | None:
        runs = [run for run in self.chosen if run.state.is_live or run.state.is_pending]
        if not runs:
            self.say(f"nothing to stop: {self._states()}", "warn")
            return None
        return Question(
            f"stop {requests.named(runs)}, with a checkpoint?",
            lambda: self.lab_app.request(requests.stop(runs)),
        )

    def question_kill(self) -> Question | None:
        runs = [run for run in self.chosen if run.state.is_live]
        if not runs:
            self.say(f"nothing to kill: {self._states()}", "warn")
            return None
        return Question(
            f"kill {requests.named(runs)} without a checkpoint?",
            lambda: self.lab_app.request(requests.kill(runs)),
        )

    def question_make_run(self) -> Question | None:
        over = [run for run in self.chosen if run.state.is_over]
        resumed = [run for run in over if run.state in RESUMED]
        retried = [run for run in over if run.state not in RESUMED]
        if not over:
            self.say(f"nothing to run again: {self._states()}", "warn")
            return None
        words = [
            f"{verb} {requests.named(runs)}"
            for verb, runs in (("resume", resumed), ("run anew", retried))
            if runs
        ]
        return Question(
            f"{' and '.join(words)}?",
            lambda: self.lab_app.request(requests.resume_or_retry(resumed, retried)),
        )

    def question_delete(self) -> Question | None:
        runs = [run for run in self.chosen if run.state.is_over]
        if not runs:
            self.say(f"a run that is not over is never deleted: {self._states()}", "warn")
            return None
        return Question(
            f"delete {requests.named(runs)} to the trash?",
            lambda: self.lab_app.request(requests.delete(runs)),
        )

    def action_undo(self) -> None:
        self.lab_app.request(requests.undo())

    def action_pin(self) -> None:
        if self.chosen:
            self.lab_app.request(requests.pin(self.chosen))

    def action_tag(self) -> None:
        """Tags first, then the note."""
        runs = self.chosen
        if runs:
            label = f"tags of {requests.named(runs)}, -WORD takes off: "
            self.prompt(label, "", lambda words: self._tag(runs, words))

    def _tag(self, runs: Sequence[Run], words: str) -> None:
        if words.strip():
            self.lab_app.request(requests.tag(runs, words))
        notes = {run.note for run in runs}
        said = notes.pop() if len(notes) == 1 else ""
        self.prompt(
            f"note on {requests.named(runs)}: ", said, lambda text: self._note(runs, said, text)
        )

    def _note(self, runs: Sequence[Run], before: str, text: str) -> None:
        if text.strip() != before:
            self.lab_app.request(requests.note(runs, text.strip()))

    def _states(self) -> str:
        """The states of what is chosen, in words."""
        states = sorted({str(run.state) for run in self.chosen})
        return f"{requests.named(self.chosen)}: {', '.join(states)}" if states else "no run here"
