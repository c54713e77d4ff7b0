"""The `[X.model]` tables, one dataclass a model; torch is imported by the builders only."""

from __future__ import annotations

from dataclasses import dataclass

from mobius_core.config.keys import key
from mobius_core.sparsity.spec import MaskSpec


@dataclass(frozen=True, kw_only=True)
class MlpSpec:
    """Embeddings of the tokens side by side (or their one-hots), then linear layers."""

    name: str = key("mlp", registry="mobius_core.models.registry:MODELS")
    embedding: int | None = key(None, at_least=1, about="width of each token's embedding")
    widths: tuple[int, ...] = key((512, 512), at_least=1, about="hidden widths")
    activation: str = key("relu", choices=("relu", "gelu", "silu", "quadratic"))
    dropout: float = key(0.0, at_least=0, below=1)
    bias: bool = key(True)
    mask: MaskSpec = key(MaskSpec())


ModelSpec = MlpSpec
"""The union of all model specs."""
