"""The published networks of grokking against their textbook forms, and that they learn."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from mobius_core.errors import UsageError
from mobius_core.models import gromov, nanda
from mobius_core.models.spec import GromovSpec, NandaSpec
from mobius_core.resolve import resolve
from mobius_core.training.losses import mse
from mobius_core.training.optimizers import Builder
from mobius_core.training.registry import LOSSES, OPTIMIZERS
from mobius_core.training.spec import TrainSpec

P = 23


def pairs(modulus: int = P) -> tuple[Tensor, Tensor]:
    a, b = torch.meshgrid(torch.arange(modulus), torch.arange(modulus), indexing="ij")
    tokens = torch.stack((a.flatten(), b.flatten()), dim=1)
    return tokens, tokens.sum(dim=1) % modulus


def small_nanda(seed: int = 0) -> nanda.Nanda:
    draw = torch.Generator().manual_seed(seed)
    return nanda.build(NandaSpec(dim=32, heads=4, hidden=64), (P, P), P, {}, draw)


def textbook(model: nanda.Nanda, tokens: Tensor) -> Tensor:
    """The whole sequence `a b =` through causal attention, written as in any textbook."""
    rows = tokens.shape[0]
    sequence = torch.cat((tokens, torch.full((rows, 1), P)), dim=1)
    x = model.embedding.weight[sequence] + model.positions[0]
    query, key, value = (
        layer(x).view(rows, 3, model.heads, -1).transpose(1, 2)
        for layer in (model.query, model.key, model.value)
    )
    found = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    x = x + model.out(found.transpose(1, 2).flatten(2))
    x = x + model.leave(torch.relu(model.enter(x)))
    return cast(Tensor, model.unembedding(x[:, -1]))


def test_nanda_is_the_textbook_transformer() -> None:
    model, (tokens, labels) = small_nanda(), pairs()
    ours, theirs = model(tokens), textbook(model, tokens)
    assert torch.allclose(ours, theirs, atol=1e-5)
    gradients = []
    for logits in (ours, theirs):
        model.zero_grad()
        functional.cross_entropy(logits, labels).backward()  # type: ignore[no-untyped-call]
        gradients.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    assert len(gradients[0]) == len(list(model.parameters()))
    for one, other in zip(*gradients, strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_nanda_has_the_published_size() -> None:
    """226,816 weights with the unembedding of `=`, which is never an answer, less these 128."""
    model = nanda.build(NandaSpec(), (113, 113), 113, {}, torch.Generator().manual_seed(0))
    assert sum(p.numel() for p in model.parameters()) == 226_816 - 128
    assert float(model.query.weight.detach().std()) == pytest.approx(128**-0.5, rel=0.02)
    assert float(model.unembedding.weight.detach().std()) == pytest.approx(114**-0.5, rel=0.02)


def test_nanda_wants_one_vocabulary() -> None:
    with pytest.raises(UsageError, match="one modulus"):
        nanda.build(NandaSpec(), (5, 7), 7, {}, torch.Generator())
    with pytest.raises(UsageError, match="does not divide"):
        nanda.build(NandaSpec(dim=10, heads=4), (5, 5), 5, {}, torch.Generator())


def test_gromov_is_a_sum_of_squares() -> None:
    model = gromov.build(GromovSpec(width=40), (P, P), P, {}, torch.Generator().manual_seed(0))
    tokens, _ = pairs()
    two_hot = functional.one_hot(tokens + torch.tensor([0, P]), 2 * P).sum(dim=1).float()
    u, v = model.first.weight, model.second.weight
    assert torch.allclose(model(tokens), (two_hot @ u.T) ** 2 @ v.T, atol=1e-6)
    assert float(u.detach().std()) == pytest.approx(0.5 / 80 ** (1 / 3), rel=0.05)


def test_gromov_holds_the_published_solution() -> None:
    """cos(w a + f) + cos(w b + g) squared contains cos(w (a + b) + f + g); summed over units of
    many phases nothing else survives, and V reads it off: every pair is right."""
    width = 500
    model = gromov.build(GromovSpec(width=width), (P, P), P, {}, torch.Generator())
    draw = torch.Generator().manual_seed(0)
    frequency = 2 * math.pi * torch.randint(1, P // 2 + 1, (width, 1), generator=draw) / P
    phases = 2 * math.pi * torch.rand(width, 2, generator=draw)
    values = torch.arange(P)
    with torch.no_grad():
        for token in range(2):
            wave = torch.cos(frequency * values + phases[:, token : token + 1])
            model.first.weight[:, token * P : (token + 1) * P] = wave
        model.second.weight.copy_(torch.cos(frequency * values + phases.sum(1, keepdim=True)).T)
    tokens, labels = pairs()
    assert bool((model(tokens).argmax(dim=1) == labels).all())


def trained(model: nn.Module, optimizer: str, loss: str, train: TrainSpec, steps: int) -> float:
    """Accuracy on the full table after learning all of it."""
    tokens, labels = pairs()
    parameters = list(model.parameters())
    stepper = cast(Builder, resolve(OPTIMIZERS[optimizer]))(parameters, train, steps)
    loss_of = cast(Callable[[Tensor, Tensor], Tensor], resolve(LOSSES[loss]))
    for step in range(steps):
        loss_of(model(tokens), labels).backward()  # type: ignore[no-untyped-call]
        stepper.step(step)
    return float((model(tokens).argmax(dim=1) == labels).float().mean())


@pytest.mark.parametrize("optimizer", ["adamw", "muon", "perpgrad", "grokfast"])
def test_nanda_learns_by_every_optimizer(optimizer: str) -> None:
    train = TrainSpec(lr=3e-3, weight_decay=0.1, betas=(0.9, 0.98), warmup=10, steps=300)
    assert trained(small_nanda(), optimizer, "cross_entropy", train, 300) > 0.95


@pytest.mark.parametrize("loss", ["mse", "stablemax", "cross_entropy"])
def test_gromov_learns_by_every_loss(loss: str) -> None:
    model = gromov.build(GromovSpec(width=100), (P, P), P, {}, torch.Generator().manual_seed(0))
    train = TrainSpec(lr=1e-2, betas=(0.9, 0.98), steps=300)
    assert trained(model, "adamw", loss, train, 300) > 0.95


def test_mse_is_over_rows_and_classes() -> None:
    found = mse(torch.tensor([[0.5, 0.0, 0.0]]), torch.tensor([0]))
    assert float(found) == pytest.approx(0.25 / 3)
