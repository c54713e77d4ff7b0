"""Order of the queue and the claim."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mobius_core.runs.folder import RunFolder
from mobius_core.runs.queue import PRIORITY_RANGE, Entry, Queue, claim
from mobius_core.runs.spec import QueuePlace

PLACES = st.builds(
    QueuePlace,
    submitted_ns=st.integers(0, 2**63 - 1),
    seq=st.integers(0, 999_999),
    priority=st.integers(-PRIORITY_RANGE, PRIORITY_RANGE),
)
ENTRIES = st.builds(
    Entry, st.from_regex(r"[0-9a-z.-]{1,40}", fullmatch=True), st.integers(1, 99), PLACES
)


@given(ENTRIES)
def test_a_name_says_all(entry: Entry) -> None:
    assert Entry.parse(entry.name) == entry


@given(ENTRIES, ENTRIES)
def test_names_sort_by_priority_then_time_then_sequence(one: Entry, two: Entry) -> None:
    def order(entry: Entry) -> tuple[int, int, int]:
        return -entry.place.priority, entry.place.submitted_ns, entry.place.seq

    if order(one) != order(two):
        assert (one.name < two.name) == (order(one) < order(two))


def test_foreign_files_are_no_entries(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "queue")
    assert queue.entries() == []
    entry = Entry("a.b-1", 1, QueuePlace(submitted_ns=1, seq=2, priority=3))
    queue.add(entry)
    (queue.folder / ".DS_Store").touch()
    (queue.folder / "notes.txt").touch()
    assert queue.entries() == [entry]
    queue.remove(entry)
    queue.remove(entry)
    assert queue.entries() == []


def test_one_of_many_claims(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    os.mkdir(folder.attempts)
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: claim(folder, 1), range(64)))
    assert sum(attempt is not None for attempt in claims) == 1
    assert folder.last_attempt() == 1


def test_a_run_that_is_gone_cannot_be_claimed(tmp_path: Path) -> None:
    assert claim(RunFolder(tmp_path / "gone"), 1) is None
