"""From a model table to a network on its device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mobius_core.models.registry import MODELS
from mobius_core.models.spec import ModelSpec
from mobius_core.resolve import resolve

Masks = Mapping[int, NDArray[np.bool_]]


class Builder(Protocol):
    """What a model's registry entry names."""

    def __call__(
        self,
        spec: ModelSpec,
        vocabularies: Sequence[int],
        classes: int,
        masks: Masks,
        generator: torch.Generator,
    ) -> nn.Module: ...


def build_model(
    spec: ModelSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Masks,
    *,
    seed: int,
    device: torch.device,
) -> nn.Module:
    """Tokens (rows, tokens) to logits (rows, classes), token t in range(vocabularies[t]).

    Weights are drawn on the CPU, so that one seed means the same weights on every device.
    """
    builder = cast(Builder, resolve(MODELS[spec.name].builder))
    generator = torch.Generator().manual_seed(seed)
    return builder(spec, vocabularies, classes, masks, generator).to(device)
