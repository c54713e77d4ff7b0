"""What every screen has: header, body, message line, footer; asking, zooming, moving focus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from mobius_core.errors import MobiusError
from mobius_tui import keys
from mobius_tui.application import Application
from mobius_tui.habits import Habits
from mobius_tui.messages import Question, Said
from mobius_tui.model import LabView
from mobius_tui.steady_screen import SteadyScreen
from mobius_tui.widgets.footer import Footer
from mobius_tui.widgets.header import Header, Tab
from mobius_tui.widgets.message_line import MessageLine
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Tone

TABS = (
    Tab("1", "Experiments", "Exps"),
    Tab("2", "Runs", "Runs"),
    Tab("3", "Compare", "Cmp"),
    Tab("4", "Sparsity", "Mask"),
    Tab("5", "Onset", "Onset"),
    Tab("6", "Data", "Data"),
    Tab("7", "System", "Sys"),
)


class LabScreen(SteadyScreen[None], inherit_bindings=False):
    """A screen of the lab. `body` is what it holds, `see` takes each new look at the lab."""

    BINDINGS = keys.bindings("screen")
    HERE: ClassVar[str] = ""
    """Name of the tab this screen stands under."""
    HINTS: ClassVar[Sequence[keys.Hint]] = ()
    FOCUS: ClassVar[str] = ""
    """Selector of what has the focus at first."""
    _has_resumed = False
    """A mode that is entered for the first time is told so twice."""

    def compose(self) -> ComposeResult:
        self.take_width()
        yield Header(TABS, self.HERE)
        with Vertical(id="body"):
            yield from self.body()
        yield MessageLine()
        yield Footer(self.lab_app.keymap)

    def body(self) -> Iterable[Widget]:
        raise NotImplementedError

    def see(self, view: LabView) -> None:
        """Show a look at the lab."""
        raise NotImplementedError

    def hints(self) -> Sequence[keys.Hint]:
        """The footer for where the focus is."""
        return self.HINTS

    @property
    def lab_app(self) -> Application:
        return cast("Application", self.app)

    @property
    def habits(self) -> Habits:
        return self.lab_app.habits

    def remember(self, **changed: object) -> None:
        """Change what comes back when this lab is looked at again."""
        self.lab_app.habits = replace(self.lab_app.habits, **changed)  # type: ignore[arg-type]

    @property
    def view(self) -> LabView:
        return self.lab_app.view

    def on_mount(self) -> None:
        if self.FOCUS:
            self.set_focus(self.query_one(self.FOCUS))

    def on_screen_suspend(self, event: events.ScreenSuspend) -> None:
        self._has_resumed = False
        self.query_one(MessageLine).clear()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        # They stand as they were made, 15 ms; another theme Textual notices by itself.
        event.refresh_styles = False
        if not self._has_resumed:
            self._has_resumed = True
            self.catch_up(self.view)

    def catch_up(self, view: LabView) -> None:
        self.query_one(Header).show(view)
        self.see(view)
        self.refresh_hints()

    def action_copy(self) -> None:
        """To the clipboard of the terminal, over SSH as well (OSC 52)."""
        text = self.copied()
        if text:
            self.app.copy_to_clipboard(text)
            self.say(f"copied {text}")

    def copied(self) -> str:
        """What `c` copies here; nothing by default."""
        return ""

    def action_write(self) -> None:
        """Ask for a file, whose suffix says in which form."""
        from mobius_tui.screens.writing import formats, writable

        widget = writable(self)
        if widget is None:
            self.say("nothing here can be written", "warn")
            return
        forms = formats(widget)
        suffixes = " ".join(forms)
        name = f"{self.HERE.lower()}{forms[0]}"
        self.prompt(f"write to ({suffixes}) ", name, lambda words: self._write(widget, words))

    def _write(self, widget: Widget, words: str) -> None:
        from mobius_tui.screens.writing import write

        try:
            path = write(widget, words)
        except MobiusError as error:
            self.say(str(error), "bad")
        else:
            self.say(f"wrote {path}", "good")

    def refresh_hints(self) -> None:
        self.query_one(Footer).show(self.hints())

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.refresh_hints()

    def say(self, text: str, tone: Tone = "") -> None:
        self.query_one(MessageLine).say(Said(text, tone))

    def prompt(self, label: str, value: str, entered: Callable[[str], None]) -> None:
        """Ask for a line of text; escape leaves things as they are."""
        self.query_one(MessageLine).prompt(label, value, entered)

    def action_ask(self, action: str) -> None:
        """Ask before an action that the table says must be confirmed."""
        question: Question | None = getattr(self, f"question_{action}")()
        if question is not None:
            self.query_one(MessageLine).ask(question)

    def action_next_pane(self) -> None:
        self.focus_next()

    def action_previous_pane(self) -> None:
        self.focus_previous()

    def action_zoom_pane(self) -> None:
        """Give the focused pane the whole body, or give it back."""
        if self.has_class("-zoomed"):
            self.unzoom()
            return
        above = self.focused.ancestors if self.focused is not None else []
        pane = next((node for node in above if isinstance(node, Pane)), None)
        if pane is None:
            return
        self.add_class("-zoomed")
        for other in self.query(Pane):
            other.set_class(other is not pane, "-away")
        for row in self.query(".row"):
            row.set_class(pane not in row.query(Pane), "-away")

    def unzoom(self) -> None:
        self.remove_class("-zoomed")
        self.query(".-away").remove_class("-away")

    def escape(self) -> bool:
        """Undo one thing that esc undoes here; False where there is none."""
        if self.has_class("-zoomed"):
            self.unzoom()
            return True
        return False
