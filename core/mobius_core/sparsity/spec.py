"""`model.mask` of experiments.toml."""

from __future__ import annotations

from dataclasses import dataclass

from mobius_core.config.keys import key


@dataclass(frozen=True, kw_only=True)
class MaskSpec:
    """Which weights of which linear layers exist."""

    mode: str = key("none", registry="mobius_core.sparsity.registry:MASKS")
    layers: tuple[int, ...] | None = key(None, at_least=1, about="1-based; every hidden layer")
    density: float | None = key(None, above=0, at_most=1, about="exact share of weights kept")
    like: str | None = key(None, registry="mobius_core.sparsity.registry:MASKS")
    base: int | None = key(None, at_least=2, about="modulus of prime_residue")
