"""Progress measures: what the weights say before the test accuracy does.

A measure takes the model and the sizes of its token vocabularies and gives values for the metrics
row. Costs are for 127/251 at modulus 97, one core: about 1 ms for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

ROUNDING: Final = 1e-12
"""Power of fp32 rounding beside that of a constant: tables below it do not vary."""


def norms(model: nn.Module, vocabularies: Sequence[int]) -> dict[str, float]:
    """`norm`: Euclidean norm of all trainable parameters (masked weights are zero)."""
    squares = torch.stack([p.detach().square().sum() for p in model.parameters()])
    return {"norm": float(squares.sum().sqrt())}


def fourier(model: nn.Module, vocabularies: Sequence[int]) -> dict[str, float]:
    """Concentration of the token tables' spectrum on few frequencies, 1 to (m - 1) / 2 or m / 2.

    `gini`: Gini coefficient, 0 for an even spectrum, 1 - 1/n for one of n frequencies (Nanda et
    al. 2023). `ipr`: inverse participation ratio, 1/n to 1 (Gromov 2023). The power of a frequency
    is summed over tokens and units; the constant term is left out. A model whose first parameter
    is no token table, or tables of unequal sizes, have no common spectrum: no values.
    """
    table = token_table(model, vocabularies)
    if table is None or len(set(vocabularies)) != 1 or vocabularies[0] < 3:
        return {}
    by_token = table.float().reshape(len(vocabularies), vocabularies[0], -1)
    spectrum = torch.fft.rfft(by_token, dim=1).abs().square().sum(dim=(0, 2))
    constant, power = spectrum[0], spectrum[1:]
    total = power.sum()
    if not total > ROUNDING * constant:
        return {}
    share = power / total
    return {"gini": gini(share), "ipr": float(share.square().sum())}


def gini(share: Tensor) -> float:
    """Gini coefficient of non-negative shares that sum to 1, shape (n,)."""
    n = share.numel()
    rank = torch.arange(1, n + 1, device=share.device)
    return float(2 * (rank * share.sort().values).sum() / n - (n + 1) / n)


def token_table(model: nn.Module, vocabularies: Sequence[int]) -> Tensor | None:
    """One row for each value of each token, (sum(vocabularies), units): the embedding, or the
    columns of the first linear layer where that acts on one-hots."""
    values = sum(vocabularies)
    for module in model.modules():
        if isinstance(module, nn.Embedding) and module.num_embeddings == values:
            return module.weight.detach()
        if isinstance(module, nn.Linear):
            return module.weight.detach().T if module.in_features == values else None
    return None
