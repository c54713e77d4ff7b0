"""Guests that only print: their figures become metrics and a result while they run."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Json, Trial
from mobius_core.metrics.table import MetricsTable
from mobius_core.metrics.tail import Tail
from mobius_core.runs import control
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.guest_metrics import GuestMetrics, guest_metrics
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run, State
from mobius_tui.example import EXAMPLE
from tests.runs.curves import curve
from tests.runs.guests import events_of, guest, now, proc_of, start, until, until_over


def following(code: str, log: str, **command: Json) -> Trial:
    """A guest of a few lines of Python; braces are doubled for the runner."""
    doubled = code.replace("{", "{{").replace("}", "}}")
    # -S -E: a guest needs no site-packages.
    program = (sys.executable, "-S", "-E", "-u", "-c", doubled)
    return guest(*program, experiment="e", log=log, **command)


def naming(trial: Trial, **names: str) -> Trial:
    return replace(trial, tables={**trial.tables, "names": {**names}})


def table_of(run: Run) -> MetricsTable:
    table = MetricsTable(RunFolder(run.folder).metrics)
    table.refresh()
    return table


def test_rows_appear_while_it_runs_and_a_result_at_its_end(lab: Lab, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    code = f"""
import json, os, time
for step in range(5):
    print("noise", json.dumps({{"no": 1}}))
    print(json.dumps({{"it": step, "val/acc": step / 4, "train_acc": 1.0}}))
while not os.path.exists({str(gate)!r}): time.sleep(0.01)
print(json.dumps({{"it": 60, "val/acc": 1.0, "train_acc": 1.0}}), end="")
"""
    trial = naming(following(code, "jsonl"), **{"it": "step", "val/acc": "test_acc"})
    run = start(lab, trial)
    until(lambda: table_of(run).last("test_acc") == 1.0, "rows")
    gate.touch()
    done = until_over(lab, run)
    assert curve(table_of(run), "test_acc") == ([0, 1, 2, 3, 4, 60], [0, 0.25, 0.5, 0.75, 1, 1])
    assert done.result is not None
    assert (done.result["kind"], done.result["step"], done.result["test_acc"]) == ("command", 60, 1)
    assert done.result["best"] == {"step": 4, "test_acc": 1.0}
    onset = done.result["onset"]
    assert isinstance(onset, dict)
    assert (onset["class"], onset["generalised"]) == ("grokked", 4)


def test_a_file_of_its_own_relative_to_its_folder(lab: Lab, tmp_path: Path) -> None:
    code = 'open("out.csv", "w").write("epoch,test_acc\\n1,50%\\n2,75%\\n3,9")'
    (tmp_path / "out.csv").write_text("epoch,test_acc\n99,1\n")  # of an earlier run
    trial = following(code, "csv", cwd=str(tmp_path), file="out.csv")
    done = until_over(lab, start(lab, trial))
    assert curve(table_of(done), "test_acc") == ([1, 2, 3], [0.5, 0.75, 9])


def test_an_attempt_continues_the_curve_and_leaves_a_seam(lab: Lab) -> None:
    code = """
import os, time
first = os.environ["MOBIUS_ATTEMPT"] == "1"
for step in range(0 if first else 2, 4 if first else 6):
    print(f"step {step} acc {step / 10}")
print("step 9 ac", end="")
if first: time.sleep(60)
"""
    pattern = r"step (?P<step>\d+) acc (?P<test_acc>\S+)"
    trial = following(code, "regex", resume="rerun")
    trial = replace(trial, tables={**trial.tables, "regex": {"line": pattern}})
    run = start(lab, trial)
    until(lambda: table_of(run).last_step == 3, "the first rows")
    runner = proc_of(run).runner
    control.stop(lab, [now(lab, run)])
    until_over(lab, run)
    until(lambda: not runner.is_alive(), "the runner to leave")
    control.resume(lab, [now(lab, run)])
    done = until_over(lab, run)
    table = table_of(run)
    assert curve(table, "test_acc") == ([0, 1, 2, 3, 4, 5], [0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert table.seams == [2]
    assert (done.result or {})["best"] == {"step": 5, "test_acc": 0.5}


def test_a_result_of_its_own_is_left_alone(lab: Lab) -> None:
    code = """
import os, json
open(os.environ["MOBIUS_RUN"] + "/result.json", "w").write('{"mine": 1}')
print('{"test_acc": 0.5}')
"""
    done = until_over(lab, start(lab, following(code, "auto")))
    assert done.result == {"mine": 1}
    assert curve(table_of(done), "test_acc") == ([1], [0.5])


def test_metrics_that_cannot_be_written_do_not_end_the_run(lab: Lab) -> None:
    code = """
import os
os.mkdir(os.environ["MOBIUS_RUN"] + "/metrics.jsonl")
print('{"test_acc": 0.5}')
"""
    done = until_over(lab, start(lab, following(code, "auto")))
    assert done.state is State.DONE
    assert "warning" in events_of(done)


def test_the_shipped_guest_is_followed(lab: Lab) -> None:
    (trial,) = expand(load(EXAMPLE), "guest-perceptron", ["params.rows=300", "seeds=0"])
    done = until_over(lab, start(lab, trial))
    assert (done.state, done.message) == (State.DONE, "")
    steps, accuracies = curve(table_of(done), "test_acc")
    assert steps == list(range(1, 11))
    assert min(accuracies) > 0.9  # the share of squarefree numbers is 0.61
    assert done.result is not None
    assert done.result["step"] == 10


@pytest.fixture
def reader(tmp_path: Path) -> GuestMetrics:
    (tmp_path / "log.txt").touch()
    found = guest_metrics(RunFolder(tmp_path), following("", "auto"), 1, None)
    assert found is not None
    return found


def test_a_file_written_anew_again_and_again_gives_each_row_once(
    reader: GuestMetrics, tmp_path: Path
) -> None:
    """As by pandas' to_csv after every epoch, by rename or in place."""
    log = tmp_path / "log.txt"
    lines: list[str] = []
    for step in range(1, 6):
        lines.append(json.dumps({"step": step, "acc": step / 10}) + "\n")
        beside = tmp_path / "beside"
        beside.write_text("".join(lines))
        beside.replace(log)
        reader.poll()
    log.write_text("")
    reader.poll()
    log.write_text("".join([*lines, '{"step": 6, "acc": 1}\n']))
    reader.finish(whole=True)
    text = (tmp_path / "metrics.jsonl").read_text()
    assert [json.loads(line)["step"] for line in text.splitlines()] == [1, 2, 3, 4, 5, 6]


def test_progress_bars_and_colours(reader: GuestMetrics, tmp_path: Path) -> None:
    with open(tmp_path / "log.txt", "wb") as file:
        file.write(b'\x1b[32m{"step": 1, "a": 1}\x1b[0m\r  5%|#  \r{"step": 2, "a": 2}\n\xff\n')
    reader.finish(whole=True)
    text = (tmp_path / "metrics.jsonl").read_text()
    assert [json.loads(line)["step"] for line in text.splitlines()] == [1, 2]


def test_a_tail_notices_other_content_of_larger_size(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("one\ntwo\n")
    tail = Tail(path)
    assert tail.lines() == [b"one", b"two"]
    with open(path, "r+") as file:  # the same inode
        file.write("other\nlines\nand more\n")
    assert tail.lines() == [b"other", b"lines", b"and more"]
    assert tail.restarted
    assert tail.lines() == []
    assert not tail.restarted
