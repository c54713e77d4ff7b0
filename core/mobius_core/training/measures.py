"""Progress measures: what a network says of itself before its test accuracy does.

A measure looks at a `Subject` and gives values for the metrics row; none where it has no meaning.
Costs are for 127/251 at modulus 97 in bf16, one core, where an evaluation takes 10.7 ms: norms .1,
fourier .3, logits .8, ranks 3, circuit 10. The last three are dear: they grow with width or with
the whole table, so they are taken at every `eval.dear`-th evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast, runtime_checkable

import torch
from torch import Tensor, nn

from mobius_core.resolve import resolve
from mobius_core.training.registry import MEASURES
from mobius_core.training.work import Batch

ROUNDING: Final = 1e-12
"""Power of fp32 rounding beside that of a constant: tables below it do not vary."""
STRONGEST: Final = 5
"""Frequencies counted as key: Nanda et al. 2023 find five at p = 113."""
ROWS: Final = 1024
"""Test rows whose logits are measured: enough for the mean to 1 %."""


@dataclass(frozen=True)
class Subject:
    """What is measured."""

    model: nn.Module
    vocabularies: Sequence[int]
    train: Batch | None = None
    test: Batch | None = None
    """None where rows do not fit into memory"""


Measure = Callable[[Subject], dict[str, float]]


@runtime_checkable
class HasTokenTables(Protocol):
    """A model that says itself what it has learned of each value of each token."""

    def token_tables(self) -> Tensor:
        """(tables, values, units)"""


class Measures:
    """The measures of a run: cheap ones every time, dear ones at every n-th evaluation."""

    def __init__(self, names: Sequence[str], dear: int) -> None:
        entries = [MEASURES[name] for name in names]
        self.cheap = [cast(Measure, resolve(one.measure)) for one in entries if not one.dear]
        self.dear = [cast(Measure, resolve(one.measure)) for one in entries if one.dear]
        self.pace = dear
        self.taken = 0

    def __call__(self, subject: Subject) -> dict[str, float]:
        due = [*self.cheap, *(self.dear if self.taken % self.pace == 0 else ())]
        self.taken += 1
        found: dict[str, float] = {}
        for measure in due:
            found |= measure(subject)
        return found


def norms(subject: Subject) -> dict[str, float]:
    """`norm`: Euclidean norm of all trainable parameters (masked weights are zero); `norm_1`,
    `norm_2`, …: of each matrix, in the order of the model."""
    squares = [p.detach().square().sum() for p in subject.model.parameters()]
    found = {"norm": float(torch.stack(squares).sum().sqrt())}
    for number, matrix in enumerate(matrices(subject.model), start=1):
        found[f"norm_{number}"] = float(matrix.norm())
    return found


def fourier(subject: Subject) -> dict[str, float]:
    """Concentration of the token tables' spectrum on few frequencies, 1 to (m - 1) / 2 or m / 2.

    `gini`: Gini coefficient, 0 for an even spectrum, 1 - 1/n for one of n frequencies (Nanda et
    al. 2023). `ipr`: inverse participation ratio, 1/n to 1 (Gromov 2023). `top5`: share of the
    five strongest. The power of a frequency is summed over tokens and units; the constant term is
    left out. A model without token tables of one size has no common spectrum: no values.
    """
    share = spectrum(subject)
    if share is None:
        return {}
    return {
        "gini": gini(share),
        "ipr": float(share.square().sum()),
        "top5": float(share.topk(min(STRONGEST, share.numel())).values.sum()),
    }


def ranks(subject: Subject) -> dict[str, float]:
    """`rank_1`, `rank_2`, …: effective rank of each matrix, exp of the entropy of its singular
    values as shares of their sum (Roy and Vetterli 2007); 1 to the smaller side."""
    found = {}
    for number, matrix in enumerate(matrices(subject.model), start=1):
        values = torch.linalg.svdvals(matrix.float())
        share = values / values.sum()
        if bool(share.isfinite().all()):
            found[f"rank_{number}"] = float(torch.special.entr(share).sum().exp())
    return found


def logits(subject: Subject) -> dict[str, float]:
    """`logit_scale`: by how much the largest logit exceeds the mean one, over 1,024 test rows at
    most; it grows when only the norm does."""
    if subject.test is None:
        return {}
    found = subject.model(subject.test.tokens[:ROWS]).float()
    return {"logit_scale": float((found.amax(dim=1) - found.mean(dim=1)).mean())}


def circuit(subject: Subject) -> dict[str, float]:
    """`restricted_loss`, on test rows, and `excluded_loss`, on training rows, in nats (Nanda et al.
    2023): with nothing but, or without, the waves in the answer at the five frequencies that are
    strongest in the token tables now.

    A wave in the answer, cos(w c) of c = a + b, is what a logit shares with all pairs of that
    answer. So this needs answers that each come from as many pairs, as in addition and subtraction.
    """
    share, train, test = spectrum(subject), subject.train, subject.test
    if share is None or train is None or test is None:
        return {}
    parts = [subject.model(part.tokens).float() for part in (train, test)]
    logits, labels = torch.cat(parts), torch.cat((train.labels, test.labels))
    classes = logits.shape[1]
    count = torch.bincount(labels, minlength=classes)
    if classes != subject.vocabularies[0] or bool((count != count[0]).any()):
        return {}
    by_answer = torch.zeros_like(logits[:classes]).index_add_(0, labels, logits) / count[:, None]
    waves = torch.fft.rfft(by_answer, dim=0)
    key = 1 + share.topk(min(STRONGEST, share.numel())).indices
    kept = torch.zeros_like(waves)
    kept[key] = waves[key]
    wave = torch.fft.irfft(kept, n=classes, dim=0)
    excluded = parts[0] - wave[train.labels]
    restricted = by_answer.mean(dim=0) + wave[test.labels]
    return {
        "restricted_loss": float(nn.functional.cross_entropy(restricted, test.labels)),
        "excluded_loss": float(nn.functional.cross_entropy(excluded, train.labels)),
    }


def matrices(model: nn.Module) -> list[Tensor]:
    return [p.detach() for p in model.parameters() if p.ndim == 2]


def spectrum(subject: Subject) -> Tensor | None:
    """(frequencies,) share of the power in each, beginning with frequency 1."""
    tables = token_tables(subject)
    if tables is None or tables.shape[1] < 3:
        return None
    found = torch.fft.rfft(tables.float(), dim=1).abs().square().sum(dim=(0, 2))
    constant, power = found[0], found[1:]
    total = power.sum()
    return power / total if bool(total > ROUNDING * constant) else None


def gini(share: Tensor) -> float:
    """Gini coefficient of non-negative shares that sum to 1, shape (n,)."""
    n = share.numel()
    rank = torch.arange(1, n + 1, device=share.device)
    return float(2 * (rank * share.sort().values).sum() / n - (n + 1) / n)


def token_tables(subject: Subject) -> Tensor | None:
    """(tables, values, units): the embedding, or the columns of the first linear layer where that
    acts on one-hots; None without one common size."""
    if isinstance(subject.model, HasTokenTables):
        return subject.model.token_tables()
    vocabularies = subject.vocabularies
    values = sum(vocabularies)
    if len(set(vocabularies)) != 1:
        return None
    for module in subject.model.modules():
        if isinstance(module, nn.Embedding) and module.num_embeddings == values:
            return module.weight.detach().view(len(vocabularies), vocabularies[0], -1)
        if isinstance(module, nn.Linear):
            if module.in_features != values:
                return None
            return module.weight.detach().T.reshape(len(vocabularies), vocabularies[0], -1)
    return None
