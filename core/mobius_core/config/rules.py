"""What must hold between the keys of an experiment, at every point of its sweep."""

from __future__ import annotations

from mobius_core.config.experiment import Experiment
from mobius_core.config.node import Table
from mobius_core.config.problems import Report, one_of
from mobius_core.config.rules_command import check_command, warn_of_repeats
from mobius_core.config.rules_model import check_model, warn_of_lost_layers
from mobius_core.config.rules_task import (
    Data,
    check_processes,
    check_task,
    warn_of_blind_corruption,
)
from mobius_core.config.sweep import points
from mobius_core.config.tables import Specs, place_of, read_specs
from mobius_core.models.registry import MODELS


def check_sweep(experiment: Experiment, data: Data, report: Report, warnings: Report) -> None:
    """Check every point; each mistake is reported once, at the line that set the value."""
    for point in points(experiment.sweep):
        specs = read_specs(experiment.kind, point.tables, report)
        check_specs(specs, point.tables, data, report)
        warn_of_repeats(specs, point.tables, experiment.sweep.seeds, warnings)
        warn_of_blind_corruption(specs, point.tables, warnings)
        warn_of_lost_layers(experiment.sweep.tables, point.tables, warnings)
    _check_compare(experiment, report)


def check_specs(specs: Specs, tables: Table, data: Data, report: Report) -> None:
    """One point of a sweep."""
    check_task(specs, tables, data, report)
    check_processes(specs, tables, report)
    check_model(specs, tables, report)
    check_command(specs, tables, report)
    _check_train(specs, tables, report)
    _check_save(specs, tables, report)


def _check_train(specs: Specs, tables: Table, report: Report) -> None:
    train = specs.train
    if train is None:
        return
    learns = specs.model is None or MODELS[specs.model.name].learns
    if learns and train.steps is None and train.epochs is None:
        report.add(place_of(tables, "train", "steps"), "required: steps or epochs")
    if train.steps is not None and train.epochs is not None:
        report.add(place_of(tables, "train", "epochs"), "steps is given, too: keep one of the two")
    if train.epoch is not None and train.epochs is None:
        report.add(place_of(tables, "train", "epoch"), "the length of an epoch, without epochs")
    if train.optimizer == "adam_inverse_sqrt" and train.schedule != "constant":
        message = "adam_inverse_sqrt has a schedule of its own: leave this out, or take adamw"
        report.add(place_of(tables, "train", "schedule"), message)


def _check_save(specs: Specs, tables: Table, report: Report) -> None:
    save = specs.save
    if save is not None and save.at is not None and save.every is not None:
        report.add(place_of(tables, "save", "every"), "at is given, too: keep one of the two")


def _check_compare(experiment: Experiment, report: Report) -> None:
    place = place_of(experiment.sweep.tables, "onset", "compare")
    for pair in experiment.compare:
        for arm in pair:
            if arm not in experiment.arms:
                report.add(place, f"no such arm: {one_of(arm, experiment.arms)}")
        if pair[0] == pair[1]:
            report.add(place, f"{pair[0]} is compared with itself")
