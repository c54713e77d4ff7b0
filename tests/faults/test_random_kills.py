"""kill -9 of launcher, TUI, runner, warm process or child at random moments.

No state is shown falsely, no written row is lost, no slot leaks, and the queue goes on: by itself
after the death of a launcher or a TUI, with the next command after that of a runner.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import torch

from mobius_core.metrics.table import MetricsTable
from mobius_core.runs import control
from mobius_core.runs.capacity import capacity_of
from mobius_core.runs.detach import Presence
from mobius_core.runs.facts import read_proc
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.process import Process, descendants
from mobius_core.runs.run import Run, State
from mobius_core.runs.slots import Need, take
from mobius_core.runs.state import STALE
from mobius_core.runs.submit import submit
from mobius_core.runs.warm import MODULE
from tests.faults.programs import Terminal, launched
from tests.faults.trainings import training
from tests.runs.curves import curve
from tests.runs.guests import PATIENCE, now, proc_of, until
from tests.runs.test_warm import command_line

JOBS = 5
ROWS = 4
STEPS = 1500
JOB = """
for step in $(seq ROWS); do
    echo "{\\"step\\": $step, \\"loss\\": $MOBIUS_ATTEMPT}"
    sleep 0.04
done
"""
DOCUMENT = """
schema = 1
[experiments.light]
task = { kind = "command" }
command = { argv = ["sh", "JOB"], log = "jsonl", resume = "rerun", grace = 5 }
seeds = JOBS
"""
PATIENT = STALE + 2 * PATIENCE
"""Seconds: a runner killed between its claim and its first word leaves a run `starting` so long."""


def write_light(folder: Path) -> None:
    job = folder / "job.sh"
    job.write_text(JOB.replace("ROWS", str(ROWS)))
    document = DOCUMENT.replace("JOBS", str(JOBS)).replace("JOB", str(job))
    (folder / "experiments.toml").write_text(document)


def rows_of(run: Run) -> bytes:
    """The whole rows that are on file."""
    path = RunFolder(run.folder).metrics
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rindex(b"\n") + 1] if b"\n" in content else b""


def look(lab: Lab) -> tuple[Run, ...]:
    """Every run, after a check that what is said of each is true."""
    runs = lab.scan()
    for run in runs:
        proc = read_proc(RunFolder(run.folder).attempt(run.attempt)) if run.attempt else None
        child = proc.child if proc else None
        if child is None or run.state is State.QUEUED:
            continue
        if run.state is State.RUNNING and not child.is_alive():
            # It may have ended between the two looks; a third must know.
            again = now(lab, run)
            assert (again.state, again.attempt) != (State.RUNNING, run.attempt)
        assert run.state is not State.UNKNOWN
        assert not (run.state.is_over and child.is_alive()), run
    return runs


def until_all(lab: Lab, reached: Callable[[Run], bool], what: str) -> tuple[Run, ...]:
    """The runs once each is there, all looks in between checked."""

    def there() -> tuple[Run, ...] | None:
        runs = look(lab)
        return runs if runs and all(reached(run) for run in runs) else None

    return until(there, what, PATIENT)


@contextmanager
def nothing_lost(lab: Lab) -> Iterator[None]:
    """Rows on file now are there at the end; slots are free then, and nobody is left."""
    before = {run.id: rows_of(run) for run in lab.scan()}
    yield
    for run in lab.scan():
        assert rows_of(run).startswith(before.get(run.id, b""))
    until(lambda: not Presence.is_anybody_there(lab), "the runners to leave")
    capacity = capacity_of(lab.home)
    lease = take(lab.slots_dir, capacity, Need(capacity.cpus, 0), lab.host.boot_id)
    assert lease is not None
    lease.release()
    assert lab.queue.entries() == []


def go_on(lab: Lab) -> None:
    """As a person would after a crash: `resume --lost`, then `resume` of what failed."""
    control.resume_lost(lab)
    for _ in range(2):
        until_all(lab, lambda run: run.state.is_over, "their end")
        broken = [run for run in lab.scan() if run.state is not State.DONE]
        if broken:
            control.resume(lab, broken)
    assert {run.state for run in lab.scan()} == {State.DONE}


def seeds(default: int, slow: int, soak: int) -> list[object]:
    """Numbers of trials: so many in `make test`, up to so many in `make check`, in `make soak`."""
    return [
        *range(default),
        *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(default, slow)),
        *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(slow, soak)),
    ]


@pytest.mark.parametrize("seed", seeds(4, 20, 190))
def test_jobs(lab: Lab, tmp_path: Path, seed: int) -> None:
    """Five jobs of four rows each on two slots, queued by a command or by the TUI."""
    chance = random.Random(seed)
    victim = ("launcher", "runner", "child", "tui", "runner", "child")[seed % 6]
    write_light(tmp_path)
    with ExitStack() as stack:
        if victim == "tui":
            terminal = Terminal(tmp_path, lab)
            stack.callback(terminal.end)
            terminal.until_drawn("light")
            terminal.press("R")
            terminal.until_drawn("y yes")
            terminal.press("y")
        else:
            launcher = stack.enter_context(launched(tmp_path, lab, "run", "light", "--follow"))
        until(lambda: len(lab.scan()) == JOBS, "the runs")
        enough = chance.randrange(JOBS * ROWS)
        until(lambda: sum(rows_of(run).count(b"\n") for run in look(lab)) >= enough, "rows")
        chosen = chance.choice([run for run in lab.scan() if run.attempt] or lab.scan())
        with nothing_lost(lab):
            if victim == "tui":
                stack.pop_all()
                assert terminal.end() == -signal.SIGKILL
            elif victim == "launcher":
                launcher.kill()
                launcher.wait()
            else:
                proc = proc_of(chosen)
                target = proc.runner if victim == "runner" else proc.child
                assert target is not None
                target.send(signal.SIGKILL)
                until(lambda: not target.is_alive(), "its end")
            if victim in ("runner", "child"):
                go_on(lab)
            else:
                runs = until_all(lab, lambda run: run.state.is_over, "their end")
                assert {(run.state, run.attempt) for run in runs} == {(State.DONE, 1)}
    for run in lab.scan():
        steps, attempts = curve(table_of(run), "loss")
        assert (steps, attempts) == (list(range(1, ROWS + 1)), [run.attempt] * ROWS)


def table_of(run: Run) -> MetricsTable:
    table = MetricsTable(RunFolder(run.folder).metrics)
    table.refresh()
    return table


def last_step(run: Run) -> int:
    return table_of(run).last_step or 0


def checkpoint_of(run: Run) -> dict[str, object]:
    """Everything a resumed run would go on from, but the seconds that it took and the number of
    its evaluations: killed after its last save, it evaluates its last step again."""
    path = RunFolder(run.folder).checkpoints / "last.pt"
    document: dict[str, dict[str, object]] = torch.load(path, weights_only=True)
    del document["seconds"]
    del document["work"]["measured"]
    return dict(document)


def is_same(one: object, other: object) -> bool:
    """Bit for bit."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    return one == other


