"""`mobius run` of masks that cannot be learned: said before training, refused under --strict."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mobius_core.runs.lab import Lab

FILE = """
schema = 1
[experiments.native]
task  = { kind = "modular" }
model = { name = "mlp", widths = [127, 251] }
train = { steps = 1000 }
seeds = 2
[experiments.native.arms]
dense   = {}
residue = { model.mask = { mode = "prime_residue", layers = [2] } }
anti    = { model.mask = { mode = "anti_prime", layers = [1] } }
prime   = { model.mask = { mode = "prime_only", layers = [2] } }
[experiments.dense]
task  = { kind = "modular" }
train = { steps = 1000 }
"""
REPORT = """
import sys
from mobius_tui.cli.app import run
code = run()
print("numpy" in sys.modules)
raise SystemExit(code)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "experiments.toml").write_text(FILE)
    return tmp_path


def mobius(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """As typed in the folder; the last line of stdout says whether numpy was imported."""
    names = ("MOBIUS_FILE", "MOBIUS_HOME")
    return subprocess.run(
        [sys.executable, "-c", REPORT, *words],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name not in names},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_cannot_be_learned_is_said_once_for_each_arm(folder: Path) -> None:
    said = mobius(folder, "run", "native", "--dry-run")
    assert said.returncode == 0
    rank, ceiling = (line for line in said.stderr.splitlines() if line.startswith("warning"))
    assert rank.startswith("warning: native/residue,s0: the mask on layer 2 has structural rank 3")
    assert ceiling.startswith("warning: native/anti,s0: inputs that reach no output cap")


def test_strict_refuses_before_anything_is_queued(folder: Path) -> None:
    said = mobius(folder, "run", "native", "--strict")
    assert said.returncode == 4
    assert "--strict: native/residue,s0, native/anti,s0 cannot learn" in said.stderr
    assert Lab(folder / "mobius_lab").scan() == ()
    lifted = mobius(folder, "run", "native", "--strict", "--dry-run", "model.mask.mode=none")
    assert (lifted.returncode, lifted.stderr) == (0, "would queue 2 trials\n")
    assert mobius(folder, "run", "dense", "--strict", "--dry-run").returncode == 0


def test_without_masks_numpy_is_not_imported(folder: Path) -> None:
    assert mobius(folder, "run", "dense", "--dry-run").stdout.splitlines()[-1] == "False"
    assert mobius(folder, "run", "native", "--dry-run").stdout.splitlines()[-1] == "True"
