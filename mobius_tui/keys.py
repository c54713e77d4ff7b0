"""The one table of actions: it drives dispatch, footer, help, commands and `[ui.keys]`.

Lower case only looks. What changes runs is upper case: R S X D ask with y, never with enter.
The same key means the same thing everywhere, so an action has one id wherever it works.

A widget or screen takes its bindings from here (`BINDINGS = keys.bindings("chart")`) and has one
method per action: `action_ID`, or `question_ID` where the action asks first.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from textual.binding import Binding, BindingType

from mobius_core.errors import UsageError

Where = Literal[
    "app",
    "screen",
    "list",
    "text",
    "log",
    "chart",
    "experiments",
    "runs",
    "run",
    "compare",
    "sparsity",
    "onset",
    "picker",
    "help",
    "prompt",
]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does. `label` is the footer's word, `help` the help screen's sentence."""

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    where: tuple[Where, ...]
    confirm: bool = False
    """Asks with y before anything changes."""


MOVING: Final[tuple[Where, ...]] = ("list", "text", "log")
RUNS: Final[tuple[Where, ...]] = ("runs", "run")
BESIDE: Final[tuple[Where, ...]] = ("run", "sparsity", "onset")
CURVES: Final[tuple[Where, ...]] = ("run", "compare")

ACTIONS: Final[tuple[Action, ...]] = (
    Action("show_experiments", ("1",), "Experiments", "Experiments", ("app",)),
    Action("show_runs", ("2",), "Runs", "Runs", ("app",)),
    Action("show_compare", ("3",), "Compare", "Compare: what differs, what came out", ("app",)),
    Action("show_sparsity", ("4",), "Sparsity", "Sparsity: masks and what they keep", ("app",)),
    Action(
        "show_onset", ("5",), "Onset", "Onset: when networks memorise, when they grok", ("app",)
    ),
    Action("show_data", ("6",), "Data", "Data sets of this lab", ("app",)),
    Action("show_system", ("7",), "System", "This machine", ("app",)),
    Action("down", ("j", "down"), "down", "down one line", MOVING),
    Action("up", ("k", "up"), "up", "up one line", MOVING),
    Action("home", ("g", "home"), "top", "to the first line", MOVING),
    Action("end", ("G", "end"), "bottom", "to the last line", MOVING),
    Action("page_down", ("ctrl+d", "pagedown"), "page down", "down one page", MOVING),
    Action("page_up", ("ctrl+u", "pageup"), "page up", "up one page", MOVING),
    Action("scroll_left", ("left",), "left", "scroll columns left", ("list", "log")),
    Action("scroll_right", ("right",), "right", "scroll columns right", ("list", "log")),
    Action("open", ("enter",), "open", "open what is under the cursor", ("list",)),
    Action("mark", ("space",), "mark", "mark or unmark", ("runs", "onset", "picker")),
    Action("mark_all", ("a",), "mark all", "mark all shown, again none", RUNS[:1]),
    Action(
        "compare",
        ("d",),
        "compare",
        "compare or test the marked; one with its control",
        ("runs", "run", "onset"),
    ),
    Action(
        "baseline",
        ("*",),
        "baseline",
        "another baseline; the arm under the cursor as control",
        ("compare", "onset"),
    ),
    Action("columns", ("i",), "columns", "choose columns", RUNS[:1]),
    Action(
        "other_view",
        ("v",),
        "view",
        "other view: curves, every seed, grid; equal keys; difference of masks",
        ("compare", "onset", "sparsity"),
    ),
    Action("sort", ("o",), "order", "sort by the next column", RUNS[:1]),
    Action("sort_reversed", ("O",), "reversed", "reverse the order", RUNS[:1]),
    Action("filter", ("/",), "filter", "show only rows that match", ("experiments", "runs")),
    Action("search", ("/",), "search", "search the log", ("run",)),
    Action("next_match", ("n",), "next", "next match", ("log",)),
    Action("previous_match", ("N",), "previous", "previous match", ("log",)),
    Action(
        "only", ("&",), "only", "only lines with a text; warn, error: from a level on", ("run",)
    ),
    Action("wrap", ("v",), "wrap", "wrap long lines", ("log",)),
    Action("fit", ("f",), "live", "back to live: fit the chart, follow the log", ("chart", "log")),
    Action("cursor_left", ("h", "left"), "left", "value cursor left", ("chart",)),
    Action("cursor_right", ("l", "right"), "right", "value cursor right", ("chart",)),
    Action("cursor_left_far", ("H",), "left by ten", "value cursor left by ten", ("chart",)),
    Action("cursor_right_far", ("L",), "right by ten", "value cursor right by ten", ("chart",)),
    Action("log_x", ("x",), "log X", "logarithmic X axis, again linear", ("chart",)),
    Action("log_y", ("y",), "log Y", "logarithmic Y axis, again linear", ("chart",)),
    Action("smooth", ("s",), "smooth", "smoothing off, .6, .9, .97; raw stays faint", ("chart",)),
    Action("zoom_in", ("+", "="), "zoom in", "zoom in about the cursor", ("chart",)),
    Action("zoom_out", ("-",), "zoom out", "zoom out about the cursor", ("chart",)),
    Action("references", ("r",), "references", "reference lines on, again off", ("chart",)),
    Action("bands", ("b",), "bands", "median and range of the seeds, one, the other", ("compare",)),
    Action("metric", ("m",), "metric", "choose the metric that is shown", CURVES),
    Action("log_here", ("enter",), "log", "the log at the cursor's step", ("run",)),
    Action("next_tab", ("]",), "next tab", "next tab or layer", ("run", "sparsity")),
    Action("previous_tab", ("[",), "previous tab", "previous tab or layer", ("run", "sparsity")),
    Action("next_run", (")",), "next", "next run or experiment without leaving", BESIDE),
    Action("previous_run", ("(",), "previous", "previous run or experiment", BESIDE),
    Action("tail", ("t",), "log", "tail the log", ("experiments", "runs", "run")),
    Action("dry_run", ("d",), "dry run", "say what R would queue, queue nothing", ("experiments",)),
    Action(
        "group_by",
        ("b",),
        "by",
        "group another way: by cell, arm, experiment; unfold arms",
        ("experiments", "runs", "onset"),
    ),
    Action("edit", ("e",), "edit", "edit the file in $EDITOR at the line", ("experiments", "run")),
    Action(
        "make_run",
        ("R",),
        "run",
        "make it run: what is missing (Experiments), resume or retry (Runs, Run)",
        ("experiments", *RUNS),
        confirm=True,
    ),
    Action("stop", ("S",), "stop", "stop with a checkpoint", ("experiments", *RUNS), confirm=True),
    Action("kill", ("X",), "kill", "kill at once", RUNS, confirm=True),
    Action("delete", ("D",), "delete", "delete to the lab's trash", RUNS, confirm=True),
    Action("undo", ("u",), "undo", "take back the last delete, tag, note or pin", RUNS),
    Action("tag", ("T",), "tags", "tags (words to add, -WORD to take off), then the note", RUNS),
    Action("pin", ("P",), "pin", "pin, again unpin", RUNS),
    Action("zoom_pane", ("z",), "zoom pane", "this pane on the full screen, and back", ("screen",)),
    Action("next_pane", ("tab",), "next pane", "next pane", ("screen",)),
    Action("previous_pane", ("shift+tab",), "previous pane", "previous pane", ("screen",)),
    Action("write", ("w",), "write", "write what is seen to a file", ("screen",)),
    Action("copy", ("c",), "copy", "copy the id or line (OSC 52)", ("screen",)),
    Action("commands", (":", "ctrl+p"), "commands", "find a command by name", ("app",)),
    Action("help", ("?", "f1"), "keys", "the keys of this screen, then all", ("app",)),
    Action("redraw", ("ctrl+l",), "redraw", "redraw the screen", ("app",)),
    Action("suspend", ("ctrl+z",), "suspend", "suspend to the shell", ("app",)),
    Action(
        "back",
        ("q",),
        "back",
        "one level back; at the top quit, runs go on",
        ("app", "help", "picker"),
    ),
    Action(
        "clear",
        ("escape",),
        "clear",
        "back; at the top: clears marks, filter",
        ("app", "prompt", "picker"),
    ),
    Action("quit", ("Q", "ctrl+c"), "quit", "quit at once, runs go on", ("app",)),
)

