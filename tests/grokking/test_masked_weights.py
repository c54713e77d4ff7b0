"""Weights that a mask removes do not exist: not in the start, the norm, decay or a checkpoint."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from mobius_core.models.masked import MaskedLinear
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.training.measures import Subject, norms
from mobius_core.training.registry import OPTIMIZERS
from tests.grokking.trials import QUICK, Small, train

MASKED = Small(
    widths=(48, 40),
    activation="relu",
    mask=MaskSpec(mode="prime_only", layers=(1, 2)),
    train=dataclasses.replace(QUICK, steps=25, lr=5e-3),
)


def masked_layers(model: nn.Module) -> list[MaskedLinear]:
    return [layer for layer in model.modules() if isinstance(layer, MaskedLinear)]


def test_the_start_is_scaled_to_the_fan_in_inside_the_mask(tmp_path: Path) -> None:
    """Each row is uniform in +-1/sqrt(its own weights): largest near the bound, variance a third
    of its square."""
    wide = dataclasses.replace(MASKED, widths=(400, 300))
    for layer in masked_layers(wide.work(tmp_path).model):
        weight, mask = layer.weight.detach().numpy(), layer.mask.numpy() > 0
        assert (weight[~mask] == 0).all()
        fan_in = mask.sum(axis=1)
        assert len(set(fan_in.tolist())) > 1
        scaled = weight * np.sqrt(fan_in)[:, None]
        assert np.abs(scaled).max() == pytest.approx(1, abs=1e-3)
        # Variance 1/3; its standard error from n uniform draws is sqrt(4/45 / n).
        assert scaled[mask].var() == pytest.approx(1 / 3, abs=4 * math.sqrt(4 / 45 / mask.sum()))
        dense = scaled[fan_in == mask.shape[1]]
        assert dense.var() == pytest.approx(1 / 3, abs=4 * math.sqrt(4 / 45 / dense.size))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_optimiser_brings_a_removed_weight_back(optimizer: str, tmp_path: Path) -> None:
    """Not with weight decay either: a zero without a gradient stays a zero, and all others move."""
    how = dataclasses.replace(MASKED.train, optimizer=optimizer)
    trial = dataclasses.replace(MASKED, train=how)
    train(trial, tmp_path / "run")
    saved = torch.load(tmp_path / "run/checkpoints/last.pt", weights_only=True)
    start = trial.work(tmp_path).model
    masks = {name: m for name, m in start.state_dict().items() if name.endswith("mask")}
    assert len(masks) == 2
    for name, mask in masks.items():
        weight = saved["model"][name.replace("mask", "weight")]
        assert (weight[mask == 0] == 0).all()
        before = start.state_dict()[name.replace("mask", "weight")]
        assert (weight[mask == 1] != before[mask == 1]).float().mean() > 0.99


def test_the_norm_is_that_of_existing_weights(tmp_path: Path) -> None:
    model = MASKED.work(tmp_path).model
    squares = [p.detach().double().square().sum() for p in existing_weights(model)]
    measured = norms(Subject(model, (31, 31)))["norm"]
    assert measured == pytest.approx(math.sqrt(sum(squares)), rel=1e-6)


def test_nothing_outside_the_mask_is_multiplied(tmp_path: Path) -> None:
    for layer in masked_layers(MASKED.work(tmp_path).model):
        inputs = torch.ones(1, layer.in_features)
        with torch.no_grad():
            before = layer(inputs)
            layer.weight += 1 - layer.mask
            assert torch.equal(layer(inputs), before)


def existing_weights(model: nn.Module) -> list[torch.Tensor]:
    masked = {id(layer.weight): layer.mask for layer in masked_layers(model)}
    return [p[masked[id(p)] == 1] if id(p) in masked else p for p in model.parameters()]
