"""config.toml of the machine: what it offers, how it looks, whom it tells.

It says nothing about an experiment, so no part of it is ever in a trial's key.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mobius_core.config.check import read
from mobius_core.config.keys import key
from mobius_core.config.merge import merge
from mobius_core.config.node import Place, Table
from mobius_core.config.problems import Report

FILE_NAME = "config.toml"


@dataclass(frozen=True, kw_only=True)
class SlotsSpec:
    """What runs of this machine may take; read anew before every claim."""

    cpus: int | str = key("auto", at_least=0, choices=("auto",), about="threads in all")
    gpus: str | tuple[int, ...] = key("auto", choices=("auto",), about="indices as in nvidia-smi")
    per_gpu: int = key(1, at_least=1, about="runs that may share one GPU")
    free_mib: int = key(500, at_least=0, about="memory in use that still counts as a free GPU")


@dataclass(frozen=True, kw_only=True)
class SlurmSpec:
    """How jobs are submitted with `--on slurm`."""

    partition: str | None = key(None)
    account: str | None = key(None)
    time: str | None = key(None, pattern=r"\d+(\.\d+)?[smhd]", about="a time as 90m, 12h or 2d")
    workers: int = key(1, at_least=1, about="jobs that drain the queue")
    setup: tuple[str, ...] = key((), about="shell lines before the runner, as module load")


@dataclass(frozen=True, kw_only=True)
class NotifySpec:
    """A command of yours that is told how runs end, and of what happens before."""

    on: tuple[str, ...] = key((), choices=("done", "failed", "stopped", "lost", "nan", "stalled"))
    command: str | None = key(None, about="a shell command")


@dataclass(frozen=True, kw_only=True)
class UiSpec:
    """The terminal interface."""

    theme: str | None = key(None, about="a theme of Textual")
    charset: str = key("auto", choices=("auto", "braille", "ascii"))
    slow_line: bool = key(False, about="fewer redraws, for a line of 64 kbit/s")
    refresh: float = key(1.0, above=0, at_most=60, about="seconds between looks at the runs")
    keys: Mapping[str, str] = key({}, about="action = key")


@dataclass(frozen=True, kw_only=True)
class MachineTrainSpec:
    """With what training children are started."""

    python: str | None = key(None, about="an interpreter that has torch; this one otherwise")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """All of it; every key has a default, so no file is needed."""

    slots: SlotsSpec = field(default=SlotsSpec())
    slurm: SlurmSpec = field(default=SlurmSpec())
    notify: NotifySpec = field(default=NotifySpec())
    ui: UiSpec = field(default=UiSpec())
    train: MachineTrainSpec = field(default=MachineTrainSpec())


def load(home: Path | None) -> Machine:
    """~/.config/mobius/config.toml (XDG_CONFIG_HOME counts), HOME/config.toml winning over it.

    ConfigErrors holds every problem of both files.
    """
    report = Report()
    tables = Table({}, Place("", None, ""))
    for path in (user_file(), *([home / FILE_NAME] if home is not None else [])):
        if path.is_file():
            # Here, because the parser would cost each runner up to 2.3 MB for no file.
            from mobius_core.config import document

            table = document.read(path)
            read(Machine, table, report)
            tables = merge(tables, table)
    report.raise_if_any()
    machine = read(Machine, tables, report)
    assert machine is not None  # each file alone had no problem, and no two keys depend
    return machine


def check(text: str, path: Path) -> None:
    """ConfigErrors with every problem of a text that is to stand at `path`."""
    from mobius_core.config import document

    report = Report()
    read(Machine, document.parse(text, document.display(path)), report)
    report.raise_if_any()


def user_file() -> Path:
    """Where the settings of one person on this machine live."""
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(folder) / "mobius" / FILE_NAME
