"""What is kept of finished runs: never another answer than that of the folders themselves."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobius_core.config.trial import Trial
from mobius_core.runs import index, notes, trash
from mobius_core.runs import lab as lab_module
from mobius_core.runs.again import queue_again
from mobius_core.runs.document import document_of, rest_of, run_of
from mobius_core.runs.facts import Exit, Proc
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab, make_folders
from mobius_core.runs.process import Process
from mobius_core.runs.queue import claim
from mobius_core.runs.run import Run, State
from mobius_core.runs.submit import make_specs, write_runs
from tests.runs.guests import guest

_instants = itertools.count(10**18, 10**10)
"""Nanoseconds long ago, no two alike."""


class Quiet:
    """A lab in which nothing runs: what runners would write is written here."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cache = home.parent / "cache"
        self.nothing = home.parent / "nothing"
        self.lasting = Lab(home)
        make_folders(self.lasting)

    def add(self, reason: str | None = "done", trial: Trial | None = None) -> Run:
        """A run that has ended so, or that waits in the queue."""
        specs, _ = make_specs(self.lasting, [trial or guest("true")], ())
        write_runs(self.lasting, specs, {})
        folder = self.lasting.folder(specs[0].id)
        if reason is not None:
            claim(folder, 1)
            self.record(folder)
            self.end(folder, reason)
        return self.lasting.read([folder.id])[0]

    def record(self, folder: RunFolder) -> None:
        proc = Proc(host=self.lasting.host, runner=Process(1, 1), child=Process(2, 2), t=1.0)
        write_json(folder.attempt(folder.last_attempt()).proc, proc.to_json())

    def end(self, folder: RunFolder, reason: str) -> None:
        write_json(folder.result, {"test_acc": random.random()})
        ended = Exit(reason=reason, t=2.0, rc=0)
        write_json(folder.attempt(folder.last_attempt()).exit, ended.to_json())

    def age(self) -> None:
        """As if nothing had changed for long."""
        for folder in self.lasting.runs_dir.iterdir():
            for path in (folder, folder / "notes.json", folder / "result.json"):
                if path.exists():
                    instant = next(_instants)
                    os.utime(path, ns=(instant, instant))

    def fresh(self, cache: Path | None = None) -> Lab:
        """As another process sees the lab."""
        os.environ["XDG_CACHE_HOME"] = str(cache or self.cache)
        return Lab(self.home)

    def believed(self) -> dict[str, index.Finished]:
        return index.load(index.place(self.home, self.lasting.host), self.home)

    def check(self) -> None:
        """Every reader gives what the folders say."""
        truth = self.fresh(self.nothing).scan([])
        shutil.rmtree(self.nothing, ignore_errors=True)
        assert self.fresh().scan([]) == truth
        assert self.lasting.scan([]) == truth
        documents = self.fresh().survey([]).documents
        assert [json.loads(text) for text in documents] == [document_of(run) for run in truth]


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Quiet:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(lab_module, "ENOUGH", 1)
    return Quiet(tmp_path / "lab")


