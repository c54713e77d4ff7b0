"""Experiments that name experiments: `after`, `task.of`, `reports`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mobius_core.config.experiment import Experiment
from mobius_core.config.inherit import Written
from mobius_core.config.node import Items, Leaf, Node
from mobius_core.config.problems import Report, nearest
from mobius_core.config.tables import place_of


def check_names(node: Node, known: Iterable[str], report: Report) -> None:
    """A name or a list of names of experiments."""
    names = list(known)
    for leaf in node.items if isinstance(node, Items) else (node,):
        if isinstance(leaf, Leaf) and leaf.value not in names:
            word = str(leaf.value)
            report.add(leaf.place, f'no experiment "{word}"{nearest(word, names)}')


def check_links(
    experiments: Mapping[str, Experiment], written: Mapping[str, Written], report: Report
) -> None:
    """Every name exists, waiting has no circle, and what is evaluated is trained here."""
    for name, experiment in experiments.items():
        table = written[name].table
        if "after" in table.items:
            check_names(table.items["after"], written, report)
        if experiment.kind == "eval":
            _check_of(experiment, experiments, written, report)
        circle = _circle(name, experiments)
        if circle:
            place = (table.items.get("after") or table).place
            report.add(place, f"waits for itself: {' -> '.join(circle)}")


def _check_of(
    experiment: Experiment,
    experiments: Mapping[str, Experiment],
    written: Mapping[str, Written],
    report: Report,
) -> None:
    tables = experiment.sweep.tables
    task = tables.items.get("task")
    node = task.items.get("of") if task is not None and not isinstance(task, Leaf | Items) else None
    if node is not None:
        check_names(node, written, report)
    for name in experiment.of:
        if name in experiments and experiments[name].kind not in ("arithmetic", "modular"):
            message = f"{name} is of kind {experiments[name].kind}; only trained runs are evaluated"
            report.add(place_of(tables, "task", "of"), message)
    for section in ("arms", "matrix", "seeds"):
        if section in written[experiment.name].table.items:
            report.add(
                written[experiment.name].table.items[section].place,
                f"an eval experiment has one trial for each trial of `of`, and no {section}",
            )


def waits_for(experiment: Experiment) -> tuple[str, ...]:
    """Experiments whose trials must be done first, each once."""
    return tuple(dict.fromkeys((*experiment.of, *experiment.after)))


def _circle(start: str, experiments: Mapping[str, Experiment]) -> list[str]:
    """A path start -> … -> start along `after` and `of`; empty where there is none."""
    trail: list[tuple[str, tuple[str, ...]]] = [(start, (start,))]
    seen: set[str] = set()
    while trail:
        name, path = trail.pop()
        for following in waits_for(experiments[name]) if name in experiments else ():
            if following == start:
                return [*path, start]
            if following not in seen:
                seen.add(following)
                trail.append((following, (*path, following)))
    return []
