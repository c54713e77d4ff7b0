"""`mobius plot`: curves of runs as a picture, a table, or characters on the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mobius_core.config.trial import Json, in_per_cent
from mobius_core.errors import NotFound, UsageError, WorkFailed
from mobius_tui.cli import output
from mobius_tui.cli.labs import OfRuns, RunArguments, open_lab, select
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mobius_core.metrics.table import MetricsTable
    from mobius_core.runs.run import Run
    from mobius_tui.charts.series import Series
    from mobius_tui.charts.view import ChartView

SIZE: Final = (100, 24)
"""Cells, where the output is no terminal."""
PICTURE: Final = (800, 480)
FIRST: Final = ("test_acc", "test_loss", "train_acc", "train_loss")
"""What is drawn of several runs unless a metric is named: the first of these that there is."""


def register(app: typer.Typer) -> None:
    app.command(cls=OfRuns)(plot)


def plot(
    words: RunArguments,
    metric: Annotated[
        str | None,
        typer.Option(help="name as in metrics.jsonl; accuracies, or one of several runs"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="file to write: .svg, .png or .csv; the terminal")
    ] = None,
    log_x: Annotated[
        bool | None, typer.Option("--log-x/--lin-x", help="logarithmic for modular runs")
    ] = None,
    log_y: Annotated[bool, typer.Option("--log-y", help="logarithmic y axis")] = False,
    smooth: Annotated[
        float, typer.Option(min=0.0, max=0.999, help="weight of the moving average")
    ] = 0.0,
    dark: Annotated[bool, typer.Option("--dark", help="light on dark, in pictures")] = False,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="no braille")] = False,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw curves: the accuracies of one run, or one metric of several. See also `w` in the TUI."""
    from mobius_tui.charts.picture import SUFFIXES

    if out is not None and out.suffix not in SUFFIXES:
        raise UsageError(f"--out {out}: the name ends in {', '.join(SUFFIXES)}")
    runs = select(open_lab(file, home), words)
    title, view = view_of(runs, metric)
    from mobius_tui.charts.scale import Scale

    is_log = log_x if log_x is not None else any(run.trial.kind == "modular" for run in runs)
    view = replace(
        view.scaled(Scale.LOG if is_log else Scale.LINEAR, Scale.LINEAR), smoothing=smooth
    )
    view = view.scaled(view.x, Scale.LOG if log_y else Scale.LINEAR)
    if out is not None:
        write(view, title, out, dark=dark)
    if as_json:
        output.emit_json({"title": title, "lines": lines_of(view), "file": str(out or "")})
    elif out is not None:
        output.say(f"{title} written to {out}")
    else:
        output.emit_lines(drawn(view, title, ascii_only=ascii_only))


def view_of(runs: Sequence[Run], metric: str | None) -> tuple[str, ChartView]:
    """A title and the curves; NotFound where no run has the metric."""
    from mobius_core.metrics.table import MetricsTable
    from mobius_core.runs.folder import RunFolder
    from mobius_tui.screens.run_charts import BASE_RATE

    tables = [MetricsTable(RunFolder(run.folder).metrics) for run in runs]
    for table in tables:
        table.refresh()
    known = list(dict.fromkeys(name for table in tables for name in table.names))
    known = [name for name in known if name != BASE_RATE]
    if metric is not None and metric not in known:
        there = ", ".join(known) or "none yet"
        raise NotFound(f"no metric is called {metric} in {described(runs)}; there are {there}")
    if not known:
        raise NotFound(f"{described(runs)}: no metrics yet; `mobius logs` shows what it prints")
    if len(runs) == 1:
        return of_one(runs[0], tables[0], metric)
    name = metric or next((one for one in FIRST if one in known), known[0])
    return f"{name} of {len(runs)} runs", of_several(runs, tables, name)


def of_one(run: Run, table: MetricsTable, metric: str | None) -> tuple[str, ChartView]:
    """As the Run screen draws it, with onset marks and reference lines."""
    from mobius_tui.charts.limits import Window
    from mobius_tui.charts.view import ChartView
    from mobius_tui.screens.run_charts import Curves, onset_marks, references
    from mobius_tui.screens.run_reader import RunData

    data = RunData(
        {name: table.series(name) for name in table.names}, tuple(map(float, table.seams))
    )
    curves = Curves()
    curves.follow(data)
    groups = curves.groups()
    group = next((one for one in groups if any(s.name == metric for s in one.series)), groups[0])
    series = [one for one in group.series if metric in (None, one.name)]
    is_modular = run.trial.kind == "modular"
    return f"{group.title if metric is None else metric} of {run.trial.name}", ChartView(
        series=tuple(series),
        marks=tuple(onset_marks(run, data.curves)),
        references=tuple(references(run, group.title, data.curves)),
        y_home=Window(0.0, 1.0) if group.is_share and is_modular else None,
        percent=in_per_cent(run.trial.kind, series[0].name),
    )


def of_several(runs: Sequence[Run], tables: Sequence[MetricsTable], metric: str) -> ChartView:
    """One line a run; those without the metric have none."""
    from mobius_tui.charts import palette
    from mobius_tui.charts.series import Points, Series
    from mobius_tui.charts.view import ChartView

    series: list[Series] = []
    for run, table in zip(runs, tables, strict=True):
        steps, values = table.series(metric)
        if steps:
            at = len(series)
            points = Points()
            points.follow(steps, values, tuple(map(float, table.seams)))
            name, mark = run.trial.name, palette.mark(at)
            series.append(Series(metric, mark, at % palette.COLOURS, points, name))
    percent = all(in_per_cent(run.trial.kind, metric) for run in runs)
    return ChartView(tuple(series), percent=percent)


def described(runs: Sequence[Run]) -> str:
    return runs[0].trial.name if len(runs) == 1 else f"{len(runs)} runs"


def write(view: ChartView, title: str, out: Path, *, dark: bool) -> None:
    """WorkFailed where the file cannot be written."""
    from mobius_tui.charts.export import DARK, LIGHT
    from mobius_tui.charts.picture import picture

    try:
        out.write_bytes(picture(view, title, out.suffix, paper=DARK if dark else LIGHT))
    except OSError as error:
        raise WorkFailed(f"cannot write {out}: {error.strerror}") from error


def drawn(view: ChartView, title: str, *, ascii_only: bool) -> list[str]:
    """Characters without colour: lines are told apart by their letters."""
    import shutil

    from mobius_core.config.machine import UiSpec
    from mobius_tui.charts.charset import ASCII
    from mobius_tui.charts.draw import draw
    from mobius_tui.settings import charset

    width, height = shutil.get_terminal_size(SIZE)
    legend = "  ".join(f"{one.mark} {one.title}" for one in view.series)
    lines = draw(
        replace(view, letters=True),
        width,
        min(height - 3, SIZE[1]),
        ASCII if ascii_only else charset(UiSpec()),
    )
    text = ["".join(piece.text for piece in line).rstrip() for line in lines]
    return [f"{title}   {legend}   {view.words()}", *text]


def lines_of(view: ChartView) -> list[Json]:
    return [
        {
            "label": one.title,
            "metric": one.name,
            "x": list(one.points.raw.xs),
            "y": list(one.points.raw.ys),
        }
        for one in view.series
    ]
