"""Exports: the bytes of the format, the split, whole or absent, left alone where whole."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from mobius_core.data import export as exporting
from mobius_core.data import export_int2int, int2int
from mobius_core.data.corrupt import corrupt
from mobius_core.data.export import Request, export
from mobius_core.data.open import DataSet
from mobius_core.errors import UsageError, WorkFailed
from mobius_core.numbers.primes import first_primes
from mobius_core.resolve import resolve
from tests.data.commands import document, lines, mobius
from tests.data.int2int_by_hand import integer, parse, text
from tests.data.recipes import STREAM, make
from tests.sieve.reference import flint_mu

PRIMES = first_primes(100)
AWKWARD = (2, 1000, 999, 1001, 65535, 32768, 10007)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return make(tmp_path_factory.mktemp("data"))


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 64 rows, so that a small data set has many."""
    monkeypatch.setattr(int2int, "PIECE", 64)
    monkeypatch.setattr(export_int2int, "PIECE", 64)


def run(data: DataSet, folder: Path, request: Request) -> list[Path]:
    steps = export(data, folder, request)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            paths: list[Path] = end.value
            return paths


def int2int_request(moduli: tuple[int, ...] = PRIMES, threads: int = 1) -> Request:
    return Request(format="int2int", moduli=moduli, threads=threads)


def test_writer_by_hand() -> None:
    """The reference of these tests against the examples of the format."""
    assert [integer(n) for n in (0, 7, 999, 1000, 1005, 65535, -3500)] == [
        "+ 0", "+ 7", "+ 999", "+ 1 0", "+ 1 5", "+ 65 535", "- 3 500",
    ]  # fmt: skip


@pytest.mark.parametrize("moduli", [PRIMES, AWKWARD, (3,)])
@pytest.mark.parametrize("threads", [1, 3])
def test_int2int(
    data: DataSet, tmp_path: Path, small_pieces: None, moduli: tuple[int, ...], threads: int
) -> None:
    paths = run(data, tmp_path, int2int_request(moduli, threads))
    assert [path.name for path in paths] == [
        "mu_modp_and_p.txt.test",
        "mu_modp_and_p.txt.train",
        "musq_modp_and_p.txt.test",
        "musq_modp_and_p.txt.train",
    ]
    for path in paths:
        rows = data.train if path.suffix == ".train" else data.test
        mu = flint_mu(rows.n.tolist())
        labels = mu if path.name.startswith("mu_") else [one * one for one in mu]
        assert path.read_bytes() == text(rows.n.tolist(), moduli, labels)


def test_rows_of_the_split(data: DataSet, tmp_path: Path) -> None:
    paths = {path.name: path for path in run(data, tmp_path, int2int_request())}
    counts = {name: path.read_bytes().count(b"\n") for name, path in paths.items()}
    assert counts["mu_modp_and_p.txt.train"] == 2500
    assert counts["mu_modp_and_p.txt.test"] == 500


def test_left_alone_where_it_stands(data: DataSet, tmp_path: Path) -> None:
    paths = run(data, tmp_path, int2int_request())
    stamps = [os.stat(path).st_mtime_ns for path in paths]
    assert run(data, tmp_path, int2int_request(threads=2)) == paths
    assert [os.stat(path).st_mtime_ns for path in paths] == stamps
    run(data, tmp_path, int2int_request((3, 5)))
    assert paths[0].read_bytes().startswith(b"V4 "), "other moduli, other files"
    os.truncate(paths[0], 10)
    run(data, tmp_path, int2int_request((3, 5)))
    assert os.stat(paths[0]).st_size > 10


def test_nothing_is_left_of_a_broken_export(
    data: DataSet, tmp_path: Path, small_pieces: None
) -> None:
    steps = export(data, tmp_path, int2int_request())
    for _ in range(3):
        next(steps)
    steps.close()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses(data: DataSet, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WorkFailed, match="cannot make"):
        run(data, tmp_path / "file", int2int_request())


