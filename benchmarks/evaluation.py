"""Factor counts, the divisibility oracle, and what an evaluation costs beside its forward passes.

    OMP_NUM_THREADS=1 python benchmarks/evaluation.py

CPU time of one thread, the least of five rounds in turns.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mobius_core import _sieve
from mobius_core.bench.jobs import numbers
from mobius_core.bench.timing import Timed, alternate
from mobius_core.numbers.by_class import by_class, calibration, confusion
from mobius_core.numbers.known import Known, divides
from mobius_core.numbers.oracle import Oracle
from mobius_core.numbers.primes import first_primes
from mobius_core.numbers.score import score
from mobius_core.training.corruption import corruption

ROWS: Final = 200_000
INTERVAL: Final = (2, 10**13)
FACTORED: Final = {"1e13": (10**13, 100_000), "1e18": (10**18, 10_000), "2^63": (2**63 - 1, 5_000)}
FEW: Final = 1000
"""Numbers that FLINT factors; it takes one at a time."""


def main() -> None:
    for name, (largest, count) in FACTORED.items():
        show(f"omega and Omega at {name}", factor_counts(largest, count))
    primes = first_primes(100)
    n = numbers(ROWS)
    show(
        "which of 100 primes divide n",
        {
            "ours": Timed(lambda: divides(n, primes), ROWS),
            "% and == 0": Timed(lambda: np.stack([n % np.uint64(p) == 0 for p in primes]), ROWS),
        },
    )
    for target in ("mu2", "mu"):
        for known in (Known(primes), Known(primes, primes)):
            oracle = Oracle(target, known, INTERVAL)
            words = f"oracle for {target}, {len(known.divisors)} divisors"
            show(words, {"ours": Timed(lambda oracle=oracle: oracle.of(n), ROWS)})
    chances = np.random.default_rng(0).dirichlet([1, 1, 1], ROWS)
    labels = np.random.default_rng(1).integers(0, 3, ROWS)
    found = score(chances, labels)

    def judged() -> None:
        score(chances, labels)
        confusion(found)
        by_class((-1, 0, 1), found, found)
        calibration(found)

    show("score, confusion, classes, calibration", {"ours": Timed(judged, ROWS)})
    change = corruption("only:2,3", primes)
    tokens = np.zeros((ROWS, 100), dtype=np.uint16)
    show("corrupting 98 of 100 residues", {"ours": Timed(lambda: change(tokens, 0), ROWS)})


def factor_counts(largest: int, count: int) -> dict[str, Timed]:
    n = numbers(count, largest)
    distinct, total = np.empty(count, dtype=np.uint8), np.empty(count, dtype=np.uint8)
    ways = {"ours": Timed(lambda: _sieve.omega(n, distinct, total), count)}
    try:
        from flint import fmpz
    except ImportError:
        print("python-flint is not installed: pip install python-flint")
        return ways
    big = [fmpz(k) for k in n[:FEW].tolist()]
    ones = [fmpz(1)] * FEW
    _sieve.omega(n, distinct, total)
    for k, one, all_ in zip(big, distinct.tolist(), total.tolist(), strict=False):
        factors = k.factor()
        assert (len(factors), sum(int(power) for _, power in factors)) == (one, all_)
    return {
        **ways,
        "flint": Timed(
            lambda: [one.factor() for one in big], FEW, overhead=lambda: [k.factor() for k in ones]
        ),
    }


def show(name: str, ways: dict[str, Timed]) -> None:
    ns = alternate(ways)
    ours = ns.pop("ours")
    ratios = "".join(f"   {other} {theirs / ours:.3g} x" for other, theirs in ns.items())
    print(f"{name:42}{ours:12,.1f} ns a row{ratios}", flush=True)


if __name__ == "__main__":
    main()
