"""Progress measures on weights whose spectrum is known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from mobius_core.models.mlp import build
from mobius_core.models.spec import MlpSpec
from mobius_core.sparsity.build import masks
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.training.measures import fourier, norms

MODULUS = 97
FREQUENCIES = 48


def token_layer(table: torch.Tensor) -> nn.Module:
    """A network whose first layer has this token table, (2 * MODULUS, units)."""
    layer = nn.Linear(table.shape[0], table.shape[1])
    with torch.no_grad():
        layer.weight.copy_(table.T)
    return nn.Sequential(layer)


def waves(frequencies: list[int]) -> torch.Tensor:
    """Each unit a cosine of both tokens; all of equal strength."""
    position = torch.arange(MODULUS)
    columns = [torch.cos(2 * math.pi * k * position / MODULUS + k) for k in frequencies]
    return torch.stack(columns, dim=1).repeat(2, 1)


@pytest.mark.parametrize("frequencies", [[5], [3, 11], [1, 7, 20, 48]])
def test_equal_waves_share_the_spectrum(frequencies: list[int]) -> None:
    k = len(frequencies)
    measured = fourier(token_layer(waves(frequencies)), (MODULUS, MODULUS))
    assert measured["ipr"] == pytest.approx(1 / k, rel=1e-3)
    assert measured["gini"] == pytest.approx(1 - k / FREQUENCIES, abs=1e-3)


def test_one_residue_alone_has_an_even_spectrum() -> None:
    table = torch.zeros(2 * MODULUS, 3)
    table[17, 1] = 2.0
    measured = fourier(token_layer(table), (MODULUS, MODULUS))
    assert measured["ipr"] == pytest.approx(1 / FREQUENCIES, rel=1e-3)
    assert measured["gini"] == pytest.approx(0, abs=1e-3)


def test_a_constant_added_to_the_table_changes_nothing() -> None:
    table = waves([3, 11])
    assert fourier(token_layer(table + 4), (MODULUS, MODULUS)) == pytest.approx(
        fourier(token_layer(table), (MODULUS, MODULUS)), abs=1e-4
    )


def test_models_without_one_common_table_have_no_spectrum() -> None:
    assert fourier(token_layer(torch.randn(10, 3)), (4, 6)) == {}
    assert fourier(nn.Sequential(nn.Linear(8, 3)), (MODULUS, MODULUS)) == {}
    assert fourier(token_layer(torch.ones(2 * MODULUS, 3)), (MODULUS, MODULUS)) == {}


def test_an_embedding_is_a_token_table() -> None:
    spec = MlpSpec(embedding=2, widths=(8,))
    model = build(spec, (MODULUS, MODULUS), MODULUS, {}, torch.Generator().manual_seed(0))
    with torch.no_grad():
        next(m for m in model.modules() if isinstance(m, nn.Embedding)).weight.copy_(waves([2, 9]))
    assert fourier(model, (MODULUS, MODULUS))["ipr"] == pytest.approx(0.5, rel=1e-3)


def test_norm_counts_weights_that_exist() -> None:
    spec = MlpSpec(widths=(20, 20), mask=MaskSpec(mode="prime_only"))
    shapes = ((20, 10), (20, 20), (5, 20))
    model = build(spec, (5, 5), 5, masks(spec.mask, shapes, 0), torch.Generator().manual_seed(0))
    flat = torch.cat([p.detach().flatten() for p in model.parameters()])
    assert norms(model, (5, 5))["norm"] == pytest.approx(float(flat.norm()))
    kept = build(spec, (5, 5), 5, masks(spec.mask, shapes, 0), torch.Generator().manual_seed(0))
    for layer, mask in masks(spec.mask, shapes, 0).items():
        weight = next(p for n, p in kept.named_parameters() if n == f"layers.{layer - 1}.weight")
        assert not weight.detach()[torch.from_numpy(~mask)].any()
