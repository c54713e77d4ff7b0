"""Optimisers and losses against what their papers define."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from mobius_core.resolve import resolve
from mobius_core.training.grokfast import Grokfast
from mobius_core.training.losses import stablemax
from mobius_core.training.muon import Muon, orthogonalised
from mobius_core.training.optimizers import AdamW, Optimizer
from mobius_core.training.perpgrad import PerpGrad, perpendicular
from mobius_core.training.registry import OPTIMIZERS
from mobius_core.training.spec import TrainSpec

TRAIN = TrainSpec(lr=1e-2, weight_decay=0.1, betas=(0.9, 0.98), steps=10)
NAMES = sorted(OPTIMIZERS)


def built(name: str, parameters: list[nn.Parameter], train: TrainSpec = TRAIN) -> Optimizer:
    builder = resolve(OPTIMIZERS[name])
    assert callable(builder)
    made: Optimizer = builder(parameters, train, 10)
    return made


def parameters(seed: int = 0) -> list[nn.Parameter]:
    draw = torch.Generator().manual_seed(seed)
    shapes = ((6, 9), (8, 6), (8,), (5, 8))
    return [nn.Parameter(torch.randn(*shape, generator=draw)) for shape in shapes]


def give_gradients(ours: list[nn.Parameter], seed: int) -> list[torch.Tensor]:
    draw = torch.Generator().manual_seed(100 + seed)
    given = [torch.randn(p.shape, generator=draw) for p in ours]
    for p, gradient in zip(ours, given, strict=True):
        p.grad = gradient.clone()
    return given


def test_the_orthogonal_gradient_is_orthogonal_and_as_long() -> None:
    draw = torch.Generator().manual_seed(1)
    gradient, weights = torch.randn(20, 30, generator=draw), torch.randn(20, 30, generator=draw)
    found = perpendicular(gradient, weights)
    cosine = (found * weights).sum() / (found.norm() * weights.norm())
    assert abs(float(cosine)) < 1e-6
    assert float(found.norm()) == pytest.approx(float(gradient.norm()), rel=1e-5)
    assert torch.equal(perpendicular(gradient, torch.zeros(20, 30)), gradient)


def test_perpgrad_is_adamw_on_orthogonal_gradients() -> None:
    ours, theirs = parameters(), parameters()
    perp, plain = PerpGrad(ours, TRAIN, lambda _: 1e-2), AdamW(theirs, TRAIN, lambda _: 1e-2)
    for step in range(3):
        for p, gradient in zip(theirs, give_gradients(ours, step), strict=True):
            flat, weights = gradient.flatten(), p.detach().flatten()
            across = flat - flat @ weights / (weights @ weights) * weights
            p.grad = (across / across.norm() * flat.norm()).view_as(p)
        perp.step(step)
        plain.step(step)
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.allclose(mine, other, atol=1e-6)


def test_grokfast_amplifies_the_moving_average() -> None:
    """The recursion written out: h_t = .98^t g_0 + .02 sum of .98^(t-s) g_s, AdamW gets g + 2 h."""
    ours, theirs = parameters(), parameters()
    fast = Grokfast(AdamW(ours, TRAIN, lambda _: 1e-2))
    plain = AdamW(theirs, TRAIN, lambda _: 1e-2)
    history: list[list[torch.Tensor]] = []
    for t in range(5):
        history.append(give_gradients(ours, t))
        for i, p in enumerate(theirs):
            slow = 0.98**t * history[0][i]
            for s in range(1, t + 1):
                slow = slow + 0.02 * 0.98 ** (t - s) * history[s][i]
            p.grad = history[t][i] + 2 * slow
        fast.step(t)
        plain.step(t)
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.allclose(mine, other, atol=1e-5)


@pytest.mark.parametrize("shape", [(64, 64), (127, 251), (251, 127), (8, 500)])
def test_newton_schulz_moves_singular_values_near_one(shape: tuple[int, int]) -> None:
    matrix = torch.randn(*shape, generator=torch.Generator().manual_seed(2))
    found = orthogonalised(matrix)
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    moved = left.T @ found @ right.T
    assert torch.allclose(moved, torch.diag(moved.diagonal()), atol=1e-4)
    seen = moved.diagonal()[values > 0.01 * values.max()]
    assert 0.6 < float(seen.min()) <= float(seen.max()) < 1.3


def test_muon_takes_hidden_matrices_and_adamw_the_rest() -> None:
    ours, theirs = parameters(), parameters()
    muon = Muon(ours, TRAIN, lambda _: 1e-2)
    plain = AdamW(theirs, TRAIN, lambda _: 1e-2)
    assert [id(p) for p in muon.hidden] == [id(ours[1])]
    before = ours[1].detach().clone()
    for p, gradient in zip(theirs, give_gradients(ours, 0), strict=True):
        p.grad = gradient
    muon.step(0)
    plain.step(0)
    for i in (0, 2, 3):
        assert torch.equal(ours[i], theirs[i])
    moved = ours[1].detach() - before * (1 - 1e-2 * 0.1)
    assert float(moved.square().mean().sqrt()) == pytest.approx(0.2 * 1e-2, rel=0.2)


@pytest.mark.parametrize("name", NAMES)
def test_weights_that_a_mask_removed_stay_at_zero(name: str) -> None:
    """A removed weight is zero and has a gradient of zero, always."""
    ours = parameters()
    removed = [torch.rand(p.shape, generator=torch.Generator().manual_seed(9)) < 0.4 for p in ours]
    for p, gone in zip(ours, removed, strict=True):
        p.data[gone] = 0
    optimizer = built(name, ours)
    for step in range(4):
        give_gradients(ours, step)
        for p, gone in zip(ours, removed, strict=True):
            assert p.grad is not None
            p.grad[gone] = 0
        optimizer.step(step)
    for p, gone in zip(ours, removed, strict=True):
        assert not p[gone].any()


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_optimizer_goes_on_as_if_it_had_never_stopped(name: str) -> None:
    ours = parameters()
    optimizer = built(name, ours)
    for step in range(3):
        give_gradients(ours, step)
        optimizer.step(step)
    theirs = [nn.Parameter(p.detach().clone()) for p in ours]
    other = built(name, theirs)
    other.load_state({key: tensor.clone() for key, tensor in optimizer.state().items()})
    for step in range(3, 6):
        for one, both in ((optimizer, ours), (other, theirs)):
            give_gradients(both, step)
            one.step(step)
    for mine, continued in zip(ours, theirs, strict=True):
        assert torch.equal(mine, continued)


def test_stablemax_is_what_it_is_defined_as() -> None:
    logits = torch.tensor([[2.0, -3.0, 0.0], [-1.0, 5.0, 0.5]])
    labels = torch.tensor([0, 2])
    expected = -(math.log(3 / 4.25) + math.log(1.5 / 8)) / 2
    assert float(stablemax(logits, labels)) == pytest.approx(expected, rel=1e-6)


def test_stablemax_still_learns_where_softmax_has_collapsed() -> None:
    """Logits so far apart that the cross-entropy of the right answer is exactly zero."""
    labels = torch.tensor([0])
    for loss, learns in ((functional.cross_entropy, False), (stablemax, True)):
        logits = torch.tensor([[200.0, 0.0, -5.0]], requires_grad=True)
        loss(logits, labels).backward()  # type: ignore[no-untyped-call]
        assert logits.grad is not None
        assert bool(logits.grad.any()) is learns
        assert bool(torch.isfinite(logits.grad).all())
