"""The published model: an encoder-decoder transformer over the text of the residues.

Mathematically Int2Int at commit 7379f23 (with 100 primes 10,095,810 parameters), without its text
and without its greedy generation: one forward pass from the start mark gives the answer.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from mobius_core.errors import UsageError
from mobius_core.models.attention import CausalAttention, CrossAttention, SelfAttention
from mobius_core.models.feed_forward import FeedForward
from mobius_core.models.int2int_words import END, PAD, Words, words_for
from mobius_core.models.linear import is_fused, precision_of_products
from mobius_core.models.masked import initialise
from mobius_core.models.normed_sum import Normed, normed_sum
from mobius_core.models.spec import Int2IntSpec

EPSILON: Final = 1e-12
"""Of the layer norms, as published."""
ANSWER: Final = 2
"""Words that the decoder reads: the start mark and the class."""


class EncoderLayer(nn.Module):
    """Post-norm: each sum is normalised."""

    def __init__(self, spec: Int2IntSpec) -> None:
        super().__init__()
        self.attention = SelfAttention(spec.dim, spec.heads)
        self.attention_norm = nn.LayerNorm(spec.dim, eps=EPSILON)
        self.feed_forward = FeedForward(spec.dim, spec.ffn, spec.dropout)
        self.feed_forward_norm = nn.LayerNorm(spec.dim, eps=EPSILON)
        self.dropout = nn.Dropout(spec.dropout)

    def forward(self, x: Normed) -> Normed:
        return self.after(x.exact, self.attention(x.rounded))

    def after(self, x: Tensor, attended: Tensor) -> Normed:
        between = normed_sum(self.attention_norm, x, self.dropout(attended))
        fed = self.feed_forward(between.rounded)
        return normed_sum(self.feed_forward_norm, between.exact, fed)


class DecoderLayer(nn.Module):
    def __init__(self, spec: Int2IntSpec) -> None:
        super().__init__()
        self.attention = CausalAttention(spec.dim, spec.heads)
        self.attention_norm = nn.LayerNorm(spec.dim, eps=EPSILON)
        self.cross_attention = CrossAttention(spec.dim, spec.heads)
        self.cross_norm = nn.LayerNorm(spec.dim, eps=EPSILON)
        self.feed_forward = FeedForward(spec.dim, spec.ffn, spec.dropout)
        self.feed_forward_norm = nn.LayerNorm(spec.dim, eps=EPSILON)
        self.dropout = nn.Dropout(spec.dropout)

    def forward(self, x: Tensor, source: Tensor) -> Tensor:
        """Cross-attention asks with the layer's input, not with the sum before it: so does the
        published code, unlike the textbook."""
        y, _ = normed_sum(self.attention_norm, x, self.dropout(self.attention(x)))
        y, _ = normed_sum(self.cross_norm, y, self.dropout(self.cross_attention(x, source)))
        return normed_sum(self.feed_forward_norm, y, self.feed_forward(y)).exact


def zeros(rows: int, columns: int) -> Tensor:
    """fp32, in pages that the system hands out when they are first written."""
    if not rows:
        return torch.empty(0, columns)
    pages = mmap.mmap(-1, 4 * rows * columns)
    return torch.from_numpy(np.frombuffer(pages, dtype=np.float32).reshape(rows, columns))


class Positions(nn.Module):
    """A vector for each place in a sentence.

    Places that no sentence reaches are parameters of the published model, too, but nothing reads
    them and they have no gradient. Apart from the others they need no moments, 24 MiB for int2int,
    and as zeros in a map of their own no memory, 8 MiB.
    """

    def __init__(self, spec: Int2IntSpec, length: int) -> None:
        super().__init__()
        self.used = nn.Parameter(torch.empty(length, spec.dim))
        unused = zeros(spec.positions - length, spec.dim)
        self.unused = nn.Parameter(unused, requires_grad=False)


class Embedded(nn.Module):
    """Word and position embeddings, normalised."""

    def __init__(self, spec: Int2IntSpec, words: int, length: int) -> None:
        """Of sentences of at most `length` words."""
        super().__init__()
        self.words = nn.Embedding(words, spec.dim, padding_idx=PAD)
        self.positions = Positions(spec, length)
        self.norm = nn.LayerNorm(spec.dim, eps=EPSILON)
        self.dropout = nn.Dropout(spec.dropout)

    def forward(self, words: Tensor, places: Tensor | None = None) -> Tensor:
        """(rows, words) to (rows, words, dim): at the start of sentences, or at `places`."""
        used = self.positions.used
        where = used[: words.shape[1]] if places is None else used[places]
        x: Tensor = self.dropout(self.norm(self.words(words) + where))
        return x


class Int2Int(nn.Module):
    """Residues (rows, tokens) to logits (rows, classes)."""

    sentence: Tensor
    places: Tensor
    frame: Tensor
    digits: Tensor
    answers: Tensor

    def __init__(self, spec: Int2IntSpec, words: Words, classes: int) -> None:
        super().__init__()
        constants = {
            "sentence": words.sentence,
            "places": words.places,
            "frame": words.frame,
            "digits": words.digits,
            "answers": words.answers(classes),
        }
        for name, numbers in constants.items():
            self.register_buffer(name, torch.tensor(numbers), persistent=False)
        self.read = Embedded(spec, words.size, len(words.sentence))
        self.encoder = nn.ModuleList(EncoderLayer(spec) for _ in range(spec.encoder_layers))
        self.write = Embedded(spec, words.size, ANSWER)
        self.decoder = nn.ModuleList(DecoderLayer(spec) for _ in range(spec.decoder_layers))
        self.score = nn.Linear(spec.dim, words.size)
        self.score.weight = self.write.words.weight

    def forward(self, tokens: Tensor) -> Tensor:
        return self.scores(tokens, self.start(tokens))[:, 0].index_select(1, self.answers)

    def objective(self, tokens: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The published training loss, nats: the mean over the answer and the end mark after it,
        each against the whole vocabulary; and the logits of the classes."""
        answers = self.answers[labels]
        start = self.start(tokens)
        scores = self.scores(tokens, torch.cat((start, answers[:, None]), dim=1))
        wanted = torch.stack((answers, torch.full_like(answers, END)), dim=1)
        loss = functional.cross_entropy(scores.flatten(0, 1).float(), wanted.flatten())
        return loss, scores[:, 0].index_select(1, self.answers)

    def scores(self, tokens: Tensor, said: Tensor) -> Tensor:
        """(rows, length, words): logits of the word after each of `said` (rows, length)."""
        x = self.encoded(tokens)
        x = x.to(precision_of_products(x))  # for all layers of the decoder at once
        with self.decoding(x.device.type):
            y = self.write(said)
            for layer in self.decoder:
                y = layer(y, x)
            scores: Tensor = self.score(y)
        return scores

    def encoded(self, tokens: Tensor) -> Tensor:
        """(rows, words, dim). Their order is that of the sentences or, where it pays to go through
        the words that all have in common once, these first: nothing behind minds the order."""
        first, *others = cast(Iterable[EncoderLayer], self.encoder)
        x: Normed
        if is_fused(tokens) and not (self.training and self.read.dropout.p):
            common = self.read(self.sentence[None, self.frame], self.frame)
            own = self.read(self.digits[tokens.int()], self.places)
            both = torch.cat((common.expand(len(tokens), -1, -1), own), dim=1)
            x = first.after(both, first.attention.sharing(common, own))
        else:
            read = self.read(self.sentences(tokens))
            x = first(Normed(read, read))
        for layer in others:
            x = layer(x)
        return x.rounded

    def decoding(self, device: str) -> AbstractContextManager[object]:
        """On a CPU in fp32: the decoder reads two positions only, so that copies of its weights in
        bf16, made anew for each piece of a batch, took more time and 17 MiB more than it saved."""
        return torch.autocast(device, enabled=False) if device == "cpu" else nullcontext()

    def sentences(self, tokens: Tensor) -> Tensor:
        """(rows, words): the text with the residues in their places."""
        sentences = self.sentence.repeat(tokens.shape[0], 1)
        sentences[:, self.places] = self.digits[tokens.int()]
        return sentences

    def start(self, tokens: Tensor) -> Tensor:
        return torch.full((tokens.shape[0], 1), END, device=tokens.device)


def build(
    spec: Int2IntSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    generator: torch.Generator,
) -> Int2Int:
    """A model on the CPU; it has no masked layers. UsageError for sizes that do not fit."""
    words = words_for(vocabularies)
    if spec.dim % spec.heads:
        raise UsageError(f"model.heads = {spec.heads} does not divide model.dim = {spec.dim}")
    if spec.positions < len(words.sentence):
        raise UsageError(
            f"model.positions = {spec.positions}: a sentence has {len(words.sentence)} words"
        )
    model = Int2Int(spec, words, classes)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            initialise(module, generator)
    for embedded in (model.read, model.write):
        for weight in (embedded.words.weight, embedded.positions.used):
            nn.init.normal_(weight, std=spec.dim**-0.5, generator=generator)
        nn.init.zeros_(embedded.words.weight[PAD])
    return model
