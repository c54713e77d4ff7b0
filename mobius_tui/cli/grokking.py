"""`mobius sparsity` and `mobius onset`: masks before training, grokking after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.errors import UsageError
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.config.trial import Trial
    from mobius_core.sparsity.spec import MaskSpec
    from mobius_tui.model import TrialView

SHAPE = re.compile(r"(\d{1,5})x(\d{1,5})")
LONGEST_SIDE = 16384


def register(app: typer.Typer) -> None:
    app.command()(sparsity)
    app.command()(onset)


def sparsity(
    what: Annotated[str | None, typer.Argument(metavar="NAME|RUN")] = None,
    mode: Annotated[str | None, typer.Option(help="a mask by itself, such as prime_only")] = None,
    shape: Annotated[str, typer.Option(help="OUTxIN of that mask")] = "251x127",
    density: Annotated[float | None, typer.Option(help="exact share of weights kept")] = None,
    base: Annotated[int | None, typer.Option(help="modulus of prime_residue")] = None,
    like: Annotated[str | None, typer.Option(help="mode that random or shuffled copies")] = None,
    seed: Annotated[int, typer.Option(help="of random drawing and trimming")] = 0,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Statistics and picture of a mask: of an experiment's arms, of a run, or by itself."""
    from mobius_core.sparsity.spec import MaskSpec
    from mobius_tui.cli import mask_report

    if (what is None) == (mode is None):
        raise UsageError("mobius sparsity: give either a NAME or RUN, or --mode")
    if mode is not None:
        spec = MaskSpec(mode=mode, density=density, base=base, like=like)
        mask_report.report_mask(checked_mask(spec), *checked_shape(shape), seed, as_json=as_json)
    elif what is not None:
        from mobius_tui.cli.trials import find_trials

        mask_report.report_trials(first_seeds(find_trials([what], file, home)), as_json=as_json)


def checked_mask(spec: MaskSpec) -> MaskSpec:
    """The limits of each key, as a TOML file would be held to them."""
    from mobius_core.config.check import build, to_table
    from mobius_core.sparsity.spec import MaskSpec

    return build(MaskSpec, to_table(spec), "mask")


def checked_shape(text: str) -> tuple[int, int]:
    match = SHAPE.fullmatch(text)
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(1 <= side <= LONGEST_SIDE for side in sides):
        raise UsageError(f"--shape {text}: give OUTxIN, as 251x127, each 1 to {LONGEST_SIDE}")
    return sides


def first_seeds(views: Sequence[TrialView]) -> list[Trial]:
    """One trial of each cell: its arm and its place in the matrix."""
    cells: dict[str, Trial] = {}
    for view in views:
        cells.setdefault(repr((view.trial.experiment, view.trial.arm, view.trial.axes)), view.trial)
    return list(cells.values())


def onset(
    what: Annotated[list[str], typer.Argument(metavar="NAME|RUN…")],
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """When runs memorised and generalised, by arm; of a NAME also curves, tests and verdict."""
    from mobius_tui.cli import onset_report
    from mobius_tui.cli.trials import find_trials, planned_comparisons

    planned = planned_comparisons(what, file)
    onset_report.report(find_trials(what, file, home), planned, as_json=as_json)
