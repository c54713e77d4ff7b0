"""Models by name: (spec class, "module:builder"). The builder is imported in the child only."""

from __future__ import annotations

from typing import Final, NamedTuple

from mobius_core.models.spec import MlpSpec, ModelSpec


class ModelEntry(NamedTuple):
    spec: type[ModelSpec]
    builder: str
    batch: int
    """`train.batch` where the experiment does not say."""


MODELS: Final[dict[str, ModelEntry]] = {
    "mlp": ModelEntry(MlpSpec, "mobius_core.models.mlp:build", batch=4096),
}
