"""What is made in one pass in bf16 on a CPU, against torch's own in double precision."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from mobius_core.models import int2int, plain_attention
from mobius_core.models.attention import SelfAttention, parted
from mobius_core.models.linear import is_fused, linear
from mobius_core.models.normed_sum import normed_sum
from mobius_core.models.shared_attention import attended_sharing
from mobius_core.models.spec import Int2IntSpec

VOCABULARIES = (2, 3, 5, 7)


def draws(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def in_bf16() -> torch.autocast:
    return torch.autocast("cpu", dtype=torch.bfloat16)


def far(found: Tensor, expected: Tensor) -> float:
    """The norm of the difference, as a part of what is expected."""
    expected = expected.detach()
    return float((found.detach().double() - expected).norm() / expected.norm())


@pytest.fixture
def fused() -> None:
    with in_bf16():
        if not is_fused(draws(1)):
            pytest.skip("this processor has no bf16")


@pytest.mark.parametrize("rectified", [False, True])
def test_a_linear_layer_has_the_gradients_of_torchs_own(rectified: bool, fused: None) -> None:
    ours = [draws(4, 9, 64), draws(48, 64, seed=1), draws(48, seed=2)]
    exactly = [part.double().requires_grad_() for part in ours]
    for part in ours:
        part.requires_grad_()
    with in_bf16():
        found = linear(*ours, rectified=rectified)
    expected = functional.linear(*exactly)
    expected = expected.relu() if rectified else expected
    assert found.dtype == torch.bfloat16
    assert far(found, expected) < 0.01
    wanted = draws(*found.shape, seed=3)
    gradients = torch.autograd.grad(found, ours, wanted.bfloat16())
    for part, gradient, true in zip(
        ours, gradients, torch.autograd.grad(expected, exactly, wanted.double()), strict=True
    ):
        assert gradient.dtype == part.dtype
        # A ReLU near zero may round to the other side: seen .008 without and .03 with.
        assert far(gradient, true) < (0.06 if rectified else 0.02)


def test_a_linear_layer_keeps_no_rounded_copy_of_its_weight(fused: None) -> None:
    """They would be 5 MiB of what int2int remembers for its gradient."""
    kept: list[Tensor] = []

    def keep(tensor: Tensor) -> Tensor:
        kept.append(tensor)
        return tensor

    weight, bias = draws(48, 64).requires_grad_(), draws(48).requires_grad_()
    with in_bf16(), torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        linear(draws(4, 9, 64), weight, bias)
    assert [t.dtype for t in kept if t.shape == weight.shape] == [torch.float32]


@pytest.mark.parametrize("readers", ["sums", "products", "both"])
def test_the_norm_of_a_sum_has_the_gradients_of_torchs_own(readers: str) -> None:
    norm = torch.nn.LayerNorm(16)
    with torch.no_grad():
        norm.weight.copy_(draws(16, seed=2))
    ours = [draws(4, 9, 16).requires_grad_(), draws(4, 9, 16, seed=1).bfloat16().requires_grad_()]
    exactly = [part.detach().double().requires_grad_() for part in ours]
    exact, rounded = normed_sum(norm, *ours)
    assert (exact.dtype, rounded.dtype) == (torch.float32, torch.bfloat16)
    expected = functional.layer_norm(
        exactly[0] + exactly[1], (16,), norm.weight.double(), norm.bias.double()
    )
    assert far(exact, expected) < 1e-6
    assert far(rounded, expected) < 0.01
    wanted = {"sums": exact * 2, "products": rounded * 2, "both": exact * 3 - rounded}[readers]
    weights = draws(4, 9, 16, seed=3)
    gradients = torch.autograd.grad((wanted * weights).sum(), [*ours, *norm.parameters()])
    true = torch.autograd.grad((expected * 2 * weights).sum(), [*exactly, *norm.parameters()])
    for gradient, truth in zip(gradients, true, strict=True):
        assert far(gradient, truth.double()) < 0.01


@pytest.mark.parametrize(("scale", "tolerance"), [(1, 0.02), (300, 0.05)])
@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_attention_that_shares_is_attention(
    scale: int, tolerance: float, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Powers of scores of 10, and of 900,000, which no sum of powers holds."""
    monkeypatch.setattr(plain_attention, "PIECE", piece)
    common, own = draws(1, 7, 3 * 16), draws(3, 5, 3 * 16, seed=1)
    for asked in (common, own):
        asked[..., :32] *= scale
    ours = [common.bfloat16().requires_grad_(), own.bfloat16().requires_grad_()]
    exactly = [part.detach().double().requires_grad_() for part in ours]
    both = torch.cat((exactly[0].expand(3, -1, -1), exactly[1]), dim=1)
    expected = functional.scaled_dot_product_attention(*parted(both, heads=2), scale=1.0)
    expected = expected.transpose(1, 2).flatten(2)
    together = torch.cat((ours[0][0], ours[1].flatten(0, 1)))
    found = attended_sharing(together, many=7, rows=3, heads=2)
    assert far(found, expected) < tolerance
    wanted = draws(*found.shape, seed=2)
    gradients = torch.autograd.grad(found, ours, wanted.bfloat16())
    for gradient, true in zip(
        gradients, torch.autograd.grad(expected, exactly, wanted.double()), strict=True
    ):
        assert far(gradient, true) < tolerance


def test_int2int_is_the_same_with_the_words_that_all_share_first(
    fused: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = Int2IntSpec(dim=32, heads=2, encoder_layers=2, decoder_layers=1, ffn=32, positions=32)
    model = int2int.build(spec, VOCABULARIES, 3, {}, torch.Generator().manual_seed(0))
    tokens = torch.tensor([[1, 2, 4, 6], [0, 1, 3, 5], [1, 0, 0, 2]])
    labels = torch.tensor([0, 1, 2])
    weights = [p for p in model.parameters() if p.requires_grad]

    def gradients() -> list[Tensor]:
        return list(torch.autograd.grad(model.objective(tokens, labels)[0], weights))

    expected, true = model(tokens), gradients()
    shared = []
    sharing = SelfAttention.sharing

    def counted(self: SelfAttention, common: Tensor, own: Tensor) -> Tensor:
        shared.append((common.shape[:2], own.shape[:2]))
        return sharing(self, common, own)

    monkeypatch.setattr(SelfAttention, "sharing", counted)
    with in_bf16():
        found, ours = model(tokens), gradients()
    assert shared == [((1, 14), (3, 4))] * 2
    assert far(found, expected) < 0.02
    for gradient, wanted in zip(ours, true, strict=True):
        # Bits of a bf16 gradient that is zero but for rounding, as that of a bias of keys, are no
        # part of it.
        assert float((gradient - wanted).norm()) < 0.05 * float(wanted.norm()) + 1e-3


def test_dropout_makes_the_words_that_all_share_differ(
    fused: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = Int2IntSpec(
        dim=32, heads=2, encoder_layers=1, decoder_layers=1, ffn=32, positions=32, dropout=0.1
    )
    model = int2int.build(spec, VOCABULARIES, 3, {}, torch.Generator().manual_seed(0))
    monkeypatch.delattr(SelfAttention, "sharing")
    with in_bf16():
        model(torch.tensor([[1, 2, 4, 6]]))
        model.eval()
        with pytest.raises(AttributeError, match="sharing"):
            model(torch.tensor([[1, 2, 4, 6]]))
