"""Which metrics stand in which chart, and the marks and lines that go with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from mobius_core.analysis.figures import figures_of
from mobius_core.metrics.onset import Onset
from mobius_core.metrics.visible import visible
from mobius_core.runs.run import Run
from mobius_tui.charts import palette
from mobius_tui.charts.series import Points, Series
from mobius_tui.charts.view import Mark, Reference
from mobius_tui.model import number
from mobius_tui.screens.legend import legend
from mobius_tui.screens.run_reader import Curve, RunData

TOGETHER: Final[Mapping[str, tuple[str, ...]]] = {
    "accuracy": ("train_acc", "test_acc", "oracle_acc"),
    "loss": ("train_loss", "test_loss", "oracle_loss"),
}
"""Metrics that share a chart; every other metric has its own."""
BASE_RATE: Final = "base_rate"
"""The same in every row: a reference line, no curve."""


@dataclass(frozen=True, slots=True)
class Group:
    """One chart: its title and its lines."""

    title: str
    series: tuple[Series, ...]
    is_share: bool
    """accuracies, which live in 0 to 1"""

    def legend(self, *, dark: bool) -> Content:
        """Letters and names in the colours of their lines, after what they have in common."""
        if len(self.series) == 1 and self.series[0].name == self.title:
            return legend(self.series, dark=dark)
        common = (self.title, "bold $foreground")
        return Content.assemble(common, "  ", legend(self.series, dark=dark))


class Curves:
    """The points of one run, kept from look to look so that only what is new is taken in."""

    def __init__(self) -> None:
        self._points: dict[str, Points] = {}

    def follow(self, data: RunData) -> None:
        for name, (steps, values) in data.curves.items():
            self._points.setdefault(name, Points()).follow(steps, values, data.seams, data.edition)

    def groups(self) -> list[Group]:
        """Accuracy and loss first, then every other metric in the order of the file."""
        known = [
            name for name, points in self._points.items() if len(points.raw) and name != BASE_RATE
        ]
        shared = [name for members in TOGETHER.values() for name in members]
        names = [name for name in shared if name in known]
        names += [name for name in known if name not in shared]
        colours = palette.colours(names)
        wanted = [
            (title, [n for n in members if n in names]) for title, members in TOGETHER.items()
        ]
        wanted += [(name, [name]) for name in names if name not in shared]
        groups = []
        for title, members in wanted:
            series = tuple(
                Series(
                    name,
                    palette.mark(names.index(name)),
                    colours[name],
                    self._points[name],
                    label(name, title),
                )
                for name in members
            )
            if series:
                groups.append(Group(title, series, title == "accuracy"))
        return groups


def label(name: str, title: str) -> str:
    """`train` under accuracy or loss, the full name elsewhere."""
    return name.rpartition("_")[0] if title in TOGETHER else name


def onset_marks(run: Run, curves: Mapping[str, Curve]) -> list[Mark]:
    """`m` and `g`: from the result, or as far as the live curves say already."""
    if run.trial.kind != "modular":
        return []
    figures = figures_of(run)
    memorised, generalised = figures.memorised, figures.generalised
    if run.result is None:
        live = live_onset(run, curves)
        memorised = live.memorised if live.memorised >= 0 else None
        generalised = live.generalised if live.generalised >= 0 else None
    found = (("m", memorised), ("g", generalised))
    return [Mark(x, letter) for letter, x in found if x is not None]


def live_onset(run: Run, curves: Mapping[str, Curve]) -> Onset:
    table = run.trial.tables.get("onset")
    rule = table if isinstance(table, dict) else {}
    onset = Onset(number(rule, "threshold") or 0.99, int(number(rule, "hold") or 0))
    train = dict(zip(*curves.get("train_acc", ([], [])), strict=True))
    for step, test in zip(*curves.get("test_acc", ([], [])), strict=True):
        onset.add(step, train.get(step, float("nan")), test)
    return onset


def references(run: Run, title: str, curves: Mapping[str, Curve]) -> list[Reference]:
    """Lines to compare with: the oracle on the same rows, the base rate, what was published."""
    metrics = {"accuracy": "test_acc", "loss": "test_loss"}
    metric = metrics.get(title)
    if metric is None:
        return []
    lines = []
    figures = figures_of(run)
    is_share = title == "accuracy"
    oracle = figures.oracle_accuracy if is_share else figures.oracle_cross_entropy
    if oracle is not None:
        lines.append(Reference(oracle, "oracle", oracle=True))
    base = [*curves.get(BASE_RATE, ([], []))[1][-1:], number(run.result, BASE_RATE)]
    if is_share and base[0] is not None:
        lines.append(Reference(base[0], "base rate"))
    published = run.trial.text.get("reference")
    for name, values in published_lines(published):
        value = number(values, metric)
        if value is not None:
            lines.append(Reference(value, visible(name)))
    return lines


def published_lines(table: object) -> Iterable[tuple[str, Mapping[str, float]]]:
    if isinstance(table, dict):
        for name, values in table.items():
            if isinstance(values, dict):
                yield str(name), values
