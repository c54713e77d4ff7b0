"""Models: shapes, masks, and int2int as it was published."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from mobius_core.errors import UsageError
from mobius_core.models import int2int, mlp, plain_attention
from mobius_core.models.attention import (
    Attention,
    CausalAttention,
    CrossAttention,
    attended,
    parted,
)
from mobius_core.models.int2int_words import words_for
from mobius_core.models.lookup import lookup
from mobius_core.models.masked import MaskedLinear
from mobius_core.models.spec import Int2IntSpec, MlpSpec
from mobius_core.numbers.primes import first_primes
from mobius_core.training.optimizers import adamw
from mobius_core.training.spec import TrainSpec


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_tokens(vocabularies: tuple[int, ...], rows: int) -> torch.Tensor:
    draws = generator(1)
    columns = [torch.randint(size, (rows,), generator=draws) for size in vocabularies]
    return torch.stack(columns, dim=1)


def test_int2int_has_the_published_number_of_parameters() -> None:
    model = int2int.build(Int2IntSpec(), first_primes(100), 3, {}, generator())
    assert sum(p.numel() for p in model.parameters()) == 10_095_810
    words = words_for(first_primes(100))
    assert (words.size, len(words.sentence)) == (1218, 402)


def test_what_changes_no_answer_takes_no_gradient_and_no_moments() -> None:
    model = int2int.build(Int2IntSpec(), first_primes(100), 3, {}, generator())
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    positions, biases_of_keys = (4096 - 402) + (4096 - 2), Int2IntSpec().decoder_layers
    assert trained == 10_095_810 - (positions + biases_of_keys) * 256
    loss, _ = model.objective(random_tokens(first_primes(100), 2), torch.tensor([0, 2]))
    torch.autograd.backward(loss)
    assert all((p.grad is not None) == p.requires_grad for p in model.parameters())


def test_int2int_reads_the_sentence_of_the_text_format() -> None:
    words = words_for((2, 3, 541))
    model = int2int.build(tiny(), (2, 3, 541), 3, {}, generator())
    (sentence,) = model.sentences(torch.tensor([[1, 2, 540]])).tolist()
    text = {number: word for word, number in words.numbers.items()}
    said = " ".join(text[number] for number in sentence)
    assert said == "V6 + 1 + 2 + 2 + 3 + 540 + 541 <eos>"


def test_int2int_answers_by_one_forward_pass_what_it_was_trained_to_say() -> None:
    """The objective predicts two words at once: the first must not see the answer beside it."""
    model = int2int.build(tiny(), (2, 3, 5), 3, {}, generator()).eval()
    tokens = random_tokens((2, 3, 5), 8)
    for label in range(3):
        labels = torch.full((8,), label)
        loss, logits = model.objective(tokens, labels)
        torch.testing.assert_close(logits, model(tokens))
    start = model.start(tokens)
    scores = model.scores(tokens, torch.cat((start, model.answers[labels][:, None]), dim=1))
    nats = -scores.log_softmax(dim=2)
    end = nats[:, 1, 0]
    assert loss.item() == pytest.approx(
        (nats[range(8), 0, model.answers[labels]].mean() + end.mean()).item() / 2, abs=1e-5
    )


def test_int2int_ties_the_output_to_the_decoder_embedding() -> None:
    model = int2int.build(tiny(), (2, 3), 2, {}, generator())
    assert model.score.weight is model.write.words.weight
    assert model.score.weight is not model.read.words.weight


@pytest.mark.parametrize(
    ("spec", "moduli", "said"),
    [
        (Int2IntSpec(dim=8, heads=3), (2, 3), "does not divide"),
        (Int2IntSpec(dim=8, heads=2, positions=5), (2, 3), "a sentence has 10 words"),
        (Int2IntSpec(dim=8, heads=2), (2, 1009), "below 1000 only, not 1009"),
    ],
)
def test_sizes_that_do_not_fit_are_said(
    spec: Int2IntSpec, moduli: tuple[int, ...], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        int2int.build(spec, moduli, 2, {}, generator())


def tiny() -> Int2IntSpec:
    return Int2IntSpec(dim=16, heads=2, encoder_layers=1, decoder_layers=2, ffn=8, positions=32)


@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_plain_attention_is_torchs_own(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_attention, "PIECE", piece)
    asked = torch.randn(3, 5, 3 * 16, generator=generator())
    query, key, value = parted(asked, heads=2)
    expected = functional.scaled_dot_product_attention(query, key, value, scale=1.0)
    found = attended(asked.bfloat16(), 2).float()
    torch.testing.assert_close(found, expected.transpose(1, 2).flatten(2), atol=0.03, rtol=0.03)


@pytest.mark.parametrize("scale", [1, 30, 300])
def test_plain_attention_takes_no_harm_from_large_scores(scale: int) -> None:
    """Powers of scores beyond 69 are given up; here scores reach 10, 9,000 and 900,000."""
    asked = torch.randn(3, 5, 3 * 16, generator=generator())
    asked[..., :32] *= scale
    asked = asked.bfloat16().requires_grad_()
    exactly = asked.detach().double().requires_grad_()
    query, key, value = parted(exactly, heads=2)
    expected = functional.scaled_dot_product_attention(query, key, value, scale=1.0)
    expected = expected.transpose(1, 2).flatten(2)
    found = attended(asked, 2)
    kept: Any = found.grad_fn
    sums = kept.saved_tensors[2]
    assert bool((sums == 1).all()) == (scale > 1)
    atol = 0.03 if scale == 1 else 0.3
    torch.testing.assert_close(found.double(), expected, atol=atol, rtol=0.03)
    weights = torch.randn(found.shape, generator=generator())
    (gradient,) = torch.autograd.grad(found, asked, weights.bfloat16())
    (wanted,) = torch.autograd.grad(expected, exactly, weights.double())
    # Where scores are large, which of two is larger is a matter of rounding; where they are huge,
    # one weight is all.
    tolerance = {1: 0.02, 30: 1.0, 300: 0.02}[scale]
    assert float((gradient.double() - wanted).norm()) < tolerance * float(wanted.norm())


def torchs_own(ours: Attention) -> torch.nn.MultiheadAttention:
    """torch's module with the same weights, in double."""
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True, dtype=torch.float64)
    parts = (ours.query, ours.key, ours.value)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        theirs.out_proj.load_state_dict(ours.out.state_dict())
    return theirs


