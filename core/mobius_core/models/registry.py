"""Models by name: (spec class, "module:builder"). The builder is imported in the child only."""

from __future__ import annotations

from typing import Final, NamedTuple

from mobius_core.models.spec import GromovSpec, Int2IntSpec, MlpSpec, ModelSpec, NandaSpec


class ModelEntry(NamedTuple):
    spec: type[ModelSpec]
    builder: str
    batch: int
    """`train.batch` where the experiment does not say."""


MODELS: Final[dict[str, ModelEntry]] = {
    "mlp": ModelEntry(MlpSpec, "mobius_core.models.mlp:build", batch=4096),
    "int2int": ModelEntry(Int2IntSpec, "mobius_core.models.int2int:build", batch=32),
    "nanda": ModelEntry(NandaSpec, "mobius_core.models.nanda:build", batch=4096),
    "gromov": ModelEntry(GromovSpec, "mobius_core.models.gromov:build", batch=4096),
}
