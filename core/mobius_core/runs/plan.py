"""What the runner executes for a run: argv, folder, environment, and how it is asked to end."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from mobius_core.config.placeholders import fill
from mobius_core.config.trial import Json, Trial
from mobius_core.errors import UsageError
from mobius_core.runs.files import read_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.scheduler import is_slurm
from mobius_core.runs.slots import Lease, processes_of
from mobius_core.runs.snapshot import Snapshot, Snapshots, drift
from mobius_core.runs.spec import RunSpec
from mobius_core.runs.text import OF_TEXT, text_file

GRACE = 30.0
"""Seconds between the stop signal and KILL where the experiment does not say."""
CHILD = "mobius_core.training.child"
BUILD = "mobius_core.data.child"
FURTHER = {
    "export": "mobius_core.data.export_child",
    "factors": "mobius_core.data.factor_child",
}
"""Runs of kind build that go on from a data set that stands, by the table that marks them."""
RUN_MARK = "MOBIUS_RUN"
"""The variable by which a process is known to belong to a run."""
OF_ONE_RUN = (RUN_MARK, "MOBIUS_ATTEMPT")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    argv: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = GRACE
    time_limit: float | None = None
    """seconds"""
    metrics_file: Path | None = None
    """what a guest's metrics are read from; its log where None"""
    drift: str = ""
    """in what the run is another than was submitted"""
    processes: int = 1
    """more than one are started by torchrun, which is the child then"""
    warm: bool = False
    """a fork of the warm process does the same as executing `argv`"""


def make_plan(
    home: Path,
    folder: RunFolder,
    spec: RunSpec,
    attempt: int,
    lease: Lease,
    python: str | None,
    snapshots: Snapshots,
) -> Plan:
    """`python` is that of `[train]`. UsageError where a placeholder or a value cannot be used."""
    trial = spec.trial
    recorded = read_json(folder.env) or {}
    # A job has the paths of the shell that submitted it, and what [slurm] setup made of them.
    submitter = {} if is_slurm(spec.host) else recorded
    environment = base_environment(home, folder, trial, attempt, lease, submitter)
    program = python or str(recorded.get("python") or sys.executable)
    source = str(recorded.get("source") or "")
    submitted = cast("Snapshot", recorded.get("snapshot") or {})
    drifted = drift(submitted, snapshots.take(trial, home, source, program)) if submitted else ""
    limit = trial.resources.get("time")
    time_limit = seconds(str(limit)) if limit else None
    if trial.kind != "command":
        module = build_module(trial) if trial.kind == "build" else CHILD
        processes = processes_of(trial)
        launcher = torchrun(processes) if processes > 1 else ()
        return Plan(
            argv=(program, *launcher, "-m", module, str(folder.path)),
            folder=folder.path,
            environment=environment,
            time_limit=time_limit,
            drift=drifted,
            processes=processes,
            warm=module == CHILD and processes == 1,
        )
    command = cast("dict[str, Json]", trial.tables["command"])
    names = placeholders(home, folder, trial)
    own = cast("dict[str, Json]", command.get("env") or {})
    cwd = Path(filled(command.get("cwd") or str(folder.path), names))
    file = command.get("file")
    environment.update({name: filled(value, names) for name, value in own.items()})
    return Plan(
        argv=tuple(filled(word, names) for word in command_argv(command, attempt)),
        folder=cwd,
        environment=environment,
        stop_signal=signal_named(str(command.get("stop") or "TERM")),
        grace=float(cast("float", command.get("grace", GRACE))),
        time_limit=time_limit,
        metrics_file=cwd / filled(file, names) if file else None,
        drift=drifted,
    )


def torchrun(processes: int) -> tuple[str, ...]:
    """One training by several processes of this machine: each gets RANK, LOCAL_RANK, WORLD_SIZE.

    It passes TERM on to them, ends all when one fails, and is ended with them by a sweep.
    """
    return ("-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}")


def build_module(trial: Trial) -> str:
    return next((module for table, module in FURTHER.items() if table in trial.tables), BUILD)


def command_argv(command: Mapping[str, Json], attempt: int) -> list[Json]:
    """The program's words; a resumed attempt may have its own."""
    again = command.get("resume")
    if attempt > 1 and isinstance(again, list):
        return again
    return cast("list[Json]", command["argv"])


def placeholders(home: Path, folder: RunFolder, trial: Trial) -> dict[str, str]:
    """What may stand in braces: the params of the experiment, seed, run, and parts of its data."""
    params = cast("dict[str, Json]", trial.tables.get("params") or {})
    names = {name: word(value) for name, value in params.items()}
    names |= {"seed": str(trial.seed), "run": str(folder.path)}
    data = trial.tables.get("data")
    if isinstance(data, dict):
        name, data_hash = str(data["name"]), str(data["hash"])
        names["data"] = str(home / "data" / f"{name}-{data_hash}")
        names |= {split: str(text_file(home, name, data_hash, split)) for split in OF_TEXT}
    return names


def filled(text: Json, names: Mapping[str, str]) -> str:
    try:
        return fill(str(text), names)
    except KeyError as error:
        known = ", ".join(f"{{{name}}}" for name in sorted(names))
        raise UsageError(
            f"unknown {{{error.args[0]}}} in command; known: {known}; a literal brace is {{{{"
        ) from None


def word(value: Json) -> str:
    """A parameter as it stands on a command line: true and 1.5, not True."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def base_environment(
    home: Path,
    folder: RunFolder,
    trial: Trial,
    attempt: int,
    lease: Lease,
    recorded: Mapping[str, Json],
) -> dict[str, str]:
    """The runner's own environment, the submitter's paths, and what every child is told."""
    environment = dict(os.environ)
    paths = cast("dict[str, str | None]", recorded.get("paths") or {})
    for name, value in paths.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    threads = str(trial.resources.get("threads", 1))
    environment |= {
        RUN_MARK: str(folder.path),
        "MOBIUS_ATTEMPT": str(attempt),
        "MOBIUS_HOME": str(home),
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_VISIBLE_DEVICES": lease.visible_gpus,
        "PYTHONUNBUFFERED": "1",
        "TERM": "dumb",
        "NO_COLOR": "1",
    }
    return environment


def signal_named(name: str) -> signal.Signals:
    """TERM or SIGTERM. UsageError for anything else."""
    try:
        return signal.Signals["SIG" + name.upper().removeprefix("SIG")]
    except KeyError:
        raise UsageError(f"command.stop = {name!r} is no signal; TERM, INT, USR1 are") from None


def seconds(text: str, what: str = "resources.time") -> float:
    """90m, 12h, 2d or 45s, in seconds. UsageError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip())
    if match is None:
        raise UsageError(f"{what} = {text!r}; write it as 90m, 12h or 2d")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
