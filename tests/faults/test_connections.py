"""Connections that are cut during a run, on a real sshd: the run ends as if nothing happened."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.process import marked
from mobius_core.runs.run import State
from tests.faults.loopback import Server, loopback
from tests.runs.guests import child_of, events_of, now, until, until_log, until_over, until_state

SCRIPT = "echo before; while [ ! -e {gate} ]; do sleep 0.02; done; echo after"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with loopback(tmp_path_factory.mktemp("sshd") / "sshd") as server:
        yield server


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "pipes"])
@pytest.mark.parametrize("victim", ["session", "client"])
def test_cut_during_a_run(
    lab: Lab, tmp_path: Path, server: Server, victim: str, terminal: bool
) -> None:
    """`ssh HOST mobius run slow --follow`, whose server's or whose client's end is killed."""
    gate = tmp_path / "gate"
    (tmp_path / "experiments.toml").write_text(
        "schema = 1\n[experiments.slow]\ntask = { kind = 'command' }\n"
        f"command = {{ argv = ['sh', '-c', '{SCRIPT.format(gate=gate)}'] }}\n"
    )
    words = ["env", f"MOBIUS_HOME={lab.home}", sys.executable, "-m", "mobius_tui"]
    command = f"cd {shlex.quote(str(tmp_path))} && exec {shlex.join(words)} run slow --follow"
    client = server.connect(command, terminal=terminal)
    try:
        run = until(lambda: next(iter(lab.scan()), None), "the run")
        until_log(run, "before")
        until_state(lab, run, State.RUNNING)
        sessions = server.sessions()
        assert sessions != []
        if victim == "session":
            for one in sessions:
                one.send(signal.SIGKILL)
        else:
            client.kill()
        assert client.wait() != 0
        until(lambda: not any(one.is_alive() for one in sessions), "the end of the connection")
        assert child_of(run).is_alive()
        assert now(lab, run).state is State.RUNNING
    finally:
        client.kill()
        client.wait()
        gate.touch()
    over = until_over(lab, run)
    assert (over.state, over.rc, over.attempt) == (State.DONE, 0, 1)
    assert RunFolder(run.folder).log.read_text() == "before\nafter\n"
    until(lambda: events_of(run) == ["queued", "started", "done"], "the last event")
    # Runner and follower leave too: nothing waits for a reader that is gone.
    until(lambda: not marked("MOBIUS_HOME", str(lab.home)), "everybody to leave")
