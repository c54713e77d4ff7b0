"""Threads and parts: who makes the rows must not show in the bytes."""

from __future__ import annotations

import itertools
import json
import threading
from pathlib import Path

import numpy as np
import pytest

from mobius_core.data import build as building
from mobius_core.data.build import build, build_part
from mobius_core.data.ordered import AHEAD, ordered
from mobius_core.data.parts import Shard, find
from mobius_core.data.place import folder_of, partial_of
from mobius_core.errors import Refused, UsageError, WorkFailed
from tests.data.recipes import HASH, SMALL, contents, make


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 100 rows, so that a small data set has many."""
    monkeypatch.setattr(building, "CHUNK", 100)


def make_part(data_dir: Path, text: str, threads: int = 1) -> int:
    """Chunks made."""
    shard = Shard.read(text)
    return len(list(build_part(data_dir, "small", HASH, SMALL, shard, threads=threads)))


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_do_not_show(tmp_path: Path, threads: int) -> None:
    make(tmp_path / "one")
    steps = list(build(tmp_path / "many", "small", HASH, SMALL, threads=threads))
    assert [step.done for step in steps] == list(range(100, 3001, 100))
    assert contents(tmp_path / "many") == contents(tmp_path / "one")


def test_a_build_on_threads_stopped_and_gone_on_with(tmp_path: Path) -> None:
    make(tmp_path / "unbroken")
    first = build(tmp_path, "small", HASH, SMALL, threads=3)
    for _ in itertools.islice(first, 11):
        pass
    first.close()
    assert len(list(build(tmp_path, "small", HASH, SMALL, threads=2))) == 19
    assert contents(tmp_path) == contents(tmp_path / "unbroken")


@pytest.mark.parametrize("count", [1, 7, 16])
def test_parts_join_to_the_same_bytes(tmp_path: Path, count: int) -> None:
    make(tmp_path / "whole")
    for number in range(count, 0, -1):
        make_part(tmp_path, f"{number}/{count}", threads=2)
    assert not folder_of(tmp_path, "small", HASH).exists()
    make(tmp_path)
    assert contents(tmp_path) == contents(tmp_path / "whole")
    assert [path.name for path in tmp_path.iterdir() if path.name != "whole"] == [f"small-{HASH}"]


def test_missing_and_overlapping_parts(tmp_path: Path) -> None:
    """What no part has is made; what two have is taken once."""
    make(tmp_path / "whole")
    for text in ("2/7", "5/7", "2/3"):
        make_part(tmp_path, text)
    make(tmp_path)
    assert contents(tmp_path) == contents(tmp_path / "whole")


def test_rows_of_a_part_are_taken_from_it(tmp_path: Path) -> None:
    """Otherwise the tests above would pass without any joining: here the part holds other rows,
    under checksums that agree."""
    make_part(tmp_path, "2/3")
    (part,) = find(folder_of(tmp_path, "small", HASH))
    assert part.rows == range(1000, 2000)
    mu = np.load(part.folder / "mu.npy")
    np.save(part.folder / "mu.npy", np.full_like(mu, 1))
    document = json.loads((part.folder / "part.json").read_text())
    document["checksums"].pop("mu.npy")
    (part.folder / "part.json").write_text(json.dumps(document))
    data = make(tmp_path)
    assert (data.mu[1000:2000] == 1).all()
    assert not (data.mu[:1000] == 1).all()


def test_a_damaged_part_is_refused(tmp_path: Path) -> None:
    make_part(tmp_path, "2/3")
    (part,) = find(folder_of(tmp_path, "small", HASH))
    content = bytearray((part.folder / "n.npy").read_bytes())
    content[-1] ^= 1
    (part.folder / "n.npy").write_bytes(content)
    with pytest.raises(WorkFailed, match=r"n.npy is not as it was written; remove .*2-of-3, then"):
        make(tmp_path)


def test_a_part_of_another_sieve_does_not_count(tmp_path: Path) -> None:
    make_part(tmp_path, "2/3")
    path = Shard(2, 3).folder(folder_of(tmp_path, "small", HASH)) / "part.json"
    path.write_text(path.read_text().replace('"sieve":1', '"sieve":0'))
    assert find(folder_of(tmp_path, "small", HASH)) == ()


def test_a_part_goes_on_and_is_made_once(tmp_path: Path) -> None:
    first = build_part(tmp_path, "small", HASH, SMALL, Shard(1, 3))
    for _ in itertools.islice(first, 4):
        pass
    first.close()
    assert make_part(tmp_path, "1/3") == 6
    assert make_part(tmp_path, "1/3") == 0
    make(tmp_path)
    assert make_part(tmp_path, "2/3") == 0, "the whole stands"


def test_one_builder_of_a_part(tmp_path: Path) -> None:
    first = build_part(tmp_path, "small", HASH, SMALL, Shard(1, 3))
    next(first)
    with pytest.raises(Refused, match=r"part-1-of-3 is being built by another process"):
        make_part(tmp_path, "1/3")
    assert make_part(tmp_path, "2/3") == 10, "others may be made meanwhile"
    first.close()
    assert partial_of(Shard(1, 3).folder(folder_of(tmp_path, "small", HASH))).is_dir()


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "1/0", "-1/3", "1/3/5", "a/b", "1/10000"])
def test_no_such_part(text: str) -> None:
    with pytest.raises(UsageError, match=r"give K/N with 1 <= K <= N <= 9999, such as 3/16"):
        Shard.read(text)


def test_more_parts_than_rows(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has 3,000 rows, too few for 3,001 parts"):
        make_part(tmp_path, "1/3001")


def test_parts_cover_all_rows_once() -> None:
    for rows, count in ((1, 1), (10, 3), (1000, 999), (10**8, 16)):
        parts = [Shard(number, count).rows(rows) for number in range(1, count + 1)]
        assert parts[0].start == 0
        assert parts[-1].stop == rows
        assert all(one.stop == two.start for one, two in itertools.pairwise(parts))


def test_results_come_in_order_and_few_wait() -> None:
    begun: list[int] = []
    lock = threading.Lock()

    def work(item: int) -> int:
        with lock:
            begun.append(item)
        return item * item

    results = ordered(work, iter(range(100)), 3)
    for taken in range(10):
        assert next(results) == taken**2
        assert len(begun) <= taken + 1 + AHEAD * 3
    results.close()
    assert len(begun) <= 10 + AHEAD * 3


def test_a_failure_of_a_thread_is_the_failure() -> None:
    def work(item: int) -> int:
        if item == 5:
            raise WorkFailed("five")
        return item

    with pytest.raises(WorkFailed, match="five"):
        list(ordered(work, range(100), 3))
