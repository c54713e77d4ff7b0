"""What starting costs: the modules of the first frame, and nothing that trains or parses words."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.quiet import DEADLINE
from tests.tui.labs import empty_lab

NOT_AT_START = {"numpy", "torch", "scipy", "typer", "click", "pydantic", "psutil", "pandas"}

UNTIL_FIRST_LOOK = """
import asyncio, json, sys
from mobius_tui.main import main
from mobius_tui.app import MobiusApp

async def first_look():
    app = MobiusApp()
    async with app.run_test() as pilot:
        while not app.view.loaded:
            await pilot.pause(0.01)
        await pilot.pause()

asyncio.run(first_look())
print(json.dumps(sorted(sys.modules)))
"""


def test_the_first_frame_imports_nothing_heavy(tmp_path: Path) -> None:
    lab = empty_lab(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", UNTIL_FIRST_LOOK],
        cwd=lab.file.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE,
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "mobius_tui.screens.experiments" in loaded
    assert "mobius_core.config.project" in loaded, "the file was read, by a worker"
    assert not NOT_AT_START & {name.partition(".")[0] for name in loaded}
    later = ("runs", "run", "compare", "sparsity", "onset", "data", "system", "help", "picker")
    assert not {f"mobius_tui.screens.{name}" for name in later} & loaded
    assert not {"mobius_tui.cli", "mobius_core.analysis.outcomes", "csv"} & loaded


def test_bare_mobius_draws_on_a_terminal_and_q_leaves_it_as_it_was(tmp_path: Path) -> None:
    empty_lab(tmp_path)
    process, terminal = start_in_terminal(tmp_path)
    try:
        drawn = read_until(terminal, b"never run: press R")
        assert b"[1Exps]" in drawn
        os.write(terminal, b"q")
        _, status = os.waitpid(process, 0)
        assert os.waitstatus_to_exitcode(status) == 0
    finally:
        os.close(terminal)


def start_in_terminal(folder: Path) -> tuple[int, int]:
    """(pid, our end of its terminal) of a bare `mobius` at 80x24."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        os.execve(sys.executable, [sys.executable, "-m", "mobius_tui"], environment)
    return process, terminal


def read_until(terminal: int, wanted: bytes) -> bytes:
    seen = b""
    deadline = time.monotonic() + DEADLINE
    while wanted not in seen:
        assert time.monotonic() < deadline, f"{wanted!r} never came; {seen[-2000:]!r}"
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 65536)
    return seen


def test_a_dumb_terminal_gets_the_status_table(tmp_path: Path) -> None:
    empty_lab(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "mobius_tui"],
        cwd=tmp_path,
        env={**os.environ, "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert "mobius run" in done.stdout + done.stderr


def test_a_terminal_that_is_gone_ends_the_interface_under_nohup_too(tmp_path: Path) -> None:
    empty_lab(tmp_path)
    with ignoring(signal.SIGHUP):
        process, terminal = start_in_terminal(tmp_path)
    try:
        read_until(terminal, b"press R")
    finally:
        os.close(terminal)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGHUP


@contextmanager
def ignoring(signum: int) -> Iterator[None]:
    before = signal.signal(signum, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signum, before)


@pytest.mark.parametrize("signum", [signal.SIGHUP, signal.SIGTERM])
def test_closing_the_terminal_ends_the_interface_only(tmp_path: Path, signum: int) -> None:
    empty_lab(tmp_path)
    process, terminal = start_in_terminal(tmp_path)
    try:
        read_until(terminal, b"press R")
        os.kill(process, signum)
        deadline = time.monotonic() + DEADLINE
        while os.waitpid(process, os.WNOHANG) == (0, 0):
            assert time.monotonic() < deadline
            select.select([terminal], [], [], 0.05)
    finally:
        os.close(terminal)
