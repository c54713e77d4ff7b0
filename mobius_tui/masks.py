"""The masks of an experiment's arms, drawn and described as a training child would draw them.

numpy is imported inside the functions: they run in a worker thread, and only for the Sparsity
screen, so that the start of the TUI never pays for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mobius_core.config.trial import Json, Trial

if TYPE_CHECKING:
    import numpy as np
    from mobius_core.sparsity.statistics import MaskStatistics
    from numpy.typing import NDArray


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
    masks: Mapping[int, NDArray[np.bool_]]

    def picture(self, layer: int, width: int, height: int) -> list[str]:
        """Layer (from 1) in half blocks; an unmasked layer is full."""
        from mobius_core.sparsity.picture import picture

        mask = self.masks.get(layer)
        return ["█" * width] * height if mask is None else picture(mask, width, height)


def describe_arms(trials: Sequence[Trial]) -> list[ArmMasks]:
    """One entry for each trial of a modular experiment with an mlp."""
    return [describe_arm(trial) for trial in trials]


def describe_arm(trial: Trial) -> ArmMasks:
    import numpy as np
    from mobius_core.config.check import build
    from mobius_core.models.spec import MlpSpec
    from mobius_core.sparsity.network import masked_network
    from mobius_core.sparsity.statistics import describe
    from mobius_core.training.seeds import Seeds
    from mobius_core.training.spec import ModularTask, PinSpec

    task = build(ModularTask, table_of(trial, "task"), trial.name)
    model = build(MlpSpec, table_of(trial, "model"), trial.name)
    seeds = Seeds(trial.seed, build(PinSpec, table_of(trial, "pin"), trial.name))
    vocabularies = (task.modulus, task.modulus)
    network = masked_network(model, vocabularies, task.modulus, seeds.of("mask"))
    full = [network.masks.get(n, np.ones(shape, bool)) for n, shape in enumerate(network.shapes, 1)]
    return ArmMasks(
        arm=trial.arm or trial.experiment,
        mode=model.mask.mode,
        like=model.mask.like or "",
        masked=frozenset(network.masks),
        layers=tuple(describe(mask) for mask in full),
        blind=int(np.count_nonzero(~network.visible)),
        values=len(network.visible),
        masks=network.masks,
    )


def table_of(trial: Trial, name: str) -> Mapping[str, Json]:
    table = trial.tables.get(name)
    return table if isinstance(table, dict) else {}
