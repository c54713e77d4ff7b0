"""Progress measures on weights whose spectrum is known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from mobius_core.models import gromov, nanda
from mobius_core.models.mlp import build
from mobius_core.models.spec import GromovSpec, MlpSpec, NandaSpec
from mobius_core.sparsity.build import masks
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.training import measures
from mobius_core.training.measures import Measures, Subject, circuit, logits, ranks
from mobius_core.training.work import Batch

MODULUS = 97
FREQUENCIES = 48


def fourier(model: nn.Module, vocabularies: tuple[int, int]) -> dict[str, float]:
    return measures.fourier(Subject(model, vocabularies))


def norms(model: nn.Module, vocabularies: tuple[int, int]) -> dict[str, float]:
    return measures.norms(Subject(model, vocabularies))


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


def test_norms_of_matrices_are_those_of_their_entries() -> None:
    model = build(MlpSpec(widths=(6,)), (5, 5), 5, {}, torch.Generator().manual_seed(0))
    found = norms(model, (5, 5))
    first, second = (layer.weight.detach() for layer in model.linears)
    assert found["norm_1"] == pytest.approx(math.sqrt(sum(x * x for x in first.flatten().tolist())))
    assert found["norm_2"] == pytest.approx(float(second.norm()))


def test_top5_is_the_share_of_the_five_strongest() -> None:
    table = sum((6 - n) * waves([k]) for n, k in enumerate([1, 2, 3, 4, 5, 6]))
    assert isinstance(table, torch.Tensor)
    powers = [36, 25, 16, 9, 4, 1]
    measured = fourier(token_layer(table), (MODULUS, MODULUS))
    assert measured["top5"] == pytest.approx(sum(powers[:5]) / sum(powers), rel=1e-3)


def test_effective_rank_counts_equal_directions() -> None:
    layer = nn.Linear(20, 30, bias=False)
    basis, _ = torch.linalg.qr(torch.randn(30, 20, generator=torch.Generator().manual_seed(0)))
    with torch.no_grad():
        layer.weight.copy_(basis @ torch.diag((torch.arange(20) < 7).float()))
    assert ranks(Subject(nn.Sequential(layer), (10, 10)))["rank_1"] == pytest.approx(7, rel=1e-4)
    unequal = torch.diag(torch.tensor([8.0, 4.0, 2.0, 2.0]))
    four = nn.Linear(4, 4, bias=False)
    with torch.no_grad():
        four.weight.copy_(unequal)
    bits = 0.5 * 1 + 0.25 * 2 + 2 * 0.125 * 3  # entropy of 1/2, 1/4, 1/8, 1/8
    measured = ranks(Subject(nn.Sequential(four), (2, 2)))
    assert measured["rank_1"] == pytest.approx(2**bits, rel=1e-5)


class Analytic(nn.Module):
    """Logits that are a sum of cos(w (a + b - c)) over its frequencies, plus one of a - b, plus a
    constant that favours one answer: every part known in closed form."""

    def __init__(self, frequencies: list[int], strength: float, memory: float) -> None:
        super().__init__()
        self.frequencies, self.strength, self.memory = frequencies, strength, memory

    def token_tables(self) -> torch.Tensor:
        return waves(self.frequencies).view(2, MODULUS, -1)

    def answer(self, tokens: torch.Tensor) -> torch.Tensor:
        """The waves in a + b alone."""
        apart = tokens.sum(dim=1)[:, None] - torch.arange(MODULUS)
        angles = [2 * math.pi * k * apart / MODULUS for k in self.frequencies]
        return self.strength * torch.stack([angle.cos() for angle in angles]).sum(dim=0)

    def rest(self, tokens: torch.Tensor) -> torch.Tensor:
        """What is no wave in a + b: one in a - b."""
        apart = (tokens[:, 0] - tokens[:, 1])[:, None] - torch.arange(MODULUS)
        return self.memory * (2 * math.pi * 3 * apart / MODULUS).cos()

    def bias(self) -> torch.Tensor:
        return 2.0 * (torch.arange(MODULUS) == 5)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.answer(tokens) + self.rest(tokens) + self.bias()


def table_parts() -> tuple[Batch, Batch]:
    """The whole table of addition, split at random."""
    grid = torch.cartesian_prod(torch.arange(MODULUS), torch.arange(MODULUS))
    order = torch.randperm(len(grid), generator=torch.Generator().manual_seed(0))
    rows, labels = grid[order], grid[order].sum(dim=1) % MODULUS
    cut = len(grid) * 2 // 5
    return Batch(rows[:cut], labels[:cut]), Batch(rows[cut:], labels[cut:])


@pytest.mark.parametrize("memory", [0.0, 4.0])
def test_restricted_and_excluded_loss_of_an_analytic_solution(memory: float) -> None:
    model = Analytic([2, 11, 17, 30, 41], strength=3.0, memory=memory)
    train, test = table_parts()
    measured = circuit(Subject(model, (MODULUS, MODULUS), train, test))
    kept = model.answer(test.tokens) + model.bias()
    left = model.rest(train.tokens) + model.bias()
    expected = nn.functional.cross_entropy
    assert measured["restricted_loss"] == pytest.approx(
        float(expected(kept, test.labels)), rel=1e-3
    )
    assert measured["excluded_loss"] == pytest.approx(float(expected(left, train.labels)), rel=1e-3)
    if memory == 0:
        assert measured["excluded_loss"] > math.log(MODULUS) > 10 * measured["restricted_loss"]


def test_a_circuit_needs_answers_of_equal_number() -> None:
    model = Analytic([2, 11, 17, 30, 41], strength=3.0, memory=0.0)
    train, test = table_parts()
    product = test._replace(labels=test.tokens.prod(dim=1) % MODULUS)
    assert circuit(Subject(model, (MODULUS, MODULUS), train, product)) == {}
    assert circuit(Subject(model, (MODULUS, MODULUS))) == {}


def test_the_logit_scale_is_the_height_of_the_largest() -> None:
    """Sum of five cosines of strength 3 is 15 at the answer and has mean 0; a bias of 2 on one of
    97 classes moves the mean by 2/97, and is the largest nowhere but on its own answer."""
    model = Analytic([2, 11, 17, 30, 41], strength=3.0, memory=0.0)
    _, test = table_parts()
    expected = 15 - 2 / MODULUS + 2 * float((test.labels[:1024] == 5).float().mean())
    measured = logits(Subject(model, (MODULUS, MODULUS), None, test))
    assert measured["logit_scale"] == pytest.approx(expected, rel=1e-4)


def test_dear_measures_come_at_their_own_pace() -> None:
    model = build(MlpSpec(widths=(6,)), (5, 5), 5, {}, torch.Generator().manual_seed(0))
    taken = Measures(("norms", "ranks"), dear=3)
    seen = ["rank_1" in taken(Subject(model, (5, 5))) for _ in range(7)]
    assert seen == [True, False, False, True, False, False, True]
    assert "norm" in taken(Subject(model, (5, 5)))


def test_nanda_and_gromov_have_token_tables() -> None:
    draw = torch.Generator().manual_seed(0)
    shared = nanda.build(NandaSpec(dim=8, heads=2, hidden=8), (31, 31), 31, {}, draw)
    two_hot = gromov.build(GromovSpec(width=8), (31, 31), 31, {}, draw)
    for model in (shared, two_hot):
        assert 1 / 15 <= fourier(model, (31, 31))["ipr"] < 0.3