def test_npy(data: DataSet, tmp_path: Path) -> None:
    paths = run(data, tmp_path, Request(format="npy", moduli=AWKWARD, threads=2))
    found = {path.stem: np.load(path) for path in paths}
    assert sorted(found) == [
        f"{split}_{column}"
        for split in ("test", "train")
        for column in ("mu", "mu2", "n", "residues")
    ]
    for split, rows in (("train", data.train), ("test", data.test)):
        n = rows.n.tolist()
        assert found[f"{split}_n"].tolist() == n
        assert found[f"{split}_mu"].tolist() == flint_mu(n)
        assert found[f"{split}_mu2"].tolist() == [one * one for one in flint_mu(n)]
        assert found[f"{split}_residues"].dtype == np.uint16
        assert found[f"{split}_residues"].tolist() == [[k % m for m in AWKWARD] for k in n]


def test_parquet(data: DataSet, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="no pyarrow: pip install pyarrow")
    request = Request(format="parquet", moduli=AWKWARD, targets=("mu2",), threads=2)
    paths = run(data, tmp_path, request)
    assert [path.name for path in paths] == ["test.parquet", "train.parquet"]
    table = parquet.read_table(paths[0])
    n = data.test.n.tolist()
    assert table.column("n").to_pylist() == n
    assert table.column("mu2").to_pylist() == [one * one for one in flint_mu(n)]
    assert table.column("residues").to_pylist() == [[k % m for m in AWKWARD] for k in n]
    assert table.schema.metadata[b"moduli"].decode() == " ".join(map(str, AWKWARD))


def test_parquet_without_pyarrow(
    data: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"needs pyarrow, which is not installed; `pip install"):
        run(data, tmp_path, Request(format="parquet", moduli=PRIMES))


