"""Masks on the command line: statistics as a table or JSON, and the picture."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mobius_core.analysis.trial_masks import TrialMasks, trial_masks
from mobius_core.config.trial import Json, Trial
from mobius_core.runs.files import write_bytes
from mobius_core.sparsity import build, image, picture
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.sparsity.statistics import MaskStatistics, describe
from mobius_tui.cli import output

Mask = NDArray[np.bool_]

TALLEST = 24
"""Lines of a picture: the whole of an 80x24 terminal, less is hard to read."""
FRAME = 4
"""Columns of a panel around its content."""
BARS = " ▁▂▃▄▅▆▇█"
FEW = 6
"""Degrees that are named one by one; more are drawn."""
BINS = 40


def report_mask(
    spec: MaskSpec, out: int, inputs: int, seed: int, file: Path | None, *, as_json: bool
) -> None:
    """One mask by itself."""
    mask = build.mask(spec, out, inputs, seed)
    draw_files({label(spec): mask}, file)
    described = describe(mask)
    if as_json:
        output.emit_json({"mask": {**mask_json(spec, described), "seed": seed}})
        return
    table = statistics_table("mask")
    table.add_row(label(spec), *figures(described))
    output.draw(table)
    for name in ("row", "column"):
        output.emit_lines([f"{name} degrees  {histogram(getattr(described, f'{name}_degrees'))}"])
    output.draw(picture_panel(mask, f"{label(spec)}  {out}x{inputs}"))


def report_masks(
    specs: Sequence[MaskSpec],
    out: int,
    inputs: int,
    seed: int,
    file: Path | None,
    *,
    as_json: bool,
) -> None:
    """Several masks of one shape, side by side."""
    masks = {label(spec): build.mask(spec, out, inputs, seed) for spec in specs}
    draw_files(masks, file)
    described = [(spec, describe(masks[label(spec)])) for spec in specs]
    if as_json:
        output.emit_json({"masks": [{**mask_json(*one), "seed": seed} for one in described]})
        return
    table = statistics_table("mask")
    for spec, one in described:
        table.add_row(label(spec), *figures(one))
    output.draw(table)


def report_trials(trials: Sequence[Trial], file: Path | None, *, as_json: bool) -> None:
    """The masked layers of each trial; pictures where there is one trial only."""
    found = [trial_masks(trial) for trial in trials]
    draw_files(
        {
            f"{masks.trial.arm or masks.trial.experiment} layer {layer}": mask
            for masks in found
            for layer, mask in masks.network.masks.items()
        },
        file,
    )
    if as_json:
        output.emit_json({"trials": [trial_json(masks) for masks in found]})
        return
    table = statistics_table("trial", "layer", "mask", last=("active", "blind", "ceiling"))
    for masks in found:
        add_layers(table, masks)
    output.draw(table)
    if len(found) == 1:
        for layer, mask in found[0].network.masks.items():
            output.draw(picture_panel(mask, f"layer {layer}  {label(found[0].mask)}"))
    for masks in found:
        if masks.dropout:
            output.say(f"{masks.trial.name}: {dropout_words(masks.dropout)}")
        for sentence in masks.obstacles:
            output.say(f"warning: {masks.trial.name}: {sentence}")


def dropout_words(rate: float) -> str:
    return f"dropout {rate:g} is no mask: every weight is trained and used"


def draw_files(masks: Mapping[str, Mask], file: Path | None) -> None:
    """One mask to the file itself, several to files that have their names added to it."""
    if file is None:
        return
    for name, mask in masks.items():
        words = "-".join(name.split())
        path = file if len(masks) == 1 else file.with_stem(f"{file.stem}-{words}")
        svg = path.suffix == ".svg"
        write_bytes(path, image.svg(mask, name).encode() if svg else image.png(mask))
        output.say(f"wrote {path}")


def add_layers(table: Table, masks: TrialMasks) -> None:
    name = masks.trial.name
    reach = (f"{masks.network.active_parameters:,}", f"{blind(masks)}", f"{masks.ceiling:.3f}")
    for layer, mask in masks.network.masks.items():
        table.add_row(name, f"{layer}", label(masks.mask), *figures(describe(mask)), *reach)
    if not masks.network.masks:
        table.add_row(name, "-", "none", "1.0000", *[""] * 6, *reach)


def statistics_table(*first: str, last: Iterable[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in first:
        table.add_column(name)
    names = ("density", "weights", "dense out/in", "dead out/in", "degrees out/in", "rank", "gap")
    for name in (*names, *last):
        table.add_column(name, justify="right")
    return table


def figures(described: MaskStatistics) -> tuple[str, ...]:
    """The cells from density to spectral gap."""
    return (
        f"{described.density:.4f}",
        f"{described.weights:,}",
        f"{described.dense_rows} / {described.dense_columns}",
        f"{described.dead_rows} / {described.dead_columns}",
        f"{span(described.row_degrees)} / {span(described.column_degrees)}",
        f"{described.rank} of {min(described.rows, described.columns)}",
        f"{described.spectral_gap:.4f}",
    )


def span(degrees: Sequence[tuple[int, int]]) -> str:
    """`30..127`, or the one degree that all have."""
    least, most = degrees[0][0], degrees[-1][0]
    return f"{least}" if least == most else f"{least}..{most}"


def histogram(degrees: Sequence[tuple[int, int]]) -> str:
    """`30 (198 times), 127 (53 times)`; of many degrees the shape of their distribution."""
    if len(degrees) <= FEW:
        return ", ".join(f"{degree} ({times} times)" for degree, times in degrees)
    values, times = np.array(degrees).T
    counts, _ = np.histogram(values, BINS, weights=times)
    heights = np.ceil(counts * (len(BARS) - 1) / counts.max()).astype(int)
    return f"{values[0]} {''.join(BARS[height] for height in heights)} {values[-1]}"


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
        "parameters": masks.network.parameters,
        "active_parameters": masks.network.active_parameters,
        "dropout": masks.dropout,
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
