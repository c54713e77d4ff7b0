"""Batches in pieces that a CPU holds in less memory: the same gradient."""

from __future__ import annotations

import torch

from mobius_core.models.registry import MODELS
from mobius_core.training.gradient import Gradient
from mobius_core.training.prepare import prepare
from tests.training.arithmetic_runs import Lab


def test_rows_at_once_change_no_gradient(lab: Lab) -> None:
    prepared = prepare(lab.make("at-once", "model.dropout=0"), 1)
    work, run = prepared.work, prepared.context
    batch = work.batch(0)
    found = []
    for at_once, pieces in ((None, [256]), (100, [85, 85, 86]), (1000, [256])):
        gradient = Gradient(work, run, 1, at_once)
        assert [len(piece.labels) for piece in gradient.pieces(batch)] == pieces
        work.model.zero_grad()
        loss = gradient.add(batch)
        parts = [p.grad for p in work.model.parameters() if p.grad is not None]
        found.append(torch.cat([loss.view(1), *(part.flatten() for part in parts)]))
    torch.testing.assert_close(found[1], found[0])
    assert len(found[0]) > 1000


def test_pieces_add_to_the_same_memory_each_step(lab: Lab) -> None:
    """From zero, and whether or not the optimiser drops its gradients."""
    prepared = prepare(lab.make("same-memory", "model.dropout=0"), 1)
    work = prepared.work
    gradient = Gradient(work, prepared.context, 1, 100)
    parameters = list(work.model.parameters())
    seen = []
    for _ in range(2):
        gradient.add(work.batch(0))
        gradients = [p.grad for p in parameters if p.grad is not None]
        assert len(gradients) == len(parameters)
        seen.append(([g.data_ptr() for g in gradients], [g.clone() for g in gradients]))
        work.model.zero_grad()
    assert seen[0][0] == seen[1][0]
    for first, second in zip(seen[0][1], seen[1][1], strict=True):
        torch.testing.assert_close(second, first)


def test_transformers_go_through_a_batch_in_pieces_on_a_cpu() -> None:
    said = {name: entry.cpu_rows for name, entry in MODELS.items() if entry.cpu_rows}
    assert said == {"int2int": 4, "transformer": 16}
