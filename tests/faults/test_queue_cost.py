"""What a pass over the queue asks of the disk, and that a long queue is worked off in order."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import BuiltinFunctionType, FrameType

import pytest

from mobius_core.runs.capacity import capacity_of
from mobius_core.runs.dispatch import Pass, make_pass
from mobius_core.runs.lab import Lab, make_folders
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import State
from mobius_core.runs.slots import Need, take
from mobius_core.runs.submit import make_specs, submit, write_runs
from tests.runs.guests import guest, shell, until_over

ON_DISK = {"stat", "lstat", "open", "listdir", "scandir", "mkdir", "unlink", "rename", "read"}


def calls_of(work: Callable[[], Pass]) -> tuple[Pass, Counter[str]]:
    """What `work` gives, and how often it called what asks something of the disk."""
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and isinstance(called, BuiltinFunctionType):
            counted[called.__name__] += called.__name__ in ON_DISK

    sys.setprofile(count)
    try:
        done = work()
    finally:
        sys.setprofile(None)
    return done, +counted


def queued(folder: Path, count: int) -> Lab:
    """A lab of two slots with so many queued runs, and no runner."""
    lab = Lab(folder)
    change_slots(lab.home, {"cpus": "2"})
    make_folders(lab)
    specs, _ = make_specs(lab, [guest("true") for _ in range(count)], ())
    write_runs(lab, specs, {})
    return lab


def test_a_pass_asks_the_same_of_the_disk_however_many_wait(tmp_path: Path) -> None:
    asked = []
    for count in (4, 40):
        lab = queued(tmp_path / str(count), count)
        capacity = capacity_of(lab.home)
        first, claiming = calls_of(lambda: make_pass(lab, capacity))  # noqa: B023
        assert first.claim is not None
        assert first.more
        lease = take(lab.slots_dir, capacity, Need(1, 0), lab.host.boot_id)
        assert lease is not None
        starved, in_vain = calls_of(lambda: make_pass(Lab(lab.home), capacity))  # noqa: B023
        assert (starved.claim, starved.starved) == (None, True)
        asked.append((claiming, in_vain))
        lease.release()
        first.claim.lease.release()
    assert asked[0] == asked[1]
    claiming, in_vain = asked[0]
    assert claiming.total() <= 20
    assert in_vain.total() <= 12


@pytest.mark.slow
def test_three_hundred_jobs_on_four_slots(lab: Lab, tmp_path: Path) -> None:
    """Each notes when it began and ended: never more than four at once, begun in order."""
    change_slots(lab.home, {"cpus": "4"})
    diary = tmp_path / "diary"
    script = f'echo "+ {{seed}}" >> {diary}; sleep 0.1; echo "- {{seed}}" >> {diary}'
    trials = [replace(shell(script), seed=seed) for seed in range(300)]
    runs = submit(lab, trials).queued
    for run in reversed(runs):
        assert until_over(lab, run, 300.0).state is State.DONE
    running, most = 0, 0
    for entry in diary.read_text().splitlines():
        running += 1 if entry.startswith("+") else -1
        most = max(most, running)
    assert most == 4
    started = sorted(lab.scan(), key=lambda run: run.started or 0.0)
    assert [run.trial.seed for run in started] == list(range(300))
