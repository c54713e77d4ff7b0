"""Masks on the command line: statistics as a table or JSON, and the picture."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mobius_core.analysis.trial_masks import TrialMasks, trial_masks
from mobius_core.config.trial import Json, Trial
from mobius_core.sparsity import build, picture
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.sparsity.statistics import MaskStatistics, describe
from mobius_tui.cli import output

Mask = NDArray[np.bool_]

TALLEST = 24
"""Lines of a picture: the whole of an 80x24 terminal, less is hard to read."""
FRAME = 4
"""Columns of a panel around its content."""


def report_mask(spec: MaskSpec, out: int, inputs: int, seed: int, *, as_json: bool) -> None:
    """One mask by itself."""
    mask = build.mask(spec, out, inputs, seed)
    described = describe(mask)
    if as_json:
        output.emit_json({"mask": {**mask_json(spec, described), "seed": seed}})
        return
    table = statistics_table("mask")
    table.add_row(label(spec), *figures(described))
    output.draw(table)
    output.draw(picture_panel(mask, f"{label(spec)}  {out}x{inputs}"))


def report_trials(trials: Sequence[Trial], *, as_json: bool) -> None:
    """The masked layers of each trial; pictures where there is one trial only."""
    found = [trial_masks(trial) for trial in trials]
    if as_json:
        output.emit_json({"trials": [trial_json(masks) for masks in found]})
        return
    table = statistics_table("trial", "layer", "mask", last=("blind", "ceiling"))
    for masks in found:
        add_layers(table, masks)
    output.draw(table)
    if len(found) == 1:
        for layer, mask in found[0].network.masks.items():
            output.draw(picture_panel(mask, f"layer {layer}  {label(found[0].mask)}"))
    for masks in found:
        for sentence in masks.obstacles:
            output.say(f"warning: {masks.trial.name}: {sentence}")


def add_layers(table: Table, masks: TrialMasks) -> None:
    name = masks.trial.name
    reach = (f"{blind(masks)}", f"{masks.ceiling:.3f}")
    for layer, mask in masks.network.masks.items():
        table.add_row(name, f"{layer}", label(masks.mask), *figures(describe(mask)), *reach)
    if not masks.network.masks:
        table.add_row(name, "-", "none", "1.0000", *[""] * 5, *reach)


def statistics_table(*first: str, last: Iterable[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in first:
        table.add_column(name)
    for name in ("density", "weights", "rows dense", "dead out/in", "degrees", "rank", *last):
        table.add_column(name, justify="right")
    return table


def figures(described: MaskStatistics) -> tuple[str, ...]:
    """The cells from density to rank."""
    degrees = described.row_degrees
    return (
        f"{described.density:.4f}",
        f"{described.weights:,}",
        f"{described.dense_rows}",
        f"{described.dead_rows} / {described.dead_columns}",
        f"{degrees[0][0]}..{degrees[-1][0]}",
        f"{described.rank} of {min(described.rows, described.columns)}",
    )


def blind(masks: TrialMasks) -> int:
    """Token values that reach no output."""
    return int(np.count_nonzero(~masks.network.visible))


def label(spec: MaskSpec) -> str:
    """`shuffled like prime_residue base 3`."""
    like = f" like {spec.like}" if spec.like else ""
    return f"{spec.mode}{like}" + (f" base {spec.base}" if spec.base else "")


def picture_panel(mask: Mask, title: str) -> Panel:
    """The mask scaled to the terminal, two weights or more a character."""
    out, inputs = mask.shape
    width = min(inputs, output.console().width - FRAME)
    height = min(-(-out // 2), TALLEST)
    utf8 = "utf" in (sys.stdout.encoding or "").lower()
    characters = picture.HALF_BLOCKS if utf8 else picture.ASCII
    lines = picture.picture(mask, width, height, characters)
    content = Text("\n".join(lines), no_wrap=True)
    return Panel(content, title=title, title_align="left", expand=False)


def trial_json(masks: TrialMasks) -> dict[str, Json]:
    return {
        "trial": masks.trial.name,
        "arm": masks.trial.arm,
        "seed": masks.trial.seed,
        "density": masks.network.density,
        "blind": blind(masks),
        "values": masks.network.visible.size,
        "ceiling": masks.ceiling,
        "obstacles": list(masks.obstacles),
        "layers": [
            {"layer": layer, **mask_json(masks.mask, describe(mask))}
            for layer, mask in masks.network.masks.items()
        ],
    }


def mask_json(spec: MaskSpec, described: MaskStatistics) -> dict[str, Json]:
    return {
        "mode": spec.mode,
        "like": spec.like,
        "base": spec.base,
        **dataclasses.asdict(described),
    }
