"""Guests that read their data as Int2Int text: built, exported, then started."""

from __future__ import annotations

from pathlib import Path

from flint import fmpz

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from mobius_core.runs.submit import submit
from tests.runs.guests import until_over

EXPERIMENTS = """
schema = 1
[data.few]
n = [2, 100_000]
rows = 200
test = 20
[experiments.reader]
task = { kind = "command", data = "few" }
command = { argv = ["sh", "-c", "cat {train}; echo =; cat {test}"], log = "none" }
[experiments.again]
task = { kind = "command", data = "few" }
command = { argv = ["wc", "-l", "{train}"], log = "none" }
"""


def number_of(residues: list[str]) -> int:
    """n below 100,000 from "V200 + r2 + 2 + r3 + 3 …", by trying all."""
    digits = [int(word) for word in residues[1:] if word.isdecimal()]
    pairs = list(zip(digits[::2], digits[1::2], strict=True))
    assert len(pairs) == 100
    return next(n for n in range(2, 100_001) if all(n % p == r for r, p in pairs))


def test_text_is_built_exported_and_read(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "experiments.toml"
    path.write_text(EXPERIMENTS)
    project = load(path)
    submission = submit(lab, expand(project, "reader"))
    build, export = submission.builds
    (run,) = submission.queued
    assert lab.spec(export.id).after == (build.id,)  # type: ignore[union-attr]
    assert lab.spec(run.id).after == (export.id,)  # type: ignore[union-attr]
    done = until_over(lab, run)
    assert (done.state, done.message) == (State.DONE, "")
    train, test = (run.folder / "log.txt").read_text().split("=\n")
    assert (train.count("\n"), test.count("\n")) == (180, 20)
    for line in [*train.splitlines()[:3], *test.splitlines()[:2]]:
        residues, _, mu = line.partition("\t")
        factors = fmpz(number_of(residues.split(" "))).factor()
        squarefree = all(power == 1 for _, power in factors)
        assert int(mu) == (-1) ** len(factors) * squarefree
    later = submit(lab, expand(project, "again"))
    assert later.builds == ()
    assert until_over(lab, later.queued[0]).state is State.DONE
