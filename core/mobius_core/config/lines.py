"""The line of every key of a TOML document.

tomli tells positions of syntax errors only. This scanner follows the same document far enough to
know which path each key, header and array element has and where it stands; values are skipped,
never interpreted. tests/config/test_lines.py holds it against tomli on generated documents.
"""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_left
from dataclasses import dataclass

import tomli

from mobius_core.config.node import Path

DEPTH = 64
"""Deepest path followed; no schema of ours is deeper than ten."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)


class TooDeep(Exception):
    """A path longer than DEPTH."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"nested more than {DEPTH} levels deep")


class _Invalid(Exception):
    """The document is not TOML from here on."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A key or header reaching into a table that `{ … }` closed on an earlier line."""

    path: Path
    line: int
    closed: int


class Scan:
    """One pass over a document; its public attributes are what it found."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self.headers: dict[int, Path] = {}
        """line -> table of every [header]"""
        self.clash: Clash | None = None
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._newlines = [at for at, char in enumerate(self._text) if char == "\n"]
        self._counts: dict[Path, int] = {}
        self._closed: dict[Path, int] = {}
        # tomli explains a broken document; the lines before the break still help.
        with contextlib.suppress(_Invalid):
            self._document()

    @property
    def _line(self) -> int:
        return bisect_left(self._newlines, self._at) + 1

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise _Invalid
        self._at = match.end()
        return match.group()

    def _take_if(self, word: str) -> bool:
        found = self._text.startswith(word, self._at)
        if found:
            self._at += len(word)
        return found

    def _expect(self, word: str) -> None:
        self._take(_SPACE)
        if not self._take_if(word):
            raise _Invalid

    def _document(self) -> None:
        table: Path = ()
        self._take(_BLANK)
        while self._at < len(self._text):
            if self._take_if("[["):
                table = self._header("]]")
            elif self._take_if("["):
                table = self._header("]")
            else:
                self._pair(table)
            self._take(_BLANK)

    def _header(self, closing: str) -> Path:
        line = self._line
        names = self._key()
        self._expect(closing)
        path = self._enter((), names[:-1], line)
        path = (*path, names[-1])
        self._check_open(path, line)
        if closing == "]]":
            self.lines.setdefault(path, line)
            count = self._counts.get(path, 0)
            self._counts[path] = count + 1
            path = (*path, count)
        self.lines[path] = line
        self.headers[line] = path
        return path

    def _enter(self, path: Path, names: list[str], line: int) -> Path:
        for name in names:
            path = (*path, name)
            self._check_open(path, line)
            self.lines.setdefault(path, line)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _check_open(self, path: Path, line: int) -> None:
        if len(path) > DEPTH:
            raise TooDeep(line)
        if path in self._closed and self.clash is None:
            self.clash = Clash(path, line, self._closed[path])

    def _key(self) -> list[str]:
        names = []
        while True:
            self._take(_SPACE)
            quoted = self._text[self._at : self._at + 1] in ('"', "'")
            names.append(_unquoted(self._take(_STRING)) if quoted else self._take(_BARE_KEY))
            self._take(_SPACE)
            if not self._take_if("."):
                return names

    def _pair(self, table: Path) -> None:
        line = self._line
        names = self._key()
        self._expect("=")
        self._take(_SPACE)
        path = (*self._enter(table, names[:-1], line), names[-1])
        self._check_open(path, line)
        self.lines[path] = line
        self._value(path, line)

    def _value(self, path: Path, line: int) -> None:
        if len(path) > DEPTH:
            raise TooDeep(line)
        if self._take_if("["):
            self._array(path)
        elif self._take_if("{"):
            self._inline_table(path)
            self._closed[path] = line
        elif self._text[self._at : self._at + 1] in ('"', "'"):
            self._take(_STRING)
        else:
            self._take(_BARE_VALUE)

    def _array(self, path: Path) -> None:
        self._take(_BLANK)
        index = 0
        while not self._take_if("]"):
            below = (*path, index)
            self.lines[below] = self._line
            self._value(below, self._line)
            index += 1
            self._take(_BLANK)
            if not self._take_if(","):
                self._expect("]")
                return
            self._take(_BLANK)

    def _inline_table(self, path: Path) -> None:
        self._take(_BLANK)
        while not self._take_if("}"):
            self._pair(path)
            self._take(_BLANK)
            if not self._take_if(","):
                self._expect("}")
                return
            self._take(_BLANK)


def key_lines(text: str) -> dict[Path, int]:
    """1-based line of every key, table and array element of a valid document, by path."""
    return Scan(text).lines


def _unquoted(raw: str) -> str:
    """A quoted key as the parser reads it."""
    try:
        name = tomli.loads(f"key = {raw}")["key"]
    except tomli.TOMLDecodeError as error:
        raise _Invalid from error
    return str(name)
