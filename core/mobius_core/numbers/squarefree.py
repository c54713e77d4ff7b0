"""The share of numbers that no square divides."""

from __future__ import annotations

import math
from typing import Final

SQUAREFREE: Final = 6 / math.pi**2
"""1/zeta(2), the product of 1 - 1/p^2 over all primes."""