@pytest.fixture(scope="module")
def eager() -> Iterator[None]:
    """The index is written at every change."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", os.environ["XDG_CACHE_HOME"])
        patch.setattr(lab_module, "ENOUGH", 1)
        yield


def one(quiet: Quiet, choice: int, wanted: Callable[[Run], bool] = lambda run: True) -> Run | None:
    runs = [run for run in quiet.fresh().scan([]) if wanted(run)]
    return runs[choice % len(runs)] if runs else None


def is_over(run: Run) -> bool:
    return run.state.is_over


def tag(quiet: Quiet, choice: int) -> None:
    if run := one(quiet, choice):
        notes.tag(quiet.fresh(), [run], [f"t{choice}"])


def edit_in_place(quiet: Quiet, choice: int) -> None:
    if run := one(quiet, choice):
        path = run.folder / index.BESIDE[choice % 2]
        path.write_text(json.dumps({"note": f"edited {choice}"}))


def remove(quiet: Quiet, choice: int) -> None:
    if run := one(quiet, choice, is_over):
        trash.remove(quiet.fresh(), [run])


def undo(quiet: Quiet, choice: int) -> None:
    if trash.trash_of(quiet.lasting).is_dir() and any(trash.trash_of(quiet.lasting).iterdir()):
        trash.undo(quiet.fresh())


def resume(quiet: Quiet, choice: int) -> None:
    if run := one(quiet, choice, is_over):
        queue_again(quiet.fresh(), run, 0, "resumed")


def begin(quiet: Quiet, choice: int) -> None:
    """As a runner does, with or without having come to write proc.json."""
    if run := one(quiet, choice, lambda run: run.state.is_pending):
        folder = RunFolder(run.folder)
        assert claim(folder, run.attempt + 1)
        (folder.control / "resume").unlink(missing_ok=True)
        if choice % 2:
            quiet.record(folder)


def end(quiet: Quiet, choice: int) -> None:
    if run := one(quiet, choice, lambda run: run.started is not None and run.ended is None):
        quiet.end(RunFolder(run.folder), ("done", "failed", "preempted")[choice % 3])


def copy(quiet: Quiet, choice: int) -> None:
    """As `cp -a` does: with the time stamps of the original."""
    if run := one(quiet, choice):
        shutil.copytree(run.folder, run.folder.with_name(f"copy{next(_instants)}"))


def exchange(quiet: Quiet, choice: int) -> None:
    """Another folder under the same name with the same times, as a backup brings it back."""
    run, other = one(quiet, choice, is_over), one(quiet, choice + 1, is_over)
    if run is None or other is None or run.id == other.id:
        return
    status = run.folder.stat()
    run.folder.rename(quiet.home / "aside")
    shutil.copytree(other.folder, run.folder)
    os.utime(run.folder, ns=(status.st_mtime_ns, status.st_mtime_ns))
    shutil.rmtree(quiet.home / "aside")


def delete(quiet: Quiet, choice: int) -> None:
    if run := one(quiet, choice):
        shutil.rmtree(run.folder)


CHANGES: dict[str, Callable[[Quiet, int], object]] = {
    "done": lambda quiet, choice: quiet.add(),
    "failed": lambda quiet, choice: quiet.add("failed"),
    "queued": lambda quiet, choice: quiet.add(None),
    "age": lambda quiet, choice: quiet.age(),
    "look": lambda quiet, choice: quiet.fresh().scan([]),
    **{f.__name__: f for f in (tag, edit_in_place, remove, undo, resume, begin, end)},
    **{f.__name__: f for f in (copy, exchange, delete)},
}
STEPS = st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 9), st.booleans())


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_the_index_never_says_anything_else(
    eager: None, steps: list[tuple[str, int, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        quiet = Quiet(Path(place) / "lab")
        for reason in ("done", "failed"):
            quiet.add(reason)
        quiet.age()
        quiet.check()
        assert len(quiet.believed()) == 2
        for name, choice, aged in steps:
            CHANGES[name](quiet, choice)
            if aged:
                quiet.age()
            quiet.check()


def test_what_has_just_changed_is_not_kept(quiet: Quiet) -> None:
    """A further change within the same tick of the clock would go unseen."""
    quiet.add()
    quiet.fresh().scan([])
    assert quiet.believed() == {}
    quiet.age()
    quiet.fresh().scan([])
    assert len(quiet.believed()) == 1


OPENED = """
import os, sys
opened = []
sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
from pathlib import Path
from mobius_core.runs.lab import Lab
home = sys.argv[1]
lab = Lab(Path(home))
assert len(lab.scan([])) == 41, len(lab.scan([]))
assert len(Lab(Path(home)).survey([]).documents) == 41
print("\\n".join(sorted({path for path in opened if path.startswith(home + "/runs")})))
"""


def test_finished_runs_cost_no_reading(quiet: Quiet) -> None:
    for _ in range(40):
        quiet.add()
    live = quiet.add(None)
    quiet.age()
    quiet.fresh().scan([])
    argv = [sys.executable, "-c", OPENED, str(quiet.home)]
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
    opened = {Path(line).relative_to(quiet.home) for line in done.stdout.splitlines()}
    assert opened
    assert {path.parts[1] for path in opened} == {live.id}
    assert not any("metrics" in path.name for path in opened)


def spoil(how: str, path: Path) -> None:
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "a bit flipped":
        at = len(content) * 3 // 4
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    elif how == "another lab's":
        path.write_bytes(content.replace(b'/lab"', b'/alb"', 1))
    elif how == "other code's":
        path.write_bytes(content.replace(index.code_stamp().encode(), b"0.0.1-00000000", 1))
    elif how == "a folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes({"empty": b"", "text": b"hello\n\n\n", "zeros": bytes(5000)}[how])


@pytest.mark.parametrize(
    "how",
    ["cut", "a bit flipped", "another lab's", "other code's", "a folder", "empty", "text", "zeros"],
)
def test_a_spoiled_index_is_no_index(quiet: Quiet, how: str) -> None:
    for _ in range(3):
        quiet.add()
    quiet.age()
    quiet.fresh().scan([])
    assert len(quiet.believed()) == 3
    spoil(how, index.place(quiet.home, quiet.lasting.host))
    assert quiet.believed() == {}
    quiet.check()


def test_another_persons_index_is_no_index(quiet: Quiet, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet.add()
    quiet.age()
    quiet.fresh().scan([])
    assert len(quiet.believed()) == 1
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert quiet.believed() == {}


def test_a_cache_that_cannot_be_written_is_no_trouble(
    quiet: Quiet, capfd: pytest.CaptureFixture[str]
) -> None:
    quiet.add()
    quiet.age()
    quiet.cache.write_text("in the way")
    assert len(quiet.fresh().scan([])) == 1
    assert capfd.readouterr() == ("", "")


def test_what_nobody_looks_at_is_removed(quiet: Quiet) -> None:
    quiet.add()
    quiet.age()
    folder = quiet.cache / "mobius"
    folder.mkdir(parents=True)
    for name in ("old.index", "young.index", "old.txt"):
        (folder / name).touch()
    for name in ("old.index", "old.txt"):
        os.utime(folder / name, (1e9, 1e9))
    quiet.fresh().scan([])
    kept = {path.name for path in folder.iterdir()}
    assert kept == {"young.index", "old.txt", index.place(quiet.home, quiet.lasting.host).name}


def test_a_run_as_json_and_back(quiet: Quiet) -> None:
    trial = replace(
        guest("true"),
        arm="prime",
        axes={"train.lr": 1e-3, "model.widths": [1, 2]},
        resources={"threads": 2},
        text={"title": "tab\there", "tags": ["a"]},
    )
    run = quiet.add("oom", trial)
    run = replace(run, tags=("a", "ü"), note="line\nline", rc=-9, warning="stalled", pinned=True)
    document = json.loads(json.dumps(document_of(run)))
    assert run_of(document, json.loads(json.dumps(rest_of(run)))) == run
    assert run.state is State.OOM
