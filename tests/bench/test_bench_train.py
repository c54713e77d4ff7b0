"""`mobius bench train`: our models in training for real, and Int2Int beside them where it is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import typer

from mobius_core.bench.training import Figure, fastest
from mobius_core.bench.turns import Turn
from mobius_core.errors import NotFound, UsageError, WorkFailed
from mobius_tui.cli import bench, bench_train

CHECKOUT = os.environ.get("MOBIUS_INT2INT")


def mobius(*words: str) -> None:
    app = typer.Typer()
    bench.register(app)
    command = typer.main.get_command(app)
    few = ("--rows", "5000", "--rounds", "1")
    command.main(
        ["bench", "train", *few, *words], prog_name="mobius", standalone_mode=False
    )  # fmt: skip


def measured(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    mobius("--json", *words)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    return found


def test_a_model_in_training(capsys: pytest.CaptureFixture[str]) -> None:
    found = measured(capsys, "--only", "divisor_sums")
    training, data, memory = found["figures"]
    assert (training["name"], training["unit"]) == ("divisor_sums training", "examples/s")
    assert training["value"] > 1000
    assert training["ratio"] is None
    assert (data["unit"], data["bound"], data["aim"]) == ("share", 0.05, 0.01)
    assert 0 < data["value"] < 1
    assert memory["unit"] == "bytes"
    assert 1 << 27 < memory["value"] < 1 << 31
    assert found["precision"] in ("fp32", "bf16")
    assert "ratios need Int2Int beside ours" in found["notes"][-1]


def test_a_folder_without_int2int_and_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--only lstm: there are int2int, transformer, mlp"):
        mobius("--only", "lstm")
    with pytest.raises(NotFound, match=r"no train.py there; give a checkout of Int2Int"):
        mobius("--int2int", str(tmp_path))


def test_a_checkout_that_breaks_says_how(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("raise ImportError('no module named apex')")
    with pytest.raises(WorkFailed, match="anchor ended with 1: ImportError: no module named apex"):
        mobius("--int2int", str(tmp_path))


def test_lines_for_people() -> None:
    fast = Figure("mlp training", 41_841.2, "examples/s", 8330.4, 5000, 10_000)
    assert bench_train.line(fast).split("   ")[-2:] == [
        "8,330 x Int2Int", "(at least 5,000 x, aim 10,000 x)",
    ]  # fmt: skip
    alone = Figure("mlp training", 41.84, "examples/s", None, 5000, 10_000)
    assert bench_train.line(alone).split() == ["mlp", "training", "41.8", "examples/s"]
    share = Figure("mlp data, share of a step", 0.0011, "share", None, 0.05, 0.01)
    assert bench_train.line(share).endswith("0.11 %   (at most 5 %, aim 1 %)")
    memory = Figure("int2int memory at its most", 3 << 29, "bytes", 3.4, 10)
    assert bench_train.line(memory).endswith("1,536 MiB   3.4 x Int2Int   (at least 10 x)")


def test_the_fastest_turn_has_the_memory_of_all() -> None:
    """Int2Int was said to hold 3.9 GB, as it does in its first turns; later it holds 4.8."""
    turns = [Turn(ns=2_000, examples=32, peak=7), Turn(1_000, 32, 5), Turn(3_000, 32, 6)]
    assert fastest(turns) == Turn(1_000, 32, 7)


@pytest.mark.slow
@pytest.mark.skipif(CHECKOUT is None, reason="MOBIUS_INT2INT names no checkout of Int2Int")
def test_int2int_beside_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert CHECKOUT is not None
    found = measured(capsys, "--only", "int2int", "--int2int", CHECKOUT)
    figures = {figure["name"]: figure for figure in found["figures"]}
    for job in ("training", "evaluation"):
        ours, theirs = figures[f"int2int {job}"], figures[f"Int2Int {job}"]
        assert ours["ratio"] == pytest.approx(ours["value"] / theirs["value"], rel=0.5)
        assert ours["ratio"] > 1
    assert figures["int2int memory at its most"]["ratio"] > 1
