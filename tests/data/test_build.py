"""Building: the right rows, whole or absent, resumable to the same bytes, refused in one line."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mobius_core.config.datasets import data_hash
from mobius_core.data import build as building
from mobius_core.data.build import build
from mobius_core.data.fill import Progress
from mobius_core.data.place import folder_of, partial_of
from mobius_core.data.spec import DataSpec
from mobius_core.errors import Refused, UsageError, WorkFailed
from tests.data.recipes import HASH, SMALL, STREAM, contents, make
from tests.sieve.reference import flint_mu


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 100 rows, so that a small data set has many."""
    monkeypatch.setattr(building, "CHUNK", 100)


def test_rows_are_distinct_numbers_of_the_interval_with_their_mu(tmp_path: Path) -> None:
    data = make(tmp_path)
    n = data.n.tolist()
    assert len(set(n)) == 3000
    assert min(n) >= 2
    assert max(n) <= 10**13
    assert data.mu.tolist() == flint_mu(n)


def test_all_numbers_of_an_interval(tmp_path: Path) -> None:
    data = make(tmp_path, DataSpec(n=(7, 1006), rows=1000, test=1))
    assert sorted(data.n.tolist()) == list(range(7, 1007))


def test_columns_are_plain_numpy_files(tmp_path: Path) -> None:
    folder = make(tmp_path).folder
    n, mu = np.load(folder / "n.npy"), np.load(folder / "mu.npy")
    assert (n.dtype, n.shape) == (np.dtype("<u8"), (3000,))
    assert (mu.dtype, mu.shape) == (np.dtype("i1"), (3000,))
    assert [path.name for path in tmp_path.iterdir()] == [folder.name], "nothing is left beside it"


def test_chunks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "whole")
    monkeypatch.setattr(building, "CHUNK", 7)
    make(tmp_path / "chunks")
    assert contents(tmp_path / "chunks") == contents(tmp_path / "whole")


def test_seeds_differ(tmp_path: Path) -> None:
    one = make(tmp_path, SMALL, "one")
    two = make(tmp_path, DataSpec(n=SMALL.n, rows=3000, test=500, seed=5), "two")
    assert not set(one.n.tolist()) & set(two.n.tolist())


def test_progress(tmp_path: Path, small_chunks: None) -> None:
    steps = list(build(tmp_path, "small", HASH, SMALL))
    assert [step.done for step in steps] == list(range(100, 3001, 100))
    assert all(step.rows == 3000 and step.rate > 0 for step in steps)
    assert steps[-1].left == 0
    assert Progress(done=50, rows=150, rate=20.0).left == 5.0


def test_a_standing_data_set_is_left_alone(tmp_path: Path) -> None:
    folder = make(tmp_path).folder
    stamp = os.stat(folder / "n.npy").st_mtime_ns
    assert list(build(tmp_path, "small", HASH, SMALL)) == []
    assert os.stat(folder / "n.npy").st_mtime_ns == stamp


def test_nothing_stands_before_the_end(tmp_path: Path, small_chunks: None) -> None:
    target = folder_of(tmp_path, "small", HASH)
    seen = [target.exists() for _ in build(tmp_path, "small", HASH, SMALL)]
    assert not any(seen)
    assert target.exists()


@pytest.mark.parametrize("stop_after", [1, 7, 29, 30])
def test_a_stopped_build_goes_on(tmp_path: Path, small_chunks: None, stop_after: int) -> None:
    make(tmp_path / "unbroken")
    first = build(tmp_path, "small", HASH, SMALL)
    for _ in itertools.islice(first, stop_after):
        pass
    first.close()
    rest = list(build(tmp_path, "small", HASH, SMALL))
    assert len(rest) == 30 - stop_after
    assert contents(tmp_path) == contents(tmp_path / "unbroken")


