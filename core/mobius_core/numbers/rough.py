"""Signs of numbers without small factors: how often mu(m) is +1 or -1 when no prime of a set
divides m.

What is left of n after its known prime factors is such an m, and its size betrays its sign: below
the square of the smallest prime outside the set, m is 1 or a prime.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core import _sieve

Floats = NDArray[np.float64]

EXACT: Final = 1_000_000
"""Sums up to here are counted, beyond it they are integrated (0.01 CPU s for the table)."""
EULER: Final = 0.5772156649015329
POINTS: Final = 400
"""Grid points per unit of u = log x / log y; doubling them moves no probability by 1e-5."""


class RoughSums:
    """M(x), the sum of mu(m), and Q(x), the number of squarefree m, over m <= x coprime to
    `primes`.

    Up to EXACT by a sieve. Beyond, the set acts like all primes below a y with the same product
    of (1 - 1/p), which is e^-gamma / log y (Mertens), and by the prime number theorem
    M'(x) = f(-1, u) / log y and Q'(x) = f(1, u) / log y with u = log x / log y and
    u f(z, u) = z (1 + integral of f(z, .) from 1 to u - 1): Buchstab's function for z = 1, its
    signed companion for z = -1 (Tenenbaum, Introduction to Analytic and Probabilistic Number
    Theory, III.6). For the first 100 primes M/Q at 3e7 is then
    right to 0.1 %.
    """

    def __init__(self, primes: Sequence[int], largest: float) -> None:
        """Ready for x <= largest."""
        mu = mu_up_to(EXACT)
        for p in primes:
            mu[p::p] = 0
        log_y = math.exp(-EULER) / math.prod(1 - 1 / p for p in primes)
        # 8 MB that stay and none beside them: a training process keeps what it has once held.
        self.exact = np.empty((2, len(mu)), dtype=np.int32)
        np.cumsum(mu, dtype=np.int32, out=self.exact[0])
        np.cumsum(np.abs(mu), dtype=np.int32, out=self.exact[1])
        at_exact = self.exact[:, -1].astype(np.float64)
        self.logs, self.means = integrated_means(at_exact, log_y, math.log(largest))

    def at(self, x: Floats) -> Floats:
        """(2, rows): M(x) and Q(x)."""
        small = np.clip(x, 0, EXACT).astype(np.int64)
        logs = np.log(np.maximum(x, EXACT))
        large = np.stack([np.interp(logs, self.logs, mean) for mean in self.means]) * x
        sums: Floats = np.where(x <= EXACT, self.exact[:, small], large)
        return sums

    def sign(self, low: Floats, high: Floats) -> Floats:
        """(rows,): the mean of mu over squarefree m in (low, high] coprime to the primes; 0 where
        there is no such m."""
        signed, count = self.at(high) - self.at(low)
        mean: Floats = np.where(count > 0.5, signed / np.maximum(count, 0.5), 0.0)
        return mean


def mu_up_to(limit: int) -> NDArray[np.int8]:
    """mu(0..limit), with mu(0) = 0."""
    values = np.zeros(limit + 1, dtype=np.int8)
    _sieve.mu_range(1, limit + 1, values[1:])
    return values


def delayed(sign: int, units: int) -> Floats:
    """f(sign, u) on the grid u = 0, 1/POINTS, ... units; zero below 1."""
    u = np.arange(units * POINTS + 1) / POINTS
    f = np.zeros_like(u)
    integral = np.zeros_like(u)
    for unit in range(1, units):
        here = slice(unit * POINTS, (unit + 1) * POINTS + 1)
        before = slice((unit - 1) * POINTS, unit * POINTS + 1)
        f[here] = sign * (1 + integral[before]) / u[here]
        steps = (f[here][1:] + f[here][:-1]) / (2 * POINTS)
        integral[here] = integral[here.start] + np.concatenate(([0.0], np.cumsum(steps)))
    return f


def integrated_means(start: Floats, log_y: float, log_largest: float) -> tuple[Floats, Floats]:
    """log x from EXACT to `largest`, and (2, points) M(x)/x and Q(x)/x there."""
    log_start = math.log(EXACT)
    units = max(2, math.ceil(max(log_largest, log_start) / log_y) + 1)
    logs = np.linspace(log_start, max(log_largest, log_start) + 1e-9, 4 * POINTS)
    grid = np.arange(units * POINTS + 1) / POINTS * log_y
    rows = []
    for sign, first in zip((-1, 1), start, strict=True):
        slope = np.interp(logs, grid, delayed(sign, units)) / log_y * np.exp(logs)
        steps = np.diff(logs) * (slope[1:] + slope[:-1]) / 2
        rows.append((first + np.concatenate(([0.0], np.cumsum(steps)))) / np.exp(logs))
    return logs, np.stack(rows)
