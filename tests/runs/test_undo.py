"""Taking back removals and changes of tags, pins and notes, the newest first."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from mobius_core.errors import NotFound
from mobius_core.runs import journal, notes, trash
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run
from mobius_core.runs.submit import submit
from mobius_core.runs.undo import undo
from tests.runs.guests import guest, now, until_over


@pytest.fixture
def runs(lab: Lab) -> list[Run]:
    return [until_over(lab, run) for run in submit(lab, [guest("true"), guest("true")]).queued]


def test_the_newest_change_goes_first_whatever_it_was(lab: Lab, runs: list[Run]) -> None:
    first, second = runs
    notes.tag(lab, [first], ["good"])
    notes.tag(lab, runs, ["look"], ["good"])
    trash.remove(lab, [second])
    notes.note(lab, [first], "beats it")
    notes.pin(lab, [first])
    done = [undo(lab) for _ in range(4)]
    assert [(one.what, len(one.runs)) for one in done] == [
        ("pin", 1),
        ("note", 1),
        ("removal", 1),
        ("tags", 2),
    ]
    assert [(run.tags, run.note, run.pinned) for run in lab.read([first.id, second.id])] == [
        (("good",), "", False),
        ((), "", False),
    ]
    undo(lab)
    assert now(lab, first).tags == ()
    with pytest.raises(NotFound, match="nothing to undo"):
        undo(lab)


def test_other_keys_of_the_notes_stay(lab: Lab, runs: list[Run]) -> None:
    path = lab.folder(runs[0].id).notes
    notes.tag(lab, runs[:1], ["good"])
    path.write_text(json.dumps({**json.loads(path.read_text()), "mine": 1, "note": "by hand"}))
    undo(lab)
    assert json.loads(path.read_text()) == {"mine": 1, "note": "by hand"}


def test_changes_made_at_once_keep_each_other(lab: Lab, runs: list[Run]) -> None:
    """Tags, notes and pins of a run stand in one file, which each change reads and writes."""
    (run, _), many = runs, 40

    def annotate() -> None:
        for number in range(many):
            notes.note(lab, [run], f"note {number}")

    writer = threading.Thread(target=annotate)
    writer.start()
    for number in range(many):
        notes.tag(lab, [run], [f"tag{number}"])
    writer.join()
    found = now(lab, run)
    assert set(found.tags) == {f"tag{number}" for number in range(many)}
    assert found.note == f"note {many - 1}"
    assert len(journal.times(lab)) == 2 * many


def test_what_changes_nothing_is_not_remembered(lab: Lab, runs: list[Run]) -> None:
    notes.tag(lab, runs, ["good"])
    notes.tag(lab, runs, ["good"], ["absent"])
    assert len(journal.times(lab)) == 1


def test_runs_that_are_gone_for_good_are_left_out(lab: Lab, runs: list[Run]) -> None:
    notes.tag(lab, runs, ["good"])
    trash.remove(lab, runs[:1])
    trash.empty(lab)
    assert [run.id for run in undo(lab).runs] == [runs[1].id]
    assert not lab.folder(runs[0].id).path.exists()


def test_a_spoiled_entry_is_passed_over(lab: Lab, runs: list[Run]) -> None:
    notes.tag(lab, runs, ["good"])
    (entry,) = journal.journal_of(lab).iterdir()
    entry.write_text("{torn")
    assert undo(lab).runs == ()
    assert now(lab, runs[0]).tags == ("good",)


def test_only_the_last_hundred_changes_are_kept(lab: Lab, runs: list[Run]) -> None:
    for number in range(journal.KEPT + 3):
        notes.note(lab, runs[:1], str(number))
    assert len(journal.times(lab)) == journal.KEPT


def test_the_command_takes_back_what_other_commands_did(lab: Lab, runs: list[Run]) -> None:
    def mobius(*words: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "mobius_tui", *words, "--home", str(lab.home)]
        return subprocess.run(argv, capture_output=True, text=True, check=True)

    mobius("tag", runs[0].id, "good")
    mobius("pin", runs[0].id)
    undone = mobius("undo")
    assert undone.stdout.split()[0] == runs[0].id
    assert "took back: pin of 1 runs" in undone.stderr
    assert (now(lab, runs[0]).pinned, now(lab, runs[0]).tags) == (False, ("good",))
