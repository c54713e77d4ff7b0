"""Statistics, rank and reach of masks against brute force and published figures."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobius_core.errors import UsageError
from mobius_core.models.spec import MlpSpec
from mobius_core.numbers.modular import table
from mobius_core.sparsity import build
from mobius_core.sparsity.matching import structural_rank
from mobius_core.sparsity.network import Network, masked_network, reachable, visible_values
from mobius_core.sparsity.obstacles import accuracy_ceiling, obstacles
from mobius_core.sparsity.picture import ASCII, picture
from mobius_core.sparsity.registry import MASKS
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.sparsity.spectrum import spectral_gap
from mobius_core.sparsity.statistics import describe


def original(mask: MaskSpec) -> Network:
    """The network of the original experiments, 194 -> 127 -> 251 -> 97."""
    return masked_network(MlpSpec(widths=(127, 251), mask=mask), (97, 97), 97, 0)


@st.composite
def random_masks(draw: st.DrawFn, longest: int = 12) -> NDArray[np.bool_]:
    rows, columns = draw(st.integers(1, longest)), draw(st.integers(1, longest))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return rng.random((rows, columns)) < draw(st.sampled_from([0.05, 0.15, 0.3, 0.6, 1.0]))


@given(random_masks())
def test_structural_rank_is_that_of_random_weights(mask: NDArray[np.bool_]) -> None:
    """With weights drawn from a continuum the numerical rank is the structural one, surely."""
    weights = np.random.default_rng(7).uniform(1, 2, mask.shape) * mask
    assert structural_rank(mask) == np.linalg.matrix_rank(weights)


def second_singular_value(mask: NDArray[np.bool_]) -> float:
    """Of the biadjacency matrix scaled by the degrees, by a full decomposition; 0 beside one."""
    live = mask[mask.any(axis=1)][:, mask.any(axis=0)].astype(float)
    scaled = live / np.sqrt(np.outer(live.sum(axis=1), live.sum(axis=0)))
    values = np.linalg.svd(scaled, compute_uv=False)
    assert values[0] == pytest.approx(1)
    return float(values[1]) if len(values) > 1 else 0.0


@settings(deadline=None)
@given(random_masks(70).filter(lambda mask: bool(mask.any())))
def test_spectral_gap_is_that_of_a_full_decomposition(mask: NDArray[np.bool_]) -> None:
    # Singular values below 1e-3 are square roots of rounding errors in fp32.
    assert spectral_gap(mask) == pytest.approx(1 - second_singular_value(mask), abs=1e-3)


@pytest.mark.parametrize("mode", [name for name in MASKS if name != "shuffled"])
def test_spectral_gap_of_every_mode(mode: str) -> None:
    mask = build.mask(MaskSpec(mode=mode), 251, 127, 0)
    assert spectral_gap(mask) == pytest.approx(1 - second_singular_value(mask), abs=1e-6)


def test_spectral_gap_of_graphs_known_from_the_books() -> None:
    ring = np.eye(10, dtype=np.bool_) | np.roll(np.eye(10, dtype=np.bool_), 1, axis=1)
    assert spectral_gap(ring) == pytest.approx(1 - np.cos(np.pi / 10), abs=1e-6)
    assert spectral_gap(np.ones((5, 7), dtype=np.bool_)) == pytest.approx(1)
    assert spectral_gap(np.kron(np.eye(2), np.ones((3, 4))) > 0) == pytest.approx(0, abs=1e-6)
    assert spectral_gap(np.zeros((3, 4), dtype=np.bool_)) == 0


@pytest.mark.parametrize(
    ("spec", "out", "inputs", "rank"),
    [
        (MaskSpec(mode="prime_only"), 251, 127, 83),  # 53 prime rows and 30 prime columns
        (MaskSpec(mode="prime_residue"), 127, 194, 3),
        (MaskSpec(mode="prime_factorized"), 127, 194, 126),
        (MaskSpec(mode="random"), 127, 194, 127),
        (MaskSpec(mode="none"), 300, 200, 200),
    ],
)
def test_known_ranks(spec: MaskSpec, out: int, inputs: int, rank: int) -> None:
    assert describe(build.mask(spec, out, inputs, 0)).rank == rank


def test_description_of_a_small_mask() -> None:
    described = describe(np.array([[1, 1, 1], [0, 1, 0], [0, 0, 0], [0, 1, 0]], dtype=np.bool_))
    assert (described.rows, described.columns, described.weights) == (4, 3, 5)
    assert described.density == pytest.approx(5 / 12)
    assert (described.dead_rows, described.dead_columns) == (1, 0)
    assert (described.dense_rows, described.dense_columns) == (1, 0)
    assert described.row_degrees == ((0, 1), (1, 2), (3, 1))
    assert described.column_degrees == ((1, 2), (3, 1))
    assert described.rank == 2


@pytest.mark.parametrize(
    ("mode", "dense_rows", "dead_out", "dead_in"),
    [
        ("prime_only", 53, 0, 0),
        ("prime_factorized", 0, 24, 1),
        ("prime_residue", 2, 0, 0),
        ("anti_prime", 0, 53, 30),
    ],
)
def test_published_counts_at_127_to_251(
    mode: str, dense_rows: int, dead_out: int, dead_in: int
) -> None:
    described = describe(build.mask(MaskSpec(mode=mode), 251, 127, 0))
    assert (described.dense_rows, described.dead_rows, described.dead_columns) == (
        dense_rows,
        dead_out,
        dead_in,
    )


@given(st.lists(random_masks(6), min_size=1, max_size=1), st.integers(1, 6), st.integers(0, 9))
def test_reachable_inputs_are_those_with_a_path(
    first: list[NDArray[np.bool_]], out: int, seed: int
) -> None:
    (lower,) = first
    upper = np.random.default_rng(seed).random((out, lower.shape[0])) < 0.4
    shapes = (lower.shape, upper.shape)
    paths = upper.astype(int) @ lower.astype(int)
    np.testing.assert_array_equal(reachable(shapes, {1: lower, 2: upper}), paths.any(axis=0))
    np.testing.assert_array_equal(reachable(shapes, {1: lower}), lower.any(axis=0))


@pytest.mark.parametrize(
    ("mode", "blind", "ceiling"),
    [("prime_only", 0, 1.0), ("prime_factorized", 14, 0.876), ("anti_prime", 44, 0.615)],
)
def test_ceilings_of_the_original_networks(mode: str, blind: int, ceiling: float) -> None:
    network = original(MaskSpec(mode=mode))
    assert np.count_nonzero(~network.visible) == blind
    assert accuracy_ceiling(table("add", 97), 97, network.visible) == pytest.approx(
        ceiling, abs=5e-4
    )


@given(
    st.sampled_from(["add", "subtract", "multiply", "divide"]),
    st.sampled_from([2, 3, 5, 7]),
    st.integers(0, 2**14 - 1),
)
def test_ceiling_is_that_of_the_best_answer_to_what_is_seen(
    operation: str, modulus: int, bits: int
) -> None:
    visible = np.array([bits >> i & 1 for i in range(2 * modulus)], dtype=np.bool_)
    pairs = table(operation, modulus)
    answers: dict[tuple[int, int], Counter[int]] = {}
    for a, b, label in zip(*(column.tolist() for column in pairs), strict=True):
        seen = (a if visible[a] else -1, b if visible[modulus + b] else -1)
        answers.setdefault(seen, Counter())[label] += 1
    best = sum(counter.most_common(1)[0][1] for counter in answers.values())
    assert accuracy_ceiling(pairs, modulus, visible) == pytest.approx(best / len(pairs.label))


def test_the_native_residue_mask_is_named_unlearnable() -> None:
    for layers in (None, (2,)):
        found = obstacles(original(MaskSpec(mode="prime_residue", layers=layers)), ceiling=1.0)
        assert found[-1].startswith("the mask on layer 2 has structural rank 3, below 8")
    for mode, base in [("prime_only", None), ("prime_residue", 3), ("random", None)]:
        assert obstacles(original(MaskSpec(mode=mode, base=base)), ceiling=1.0) == ()
    assert "0.615" in obstacles(original(MaskSpec()), ceiling=0.615)[0]


def test_an_embedded_token_is_seen_whole_or_not_at_all() -> None:
    model = MlpSpec(embedding=4, widths=(6,))
    reached = np.array([0, 0, 1, 0, 0, 0, 0, 0], dtype=np.bool_)
    assert visible_values(model, (3, 2), reached).tolist() == [True] * 3 + [False] * 2


@pytest.mark.parametrize("operation", ["add", "subtract", "multiply", "divide"])
@pytest.mark.parametrize("modulus", [2, 3, 7, 13])
def test_tables_hold_every_pair_once(operation: str, modulus: int) -> None:
    pairs = table(operation, modulus)
    rows = list(zip(*(column.tolist() for column in pairs), strict=True))
    divisors = range(1, modulus) if operation == "divide" else range(modulus)
    assert [(a, b) for a, b, _ in rows] == list(itertools.product(range(modulus), divisors))
    for a, b, label in rows:
        right = {"add": a + b, "subtract": a - b, "multiply": a * b, "divide": None}[operation]
        if right is None:
            assert 0 <= label < modulus
            assert label * b % modulus == a
        else:
            assert label == right % modulus


def test_division_needs_a_prime_modulus() -> None:
    with pytest.raises(UsageError, match=r"task\.modulus = 91 is composite: divide needs a prime"):
        table("divide", 91)


def test_picture_of_a_mask_at_its_own_size() -> None:
    mask = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 1, 0]], dtype=np.bool_)
    assert picture(mask, 3, 2) == ["▀ █", "▀█▀"]
    assert picture(mask, 3, 2, ASCII) == ["' :", "':'"]


@given(random_masks(40), st.integers(1, 30), st.integers(1, 20))
def test_picture_at_any_size(mask: NDArray[np.bool_], width: int, height: int) -> None:
    lines = picture(mask, width, height)
    assert [len(line) for line in lines] == [width] * height
    assert (set("".join(lines)) == {" "}) == (not mask.any())
    full = picture(np.ones_like(mask), width, height)
    assert set("".join(full)) == {"█"}
