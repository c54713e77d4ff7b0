"""`model.mask` of experiments.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mobius_core.config.keys import key


@dataclass(frozen=True, kw_only=True)
class MaskSpec:
    """Which weights of which linear layers exist."""

    mode: str = key("none", registry="mobius_core.sparsity.registry:MASKS")
    layers: tuple[int, ...] | None = key(None, at_least=1, about="1-based; every hidden layer")
    density: float | None = key(None, above=0, at_most=1, about="exact share of weights kept")
    like: str | None = key(None, registry="mobius_core.sparsity.registry:MASKS")
    base: int | None = key(None, at_least=2, about="modulus of prime_residue")


class Mistake(NamedTuple):
    """A key of `model.mask` that does not fit the others."""

    key: str
    message: str


def mistake(spec: MaskSpec) -> Mistake | None:
    """The first contradiction between the keys, if any; each key alone is checked by its limits."""
    graph = spec.mode if spec.like is None else spec.like
    if spec.mode == "shuffled" and spec.like is None:
        return Mistake("like", 'mode "shuffled" permutes the graph of another mode: name it')
    if spec.like is not None and spec.mode not in ("random", "shuffled"):
        return Mistake("like", f'mode "{spec.mode}" copies no other: only random and shuffled do')
    if spec.like in ("none", "random", "random_rows", "shuffled"):
        return Mistake("like", f'"{spec.like}" has no pattern to copy: name a mode that has')
    if spec.density is not None and spec.mode == "none":
        return Mistake("density", 'mode "none" keeps every weight; "random" takes a density')
    if spec.density is not None and spec.mode == "random" and spec.like is not None:
        return Mistake("density", f'already set by like = "{spec.like}": give one of the two')
    if spec.base is not None and graph != "prime_residue":
        return Mistake("base", f'only "prime_residue" has a base, not "{graph}"')
    return None
