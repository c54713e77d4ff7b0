"""The commands on runs, as a shell script uses them: stdout, stderr, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from tests.runs.guests import until, until_log, until_over, until_state

FILE = """
schema = 1

[experiments.hello]
task = { kind = "command" }
seeds = 2
command = { argv = ["echo", "hello {seed} x={x}"] }
params = { x = 1 }

[experiments.bad]
task = { kind = "command" }
command = { argv = ["sh", "-c", "printf 'red \\\\033[31m\\\\r\\\\n'; exit 3"], resume = "rerun" }

[experiments.slow]
task = { kind = "command" }
command = { argv = ["sh", "-c", "echo up; exec sleep 60"], grace = 1 }

[experiments.greedy]
task = { kind = "command" }
resources = { threads = 1000 }
command = { argv = ["true"] }
"""
Mobius = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(lab: Lab, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "experiments.toml").write_text(FILE)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MOBIUS")},
        "MOBIUS_FILE": str(tmp_path / "experiments.toml"),
        "MOBIUS_HOME": str(lab.home),
    }


@pytest.fixture
def mobius(environment: dict[str, str], tmp_path: Path) -> Mobius:
    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mobius_tui", *words],
            env=environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    return call


def test_run_follow_status_logs(mobius: Mobius, lab: Lab) -> None:
    dry = mobius("run", "hello", "params.x=1,2", "--dry-run")
    assert dry.stdout.split() == ["hello/x=1,s0", "hello/x=1,s1", "hello/x=2,s0", "hello/x=2,s1"]
    assert dry.stderr == "would queue 4 trials\n"
    assert lab.scan() == ()

    done = mobius("run", "hello", "--follow")
    assert done.returncode == 0
    assert done.stderr.startswith("queued 2 trials\n")
    assert "hello/s1 done" in done.stderr
    assert [run.state for run in lab.scan()] == [State.DONE] * 2

    again = mobius("run", "hello", "--json")
    assert json.loads(again.stdout)["counts"]["already_done"] == 2
    assert len(lab.scan()) == 2

    followed = mobius("run", "hello", "--again", "--follow", "--json")
    assert [one["state"] for one in json.loads(followed.stdout)["runs"]] == ["done", "done"]

    table = mobius("status")
    assert table.returncode == 0
    assert table.stdout.count("hello/s") == 4
    assert "done" in table.stdout
    bare = mobius()
    assert bare.returncode == 0
    assert bare.stdout.split()[:3] == table.stdout.split()[:3]

    assert mobius("logs", "hello/s1").stdout == "hello 1 x=1\n"
    assert mobius("logs", "hello").returncode == 2
    assert mobius("wait", "hello").returncode == 0


def test_a_failure_is_told_by_exit_codes(mobius: Mobius, lab: Lab) -> None:
    done = mobius("run", "bad", "--follow")
    assert done.returncode == 1
    assert "mobius: bad/s0 is failed (exit code 3)" in done.stderr
    assert mobius("wait", "bad").returncode == 1
    status = mobius("status", "bad", "--json")
    assert status.returncode == 0
    (run,) = json.loads(status.stdout)["runs"]
    assert (run["state"], run["rc"], run["trial"]) == ("failed", 3, "bad/s0")
    assert mobius("logs", "@last").stdout == "red ^[[31m^M\n"
    assert mobius("logs", "nosuch").returncode == 3
    assert mobius("stop", "bad").returncode == 4
    assert mobius("run").returncode == 2
    refused = mobius("run", "greedy", "--json")
    assert refused.returncode == 4
    assert "resources.threads = 1000" in json.loads(refused.stderr)["error"]["message"]
    assert mobius("resume", "bad").returncode == 0
    until(lambda: lab.scan()[0].attempt == 2, "the second attempt")
    until_over(lab, lab.scan()[0])
    assert mobius("retry", "bad").returncode == 0
    assert len(lab.scan()) == 2


def test_stop_notes_and_remove(mobius: Mobius, lab: Lab) -> None:
    assert mobius("run", "slow").returncode == 0
    (run,) = lab.scan()
    until_state(lab, run, State.RUNNING)
    assert mobius("rm", "slow").returncode == 4
    timed_out = mobius("wait", "slow", "--timeout", "0.1")
    assert timed_out.returncode == 1
    stopped = mobius("stop", "slow", "--json")
    assert json.loads(stopped.stdout)["runs"][0]["id"] == run.id
    assert mobius("wait", "slow").returncode == 0
    assert until_over(lab, run).state is State.STOPPED
    assert mobius("tag", run.id, "look", "late").returncode == 0
    assert mobius("tag", run.id, "late", "--off").returncode == 0
    assert mobius("note", run.id, "why?").returncode == 0
    assert mobius("pin", run.id).returncode == 0
    (noted,) = lab.scan()
    assert (noted.tags, noted.note, noted.pinned) == (("look",), "why?", True)
    assert mobius("rm", run.id).returncode == 4
    assert mobius("pin", "--off", run.id).returncode == 0
    assert mobius("rm", run.id).stdout == f"{run.id}\tslow/s0\n"
    assert lab.scan() == ()


def test_slots(mobius: Mobius, lab: Lab) -> None:
    assert json.loads(mobius("slots", "cpus=1", "--json").stdout)["cpus"] == 1
    assert mobius("slots").stdout.startswith("cpus     1\n")
    assert mobius("slots", "cpus=few").returncode == 2


def test_ctrl_c_detaches(environment: dict[str, str], lab: Lab) -> None:
    argv = [sys.executable, "-m", "mobius_tui", "run", "slow", "--follow"]
    with subprocess.Popen(
        argv,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        # Shells ignore it for what they start in the background, as these tests may be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as launcher:
        assert launcher.stderr is not None
        until(lambda: "running" in (launcher.stderr.readline() if launcher.stderr else ""))
        launcher.send_signal(signal.SIGINT)
        assert "detached" in launcher.stderr.read()
    assert launcher.returncode == 130
    assert lab.scan()[0].state is State.RUNNING


def test_logs_follow_a_run_to_its_end(
    environment: dict[str, str], mobius: Mobius, lab: Lab
) -> None:
    mobius("run", "slow")
    (run,) = lab.scan()
    until_log(run, "up")
    argv = [sys.executable, "-m", "mobius_tui", "logs", "-f", run.id]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "up\n"
        mobius("kill", run.id)
        assert reader.stdout.read() == ""
    assert reader.returncode == 0
