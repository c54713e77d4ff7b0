"""Whether anybody still works on a run: asked before something new is started for it."""

from __future__ import annotations

from mobius_core.errors import Refused, UnknownState
from mobius_core.runs.facts import gather, living
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run, State


def refuse_living(lab: Lab, run: Run) -> None:
    """Refused while a recorded process lives, UnknownState where this host cannot know."""
    if run.state is State.UNKNOWN:
        raise UnknownState(
            f"{run.id} was last seen on {run.host}, which is silent; look there first"
        )
    if run.state.is_live or run.state.is_pending:
        raise Refused(f"{run.id} is {run.state}; `mobius stop {run.id}` ends it")
    facts = gather(RunFolder(run.folder), lab.host)
    if facts.proc is None:
        return
    # Once an attempt is over its runner lives on for others; a child of it must not.
    alive = living(facts.proc, lab.host) - ({facts.proc.runner} if facts.exit else set())
    if alive:
        pids = " and ".join(str(process.pid) for process in alive)
        raise Refused(f"process {pids} of {run.id} still lives; `mobius kill {run.id}` ends it")
