"""The masks of an experiment's arms, drawn and described as a training child would draw them.

numpy is imported inside the functions: they run in a worker thread, and only for the Sparsity
screen, so that the start of the TUI never pays for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mobius_core.config.trial import Trial

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mobius_core.sparsity.statistics import MaskStatistics


@dataclass(frozen=True, slots=True)
class ArmMasks:
    """One arm at its first seed."""

    arm: str
    mode: str
    like: str
    masked: frozenset[int]
    """layers that have a mask; the others are dense"""
    layers: tuple[MaskStatistics, ...]
    """linear layers from the first to the last"""
    blind: int
    """token values that reach no output, of `values`"""
    values: int
    ceiling: float
    """largest accuracy on the full table that what reaches an output allows"""
    obstacles: tuple[str, ...]
    """why the task cannot be learned; usually none"""
    masks: Mapping[int, NDArray[np.bool_]]

    def picture(self, layer: int, width: int, height: int) -> list[str]:
        """Layer (from 1) in half blocks; an unmasked layer is full."""
        from mobius_core.sparsity.picture import picture

        mask = self.masks.get(layer)
        return ["█" * width] * height if mask is None else picture(mask, width, height)

    def difference(self, other: ArmMasks, layer: int, width: int, height: int) -> list[str]:
        """Where one of the two arms has a weight and the other has none."""
        import numpy as np

        from mobius_core.sparsity.picture import picture

        shape = self.layers[layer - 1].rows, self.layers[layer - 1].columns
        own, others = (arm.masks.get(layer, np.ones(shape, bool)) for arm in (self, other))
        if own.shape != others.shape:
            return []
        return picture(own ^ others, width, height)


def is_renumbered(one: ArmMasks, other: ArmMasks) -> bool:
    """Whether `other` is `one` with its hidden units in another order: a shuffled graph on layers
    of which both sides are hidden units of layers without a mask, which learning treats alike."""
    hidden = range(2, len(one.layers))
    return (
        bool(one.masked)
        and other.mode == "shuffled"
        and other.like == one.mode
        and one.masked == other.masked
        and all(layer in hidden and not {layer - 1, layer + 1} & one.masked for layer in one.masked)
    )


def describe_arm(trial: Trial) -> ArmMasks:
    """The masks of a modular trial with an mlp; UsageError for any other."""
    import numpy as np

    from mobius_core.analysis.trial_masks import trial_masks
    from mobius_core.sparsity.statistics import describe

    found = trial_masks(trial)
    network = found.network
    full = [network.masks.get(n, np.ones(shape, bool)) for n, shape in enumerate(network.shapes, 1)]
    return ArmMasks(
        arm=trial.arm or trial.experiment,
        mode=found.mask.mode,
        like=found.mask.like or "",
        masked=frozenset(network.masks),
        layers=tuple(describe(mask) for mask in full),
        blind=int(np.count_nonzero(~network.visible)),
        values=len(network.visible),
        ceiling=found.ceiling,
        obstacles=found.obstacles,
        masks=network.masks,
    )
