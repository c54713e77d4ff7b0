"""`mobius sparsity` and `mobius onset` on a lab whose runs have ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Json, Trial
from mobius_core.errors import NotFound, UsageError, WorkFailed
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.spec import QueuePlace, RunSpec
from mobius_core.sparsity.registry import MASKS
from mobius_tui.cli import grokking

FILE = """
schema = 1
[experiments.masks]
task  = { kind = "modular" }
model = { name = "mlp", widths = [127, 251] }
train = { steps = 1000 }
seeds = 2
[experiments.masks.arms]
dense  = {}
prime  = { model.mask = { mode = "prime_only", layers = [2] } }
native = { model.mask = { mode = "prime_residue" } }
[experiments.other]
base = "masks"
seeds = [7]
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Where the file lies and commands are given."""
    (tmp_path / "experiments.toml").write_text(FILE)
    for name in ("MOBIUS_FILE", "MOBIUS_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Lab(tmp_path / "mobius_lab")


def trials(lab: Lab, name: str = "masks") -> tuple[Trial, ...]:
    return expand(load(lab.home.parent / "experiments.toml"), name)


def ended(lab: Lab, trial: Trial, onset: dict[str, Json] | None, reason: str = "done") -> str:
    """Leave a run folder as a training that has ended does; gives its id."""
    run_id = f"20261121T140211-{trial.experiment}-{len(lab.scan()):04x}"
    folder = RunFolder(lab.runs_dir / run_id)
    attempt = folder.attempt(1)
    attempt.path.mkdir(parents=True)
    folder.control.mkdir()
    RunSpec(
        id=run_id, sweep=run_id, queue=QueuePlace.now(), host=lab.host.name, after=(), trial=trial
    ).write(folder.spec)
    if onset is not None:
        write_json(folder.result, {"kind": "modular", "step": 1000, "onset": onset})
    rc = 0 if reason == "done" else 1
    write_json(attempt.exit, {"rc": rc, "signal": None, "reason": reason, "t": 0.0})
    return run_id


def grokked(memorised: int, generalised: int) -> dict[str, Json]:
    return {
        "class": "grokked",
        "memorised": memorised,
        "generalised": generalised,
        "delay": generalised - memorised,
        "spacing": 10,
        "censored_at": None,
    }


def mobius(*words: str) -> None:
    app = typer.Typer()
    grokking.register(app)
    typer.main.get_command(app).main(list(words), standalone_mode=False)


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    mobius(*words, "--json")
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document.pop("schema") == 1
    return document


def test_onset_of_an_experiment_has_an_object_for_every_trial(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    dense0, dense1, prime0, prime1, *_ = trials(lab)
    first = ended(lab, dense0, grokked(100, 300))
    ended(lab, dense1, grokked(110, 320))
    ended(lab, prime0, None, reason="nan")
    document = answer(capsys, "onset", "masks")
    assert document["complete"] is False
    assert [one["trial"] for one in document["trials"]] == [trial.name for trial in trials(lab)]
    assert document["trials"][0] == {
        "trial": dense0.name,
        "arm": "dense",
        "seed": 0,
        "axes": {},
        "run": first,
        "state": "done",
        **grokked(100, 300),
    }
    failed, missing = document["trials"][2], document["trials"][3]
    assert (failed["state"], failed["class"]) == ("nan", None)
    assert (missing["trial"], missing["run"], missing["state"]) == (prime1.name, None, None)
    dense, prime = document["arms"]
    assert (dense["arm"], dense["n"], dense["grokked"], dense["failed"]) == ("dense", 2, 2, 0)
    assert dense["delay"] == {"median": 205.0, "low": 200, "high": 210}
    assert (prime["n"], prime["failed"], prime["delay"]["median"]) == (0, 1, None)


def test_the_onset_table_says_that_it_is_not_complete(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    dense0, _, prime0, *_ = trials(lab)
    ended(lab, dense0, grokked(100, 300))
    failed = ended(lab, prime0, None, reason="oom")
    mobius("onset", "masks")
    said = capsys.readouterr()
    assert "200 (200-200)" in said.out
    assert "1 of 6 trials done: not complete, so not final" in said.err
    assert f"oom: masks/prime,s0 ({failed})" in said.err
    assert "threshold 0.99, held 50 optimiser steps" in said.err


def test_onset_ends_in_curves_and_the_verdict(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    for number, trial in enumerate(trials(lab)):
        ended(lab, trial, grokked(100, 300 + 10 * number))
    (sweep,) = answer(capsys, "onset", "masks")["sweeps"]
    assert (sweep["experiment"], sweep["complete"], sweep["judged"]) == ("masks", True, 6)
    pairs = [(one["arm"], one["control"]) for one in sweep["comparisons"]]
    assert pairs == [("prime", "dense"), ("native", "dense")]
    assert {one["test"] for one in sweep["comparisons"]} == {"paired by seed"}
    mobius("onset", "masks")
    said = capsys.readouterr().out
    assert "share not yet generalised, by steps  a dense  b prime  c native" in said
    assert "Holm over 2 planned" in said
    assert "prime against dense: no difference seen (p 1.00)" in said


def test_onset_by_another_rule_says_that_it_explores(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    for trial in trials(lab):
        ended(lab, trial, grokked(100, 300))
    mobius("onset", "masks", "--threshold", "0.9")
    said = capsys.readouterr()
    assert "by another rule than the file's" in said.err
    assert "threshold 0.9, held 50 optimiser steps" in said.err
    assert (
        "not mem" in said.out
    )  # these runs wrote no accuracies: by any new rule, nothing is known


def test_onset_counts_only_trials_of_the_present_file(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    for trial in trials(lab, "other"):
        ended(lab, trial, grokked(100, 300))
    assert answer(capsys, "onset", "other")["complete"] is True
    path = lab.home.parent / "experiments.toml"
    path.write_text(FILE.replace("steps = 1000", "steps = 1001"))
    document = answer(capsys, "onset", "other")
    assert document["complete"] is False
    assert document["arms"] == []
    assert {one["run"] for one in document["trials"]} == {None}


def test_onset_of_single_runs(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    dense0, dense1, *_ = trials(lab)
    first = ended(lab, dense0, grokked(100, 300))
    ended(lab, dense1, grokked(110, 320))
    (one,) = answer(capsys, "onset", first)["trials"]
    assert one["run"] == first
    (other,) = answer(capsys, "onset", dense1.name)["trials"]
    assert other["memorised"] == 110
    with pytest.raises(NotFound, match="nothing-like-it"):
        mobius("onset", "nothing-like-it")


def test_sparsity_of_an_experiment_before_any_run(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    dense, prime, native = answer(capsys, "sparsity", "masks")["trials"]
    assert (dense["layers"], dense["density"], dense["obstacles"]) == ([], 1.0, [])
    # one-hots 194 -> 127 -> 251 -> 97, with biases
    whole = 195 * 127 + 128 * 251 + 252 * 97
    assert {one["parameters"] for one in (dense, prime, native)} == {whole}
    assert dense["active_parameters"] == whole
    assert prime["active_parameters"] == whole - 127 * 251 + 12671
    (layer,) = prime["layers"]
    assert (layer["layer"], layer["mode"], layer["weights"], layer["rank"]) == (
        2,
        "prime_only",
        12671,
        83,
    )
    assert [layer["rank"] for layer in native["layers"]] == [3, 3]
    assert len(native["obstacles"]) == 2
    mobius("sparsity", "masks")
    said = capsys.readouterr()
    assert "83 of 127" in said.out
    assert "warning: masks/native,s0: the mask on layer 2 has structural rank 3" in said.err


def test_sparsity_of_one_run_draws_its_mask(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    run = ended(lab, trials(lab)[2], grokked(100, 300))
    mobius("sparsity", run)
    assert "▀█" in capsys.readouterr().out


def test_sparsity_of_a_mode(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sparsity", "--mode", "random", "--density", "0.25", "--shape", "20x40"]
    mask = answer(capsys, *words)["mask"]
    assert (mask["rows"], mask["columns"], mask["weights"], mask["density"]) == (20, 40, 200, 0.25)
    first, again, other = (
        answer(capsys, *words, "--seed", seed)["mask"]["column_degrees"] for seed in "001"
    )
    assert first == again
    assert first != other
    mobius(*words)
    assert "0.2500" in capsys.readouterr().out


def test_sparsity_of_several_modes(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "sparsity", "--modes", "all", "--base", "3")["masks"]
    assert [one["mode"] for one in found] == list(MASKS)
    by_mode = {one["mode"]: one for one in found}
    assert by_mode["prime_residue"]["base"] == 3
    assert (by_mode["shuffled"]["like"], by_mode["random"]["like"]) == ("prime_only", None)
    for mode in ("shuffled", "random_rows"):
        for name in ("weights", "dense_rows", "dense_columns", "rank", "row_degrees"):
            assert by_mode[mode][name] == by_mode["prime_only"][name]
    mobius("sparsity", "--modes", "random,banded", "--density", "0.25", "--shape", "20x40")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["random", "0.2500", "200"],
        ["banded", "0.2500", "200"],
    ]


def test_masks_are_drawn_to_files(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    folder = lab.home.parent
    mobius("sparsity", "--mode", "prime_only", "--shape", "20x40", "--out", "one.svg")
    assert (folder / "one.svg").read_text().startswith("<svg ")
    mobius("sparsity", "masks", "--out", "arms.png")
    said = capsys.readouterr().err
    names = {"arms-prime-layer-2.png", "arms-native-layer-1.png", "arms-native-layer-2.png"}
    assert {path.name for path in folder.glob("arms*")} == names
    assert all(f"wrote {name}" in said for name in names)
    with pytest.raises(WorkFailed, match="cannot write no/such/folder"):
        mobius("sparsity", "--mode", "none", "--out", "no/such/folder/one.png")


def test_dropout_is_said_to_be_no_mask(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    path = lab.home.parent / "experiments.toml"
    path.write_text(FILE.replace("dense  = {}", "dense  = { model.dropout = 0.5 }"))
    mobius("sparsity", "masks")
    assert "masks/dense,s0: dropout 0.5 is no mask" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sparsity"], "give either a NAME or RUN, or --mode"),
        (["sparsity", "masks", "--mode", "none"], "give either a NAME or RUN, or --mode"),
        (["sparsity", "--mode", "prime"], '"prime" is not one of none, random'),
        (["sparsity", "--mode", "random", "--shape", "0x5"], "--shape 0x5: give OUTxIN"),
        (["sparsity", "--mode", "random", "--density", "1.5"], "density"),
        (["sparsity", "--mode", "shuffled"], "permutes the graph of another mode"),
        (["sparsity", "--modes", "all", "--mode", "none"], "or --mode, or --modes"),
        (["sparsity", "--modes", "none,prime"], '"prime" is not one of none, random'),
        (["sparsity", "--mode", "none", "--out", "x.gif"], "must end in .svg or .png"),
    ],
)
def test_bad_input_is_one_sentence(lab: Lab, words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as error:
        mobius(*words)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
