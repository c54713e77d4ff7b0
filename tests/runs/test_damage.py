"""Folders that are torn, forged, forbidden or from another time: one of them never hides a lab."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mobius_core.config.trial import Json
from mobius_core.errors import UsageError, WorkFailed
from mobius_core.runs import notes
from mobius_core.runs.facts import Exit, Proc
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.mend import mend
from mobius_core.runs.process import Process
from mobius_core.runs.run import State
from mobius_core.runs.spec import QueuePlace, RunSpec
from mobius_tui.cli.trials import find_trials
from tests.runs.guests import guest

Damage = Callable[[RunFolder], object]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Lab, RunFolder]:
    """A lab with two runs that are done, and the folder of the second, a copy of the first."""
    lab = Lab(tmp_path)
    spec = RunSpec(
        id="20260101T000000-e-0000",
        sweep="20260101T000000-e-0000",
        queue=QueuePlace.now(),
        host=lab.host.name,
        after=(),
        trial=guest("true"),
    )
    first = lab.folder(spec.id)
    first.attempt(1).path.mkdir(parents=True)
    first.control.mkdir()
    spec.write(first.spec)
    ended = Process(os.getpid(), start=0)  # our pid, and not we
    write_json(first.attempt(1).proc, Proc(host=lab.host, runner=ended, child=ended).to_json())
    write_json(first.attempt(1).exit, Exit(reason=State.DONE, t=1.0, rc=0).to_json())
    second = lab.folder("20990101T000000-e-copy")
    shutil.copytree(first.path, second.path)
    return lab, second


def write(name: str, text: str) -> Damage:
    return lambda folder: (folder.path / name).write_text(text)


def change_spec(change: Callable[[dict[str, Json]], object]) -> Damage:
    def damage(folder: RunFolder) -> None:
        document = json.loads(folder.spec.read_bytes())
        change(document)
        folder.spec.write_text(json.dumps(document))

    return damage


def into_folder(name: str) -> Damage:
    def damage(folder: RunFolder) -> None:
        (folder.path / name).unlink(missing_ok=True)
        (folder.path / name).mkdir()

    return damage


def into_loop(folder: RunFolder) -> None:
    shutil.rmtree(folder.path)
    folder.path.symlink_to(folder.path)


def only_a_claim(folder: RunFolder) -> None:
    folder.attempt(1).exit.unlink()
    folder.attempt(1).proc.write_text("{}")


def without_attempts(folder: RunFolder) -> None:
    shutil.rmtree(folder.attempts)
    folder.attempts.write_text("")


@pytest.mark.parametrize(
    "damage",
    [
        write("spec.json", '{"schema": 1}'),
        write("spec.json", "[" * 100_000),
        change_spec(lambda spec: spec.update(queue={"of": "tomorrow"})),
        change_spec(lambda spec: spec.update(trial={"of": "tomorrow"})),
        into_folder("spec.json"),
        into_loop,
        without_attempts,
    ],
)
def test_what_is_no_run_is_left_out_and_told(pair: tuple[Lab, RunFolder], damage: Damage) -> None:
    lab, folder = pair
    damage(folder)
    trouble: list[str] = []
    (run,) = lab.scan(trouble)
    (told,) = trouble
    assert run.id != folder.id
    assert folder.id in told
    assert lab.find("e") == (run,)


@pytest.mark.parametrize(
    ("damage", "state"),
    [
        (write("attempts/1/exit.json", '{"reason": "done"}'), State.LOST),
        (write("attempts/1/exit.json", '{"reason": "done", "t": "x"}'), State.LOST),
        (
            write("attempts/1/exit.json", '{"reason": "odd", "t": 1, "rc": 0, "signal": 0}'),
            State.FAILED,
        ),
        (write("notes.json", '{"tags": 5, "note": [], "pin": "no"}'), State.DONE),
        (into_folder("result.json"), State.DONE),
        (only_a_claim, State.STARTING),
        (write("control/resume", '{"queue": 5}'), State.QUEUED),
    ],
)
def test_what_is_damaged_inside_is_as_if_it_were_absent(
    pair: tuple[Lab, RunFolder], damage: Damage, state: State
) -> None:
    lab, folder = pair
    damage(folder)
    assert {run.id: run.state for run in lab.scan()}[folder.id] == state
    mend(lab, lab.scan())


def test_a_copied_folder_has_its_own_id(pair: tuple[Lab, RunFolder]) -> None:
    lab, folder = pair
    assert [run.folder.name for run in lab.scan()] == [run.id for run in lab.scan()]
    assert lab.find(folder.id)[0].folder == folder.path


def test_numbers_that_are_no_json_become_null(pair: tuple[Lab, RunFolder]) -> None:
    """Python's own json module writes them, so results of others hold them."""
    lab, folder = pair
    folder.result.write_text('{"test_acc": NaN, "loss": [Infinity, -Infinity, 1]}')
    run = next(run for run in lab.scan() if run.id == folder.id)
    assert run.result == {"test_acc": None, "loss": [None, None, 1]}


def test_tags_that_somebody_spoiled_are_begun_anew(pair: tuple[Lab, RunFolder]) -> None:
    lab, folder = pair
    folder.notes.write_text('{"tags": {"a": 1}}')
    run = next(run for run in lab.scan() if run.id == folder.id)
    notes.tag(lab, [run], ["good"])
    assert lab.find(folder.id)[0].tags == ("good",)


def test_what_is_to_be_queued_is_decided_on_all_runs_or_not_at_all(
    pair: tuple[Lab, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is away for a moment must not make `run` repeat what is done."""
    lab, folder = pair
    real = os.stat

    def away(path: Path | str, *rest: object, **more: object) -> os.stat_result:
        if str(path) == str(folder.path):
            raise OSError(5, "Input/output error")
        return real(path)

    monkeypatch.setattr("mobius_core.runs.lab.os.stat", away)
    with pytest.raises((WorkFailed, OSError)):
        lab.scan()
    assert len(lab.scan([])) == 1


def test_an_empty_word_means_no_run(pair: tuple[Lab, RunFolder]) -> None:
    """`mobius kill "$RUN"` with RUN unset must not mean the only run there is."""
    lab, folder = pair
    shutil.rmtree(folder.path)
    with pytest.raises(UsageError, match="an empty RUN"):
        lab.find("")


def test_one_folder_that_cannot_be_read_hides_no_trials(
    pair: tuple[Lab, RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    """What `onset` and its like ask for, of an experiment of the file."""
    lab, second = pair
    into_loop(second)
    file = lab.home / "experiments.toml"
    file.write_text(
        "schema = 1\n[experiments.e]\ntask = { kind = 'command' }\ncommand = { argv = ['true'] }\n"
    )
    (view,) = find_trials(["e"], file, lab.home)
    assert view.trial.experiment == "e"
    assert second.id in capsys.readouterr().err
