"""What worker threads tell the screens. A newer message of a kind replaces one not yet read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from mobius_tui.model import LabView
from mobius_tui.widgets.styled import Tone


class Latest(Message):
    """A message of which only the newest is worth handling."""

    def can_replace(self, message: Message) -> bool:
        return type(message) is type(self)


class LabSeen(Latest):
    """The lab was looked at, and something is different."""

    def __init__(self, view: LabView) -> None:
        super().__init__()
        self.view = view


class Said(Message):
    """One sentence for the message line."""

    def __init__(self, text: str, tone: Tone = "") -> None:
        super().__init__()
        self.text = text
        self.tone: Tone = tone


@dataclass(frozen=True)
class Question:
    """Something that y, and only y, sets in motion."""

    text: str
    act: Callable[[], object]
