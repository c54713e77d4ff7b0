"""Stalls: judged by a run's own pace, told once, and taken back when it moves."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mobius_core.runs import events
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab, make_folders
from mobius_core.runs.pace import GAP, Pace, patience
from mobius_core.runs.run import Run, State
from mobius_core.runs.submit import make_specs, write_runs
from tests.runs.guests import child_of, guest, now, until, until_over
from tests.runs.test_notify import listen, said

TABLE: list[tuple[str, Sequence[float], float]] = [
    ("nothing yet", [], math.inf),
    ("too few to tell", [1, 1], math.inf),
    ("every second", [1, 1, 1], 60),
    ("every half minute", [30] * 32, 300),
    ("log-spaced evaluations, each 1.1 times later", [10 * 1.1**n for n in range(20)], 259.4),
    ("one evaluation of ten minutes among seconds", [5] * 20 + [600], 1800),
]


@pytest.mark.parametrize(("case", "intervals", "seconds"), TABLE, ids=[row[0] for row in TABLE])
def test_patience(case: str, intervals: Sequence[float], seconds: float) -> None:
    assert patience(intervals) == pytest.approx(seconds, rel=1e-3)


def steady(path: Path, seconds: float, rows: int) -> tuple[Pace, float]:
    """A pace that has seen so many rows, and the time of the last."""
    pace, t = Pace(path), 1000.0
    pace.look(t)
    for _ in range(rows):
        t += seconds
        grow(path)
        assert pace.look(t) is False
    return pace, t


def grow(path: Path) -> None:
    with open(path, "a") as file:
        file.write("row\n")


def test_silence_is_told_once_and_so_is_its_end(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    pace, t = steady(path, 10, 5)
    told = [(t + s, pace.stalled) for s in range(10, 200, 10) if pace.look(t + s)]
    assert told == [(t + 110, True)]
    grow(path)
    assert pace.look(t + 200)
    assert not pace.stalled
    # The silence was no part of its pace.
    told = [(t + s, pace.stalled) for s in range(210, 400, 10) if pace.look(t + s)]
    assert told == [(t + 310, True)]


def test_what_never_moved_has_not_stalled(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "metrics.jsonl", tmp_path / "log.txt")
    assert not any(pace.look(float(t)) for t in range(0, 10_000, 10))


def test_a_log_that_grows_is_a_sign_of_life(tmp_path: Path) -> None:
    metrics, log = tmp_path / "metrics.jsonl", tmp_path / "log.txt"
    metrics.touch()
    pace = Pace(metrics, log)
    for step in range(60):
        grow(log)
        assert not pace.look(10.0 * step)
    assert any(pace.look(600.0 + 10 * step) for step in range(60))


def test_time_in_which_nobody_looked_is_no_silence(tmp_path: Path) -> None:
    """The machine was suspended, the runner stopped: an hour later nothing is wrong."""
    pace, t = steady(tmp_path / "metrics.jsonl", 10, 5)
    assert not pace.look(t + 3600)
    assert pace.silent == GAP


HASTY = """
import sys
from mobius_core.runs import attempt, pace, runner
attempt.HEARTBEAT_EVERY = 0.01
pace.LEAST = pace.TIMES = 0.3
pace.LONGEST = 1.5
sys.exit(runner.main([sys.argv[1]]))
"""
"""A real runner whose minutes are tenths of seconds."""
MOVES = """
import sys, time
for step in range(10**6):
    print('{"step": %d, "train_loss": 0.5}' % step, flush=True)
    time.sleep(0.02)
"""


def kinds(run: Run) -> list[object]:
    return [event["event"] for event in events.read(run.folder)]


def moves_seen(run: Run, sizes: set[int]) -> int:
    """How often its metrics have grown between two looks."""
    metrics = RunFolder(run.folder).metrics
    sizes.add(metrics.stat().st_size if metrics.exists() else 0)
    return len(sizes) - 1


def test_a_stopped_child_has_stalled_and_moves_again(lab: Lab, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    listen(lab, diary, "stalled", "done")
    doubled = MOVES.replace("{", "{{").replace("}", "}}")
    make_folders(lab)
    specs, _ = make_specs(lab, [guest(sys.executable, "-S", "-E", "-c", doubled)], ())
    write_runs(lab, specs, {})
    subprocess.run([sys.executable, "-c", HASTY, str(lab.home)], check=True)
    run = lab.read([specs[0].id])[0]
    child = child_of(run)
    # Rows that came at several times: of one burst alone, on a machine that stood still, the runner
    # cannot tell a pace, and never says stalled.
    sizes: set[int] = set()
    until(lambda: moves_seen(run, sizes) > 8, "rows at several times")
    assert now(lab, run).warning == ""
    child.send(signal.SIGSTOP)
    stalled = until(lambda: now(lab, run) if "stalled" in kinds(run) else None, "the event")
    assert stalled.state is State.RUNNING
    assert stalled.warning.startswith("stalled: silent since ")
    (line,) = said(diary, 1)
    assert line.startswith(f"stalled running {run.trial.name} no metrics and no log for ")
    child.send(signal.SIGCONT)
    until(lambda: "moving" in kinds(run), "the end of the silence")
    assert kinds(run).count("stalled") == 1
    assert now(lab, run).warning == ""
    child.send(signal.SIGKILL)
    assert until_over(lab, run).state is State.FAILED
    assert kinds(run)[-1] == "failed"
