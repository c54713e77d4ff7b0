"""`mobius sparsity`: what masks are, before anything is trained under them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mobius_core.errors import UsageError
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.config.trial import Trial
    from mobius_core.sparsity.spec import MaskSpec

SHAPE: Final = re.compile(r"(\d{1,5})x(\d{1,5})")
LONGEST_SIDE: Final = 16384
IMAGES: Final = (".svg", ".png")


def sparsity(
    what: Annotated[str | None, typer.Argument(metavar="NAME|RUN")] = None,
    mode: Annotated[str | None, typer.Option(help="a mask by itself, such as prime_only")] = None,
    modes: Annotated[
        str | None, typer.Option(metavar="A,B|all", help="several masks side by side")
    ] = None,
    shape: Annotated[str, typer.Option(help="OUTxIN of these masks")] = "251x127",
    density: Annotated[float | None, typer.Option(help="exact share of weights kept")] = None,
    base: Annotated[int | None, typer.Option(help="modulus of prime_residue")] = None,
    like: Annotated[str | None, typer.Option(help="mode that random or shuffled copies")] = None,
    seed: Annotated[int, typer.Option(help="of random drawing and trimming")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="draw to FILE.svg or FILE.png, too")
    ] = None,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Statistics and picture of masks: of an experiment's arms, of a run, or by themselves."""
    from mobius_core.sparsity.spec import MaskSpec
    from mobius_tui.cli import mask_report

    if sum(one is not None for one in (what, mode, modes)) != 1:
        raise UsageError("mobius sparsity: give either a NAME or RUN, or --mode, or --modes")
    if out is not None and out.suffix not in IMAGES:
        raise UsageError(f"--out {out}: the file's name must end in {' or '.join(IMAGES)}")
    if what is not None:
        from mobius_tui.cli.trials import find_trials

        trials = [view.trial for view in find_trials([what], file, home)]
        mask_report.report_trials(first_of_cells(trials), out, as_json=as_json)
        return
    sides = checked_shape(shape)
    if mode is not None:
        spec = checked_mask(MaskSpec(mode=mode, density=density, base=base, like=like))
        mask_report.report_mask(spec, *sides, seed, out, as_json=as_json)
    elif modes is not None:
        specs = [checked_mask(spec) for spec in specs_of(modes, density, base, like)]
        mask_report.report_masks(specs, *sides, seed, out, as_json=as_json)


def specs_of(
    modes: str, density: float | None, base: int | None, like: str | None
) -> list[MaskSpec]:
    """The named modes, each with those of the options that it can have; shuffled is like
    prime_only unless `like` says otherwise."""
    from mobius_core.sparsity.registry import MASKS
    from mobius_core.sparsity.spec import MaskSpec

    specs = []
    for mode in MASKS if modes == "all" else modes.split(","):
        copied = (like or "prime_only") if mode == "shuffled" else None
        has_base = "prime_residue" in (mode, copied)
        specs.append(
            MaskSpec(
                mode=mode,
                density=None if mode == "none" else density,
                base=base if has_base else None,
                like=copied,
            )
        )
    return specs


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


def first_of_cells(trials: Sequence[Trial]) -> list[Trial]:
    """One trial of each cell: its arm and its place in the matrix."""
    cells: dict[str, Trial] = {}
    for trial in trials:
        cells.setdefault(repr((trial.experiment, trial.arm, trial.axes)), trial)
    return list(cells.values())