@pytest.mark.parametrize("length", [1, 2, 3])
def test_causal_attention_looks_at_what_was_before(length: int) -> None:
    torch.manual_seed(0)
    ours = CausalAttention(8, heads=2).double()
    x = torch.randn(3, length, 8).double()
    later = torch.ones(length, length, dtype=torch.bool).triu(1)
    expected = torchs_own(ours)(x, x, x, attn_mask=later, need_weights=False)[0]
    torch.testing.assert_close(ours(x), expected)


def test_cross_attention_without_keys_and_values_is_attention() -> None:
    """Forward and backward."""
    torch.manual_seed(0)
    ours = CrossAttention(8, heads=2).double()
    theirs = torchs_own(ours)
    x, source = torch.randn(3, 2, 8).double(), torch.randn(3, 7, 8).double().requires_grad_()
    found, expected = ours(x, source), theirs(x, source, source, need_weights=False)[0]
    torch.testing.assert_close(found, expected)
    weights = torch.randn(3, 2, 8).double()
    gradients = [
        torch.autograd.grad((y * weights).sum(), (source, w))
        for y, w in ((found, ours.value.weight), (expected, theirs.in_proj_weight))
    ]
    torch.testing.assert_close(gradients[0][0], gradients[1][0])
    torch.testing.assert_close(gradients[0][1], gradients[1][1][-8:])


@pytest.mark.parametrize("embedding", [None, 3])
def test_the_mlp_is_a_product_with_one_hots(embedding: int | None) -> None:
    vocabularies = (2, 5, 3)
    spec = MlpSpec(embedding=embedding, widths=(7,), activation="quadratic")
    model = mlp.build(spec, vocabularies, 4, {}, generator())
    tokens = random_tokens(vocabularies, 6)
    hot = [functional.one_hot(tokens[:, t], size).float() for t, size in enumerate(vocabularies)]
    if model.embedding is None:
        x = torch.cat(hot, dim=1)
    else:
        tables = torch.split(model.embedding.weight, list(vocabularies))
        x = torch.cat([h @ table for h, table in zip(hot, tables, strict=True)], dim=1)
    first, second = model.linears
    expected = (x @ first.weight.T + first.bias).square() @ second.weight.T + second.bias
    torch.testing.assert_close(model(tokens), expected)


def test_masked_weights_are_zero_for_ever() -> None:
    mask = np.random.default_rng(0).random((7, 10)) < 0.4
    mask[3] = False
    spec = MlpSpec(widths=(7,), embedding=None)
    model = mlp.build(spec, (5, 5), 3, {1: mask}, generator())
    layer = model.linears[0]
    assert isinstance(layer, MaskedLinear)
    train = TrainSpec(lr=0.1, weight_decay=0.5, steps=20)
    optimizer = adamw(list(model.parameters()), train, 20)
    tokens, labels = random_tokens((5, 5), 32), torch.arange(32) % 3
    before = layer.weight.detach().clone()
    for step in range(20):
        torch.autograd.backward(functional.cross_entropy(model(tokens), labels))
        optimizer.step(step)
        assert torch.all(layer.weight.detach()[~torch.from_numpy(mask)] == 0)
    assert not torch.equal(before, layer.weight)
    assert torch.isfinite(layer.weight).all()


def test_arms_of_one_seed_share_their_base_weights() -> None:
    mask = np.random.default_rng(0).random((6, 10)) < 0.5
    mask[:, 0] = True
    dense, masked = (
        mlp.build(MlpSpec(widths=(6, 4)), (5, 5), 3, masks, generator(9)).linears
        for masks in ({}, {1: mask})
    )
    kept = torch.from_numpy(mask)
    ratio = masked[0].weight / dense[0].weight
    fan_in = kept.sum(dim=1, keepdim=True).expand_as(kept)
    torch.testing.assert_close(ratio[kept], (10 / fan_in[kept]).sqrt())
    for layer in (1, 2):
        assert torch.equal(masked[layer].weight, dense[layer].weight)


def test_lookup_has_the_gradient_of_an_embedding() -> None:
    table = torch.randn(9, 4, generator=generator(), dtype=torch.float64, requires_grad=True)
    rows = torch.tensor([[0, 3], [3, 8]])
    assert torch.autograd.gradcheck(lambda t: lookup(t, rows), (table,))
    torch.testing.assert_close(lookup(table, rows), functional.embedding(rows, table))
