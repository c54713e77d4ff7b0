"""From options and arguments to a lab and the runs that are meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand

from mobius_core.config import locate
from mobius_core.errors import NotFound
from mobius_core.runs.document import document_of
from mobius_core.runs.filter import is_term, matching
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run
from mobius_tui.cli import output

if TYPE_CHECKING:
    from typer._click.core import Context

MEANS = "id, prefix, trial, experiment, @last, or a filter: arm=anti lr>=.01 -state=done"
RunArguments = Annotated[list[str], typer.Argument(metavar="RUN...", help=MEANS)]
SomeRuns = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RUN]...", help=f"{MEANS}; all"),
]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help=MEANS)]


class OfRuns(TyperCommand):
    """A command on RUNs: `-note:x` is a filter, which any other command takes for options."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f"!{w[1:]}" if is_negated(w) else w for w in args])


def is_negated(word: str) -> bool:
    return word.startswith("-") and is_term(word)


def open_lab(file: Path | None, home: Path | None) -> Lab:
    """NotFound where neither an experiments file nor a home says which lab is meant."""
    return Lab(locate.home(file, home))


def all_runs(lab: Lab) -> tuple[Run, ...]:
    """Every run that can be read; which folders cannot is narration."""
    trouble: list[str] = []
    runs = lab.scan(trouble)
    say_left_out(trouble)
    return runs


def say_left_out(trouble: Sequence[str]) -> None:
    for sentence in trouble:
        output.say(f"left out: {sentence}")


def select(lab: Lab, words: Sequence[str]) -> tuple[Run, ...]:
    """The runs that the words mean, each once, in their order. NotFound where one means none."""
    found = among(lab, words)
    if not found:
        raise NotFound(f"no run matches {' '.join(words)}; `mobius status` lists them")
    return found


def among(lab: Lab, words: Sequence[str]) -> tuple[Run, ...]:
    """As `select`, but a filter may match none. Comparisons narrow down what the names mean, or
    all runs where there are only comparisons."""
    tests = [word for word in words if is_term(word)]
    names = [word for word in words if not is_term(word)]
    runs = (run for word in names for run in lab.find(word)) if names else iter(lab.scan([]))
    return tuple(matching({run.id: run for run in runs}.values(), tests))


def listed(runs: Sequence[Run]) -> list[str]:
    """One line a run for scripts to cut: id, a tab, the trial's name."""
    return [f"{run.id}\t{run.trial.name}" for run in runs]


def show_changed(lab: Lab, runs: Sequence[Run], *, as_document: bool) -> None:
    """What a command has changed, as it is now."""
    if as_document:
        now = lab.read(run.id for run in runs)
        output.emit_json({"runs": [document_of(run) for run in now]})
    else:
        output.emit_lines(listed(runs))
