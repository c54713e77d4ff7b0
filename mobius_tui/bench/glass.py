"""What a terminal shows, as far as the interface makes use of one: moving, clearing, characters."""

from __future__ import annotations

import codecs
import re

from rich.cells import cell_len

SEQUENCE = re.compile(
    r"\x1b\[([?>=<]?[\d;:]*)[ $]?([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1bP[^\x1b]*\x1b\\|\x1b[=>78cM]|\x1b\(.|([^\x1b])",
    re.DOTALL,
)
UNFINISHED = re.compile(r"\x1b(?:\[[?>=<]?[\d;:]*[ $]?|[\]P][^\x07\x1b]*\x1b?|\(?)?\Z")


class Glass:
    """Fed with what a program writes; colours are left out."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows = [[" "] * width for _ in range(height)]
        self._x = self._y = 0
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def text(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self._rows)

    def feed(self, data: bytes) -> None:
        text = self._rest + self._decoder.decode(data)
        cut = UNFINISHED.search(text)
        end = cut.start() if cut else len(text)
        self._rest = text[end:]
        for words, command, character in SEQUENCE.findall(text[:end]):
            if character:
                self._put(character)
            elif command:
                self._obey(words, command)

    def _obey(self, words: str, command: str) -> None:
        numbers = [int(word) for word in words.split(";") if word.isdecimal()]
        if command == "H":
            y, x = (*numbers, 1, 1)[:2]
            self._y, self._x = min(y, self.height) - 1, min(x, self.width) - 1
        elif command == "C":
            self._x = min(self._x + (numbers or [1])[0], self.width - 1)
        elif command == "J" or (command == "h" and words == "?1049"):
            self._rows = [[" "] * self.width for _ in range(self.height)]

    def _put(self, character: str) -> None:
        if character == "\r":
            self._x = 0
        elif character == "\n":
            self._y = min(self._y + 1, self.height - 1)
        elif character >= " " and self._x < self.width:
            width = cell_len(character)
            if width:
                row = self._rows[self._y]
                row[self._x : self._x + width] = [character, *[""] * (width - 1)]
            self._x += width
