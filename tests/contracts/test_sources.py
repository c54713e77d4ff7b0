"""What the sources must not contain; the rest of the style is ruff's and the reviewer's."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 500

pytestmark = pytest.mark.checkout


def sources(*patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in ROOT.glob(pattern)]


def test_only_the_binding_file_knows_python() -> None:
    knowing = {p.name for p in sources("sieve_c/*.[ch]") if "Python.h" in p.read_text()}
    assert knowing == {"_binding.h"}


def test_package_inits_are_empty() -> None:
    inits = sources("core/mobius_core/*/__init__.py", "mobius_tui/**/__init__.py")
    assert inits
    assert [str(path) for path in inits if path.read_text().strip()] == []


def test_no_file_is_longer_than_a_person_reads() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources("core/**/*.py", "mobius_tui/**/*.py", "sieve_c/*.[ch]", "tests/**/*.py")
        if (count := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}
