"""How fast each model trains, beside Int2Int as it is: both in the same run, turn by turn."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np

from mobius_core.bench.turns import Turn, Worker
from mobius_core.config import expand, project
from mobius_core.config.project import Project
from mobius_core.data.build import build
from mobius_core.data.int2int import PIECE, Encoder
from mobius_core.data.open import open_data
from mobius_core.data.residues import residues
from mobius_core.errors import NotFound, UsageError
from mobius_core.numbers.primes import first_primes
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.spec import QueuePlace, RunSpec

EXPERIMENTS: Final = """
schema = 1

[data.rows]
n    = [2, 1e13]
rows = {rows}
test = {test}

[experiments.bench]
task  = {{ kind = "arithmetic", target = "mu", data = "rows", inputs = [{{ primes = 100 }}] }}
train = {{ epochs = 100 }}

[experiments.bench.arms]
int2int      = {{ model.name = "int2int", train.optimizer = "adam_inverse_sqrt", train.clip = 5.0 }}
transformer  = {{ model.name = "transformer" }}
mlp          = {{ model = {{ name = "mlp", embedding = 16 }} }}
bag          = {{ model.name = "bag" }}
indicators   = {{ model.name = "indicators" }}
divisor_sums = {{ model.name = "divisor_sums" }}
"""
"""The models at their defaults; the MLP with vectors of residues, as in `fast-mu2`."""
EVALUATED: Final = 128
"""Test rows: one batch of Int2Int's evaluation."""

