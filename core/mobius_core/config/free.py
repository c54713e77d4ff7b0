"""Tables whose keys the user names: params, regex, names."""

from __future__ import annotations

import math
import re
import warnings

from mobius_core.config.node import Items, Leaf, Node, Table
from mobius_core.config.problems import Report
from mobius_core.config.trial import Json

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def parameters(table: Table, report: Report) -> dict[str, Json] | None:
    """`params`: any JSON value under a name that can stand in {…} of argv."""
    before = len(report.problems)
    for name, node in table.items.items():
        if not _NAME.fullmatch(name):
            report.add(node.place, "a parameter is named by letters, digits and _, as in {name}")
    values = {name: _json(node, report) for name, node in table.items.items()}
    return values if len(report.problems) == before else None


def words(table: Table, report: Report) -> dict[str, str] | None:
    """`names`: text under any key."""
    found: dict[str, str] = {}
    for name, node in table.items.items():
        if isinstance(node, Leaf) and isinstance(node.value, str) and node.value:
            found[name] = node.value
        else:
            report.add(node.place, "a name is text")
    return found if len(found) == len(table.items) else None


def patterns(table: Table, report: Report) -> dict[str, str] | None:
    """`regex`: expressions with at least one named group, (?P<test_acc>…)."""
    found = words(table, report)
    if found is None:
        return None
    usable = [_is_pattern(table.items[name], text, report) for name, text in found.items()]
    return found if all(usable) else None


def _is_pattern(node: Node, text: str, report: Report) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set" is about a future Python
            groups = re.compile(text).groupindex
    except (re.error, OverflowError, RecursionError) as error:
        report.add(node.place, f"not a regular expression: {error}")
        return False
    if not groups:
        report.add(node.place, "no named group: write (?P<test_acc>…) around each figure")
    return bool(groups)


def _json(node: Node, report: Report) -> Json:
    if isinstance(node, Table):
        return {name: _json(item, report) for name, item in node.items.items()}
    if isinstance(node, Items):
        return [_json(item, report) for item in node.items]
    value = node.value
    if isinstance(value, float) and not math.isfinite(value):
        report.add(node.place, f'{value} is not finite; write it as text, "{value}"')
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    report.add(node.place, f'a date; write it as text, "{value}"')
    return None
