"""`python -m tests.training.int2int_logits CHECKOUT FOLDER`: weights of a fresh Int2Int, and
what it says of lines of FOLDER/train.txt, as plain tensors in FOLDER/said.pt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch

from mobius_core.bench.anchor import Checkout


def main(checkout: Path, folder: Path) -> None:
    torch.manual_seed(0)
    there = Checkout(checkout, folder)
    encoder, decoder = there.modules["encoder"].train(), there.modules["decoder"].train()
    weights: dict[str, Any] = {
        f"{name}.{key}": tensor
        for name, module in (("encoder", encoder), ("decoder", decoder))
        for key, tensor in module.state_dict().items()
    }
    # As its trainer calls them.
    (x, lengths), (y, answer_lengths), _ = next(there.trainer.dataloader["arithmetic"])
    places = torch.arange(answer_lengths.max())
    predicted = places[:, None] < answer_lengths[None] - 1
    words = y[1:].masked_select(predicted[:-1])
    read = encoder("fwd", x=x, lengths=lengths, causal=False)
    written = decoder(
        "fwd", x=y, lengths=answer_lengths, causal=True, src_enc=read.transpose(0, 1),
        src_len=lengths,
    )  # fmt: skip
    scores, loss = decoder("predict", tensor=written, pred_mask=predicted, y=words, get_scores=True)
    loss.backward()
    gradient = encoder.layers[0].self_attention.k_lin.weight.grad
    document = {
        "weights": weights,
        "read": x.T,
        "answers": y[1],
        "scores": scores.view(2, len(lengths), -1).detach(),
        "loss": loss.detach(),
        "gradient": gradient,
    }
    torch.save(document, folder / "said.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
