"""The C tests: with assertions, ASan and UBSan, as released, and as other processors get them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

MISSING = "no gcc or make here: apt-get install gcc make"
HERE = Path(__file__).parents[2] / "sieve_c" / "test"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None or shutil.which("make") is None, reason=MISSING)
def test_c_programs() -> None:
    done = subprocess.run(["make", "-C", str(HERE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    programs = len(list(HERE.glob("test_*.c")))
    assert done.stdout.count("ok debug test_") == programs
    assert done.stdout.count("ok release test_") == programs
    assert done.stdout.count("ok baseline test_") == programs
