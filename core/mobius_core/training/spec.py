"""The `task train eval save onset` tables of experiments.toml as frozen dataclasses.

Field names are the TOML keys. Accuracies are fractions, losses nats, windows optimiser steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mobius_core.config.keys import key


@dataclass(frozen=True, kw_only=True)
class InputSpec:
    """One group of input tokens; exactly one of the three keys."""

    primes: int | None = key(None, at_least=1, at_most=1000, about="n mod the first K primes")
    moduli: tuple[int, ...] | None = key(None, at_least=2, at_most=65535)
    digits: int | None = key(None, at_least=2, at_most=65535, about="base")


@dataclass(frozen=True, kw_only=True)
class ArithmeticTask:
    """Predict an arithmetic function of n from residues of n."""

    kind: str = key("arithmetic", registry="mobius_core.training.registry:TASKS")
    target: str = key(registry="mobius_core.training.registry:TARGETS")
    data: str = key(about="a [data.NAME] of this file")
    inputs: tuple[InputSpec, ...] = key((InputSpec(primes=100),))


@dataclass(frozen=True, kw_only=True)
class ModularTask:
    """Learn a binary operation modulo p from part of its full table."""

    kind: str = key("modular", registry="mobius_core.training.registry:TASKS")
    operation: str = key("add", choices=("add", "subtract", "multiply", "divide"))
    modulus: int = key(97, at_least=2, at_most=4096)
    train_fraction: float = key(0.4, above=0, below=1)
    with_replacement: int | None = key(
        None, at_least=2, about="pairs drawn instead of the full table; the test then leaks"
    )


@dataclass(frozen=True, kw_only=True)
class CommandTask:
    """Somebody else's program, started, followed and recorded."""

    kind: str = key("command", registry="mobius_core.training.registry:TASKS")
    data: str | None = key(None, about="exported as Int2Int text before the start")


@dataclass(frozen=True, kw_only=True)
class EvalTask:
    """Evaluate the trained runs of other experiments."""

    kind: str = key("eval", registry="mobius_core.training.registry:TASKS")
    of: str | tuple[str, ...] = key(about="experiments whose trials are evaluated")


TaskSpec = ArithmeticTask | ModularTask | CommandTask | EvalTask


@dataclass(frozen=True, kw_only=True)
class TrainSpec:
    """Exactly one of `steps` and `epochs`; `batch` None is the model's own."""

    optimizer: str = key("adamw", registry="mobius_core.training.registry:OPTIMIZERS")
    lr: float = key(1e-3, above=0)
    weight_decay: float = key(0.0, at_least=0)
    betas: tuple[float, float] = key((0.9, 0.999), at_least=0, below=1)
    warmup: int = key(0, at_least=0, about="steps")
    schedule: str = key("constant", choices=("constant", "cosine", "linear"))
    clip: float | None = key(None, above=0, about="largest gradient norm")
    loss: str = key("cross_entropy", registry="mobius_core.training.registry:LOSSES")
    precision: str = key("auto", choices=("auto", "fp32", "bf16"))
    batch: int | str | None = key(None, at_least=1, choices=("full",))
    steps: int | None = key(None, at_least=1)
    epochs: int | None = key(None, at_least=1)
    epoch: int | None = key(None, at_least=1, about="examples, with replacement")
    accumulate: int = key(1, at_least=1, about="pieces of each batch, one after the other")
    compile: str = key("auto", choices=("auto", "on", "off"))


@dataclass(frozen=True, kw_only=True)
class EvalSpec:
    """When and on what a model is evaluated, and what is measured beside accuracy."""

    every: int | str = key("auto", at_least=1, choices=("auto",), about="steps")
    rows: int | str = key("all", at_least=1, choices=("all",))
    measures: tuple[str, ...] = key((), registry="mobius_core.training.registry:MEASURES")
    dear: int = key(10, at_least=1, about="evaluations from one of the dear measures to the next")
    corrupt: tuple[str, ...] = key(
        (),
        pattern=r"(only|random):\d{1,5}(,\d{1,5})*",
        about="only:2,3 (keep these residues) or random:2 (replace these)",
    )
    importance: bool = key(False, about="at the end, what each input is worth, by permuting it")


@dataclass(frozen=True, kw_only=True)
class SaveSpec:
    """Checkpoints beyond best and last, which are always kept."""

    at: str | None = key(None, choices=("log",))
    count: int = key(24, at_least=2)
    every: int | None = key(None, at_least=1, about="steps")


@dataclass(frozen=True, kw_only=True)
class OnsetSpec:
    """When a run counts as having generalised, and which arms are compared."""

    threshold: float = key(0.99, above=0, at_most=1, about="train and test accuracy")
    hold: int = key(50, at_least=0, about="optimiser steps above the threshold")
    stop: bool = key(True, about="end the run once onset has held")
    compare: tuple[tuple[str, str], ...] | None = key(None, about="pairs of arms")


@dataclass(frozen=True, kw_only=True)
class CommandSpec:
    """Somebody else's program. `{seed} {run} {train} {test} {data} {PARAM}` are filled in."""

    argv: tuple[str, ...] = key(about="program and arguments")
    cwd: str | None = key(None, about="folder; that of the experiments file")
    env: Mapping[str, str] = key({}, about="variables added to the environment")
    log: str = key("auto", choices=("auto", "int2int", "jsonl", "csv", "regex", "none"))
    file: str | None = key(None, about="what is read for metrics instead of stdout")
    resume: str | tuple[str, ...] = key("never", choices=("never", "rerun"))
    stop: str = key("TERM", choices=("TERM", "INT", "HUP", "QUIT", "USR1", "USR2"))
    grace: float = key(30.0, at_least=0, about="seconds from that signal to KILL")


@dataclass(frozen=True, kw_only=True)
class PinSpec:
    """Streams held at a fixed number; the others follow the seed, equal in all arms."""

    split: int | None = key(None, at_least=0)
    order: int | None = key(None, at_least=0)
    init: int | None = key(None, at_least=0)
    mask: int | None = key(None, at_least=0)


@dataclass(frozen=True, kw_only=True)
class ResourcesSpec:
    """Need, not place: what a trial asks of any machine."""

    gpus: int = key(0, at_least=0)
    device: str = key("auto", choices=("auto", "cpu", "cuda"))
    threads: int = key(1, at_least=1)
    processes: int = key(0, at_least=0, about="that train it together; 0: one a GPU, or one")
    memory: str | None = key(None, pattern=r"\d+(\.\d+)?[KMGT]", about="a size as 16G")
    time: str | None = key(None, pattern=r"\d+(\.\d+)?[smhd]", about="a time as 90m, 12h or 2d")
    priority: int = key(0)
    retries: int = key(0, at_least=0)
    retry_on: tuple[str, ...] = key(
        ("lost", "preempted"),
        choices=("lost", "preempted", "oom", "failed", "timeout", "nan", "io"),
    )
