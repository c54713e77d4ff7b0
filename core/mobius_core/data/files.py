"""Rows from files: Int2Int text and CSV, read in blocks of whole lines that threads may share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mobius_core import _sieve
from mobius_core.config.numerals import LARGEST
from mobius_core.data.crt import Residues
from mobius_core.data.fill import LabelledRows
from mobius_core.data.int2int import parse_line
from mobius_core.data.residues import residues
from mobius_core.data.sample import mobius
from mobius_core.errors import UsageError
from mobius_core.runs.files import failing

BLOCK: Final = 1 << 20
"""Bytes read at a time, 950 lines of 100 residues; longer ones cost fresh memory each."""
FEED: Final = ord("\n")


class Block(NamedTuple):
    first: int
    """number of its first line, from 1"""
    text: bytes
    """whole lines, the last with its line feed"""
    lines: int

    @classmethod
    def of(cls, first: int, text: bytes) -> Block:
        return cls(first, text, int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == FEED)))


class Reader(Protocol):
    def count(self) -> int:
        """Rows in the file."""

    def read(self, block: Block) -> LabelledRows:
        """Its rows; UsageError that names the first bad line. Threads may share the reader."""


def blocks(path: Path) -> Iterator[Block]:
    """The file, in order."""
    first, held = 1, b""
    with failing("read", path), open(path, "rb") as file:
        while read := file.read(BLOCK):
            whole, feed, held = (held + read).rpartition(b"\n")
            if feed:
                block = Block.of(first, whole + feed)
                first += block.lines
                yield block
    if held:
        yield Block.of(first, held + b"\n")


class Int2IntReader:
    """n comes from its residues, of which every one is checked; moduli are those of line 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with failing("read", path), open(path, encoding="ascii", errors="replace") as file:
            head = file.readline()
        try:
            _, self.moduli, _ = parse_line(head.rstrip("\n"))
            self.residues = Residues(self.moduli)
        except ValueError as error:
            raise bad_line(path, 1, str(error)) from error
        self.columns = np.array(self.moduli, dtype=np.uint16)

    def count(self) -> int:
        return sum(block.lines for block in blocks(self.path))

    def read(self, block: Block) -> LabelledRows:
        rows = block.lines
        table = np.empty((rows, len(self.moduli)), dtype=np.uint16)
        labels = np.empty(rows, dtype=np.int8)
        read, used = _sieve.read_int2int(block.text, self.columns, table, labels)
        if read < rows:
            line = block.text[used : block.text.index(b"\n", used)]
            reason = complaint(line.decode(errors="replace"), self.moduli)
            raise bad_line(self.path, block.first + read, reason)
        n = self.residues.numbers(table)
        wrong = n == 0
        wrong |= (residues(n, self.moduli) != table).any(axis=1)
        if wrong.any():
            reason = "no n in 1..2^63-1 has these residues"
            raise bad_line(self.path, block.first + int(np.argmax(wrong)), reason)
        return LabelledRows(n, mobius(n), labels.astype(np.int64))


class CsvReader:
    """Lines `n,label`, both whole numbers; a first line of words is a heading."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def count(self) -> int:
        return sum(sum(1 for _ in self.rows(block)) for block in blocks(self.path))

    def rows(self, block: Block) -> Iterator[tuple[int, bytes]]:
        """Lines with something in them, by number, without the heading."""
        for number, line in enumerate(block.text.splitlines(), block.first):
            heading = number == 1 and line[:1].isalpha()
            if line.strip() and not heading:
                yield number, line

    def read(self, block: Block) -> LabelledRows:
        n: list[int] = []
        label: list[int] = []
        for number, line in self.rows(block):
            try:
                first, second = line.split(b",")
                n.append(int(first))
                label.append(int(second))
            except ValueError as error:
                shown = line[:40].decode(errors="replace")
                raise bad_line(self.path, number, f'"{shown}" is not n,label') from error
            if not 1 <= n[-1] <= LARGEST:
                raise bad_line(self.path, number, f"n = {n[-1]} is not in 1..2^63-1")
            if not -(2**63) <= label[-1] < 2**63:
                raise bad_line(self.path, number, f"label {label[-1]} has more than 64 bits")
        numbers = np.array(n, dtype=np.uint64)
        return LabelledRows(numbers, mobius(numbers), np.array(label, dtype=np.int64))


class CheckedReader:
    """Another reader, whose labels must be mu(n) or, for the target mu2, its square."""

    def __init__(self, reader: Int2IntReader | CsvReader, target: str) -> None:
        self.reader = reader
        self.target = target

    def count(self) -> int:
        return self.reader.count()

    def read(self, block: Block) -> LabelledRows:
        rows = self.reader.read(block)
        expected: NDArray[np.int8] = rows.mu if self.target == "mu" else np.abs(rows.mu)
        wrong = np.flatnonzero(rows.label != expected)
        if len(wrong):
            row = int(wrong[0])
            reason = f"{self.target}({rows.n[row]}) is {expected[row]}, not {rows.label[row]}"
            raise bad_line(self.reader.path, self.line(block, row), reason)
        return rows

    def line(self, block: Block, row: int) -> int:
        if isinstance(self.reader, Int2IntReader):
            return block.first + row
        return [number for number, _ in self.reader.rows(block)][row]


def complaint(line: str, moduli: list[int]) -> str:
    """Why `line` is no row of these moduli."""
    try:
        row, its_moduli, label = parse_line(line)
    except ValueError as error:
        return str(error)
    if its_moduli != moduli:
        return "its moduli are not those of line 1"
    for r, m in zip(row, moduli, strict=True):
        if not 0 <= r < m:
            return f"{r} is no residue modulo {m}"
    if not -128 <= label <= 127:
        return f"label {label} is not in -128..127"
    return "its numbers are not written as Int2Int writes them"


def bad_line(path: Path, number: int, reason: str) -> UsageError:
    return UsageError(f"{path} line {number}: {reason}; correct the file, then repeat")


def reader_of(path: Path, form: str, target: str | None) -> Reader:
    """`form` is int2int or csv; labels are checked where a target is given. UsageError for a file
    that does not begin as its format does."""
    reader = CsvReader(path) if form == "csv" else Int2IntReader(path)
    return CheckedReader(reader, target) if target is not None else reader
