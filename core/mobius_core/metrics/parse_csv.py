"""Columns under a header, separated by commas, semicolons or tabs."""

from __future__ import annotations

import csv

from mobius_core.metrics.parser import Parser, Row, number

SEPARATORS = ",;\t"


class Columns(Parser):
    """A later line of names only is a new header: the program was started again."""

    def __init__(self) -> None:
        self.header: list[str] = []
        self.separator = ","

    def restart(self) -> None:
        self.header = []

    def rows(self, line: str) -> list[Row]:
        if not line.strip():
            return []
        fields = self.split(line)
        if all(number(field) is None for field in fields) and any(fields):
            self.separator = max(SEPARATORS, key=line.count)
            self.header = self.split(line)
            return []
        if len(fields) != len(self.header):
            return []  # torn, or before any header
        row: Row = {}
        for name, field in zip(self.header, fields, strict=True):
            value = number(field)
            if value is not None and name:
                row[name] = value
        return [row] if row else []

    def split(self, line: str) -> list[str]:
        try:
            return [field.strip() for field in next(csv.reader([line], delimiter=self.separator))]
        except csv.Error:
            return []
