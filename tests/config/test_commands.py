"""`mobius init`, `new`, `check`, `list`, `show`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from mobius_core.errors import NotFound, Refused, UsageError
from mobius_tui.cli import experiments

app = typer.Typer()
experiments.register(app)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MOBIUS_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str) -> Result:
    """A command that ends; errors of ours are raised to the test."""
    result = CliRunner().invoke(app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_from_init_to_show(folder: Path) -> None:
    call("init")
    assert "no problems" in call("check").stdout
    call("new", "mine", "--from", "quickstart")
    found = json.loads(call("list", "--json").stdout)
    assert found["schema"] == 1
    listed = {one["name"]: one for one in found["experiments"]}
    assert listed["mine"]["trials"] == listed["quickstart"]["trials"] == 6
    text = (folder / "experiments.toml").read_text().splitlines()
    assert text[listed["mine"]["line"] - 1] == "[experiments.mine]"
    shown = json.loads(call("show", "mine", "train.lr=1e-3", "seeds=4", "--json").stdout)
    assert [one["name"] for one in shown["trials"]] == [
        f"mine/{arm},lr=.001,s4" for arm in ("dense", "random", "prime")
    ]
    assert shown["trials"][0]["tables"]["train"]["lr"] == 0.001


def test_tables_for_people() -> None:
    call("init")
    listed = call("list").stdout
    assert "quickstart" in listed
    assert "3 arms x 2 seeds" in listed
    shown = call("show", "quickstart").stdout
    assert "model.mask.mode" in shown
    assert "none | random | prime_only" in shown
    assert "quickstart/prime,s1" in shown


def test_init_never_overwrites(folder: Path) -> None:
    (folder / "experiments.toml").write_text("mine")
    with pytest.raises(Refused, match="exists"):
        call("init")
    assert (folder / "experiments.toml").read_text() == "mine"


def test_check_prints_every_problem_and_ends_with_2(folder: Path) -> None:
    (folder / "experiments.toml").write_text("schema = 2\nexperimnets = 1\n")
    result = call("check")
    assert result.exit_code == 2
    assert [line.partition(": ")[0] for line in result.stdout.splitlines()] == [
        "experiments.toml:1",
        "experiments.toml:2",
    ]
    as_json = call("check", "--json")
    assert as_json.exit_code == 2
    found = json.loads(as_json.stdout)
    assert found["ok"] is False
    assert [one["line"] for one in found["problems"]] == [1, 2]


def test_a_broken_file_is_not_added_to(folder: Path) -> None:
    path = folder / "experiments.toml"
    path.write_text('schema = 1\n[experiments.x]\ntask.kind = "modular"\n')
    with pytest.raises(UsageError, match="steps or epochs"):
        call("new", "y", "--from", "x")
    assert path.read_text().endswith('"modular"\n')


def test_without_a_file() -> None:
    for words in (["check"], ["list"], ["show", "x"], ["new", "y", "--from", "x"]):
        with pytest.raises(NotFound, match="mobius init"):
            call(*words)
