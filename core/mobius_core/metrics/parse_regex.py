"""Lines that match expressions of the user's; each named group is a figure."""

from __future__ import annotations

import re

from mobius_core.metrics.parser import Parser, Row, number


class Patterns(Parser):
    def __init__(self, patterns: list[str]) -> None:
        self.patterns = [re.compile(pattern) for pattern in patterns]

    def rows(self, line: str) -> list[Row]:
        found: list[Row] = []
        for pattern in self.patterns:
            match = pattern.search(line)
            if match is None:
                continue
            row: Row = {}
            for name, text in match.groupdict().items():
                value = number(text) if isinstance(text, str) else None
                if value is not None:
                    row[name] = value
            if row:
                found.append(row)
        return found
