"""CPU seconds to build and to describe a mask of every mode: `python -m benchmarks.masks [SIDE]`.

One thread, minimum of three; of the mode's own density and of exactly 38 %.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from mobius_core.sparsity import build
from mobius_core.sparsity.registry import MASKS
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.sparsity.statistics import describe

T = TypeVar("T")
ROUNDS = 3


def timed(work: Callable[[], T], rounds: int = ROUNDS) -> tuple[float, T]:
    best = math.inf
    for _ in range(rounds):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return best, result


def main(side: int) -> None:
    print(f"{side} x {side}, CPU s: build own density, build 38 %, describe")
    for mode in MASKS:
        like = "prime_only" if mode == "shuffled" else None
        own = MaskSpec(mode=mode, like=like)
        built, mask = timed(lambda: build.mask(own, side, side, 0))  # noqa: B023
        exact = "    -"
        if mode != "none":
            spec = MaskSpec(mode=mode, like=like, density=0.38)
            exact = f"{timed(lambda: build.mask(spec, side, side, 0))[0]:.3f}"  # noqa: B023
        described, _ = timed(lambda: describe(mask), 1)  # noqa: B023
        print(f"{mode:18} {built:.3f}  {exact}  {described:.2f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4096)
