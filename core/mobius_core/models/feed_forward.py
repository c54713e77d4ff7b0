"""Two linear layers with a ReLU between them, for each position by itself."""

from __future__ import annotations

from torch import Tensor, nn


class FeedForward(nn.Sequential):
    def __init__(self, dim: int, hidden: int, dropout: float) -> None:
        super().__init__(
            nn.Linear(dim, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, dim),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(..., dim) to the same, as a matrix of all positions: what a linear layer makes of more
        axes is a view, and a view that was rectified in place costs the backward pass three copies.
        """
        found = x.flatten(0, -2)
        for layer in self:
            found = layer(found)
        return found.view(x.shape)
