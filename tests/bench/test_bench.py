"""`mobius bench sieve`: what is measured is right, taken in turns, and said as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import typer

from mobius_core import _sieve
from mobius_core.bench import jobs, rivals
from mobius_core.bench.timing import Timed, alternate
from mobius_core.errors import UsageError, WorkFailed
from mobius_core.numbers.primes import first_primes
from mobius_tui.cli import bench
from tests.data.int2int_by_hand import text
from tests.sieve.reference import flint_mu


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "WIDTH", 2000)
    monkeypatch.setattr(jobs, "ROWS", 2000)
    monkeypatch.setattr(jobs, "COMPARED", 50)


def mobius(*words: str) -> None:
    app = typer.Typer()
    bench.register(app)
    typer.main.get_command(app).main(["bench", *words], prog_name="mobius", standalone_mode=False)


def measured(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    mobius("sieve", "--repeats", "1", "--json", *words)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    return found


def test_every_job(capsys: pytest.CaptureFixture[str]) -> None:
    found = measured(capsys)
    names = [one["name"] for one in found["jobs"]]
    assert len(set(names)) == len(names)
    for job in jobs.jobs():
        kernels = [one["kernel"] for one in found["jobs"] if one["name"].startswith(f"{job.name} ")]
        assert kernels == ([_sieve.KERNEL] if job.whole else list(_sieve.kernels()))
    for one in found["jobs"]:
        assert one["name"].endswith(one["kernel"])
        assert one["ns"] > 0
        assert all(ratio > 0 for ratio in one["ratio"].values())
    ratios = {one["name"]: set(one["ratio"]) for one in found["jobs"]}
    assert {"flint", "wheel trial division"} <= ratios["random 1e13 portable"]
    assert "flint vector" in ratios["range at 1 portable"]
    assert ratios["residues 100 primes portable"] == {"% loop"}
    assert ratios[f"int2int text to a file {_sieve.KERNEL}"] == {"original"}
    assert found["versions"]["flint"].count(".") == 2


def test_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    mobius("sieve", "--only", "residues", "--repeats", "1")
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == len(_sieve.kernels())
    assert all(" ns   % loop " in line for line in said.out.splitlines())
    assert "CPU time of one thread" in said.err


def test_one_kernel_for_everything() -> None:
    """In its own process: the sieve looks at MOBIUS_KERNEL once."""
    command = [sys.executable, "-m", "mobius_tui", "bench", "sieve", "--json"]
    words = ["--kernel", "portable", "--only", "text in memory", "--repeats", "1"]
    environment = {name: value for name, value in os.environ.items() if name != "MOBIUS_KERNEL"}
    done = subprocess.run(
        [*command, *words], capture_output=True, text=True, check=True, env=environment
    )
    (job,) = json.loads(done.stdout)["jobs"]
    assert (job["name"], job["kernel"]) == ("int2int text in memory portable", "portable")


def test_no_such_kernel() -> None:
    with pytest.raises(UsageError, match="--kernel sse9: there are portable, avx2, ifma"):
        mobius("sieve", "--kernel", "sse9")


def test_what_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sieve, "kernels", lambda: ("portable", "avx2"))
    for name in ("flint", "cypari", "cypari2"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(rivals, "PRIMESIEVE", ("libnone.so",))
    assert jobs.absent(None) == [
        "python-flint is not installed: pip install python-flint",
        "PARI is not installed: pip install cypari",
        "primesieve is not installed: apt-get install libprimesieve-dev",
        "this machine has no ifma: its kernel is left out",
    ]
    assert jobs.versions() == {}
    (result,) = jobs.run("portable", "random 1e13", repeats=1)
    assert set(result.ratio) == {"wheel trial division"}


def test_a_wrong_result_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rivals, "plain_mu", lambda n: np.zeros(len(n), dtype=np.int8))
    with pytest.raises(WorkFailed, match="the sieve and trial division disagree"):
        list(jobs.run("portable", "random 1e13", repeats=1))


def test_turns_and_overhead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that the work itself moves: ways alternate, the least counts, calls are taken off."""
    now = 0
    order: list[str] = []
    monkeypatch.setattr("time.process_time_ns", lambda: now)

    def work(name: str, costs: list[int]) -> Timed:
        left = iter(costs)

        def run() -> None:
            nonlocal now
            order.append(name)
            now += next(left)

        return Timed(run, values=10, repeats=3)

    def calls() -> None:
        nonlocal now
        now += 30

    ours, theirs = work("ours", [500, 100, 300]), work("theirs", [900, 800, 930])
    measured = alternate({"ours": ours, "theirs": Timed(theirs.run, 10, calls, repeats=2)})
    assert order == ["ours", "theirs", "ours", "theirs", "ours"]
    assert measured == {"ours": 10.0, "theirs": 77.0}


def test_plain_programs() -> None:
    n = [*range(1, 3000), 10**12 + 39, 999983**2, 2 * 999983**2, 7 * 11 * 13 * 999983, 9409 * 97]
    numbers = np.array(n, dtype=np.uint64)
    assert rivals.plain_mu(numbers).tolist() == flint_mu(n)
    moduli = np.array([2, 3, 1000, 65535], dtype=np.uint16)
    assert rivals.plain_residues(numbers, moduli).tolist() == [[k % m for m in (2, 3, 1000, 65535)] for k in n]  # fmt: skip  # noqa: E501


def test_plain_lines() -> None:
    primes = first_primes(100)
    n = np.array([30, 4, 10**13 - 1, 999999999989], dtype=np.uint64)
    mu = flint_mu(n.tolist())
    both = rivals.plain_lines(n, primes)
    assert "".join(one for one, _ in both).encode() == text(n.tolist(), primes, mu)
    squares = [one * one for one in mu]
    assert "".join(two for _, two in both).encode() == text(n.tolist(), primes, squares)


def test_flint_vector() -> None:
    vector = rivals.flint_vector()
    assert vector is not None
    assert vector(1001)[1:].tolist() == flint_mu(range(1, 1001))
