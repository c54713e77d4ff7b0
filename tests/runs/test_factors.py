"""Targets that need factors: the data set is built, factored, and then trained on."""

from __future__ import annotations

from pathlib import Path

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from mobius_core.runs.submit import submit
from tests.runs.guests import until_over

EXPERIMENTS = """
schema = 1
[data.few]
n = [2, 1e6]
rows = 2000
test = 500
[experiments.liouville]
task = { kind = "arithmetic", target = "liouville", data = "few", inputs = [{ primes = 4 }] }
model = { widths = [8] }
train = { steps = 3, batch = 32 }
[experiments.omega]
base = "liouville"
task = { target = "omega" }
"""


def test_a_data_set_is_built_factored_and_trained_on(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "experiments.toml"
    path.write_text(EXPERIMENTS)
    project = load(path)
    first = submit(lab, expand(project, "liouville"))
    build, factors = first.builds
    (run,) = first.queued
    assert factors.trial.name == "data/few,factors"
    assert lab.spec(factors.id).after == (build.id,)  # type: ignore[union-attr]
    assert lab.spec(run.id).after == (factors.id,)  # type: ignore[union-attr]
    second = submit(lab, expand(project, "omega"))
    assert second.builds == ()
    assert lab.spec(second.queued[0].id).after == (factors.id,)  # type: ignore[union-attr]
    for one in (run, second.queued[0]):
        done = until_over(lab, one)
        assert (done.state, done.message) == (State.DONE, "")
        assert done.result is not None
        assert done.result["oracle_acc"] is None
    again = submit(lab, expand(project, "omega"), again=True)
    assert again.builds == ()
    assert until_over(lab, again.queued[0]).state is State.DONE
