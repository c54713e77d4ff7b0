"""The key table: every action can be reached and done, and nothing is bound beside it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual import events
from textual.dom import DOMNode
from textual.widgets import Input

from mobius_core.config.machine import UiSpec
from mobius_core.errors import UsageError, WorkFailed
from mobius_tui import editor, keys
from mobius_tui.app import MobiusApp
from mobius_tui.key_page import key_page
from mobius_tui.keys import ACTIONS, Action, Where
from mobius_tui.places import PLACES
from mobius_tui.screens.base import LabScreen
from mobius_tui.screens.compare import CompareScreen
from mobius_tui.screens.data import DataScreen
from mobius_tui.screens.experiments import ExperimentsScreen
from mobius_tui.screens.help import HelpScreen
from mobius_tui.screens.onset import OnsetScreen
from mobius_tui.screens.picker import PickerScreen
from mobius_tui.screens.run import RunScreen
from mobius_tui.screens.run_footers import CHART_HINTS, LOG_HINTS, TEXT_HINTS
from mobius_tui.screens.runs import RunsScreen
from mobius_tui.screens.sparsity import SparsityScreen
from mobius_tui.screens.system import SystemScreen
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.log_view import LogView
from mobius_tui.widgets.message_line import MessageLine
from mobius_tui.widgets.table import Table
from mobius_tui.widgets.words import Words
from tests.tui.driving import LARGE, MIDDLE, app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk

HOSTS: dict[Where, type[DOMNode]] = {
    "app": MobiusApp,
    "screen": LabScreen,
    "list": Table,
    "text": Words,
    "log": LogView,
    "chart": Chart,
    "experiments": ExperimentsScreen,
    "runs": RunsScreen,
    "run": RunScreen,
    "compare": CompareScreen,
    "sparsity": SparsityScreen,
    "onset": OnsetScreen,
    "picker": PickerScreen,
    "help": HelpScreen,
    "prompt": MessageLine,
}
"""Who answers in each place."""

EATEN = {
    "ctrl+circumflex_accent",
    "ctrl+6",
    "ctrl+right_square_bracket",
    "ctrl+b",
    "ctrl+a",
    "ctrl+s",
    "ctrl+q",
    "ctrl+h",
    "ctrl+i",
    "ctrl+j",
    "ctrl+m",
    "ctrl+w",
}
"""By mosh, telnet, tmux, screen, flow control, or the same byte as another key."""


@pytest.mark.parametrize(
    ("place", "action"),
    [(place, action) for action in ACTIONS for place in action.where],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_every_action_is_bound_and_done_where_the_table_says(place: Where, action: Action) -> None:
    host = HOSTS[place]
    bound = {binding.id for binding in host.BINDINGS if not isinstance(binding, tuple)}
    assert action.id in bound
    method = f"question_{action.id}" if action.confirm else f"action_{action.id}"
    assert callable(getattr(host, method))


def test_what_changes_runs_is_upper_case_and_asks() -> None:
    asking = {action.keys for action in ACTIONS if action.confirm}
    assert asking == {("R",), ("S",), ("X",), ("D",)}


def test_no_key_is_one_that_a_terminal_eats_or_cannot_send() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert key not in EATEN
            assert not re.fullmatch(r"f([2-9]|1[0-2])|alt\+.*|shift\+(?!tab).*", key), key


def test_one_key_does_one_thing_in_one_place() -> None:
    for place in HOSTS:
        taken: dict[str, str] = {}
        for action in ACTIONS:
            if place in action.where or {"app", "screen"} & set(action.where):
                for key in action.keys:
                    assert taken.setdefault(key, action.id) == action.id


def test_nothing_is_bound_beside_the_table() -> None:
    hosts: list[type[DOMNode]] = [*HOSTS.values(), DataScreen, SystemScreen]
    for host in hosts:
        for binding in host.BINDINGS:
            assert not isinstance(binding, tuple)
            assert binding.id in keys.BY_ID


def test_places_have_names_for_the_help_screen() -> None:
    assert set(PLACES) == set(HOSTS)


@pytest.mark.checkout
def test_the_page_of_keys_is_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    how = "python -m mobius_tui.key_page > docs/keys.md"
    assert page.read_text() == key_page(), how


def test_every_screen_has_its_number() -> None:
    numbered = {action.id.removeprefix("show_"): action.keys[0] for action in ACTIONS[:7]}
    assert list(numbered) == list(MobiusApp.MODES)
    assert list(numbered.values()) == [str(number) for number in range(1, 8)]


def test_footers_name_at_most_eight_keys_of_the_table_and_help_last() -> None:
    screens: list[type[LabScreen]] = [ExperimentsScreen, RunsScreen, CompareScreen, SparsityScreen]
    screens += [OnsetScreen, DataScreen, SystemScreen]
    footers = [screen.HINTS for screen in screens]
    for hints in (*footers, CHART_HINTS, LOG_HINTS, TEXT_HINTS):
        assert hints[-1].ids == ("help",)
        assert len(hints) <= 9
        assert all(name in keys.BY_ID for hint in hints for name in hint.ids)


async def test_help_lists_every_action(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        await pilot.press("question_mark")
        await settle(pilot)
        screen = app_of(pilot).screen
        assert isinstance(screen, HelpScreen)
        told = "\n".join("".join(c.text for c in row) for row in screen.query_one(Words).lines)
        here, _, elsewhere = told.partition("on other screens and panes")
        for action in ACTIONS:
            section = elsewhere if action.id in ("kill", "log_x") else told
            assert action.help in section
        assert "make it run" in here
        await pilot.press("q")
        assert not isinstance(app_of(pilot).screen, HelpScreen)


async def test_a_remapped_key_works_and_is_shown(lab: LabOnDisk) -> None:
    ui = UiSpec(refresh=60.0, keys={"make_run": "ctrl+r", "help": "f1"})
    async with running(lab.file, ui=ui) as pilot:
        assert "ctrl+r run what is missing" in text(app_of(pilot))
        await pilot.press("R")
        assert "queue" not in text(app_of(pilot))
        await pilot.press("j", "ctrl+r")
        await settle(pilot)
        assert "queue 1 trial of primes?" in text(app_of(pilot))


def test_remapping_mistakes_are_named() -> None:
    with pytest.raises(UsageError, match='no action is called "log_z"; the nearest is "log_'):
        keys.remap({"log_z": "w"})
    with pytest.raises(UsageError, match='"y" would mean both log_x and log_y'):
        keys.remap({"log_x": "y"})
    assert keys.remap({"log_x": "y", "log_y": "x"}).first("log_x") == "y"


async def test_commands_find_an_action_by_name(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        await pilot.press(":", *"onset", "enter")
        await until(pilot, lambda: app_of(pilot).current_mode == "onset")


async def test_q_quits_only_at_the_top(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        await pilot.press("2", "enter", "q")
        await settle(pilot)
        assert pilot.app.is_running
        await pilot.press("q")
        await settle(pilot)
        assert pilot.app._exit


async def test_keys_that_come_in_one_packet_each_see_what_the_one_before_did(
    lab: LabOnDisk,
) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        for key, character in (("2", "2"), ("slash", "/"), ("t", "t"), ("S", "S")):
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: app.screen.query_one(Input).value == "tS")
        assert isinstance(app.screen, RunsScreen)


@pytest.mark.parametrize("key", ["]", "l", "q", "1"])
async def test_a_key_before_a_run_is_there_waits_for_it(lab: LabOnDisk, key: str) -> None:
    """It met a screen without its widgets, and the program ended."""
    async with running(lab.file, size=MIDDLE) as pilot:
        app = app_of(pilot)
        await pilot.press("2")
        await settle(pilot)
        app.post_message(events.Key("enter", "\r"))
        while not isinstance(app.screen, RunScreen):
            await asyncio.sleep(0)
        assert not app.screen.is_mounted
        app.post_message(events.Key("right_square_bracket" if key == "]" else key, key))
        await settle(pilot)
        assert app.is_running
        assert isinstance(app.screen, RunScreen) == (key in "]l")


@pytest.mark.parametrize("opener", ["1", "2", "4", "5"])
async def test_q_in_one_packet_with_enter_closes_what_that_opens(
    lab: LabOnDisk, opener: str
) -> None:
    """From a list it ended the program: enter was a message that q overtook."""
    async with running(lab.file, size=MIDDLE) as pilot:
        app = app_of(pilot)
        await pilot.press(opener)
        await settle(pilot)
        screen = app.screen
        assert screen.query_one(Table).rows
        for key, character in (("enter", "\r"), ("q", "q")):
            app.post_message(events.Key(key, character))
        await settle(pilot)
        assert not app._exit
        assert app.screen is screen


async def test_c_copies_over_the_terminal(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        await pilot.press("c")
        assert pilot.app.clipboard == "paper-mu2"


def test_e_edits_at_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "editor"
    script.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/told\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", f"{script} -R")
    editor.edit(Path("a file.toml"), 14)
    assert (tmp_path / "told").read_text() == "-R +14 a file.toml\n"
    monkeypatch.setenv("VISUAL", str(tmp_path / "absent"))
    with pytest.raises(WorkFailed, match="No such file or directory; set EDITOR"):
        editor.edit(Path("a file.toml"), 14)
