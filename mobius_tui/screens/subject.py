"""A screen about one experiment, the one last looked at; `(` and `)` go to its neighbours."""

from __future__ import annotations

from typing import ClassVar

from mobius_tui.model import ExperimentView, LabView
from mobius_tui.screens.base import LabScreen


class SubjectScreen(LabScreen):
    WANTED: ClassVar[str] = ""
    """What kind of experiment this screen can show."""

    @property
    def subject(self) -> ExperimentView | None:
        """The experiment last looked at, else the first one that suits and has run."""
        suiting = self.suiting
        for view in suiting:
            if view.name == self.habits.subject:
                return view
        return next((view for view in suiting if view.runs), suiting[0] if suiting else None)

    @property
    def suiting(self) -> list[ExperimentView]:
        return [view for view in self.view.experiments if self.suits(view)]

    def suits(self, view: ExperimentView) -> bool:
        raise NotImplementedError

    def show_subject(self, view: LabView, subject: ExperimentView | None) -> None:
        raise NotImplementedError

    def see(self, view: LabView) -> None:
        self.show_subject(view, self.subject)

    def action_next_run(self) -> None:
        self._step(1)

    def action_previous_run(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        names = [view.name for view in self.suiting]
        subject = self.subject
        if subject is None or len(names) < 2:
            self.say(f"no other experiment here is {self.WANTED}")
            return
        at = (names.index(subject.name) + by) % len(names)
        self.remember(subject=names[at])
        self.see(self.view)
