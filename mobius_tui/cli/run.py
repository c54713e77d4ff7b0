"""`mobius run`: queue what is missing, detached from this terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.trial import Json, Trial
from mobius_core.errors import UsageError
from mobius_core.runs.document import document_of
from mobius_tui.cli import output
from mobius_tui.cli.labs import listed, open_lab
from mobius_tui.cli.obstacles import look_for_obstacles
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.runs.lab import Lab
    from mobius_core.runs.missing import Missing
    from mobius_core.runs.slurm_jobs import Workers
    from mobius_core.runs.submit import Submission


def run(
    words: Annotated[
        list[str],
        typer.Argument(metavar="NAME... [KEY=V[,V]...]", help="experiments, then overrides"),
    ],
    again: Annotated[bool, typer.Option("--again", help="also what is done or queued")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="refuse masks that make a task unlearnable")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be queued")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="show progress to the end; ctrl-c detaches")
    ] = False,
    priority: Annotated[int | None, typer.Option(help="larger runs first")] = None,
    stop_on_fail: Annotated[
        int | None,
        typer.Option("--stop-on-fail", min=1, metavar="N", help="start no more after N failures"),
    ] = None,
    on: Annotated[
        str, typer.Option("--on", metavar="local|slurm", help="who works on them")
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="K", help="Slurm jobs; [slurm] workers else"),
    ] = None,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Queue the trials of experiments that are not done, running or queued; builds first."""
    from mobius_core.config import locate
    from mobius_core.runs.missing import missing
    from mobius_core.runs.submit import submit

    path = locate.experiments_file(file)
    trials = expand_all(path, words)
    look_for_obstacles(trials, strict=strict)
    lab = open_lab(path, home)
    if dry_run:
        show_missing(missing(lab, trials, again=again), as_json=as_json)
        return
    submission = submit(
        lab,
        trials,
        again=again,
        priority=priority,
        stop_on_fail=stop_on_fail,
        source=path.parent,
        workers=cluster_workers(lab, on, workers),
    )
    if not (follow and as_json):  # then the one object on stdout tells how they ended
        show_submission(submission, as_json=as_json)
    if follow:
        from mobius_tui.cli.follow import follow_runs

        kept = (submission.running, submission.already_queued)
        chosen = [*submission.builds, *submission.queued, *(one for runs in kept for one in runs)]
        raise typer.Exit(follow_runs(lab, [one.id for one in chosen], as_document=as_json))


def cluster_workers(lab: Lab, on: str, count: int | None) -> Workers | None:
    """The jobs that `--on slurm` asks for; None for runners of this machine."""
    if on not in ("local", "slurm"):
        raise UsageError(f"--on {on}: local or slurm")
    if on == "local":
        if count is not None:
            raise UsageError("--workers goes with --on slurm; here `mobius slots cpus=K` does it")
        return None
    from mobius_core.runs.slurm_jobs import Workers

    return Workers.of(lab, count)


def expand_all(path: Path, words: Sequence[str]) -> list[Trial]:
    """The trials of the named experiments under the overrides; warnings go to stderr."""
    from mobius_core.config.expand import expand
    from mobius_core.config.project import load

    names = [word for word in words if "=" not in word]
    overrides = [word for word in words if "=" in word]
    if not names:
        raise UsageError("name at least one experiment; `mobius list` shows all")
    project = load(path)
    for warning in project.warnings:
        output.say(f"warning: {warning}")
    return [trial for name in names for trial in expand(project, name, overrides)]


def show_missing(found: Missing, *, as_json: bool) -> None:
    counts = {
        "new": len(found.new),
        "already_done": len(found.already_done),
        "running": len(found.running),
        "already_queued": len(found.already_queued),
        "failed_before": len({run.trial.key for run in found.failed}),
    }
    if as_json:
        trials: list[Json] = [{"trial": trial.name, "key": trial.key} for trial in found.new]
        output.emit_json({"trials": trials, "counts": dict(counts)})
        return
    output.emit_lines(trial.name for trial in found.new)
    output.say(f"would queue {sentence(counts)}")


def show_submission(submission: Submission, *, as_json: bool) -> None:
    counts = {
        "new": len(submission.queued),
        "already_done": len(submission.already_done),
        "running": len(submission.running),
        "already_queued": len(submission.already_queued),
        "builds": len(submission.builds),
    }
    if as_json:
        output.emit_json(
            {
                "queued": [document_of(one) for one in submission.queued],
                "builds": [document_of(one) for one in submission.builds],
                "counts": dict(counts),
                "jobs": list(submission.jobs),
            }
        )
        return
    output.emit_lines(listed(submission.queued))
    output.say(f"queued {sentence(counts)}")
    if submission.jobs:
        output.say(f"submitted Slurm jobs {', '.join(submission.jobs)}")


def sentence(counts: dict[str, int]) -> str:
    """3 trials (2 failed before), 1 data build before them; 4 already done, 1 running"""
    known = Counter(counts)
    first = f"{known['new']} trial{'' if known['new'] == 1 else 's'}"
    if known["failed_before"]:
        first += f" ({known['failed_before']} failed before)"
    if known["builds"]:
        first += f", {known['builds']} data build{'' if known['builds'] == 1 else 's'} before them"
    rest = [
        f"{known[name]} {words}"
        for name, words in (
            ("already_done", "already done"),
            ("running", "running"),
            ("already_queued", "queued before"),
        )
        if known[name]
    ]
    return first + ("; " + ", ".join(rest) if rest else "")
