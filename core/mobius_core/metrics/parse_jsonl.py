"""One JSON object a line; nested objects give `outer/inner`."""

from __future__ import annotations

import json

from mobius_core.metrics.parser import Parser, Row, as_float


class JsonLines(Parser):
    def rows(self, line: str) -> list[Row]:
        if not line.lstrip().startswith("{"):
            return []
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            return []
        row: Row = {}
        flatten(document, "", row)
        return [row] if row else []


def flatten(document: object, prefix: str, row: Row) -> None:
    """Numbers into `row`; texts, lists and truth values are no figures."""
    if isinstance(document, dict):
        for name, value in document.items():
            flatten(value, f"{prefix}/{name}" if prefix else str(name), row)
    elif isinstance(document, (int, float)) and not isinstance(document, bool):
        row[prefix] = as_float(document)
