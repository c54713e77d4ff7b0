"""Models of residues other than int2int and mlp: each against arithmetic or torch's own layers."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch import nn

from mobius_core.data.residues import residues
from mobius_core.data.sample import Sample
from mobius_core.errors import UsageError
from mobius_core.models import (
    bag,
    crt,
    divisor_sums,
    indicators,
    perceptron,
    transformer,
)
from mobius_core.models import spec as specs
from mobius_core.models.registry import MODELS
from mobius_core.models.spec import (
    BagSpec,
    CrtSpec,
    DivisorSumsSpec,
    IndicatorsSpec,
    TransformerSpec,
)
from mobius_core.numbers.primes import first_primes

LARGEST = 10**13
ROWS = Sample(lo=2, hi=LARGEST, seed=3).rows(0, 3000)
PRIMES = first_primes(100)
TOKENS = torch.from_numpy(residues(ROWS.n, PRIMES)).long()


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_the_transformer_is_torchs_own_encoder_read_at_its_mark() -> None:
    spec = TransformerSpec(dim=8, heads=2, layers=3, ffn=12)
    model = transformer.build(spec, (5, 7, 2), 3, {}, generator())
    layers = []
    for layer in (*model.layers, model.last):
        theirs = nn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=True, norm_first=True)
        attention = layer.attention
        parts = (attention.query, attention.key, attention.value)
        state = {
            "self_attn.in_proj_weight": torch.cat([part.weight for part in parts]),
            "self_attn.in_proj_bias": torch.cat([part.bias for part in parts]),
            "self_attn.out_proj.weight": attention.out.weight,
            "self_attn.out_proj.bias": attention.out.bias,
            "linear1.weight": layer.feed_forward[0].weight,
            "linear1.bias": layer.feed_forward[0].bias,
            "linear2.weight": layer.feed_forward[3].weight,
            "linear2.bias": layer.feed_forward[3].bias,
            "norm1.weight": layer.attention_norm.weight,
            "norm1.bias": layer.attention_norm.bias,
            "norm2.weight": layer.feed_forward_norm.weight,
            "norm2.bias": layer.feed_forward_norm.bias,
        }
        theirs.load_state_dict(state)
        layers.append(theirs)
    tokens = torch.tensor([[4, 6, 1], [0, 3, 0]])
    table = model.embedding.weight
    read = torch.stack([table[tokens[:, 0]], table[5 + tokens[:, 1]], table[12 + tokens[:, 2]]], 1)
    x = torch.cat((model.mark.expand(2, -1, -1), read), dim=1)
    for theirs in layers:
        x = theirs(x)
    torch.testing.assert_close(model(tokens), model.score(model.norm(x[:, 0])))


def test_heads_that_do_not_divide_are_said() -> None:
    with pytest.raises(UsageError, match="does not divide"):
        transformer.build(TransformerSpec(dim=8, heads=3), (2, 3), 2, {}, generator())


@pytest.mark.parametrize("tied", [False, True])
def test_a_bag_forgets_nothing_but_the_order_of_its_sum(tied: bool) -> None:
    spec = BagSpec(dim=4, tied=tied, widths=(5,))
    model = bag.build(spec, (2, 7), 3, {}, generator())
    for parameter in model.parameters():
        nn.init.normal_(parameter, generator=generator())
    vectors = model.vectors()
    assert vectors.shape == (9, 4)
    expected = model.perceptron(torch.stack([vectors[0] + vectors[2 + 6], vectors[1] + vectors[2]]))
    torch.testing.assert_close(model(torch.tensor([[0, 6], [1, 0]])), expected)


def test_tied_vectors_are_of_values_and_start_as_nothing() -> None:
    """1 mod 2 and 1 mod 7 share a vector, up to the scale of the modulus."""
    model = bag.build(BagSpec(dim=4, tied=True, widths=(5,)), (2, 7), 3, {}, generator())
    assert model.scale is not None
    assert not model.vectors().any()
    nn.init.normal_(model.table, generator=generator())
    vectors = model.vectors()
    torch.testing.assert_close(vectors[1], vectors[2 + 1])
    assert not torch.equal(vectors[2 + 1], vectors[2 + 2])
    with torch.no_grad():
        model.scale[1] *= 3
    torch.testing.assert_close(3 * vectors[2:], model.vectors()[2:])
    torch.testing.assert_close(vectors[:2], model.vectors()[:2])


def test_indicators_are_divisibility_whatever_the_moduli() -> None:
    """By 2, 3, 5, 7 and by 4 and 9: from the moduli themselves and from multiples of them."""
    for moduli in ((2, 3, 4, 5, 7, 9), (36, 35), (9, 7, 4, 5)):
        model = indicators.build(IndicatorsSpec(widths=(4,)), moduli, 2, {}, generator())
        found = model.divisors(torch.from_numpy(residues(ROWS.n, moduli)).long()).numpy()
        expected = np.stack([ROWS.n % np.uint64(d) == 0 for d in (2, 3, 5, 7, 4, 9)], axis=1)
        np.testing.assert_array_equal(found, expected)
        assert model(torch.zeros(3, len(moduli), dtype=torch.long)).shape == (3, 2)


def test_divisors_start_as_equals_and_are_added_up() -> None:
    spec = IndicatorsSpec(dim=3, widths=(4,), activation="sine")
    model = indicators.build(spec, (2, 3, 5), 2, {}, generator())
    assert model.vectors is not None
    assert torch.equal(model.vectors, model.vectors[:1].expand(3, 3))
    two = model(torch.tensor([[0, 0, 1], [1, 0, 0]]))
    torch.testing.assert_close(two[0], two[1])
    torch.testing.assert_close(two[0], model.perceptron(2 * model.vectors[0]))
    first, second = model.perceptron.layers
    x = torch.ones(1, 3)
    torch.testing.assert_close(model.perceptron(x), second(first(x).sin()))


def test_waves_are_sines_of_all_lengths_beside_relus() -> None:
    spec = BagSpec(dim=4, tied=True, widths=(7, 3), activation="waves")
    model = bag.build(spec, (2, 3), 2, {}, generator())
    first, second, third = model.perceptron.layers
    weight, bias = (
        model.perceptron.layers.get_parameter(f"0.{name}") for name in ("weight", "bias")
    )
    x = torch.randn(5, 4, generator=generator())
    sines, relus = first(x).split((4, 3), dim=1)
    bent = torch.cat((sines.sin(), relus.relu()), dim=1)
    torch.testing.assert_close(model.perceptron(x), third(second(bent).relu()))
    usual = bag.build(replace(spec, activation="relu"), (2, 3), 2, {}, generator())
    faster = weight / usual.perceptron.layers.get_parameter("0.weight")
    expected = torch.tensor([1, 30 ** (1 / 3), 30 ** (2 / 3), 30, 1, 1, 1])
    torch.testing.assert_close(faster, expected[:, None].expand(-1, 4))
    assert bias[:4].abs().max() > 1  # somewhere on the circle
    assert bias[4:].abs().max() < 1


@pytest.mark.parametrize("activation", ["relu", "sine", "waves"])
@pytest.mark.parametrize("widths", [(), (1,)])
def test_a_perceptron_may_be_as_small_as_one_likes(
    activation: str, widths: tuple[int, ...]
) -> None:
    spec = BagSpec(dim=4, widths=widths, activation=activation)
    model = bag.build(spec, (2, 3), 2, {}, generator())
    assert model(torch.tensor([[0, 1]])).shape == (1, 2)


def test_the_activations_that_may_be_asked_for_are_those_there_are() -> None:
    """The names stand apart from the functions, so that reading a spec needs no torch."""
    assert set(perceptron.PERIODIC) == set(specs.PERIODIC)
    (mlp,) = (field for field in fields(specs.MlpSpec) if field.name == "activation")
    assert set(perceptron.ACTIVATIONS) == set(mlp.metadata["limits"].choices)


def test_divisor_sums_are_what_the_oracle_is_a_function_of() -> None:
    model = divisor_sums.build(DivisorSumsSpec(), PRIMES, 3, {}, generator())
    for n, tokens, sums in zip(
        ROWS.n[:200].tolist(), TOKENS, model.sums(TOKENS[:200]), strict=False
    ):
        known = [p for p in PRIMES if n % p == 0]
        assert [p for p, r in zip(PRIMES, tokens.tolist(), strict=True) if r == 0] == known
        log = sum(math.log(p) for p in known) / divisor_sums.LOG_UNIT
        share = sum(math.log1p(-1 / p) for p in known) / divisor_sums.SHARE_UNIT
        parity = (-1) ** len(known)
        assert sums.tolist() == pytest.approx([parity, log, parity * log, share, 0], abs=1e-5)


def test_divisor_sums_use_squares_that_are_known() -> None:
    model = divisor_sums.build(DivisorSumsSpec(), (4, 3), 3, {}, generator())
    found = model.sums(torch.tensor([[0, 0], [2, 1]]))
    assert found[:, 4].tolist() == [1, 0]
    share = math.log1p(-1 / 3) / divisor_sums.SHARE_UNIT
    assert found[:, 3].tolist() == pytest.approx([share, 0])


def test_crt_knows_every_square_that_divides() -> None:
    numbers = np.concatenate((ROWS.n, [2, 4, 541**2, LARGEST, LARGEST - 1, 523**2 * 541]))
    n = numbers.astype(np.uint64)
    model = crt.build(CrtSpec(), PRIMES, 3, {}, generator())
    found = model.divides(torch.from_numpy(residues(n, PRIMES)).long()).numpy()
    expected = np.stack([n % np.uint64(d) == 0 for d in model.known.divisors], axis=1)
    np.testing.assert_array_equal(found, expected)
    assert not list(model.parameters())


@pytest.mark.parametrize(("target", "least"), [("mu", 0.70), ("mu2", 0.999)])
def test_crt_is_right_where_squares_decide(target: str, least: float) -> None:
    """Published ceilings for p and p^2 of 100 primes: 72.09 % and 99.985 %; 3,000 rows."""
    classes = 3 if target == "mu" else 2
    model = crt.build(CrtSpec(), PRIMES, classes, {}, generator())
    model.inform(target, (2, LARGEST))
    logits = model(TOKENS)
    torch.testing.assert_close(logits.exp().sum(dim=1), torch.ones(len(TOKENS)).double())
    labels = ROWS.mu + 1 if target == "mu" else np.abs(ROWS.mu)
    right = logits.argmax(dim=1).numpy() == labels
    assert right.mean() >= least
    assert right[ROWS.mu == 0].mean() > 0.999


def test_crt_says_what_it_cannot_answer() -> None:
    model = crt.build(CrtSpec(squares=2), first_primes(10), 3, {}, generator())
    with pytest.raises(UsageError, match="crt knows the posterior of mu and mu2 only"):
        model.inform("omega", (2, 1000))
    with pytest.raises(UsageError, match="product 6,469,693,230, and crt needs more than twice"):
        model.inform("mu", (2, LARGEST))
    model.inform("mu", (2, 1000))


def test_what_is_not_learning_from_residues_says_so() -> None:
    said = {name: entry.standing for name, entry in MODELS.items() if entry.standing}
    assert said.keys() == {"crt", "divisor_sums"}
    assert said["crt"] == "upper reference, never learned"
