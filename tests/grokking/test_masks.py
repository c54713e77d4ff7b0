"""Masks against a slow, literal reading of their definitions; exact, unbiased densities."""

from __future__ import annotations

import dataclasses
import functools
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobius_core.errors import UsageError
from mobius_core.models.spec import MlpSpec
from mobius_core.sparsity import build, density
from mobius_core.sparsity.network import masked_network
from mobius_core.sparsity.registry import MASKS
from mobius_core.sparsity.spec import MaskSpec

LONGEST = 64
SHAPES = list(itertools.product(range(1, LONGEST + 1), repeat=2))
PATTERNS = ("prime_only", "prime_residue", "prime_factorized", "anti_prime")
DRAWN = ("random", "random_rows", "banded")
shape_and_seed = st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**63 - 1))


def divisors(n: int) -> list[int]:
    return [d for d in range(1, n + 1) if n % d == 0]


def is_prime(n: int) -> bool:
    return len(divisors(n)) == 2


def literal(mode: str, out: int, inputs: int, base: int | None = None) -> NDArray[np.bool_]:
    """The definition, weight by weight. Whether (i, j) exists depends on i, j and the base only."""
    if base is None:
        base = max([n for n in range(min(out, inputs) + 1) if n and is_prime(n)], default=2)
    square = literal_square(mode, base if mode == "prime_residue" else 0)
    return square[:out, :inputs]


@functools.cache
def literal_square(mode: str, base: int) -> NDArray[np.bool_]:
    mask = np.zeros((LONGEST, LONGEST), dtype=np.bool_)
    for i, j in itertools.product(range(LONGEST), repeat=2):
        match mode:
            case "none":
                exists = True
            case "prime_only":
                exists = is_prime(i) or is_prime(j)
            case "anti_prime":
                exists = not is_prime(i) and not is_prime(j)
            case "prime_residue":
                exists = i * j % base == 0
            case "prime_factorized":
                exists = any(is_prime(d) for d in set(divisors(i + 1)) & set(divisors(j + 1)))
            case _:
                raise AssertionError(mode)
        mask[i, j] = exists
    mask.flags.writeable = False
    return mask


def untrimmed(spec: MaskSpec, out: int, inputs: int) -> NDArray[np.bool_]:
    return build.pattern_of(spec.mode)(out, inputs, spec, np.random.default_rng(0))


@pytest.mark.parametrize("mode", ["none", *PATTERNS])
def test_every_pattern_is_its_definition(mode: str) -> None:
    for out, inputs in SHAPES:
        drawn = untrimmed(MaskSpec(mode=mode), out, inputs)
        assert drawn.dtype == np.bool_
        assert np.array_equal(drawn, literal(mode, out, inputs)), f"{out}x{inputs}"


@pytest.mark.parametrize("base", [2, 3, 4, 6, 12, 25, 97])
def test_residues_of_any_base(base: int) -> None:
    for out, inputs in [(24, 17), (1, 24), (23, 24)]:
        drawn = untrimmed(MaskSpec(mode="prime_residue", base=base), out, inputs)
        np.testing.assert_array_equal(drawn, literal("prime_residue", out, inputs, base))


@pytest.mark.parametrize(
    ("mode", "out", "inputs", "expected"),
    [
        ("prime_only", 127, 194, 0.4094),
        ("prime_only", 251, 127, 0.3975),
        ("prime_residue", 251, 127, 0.0158),
        ("prime_factorized", 251, 127, 0.3867),
        ("anti_prime", 251, 127, 0.5000),
    ],
)
def test_density_by_default_is_that_of_the_original(
    mode: str, out: int, inputs: int, expected: float
) -> None:
    assert build.mask(MaskSpec(mode=mode), out, inputs, 0).mean() == pytest.approx(
        expected, abs=5e-5
    )


