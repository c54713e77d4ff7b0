"""TOML documents written every way the language allows, for properties."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from hypothesis import strategies as st

Value = object
"""bool, int, float, text, raw TOML (`Raw`), list or dict of values"""

BARE = st.text("abcXYZ019_-", min_size=1, max_size=6)
QUOTED = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=5)
KEYS = st.one_of(BARE, QUOTED)


class Raw(str):
    """A value as it stands in the document."""


RAW = st.sampled_from(
    [
        '"""a ""quoted""\n[not.a.header]\nx = 1 # no comment\n""""',
        "'''\n'it''s' = [1, {\n''''",
        "'C:\\raw'",
        '"esc \\" # \\\\"',
        "1979-05-27 07:32:00",
        "1979-05-27T00:32:00.999-07:00",
        "07:32:00",
        "0xDEAD_beef",
        "-inf",
        "1_000.5e-3",
    ]
).map(Raw)
SCALARS = st.one_of(
    st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=8), RAW
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(KEYS, below, max_size=4)),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=6)


def is_bare(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]+", name) is not None


@st.composite
def toml_texts(draw: st.DrawFn, documents: st.SearchStrategy[dict[str, Value]] = DOCUMENTS) -> str:
    """A valid document with headers, dotted keys, arrays of tables, comments, odd spaces."""
    lines: list[str] = []
    _table(draw, draw(documents), (), lines)
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return "".join(line + newline for line in lines)


def _key(draw: st.DrawFn, name: str) -> str:
    if is_bare(name) and draw(st.booleans()):
        return name
    if "'" not in name and name.isprintable() and draw(st.booleans()):
        return f"'{name}'"
    return _basic(name)


def _basic(text: str) -> str:
    """JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _path(draw: st.DrawFn, path: tuple[str, ...]) -> str:
    dot = draw(st.sampled_from([".", " . ", "\t."]))
    return dot.join(_key(draw, name) for name in path)


def _table(
    draw: st.DrawFn, table: Mapping[str, Value], path: tuple[str, ...], lines: list[str]
) -> None:
    """Plain keys first: what follows a header belongs to it."""
    later: list[tuple[str, Value]] = []
    for name, value in table.items():
        style = draw(st.sampled_from(["header", "inline", "dotted"]))
        if isinstance(value, dict) and style == "header":
            later.append((name, value))
        elif isinstance(value, dict) and style == "dotted" and value:
            for below, item in value.items():
                lines.append(_pair(draw, (name, below), item))
        elif _is_tables(value) and style == "header":
            later.append((name, value))
        else:
            lines.append(_pair(draw, (name,), value))
    for name, value in later:
        below_path = (*path, name)
        for item, brackets in (
            [(value, "[]")] if isinstance(value, dict) else [(item, "[[]]") for item in value]  # type: ignore[attr-defined]
        ):
            half = len(brackets) // 2
            comment = draw(st.sampled_from(["", " # [x]", '#"']))
            header = f"{brackets[:half]} {_path(draw, below_path)}\t{brackets[half:]}"
            lines.extend([*draw(st.sampled_from([[], [""], ["# [a]"]])), header + comment])
            _table(draw, item, below_path, lines)


def _is_tables(value: Value) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _pair(draw: st.DrawFn, path: tuple[str, ...], value: Value) -> str:
    indent = draw(st.sampled_from(["", "  ", "\t"]))
    equals = draw(st.sampled_from(["=", " = ", " =\t"]))
    comment = draw(st.sampled_from(["", " # x = [", "\t#'''"]))
    return f"{indent}{_path(draw, path)}{equals}{_value(draw, value)}{comment}"


def _value(draw: st.DrawFn, value: Value) -> str:
    if isinstance(value, Raw):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return _basic(value)
    if isinstance(value, dict):
        pairs = [f"{_key(draw, name)} = {_value(draw, item)}" for name, item in value.items()]
        return "{ " + ", ".join(pairs) + " }"
    assert isinstance(value, list)
    gap = draw(st.sampled_from([" ", "\n  ", " # ],\n", "\n\n"]))
    items = [f"{gap}{_value(draw, item)}" for item in value]
    end = draw(st.sampled_from(["", ","])) if items else ""
    return "[" + ",".join(items) + end + gap + "]"
