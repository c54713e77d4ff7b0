"""The build as a run: the child that a runner starts, in its own process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mobius_core.config.check import to_table
from mobius_core.config.datasets import data_hash
from mobius_core.data.open import open_data
from mobius_core.data.place import folder_of, partial_of
from mobius_core.data.spec import DataSpec
from mobius_core.runs.files import read_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.missing import build_trial
from mobius_core.runs.spec import QueuePlace, RunSpec
from tests.data.recipes import SMALL

LONG = DataSpec(n=(2, 10**13), rows=10**8, test=1000)
"""Half a minute of work in chunks of 0.1 s: it is always stopped."""
PATIENCE = 30.0


def run_folder(home: Path, spec: DataSpec) -> RunFolder:
    """A run of kind build as `submit` leaves it for a runner."""
    folder = RunFolder(home / "runs" / "20261121T140211-data-0000")
    folder.control.mkdir(parents=True)
    folder.attempt(1).path.mkdir(parents=True)
    table = {"name": "rows", "hash": data_hash(spec), **to_table(spec)}
    RunSpec(
        id=folder.id,
        sweep=folder.id,
        queue=QueuePlace.now(),
        host="here",
        after=(),
        trial=build_trial(table),
    ).write(folder.spec)
    return folder


def start(folder: RunFolder, attempt: int = 1) -> subprocess.Popen[str]:
    home = folder.path.parent.parent
    return subprocess.Popen(
        [sys.executable, "-m", "mobius_core.data.child", str(folder.path)],
        env={**os.environ, "MOBIUS_HOME": str(home), "MOBIUS_ATTEMPT": str(attempt)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(child: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = child.communicate(timeout=PATIENCE)
    return child.returncode, output


def rows_of(folder: RunFolder) -> list[dict[str, float]]:
    return [json.loads(line) for line in folder.metrics.read_text().splitlines()]


def until_it_works(folder: RunFolder, child: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not folder.metrics.exists() or not folder.metrics.stat().st_size:
        assert child.poll() is None, finish(child)
        assert time.monotonic() < deadline, "no row of metrics came"
        time.sleep(0.01)


def test_done(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, SMALL)
    code, output = finish(start(folder))
    assert code == 0, output
    data = open_data(tmp_path / "data", "rows", data_hash(SMALL))
    assert len(data.n) == 3000
    last = rows_of(folder)[-1]
    assert (last["step"], last["left"], last["attempt"]) == (3000, 0, 1)
    assert last["rate"] > 0
    result = read_json(folder.result) or {}
    assert (result["kind"], result["rows"]) == ("build", 3000)
    assert f"{data.folder} holds 3,000 rows" in output


@pytest.mark.parametrize(("asked", "reason"), [(True, "stopped"), (False, "preempted")])
def test_stop_and_go_on(tmp_path: Path, asked: bool, reason: str) -> None:
    """`control/stop` with TERM is a stop on request, TERM alone the end of the machine's time."""
    folder = run_folder(tmp_path, LONG)
    child = start(folder)
    until_it_works(folder, child)
    if asked:
        (folder.control / "stop").touch()
    child.send_signal(signal.SIGTERM)
    code, output = finish(child)
    assert code == 75, output
    assert (read_json(folder.attempt(1).verdict) or {})["reason"] == reason
    kept = read_json(
        partial_of(folder_of(tmp_path / "data", "rows", data_hash(LONG))) / "progress.json"
    )
    assert kept is not None
    assert not folder.result.exists()

    (folder.control / "stop").unlink(missing_ok=True)
    folder.attempt(2).path.mkdir()
    child = start(folder, attempt=2)
    deadline = time.monotonic() + PATIENCE
    while rows_of(folder)[-1]["attempt"] == 1:
        assert time.monotonic() < deadline, "the second attempt made no row"
        time.sleep(0.01)
    child.send_signal(signal.SIGTERM)
    finish(child)
    first_of_second = next(row for row in rows_of(folder) if row["attempt"] == 2)
    assert first_of_second["step"] > int(str(kept["rows"])), "it went on, not back"


def test_impossible_recipe(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, DataSpec(n=(1, 10), rows=11, test=1))
    code, output = finish(start(folder))
    verdict = read_json(folder.attempt(1).verdict) or {}
    assert (code, verdict["reason"]) == (2, "config")
    assert "11 distinct rows of only 10 numbers" in str(verdict["message"])
    assert "Traceback" not in output


def test_disk_that_refuses(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, SMALL)
    (tmp_path / "data").write_text("in the way")
    code, output = finish(start(folder))
    verdict = read_json(folder.attempt(1).verdict) or {}
    assert (code, verdict["reason"]) == (1, "io")
    assert "Traceback" not in output