@given(shape_and_seed, st.sampled_from([*DRAWN, *PATTERNS]), st.floats(0.001, 1.0))
def test_density_is_exact_and_keeps_to_the_pattern(
    shape_seed: tuple[int, int, int], mode: str, share: float
) -> None:
    out, inputs, seed = shape_seed
    spec = MaskSpec(mode=mode, density=share)
    mask = build.mask(spec, out, inputs, seed)
    assert mask.shape == (out, inputs)
    assert abs(int(mask.sum()) - share * out * inputs) <= 0.5
    if mode in DRAWN:
        return
    pattern = untrimmed(dataclasses.replace(spec, density=1.0), out, inputs)
    assert not (mask & ~pattern).any() or mask[pattern].all()


@given(shape_and_seed, st.sampled_from([*PATTERNS, "random"]))
def test_without_a_density_at_most_half_is_kept(
    shape_seed: tuple[int, int, int], mode: str
) -> None:
    out, inputs, seed = shape_seed
    kept = int(build.mask(MaskSpec(mode=mode), out, inputs, seed).sum())
    own = out * inputs if mode == "random" else int(literal(mode, out, inputs).sum())
    assert kept == min(own, out * inputs // 2)


@settings(deadline=None)
@given(shape_and_seed)
def test_random_rows_are_prime_only_at_other_places(shape_seed: tuple[int, int, int]) -> None:
    out, inputs, seed = shape_seed
    drawn, prime = (
        build.pattern_of(mode)(out, inputs, MaskSpec(mode=mode), np.random.default_rng(seed))
        for mode in ("random_rows", "prime_only")
    )
    for axis in (0, 1):
        assert sorted(drawn.sum(axis=axis)) == sorted(prime.sum(axis=axis))
        assert drawn.all(axis=axis).sum() == prime.all(axis=axis).sum()


@settings(deadline=None)
@given(shape_and_seed, st.floats(0.001, 1.0))
def test_a_band_leaves_out_nothing_nearer(shape_seed: tuple[int, int, int], share: float) -> None:
    out, inputs, seed = shape_seed
    mask = build.mask(MaskSpec(mode="banded", density=share), out, inputs, seed)
    i, j = np.indices(mask.shape)
    distance = np.abs((2 * i + 1) * inputs - (2 * j + 1) * out)
    if mask.any() and not mask.all():
        assert distance[mask].max() <= distance[~mask].min()


def test_the_edge_of_a_band_favours_no_position() -> None:
    """6 of the 8 weights beside the diagonal of 5 x 5: chi-squared over 4,000 draws."""
    spec = MaskSpec(mode="banded", density=11 / 25)
    counts = np.sum([build.mask(spec, 5, 5, seed) for seed in range(4000)], axis=0)
    assert (np.diag(counts) == 4000).all()
    edge = np.concatenate([np.diag(counts, 1), np.diag(counts, -1)])
    # Draws of one mask exclude each other: chi-squared with 7 degrees of freedom (99.9 % point
    # 24.3) times (1 - 6/8) * 8/7.
    assert float(((edge - 3000) ** 2 / 3000).sum()) < 24.3 * 2 / 7


def test_trimming_favours_no_position() -> None:
    """Chi-squared over 4,000 draws that each remove 3 of 12 weights."""
    full = np.ones((3, 4), dtype=np.bool_)
    rng = np.random.default_rng(1)
    removed = np.sum([~density.adjusted(full, 9, rng) for _ in range(4000)], axis=0)
    statistic = float(((removed - 1000) ** 2 / 1000).sum())
    # The removals of one draw exclude each other: the sum is chi-squared with 11 degrees of freedom
    # times (1 - 3/12) * 12/11; 31.3 is its 99.9 % point.
    assert statistic < 31.3 * 9 / 11


def test_filling_favours_no_position() -> None:
    empty = np.zeros((3, 4), dtype=np.bool_)
    rng = np.random.default_rng(2)
    added = np.sum([density.adjusted(empty, 3, rng) for _ in range(4000)], axis=0)
    assert float(((added - 1000) ** 2 / 1000).sum()) < 31.3 * 9 / 11


@given(shape_and_seed, st.sampled_from(PATTERNS))
def test_shuffled_is_the_same_graph_relabelled(shape_seed: tuple[int, int, int], mode: str) -> None:
    out, inputs, seed = shape_seed
    graph = build.mask(MaskSpec(mode=mode), out, inputs, seed)
    shuffled = build.mask(MaskSpec(mode="shuffled", like=mode), out, inputs, seed)
    assert sorted(graph.sum(axis=0)) == sorted(shuffled.sum(axis=0))
    assert sorted(graph.sum(axis=1)) == sorted(shuffled.sum(axis=1))
    # The overlaps of rows with one another do not depend on the order of the columns.
    assert sorted((graph.astype(int) @ graph.T).ravel()) == sorted(
        (shuffled.astype(int) @ shuffled.T).ravel()
    )


def test_shuffled_and_random_are_drawn_anew_for_every_seed() -> None:
    for spec in (MaskSpec(mode="shuffled", like="prime_only"), MaskSpec(mode="random_rows")):
        draws = [build.mask(spec, 40, 30, seed) for seed in range(5)]
        for first, second in itertools.combinations(draws, 2):
            assert (first != second).mean() > 0.2
        np.testing.assert_array_equal(draws[3], build.mask(spec, 40, 30, 3))


@given(shape_and_seed, st.sampled_from(PATTERNS))
def test_random_like_a_mode_has_its_number_of_weights(
    shape_seed: tuple[int, int, int], mode: str
) -> None:
    out, inputs, seed = shape_seed
    like = build.mask(MaskSpec(mode="random", like=mode), out, inputs, seed)
    assert like.sum() == build.mask(MaskSpec(mode=mode), out, inputs, seed).sum()


def test_masks_go_on_the_layers_named() -> None:
    shapes = ((127, 194), (251, 127), (97, 251))
    everywhere = build.masks(MaskSpec(mode="prime_only"), shapes, 5)
    assert {layer: mask.shape for layer, mask in everywhere.items()} == {
        1: (127, 194),
        2: (251, 127),
    }
    assert list(build.masks(MaskSpec(mode="prime_only", layers=(2,)), shapes, 5)) == [2]
    assert build.masks(MaskSpec(), shapes, 5) == {}
    with pytest.raises(UsageError, match="there is no layer 4, the network has 3 linear layers"):
        build.masks(MaskSpec(mode="random", layers=(2, 4)), shapes, 5)


def test_layers_of_one_shape_get_different_draws() -> None:
    two = build.masks(MaskSpec(mode="random", layers=(1, 2)), ((30, 30), (30, 30), (9, 30)), 5)
    assert (two[1] != two[2]).any()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (MaskSpec(mode="shuffled"), 'model.mask.like: mode "shuffled" permutes the graph'),
        (MaskSpec(mode="prime_only", like="random"), 'mode "prime_only" copies no other'),
        (MaskSpec(mode="random", like="shuffled"), '"shuffled" has no pattern to copy'),
        (MaskSpec(mode="shuffled", like="random_rows"), '"random_rows" has no pattern to copy'),
        (MaskSpec(mode="banded", like="prime_only"), 'mode "banded" copies no other'),
        (MaskSpec(mode="random", like="prime_only", density=0.2), "give one of the two"),
        (MaskSpec(density=0.2), '"random" takes a density'),
        (MaskSpec(mode="prime_only", base=3), 'only "prime_residue" has a base'),
    ],
)
def test_contradictions_are_one_sentence(spec: MaskSpec, message: str) -> None:
    with pytest.raises(UsageError, match=r"^model\.mask\.") as error:
        build.mask(spec, 4, 4, 0)
    assert message in str(error.value)


def test_every_name_of_the_registry_can_be_drawn() -> None:
    for mode in MASKS:
        like = "prime_only" if mode == "shuffled" else None
        assert build.mask(MaskSpec(mode=mode, like=like), 20, 30, 0).shape == (20, 30)


@pytest.mark.parametrize("widths", [(2 * 10**9, 2 * 10**9), (9 * 10**18,)])
def test_a_network_larger_than_the_machine_is_refused_before_it_is_drawn(
    widths: tuple[int, ...],
) -> None:
    """Layers of ones would fill the memory first, or overflow numpy's sizes."""
    with pytest.raises(UsageError, match=r"model.widths make .* weights, .* GB of memory; lower"):
        masked_network(MlpSpec(widths=widths), (11, 11), 11, seed=0)
