"""The quadratic network of Gromov 2023 (arXiv 2301.02679): f(x) = V (U x)^2 on two-hot x.

Its grokked weights are known: U and V periodic, a frequency a unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mobius_core.models.mlp import picked_columns
from mobius_core.models.spec import GromovSpec


class Gromov(nn.Module):
    """Tokens (rows, tokens) to outputs (rows, classes); made for the mean square error."""

    offsets: Tensor

    def __init__(self, spec: GromovSpec, vocabularies: Sequence[int], classes: int) -> None:
        super().__init__()
        starts = np.concatenate(([0], np.cumsum(vocabularies[:-1]))).astype(np.int64)
        self.register_buffer("offsets", torch.from_numpy(starts), persistent=False)
        self.first = nn.Linear(sum(vocabularies), spec.width, bias=False)
        self.second = nn.Linear(spec.width, classes, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        outputs: Tensor = self.second(picked_columns(self.first, tokens + self.offsets).square())
        return outputs


def build(
    spec: GromovSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    generator: torch.Generator,
) -> Gromov:
    """A model on the CPU; it has no masked layers.

    Both layers start normal with standard deviation 1/2 (2N)^(-1/3), as in the published code
    (d-doshi/Grokking): the output is cubic in it, so that this is standard normal weights under a
    factor 1/(16 N), the paper's mean-field scaling.
    """
    model = Gromov(spec, vocabularies, classes)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.5 * (2 * spec.width) ** (-1 / 3), generator=generator)
    return model
