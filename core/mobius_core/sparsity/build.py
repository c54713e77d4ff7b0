"""From `model.mask` to boolean arrays (out, inputs): True where a weight exists."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from mobius_core.errors import UsageError
from mobius_core.resolve import resolve
from mobius_core.sparsity import density
from mobius_core.sparsity.registry import MASKS
from mobius_core.sparsity.spec import MaskSpec, mistake


class Pattern(Protocol):
    """What a mode of the registry is."""

    def __call__(
        self, out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator
    ) -> NDArray[np.bool_]: ...


def masks(
    spec: MaskSpec, shapes: Sequence[tuple[int, int]], seed: int
) -> dict[int, NDArray[np.bool_]]:
    """The masks of a network whose linear layers have these shapes (out, inputs), by layer number.

    Layers count from 1. Without `layers` every layer but the last has one; mode `none` has none.
    """
    if spec.mode == "none":
        return {}
    layers = tuple(range(1, len(shapes))) if spec.layers is None else spec.layers
    if beyond := [layer for layer in layers if layer > len(shapes)]:
        raise UsageError(
            f"model.mask.layers = {list(layers)}: there is no layer {beyond[0]}, "
            f"the network has {len(shapes)} linear layers"
        )
    return {layer: mask(spec, *shapes[layer - 1], layer_seed(seed, layer)) for layer in layers}


def layer_seed(seed: int, layer: int) -> int:
    """A 64-bit seed for one layer, so that two layers of one shape get different draws."""
    sequence = np.random.SeedSequence(seed, spawn_key=(layer,))
    return int(sequence.generate_state(1, np.uint64)[0])


def mask(spec: MaskSpec, out: int, inputs: int, seed: int) -> NDArray[np.bool_]:
    """One mask, shape (out, inputs); equal seeds give equal masks.

    With `density` it has exactly the nearest number of weights. Without, a mode keeps its own
    number, trimmed to at most half of all weights.
    """
    if wrong := mistake(spec):
        raise UsageError(f"model.mask.{wrong.key}: {wrong.message}")
    return draw(spec, out, inputs, np.random.default_rng(seed))


def draw(spec: MaskSpec, out: int, inputs: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """The mode's pattern at its exact number of weights."""
    drawn = pattern_of(spec.mode)(out, inputs, spec, rng)
    if spec.mode == "none":
        return drawn
    if spec.density is not None:
        wanted = density.weights_at(spec.density, drawn.size)
    else:
        wanted = min(int(np.count_nonzero(drawn)), density.weights_at(density.CAP, drawn.size))
    return density.adjusted(drawn, wanted, rng)


def draw_like(spec: MaskSpec, out: int, inputs: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """The finished mask of the mode that `spec` is like.

    A generator in the same state draws the same trimming, so a shuffled or random arm copies the
    very graph that the arm of that mode has at this seed.
    """
    assert spec.like is not None, "checked by sparsity.spec.mistake"
    return draw(dataclasses.replace(spec, mode=spec.like, like=None), out, inputs, rng)


def pattern_of(mode: str) -> Pattern:
    """The function behind a name of the registry."""
    return cast(Pattern, resolve(MASKS[mode]))
