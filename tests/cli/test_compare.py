"""`mobius compare`: what it says of cells and of runs, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.labs import LabOnDisk, finished_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> LabOnDisk:
    return finished_lab(tmp_path_factory.mktemp("lab"))


def mobius(lab: LabOnDisk, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mobius_tui", "compare", *words, "--file", str(lab.file)]
    return subprocess.run(argv, capture_output=True, text=True, cwd=Path("/"))


def test_cells_of_an_experiment_in_the_order_of_the_file(lab: LabOnDisk) -> None:
    done = mobius(lab, "primes", "--json")
    found = json.loads(done.stdout)
    assert [side["name"] for side in found["sides"]] == ["dense", "prime", "prime-shuf", "anti"]
    assert [(side["done"], side["grokked"]) for side in found["sides"][:2]] == [(2, 2), (2, 1)]
    modes = next(one for one in found["settings"] if one["key"] == "model.mask.mode")
    assert modes["values"][:3] == [["none"], ["prime_only"], ["shuffled"]]
    assert "train.lr" not in {one["key"] for one in found["settings"]}
    generalised = next(one for one in found["outcomes"] if one["measure"] == "generalised")
    assert generalised["sides"][0]["median"] == 310
    # One of the two runs of this arm never generalised: half of them had at 340, so the median
    # lies between that and for ever.
    assert generalised["sides"][1]["median"] is None
    assert generalised["minus_baseline"][0] is None


def test_runs_of_one_cell_and_equal_keys(lab: LabOnDisk) -> None:
    done = mobius(lab, "primes/dense,s0", "primes/dense,s1", "--all", "--baseline", "b")
    first, second = (line.split() for line in done.stdout.splitlines()[1:3])
    assert first == ["kind", "modular", "modular"]
    assert second == ["seed", "0", "1"]
    assert "B dense,s1*" in done.stdout
    assert "minus B" in done.stdout


def test_what_it_refuses(lab: LabOnDisk) -> None:
    one = mobius(lab, "primes/dense,s0")
    assert (one.returncode, "name at least two" in one.stderr) == (2, True)
    letter = mobius(lab, "primes", "--baseline", "Q")
    assert (letter.returncode, "the sides are A, B, C, D" in letter.stderr) == (2, True)
    assert mobius(lab, "nothing").returncode == 3
