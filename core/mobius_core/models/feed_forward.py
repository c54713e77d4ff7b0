"""Two linear layers with a ReLU between them, for each position by itself."""

from __future__ import annotations

from torch import Tensor, nn

from mobius_core.models.linear import linear


class FeedForward(nn.Sequential):
    def __init__(self, dim: int, hidden: int, dropout: float) -> None:
        super().__init__(
            nn.Linear(dim, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, dim)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(..., dim) to the same; the ReLU is part of the layer before it."""
        inner, _, dropout, outer = self
        assert isinstance(inner, nn.Linear)
        assert isinstance(outer, nn.Linear)
        hidden = dropout(linear(x, inner.weight, inner.bias, rectified=True))
        return linear(hidden, outer.weight, outer.bias)
