"""The main journey in a real terminal: tmux draws, presses keys and reads the screen back."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from tests.quiet import DEADLINE
from tests.tui.labs import light_lab

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="tmux is not installed: it is the terminal of this test"
)

SCREENS = {
    "2": "quickstart/s0 ",
    "4": "No modular experiment",
    "5": "No modular experiment",
    "6": "The file names none",
    "7": "GiB",
    "1": "A little script",
}
"""Key -> words that only that screen shows, each drawn without a further key."""

POLL = 0.05
"""Seconds between two readings of the screen."""


class Terminal:
    """One tmux server of our own, with one shell in it."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        self.socket = str(folder / "tmux")
        size = ["-x", str(width), "-y", str(height)]
        self.tmux("new-session", "-d", *size, "-c", str(folder), "env", "PS1=$ ", "sh")

    def tmux(self, *words: str) -> str:
        argv = ["tmux", "-f", "/dev/null", "-S", self.socket, *words]
        done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=DEADLINE)
        return done.stdout

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, words: str) -> None:
        self.tmux("send-keys", "-l", words)
        self.press("Enter")

    @property
    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def until(self, condition: Callable[[str], bool]) -> str:
        """The screen as soon as it satisfies the condition."""
        deadline = time.monotonic() + DEADLINE
        while not condition(screen := self.screen):
            assert time.monotonic() < deadline, f"never happened; the screen is\n{screen}"
            time.sleep(POLL)
        return screen

    def shows(self, words: str) -> str:
        return self.until(lambda screen: words in screen)

    def close(self) -> None:
        self.tmux("kill-server")


@pytest.fixture(
    params=[(80, 24), pytest.param((160, 45), marks=pytest.mark.slow)], ids=["80x24", "160x45"]
)
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    width, height = request.param
    terminal = Terminal(tmp_path, width, height)
    yield terminal
    terminal.close()


def start(terminal: Terminal) -> None:
    """Bare `mobius`, as a person would start it."""
    terminal.type(f"{shlex.quote(sys.executable)} -m mobius_tui; echo left with $?")
    terminal.shows("quickstart")


def curve(screen: str) -> str:
    """The braille characters of a screen."""
    return "".join(c for c in screen if 0x2800 < ord(c) <= 0x28FF)


def test_launch_watch_open_the_result_and_quit(terminal: Terminal, tmp_path: Path) -> None:
    lab, enough = light_lab(tmp_path)
    start(terminal)
    terminal.shows("never run: press R")
    terminal.press("R")
    terminal.shows("queue 1 trial of quickstart?")
    terminal.press("y")
    terminal.shows("1 queued")
    terminal.shows("1 run")
    terminal.press("t")
    terminal.shows("of the little script")
    terminal.press("[")
    first = terminal.until(lambda screen: len(curve(screen)) > 1)
    terminal.until(lambda screen: curve(screen) != curve(first))
    enough.touch()
    terminal.until(lambda screen: " done " in screen and "idle" in screen)
    terminal.press("h")
    terminal.shows("─ at step ")
    terminal.press("]", "]")
    terminal.shows("quickstart/s0")
    terminal.press("q")
    terminal.shows("1/1")
    for key, words in SCREENS.items():
        terminal.press(key)
        terminal.shows(words)
    terminal.press("q")
    terminal.shows("left with 0")
    assert [run.state for run in Lab(lab.home).scan()] == [State.DONE]


def test_runs_go_on_without_the_interface(terminal: Terminal, tmp_path: Path) -> None:
    lab, _ = light_lab(tmp_path)
    start(terminal)
    terminal.press("R", "y")
    terminal.shows("1 run")
    terminal.press("Q")
    screen = terminal.shows("left with 0")
    assert "1 running and 0 waiting runs go on" in screen
    assert [run.state for run in Lab(lab.home).scan()] == [State.RUNNING]
    start(terminal)
    terminal.shows("1 run")
    terminal.press("S", "y")
    terminal.until(lambda screen: "1 stopped" in screen and "idle" in screen)
    terminal.press("C-c")
    terminal.shows("left with 0")
    assert [run.state for run in Lab(lab.home).scan()] == [State.STOPPED]


def test_stop_resume_copy_compare_write_and_quit(terminal: Terminal, tmp_path: Path) -> None:
    """The rest of a day: a run is stopped and taken up again, its curves are looked at, kept."""
    lab, enough = light_lab(tmp_path, seeds=2)
    terminal.tmux("set-option", "-s", "set-clipboard", "on")
    start(terminal)
    terminal.press("R", "y")
    terminal.shows(" run")
    terminal.press("2")
    terminal.until(lambda screen: "quickstart/s1" in screen and "running" in screen)
    terminal.press("a", "S", "y")
    terminal.until(lambda screen: screen.count(" stopped ") >= 2 and "idle" in screen)
    terminal.press("R")
    terminal.shows("y yes")
    terminal.press("y")
    terminal.until(lambda screen: "running" in screen)
    enough.touch()
    terminal.until(lambda screen: screen.count(" done ") >= 2 and "idle" in screen)
    terminal.press("c")
    terminal.shows("copied 2")
    copied = terminal.tmux("show-buffer")
    assert copied in {run.id for run in Lab(lab.home).scan()}, "OSC 52 reached the terminal"
    terminal.press("d")
    terminal.shows("what came out")
    terminal.until(lambda screen: len(curve(screen)) > 1)
    written = tmp_path / "seen.svg"
    terminal.press("w")
    terminal.shows("write to (.svg")
    terminal.press("C-u")
    terminal.type(str(written))
    terminal.shows("wrote ")
    assert "<polyline" in written.read_text()
    terminal.press("Q")
    terminal.shows("left with 0")
    assert [run.state for run in Lab(lab.home).scan()] == [State.DONE] * 2
