"""The vocabulary and the sentences of Int2Int (F. Charton), for residues as `int[N]`.

A sentence is `V200 + r2 + 2 + r3 + 3 ... + r541 + 541` and an end mark: of 402 words 100 carry
information. Word numbers are those that Int2Int itself assigns, so that weights can be carried
over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mobius_core.errors import UsageError

BASE: Final = 1000
SPECIAL: Final = ("<eos>", "<pad>", "<sep>", "(", ")", *(f"<SPECIAL_{i}>" for i in range(10)))
END: Final = 0
PAD: Final = 1
ANSWERS: Final = ("-1", "0", "1")
"""`range(-1,2)`, the declared output of mu and mu2 alike."""


@dataclass(frozen=True)
class Words:
    """A vocabulary for `tokens` residues and their moduli."""

    numbers: dict[str, int]
    """word -> number"""
    sentence: tuple[int, ...]
    """word numbers, with 0 for every residue"""
    places: tuple[int, ...]
    """where in the sentence the residues stand"""

    @property
    def size(self) -> int:
        return len(self.numbers)

    @property
    def frame(self) -> tuple[int, ...]:
        """Where in the sentence the words stand that are the same in all sentences."""
        return tuple(sorted({*range(len(self.sentence))} - {*self.places}))

    @property
    def digits(self) -> tuple[int, ...]:
        """The word number of each digit 0 to BASE - 1."""
        return tuple(self.numbers[str(digit)] for digit in range(BASE))

    def answers(self, classes: int) -> tuple[int, ...]:
        """The word number of each class: -1, 0, 1 if there are three, else 0, 1, …"""
        words = ANSWERS if classes == len(ANSWERS) else tuple(str(c) for c in range(classes))
        return tuple(self.numbers[word] for word in words)


def words_for(moduli: Sequence[int]) -> Words:
    """UsageError where a modulus needs more than one digit in base 1000."""
    if large := [m for m in moduli if m >= BASE]:
        raise UsageError(
            f"task.inputs: int2int reads moduli below {BASE} only, not {large[0]}; "
            "take smaller ones or another model"
        )
    numbers = vocabulary(2 * len(moduli))
    sentence = [numbers[f"V{2 * len(moduli)}"]]
    places = []
    for modulus in moduli:
        places.append(len(sentence) + 1)
        sentence += [numbers["+"], numbers["0"], numbers["+"], numbers[str(modulus)]]
    return Words(numbers, (*sentence, END), tuple(places))


def vocabulary(length: int) -> dict[str, int]:
    """Special words, then all others in the order of their text."""
    ordinary = {f"V{i}" for i in range(1, length + 1)}
    ordinary |= {"+", "-", *(str(digit) for digit in range(BASE)), *ANSWERS}
    return {word: number for number, word in enumerate((*SPECIAL, *sorted(ordinary)))}
