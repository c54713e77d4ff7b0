"""Tables of `mobius list` and `mobius show`, drawn with rich."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mobius_core.config.names import value_name
from mobius_core.config.trial import Json, Trial

if TYPE_CHECKING:
    from mobius_core.config.experiment import Experiment
    from mobius_core.config.project import Project

SHOWN_TRIALS: Final = 12
SHOWN_VALUES: Final = 6


def experiments_table(project: Project, counts: Mapping[str, int]) -> RenderableType:
    """One row an experiment."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("name", "kind", "line"):
        table.add_column(heading, no_wrap=True)
    table.add_column("trials", justify="right", no_wrap=True)
    table.add_column("arms x matrix x seeds")
    table.add_column("title")
    for one in project.experiments.values():
        table.add_row(
            one.name, one.kind, str(one.line), f"{counts[one.name]:,}", shape(one), one.title
        )
    return table


def shape(experiment: Experiment) -> str:
    """`6 arms x 3 lr x 8 seeds`; nothing for a single trial."""
    if experiment.of:
        return f"trials of {', '.join(experiment.of)}"
    axes = [
        (len(axis.values), ".".join(axis.path).rpartition(".")[2]) for axis in experiment.sweep.axes
    ]
    factors = [(len(experiment.arms), "arms"), *axes, (len(experiment.seeds), "seeds")]
    return " x ".join(f"{count} {what}" for count, what in factors if count > 1)


def experiment_view(experiment: Experiment, trials: Sequence[Trial]) -> RenderableType:
    """Title, every key with its value or values, and the first trials."""
    parts: list[RenderableType] = [Text(f"{experiment.name}: {experiment.title}", style="bold")]
    if experiment.note:
        parts.append(Text(experiment.note, style="dim"))
    return Group(*parts, keys_table(trials), *trial_lines(trials))


def keys_table(trials: Sequence[Trial]) -> Table:
    """Every key that is set, with all values that it has among the trials."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("key", no_wrap=True)
    table.add_column("value")
    for key, values in distinct(trials).items():
        if values == [None]:
            continue
        names = [shown(value) for value in values[:SHOWN_VALUES]]
        more = f" and {len(values) - SHOWN_VALUES} more" if len(values) > SHOWN_VALUES else ""
        style = "bold" if len(values) > 1 else ""
        table.add_row(key, Text(" | ".join(names) + more, style=style))
    return table


def shown(value: Json) -> str:
    """A value as the file might have it, numbers as in the names of trials."""
    if isinstance(value, list):
        return f"[{', '.join(shown(item) for item in value)}]"
    if isinstance(value, dict):
        pairs = ", ".join(
            f"{key} = {shown(item)}" for key, item in value.items() if item is not None
        )
        return f"{{ {pairs} }}"
    return value if isinstance(value, str) else value_name(value)


def distinct(trials: Sequence[Trial]) -> dict[str, list[Json]]:
    """dotted key -> its different values, in order of the trials."""
    found: dict[str, list[Json]] = {}
    for trial in trials:
        for key, value in flat({**trial.tables, "resources": dict(trial.resources)}):
            values = found.setdefault(key, [])
            if value not in values:
                values.append(value)
    return found


def flat(table: Mapping[str, Json], prefix: str = "") -> Iterator[tuple[str, Json]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def trial_lines(trials: Sequence[Trial]) -> list[Text]:
    lines = [Text(f"{len(trials):,} trial{'s' if len(trials) > 1 else ''}", style="bold")]
    lines += [Text(f"  {trial.name}  {trial.key}") for trial in trials[:SHOWN_TRIALS]]
    if len(trials) > SHOWN_TRIALS:
        lines.append(Text(f"  and {len(trials) - SHOWN_TRIALS:,} more: --json has all"))
    return lines
