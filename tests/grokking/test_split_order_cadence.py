"""Which pairs are trained on, in which order, and when the network is looked at."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.numbers.modular import Table, table
from mobius_core.training.cadence import Cadence
from mobius_core.training.order import Order, batch_size, step_count
from mobius_core.training.spec import TrainSpec
from mobius_core.training.split import leak, split

seeds = st.integers(0, 2**63 - 1)


@given(st.integers(2, 500), st.floats(0.001, 0.999), seeds)
def test_a_split_takes_every_row_once(rows: int, share: float, seed: int) -> None:
    parts = split(rows, share, seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(rows))
    assert len(parts.train) >= 1
    assert len(parts.test) >= 1
    assert len(parts.train) == pytest.approx(rows * share, abs=1)


def test_a_split_follows_its_seed() -> None:
    first, again, other = (set(split(9409, 0.4, seed).train.tolist()) for seed in (1, 1, 2))
    assert len(first) == 3763
    assert first == again
    assert len(first & other) == pytest.approx(0.4 * 3763, rel=0.1)


def test_no_pair_leaks_and_a_planted_one_is_found() -> None:
    pairs = table("add", 29)
    parts = split(len(pairs.label), 0.4, 0)
    assert leak(pairs, parts) == 0
    columns = [column.copy() for column in pairs]
    for column in columns:
        column[parts.test[3]] = column[parts.train[5]]
    assert leak(Table(*columns), parts) == pytest.approx(1 / len(parts.test))


def test_pairs_drawn_with_replacement_would_leak() -> None:
    """The original harness: 2,000 pairs drawn from 9,409, one in five for testing."""
    drawn = np.random.default_rng(0).integers(9409, size=2000)
    pairs = Table(*(column[drawn] for column in table("add", 97)))
    assert leak(pairs, split(2000, 0.8, 0)) == pytest.approx(0.158, abs=0.04)


@given(st.integers(1, 40), st.data(), seeds)
def test_passes_show_every_row_once(rows: int, data: st.DataObject, seed: int) -> None:
    batch = data.draw(st.integers(1, rows))
    order = Order(rows, batch, seed, replacement=False)
    steps = [order.at(step) for step in range(3 * rows)]
    assert {len(step) for step in steps} == {batch}
    stream = np.concatenate(steps)
    for start in range(0, len(stream) - rows + 1, rows):
        assert sorted(stream[start : start + rows].tolist()) == list(range(rows))


@pytest.mark.parametrize("replacement", [False, True])
def test_a_batch_depends_on_nothing_but_seed_and_step(replacement: bool) -> None:
    order = Order(100, 32, 7, replacement=replacement)
    forward = [order.at(step) for step in range(20)]
    fresh = Order(100, 32, 7, replacement=replacement)
    for step in (13, 2, 19, 0):
        np.testing.assert_array_equal(fresh.at(step), forward[step])
    assert any((Order(100, 32, 8, replacement=replacement).at(0) != forward[0]).tolist())


@pytest.mark.parametrize(
    ("train", "rows", "size", "steps"),
    [
        (TrainSpec(batch="full", steps=500), 3763, 3763, 500),
        (TrainSpec(batch=512, epochs=10), 3763, 512, 74),
        (TrainSpec(batch=9999, epochs=10), 3763, 3763, 10),
        (TrainSpec(epochs=2), 3763, 3763, 2),
        (TrainSpec(batch=100, epochs=3, epoch=1000), 3763, 100, 30),
    ],
)
def test_batches_and_steps_of_a_run(train: TrainSpec, rows: int, size: int, steps: int) -> None:
    assert batch_size(train.batch, 4096, rows) == size
    assert step_count(train, rows, size) == steps


def visited(cadence: Cadence, last: int, transition: tuple[int, int]) -> list[int]:
    """The steps evaluated when test accuracy begins to move, and onset settles, there."""
    moving, settled = transition
    steps = []
    for step in range(last + 1):
        if cadence.is_due(step):
            steps.append(step)
            cadence.plan(step, float(step >= moving), settled=step >= settled)
    return steps


def test_automatic_evaluation_is_dense_in_the_transition_only() -> None:
    steps = visited(Cadence("auto", evaluated=9409, trained=3763), 40_000, (5000, 8000))
    spacing = {a: b - a for a, b in itertools.pairwise(steps)}
    assert steps[0] == 0
    assert {gap for step, gap in spacing.items() if step < 400 or 5000 < step < 7990} == {10}
    assert all(gap <= max(10, step / 40) for step, gap in spacing.items() if step < 5000)
    assert max(gap for step, gap in spacing.items() if step < 5000) > 100
    assert all(gap == step // 10 for step, gap in spacing.items() if step >= 8000)


def test_small_batches_are_not_drowned_in_evaluations() -> None:
    cadence = Cadence("auto", evaluated=9409, trained=512)
    steps = visited(cadence, 2000, (0, 9999))
    cost = len(steps) * 9409 / (3 * 512 * 2000)
    assert cost < 0.15


def test_a_fixed_pace_is_kept() -> None:
    assert visited(Cadence(7, evaluated=9409, trained=512), 30, (0, 10)) == [0, 7, 14, 21, 28]
