"""A TOML file read into a tree with lines; a syntax error becomes a problem with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import tomli

from mobius_core.config.lines import Clash, Scan, TooDeep
from mobius_core.config.node import Leaf, Node, Place, Table, joined, wrap
from mobius_core.config.numerals import LARGEST
from mobius_core.config.problems import ConfigErrors, Problem
from mobius_core.errors import NotFound


def read(path: Path) -> Table:
    """The document at `path`. NotFound without it, ConfigErrors where it is not TOML."""
    shown = display(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"{shown}: no such file; `mobius init` writes a first one") from None
    except OSError as error:
        raise NotFound(f"{shown}: {error.strerror}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigErrors(
            [Problem(shown, line, "", f"byte {error.object[error.start]:#04x} is not UTF-8")]
        ) from None
    return parse(text, shown)


def parse(text: str, file: str) -> Table:
    """The tree of a TOML text; ConfigErrors with one problem where it is none."""
    place = Place(file, 1, "")
    try:
        document = tomli.loads(text)
        lines = Scan(text).lines
    except tomli.TOMLDecodeError as error:
        raise ConfigErrors([_syntax_problem(text, file, error)]) from None
    except TooDeep as error:
        raise ConfigErrors([Problem(file, error.line, "", str(error))]) from None
    except (ValueError, RecursionError) as error:
        # An integer of more than 4300 digits, arrays nested more than 400 deep.
        raise ConfigErrors([Problem(file, None, "", f"not readable as TOML: {error}")]) from None
    root = wrap(document, place, lines)
    assert isinstance(root, Table)  # a TOML document is a table
    unusable = tuple(_unusable(root))
    if unusable:
        raise ConfigErrors(unusable)
    return root


def _unusable(node: Node) -> Iterator[Problem]:
    """Integers that TOML has no room for (Python would read 5,000 hex digits, and print none), and
    NUL characters, which no path, argument or variable can hold."""
    place = node.place
    for value in (node.value,) if isinstance(node, Leaf) else node.items:
        if isinstance(value, int) and not -LARGEST - 1 <= value <= LARGEST:
            message = "an integer beyond 64 bits; the largest is 2^63-1"
            yield Problem(place.file, place.line, place.key, message)
        if isinstance(value, str) and "\0" in value:
            yield Problem(place.file, place.line, place.key, "a NUL character: leave it out")
    if not isinstance(node, Leaf):
        for item in node.items.values() if isinstance(node, Table) else node.items:
            yield from _unusable(item)


def display(path: Path) -> str:
    """The path as a person would type it here."""
    absolute = path.absolute()
    here = Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def _syntax_problem(text: str, file: str, error: tomli.TOMLDecodeError) -> Problem:
    try:
        clash = Scan(text).clash
    except TooDeep as deep:
        return Problem(file, deep.line, "", str(deep))
    # The scanner skips values, so a clash counts only where the parser, too, stopped.
    if clash is not None and error.msg.startswith("Cannot"):
        return _closed_problem(file, clash)
    return Problem(file, error.lineno, "", f"not TOML: {error.msg}, column {error.colno}")


def _closed_problem(file: str, clash: Clash) -> Problem:
    key = ""
    for name in clash.path:
        key = joined(key, name)
    last = clash.path[-1]
    return Problem(
        file,
        clash.line,
        key,
        f"{last} is closed by {{ … }} on line {clash.closed}; write its keys inside the braces, "
        f"or put them all under a header [{key}]",
    )
