"""Rows from files: n back from residues, labels checked, every bad line named."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mobius_core.data import files
from mobius_core.data.crt import Residues
from mobius_core.data.open import open_folder
from mobius_core.data.spec import DataSpec
from mobius_core.data.verify import verify
from mobius_core.errors import UsageError
from mobius_core.numbers.primes import first_primes
from tests.data.commands import document, lines, mobius
from tests.data.int2int_by_hand import line, text
from tests.data.recipes import make
from tests.sieve.reference import LARGEST, flint_mu

PRIMES = first_primes(100)
NUMBERS = random.Random(5).sample(range(2, 10**13), 60)


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def recipe(path: Path, form: str = "int2int", test: int | None = None) -> DataSpec:
    return DataSpec(file=str(path), format=form, test=test)


def rows_of(path: Path, folder: Path, form: str = "int2int") -> tuple[list[int], list[int]]:
    data = make(folder, recipe(path, form))
    assert data.label is not None
    assert data.mu.tolist() == flint_mu(data.n.tolist())
    return data.n.tolist(), data.label.tolist()


@pytest.mark.parametrize("moduli", [PRIMES, first_primes(300), (65535, 65534, 65533, 65531, 4, 6)])
@pytest.mark.parametrize("block", [files.BLOCK, 5000])
def test_int2int(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moduli: Sequence[int], block: int
) -> None:
    monkeypatch.setattr(files, "BLOCK", block)
    n = [*NUMBERS, 1, LARGEST]
    labels = [k % 5 - 2 for k in range(len(n))]
    path = write(tmp_path / "rows.txt", text(n, moduli, labels))
    assert rows_of(path, tmp_path / "data") == (n, labels)


def test_without_a_last_line_feed(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.txt", text(NUMBERS, PRIMES, [0] * 60)[:-1])
    assert rows_of(path, tmp_path / "data")[0] == NUMBERS


def test_residues_to_numbers() -> None:
    moduli = (2, 3, 4, 9, 25, 49, *PRIMES[4:40])
    residues = Residues(moduli)
    n = [1, 2, LARGEST, LARGEST - 1, *random.Random(1).sample(range(1, 2**63), 500)]
    rows = np.array([[k % m for m in moduli] for k in n], dtype=np.uint16)
    assert residues.numbers(rows).tolist() == n
    beyond = [0, 2**63, 2**63 + 12345, residues.product - 1]
    rows = np.array([[k % m for m in moduli] for k in beyond], dtype=np.uint16)
    assert residues.numbers(rows).tolist() == [0, 0, 0, 0]


def test_too_few_moduli() -> None:
    with pytest.raises(ValueError, match=r"determine n only modulo 30$"):
        Residues((3, 6, 5, 2))


def test_held_out_rows_come_first(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.txt", text(NUMBERS, PRIMES, [0] * 60))
    data = make(tmp_path / "a", recipe(path, test=7))
    assert data.test.n.tolist() == NUMBERS[:7]
    assert len(make(tmp_path / "b", recipe(path)).test.n) == 6, "a tenth unless it is said"
    with pytest.raises(UsageError, match=r"test = 60 of 60 rows"):
        make(tmp_path / "c", recipe(path, test=60))


def test_what_is_built_verifies(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.txt", text(NUMBERS, PRIMES, [0] * 60))
    data = make(tmp_path / "data", recipe(path))
    assert all(check.ok for check in verify(open_folder(data.folder)))


ROW = [NUMBERS[2] % p for p in PRIMES]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("", "no tab between input and label"),
        ("hello", "no tab between input and label"),
        (line(ROW, PRIMES, 0).replace("V200", "V198").rstrip(), 'begins with "V198" and has 200'),
        (line(ROW, PRIMES, 0).replace(" + 541\t", "\t").rstrip(), 'begins with "V200" and has 199'),
        (line(ROW[:99], PRIMES[:99], 0).rstrip(), "its moduli are not those of line 1"),
        (line([3, *ROW[1:]], PRIMES, 0).rstrip(), "3 is no residue modulo 2"),
        (line(ROW, PRIMES, 0).replace("+ 541", "- 541").rstrip(), "is negative"),
        (line(ROW, PRIMES, 0).replace("+ 541", "+ x").rstrip(), '"x" is no token of an integer'),
        (line(ROW, PRIMES, 0).rstrip("0\n") + "one", 'the label "one" is no whole number'),
        (line(ROW, PRIMES, 300).rstrip(), "label 300 is not in -128..127"),
        (line(ROW, PRIMES, 0).replace("V200", "V200 ").rstrip(), '"" is no token of an integer'),
        (line([*ROW[:99], (ROW[99] + 1) % 541], PRIMES, 0).rstrip(), "has these residues"),
        (line([0] * 100, PRIMES, 0).rstrip(), "no n in 1..2^63-1 has these residues"),
    ],
)
def test_bad_lines_of_int2int(tmp_path: Path, bad: str, reason: str) -> None:
    rows = text(NUMBERS, PRIMES, [0] * 60).decode().splitlines()
    rows[41] = bad
    path = write(tmp_path / "rows.txt", "\n".join(rows) + "\n")
    with pytest.raises(UsageError) as caught:
        make(tmp_path / "data", recipe(path))
    assert str(caught.value).startswith(f"{path} line 42: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("", "no tab between input and label"),
        ("30,-1\n", "no tab between input and label"),
        ("V4 + 1 + 2 + 0 + 3\t-1\n", "these moduli determine n only modulo 6"),
        ("V3 + 1 + 2 + 0\t-1\n", "not made of pairs"),
        ("V2 + 0 + 1\t-1\n", "not made of pairs n mod m, m with every m in 2..65535"),
    ],
)
def test_bad_first_lines(tmp_path: Path, head: str, reason: str) -> None:
    path = write(tmp_path / "rows.txt", head)
    with pytest.raises(UsageError) as caught:
        make(tmp_path / "data", recipe(path))
    assert f"{path} line 1: " in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize("heading", ["", "n,label\n"])
def test_csv(tmp_path: Path, heading: str) -> None:
    labels = [k * 1000 - 30000 for k in range(60)]
    body = "\n".join(f"{n}, {label}" for n, label in zip(NUMBERS, labels, strict=True))
    path = write(tmp_path / "rows.csv", f"{heading}{body}\r\n\n")
    assert rows_of(path, tmp_path / "data", "csv") == (NUMBERS, labels)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("5", '"5" is not n,label'),
        ("5,6,7", '"5,6,7" is not n,label'),
        ("x,1", '"x,1" is not n,label'),
        ("0,1", "n = 0 is not in 1..2^63-1"),
        (f"{2**63},1", f"n = {2**63} is not in 1..2^63-1"),
        (f"5,{2**63}", f"label {2**63} has more than 64 bits"),
    ],
)
def test_bad_lines_of_csv(tmp_path: Path, bad: str, reason: str) -> None:
    path = write(tmp_path / "rows.csv", f"n,label\n\n7,1\n{bad}\n11,1\n")
    with pytest.raises(UsageError) as caught:
        make(tmp_path / "data", recipe(path, "csv", 1))
    assert str(caught.value).startswith(f"{path} line 4: {reason}")


def test_a_number_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", "7,1\n30,1\n8,1\n30,1\n")
    with pytest.raises(UsageError, match=r"rows 2 and 4 are both n = 30; a number may be there on"):
        make(tmp_path / "data", recipe(path, "csv", 1))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "experiments.toml").write_text("schema = 1\n")
    for name in ("MOBIUS_FILE", "MOBIUS_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "mu.txt", text(NUMBERS, PRIMES, flint_mu(NUMBERS)))
    return tmp_path


def test_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Imported, then named in the experiments file by the lines it printed: the same data set."""
    mobius("data", "import", "theirs", "mu.txt", "--test", "20")
    said = capsys.readouterr()
    folder = said.out.strip()
    lines_to_add = said.err.partition("\n")[2]
    (here / "experiments.toml").write_text(f"schema = 1\n{lines_to_add}")
    mobius("data", "info", "theirs", "--json")
    facts = document(capsys)["data"]
    assert (facts["folder"], facts["rows"], facts["test"]) == (folder, 60, 20)
    mobius("data", "info", "theirs")
    assert any("from" in row and "mu.txt" in row for row in lines(capsys))
    mobius("data", "build", "theirs", "--here")
    assert lines(capsys) == [folder]
    mobius("data", "verify", "theirs")
    assert all(row.startswith("ok") for row in lines(capsys))


