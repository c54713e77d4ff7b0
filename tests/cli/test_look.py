"""`mobius demo --look`: a lab that was run, to look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from mobius_tui.bench.terminal import Program
from mobius_tui.example import LOOK, unpack_look


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_the_lab_is_of_real_runs_that_ended() -> None:
    folder = unpack_look()
    assert unpack_look() == folder
    runs = Lab(folder / "mobius_lab").scan()
    states = [run.state for run in runs if run.trial.kind != "command"]
    assert states == [State.DONE] * len(states)
    assert {run.trial.kind for run in runs} == {"modular", "arithmetic", "command", "build"}
    onsets = [run.result["onset"] for run in runs if run.trial.experiment == "masks" and run.result]
    assert len(onsets) == 16
    assert sum(isinstance(one, dict) and one["class"] == "grokked" for one in onsets) >= 14


def test_it_reads_with_the_file_beside_it() -> None:
    """The trials of the file are those that were run."""
    folder = unpack_look()
    project = load(folder / "experiments.toml")
    names = {trial.name for name in project.experiments for trial in expand(project, name)}
    run = {one.trial.name for one in Lab(folder / "mobius_lab").scan() if one.trial.kind != "build"}
    assert run == names


def test_the_packed_lab_is_small_and_names_no_machine() -> None:
    assert LOOK.stat().st_size < 300_000
    for path in (unpack_look() / "mobius_lab").rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert "/root/" not in text
            assert "/home/" not in text


def test_it_opens_within_a_second(tmp_path: Path) -> None:
    """Of CPU time, unpacking included; the second time there is nothing to unpack."""
    with Program(["-m", "mobius_tui", "demo", "--look"], tmp_path, (120, 36)) as program:
        first = program.until("16/16")
    with Program(["-m", "mobius_tui", "demo", "--look"], tmp_path, (120, 36)) as program:
        again = program.until("16/16")
    assert min(first, again) < 1500
