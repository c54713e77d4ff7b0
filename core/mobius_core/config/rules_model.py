"""What must hold between the keys of `model`."""

from __future__ import annotations

from mobius_core.config.node import Table, plain
from mobius_core.config.problems import Report
from mobius_core.config.tables import Specs, place_of, subtable
from mobius_core.models.spec import Int2IntSpec, MlpSpec, NandaSpec
from mobius_core.sparsity.spec import mistake


def check_model(specs: Specs, tables: Table, report: Report) -> None:
    if isinstance(specs.model, MlpSpec):
        _check_mask(specs.model, tables, report)
    if isinstance(specs.model, Int2IntSpec):
        _check_int2int(specs.model, specs, tables, report)
    if isinstance(specs.model, NandaSpec):
        _check_heads(specs.model, tables, report)


def _check_int2int(model: Int2IntSpec, specs: Specs, tables: Table, report: Report) -> None:
    _check_heads(model, tables, report)
    if specs.train is not None and specs.train.loss != "cross_entropy":
        message = "int2int has a loss of its own, the cross-entropy over its words: leave this out"
        report.add(place_of(tables, "train", "loss"), message)


def _check_heads(model: Int2IntSpec | NandaSpec, tables: Table, report: Report) -> None:
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