Unit = Literal["examples/s", "share", "bytes"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing, and what it should reach: a ratio, or for a share its largest value."""

    name: str
    value: float
    unit: Unit
    ratio: float | None = None
    """Int2Int's over ours or ours over Int2Int's, whichever is better when larger"""
    bound: float | None = None
    aim: float | None = None


TRAINED: Final[dict[str, tuple[float, float] | None]] = {
    "int2int": (3.5, 5.5),
    "transformer": (20, 30),
    "mlp": (5000, 10_000),
    "bag": None,
    "indicators": None,
    "divisor_sums": None,
}
"""Ratios to reach and to aim at, in training examples a second."""


def run(
    checkout: Path | None, rounds: int, rows: int, only: str, machine: dict[str, str]
) -> Iterator[Figure]:
    """Of the models whose names contain `only`; ratios only beside a checkout of Int2Int.
    `machine` is filled in by the first of them: device, precision and version of torch.

    NotFound where `checkout` is none.
    """
    if checkout is not None and not (checkout / "train.py").is_file():
        raise NotFound(f"--int2int {checkout}: no train.py there; give a checkout of Int2Int")
    models = [name for name in TRAINED if only in name]
    if not models:
        raise UsageError(f"--only {only}: there are {', '.join(TRAINED)}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mobius-bench-")))
        loaded = prepared(folder, rows)
        theirs: Worker | None = None
        if checkout is not None:
            write_lines(folder, loaded)
            arguments = (str(checkout.absolute()), str(folder))
            worker = Worker("mobius_core.bench.anchor", arguments, folder / "anchor.log")
            theirs = stack.enter_context(worker)
        yield from compared(folder, loaded, theirs, models, rounds, machine)


def compared(
    folder: Path,
    loaded: Project,
    theirs: Worker | None,
    models: Sequence[str],
    rounds: int,
    machine: dict[str, str],
) -> Iterator[Figure]:
    """Int2Int's best turn so far is what all are compared with: it is slow, so it takes one turn a
    model and `rounds` beside ours of the same architecture."""
    best: dict[str, Turn] = {}
    if theirs is not None:
        yield from anchor_figures(theirs, best, rounds)
    for name in models:
        run_folder = submitted(folder, loaded, name)
        log = folder / f"{name}.log"
        with Worker("mobius_core.bench.trainer", (str(run_folder.path),), log) as ours:
            machine.update(ours.facts)
            found = {
                job: [ours.turn(job) for _ in range(rounds + 1)] for job in ("train", "supply")
            }
            if theirs is not None:
                keep_best(best, "train", theirs.turn("train"))
            step, data = (fastest(found[job][1:]) for job in ("train", "supply"))
            yield speed(f"{name} training", step, best.get("train"), TRAINED[name])
            share = (data.ns / data.examples) / (step.ns / step.examples)
            yield Figure(f"{name} data, share of a step", share, "share", None, 0.05, 0.01)
            yield memory(name, found["train"][-1], best.get("train"))
            if name == "int2int":
                turns = [ours.turn("evaluate") for _ in range(rounds + 1)][1:]
                yield speed(f"{name} evaluation", fastest(turns), best.get("evaluate"), (6, 12))


def memory(name: str, ours: Turn, theirs: Turn | None) -> Figure:
    ratio = theirs.peak / ours.peak if theirs else None
    return Figure(f"{name} memory at its most", ours.peak, "bytes", ratio, 10)


def anchor_figures(theirs: Worker, best: dict[str, Turn], rounds: int) -> Iterator[Figure]:
    """Its first step allocates: the best of those after it counts."""
    theirs.turn("train")
    for _ in range(rounds):
        keep_best(best, "train", theirs.turn("train"))
        keep_best(best, "evaluate", theirs.turn("evaluate"))
    yield Figure("Int2Int training", best["train"].per_second, "examples/s")
    yield Figure("Int2Int evaluation", best["evaluate"].per_second, "examples/s")
    yield Figure("Int2Int memory at its most", best["train"].peak, "bytes")


def keep_best(best: dict[str, Turn], job: str, turn: Turn) -> None:
    best[job] = fastest([turn, *([best[job]] if job in best else [])])


def fastest(turns: list[Turn]) -> Turn:
    """With the memory of them all: Int2Int holds 3.9 GB after its first turns and 4.8 later."""
    best = max(turns, key=lambda turn: turn.per_second)
    return replace(best, peak=max(turn.peak for turn in turns))


def speed(name: str, ours: Turn, theirs: Turn | None, wanted: tuple[float, float] | None) -> Figure:
    ratio = ours.per_second / theirs.per_second if theirs else None
    bound, aim = wanted or (None, None)
    return Figure(name, ours.per_second, "examples/s", ratio, bound, aim)


def prepared(folder: Path, rows: int) -> Project:
    """The experiments of the benchmark and their data, in a lab of its own."""
    file = folder / "experiments.toml"
    file.write_text(EXPERIMENTS.format(rows=rows + EVALUATED, test=EVALUATED))
    loaded = project.load(file)
    spec = loaded.data["rows"]
    for _ in build(folder / "data", "rows", expand.data_hash(spec), spec):
        pass
    return loaded


def submitted(folder: Path, loaded: Project, arm: str) -> RunFolder:
    """The run folder of one arm, as a runner finds it."""
    trials = expand.expand(loaded, "bench", ())
    (trial,) = (trial for trial in trials if trial.arm == arm)
    made = RunFolder(folder / "runs" / arm)
    made.control.mkdir(parents=True)
    made.attempt(1).path.mkdir(parents=True)
    spec = RunSpec(
        id=arm, sweep="", queue=QueuePlace.now(), host="", after=(), trial=trial
    )  # fmt: skip
    spec.write(made.spec)
    return made


def write_lines(folder: Path, loaded: Project) -> None:
    """The same rows as Int2Int reads them."""
    data = open_data(folder / "data", "rows", expand.data_hash(loaded.data["rows"]))
    moduli = first_primes(100)
    encoder = Encoder(moduli)
    for name, rows in (("train.txt", data.train), ("test.txt", data.test)):
        with (folder / name).open("wb") as file:
            for first in range(0, len(rows.n), PIECE):
                n = np.asarray(rows.n[first : first + PIECE])
                mu = np.asarray(rows.mu[first : first + PIECE])
                text = encoder.lines(residues(n, moduli), mu)
                file.write(text.data)
                encoder.give_back(text)


def notes(machine: Mapping[str, str], checkout: Path | None) -> Iterator[str]:
    """What has to be known to read the figures, a sentence each."""
    clock = "CPU time of one thread" if machine["device"] == "cpu" else "wall time"
    precision = machine["precision"]
    if machine["products"]:
        yield (
            f"matrix products run at {machine['products']} here; the ratios to reach were set "
            "where bf16 is 4 to 5 times as fast"
        )
    yield f"{clock} on {machine['device']}, torch {machine['torch']}, ours in {precision}"
    if precision == "fp32":
        yield "bf16 is not in this hardware: ratios are those of fp32 on both sides"
    if checkout is None:
        yield "ratios need Int2Int beside ours: --int2int PATH of a checkout of f-charton/Int2Int"
    else:
        yield (
            "Int2Int in fp32 as it is, its answers limited to the two words that it gives once it "
            "has learned to end them"
        )
