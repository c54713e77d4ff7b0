"""System and Data: GPUs with the runs on them, what processes take, the balance of mu."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

from mobius_core.data.catalog import Entry
from mobius_core.data.manifest import Manifest
from mobius_core.data.spec import DataSpec
from mobius_core.runs.process import identify
from mobius_core.runs.run import State
from mobius_tui.gpu_view import NO_LIBRARY, GpuView
from mobius_tui.machine import Usage
from mobius_tui.model import LiveView
from mobius_tui.process_use import use_of
from mobius_tui.screens.data import balance, build_lines
from mobius_tui.screens.system import gpu_lines
from mobius_tui.widgets.styled import plain
from tests.analysis.runs import run

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=sys.stdin)
print("up", flush=True)
child.wait()
"""


def test_a_gpu_names_the_runs_on_it() -> None:
    live = [
        dataclasses.replace(run("p/a,s0", state=State.RUNNING), where="gpu 1"),
        dataclasses.replace(run("p/b,s0", state=State.RUNNING), where="gpu 10, gpu 11"),
    ]
    used = Usage(20 * 2**30, 80 * 2**30)
    gpus = [
        GpuView(0, trouble=NO_LIBRARY),
        GpuView(1, "H200", busy=0.5, memory=used, celsius=61),
        GpuView(11, "H200", busy=1.0),
    ]
    rows = [" ".join(plain(line).split()) for line in gpu_lines(gpus, live)]
    assert rows[1] == f"gpu 0 {NO_LIBRARY} no run of this lab"
    assert rows[2].endswith("50 % H200, 61 C p/a,s0")
    assert rows[3].endswith("25 % 20.0 GiB of 80.0 GiB")
    assert rows[4].endswith("100 % H200 p/b,s0")
    assert gpu_lines([], live) == []


def test_what_a_process_and_those_below_it_take() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "up\n"
    process = identify(program.pid)
    assert process is not None
    use = use_of(process)
    assert use is not None
    assert (use.processes, use.threads) == (2, 2)
    assert 2**20 < use.memory < 2**30
    program.communicate("\n")
    assert use_of(process) is None


def test_the_balance_of_mu_stands_beside_theory() -> None:
    # Of the numbers to 100, 30 have mu +1, 31 have mu -1 and 39 have mu 0.
    manifest = Manifest(
        name="hundred",
        hash="0" * 16,
        spec=DataSpec(n=(1, 100), rows=100, test=10),
        sieve=1,
        rows=100,
        test=10,
        squarefree=61,
        total=-1,
        checksums={},
    )
    rows = [" ".join(plain(line).split()) for line in balance(manifest)]
    assert "30.000 % 3/pi^2 = 30.396 %, -0.1 se" in rows[0]
    assert "31.000 % 3/pi^2 = 30.396 %, +0.1 se" in rows[1]
    assert "39.000 % 1 - 6/pi^2 = 39.207 %" in rows[2]
    assert "61.000 % 6/pi^2 = 60.793 %" in rows[3]


def test_a_build_is_a_bar_of_what_the_file_asks_for() -> None:
    spec = DataSpec(n=(1, 10**6), rows=1000, test=10)
    entry = Entry(name="d", hash="0" * 16, spec=spec, folder=Path("/x"), built=False, rows_done=0)
    build = LiveView(run("data/d,s0"), 250, None, {"rate": 1e6, "left": 75.0})
    rows = [" ".join(plain(line).split()) for line in build_lines(build, entry)]
    assert rows[0].endswith("25 % 250 of 1,000 rows")
    assert rows[1:] == ["rate 1,000,000 rows/s", "left 1 min"]
