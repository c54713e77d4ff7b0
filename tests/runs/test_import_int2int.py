"""Runs of Int2Int, imported from logs that a writer of our own makes by Int2Int's grammar."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from mobius_core.errors import MobiusError, NotFound, Refused, UsageError
from mobius_core.metrics.table import MetricsTable
from mobius_core.runs import control, events
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.import_int2int import import_int2int
from mobius_core.runs.int2int_log import read_log
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from mobius_tui.cli.app import make_app
from tests.runs import int2int_logs as written
from tests.runs.curves import curve
from tests.runs.guests import guest, start, until_over
from tests.runs.int2int_logs import Epoch, Launch, logs, text_of

FIGURES = {"valid_arithmetic_xe_loss": 0.53, "valid_arithmetic_acc": 70.5}


def epoch(number: int, *lines: tuple[int, float, float], **figures: float) -> Epoch:
    return Epoch(number, lines, {**FIGURES, **figures})


def once(size: int = 3200, **changes: str) -> Launch:
    first = epoch(0, (100, 0.5, 1e-5), (200, 0.4, 2e-5), valid_arithmetic_acc_100=4.75)
    set_to = {**written.settings(32, size), **changes}
    return Launch(set_to, None, (first, epoch(1, (300, 0.3, 3e-5))))


def put(folder: Path, launches: list[Launch]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "train.log").write_text(text_of(launches))
    return folder


def rows_of(folder: Path) -> list[dict[str, object]]:
    lines = RunFolder(folder).metrics.read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_run_is_whole(lab: Lab, tmp_path: Path) -> None:
    source = put(tmp_path / "dump", [once()])
    (source / "params.pkl").write_bytes(b"cos\nsystem\n(S'touch opened'\ntR.")
    run = import_int2int(lab, source).run
    assert (run.trial.name, run.state, run.attempt) == ("mu-1/imported", State.DONE, 1)
    assert run.trial.tables["params"]["batch_size"] == 32  # type: ignore[index, call-overload]
    assert run.trial.tables["command"]["argv"][-1] == "int[200]:range(-1,2)"  # type: ignore[index, call-overload]
    first, second = rows_of(run.folder)
    assert (first["step"], second["step"]) == (100, 200)
    assert first["test_acc"] == pytest.approx(0.705)
    assert first["test_acc_100"] == pytest.approx(0.0475)
    assert first["test_loss"] == 0.53
    assert first["train_loss"] == pytest.approx(0.9)  # twice the mean over the tokens
    assert (first["lr"], second["lr"], second["epoch"]) == (2e-5, 3e-5, 1)
    assert run.started is not None
    assert run.ended is not None
    assert run.started < float(str(first["t"])) < float(str(second["t"])) <= run.ended
    assert RunFolder(run.folder).log.read_bytes() == (source / "train.log").read_bytes()
    assert run.result is not None
    assert (run.result["epochs"], run.result["parameters"]) == (2, 200)
    assert [event["event"] for event in events.read(run.folder)] == ["launched", "imported"]
    with pytest.raises(Refused, match="imported"):
        control.retry(lab, [run])


def test_the_same_log_is_imported_once_and_a_grown_one_anew(lab: Lab, tmp_path: Path) -> None:
    source = put(tmp_path / "dump", [once()])
    first = import_int2int(lab, source)
    again = import_int2int(lab, source)
    assert (first.is_new, again.is_new, again.run.id) == (True, False, first.run.id)
    put(source, [once(), Launch(written.settings(32, 3200), (2, 200), (epoch(2),))])
    grown = import_int2int(lab, source)
    assert grown.is_new
    assert lab.find("mu-1")[0].id == grown.run.id
    assert import_int2int(lab, source, "other").run.trial.experiment == "other"


def test_names_of_figures_are_free(lab: Lab, tmp_path: Path) -> None:
    """`self` and `step` are also what a writer of rows calls its own."""
    figures = {**FIGURES, "self": 1.0, "step": 2.0, "t": 3.0, "a b": 4.0}
    launch = Launch(written.settings(32, 3200), None, (Epoch(0, (), figures),))
    (row,) = rows_of(import_int2int(lab, put(tmp_path, [launch])).run.folder)
    assert (row["self"], row["a b"], row["step"]) == (1, 4, 100)


def test_a_launch_that_resumes_is_a_seam(lab: Lab, tmp_path: Path) -> None:
    """Three launches: the second repeats epoch 1, the third only evaluates."""
    again = Launch(written.settings(32, 3200), (1, 100), (epoch(1), epoch(2)))
    only = Launch({**written.settings(32, 3200), "eval_only": "True"}, None, (epoch(0),))
    source = put(tmp_path / "dump", [once(), again, only])
    found = import_int2int(lab, source)
    assert [row["attempt"] for row in rows_of(found.run.folder)] == [1, 1, 2, 2]
    table = MetricsTable(RunFolder(found.run.folder).metrics)
    table.refresh()
    assert curve(table, "test_acc")[0] == [100, 200, 300]
    assert table.seams == [200]
    assert found.run.result is not None
    assert (found.run.result["launches"], found.run.result["epochs"]) == (3, 3)


def test_accumulated_gradients_make_fewer_steps() -> None:
    (first, _) = read_log(text_of([once(amp="0", accumulate_gradients="4")]).encode()).kept
    assert first.step == 25
    (first, _) = read_log(text_of([once(amp="-1", accumulate_gradients="4")]).encode()).kept
    assert first.step == 100  # without amp they are not accumulated, whatever is asked


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no line begins"),
        (bytes(range(256)) * 40, "no line begins"),
        (text_of([Launch(written.settings(1, 1), None, ())]).encode(), "no evaluation"),
        (text_of([once(exp_name="a b/c")]).encode(), "--name"),
    ],
)
def test_bad_logs_are_refused_in_a_sentence_and_leave_nothing(
    lab: Lab, tmp_path: Path, content: bytes, what: str
) -> None:
    (tmp_path / "train.log").write_bytes(content)
    with pytest.raises(UsageError, match=what):
        import_int2int(lab, tmp_path)
    assert not lab.runs_dir.exists()


def test_a_folder_without_a_log_is_not_found(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="train\\.log"):
        import_int2int(lab, tmp_path)


@given(logs())
def test_every_log_of_the_grammar_is_read_as_it_was_meant(launches: list[Launch]) -> None:
    reading = read_log(text_of(launches).encode())
    assert len(reading.launches) == len(launches)
    meant = []
    for number, launch in enumerate(launches, 1):
        batch, size = int(launch.settings["batch_size"]), int(launch.settings["epoch_size"])
        step = launch.resumed[1] if launch.resumed else 0
        for one in launch.epochs:
            step += math.ceil(size / batch)
            losses = [2 * float(f"{loss:.4f}") for _, loss, _ in one.iterations]
            mean = math.fsum(losses) / len(losses) if losses else None
            meant.append((number, step, one.number, mean, one.figures))
    assert len(reading.evaluations) == len(meant)
    for found, (number, step, of_epoch, mean, figures) in zip(
        reading.evaluations, meant, strict=True
    ):
        assert (found.launch, found.step, found.row["epoch"]) == (number, step, of_epoch)
        assert found.row.get("train_loss") == pytest.approx(mean, nan_ok=True)
        for ours, theirs, unit in (
            ("test_loss", "xe_loss", 1),
            ("test_acc", "acc", 100),
            ("test_acc_0", "acc_0", 100),
            ("test_acc_100", "acc_100", 100),
        ):
            value = figures[f"valid_arithmetic_{theirs}"] / unit
            assert found.row[ours] == pytest.approx(value, nan_ok=True)
    steps = [one.step for one in reading.kept]
    assert steps == sorted(set(steps))


@settings(max_examples=50)
@given(logs(), st.data())
def test_a_log_cut_or_damaged_anywhere_is_read_or_refused(
    launches: list[Launch], data: st.DataObject
) -> None:
    """No exception but ours; what is read before the damage stays as it was."""
    whole = text_of(launches).encode()
    at = data.draw(st.integers(0, len(whole)))
    cut = read_log(whole[:at])
    complete = read_log(whole).evaluations
    for one, same in zip(cut.evaluations[:-1], complete, strict=False):
        assert one.row.keys() == same.row.keys()
        assert one.step == same.step
    junk = data.draw(st.binary(max_size=40) | st.just(b'__log__:{"self": 1, "epoch": 1e999}'))
    read_log(whole[:at] + junk + whole[at:])


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=400) | logs().map(lambda launches: text_of(launches).encode()))
def test_an_import_is_whole_or_absent(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("import")
    (folder / "train.log").write_bytes(content)
    lab = Lab(folder / "lab")
    try:
        found = import_int2int(lab, folder)
    except MobiusError:
        assert not lab.runs_dir.exists()
        return
    (run,) = lab.scan()
    assert run.state is State.DONE
    assert len(rows_of(run.folder)) == len(found.reading.trained)
    assert [path.name for path in lab.runs_dir.iterdir()] == [run.id]


def test_a_live_guest_and_the_import_of_its_log_agree(lab: Lab, tmp_path: Path) -> None:
    """One grammar, one home: what is followed and what is imported have the same rows."""
    source = put(tmp_path / "dump", [once()])
    live = until_over(lab, start(lab, guest("cat", str(source / "train.log"), log="int2int")))
    followed = [row for row in rows_of(live.folder) if "test_acc" in row]
    imported = rows_of(import_int2int(lab, source).run.folder)
    assert len(followed) == len(imported) == 2
    for one, other in zip(followed, imported, strict=True):
        assert {name: other[name] for name in one if name != "t"} | {"t": one["t"]} == one


def test_the_command_prints_the_run_and_says_what_was_found(lab: Lab, tmp_path: Path) -> None:
    again = Launch(written.settings(32, 3200), (1, 100), (epoch(1),))
    source = put(tmp_path / "dump", [once(), again])
    words = ["import", "int2int", str(source), "--home", str(lab.home)]
    told = CliRunner().invoke(make_app(), [*words, "--name", "theirs"])
    assert told.exit_code == 0, told.output
    run_id, _, trial = told.stdout.strip().partition("\t")
    assert trial == "theirs/imported"
    assert "2 evaluations, 2 launches, 1 more of epochs that a later launch" in told.stderr
    told = CliRunner().invoke(make_app(), [*words, "--name", "theirs", "--json"])
    document = json.loads(told.stdout)
    assert document["imported"] is False
    assert [run["id"] for run in document["runs"]] == [run_id]
    told = CliRunner().invoke(make_app(), ["status", run_id, "--json", "--home", str(lab.home)])
    (run,) = json.loads(told.stdout)["runs"]
    assert (run["state"], run["result"]["test_acc"]) == ("done", pytest.approx(0.705))
    told = CliRunner().invoke(make_app(), [*words[:2], str(tmp_path), *words[3:]])
    assert isinstance(told.exception, NotFound)
