"""Int2Int text by the letter of its format: slow, plain, sharing no code with the writer in C."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def integer(value: int) -> str:
    """Sign, then digits to base 1000 without padding, most significant first."""
    digits: list[str] = []
    rest = abs(value)
    while rest:
        digits.append(str(rest % 1000))
        rest //= 1000
    return " ".join(["-" if value < 0 else "+", *(reversed(digits) if digits else ["0"])])


def line(residues: Sequence[int], moduli: Sequence[int], label: int) -> str:
    tokens = [f"V{2 * len(moduli)}"]
    for r, m in zip(residues, moduli, strict=True):
        tokens += [integer(r), integer(m)]
    return " ".join(tokens) + f"\t{label}\n"


def text(n: Iterable[int], moduli: Sequence[int], labels: Iterable[int]) -> bytes:
    rows = zip(n, labels, strict=True)
    return "".join(line([k % m for m in moduli], moduli, label) for k, label in rows).encode()


def parse(row: str) -> tuple[list[int], list[int], int]:
    """(residues, moduli, label) of a line."""
    head, _, label = row.partition("\t")
    integers: list[int] = []
    for token in head.split(" ")[1:]:
        if token == "+":
            integers.append(0)
        else:
            integers[-1] = integers[-1] * 1000 + int(token)
    return integers[::2], integers[1::2], int(label)