BY_ID: Final[Mapping[str, Action]] = {action.id: action for action in ACTIONS}


@dataclass(frozen=True, slots=True)
class Hint:
    """One entry of a footer: the first key of each action and what they do together."""

    ids: tuple[str, ...]
    label: str = ""

    @property
    def words(self) -> str:
        return self.label or BY_ID[self.ids[0]].label


def bindings(*places: Where) -> list[BindingType]:
    """Textual bindings of the actions that work in the given places."""
    return [
        Binding(
            ",".join(action.keys),
            f"ask('{action.id}')" if action.confirm else action.id,
            action.help,
            id=action.id,
        )
        for action in ACTIONS
        if not set(places).isdisjoint(action.where)
    ]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys in force: the table's, or the user's from `[ui.keys]`."""

    overrides: Mapping[str, str] = field(default_factory=dict)

    def of(self, action: str) -> tuple[str, ...]:
        if action in self.overrides:
            return tuple(key.strip() for key in self.overrides[action].split(","))
        return BY_ID[action].keys

    def first(self, action: str) -> str:
        return self.of(action)[0]


def remap(overrides: Mapping[str, str]) -> Keys:
    """Check `[ui.keys]`: known ids, and no key that does two things in one place."""
    for action in overrides:
        if action not in BY_ID:
            near = difflib.get_close_matches(action, BY_ID, n=1, cutoff=0)[0]
            raise UsageError(f'ui.keys: no action is called "{action}"; the nearest is "{near}"')
    keys = Keys(overrides)
    for changed in overrides:
        for other in ACTIONS:
            shared = set(keys.of(changed)) & set(keys.of(other.id))
            if other.id != changed and shared and _meet(BY_ID[changed], other):
                raise UsageError(
                    f'ui.keys: "{shared.pop()}" would mean both {changed} and {other.id}; '
                    f"give {other.id} another key too"
                )
    return keys


def _meet(one: Action, other: Action) -> bool:
    """Whether both may answer on one screen: in one place, or one of them everywhere."""
    places = {*one.where, *other.where}
    return bool({"app", "screen"} & places) or not set(one.where).isdisjoint(other.where)


NAMES: Final[Mapping[str, str]] = {
    "escape": "esc",
    "question_mark": "?",
    "pagedown": "pgdn",
    "pageup": "pgup",
}
"""Textual's names of keys that people write otherwise."""


def shown(key: str) -> str:
    """A key as the footer and the help screen write it."""
    return NAMES.get(key, key)
