"""The line scanner against the parser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from mobius_core.config.lines import DEPTH, Scan, TooDeep, key_lines
from mobius_core.config.node import Path
from tests.config.documents import is_bare, toml_texts


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from paths(item, (*path, name))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


@given(toml_texts())
@settings(max_examples=300, deadline=None)
def test_same_keys_as_the_parser(text: str) -> None:
    found = key_lines(text)
    assert set(found) == set(paths(tomli.loads(text)))
    rows = text.replace("\r\n", "\n").split("\n")
    for path, line in found.items():
        name = path[-1]
        if isinstance(name, str) and is_bare(name):
            assert name in rows[line - 1]


@given(st.text(alphabet="ab=[]{}.,\"'#\n\\ 1\t", max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_text_is_scanned_to_an_end(text: str) -> None:
    found = key_lines(text)
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError:
        return
    assert set(found) == set(paths(document))


def test_lines_of_every_kind_of_key() -> None:
    text = '''\
a = 1
[b.c]          # b appears with its first table
d.e = [
  10,
  { f = 1 },
]
"odd key" = """
x = 1
"""
[[g]]
h = 1
[[g]]
[g.i]
j = { k = [ [ ],
  [1] ] }
[b]
l = 1
'''
    assert key_lines(text) == {
        ("a",): 1,
        ("b",): 16,
        ("b", "c"): 2,
        ("b", "c", "d"): 3,
        ("b", "c", "d", "e"): 3,
        ("b", "c", "d", "e", 0): 4,
        ("b", "c", "d", "e", 1): 5,
        ("b", "c", "d", "e", 1, "f"): 5,
        ("b", "c", "odd key"): 7,
        ("g",): 10,
        ("g", 0): 10,
        ("g", 0, "h"): 11,
        ("g", 1): 12,
        ("g", 1, "i"): 13,
        ("g", 1, "i", "j"): 14,
        ("g", 1, "i", "j", "k"): 14,
        ("g", 1, "i", "j", "k", 0): 14,
        ("g", 1, "i", "j", "k", 1): 15,
        ("g", 1, "i", "j", "k", 1, 0): 15,
        ("b", "l"): 17,
    }


def test_a_header_into_a_closed_table_is_a_clash() -> None:
    clash = Scan("[x]\ntask = { kind = 1 }\n\n[x.task]\na = 1\n").clash
    assert clash is not None
    assert (clash.path, clash.line, clash.closed) == (("x", "task"), 4, 2)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 100 + "]" * 100, ".".join("a" * 100) + " = 1", "[" + "a." * 99 + "a]"]
)
def test_depth_is_bounded(text: str) -> None:
    assert tomli.loads(text)
    with pytest.raises(TooDeep, match=f"{DEPTH} levels"):
        key_lines(text)
