"""The parser that `command.log` names."""

from __future__ import annotations

from mobius_core.metrics.parser import Parser


def parser_for(log: str, patterns: list[str], is_file: bool) -> Parser | None:
    """None for "none"; ValueError for a format that does not exist.

    Each format is imported when it is asked for: a runner holds at most one of them.
    """
    if log == "none":
        return None
    if log == "int2int":
        from mobius_core.metrics.parse_int2int import Int2Int

        return Int2Int()
    if log == "jsonl":
        from mobius_core.metrics.parse_jsonl import JsonLines

        return JsonLines()
    if log == "csv":
        from mobius_core.metrics.parse_csv import Columns

        return Columns()
    if log == "regex":
        from mobius_core.metrics.parse_regex import Patterns

        return Patterns(patterns)
    if log == "auto":
        from mobius_core.metrics.parse_auto import Automatic

        return Automatic(is_file)
    raise ValueError(f"{log!r} is no format of a log")
