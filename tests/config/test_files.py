"""The three files of three users, as they would write them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mobius_core.config.expand import expand
from mobius_core.config.project import load

FILES = Path(__file__).parent / "files"


@pytest.mark.parametrize(
    ("file", "trials"),
    [
        ("paper", {"paper-mu": 1, "paper-mu2": 1, "fast-mu2": 5, "encodings": 20}),
        ("masks", {"primes": 144}),
        ("guests", {"guest-int2int": 1, "guest-nanda": 12, "guest-print": 1}),
    ],
)
def test_number_of_trials(file: str, trials: dict[str, int]) -> None:
    project = load(FILES / f"{file}.toml")
    expanded = [trial for name in project.experiments for trial in expand(project, name)]
    assert Counter(trial.experiment for trial in expanded) == trials
    assert len({trial.name for trial in expanded}) == len(expanded)
    assert len({trial.key for trial in expanded}) == len(expanded)
