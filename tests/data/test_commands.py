"""`mobius data` as typed by a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobius_core.data.catalog import catalog
from mobius_core.data.ordered import cores
from mobius_core.errors import NotFound, UsageError, WorkFailed
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from tests.data.commands import document, lines, mobius

FILE = """
schema = 1
[data.small]
n = [2, 1e13]
rows = 2000
test = 500
[data.fresh]
n = [1, "2^63-1"]
stream = true
test = 50
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "experiments.toml").write_text(FILE)
    for name in ("MOBIUS_FILE", "MOBIUS_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_build_list_info_verify(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mobius("data", "build", "small", "--here")
    (folder,) = lines(capsys)
    assert Path(folder).parent == here / "mobius_lab" / "data"
    mobius("data", "build", "small", "--json")
    assert document(capsys) == {"schema": 1, "data": folder, "built": True, "runs": []}

    mobius("data", "list", "--json")
    built = {one["name"]: one["built"] for one in document(capsys)["data"]}
    assert built == {"small": True, "fresh": False}
    mobius("data", "list")
    assert [line.split()[0] for line in lines(capsys)] == ["name", "small", "fresh"]

    mobius("data", "info", "small", "--json")
    facts = document(capsys)["data"]
    assert (facts["rows"], facts["test"], facts["n"]) == (2000, 500, [2, 10**13])
    assert 0.55 < facts["squarefree"] < 0.66
    mobius("data", "info", "small")
    shown = "\n".join(lines(capsys))
    assert "6/pi^2 = 60.7927%" in shown
    assert "sqrt(rows) = 45" in shown

    mobius("data", "verify", "small")
    assert all(line.startswith("ok") for line in lines(capsys))
    mobius("data", "verify", "small", "--rows", "7", "--json")
    found = document(capsys)
    assert found["ok"] is True
    assert found["checks"][-1]["detail"] == "mu of 7 rows recomputed in Python"


def test_build_in_parts(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2, 3):
        mobius("data", "build", "small", "--shard", f"{number}/3", "--threads", "2")
        assert lines(capsys)[0].endswith(f".part-{number}-of-3")
    mobius("data", "build", "small", "--here", "--threads", "3")
    folder = Path(lines(capsys)[0])
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    mobius("data", "verify", "small", "--json")
    assert document(capsys)["ok"] is True
    mobius("data", "build", "small", "--shard", "1/3", "--json")
    assert document(capsys) == {"schema": 1, "data": str(folder), "built": True, "runs": []}
    with pytest.raises(UsageError, match=r"--shard 4/3: give K/N"):
        mobius("data", "build", "small", "--shard", "4/3")


@pytest.mark.skipif(cores() < 2, reason="a run of two threads needs two cores")
def test_threads_of_a_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mobius("data", "build", "small", "--threads", "2", "--follow", "--json")
    (run,) = Lab(here / "mobius_lab").find(document(capsys)["runs"][0])
    assert run.trial.resources["threads"] == 2
    assert run.state is State.DONE


def test_build_as_a_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Queued, built by a detached runner, followed to its end."""
    mobius("data", "build", "small", "--follow", "--json")
    found = document(capsys)
    assert found["built"] is True
    (run,) = Lab(here / "mobius_lab").find(found["runs"][0])
    assert run.state is State.DONE
    assert run.result is not None
    assert run.result["rows"] == 2000
    mobius("data", "verify", "small", "--json")
    assert document(capsys)["ok"] is True


def test_build_that_cannot_end_well(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mobius_lab").mkdir()
    (here / "mobius_lab" / "data").write_text("in the way")
    with pytest.raises(WorkFailed):
        mobius("data", "build", "small", "--follow", "--json")


def test_stream(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mobius("data", "build", "fresh", "--here")
    mobius("data", "info", "fresh")
    assert "50 held out; training rows are made on the fly" in "\n".join(lines(capsys))


def test_verify_says_what_is_wrong(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mobius("data", "build", "small", "--here")
    folder = Path(lines(capsys)[0])
    content = bytearray((folder / "mu.npy").read_bytes())
    content[-1] = 5
    (folder / "mu.npy").write_bytes(content)
    with pytest.raises(WorkFailed, match=r"fails mu.npy, values, ladder; remove the folder"):
        mobius("data", "verify", "small")


@pytest.mark.parametrize("command", ["build", "info", "verify"])
def test_unknown_name(here: Path, command: str) -> None:
    with pytest.raises(NotFound, match=r"did you mean small\?; `mobius data list` shows"):
        mobius("data", command, "smal")


@pytest.mark.parametrize("command", ["info", "verify"])
def test_not_built(here: Path, command: str) -> None:
    with pytest.raises(NotFound, match="is not built; `mobius data build small` does it"):
        mobius("data", command, "small")


def test_a_data_set_of_an_older_recipe(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mobius("data", "build", "small", "--here")
    folder = Path(lines(capsys)[0])
    (here / "experiments.toml").write_text(FILE.replace("2000", "2001"))
    mobius("data", "list", "--json")
    found = [(one["folder"], one["built"], one["rows"]) for one in document(capsys)["data"]]
    assert (str(folder), True, None) in found
    with pytest.raises(NotFound, match="is not built"):
        mobius("data", "info", "small")
    mobius("data", "info", folder.name, "--json")
    assert document(capsys)["data"]["rows"] == 2000


def test_a_lab_without_experiments_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mobius("data", "build", "small", "--here")
    capsys.readouterr()
    (here / "experiments.toml").unlink()
    mobius("data", "info", "small", "--home", str(here / "mobius_lab"), "--json")
    assert document(capsys)["data"]["name"] == "small"
    assert [one.name for one in catalog(here / "mobius_lab" / "data", {})] == ["small"]
