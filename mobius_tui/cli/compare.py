"""`mobius compare`: what differs between runs or cells, and what came out of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_tui.cli import output
from mobius_tui.cli.labs import RunArguments, open_lab, select
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from rich.table import Table

    from mobius_core.analysis.differences import Setting
    from mobius_core.analysis.outcomes import Outcome
    from mobius_core.analysis.sides import Side
    from mobius_core.runs.run import Run


def compare(
    words: RunArguments,
    every: Annotated[bool, typer.Option("--all", help="equal keys too")] = False,
    baseline: Annotated[
        str, typer.Option(metavar="LETTER", help="what the others are compared with")
    ] = "A",
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What differs between runs, and what came out: by cell where several are named, else by run.

    Medians have 95 % intervals that assume nothing (order statistics) from six runs on;
    differences from the baseline are paired by seed.
    """
    from mobius_core.analysis.differences import origins, settings
    from mobius_core.analysis.outcomes import counts, outcome_json, outcomes
    from mobius_core.analysis.sides import cell_of, sides_of
    from mobius_core.runs.files import read_json
    from mobius_core.runs.folder import RunFolder

    runs = select(open_lab(file, home), words)
    if len(words) == 1:
        runs = as_in_the_file(runs, file)
    sides = sides_of(runs)
    if len(sides) < 2:
        raise UsageError(f"{' '.join(words)} is one run; name at least two, or two experiments")
    letters = [side.letter for side in sides]
    if baseline.upper() not in letters:
        raise UsageError(f"--baseline {baseline}: the sides are {', '.join(letters)}")
    against = letters.index(baseline.upper())
    if len({cell_of(run.trial) for run in runs}) > len(sides) > 1:
        output.say(f"only the first {len(sides)} cells are compared: letters end there")
    shown = [one for one in settings(sides) if every or one.differs]
    found = outcomes(sides, against)
    warnings = origins(sides, {run.id: read_json(RunFolder(run.folder).env) or {} for run in runs})
    if as_json:
        output.emit_json(
            {
                "sides": [
                    {
                        "letter": side.letter,
                        "name": side.name,
                        "runs": [run.id for run in side.runs],
                        "done": counts(side).done,
                        "grokked": counts(side).grokked,
                    }
                    for side in sides
                ],
                "baseline": letters[against],
                "settings": [setting_json(one) for one in shown],
                "outcomes": [outcome_json(one) for one in found],
                "warnings": [*warnings],
            }
        )
        return
    output.draw(settings_table(shown, sides))
    output.draw(outcomes_table(found, sides, against))
    for warning in warnings:
        output.say(warning)


def as_in_the_file(runs: Sequence[Run], file: Path | None) -> tuple[Run, ...]:
    """The control of an experiment first, where there is a file to say which one that is."""
    from mobius_core.analysis.sides import in_order
    from mobius_core.config.expand import expand
    from mobius_tui.cli.trials import project_around

    project = project_around(file)
    if project is None:
        return tuple(runs)
    named = dict.fromkeys(run.trial.experiment for run in runs)
    known = [name for name in named if name in project.experiments]
    trials = [trial for name in known for trial in expand(project, name)]
    return tuple(in_order(runs, [trial.key for trial in trials]))


def setting_json(one: Setting) -> dict[str, Json]:
    """`values` holds for each side the distinct values of its runs."""
    return {
        "key": one.key,
        "differs": one.differs,
        "values": [list(values) for values in one.values],
    }


def heading(title: str, sides: Sequence[Side], against: int | None = None) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title)
    for place, side in enumerate(sides):
        table.add_column(f"{side.letter} {side.name}{'*' if place == against else ''}")
    return table


def settings_table(shown: Sequence[Setting], sides: Sequence[Side]) -> Table:
    from mobius_tui.side_words import setting_words

    table = heading("what differs", sides)
    for one in shown:
        table.add_row(one.key, *(setting_words(values) for values in one.values))
    if not shown:
        table.add_row("nothing", *("" for _ in sides))
    return table


def outcomes_table(found: Sequence[Outcome], sides: Sequence[Side], against: int) -> Table:
    from mobius_tui.side_words import outcome_rows

    table = heading("what came out", sides, against)
    for name, *cells in outcome_rows(found, sides, against):
        table.add_row(name, *cells)
    return table