def test_build_of_a_declared_file_as_a_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = '[data.theirs]\nfile = "mu.txt"\nformat = "int2int"\n'
    (here / "experiments.toml").write_text(f"schema = 1\n{declared}")
    mobius("data", "build", "theirs", "--follow", "--json")
    assert document(capsys)["built"] is True


def test_export_of_what_was_imported(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mobius("data", "import", "theirs", "mu.txt", "--test", "20")
    folder = Path(lines(capsys)[0])
    mobius("data", "export", folder.name, "--target", "mu", "--out", "o")
    paths = [Path(path) for path in lines(capsys)]
    assert b"".join(path.read_bytes() for path in paths) == (here / "mu.txt").read_bytes()


def test_labels_are_checked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    squares = [mu * mu for mu in flint_mu(NUMBERS)]
    wrong = next(row for row, mu in enumerate(flint_mu(NUMBERS), 1) if mu == -1)
    write(here / "musq.txt", text(NUMBERS, PRIMES, squares))
    expected = rf"musq.txt line {wrong}: mu\({NUMBERS[wrong - 1]}\) is -1, not 1; correct the file"
    with pytest.raises(UsageError, match=expected):
        mobius("data", "import", "squares", "musq.txt")
    mobius("data", "import", "squares", "musq.txt", "--target", "mu2")
    capsys.readouterr()
    mobius("data", "import", "free", "musq.txt", "--target", "label", "--json")
    assert document(capsys)["built"] is True


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x/y", "mu.txt"], '"x/y"'),
        (["x", "none.txt"], "no such file: "),
        (["x", "mu.txt", "--target", "omega"], "--target omega: give mu, mu2 or label"),
        (["x", "mu.txt", "--format", "xml"], "--format xml: give int2int or csv"),
    ],
)
def test_nonsense(here: Path, words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        mobius("data", "import", *words)
    assert message in str(caught.value)


def test_another_data_set_of_that_name(here: Path) -> None:
    declared = "[data.theirs]\nn = [1, 100]\nrows = 10\n"
    (here / "experiments.toml").write_text(f"schema = 1\n{declared}")
    with pytest.raises(UsageError, match="is another data set; import under another name"):
        mobius("data", "import", "theirs", "mu.txt")
