"""The divisibility oracle against mu of real numbers, and against the table of its figures."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from mobius_core import _sieve
from mobius_core.data.sample import Rows, Sample
from mobius_core.numbers.expectation import entropy, expected
from mobius_core.numbers.known import Facts, Known, divides
from mobius_core.numbers.oracle import Oracle, Target, squarefree_posterior
from mobius_core.numbers.primes import first_primes
from mobius_core.numbers.rough import RoughSums
from mobius_core.numbers.score import paired_gap, score

INTERVAL = (2, 10**13)
ROWS = 200_000


@pytest.fixture(scope="module")
def numbers() -> Rows:
    """Uniform n with the mu that the C sieve computes by factoring, knowing no probability."""
    return Sample(lo=INTERVAL[0], hi=INTERVAL[1], seed=11).rows(0, ROWS)


# Accuracy in per cent and cross-entropy in nats, from 8 million fresh n (error 0.018 points).
TABLE = [
    ("mu2", 0, 60.79, 0.670),
    ("mu2", 1, 70.26, 0.5801),
    ("mu2", 2, 70.26, 0.5431),
    ("mu2", 10, 70.34, 0.5202),
    ("mu2", 25, 70.34, 0.5192),
    ("mu2", 100, 70.34, 0.5189),
    ("mu", 0, 39.21, 1.091),
    ("mu", 1, 50.0, 1.0015),
    ("mu", 2, 51.47, 0.9646),
    ("mu", 10, 51.49, 0.9416),
    ("mu", 25, 51.51, 0.9406),
    ("mu", 100, 52.72, 0.9294),
]


@pytest.mark.parametrize(("target", "primes", "accuracy", "nats"), TABLE)
def test_expectations_are_those_of_the_table(
    target: Target, primes: int, accuracy: float, nats: float
) -> None:
    found = expected(target, Known(first_primes(primes)), INTERVAL)
    tolerance = 0.02 + 3e2 * found.standard_error
    assert 100 * found.accuracy == pytest.approx(accuracy, abs=tolerance)
    assert found.cross_entropy == pytest.approx(nats, abs=0.0006)


# Accuracy in per cent of who also knows the squares of the first so many primes.
WITH_SQUARES = [(1, 85.79, 55.40), (2, 94.13, 63.73), (4, 98.10, 67.70), (100, 99.985, 72.09)]


@pytest.mark.parametrize(("count", "mu2", "mu"), WITH_SQUARES)
def test_squares_are_worth_what_the_table_says(count: int, mu2: float, mu: float) -> None:
    known = Known((), first_primes(count))
    assert 100 * expected("mu2", known, INTERVAL).accuracy == pytest.approx(mu2, abs=0.02)
    found = expected("mu", known, INTERVAL)
    assert 100 * found.accuracy == pytest.approx(mu, abs=0.02 + 3e2 * found.standard_error)


@pytest.mark.parametrize("squares", [(), (3,), (2, 3, 5), (541,)])
def test_expectations_for_mu2_are_the_means_of_posteriors(
    numbers: Rows, squares: tuple[int, ...]
) -> None:
    known = Known((2, 7, 11), squares)
    promised = expected("mu2", known, INTERVAL)
    posterior = Oracle("mu2", known, INTERVAL).of(numbers.n)
    error = float(posterior.max(axis=1).std()) / math.sqrt(ROWS)
    assert promised.accuracy == pytest.approx(posterior.max(axis=1).mean(), abs=4 * error + 1e-9)
    entropies = entropy(posterior)
    spread = float(entropies.std()) / math.sqrt(ROWS)
    assert promised.cross_entropy == pytest.approx(entropies.mean(), abs=4 * spread + 1e-9)


SETS = [
    Known(()),
    Known((2,)),
    Known((3, 7, 541)),
    Known(first_primes(100)),
    Known((2,), (2,)),
    Known((2, 3, 31), (3, 5, 7)),
    Known(first_primes(100), first_primes(100)),
]


@pytest.mark.parametrize("target", ["mu", "mu2"])
@pytest.mark.parametrize("known", SETS)
def test_it_does_on_real_numbers_what_it_promises(
    numbers: Rows, target: Target, known: Known
) -> None:
    """Calibration: the mean promised and the mean reached differ by chance only."""
    labels = np.abs(numbers.mu) if target == "mu2" else numbers.mu + 1
    probabilities = Oracle(target, known, INTERVAL).of(numbers.n)
    assert np.allclose(probabilities.sum(axis=1), 1)
    reached = score(probabilities, labels.astype(np.int64))
    difference, error = paired_gap(reached.correct, probabilities.max(axis=1))
    assert abs(difference) < 4 * error
    off, error = paired_gap(reached.nats, entropy(probabilities))
    assert abs(off) < 4 * error
    for value in range(probabilities.shape[1]):
        off, error = paired_gap(labels == value, probabilities[:, value])
        assert abs(off) < 4 * error


def test_the_sign_is_right_in_every_range_of_the_cofactor(numbers: Rows) -> None:
    """Where the accuracy for mu comes from: a small cofactor is a prime or 1."""
    known = Known(first_primes(100))
    facts = known.of(numbers.n)
    promised = Oracle("mu", known, INTERVAL).sign(facts)
    cofactor = INTERVAL[1] / np.exp(facts.primes @ np.log(known.primes))
    free = numbers.mu != 0
    for low, high in itertools.pairwise((1, 1e6, 1e8, 1e10, 1e13 + 1)):
        rows = free & (low <= cofactor) & (cofactor < high)
        off, error = paired_gap(numbers.mu[rows], promised[rows])
        assert abs(off) < 4 * error, (low, high)
        assert rows.sum() > 1000


@pytest.mark.parametrize("squares", [(), (3,), (2, 5), (2, 3, 5)])
def test_the_posterior_of_squarefree_is_a_count_over_one_period(squares: tuple[int, ...]) -> None:
    """Primes 2, 3, 5 and their squares have period 900: count instead of multiplying."""
    n = np.arange(1, 901)
    free = np.all([n % (p * p) != 0 for p in (2, 3, 5)], axis=0)
    others = 6 / math.pi**2 / math.prod(1 - p**-2 for p in (2, 3, 5))
    known = Known((2, 3, 5), squares)
    facts = np.concatenate(known.of(n.astype(np.uint64)), axis=1)
    for pattern in np.unique(facts, axis=0):
        here = (facts == pattern).all(axis=1)
        found = squarefree_posterior(Facts(pattern[None, :3], pattern[None, 3:]), known)[0]
        assert found == pytest.approx(free[here].mean() * others)


def test_moduli_tell_primes_and_squares() -> None:
    assert Known.of_moduli([4, 3, 1000, 49, 6]) == Known((2, 3, 5, 7), (2, 5, 7))
    assert Known.of_moduli([8]).divisors == (2, 4)
    assert Known((5,), (3,)) == Known((3, 5), (3,))
    facts = Known((2, 3), (2,)).of(np.array([2, 12, 9, 5], dtype=np.uint64))
    assert facts.primes.tolist() == [[1, 0], [1, 1], [0, 1], [0, 0]]
    assert facts.squares.tolist() == [[0], [1], [0], [0]]


def test_rough_sums_agree_with_counting_beyond_their_table() -> None:
    """M and Q of numbers coprime to the first 100 primes, at 3 million, by the C sieve."""
    primes = first_primes(100)
    limit = 3_000_000
    mu = np.zeros(limit + 1, dtype=np.int8)
    _sieve.mu_range(1, limit + 1, mu[1:])
    for p in primes:
        mu[p::p] = 0
    signed, count = RoughSums(primes, 1e13).at(np.array([float(limit)]))[:, 0]
    assert signed == pytest.approx(float(mu.sum(dtype=np.int64)), rel=5e-3)
    assert count == pytest.approx(float(np.count_nonzero(mu)), rel=5e-3)


def test_a_short_interval_is_taken_whole() -> None:
    known = Known((2, 3))
    found = expected("mu", known, (1, 600))
    assert found.standard_error == 0
    best = Oracle("mu", known, (1, 600)).of(np.arange(1, 601, dtype=np.uint64)).max(axis=1)
    assert found.accuracy == pytest.approx(best.mean())


def test_the_paired_error_is_that_of_repeated_samples() -> None:
    draws = np.random.default_rng(5)
    gaps, errors = [], []
    for _ in range(400):
        easy = draws.random(500) < 0.6
        ours = np.where(easy, 1, draws.random(500) < 0.4)
        theirs = np.where(easy, 1, draws.random(500) < 0.5)
        gap, error = paired_gap(ours, theirs)
        gaps.append(gap)
        errors.append(error)
    assert np.mean(gaps) == pytest.approx(-0.04, abs=0.004)
    assert np.std(gaps) == pytest.approx(np.mean(errors), rel=0.1)


def test_an_impossible_class_costs_infinitely_much() -> None:
    reached = score(np.array([[0.25, 0.75], [1.0, 0.0]]), np.array([1, 1]))
    assert reached.nats.tolist() == [pytest.approx(-math.log(0.75)), math.inf]
    assert reached.accuracy == 0.5


def test_divisibility_is_that_of_division() -> None:
    draws = np.random.default_rng(2)
    n = np.concatenate([np.arange(1000), draws.integers(0, 2**63, 2000)]).astype(np.uint64)
    divisors = [1, 2, 3, 4, 12, 49, 541, 541**2, 65536]
    n[1000:2000] *= np.tile(divisors, 112)[:1000].astype(np.uint64)  # wraps: any n below 2^64
    expected = [[int(k) % d == 0 for d in divisors] for k in n]
    assert divides(n, divisors).tolist() == expected
