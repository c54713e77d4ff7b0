"""What is queued, what is not, and behind what."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mobius_core.config.trial import Json, Trial
from mobius_core.errors import Refused, WorkFailed
from mobius_core.runs import control
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.missing import missing
from mobius_core.runs.run import State
from mobius_core.runs.submit import submit
from tests.runs.guests import (
    following,
    guest,
    now,
    shell,
    start,
    until_over,
    until_state,
    wanting,
)


def test_only_what_is_missing(lab: Lab) -> None:
    good, bad, slow = guest("true"), guest("false"), guest("sleep", "60")
    first = submit(lab, [good, bad, slow])
    assert len(first.queued) == 3
    done, failed, live = first.queued
    until_over(lab, done)
    until_over(lab, failed)
    until_state(lab, live, State.RUNNING)
    new = guest("true")
    found = missing(lab, [good, bad, slow, new])
    assert found.new == (bad, new)
    assert [run.id for run in found.failed] == [failed.id]
    second = submit(lab, [good, bad, slow, new])
    assert [run.trial.key for run in second.queued] == [bad.key, new.key]
    assert [run.id for run in second.already_done] == [done.id]
    assert [run.id for run in second.running] == [live.id]
    repeated = submit(lab, [good], again=True)
    assert repeated.queued[0].id != done.id


def test_equal_trials_are_queued_once(lab: Lab) -> None:
    trial = guest("true")
    submission = submit(lab, [trial, replace(trial, name="other/s0", experiment="other")])
    assert [run.trial.name for run in submission.queued] == [trial.name]


def test_two_submissions_at_once_queue_once(lab: Lab) -> None:
    trials = [guest("true") for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        submissions = list(pool.map(lambda _: submit(Lab(lab.home), trials), range(4)))
    assert sorted(len(submission.queued) for submission in submissions) == [0, 0, 0, 8]
    assert len(os.listdir(lab.runs_dir)) == 8


def test_ids_say_when_and_what(lab: Lab) -> None:
    run = start(lab, guest("true", experiment="my-exp"))
    assert len(run.id) == len("20261121T140211-my-exp-7e0c")
    assert "-my-exp-" in run.id


def test_a_list_of_runs_is_in_the_order_of_their_trials(lab: Lab) -> None:
    trials = [guest("true") for _ in range(12)]
    submit(lab, trials)
    assert [run.trial.key for run in lab.scan()] == [trial.key for trial in trials]


@pytest.mark.parametrize("resources", [{"gpus": 1}, {"threads": 3}, {"device": "cuda"}])
def test_what_can_never_run_is_refused(lab: Lab, resources: dict[str, Json]) -> None:
    key = "resources.threads" if "threads" in resources else "resources.gpus"
    with pytest.raises(Refused, match=key):
        submit(lab, [guest("true"), wanting(guest("true"), **resources)])
    assert lab.scan() == ()


def test_after_waits_until_all_are_done(lab: Lab, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    firsts = [
        shell(f"while [ ! -e {gate} ]; do sleep 0.01; done", experiment="first") for _ in range(2)
    ]
    second = following(guest("test", "-e", str(gate), experiment="second"), "first")
    submission = submit(lab, [second, *firsts])
    waiting = submission.queued[0]
    until_state(lab, submission.queued[1], State.RUNNING)
    assert now(lab, waiting).state is State.WAITING
    assert set(now(lab, waiting).waits_for.split(", ")) == {run.id for run in submission.queued[1:]}
    gate.touch()
    assert until_over(lab, waiting).state is State.DONE


def test_a_failed_dependency_is_told_down_the_line(lab: Lab) -> None:
    chain = [
        guest("false", experiment="a"),
        following(guest("true", experiment="b"), "a"),
        following(guest("true", experiment="c"), "b"),
    ]
    a, b, c = submit(lab, chain).queued
    assert until_over(lab, c).state is State.DEPENDENCY
    assert now(lab, b).state is State.DEPENDENCY
    assert now(lab, b).message == f"{a.id} ended as failed"
    assert now(lab, c).message == f"{b.id} ended as dependency"


def test_done_dependencies_are_not_waited_for(lab: Lab) -> None:
    until_over(lab, start(lab, guest("true", experiment="first")))
    run = start(lab, following(guest("true", experiment="second"), "first"))
    assert until_over(lab, run).state is State.DONE


def test_dependencies_that_nobody_will_do_are_refused(lab: Lab) -> None:
    second = following(guest("true", experiment="second"), "first")
    with pytest.raises(Refused, match="mobius run first second"):
        submit(lab, [second])
    until_over(lab, start(lab, guest("false", experiment="first")))
    with pytest.raises(Refused, match="ended as failed"):
        submit(lab, [second])


def test_an_evaluation_waits_for_the_run_it_evaluates(lab: Lab) -> None:
    trained = [guest("sleep", "60", experiment="net"), guest("true", experiment="net")]
    of: Json = {"name": trained[1].name, "key": trained[1].key}
    evaluation = following(guest("true", experiment="eval"), "net")
    evaluation = replace(evaluation, tables={**evaluation.tables, "trial": of})
    submission = submit(lab, [*trained, evaluation])
    spec = lab.spec(submission.queued[2].id)
    assert spec is not None
    assert spec.after == (submission.queued[1].id,)
    assert until_over(lab, submission.queued[2]).state is State.DONE


def with_data(trial: Trial, digest: str) -> Trial:
    data: dict[str, Json] = {"name": "tiny", "hash": digest, "n": [2, 500], "rows": 100}
    return replace(trial, tables={**trial.tables, "data": {**data, "test": 10, "seed": 0}})


def test_one_build_for_all_that_need_it(lab: Lab) -> None:
    """The build itself belongs to the tests of data; here it is queued once and waited for."""
    trials = [with_data(guest("true"), "00d1") for _ in range(3)]
    first = submit(lab, trials[:2])
    second = submit(lab, [*trials, with_data(guest("true"), "00d2")])
    builds = [*first.builds, *second.builds]
    assert [(run.trial.kind, run.trial.key) for run in builds] == [
        ("build", "00d1"),
        ("build", "00d2"),
    ]
    assert lab.find("@last") == second.queued[-1:]
    specs = [lab.spec(run.id) for run in (*first.queued, *second.queued)]
    assert [spec and spec.after for spec in specs] == [
        (first.builds[0].id,),
        (first.builds[0].id,),
        (first.builds[0].id,),
        (second.builds[0].id,),
    ]
    control.kill(lab, lab.scan())


def test_built_data_is_not_built_again(lab: Lab) -> None:
    place = lab.data_dir / "tiny-00d3"
    place.mkdir(parents=True)
    (place / "manifest.json").write_text("{}")
    submission = submit(lab, [with_data(guest("echo", "{data}"), "00d3")])
    assert submission.builds == ()
    run = until_over(lab, submission.queued[0])
    assert RunFolder(run.folder).log.read_text() == f"{place}\n"


def test_a_home_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkFailed, match=r"file/lab.*--home"):
        submit(Lab(tmp_path / "file" / "lab"), [guest("true")])
