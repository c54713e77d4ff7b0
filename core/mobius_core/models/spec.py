"""The `[X.model]` tables, one dataclass a model; torch is imported by the builders only."""

from __future__ import annotations

from dataclasses import dataclass, field

from mobius_core.config.keys import key
from mobius_core.sparsity.spec import MaskSpec

PERIODIC = ("relu", "gelu", "silu", "quadratic", "sine", "waves")
"""What the layers of a perceptron on a sum of vectors may be followed by."""


@dataclass(frozen=True, kw_only=True)
class MlpSpec:
    """Embeddings of the tokens side by side (or their one-hots), then linear layers."""

    name: str = key("mlp", registry="mobius_core.models.registry:MODELS")
    embedding: int | None = key(None, at_least=1, about="width of each token's embedding")
    widths: tuple[int, ...] = key((512, 512), at_least=1, about="hidden widths")
    activation: str = key("relu", choices=("relu", "gelu", "silu", "quadratic"))
    dropout: float = key(0.0, at_least=0, below=1)
    bias: bool = key(True)
    mask: MaskSpec = field(default=MaskSpec())


@dataclass(frozen=True, kw_only=True)
class Int2IntSpec:
    """The published encoder-decoder transformer: 402 tokens in, one class out.

    The defaults are those of arXiv 2502.10335; with 100 residues they give 10,095,810 parameters.
    """

    name: str = key("int2int", registry="mobius_core.models.registry:MODELS")
    dim: int = key(256, at_least=2, about="width of the residual stream")
    heads: int = key(8, at_least=1, about="attention heads; must divide dim")
    encoder_layers: int = key(4, at_least=1)
    decoder_layers: int = key(4, at_least=1)
    ffn: int = key(1024, at_least=1, about="hidden width of the feed-forward layers")
    positions: int = key(4096, at_least=2, about="learned positions, used or not")
    dropout: float = key(0.0, at_least=0, below=1)


@dataclass(frozen=True, kw_only=True)
class NandaSpec:
    """The transformer of one layer in which grokking was first taken apart.

    The defaults are those of arXiv 2301.05217: no layer norm, ReLU, learned positions.
    """

    name: str = key("nanda", registry="mobius_core.models.registry:MODELS")
    dim: int = key(128, at_least=1, about="width of the residual stream")
    heads: int = key(4, at_least=1, about="attention heads; must divide dim")
    hidden: int = key(512, at_least=1, about="units of the feed-forward layer")


@dataclass(frozen=True, kw_only=True)
class GromovSpec:
    """Two layers with quadratic units between them and no biases, whose solution is known in
    closed form (arXiv 2301.02679)."""

    name: str = key("gromov", registry="mobius_core.models.registry:MODELS")
    width: int = key(500, at_least=1, about="quadratic units")


@dataclass(frozen=True, kw_only=True)
class TransformerSpec:
    """An encoder with one token per input, read at a mark beside them."""

    name: str = key("transformer", registry="mobius_core.models.registry:MODELS")
    dim: int = key(256, at_least=2, about="width of the residual stream")
    heads: int = key(8, at_least=1, about="attention heads; must divide dim")
    layers: int = key(4, at_least=1)
    ffn: int = key(1024, at_least=1, about="hidden width of the feed-forward layers")
    dropout: float = key(0.0, at_least=0, below=1)


@dataclass(frozen=True, kw_only=True)
class BagSpec:
    """The sum of a vector for each token, then an MLP."""

    name: str = key("bag", registry="mobius_core.models.registry:MODELS")
    dim: int = key(64, at_least=1, about="width of the vectors")
    tied: bool = key(False, about="a value has one vector under all moduli, scaled for each")
    widths: tuple[int, ...] = key((128,), at_least=1, about="hidden widths")
    activation: str = key("relu", choices=PERIODIC)


@dataclass(frozen=True, kw_only=True)
class IndicatorsSpec:
    """Which primes divide n, in place of its residues, then an MLP."""

    name: str = key("indicators", registry="mobius_core.models.registry:MODELS")
    dim: int | None = key(
        None,
        at_least=1,
        about="width of a vector for each divisor, all equal at the start; the MLP reads their sum",
    )
    widths: tuple[int, ...] = key((128, 128), at_least=1, about="hidden widths")
    activation: str = key("relu", choices=PERIODIC)


@dataclass(frozen=True, kw_only=True)
class DivisorSumsSpec:
    """Five sums over the known divisors of n, chosen by hand, then an MLP."""

    name: str = key("divisor_sums", registry="mobius_core.models.registry:MODELS")
    widths: tuple[int, ...] = key((32, 32), at_least=1, about="hidden widths")
    activation: str = key("relu", choices=PERIODIC)


@dataclass(frozen=True, kw_only=True)
class CrtSpec:
    """Fixed arithmetic: n from its residues, then tests of squares. Nothing is learned."""

    name: str = key("crt", registry="mobius_core.models.registry:MODELS")
    squares: int = key(
        100, at_least=1, at_most=1000, about="primes of which square divisors are found"
    )


ModelSpec = (
    MlpSpec
    | Int2IntSpec
    | NandaSpec
    | GromovSpec
    | TransformerSpec
    | BagSpec
    | IndicatorsSpec
    | DivisorSumsSpec
    | CrtSpec
)
"""The union of all model specs."""
