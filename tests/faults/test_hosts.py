"""Two hosts on one home, reboots, pids that came back: nobody takes another's run for its own."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from mobius_core.errors import Refused
from mobius_core.runs import control
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.process import Process, identify, this_host
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import Run, State
from tests.faults.hosts import document, other_host
from tests.faults.programs import launched
from tests.runs.guests import (
    child_of,
    now,
    proc_of,
    shell,
    start,
    until,
    until_log,
    until_over,
    until_state,
)


def launch(folder: Path, lab: Lab, name: str) -> Run:
    """`mobius run NAME` on this host; gives its run."""
    with launched(folder, lab, "run", name) as launcher:
        assert launcher.wait() == 0
    (run,) = (run for run in lab.scan() if run.trial.experiment == name)
    return run


def until_silent(lab: Lab, run: Run) -> None:
    """As if its host had not been heard of for longer than a minute, between two heartbeats."""
    attempt = RunFolder(run.folder).attempt(1)

    def is_unknown() -> bool:
        for path in (attempt.heartbeat, attempt.path):
            os.utime(path, (1, 1))
        return now(lab, run).state is State.UNKNOWN

    until(is_unknown, "silence")


def test_two_hosts_on_one_home(lab: Lab, tmp_path: Path) -> None:
    """Each runs what was submitted on it, sees the other's, may stop but never resume them."""
    gate = tmp_path / "gate"
    waits = f"echo up; while [ ! -e {gate} ]; do sleep 0.02; done"
    (tmp_path / "experiments.toml").write_text(
        document(ours=waits, theirs=f"hostname; {waits}", late="true")
    )
    ours = launch(tmp_path, lab, "ours")
    until_log(ours, "up")
    with other_host(tmp_path, lab) as beta:
        assert beta.mobius("status", "--json").states == {"ours/s0": "running"}
        assert beta.lines("run", "ours") == (0, "queued 0 trials; 1 running")
        assert beta.mobius("run", "theirs").code == 0
        (theirs,) = (run for run in lab.scan() if run.trial.experiment == "theirs")
        until_log(theirs, "up")
        assert theirs.host == "beta"
        assert RunFolder(theirs.folder).log.read_text() == "beta\nup\n"
        assert until_state(lab, theirs, State.RUNNING).where == "cpu 0"
        # Its pids mean nothing here, whoever has them; that it lives is known by its heartbeat.
        assert proc_of(theirs).host.name == "beta"
        belongs = f"mobius: {ours.id} belongs to {this_host().name}; resume it there"
        assert beta.lines("resume", ours.id) == (4, belongs)
        assert beta.mobius("stop", ours.id).code == 0
        assert until_over(lab, ours).state is State.STOPPED
        assert beta.lines("resume", ours.id) == (4, belongs)
        until_silent(lab, theirs)
        assert beta.mobius("status", "--json").states["theirs/s0"] == "running"
        gate.touch()
        assert until_over(lab, theirs).state is State.DONE


def test_a_host_that_falls_silent(lab: Lab, tmp_path: Path) -> None:
    """Power cut: `unknown` to others, who are told where to look; lost once it is up again."""
    (tmp_path / "experiments.toml").write_text(document(theirs="echo up; sleep 1000"))
    with other_host(tmp_path, lab, boot_id="first-boot") as beta:
        assert beta.mobius("run", "theirs").code == 0
        (theirs,) = lab.scan()
        until_state(lab, theirs, State.RUNNING)
        until(RunFolder(theirs.folder).attempt(1).heartbeat.exists, "the first heartbeat")
    until_silent(lab, theirs)
    with launched(tmp_path, lab, "wait", theirs.id) as waiting:
        assert waiting.wait() == 5
    with launched(tmp_path, lab, "resume", theirs.id) as resuming:
        assert resuming.wait() == 4
    with other_host(tmp_path, lab, boot_id="second-boot") as beta:
        assert beta.mobius("status", "--json").states == {"theirs/s0": "lost"}
        assert beta.mobius("resume", "--lost").code == 0
        until(lambda: now(lab, theirs).attempt == 2, "the next attempt")
        until_state(lab, theirs, State.RUNNING)
        assert beta.mobius("kill", theirs.id).code == 0
        assert until_over(lab, theirs).state is State.KILLED


def test_a_reboot(lab: Lab, tmp_path: Path) -> None:
    """As unlucky as can be: the recorded pid and start time are somebody's again."""
    change_slots(lab.home, {"cpus": "1"})
    (tmp_path / "experiments.toml").write_text(
        document(first="echo $MOBIUS_ATTEMPT; [ $MOBIUS_ATTEMPT = 2 ] || sleep 1000", second="true")
    )
    here = this_host().name
    with other_host(tmp_path, lab, name=here, boot_id="first-boot") as before:
        assert before.mobius("run", "first").code == 0
        assert before.mobius("run", "second").code == 0
        first, second = lab.scan()
        until_log(first, "1")
        proc = proc_of(first)
    with other_host(tmp_path, lab, name=here, boot_id="second-boot") as after:
        init = identify(after.init)
        assert init is not None
        somebody = Process(1, init.start)
        same_pids = replace(proc, runner=somebody, child=somebody)
        write_json(RunFolder(first.folder).attempt(1).proc, same_pids.to_json())
        (lab.slots_dir / "cpu-0").write_text(f"first-boot 1 {init.start}\n")
        assert after.mobius("status", "--json").states == {
            "first/s0": "lost",
            "second/s0": "queued",
        }
        assert after.mobius("resume", "--lost").code == 0
        assert after.mobius("wait", first.id, second.id).code == 0
    assert [run.state for run in lab.scan()] == [State.DONE, State.DONE]
    assert RunFolder(first.folder).log.read_text() == "1\n2\n"


def test_a_pid_that_came_back(lab: Lab) -> None:
    """Somebody else's process has the pids of a dead run: lost, and never signalled."""
    run = start(lab, shell("echo up; [ $MOBIUS_ATTEMPT = 2 ] || sleep 1000", resume="rerun"))
    until_log(run, "up")
    proc, child = proc_of(run), child_of(run)
    proc.runner.send(signal.SIGKILL)
    until(lambda: not child.is_alive(), "the end of the child")
    with subprocess.Popen(["sleep", "1000"]) as bystander:
        reused = Process(bystander.pid, child.start)
        forged = replace(proc, runner=reused, child=reused)
        write_json(RunFolder(run.folder).attempt(1).proc, forged.to_json())
        lost = until_state(lab, run, State.LOST)
        with pytest.raises(Refused, match=f"nothing to kill: {run.id} is lost"):
            control.kill(lab, [lost])
        assert [one.id for one in control.resume_lost(lab)] == [run.id]
        assert until_over(lab, run).state is State.DONE
        assert bystander.poll() is None
        bystander.kill()
