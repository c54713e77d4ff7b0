"""What must hold between the keys of `model`."""

from __future__ import annotations

from mobius_core.config.node import Table, plain
from mobius_core.config.problems import Report
from mobius_core.config.tables import Specs, place_of, subtable
from mobius_core.models.registry import MODELS
from mobius_core.models.spec import Int2IntSpec, MlpSpec, NandaSpec, TransformerSpec
from mobius_core.sparsity.spec import mistake
from mobius_core.training.spec import ArithmeticTask, ModularTask


def check_model(specs: Specs, tables: Table, report: Report) -> None:
    if isinstance(specs.model, MlpSpec):
        _check_mask(specs.model, tables, report)
    if isinstance(specs.model, Int2IntSpec):
        _check_int2int(specs.model, specs, tables, report)
    if isinstance(specs.model, NandaSpec | TransformerSpec):
        _check_heads(specs.model, tables, report)
    if specs.model is not None and MODELS[specs.model.name].residues_only:
        _check_residues(specs.model.name, specs, tables, report)


def _check_residues(model: str, specs: Specs, tables: Table, report: Report) -> None:
    """It takes a token of 0 for a divisor of n."""
    if isinstance(specs.task, ModularTask):
        message = f"{model} reads residues of one n, and a modular task has none: another model"
        report.add(place_of(tables, "model", "name"), message)
    if not isinstance(specs.task, ArithmeticTask):
        return
    if any(group.digits is not None for group in specs.task.inputs):
        message = f"{model} reads residues, not digits: leave them out or take another model"
        report.add(place_of(tables, "task", "inputs"), message)
    if model == "crt" and specs.task.target not in ("mu", "mu2"):
        message = "crt knows the posterior of mu and mu2 only: one of these or another model"
        report.add(place_of(tables, "task", "target"), message)


def _check_int2int(model: Int2IntSpec, specs: Specs, tables: Table, report: Report) -> None:
    _check_heads(model, tables, report)
    if specs.train is not None and specs.train.loss != "cross_entropy":
        message = "int2int has a loss of its own, the cross-entropy over its words: leave this out"
        report.add(place_of(tables, "train", "loss"), message)


def _check_heads(
    model: Int2IntSpec | NandaSpec | TransformerSpec, tables: Table, report: Report
) -> None:
    if model.dim % model.heads:
        message = f"{model.heads} heads do not divide dim = {model.dim}"
        report.add(place_of(tables, "model", "heads"), message)


def warn_of_lost_layers(tables: Table, point: Table, warnings: Report) -> None:
    """Another mode replaces the whole mask: then its layers are all hidden ones again."""
    before = subtable(subtable(tables, "model"), "mask").items
    after = subtable(subtable(point, "model"), "mask").items
    lost = "layers" in before and "layers" not in after
    if lost and "mode" in after and plain(after["mode"]) != "none":
        message = f"another mode is another mask: layers of line {before['layers'].place.line} "
        warnings.add(after["mode"].place, message + "do not hold for it, write them beside it")


def _check_mask(model: MlpSpec, tables: Table, report: Report) -> None:
    mask = model.mask
    found = mistake(mask)
    if found is not None:
        report.add(place_of(tables, "model", "mask", found.key), found.message)
    linear = len(model.widths) + 1
    for layer in mask.layers or ():
        if layer > linear:
            message = f"no linear layer {layer}: {len(model.widths)} widths make {linear} layers"
            report.add(place_of(tables, "model", "mask", "layers"), message)
    if mask.layers == () or (mask.mode != "none" and not (mask.layers or model.widths)):
        message = "no layer to mask: name linear layers, counted from 1"
        report.add(place_of(tables, "model", "mask", "layers"), message)
