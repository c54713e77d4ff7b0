"""The line above the footer: what happened, a question, or a prompt. Never over data."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from mobius_core.metrics.visible import visible
from mobius_tui import keys
from mobius_tui.messages import Question, Said
from mobius_tui.widgets.styled import STYLES, Tone

SHOWN_FOR = 12.0
"""Seconds until a sentence that asks nothing goes; errors stay until the next one."""


class MessageLine(Horizontal, can_focus=True, inherit_bindings=False):
    """Holds one sentence at a time. While it asks, it has the focus and takes every key."""

    BINDINGS = keys.bindings("prompt")

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._question: Question | None = None
        self._entered: Callable[[str], None] | None = None
        self._came_from: Widget | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(markup=False, id="said")
        yield Input(compact=True, select_on_focus=False, id="entry")

    def on_mount(self) -> None:
        self.can_focus = False
        self.query_one(Input).display = False

    def say(self, said: Said) -> None:
        if self._question is None and self._entered is None:
            self._write(said.text, said.tone)
            if said.tone != "bad":
                self._timer = self.set_timer(SHOWN_FOR, self.clear)

    def clear(self) -> None:
        if self._question is None and self._entered is None:
            self._write("", "")

    def _write(self, text: str, tone: Tone) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.text = visible(text)
        label = self.query_one("#said", Static)
        label.update(Content.styled(self.text, STYLES[tone]))

    def ask(self, question: Question) -> None:
        """y acts; every other key leaves things as they are."""
        self._write(f"{question.text}  y yes, any other key no", "warn")
        self._question = question
        self._take_focus(self)

    def prompt(self, label: str, value: str, entered: Callable[[str], None]) -> None:
        """Ask for a line of text; escape leaves things as they are."""
        self._write(label, "key")
        self._entered = entered
        entry = self.query_one(Input)
        entry.display = True
        entry.value = value
        entry.cursor_position = len(value)
        self._take_focus(entry)

    def _take_focus(self, target: Widget) -> None:
        # At once, not by Widget.focus(), which waits for its turn: a key typed meanwhile would
        # be taken for a command.
        self._came_from = self.screen.focused
        self.can_focus = target is self
        self.screen.set_focus(target)

    def _give_back(self) -> None:
        self.can_focus = False
        entry = self.query_one(Input)
        entry.display = False
        self._write("", "")
        self.screen.set_focus(self._came_from)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """While it asks, no key means anything else."""
        return self._question is not None

    def on_key(self, event: events.Key) -> None:
        if self._question is not None:
            event.stop()
            event.prevent_default()
            question, self._question = self._question, None
            self._give_back()
            if event.key == "y":
                question.act()

    def action_clear(self) -> None:
        """Leave the prompt with things as they are."""
        self._enter(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._enter(event.value)

    def _enter(self, value: str | None) -> None:
        entered, self._entered = self._entered, None
        self._give_back()
        if entered is not None and value is not None:
            entered(value)