def test_a_stream_has_no_end(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a stream, whose training rows have no end"):
        run(make(tmp_path / "data", STREAM), tmp_path / "out", int2int_request())


@pytest.mark.parametrize(
    ("form", "moduli", "targets", "message"),
    [
        ("csv", (2,), ("mu",), 'no format "csv"; there are int2int, npy, parquet'),
        ("npy", (2, 1), ("mu",), r"modulus 1: every modulus must lie in 2..65535"),
        ("npy", (2, 65536), ("mu",), r"modulus 65536: every modulus must lie in 2..65535"),
        ("npy", (), ("mu",), "no moduli"),
        ("npy", (2,), ("omega",), 'no target "omega" to export; there are mu and mu2'),
    ],
)
def test_impossible_requests(
    form: str, moduli: tuple[int, ...], targets: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        Request(format=form, moduli=moduli, targets=targets)


def test_every_format_is_there() -> None:
    for reference in exporting.FORMATS.values():
        assert callable(resolve(reference))


WORDS = ("only:2,3", "random:2", "random:3", "random:2,3", "random:5,541")


@pytest.fixture(scope="module")
def corrupted(data: DataSet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("corrupt")
    steps = corrupt(data, folder, int2int_request(threads=2), WORDS)
    list(steps)
    return {path.name: path for path in folder.glob("*.txt")}


def test_corrupted_files(data: DataSet, corrupted: dict[str, Path]) -> None:
    ends = ["true", "only23_correct", "2_random", "p_3_random", "23_random", "random_5_541"]
    assert sorted(corrupted) == sorted(f"{s}_{end}.txt" for s in ("mu", "musq") for end in ends)
    n, mu = data.test.n.tolist(), flint_mu(data.test.n.tolist())
    assert corrupted["mu_true.txt"].read_bytes() == text(n, PRIMES, mu)
    assert corrupted["musq_true.txt"].read_bytes() == text(n, PRIMES, [one * one for one in mu])


@pytest.mark.parametrize(
    ("end", "random"),
    [
        ("only23_correct", set(PRIMES) - {2, 3}),
        ("2_random", {2}),
        ("p_3_random", {3}),
        ("23_random", {2, 3}),
        ("random_5_541", {5, 541}),
    ],
)
def test_what_is_random_and_what_is_not(
    data: DataSet, corrupted: dict[str, Path], end: str, random: set[int]
) -> None:
    rows = [parse(row) for row in corrupted[f"mu_{end}.txt"].read_text().splitlines()]
    squares = [parse(row) for row in corrupted[f"musq_{end}.txt"].read_text().splitlines()]
    n = data.test.n.tolist()
    assert [label for _, _, label in rows] == flint_mu(n)
    assert [label**2 for _, _, label in rows] == [label for _, _, label in squares]
    assert [residues for residues, _, _ in rows] == [residues for residues, _, _ in squares]
    for column, p in enumerate(PRIMES):
        same = sum(row[0][column] == k % p for row, k in zip(rows, n, strict=True))
        if p in random:
            # 500 draws hit the true residue about 500 / p times, within five standard errors.
            assert abs(same - 500 / p) < 5 * (500 / p) ** 0.5 + 1
        else:
            assert same == 500


def test_corruption_does_not_depend_on_threads(
    data: DataSet, corrupted: dict[str, Path], tmp_path: Path
) -> None:
    list(corrupt(data, tmp_path, int2int_request(), WORDS))
    for name, path in corrupted.items():
        assert (tmp_path / name).read_bytes() == path.read_bytes()


def test_fewer_rows(data: DataSet, tmp_path: Path) -> None:
    list(corrupt(data, tmp_path, int2int_request(), ("random:2",), rows=20))
    assert (tmp_path / "mu_2_random.txt").read_bytes().count(b"\n") == 20
    with pytest.raises(UsageError, match="holds out 500 rows; give 1 to that many"):
        list(corrupt(data, tmp_path, int2int_request(), ("random:2",), rows=501))


@pytest.mark.parametrize("word", ["random:601", "both:2", "random"])
def test_no_such_corruption(data: DataSet, tmp_path: Path, word: str) -> None:
    with pytest.raises(UsageError, match=f'"{word}"'):
        list(corrupt(data, tmp_path, int2int_request(), (word,)))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    recipe = "schema = 1\n[data.tiny]\nn = [2, 1e13]\nrows = 30\ntest = 10\n"
    (tmp_path / "experiments.toml").write_text(recipe)
    for name in ("MOBIUS_FILE", "MOBIUS_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mobius("data", "build", "tiny", "--here")
    (built,) = lines(capsys)
    mobius("data", "export", "tiny")
    paths = lines(capsys)
    assert Path(paths[0]).parent == here / "mobius_lab" / "exports" / Path(built).name
    assert b"V200 + " in Path(paths[0]).read_bytes()
    mobius(
        "data", "export", "tiny", "--format", "npy", "--moduli", "4,9", "--target", "mu2",
        "--out", "o", "--json",
    )  # fmt: skip
    found = document(capsys)
    assert [Path(path).name for path in found["files"]] == [
        f"{split}_{column}.npy"
        for split in ("test", "train")
        for column in ("mu2", "n", "residues")
    ]
    mobius("data", "corrupt", "tiny", "--primes", "3", "--rows", "5")
    paths = lines(capsys)
    assert len(paths) == 10
    assert all(Path(path).read_text().startswith("V6 + ") for path in paths)
    mobius("data", "corrupt", "tiny", "random:2,5", "--target", "mu", "--json", "--out", "c")
    assert [Path(path).name for path in document(capsys)["files"]] == [
        "mu_random_2_5.txt",
        "mu_true.txt",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--moduli", "2,x"], "--moduli 2,x: give numbers with commas"),
        (["--moduli", "2", "--primes", "3"], "--primes or --moduli: give one of them"),
        (["--format", "csv"], 'no format "csv"'),
        (["--target", "omega"], 'no target "omega"'),
    ],
)
def test_commands_of_nonsense(here: Path, words: list[str], message: str) -> None:
    mobius("data", "build", "tiny", "--here")
    with pytest.raises(UsageError, match=message):
        mobius("data", "export", "tiny", *words)
