"""Disks that are full or read-only: a small file system of our own, in a namespace."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
PROLOGUE = """
import os, sys, time
from pathlib import Path
from mobius_core.errors import MobiusError
from mobius_core.runs.lab import Lab
from mobius_core.runs.submit import submit
from mobius_core.runs.run import State
from tests.runs.guests import child_of, guest, shell, until_over, until_state
lab = Lab(Path("lab").absolute())

def fill():
    with open("ballast", "wb", buffering=0) as file:
        while True:
            try:
                file.write(b"x" * 4096)
            except OSError:
                return
"""


@functools.cache
def may_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True).returncode == 0


def on_a_small_disk(folder: Path, code: str, size: str = "2M") -> str:
    """What the code prints, run in `folder` with a tmpfs of that size mounted on it."""
    if not may_mount():
        pytest.skip("this machine does not let users mount in a namespace")
    root = Path(__file__).parents[2]
    script = f'mount -t tmpfs -o size={size} tmpfs "$1" && cd "$1" && shift && exec "$@"'
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", script, "-", str(folder), sys.executable, "-c", PROLOGUE + code],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{root}:{root / 'core'}", "HOME": "/"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_full_disk_queues_nothing_and_says_so(tmp_path: Path) -> None:
    code = """
os.makedirs("lab/runs")
fill()
try:
    submit(lab, [guest("true") for _ in range(3)])
except MobiusError as error:
    print(error)
print(os.listdir("lab/runs"), lab.scan())
"""
    said, left = on_a_small_disk(tmp_path, code).split("\n")
    assert "No space left on device; free some space" in said
    assert left == "[] ()"


def test_an_end_is_written_once_there_is_room(tmp_path: Path) -> None:
    """The disk fills while the child runs: until its end can be recorded it is not over."""
    code = """
run = submit(lab, [shell("while [ ! -e ../../../full ]; do sleep 0.02; done",
                         cwd="{run}")]).queued[0]
child_of(run)
Path("room").touch()
fill()
os.rename("room", "full")  # which takes no room
ended = until_state(lab, run, State.STOPPING)
os.unlink("ballast")
print(ended.state.is_over, until_over(lab, run).state)
"""
    assert on_a_small_disk(tmp_path, code) == "False done"


def test_a_read_only_home_is_one_sentence(tmp_path: Path) -> None:
    code = """
os.makedirs("lab")
os.system("mount -o remount,ro .")
try:
    submit(lab, [guest("true")])
except MobiusError as error:
    print(error)
print(lab.scan())
"""
    said, runs = on_a_small_disk(tmp_path, code).split("\n")
    assert "Read-only file system; choose another folder with --home" in said
    assert runs == "()"