def target_of(run: Run, kind: str) -> Process | None:
    """The runner, warm process or child of a run now; None where there is none any more."""
    proc = proc_of(run)
    if kind == "warm":
        below = [one for one in descendants(proc.runner.pid) if one != proc.child]
        return next((one for one in below if MODULE in command_line(one)), None)
    return proc.runner if kind == "runner" else proc.child


def kill_and_resume(lab: Lab, run: Run, kind: str, enough: int) -> None:
    """After `enough` steps; nothing to resume where the run ended before, or needs nobody."""
    until(lambda: now(lab, run).state.is_over or last_step(run) >= enough, "rows", PATIENT)
    target = target_of(run, kind)
    if target is None or now(lab, run).state.is_over:
        return
    target.send(signal.SIGKILL)
    until(lambda: not target.is_alive(), "its end")
    if kind != "warm":
        until_all(lab, lambda one: one.id != run.id or one.state.is_over, "its end")
        broken = now(lab, run)
        assert broken.state in (State.LOST, State.FAILED, State.DONE)
        if broken.state is not State.DONE:
            control.resume(lab, [broken])


@pytest.mark.parametrize("seed", seeds(0, 2, 10))
def test_trainings(lab: Lab, tmp_path: Path, seed: int) -> None:
    """Killed twice, resumed, and bit for bit what the same trial is that nobody touched."""
    chance = random.Random(1000 + seed)
    trial = training(tmp_path, f"train.steps={STEPS}", "eval.every=100")
    (run,) = submit(lab, [trial]).queued
    (unbroken,) = submit(lab, [trial], again=True).queued
    with nothing_lost(lab):
        for kind in chance.sample(["runner", "warm", "child"], 2):
            kill_and_resume(lab, run, kind, chance.randrange(STEPS))
        ended = until_all(lab, lambda one: one.state.is_over, "their end")
    assert {one.state for one in ended} == {State.DONE}
    assert is_same(checkpoint_of(run), checkpoint_of(unbroken))
    mine, theirs = table_of(run), table_of(unbroken)
    assert mine.names == theirs.names
    for name in mine.names:
        assert curve(mine, name) == curve(theirs, name)
