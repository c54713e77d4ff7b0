"""`mobius bench tui`: every part measures what it says, on small labs and logs."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
import typer

from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from mobius_tui.bench import drawing, lab, parts, program, reading
from mobius_tui.bench.figure import Figure
from mobius_tui.bench.terminal import Program
from mobius_tui.cli import bench


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "RUNS", 20)
    monkeypatch.setattr(program, "STEPS", 500)
    monkeypatch.setattr(program, "STARTS", 1)
    monkeypatch.setattr(program, "ROUNDS", 1)
    monkeypatch.setattr(program, "POINTS", 2)
    monkeypatch.setattr(program, "SECONDS", 0.5)
    monkeypatch.setattr(program, "VISITS", {"runs": ("2", "j"), "data": ("6",)})
    monkeypatch.setattr(drawing, "TARGETS", {300: 4.0})
    monkeypatch.setattr(drawing, "NEW", 5)
    monkeypatch.setattr(reading, "BYTES", 2_000_000)


def test_a_target_is_met_from_its_own_side() -> None:
    assert Figure("cost", 3.0, "ms", 3.0).is_met
    assert not Figure("cost", 3.1, "ms", 3.0).is_met
    assert Figure("speed", 3.1, "MB/s", 3.0, least=True).is_met
    assert not Figure("speed", 2.9, "MB/s", 3.0, least=True).is_met


def test_every_row_is_measured_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer()
    bench.register(app)
    words = ["bench", "tui", "--only", "charts", "--json"]
    typer.main.get_command(app).main(words, prog_name="mobius", standalone_mode=False)
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert [one["unit"] for one in figures] == ["ms", "ms"]
    assert all(
        0 < one["value"] < 1000 and one["met"] == (one["value"] <= one["most"]) for one in figures
    )


@pytest.mark.slow
def test_the_program_on_a_terminal() -> None:
    """Starting, keys, opening, idling and bytes: every figure is positive and of its kind."""
    found = {figure.name: figure for figure in parts.run("program")}
    assert len(found) == 6 + len(program.VISITS) + 3
    assert all(figure.value > 0 for figure in found.values())
    whole = found["bytes of a full redraw 112x27, Run screen"].value
    point = found["bytes of a live point"].value
    assert 1000 < whole < 60_000
    assert point < whole


def test_the_log_is_found_at_its_end() -> None:
    figures = list(parts.run("logs"))
    assert [figure.unit for figure in figures] == ["ms", "MB/s", "MB/s"]
    assert all(figure.value > 0 for figure in figures)


def test_labs_are_read_as_what_they_were_written(tmp_path: Path) -> None:
    lab.finished_lab(tmp_path, 20)
    runs = Lab(tmp_path / "mobius_lab").scan()
    assert [run.state for run in runs] == [State.DONE] * 20
    with lab.live_lab(tmp_path / "live", runs=2, a_second=50) as folders:
        live = Lab(tmp_path / "live" / "mobius_lab").scan()
        assert [run.state for run in live] == [State.RUNNING] * 2
        while not all(run.metrics.exists() and run.metrics.stat().st_size for run in folders):
            os.sched_yield()


def test_a_program_is_measured_from_outside(tmp_path: Path) -> None:
    """Its CPU time follows what it does, whichever thread does it."""
    code = (
        "import threading, time\n"
        "def burn():\n"
        "    end = time.thread_time() + 0.2\n"
        "    while time.thread_time() < end: pass\n"
        "thread = threading.Thread(target=burn); thread.start(); thread.join()\n"
        "print('burnt', flush=True)\n"
        "input()\n"
    )
    with Program(["-c", code], tmp_path, (80, 24)) as one:
        begun = time.monotonic()
        spent = one.until("burnt")
        assert 200 <= spent < 1000 * (time.monotonic() - begun) + 50
        assert one.megabytes > 1
        assert one.handles >= 3
        assert one.paint("x") is not None, "the terminal echoes a key"
