"""Identity of processes, and signals that cannot reach the wrong one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from mobius_core.runs.process import (
    Process,
    descendants,
    identify,
    marked,
    read_stat,
    this_host,
)
from tests.runs.guests import until


def test_a_reused_pid_is_another_process() -> None:
    me = identify(os.getpid())
    assert me is not None
    assert me.is_alive()
    earlier = replace(me, start=me.start - 1)
    assert not earlier.is_alive()
    assert not earlier.send(signal.SIGKILL)


def test_a_zombie_has_ended() -> None:
    child = subprocess.Popen(["true"])
    process = identify(child.pid)
    assert process is not None
    until(lambda: not process.is_alive(), "the end of `true`")
    stat = read_stat(child.pid)
    assert stat is not None
    assert stat.state == "Z"
    child.wait()
    assert identify(child.pid) is None
    assert not process.send(signal.SIGTERM)


def test_a_name_with_brackets_and_spaces_does_not_shift_the_fields() -> None:
    code = "open('/proc/self/comm', 'w').write('a) R 1 (b'); print(); import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-S", "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        stat = read_stat(child.pid)
        child.kill()
    assert stat is not None
    assert stat.parent == os.getpid()


def test_descendants_are_found_across_sessions() -> None:
    script = "setsid sleep 60 & sleep 61 & echo; wait"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        until(lambda: len(descendants(child.pid)) == 2, "two sleepers")
        below = descendants(child.pid)
        assert all(process.send(signal.SIGKILL) for process in below)
        child.wait()
    assert not any(process.is_alive() for process in below)


def test_marked_processes_are_found_by_their_environment() -> None:
    environment = {**os.environ, "MOBIUS_RUN": "/here/it is"}
    with subprocess.Popen(["sleep", "60"], env=environment) as child:
        until(lambda: [p.pid for p in marked("MOBIUS_RUN", "/here/it is")] == [child.pid])
        assert marked("MOBIUS_RUN", "/here/it") == []
        child.kill()


def test_this_host_is_the_same_for_its_processes() -> None:
    code = "from mobius_core.runs.process import this_host; print(this_host())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(this_host())


def test_a_process_of_pid_one_is_alive() -> None:
    init = identify(1)
    assert init is not None
    assert Process(1, init.start).is_alive()


MARKS = """
import os, sys, time
from mobius_core.runs.prctl import Mark
mark = Mark("MOBIUS_RUN")
os.environ.clear()
if os.fork() == 0:
    os.setsid()
    assert mark.write(sys.argv[1]) is True
    assert mark.write("x" * 5000) is False
    if os.fork() == 0:
        os.setsid()
    time.sleep(600)
time.sleep(600)
"""


def test_a_fork_is_found_by_its_own_mark_and_so_are_its_forks(tmp_path: Path) -> None:
    """As the warm process marks its children, which carry its environment."""
    run = str(tmp_path / "runs" / "ü")
    argv = [sys.executable, "-c", MARKS, run]
    with subprocess.Popen(argv, env={**os.environ, "MOBIUS_RUN": "-" * 4096}) as parent:
        try:
            deadline = time.monotonic() + 20
            while len(found := marked("MOBIUS_RUN", run)) < 2 and time.monotonic() < deadline:
                assert parent.poll() is None
            assert len(found) == 2
            assert parent.pid not in {process.pid for process in found}
            assert set(found) == set(descendants(parent.pid))
        finally:
            for process in marked("MOBIUS_RUN", run):
                process.send(signal.SIGKILL)
            parent.kill()