KILLED_HALFWAY = """
import os, signal, sys
from pathlib import Path
from mobius_core.data import build, fill
from tests.data.recipes import HASH, SMALL
build.CHUNK, fill.SYNC_EVERY = 100, {sync_every}
for step in build.build(Path(sys.argv[1]), "small", HASH, SMALL):
    if step.done == 1500:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("sync_every", ["0", "1000"])
def test_a_killed_build_goes_on(tmp_path: Path, small_chunks: None, sync_every: str) -> None:
    make(tmp_path / "unbroken")
    program = KILLED_HALFWAY.replace("{sync_every}", sync_every)
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    rest = list(build(tmp_path, "small", HASH, SMALL))
    assert len(rest) == (15 if sync_every == "0" else 30)
    assert contents(tmp_path) == contents(tmp_path / "unbroken")


def torn(partial: Path) -> None:
    (partial / "progress.json").write_text('{"rows": 20')


def too_short(partial: Path) -> None:
    os.truncate(partial / "n.npy", 300)


def missing(partial: Path) -> None:
    (partial / "mu.npy").unlink()


def boastful(partial: Path) -> None:
    (partial / "progress.json").write_text('{"rows": 99999999}')


@pytest.mark.parametrize("harm", [torn, too_short, missing, boastful])
def test_a_damaged_start_is_not_built_upon(
    tmp_path: Path, small_chunks: None, harm: Callable[[Path], None]
) -> None:
    make(tmp_path / "unbroken")
    first = build(tmp_path, "small", HASH, SMALL)
    for _ in itertools.islice(first, 20):
        pass
    first.close()
    harm(partial_of(folder_of(tmp_path, "small", HASH)))
    make(tmp_path)
    assert contents(tmp_path) == contents(tmp_path / "unbroken")


def test_one_builder_at_a_time(tmp_path: Path, small_chunks: None) -> None:
    first = build(tmp_path, "small", HASH, SMALL)
    next(first)
    with pytest.raises(Refused, match=r"is being built by another process; wait for that one"):
        next(build(tmp_path, "small", HASH, SMALL))
    assert len(list(first)) == 29
    assert list(build(tmp_path, "small", HASH, SMALL)) == []


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (DataSpec(n=(1, 10), rows=0, test=1), "rows = 0 and test = 1 must both be positive"),
        (DataSpec(n=(1, 10), rows=-5, test=1), "rows = -5 and test = 1 must both be positive"),
        (DataSpec(n=(1, 10), rows=11, test=1), "11 distinct rows of only 10 numbers"),
        (DataSpec(n=(1, 10), rows=5, test=5), "test = 5 of 5 rows leaves none to train on"),
        (DataSpec(n=(1, 10), rows=5, test=7), "test = 7 of 5 rows leaves none to train on"),
        (DataSpec(n=(1, 10), rows=5), "needs rows and test"),
        (DataSpec(n=(1, 10), test=11, stream=True), "11 distinct rows of only 10 numbers"),
        (DataSpec(n=(1, 10), test=10, stream=True), "test = 10 of 10 rows leaves none to train on"),
        (DataSpec(n=(0, 10), rows=5, test=1), "n = [0, 10] is no interval within 1..2^63-1"),
        (DataSpec(n=(9, 8), rows=5, test=1), "n = [9, 8] is no interval within 1..2^63-1"),
        (DataSpec(n=(1, 2**63), rows=5, test=1), "is no interval within 1..2^63-1"),
        (DataSpec(file="/x.csv", format="csv"), "data.x: no such file: /x.csv"),
    ],
)
def test_impossible_recipes(tmp_path: Path, spec: DataSpec, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        make(tmp_path, spec, "x")
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == [], "nothing half-written"


def test_full_disk(tmp_path: Path) -> None:
    partial = partial_of(folder_of(tmp_path, "small", HASH))
    partial.mkdir()
    (partial / "n.npy").symlink_to("/dev/full")
    with pytest.raises(WorkFailed, match=r"cannot write .*n.npy: No space left on device; free"):
        make(tmp_path)
    (partial / "n.npy").unlink()
    assert len(make(tmp_path).n) == 3000, "and it goes on once there is space"


def test_too_small_a_disk_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(WorkFailed, match=r"MB free and the data set needs 9,000,000,000.0 MB more"):
        make(tmp_path, DataSpec(n=(1, 2**62), rows=10**15, test=1))
    assert list(tmp_path.iterdir()) == []  # neither a folder that grows nor a lock


def test_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkFailed, match=r"Not a directory; choose another folder with --home"):
        make(tmp_path / "file" / "data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere: run it as somebody else")
def test_home_not_writable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(WorkFailed, match=r"Permission denied; make it writable or choose another"):
        make(tmp_path / "data")


def test_the_hash_names_the_rows() -> None:
    other = [
        DataSpec(n=(2, 10**13 - 1), rows=3000, test=500, seed=4),
        DataSpec(n=(2, 10**13), rows=3001, test=500, seed=4),
        DataSpec(n=(2, 10**13), rows=3000, test=501, seed=4),
        DataSpec(n=(2, 10**13), rows=3000, test=500, seed=5),
        STREAM,
    ]
    assert len({data_hash(spec) for spec in [SMALL, *other]}) == 6
