"""Weights of a real Int2Int in our model: the same logits, loss and gradients.

Needs a checkout: MOBIUS_INT2INT=/path/to/Int2Int (f-charton/Int2Int at commit 7379f23).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mobius_core.data.int2int import Encoder
from mobius_core.data.residues import residues
from mobius_core.data.sample import Sample
from mobius_core.models import int2int
from mobius_core.models.spec import Int2IntSpec
from mobius_core.numbers.primes import first_primes

CHECKOUT = os.environ.get("MOBIUS_INT2INT")
MODULI = first_primes(100)
RENAMED = (
    (r"^(en|de)coder\.layers\.", r"\1coder."),
    (r"^encoder\.(embeddings|position_embeddings|layer_norm_emb)\.", r"read.\1."),
    (r"^decoder\.(embeddings|position_embeddings|layer_norm_emb)\.", r"write.\1."),
    (r"^decoder\.proj\.", "score."),
    (r"position_embeddings\.", "positions."),
    (r"\.embeddings\.", ".words."),
    (r"layer_norm_emb\.", "norm."),
    (r"self_attention\.", "attention."),
    (r"\.q_lin\.", ".query."),
    (r"\.k_lin\.", ".key."),
    (r"\.v_lin\.", ".value."),
    (r"\.out_lin\.", ".out."),
    (r"layer_norm15\.", "cross_norm."),
    (r"layer_norm1\.", "attention_norm."),
    (r"layer_norm2\.", "feed_forward_norm."),
    (r"ffn\.lin1\.", "feed_forward.0."),
    (r"ffn\.lin2\.", "feed_forward.3."),
)
"""Their names of parameters in ours, one substitution after another."""


def ours(name: str) -> str:
    for pattern, replacement in RENAMED:
        name = re.sub(pattern, replacement, name)
    return name


@pytest.mark.slow
@pytest.mark.skipif(CHECKOUT is None, reason="MOBIUS_INT2INT names no checkout of Int2Int")
def test_weights_of_int2int_say_the_same_in_our_model(tmp_path: Path) -> None:
    assert CHECKOUT is not None
    rows = Sample(lo=2, hi=10**13, seed=5).rows(0, 32)
    table = residues(rows.n, MODULI)
    for name in ("train.txt", "test.txt"):
        (tmp_path / name).write_bytes(bytes(Encoder(MODULI).lines(table, rows.mu)))
    command = [sys.executable, "-m", "tests.training.int2int_logits", CHECKOUT, str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    said = torch.load(tmp_path / "said.pt", weights_only=True)

    model = int2int.build(Int2IntSpec(), MODULI, 3, {}, torch.Generator())
    weights = {ours(name): tensor for name, tensor in said["weights"].items()}
    for part, used in (("read", len(model.sentence)), ("write", 2)):
        whole = weights.pop(f"{part}.positions.weight")
        weights[f"{part}.positions.used"] = whole[:used]
        weights[f"{part}.positions.unused"] = whole[used:]
    model.load_state_dict(weights)
    # It draws lines at random: residues and answers as its own numbers of words.
    places, digits, classes = (t.tolist() for t in (model.places, model.digits, model.answers))
    tokens = said["read"][:, places].clone().apply_(digits.index)
    torch.testing.assert_close(model.sentences(tokens), said["read"])
    labels = said["answers"].clone().apply_(classes.index)
    loss, logits = model.objective(tokens, labels)
    expected = said["scores"][0].index_select(1, model.answers)
    torch.testing.assert_close(logits, expected, atol=2e-4, rtol=2e-4)
    torch.testing.assert_close(model(tokens), expected, atol=2e-4, rtol=2e-4)
    torch.testing.assert_close(loss, said["loss"], atol=1e-5, rtol=1e-5)
    torch.autograd.backward(loss)
    gradient = model.get_parameter("encoder.0.attention.key.weight").grad
    scale = float(said["gradient"].abs().max())
    torch.testing.assert_close(gradient, said["gradient"], atol=1e-3 * scale, rtol=1e-3)
