"""Models by name: (spec class, "module:builder"). The builder is imported in the child only."""

from __future__ import annotations

from typing import Final, NamedTuple

from mobius_core.models.spec import (
    BagSpec,
    CrtSpec,
    DivisorSumsSpec,
    GromovSpec,
    IndicatorsSpec,
    Int2IntSpec,
    MlpSpec,
    ModelSpec,
    NandaSpec,
    TransformerSpec,
)


class ModelEntry(NamedTuple):
    spec: type[ModelSpec]
    builder: str
    batch: int
    """`train.batch` where the experiment does not say."""
    standing: str = ""
    """What its results are, where they are not those of learning from residues: shown with them."""
    learns: bool = True
    """False: it has no parameters, is evaluated once, and no key of `train` matters."""
    cpu_rows: int | None = None
    """Rows of one forward and backward pass on a CPU: of the whole batch at once a transformer
    takes two to four times the memory and is no faster."""
    residues_only: bool = False
    """It reads each input as n modulo something, so that digits are no input for it."""


MODELS: Final[dict[str, ModelEntry]] = {
    "mlp": ModelEntry(MlpSpec, "mobius_core.models.mlp:build", batch=4096),
    "int2int": ModelEntry(Int2IntSpec, "mobius_core.models.int2int:build", batch=32, cpu_rows=4),
    "transformer": ModelEntry(
        TransformerSpec, "mobius_core.models.transformer:build", batch=256, cpu_rows=16
    ),
    "bag": ModelEntry(BagSpec, "mobius_core.models.bag:build", batch=4096),
    "indicators": ModelEntry(
        IndicatorsSpec, "mobius_core.models.indicators:build", batch=4096, residues_only=True
    ),
    "divisor_sums": ModelEntry(
        DivisorSumsSpec,
        "mobius_core.models.divisor_sums:build",
        batch=4096,
        standing="sums over divisors put in by hand, their use learned",
        residues_only=True,
    ),
    "crt": ModelEntry(
        CrtSpec,
        "mobius_core.models.crt:build",
        batch=4096,
        standing="upper reference, never learned",
        learns=False,
        residues_only=True,
    ),
    "nanda": ModelEntry(NandaSpec, "mobius_core.models.nanda:build", batch=4096),
    "gromov": ModelEntry(GromovSpec, "mobius_core.models.gromov:build", batch=4096),
}
