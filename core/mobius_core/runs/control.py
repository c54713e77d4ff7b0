"""Asking runs to end and to go on. Requests are files in control/, put there by rename."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mobius_core.config.trial import Trial
from mobius_core.errors import MobiusError, Refused, UnknownState, WorkFailed
from mobius_core.runs.again import can_continue, queue_again
from mobius_core.runs.detach import wake
from mobius_core.runs.environment import describe
from mobius_core.runs.facts import gather
from mobius_core.runs.files import failing, locked, write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab, make_folders
from mobius_core.runs.leftovers import end_marked
from mobius_core.runs.living import refuse_living
from mobius_core.runs.lost import tell_lost
from mobius_core.runs.mend import mend
from mobius_core.runs.pending import end_pending
from mobius_core.runs.run import Run, State
from mobius_core.runs.scheduler import is_slurm
from mobius_core.runs.submit import make_specs, write_runs


def stop(lab: Lab, runs: Sequence[Run]) -> tuple[Run, ...]:
    """Ask runs to save and end; queued ones end at once. Gives those that were asked.

    Refused where all of them are over, UnknownState where a silent host may still work on one.
    """
    return _end(lab, runs, "stop")


def kill(lab: Lab, runs: Sequence[Run]) -> tuple[Run, ...]:
    """End runs with all their processes now; otherwise as `stop`."""
    return _end(lab, runs, "kill")


def resume(lab: Lab, runs: Sequence[Run]) -> tuple[Run, ...]:
    """Queue the next attempt of each run in its own folder. Gives those newly queued.

    Of several, those that are done or queued are left alone. Refused while a recorded process
    lives, for what is done, of another host, or a program that cannot continue. All are checked
    before any is queued.
    """
    waiting = [run for run in runs if not run.state.is_pending]
    chosen = [run for run in waiting if run.state is not State.DONE] or waiting
    sites = sites_of(lab, chosen)
    for run in chosen:
        _refuse_resume(lab, run, sites)
    for seq, run in enumerate(chosen):
        queue_again(lab, run, seq, "resumed")
    wake(lab, chosen)
    return tuple(chosen)


def resume_lost(lab: Lab) -> tuple[Run, ...]:
    """Queue again whatever ended without anybody asking, and wake the queue.

    May be repeated at will, as by cron: what is queued or running already is left alone.
    """
    runs = lab.scan([])
    tell_lost(lab, runs)
    sites = sites_of(lab, runs)
    lost = [run for run in runs if run.state.may_continue and _may_resume(lab, run, sites)]
    for seq, run in enumerate(lost):
        queue_again(lab, run, seq, "resumed")
    runs = lab.scan([])
    mend(lab, runs)
    wake(lab, [run for run in runs if run.state.is_pending and run.host in sites])
    return tuple(lost)


def retry(lab: Lab, runs: Sequence[Run], source: Path | None = None) -> tuple[Run, ...]:
    """Queue the trials of these runs once more, each in a new folder that names the old one.

    Refused while a recorded process of one lives: two would do the same work.
    """
    for run in runs:
        if "imported" in run.trial.tables:
            raise Refused(f"{run.id} was imported: what made it is not in this lab to be repeated")
        refuse_living(lab, run)
    by_site: dict[str, dict[str, Trial]] = {}
    for run in runs:
        site = run.host if is_slurm(run.host) else lab.site
        by_site.setdefault(site, {})[run.trial.key] = run.trial
    elsewhere = by_site.keys() - sites_of(lab, runs)
    if elsewhere:
        raise Refused(f"{', '.join(elsewhere)} is not the cluster here; retry its runs there")
    make_folders(lab)
    environment = describe(source or lab.home.parent)
    retried = {run.trial.key: run.id for run in runs}
    with locked(lab.lock):
        made: list[str] = []
        for site, trials in by_site.items():
            known = lab.scan()
            specs, builds = make_specs(
                lab, list(trials.values()), known, retried=retried, site=site
            )
            write_runs(lab, specs, environment)
            made += [spec.id for spec in specs if spec.id not in builds]
    again = lab.read(made)
    wake(lab, again)
    return again


def _end(lab: Lab, runs: Sequence[Run], request: str) -> tuple[Run, ...]:
    ending = [run for run in runs if not run.state.is_over]
    if not ending and runs:
        known = ", ".join(f"{run.id} is {run.state}" for run in runs[:3])
        raise Refused(f"nothing to {request}: {known}")
    for run in ending:
        reason = State.STOPPED if request == "stop" else State.KILLED
        if run.state.is_pending and end_pending(lab, run, reason, "before it started"):
            continue
        folder = RunFolder(run.folder)
        ask(folder.control / request)
        _end_unattended(lab, folder, request)
    silent = [run for run in ending if run.state is State.UNKNOWN]
    if silent:
        raise UnknownState(
            f"{silent[0].id} was last seen on {silent[0].host}, which is silent; "
            f"it finds the request when it comes back"
        )
    return tuple(ending)


def ask(request: Path) -> None:
    """Put a request there; on a full disk its name alone, which takes no room."""
    try:
        write_json(request, {"t": time.time(), "pid": os.getpid()})
    except WorkFailed:
        with failing("write", request):
            request.touch()


def _end_unattended(lab: Lab, folder: RunFolder, request: str) -> None:
    """Signal a child whose runner was killed: nobody else reads its requests."""
    facts = gather(folder, lab.host)
    proc = facts.proc
    if proc is None or proc.child is None:
        return
    if proc.child not in facts.alive or proc.runner in facts.alive:
        return
    if request == "stop":
        proc.child.send(signal.SIGTERM)
        return
    proc.child.send(signal.SIGKILL)
    end_marked(folder)


def sites_of(lab: Lab, runs: Sequence[Run]) -> set[str]:
    """Whose runs this machine may take up: its own, and those of the cluster it submits to."""
    sites = {lab.site}
    if any(is_slurm(run.host) for run in runs):
        from mobius_core.runs.slurm import site_here

        with suppress(MobiusError):  # no cluster, or its controller is away
            sites.add(site_here())
    return sites


def _refuse_resume(lab: Lab, run: Run, sites: set[str]) -> None:
    if run.state is State.DONE:
        raise Refused(f"{run.id} is done; `mobius retry {run.id}` repeats it in a new folder")
    if run.host not in sites:
        raise Refused(f"{run.id} belongs to {run.host}; resume it there")
    if run.started and not can_continue(run.trial):
        raise Refused(
            f'{run.id} cannot continue: its command.resume is "never"; '
            f"`mobius retry {run.id}` starts it anew"
        )
    refuse_living(lab, run)


def _may_resume(lab: Lab, run: Run, sites: set[str]) -> bool:
    try:
        _refuse_resume(lab, run, sites)
    except MobiusError:
        return False
    return True
