"""The format that the lines themselves show: Int2Int's log, JSON objects, or a table's header."""

from __future__ import annotations

from mobius_core.metrics.parse_csv import SEPARATORS, Columns
from mobius_core.metrics.parse_int2int import PREFIX, Int2Int
from mobius_core.metrics.parse_jsonl import JsonLines
from mobius_core.metrics.parser import Parser, Row


class Automatic(Parser):
    """Text around the figures is passed over; only a file may be a table, as a log's first line
    with a comma is mostly prose."""

    def __init__(self, is_file: bool) -> None:
        self.is_file = is_file
        self.found: Parser | None = None
        # Settings stand before the first line by which the format is surely known.
        self.int2int = Int2Int()

    def restart(self) -> None:
        if self.found is not None:
            self.found.restart()

    def rows(self, line: str) -> list[Row]:
        if self.found is not None:
            return self.found.rows(line)
        if PREFIX.match(line):
            self.found = self.int2int
        elif line.lstrip().startswith("{") and JsonLines().rows(line):
            self.found = JsonLines()
        elif self.is_file and any(separator in line for separator in SEPARATORS):
            self.found = Columns()
        return self.found.rows(line) if self.found is not None else []
