"""The graph of another mode under a random relabelling of its rows and columns.

Same degrees, same rank, same everything but positions: against it, a difference of the mode
`like` can only come from where its weights sit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobius_core.sparsity import build
from mobius_core.sparsity.spec import MaskSpec


def pattern(out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator) -> NDArray[np.bool_]:
    graph = build.draw_like(spec, out, inputs, rng)
    return graph[rng.permutation(out)][:, rng.permutation(inputs)]
