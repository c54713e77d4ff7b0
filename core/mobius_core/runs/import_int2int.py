"""A finished run of Int2Int as a run of the lab, made from its train.log alone.

What lies beside the log (params.pkl, checkpoints) are pickles, which run code of their author's
when loaded: they are never opened.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import os
import re
import shlex
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from mobius_core.config import check
from mobius_core.config.digest import digest
from mobius_core.config.names import NAME, NAME_RULE
from mobius_core.config.trial import Json, Trial
from mobius_core.errors import NotFound, UsageError, WorkFailed
from mobius_core.metrics.onset import Onset
from mobius_core.metrics.summary import Summary
from mobius_core.metrics.write import MetricsWriter
from mobius_core.runs import events
from mobius_core.runs.facts import Exit, Proc
from mobius_core.runs.files import append_line, failing, locked, write_bytes, write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.int2int_log import Reading, read_log
from mobius_core.runs.lab import Lab, make_folders
from mobius_core.runs.process import identify
from mobius_core.runs.run import Run, State
from mobius_core.runs.spec import QueuePlace, RunSpec
from mobius_core.runs.submit import make_ids
from mobius_core.training.spec import CommandSpec, CommandTask, OnsetSpec

LOG: Final = "train.log"
NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    run: Run
    is_new: bool
    """False where the lab had this log already: nothing was written"""
    reading: Reading


def import_int2int(lab: Lab, source: Path, name: str | None = None) -> Imported:
    """Make the run; `name` is its experiment, exp_name-exp_id of the log by default.

    The same log under the same name is imported once, a log that has grown anew. NotFound without
    DIR/train.log, UsageError for what is no such log, holds no evaluation or has no usable name.
    """
    path = source / LOG if source.is_dir() else source
    content = read(path)
    reading = read_log(content)
    if not reading.lines:
        raise UsageError(f"{path} is no log of Int2Int: no line begins as its logger writes them")
    if not reading.kept:
        raise UsageError(
            f"{path} holds no evaluation (a line with __log__:); import it after its first epoch"
        )
    trial = trial_of(reading, content, path, name)
    make_folders(lab)
    with locked(lab.lock):
        for run in lab.scan([]):
            if (run.trial.key, run.trial.name) == (trial.key, trial.name):
                return Imported(run=run, is_new=False, reading=reading)
        run_id = write_run(lab, trial, reading, content)
    return Imported(run=lab.read([run_id])[0], is_new=True, reading=reading)


def read(path: Path) -> bytes:
    if not path.is_file():
        raise NotFound(f"no {path}: give the folder that holds the {LOG} of an Int2Int run")
    try:
        return path.read_bytes()
    except OSError as error:
        raise WorkFailed(f"cannot read {path}: {error.strerror}") from error


def trial_of(reading: Reading, content: bytes, path: Path, name: str | None) -> Trial:
    """A trial of kind command, whose table `imported` says where it is from."""
    launch = reading.launches[-1]
    experiment = name or "-".join(
        launch.settings[key] for key in ("exp_name", "exp_id") if launch.settings.get(key)
    )
    if not NAME.fullmatch(experiment):
        given = "--name" if name else "exp_name-exp_id of the log"
        raise UsageError(f'"{experiment}" ({given}): {NAME_RULE}; give another with --name')
    sha256 = hashlib.sha256(content).hexdigest()
    seed = launch.settings.get("env_base_seed", "")
    command = CommandSpec(argv=words(launch.command), log="int2int")
    imported: Json = {
        "program": "int2int",
        "source": os.path.abspath(path),
        "sha256": sha256,
        "bytes": len(content),
    }
    return Trial(
        name=f"{experiment}/imported",
        experiment=experiment,
        kind="command",
        key=digest({"imported": sha256}),
        seed=int(seed) if seed.isdecimal() and len(seed) < 16 else 0,
        tables={
            "task": check.to_table(CommandTask()),
            "command": check.to_table(command),
            "params": {key: value(text) for key, text in launch.settings.items()},
            "onset": check.to_table(OnsetSpec()),
            "imported": imported,
        },
        text={"title": f"imported from {os.path.abspath(path)}", "note": "", "tags": []},
    )


def words(command: str) -> tuple[str, ...]:
    """The command line that the log quotes."""
    try:
        return tuple(shlex.split(command)) or ("train.py",)
    except ValueError:
        return (command,)


def value(text: str) -> Json:
    """A setting as Python printed it: numbers, truth values and None; anything else is text."""
    if text in ("True", "False"):
        return text == "True"
    if text == "None":
        return None
    if NUMBER.fullmatch(text) and len(text) < 16:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    return text


def write_run(lab: Lab, trial: Trial, reading: Reading, content: bytes) -> str:
    """Everything beside its place, then one rename: an import is whole or absent."""
    now = time.time_ns()
    (run_id,) = make_ids(lab, [trial], now)
    hidden = RunFolder(lab.runs_dir / f".{run_id}")
    try:
        with failing("make", hidden.path):
            for path in (hidden.attempt(1).path, hidden.control, hidden.checkpoints):
                path.mkdir(parents=True)
        place = QueuePlace(submitted_ns=now, seq=0, priority=0)
        RunSpec(
            id=run_id, sweep=run_id, queue=place, host=lab.host.name, after=(), trial=trial
        ).write(hidden.spec)
        write_json(hidden.env, environment(lab, trial))
        write_bytes(hidden.log, content)
        write_metrics(hidden, reading)
        write_json(hidden.result, result(reading))
        write_attempt(lab, hidden, reading)
        write_events(hidden, trial, reading)
        with failing("make", lab.folder(run_id).path):
            hidden.path.rename(lab.folder(run_id).path)
    finally:
        shutil.rmtree(hidden.path, ignore_errors=True)
    return run_id


def environment(lab: Lab, trial: Trial) -> dict[str, Json]:
    """Of the import; the log does not say with what versions the training ran."""
    return {
        "schema": 1,
        "t": round(time.time(), 3),
        "command_line": list(sys.argv),
        "host": lab.host.name,
        "imported": trial.tables["imported"],
    }


def write_metrics(folder: RunFolder, reading: Reading) -> None:
    """A row for each evaluation, at the time that the log says; launches are its attempts."""
    with failing("write", folder.metrics):
        for launch, evaluations in itertools.groupby(reading.trained, lambda one: one.launch):
            with MetricsWriter(folder.metrics, launch) as metrics:
                for one in evaluations:
                    metrics.row(one.step, **{**one.row, "t": one.t})


def result(reading: Reading) -> dict[str, Json]:
    spec = OnsetSpec()
    summary = Summary(Onset(spec.threshold, spec.hold))
    for one in reading.kept:
        summary.add(one.step, dict(one.row))
    epoch = reading.kept[-1].row.get("epoch", math.nan)
    document: dict[str, Json] = {
        "kind": "command",
        "by": "mobius",
        **cast("dict[str, Json]", summary.result()),
        "epochs": int(epoch) + 1 if math.isfinite(epoch) else len(reading.kept),
        "launches": len(reading.launches),
        "seconds": sum(launch.seconds for launch in reading.launches),
    }
    if reading.parameters:
        document["parameters"] = reading.parameters
    return document


def write_attempt(lab: Lab, folder: RunFolder, reading: Reading) -> None:
    """One attempt that is done: recorded by this process, at the times of the log."""
    me = identify(os.getpid())
    if me is None:
        raise WorkFailed("/proc says nothing about this process; is it mounted?")
    attempt = folder.attempt(1)
    began, ended = reading.launches[0].began, reading.launches[-1].ended
    write_json(attempt.proc, Proc(host=lab.host, runner=me, t=began).to_json())
    write_json(attempt.exit, Exit(reason=State.DONE, t=ended, rc=0).to_json())


def write_events(folder: RunFolder, trial: Trial, reading: Reading) -> None:
    """The launches, as the log has them, and the import."""
    for number, launch in enumerate(reading.launches, 1):
        kind = "evaluated" if launch.evaluates_only else "launched"
        event: dict[str, Json] = {"t": launch.began, "event": kind, "launch": number}
        append_line(folder.events, {**event, "evaluations": launch.evaluations})
    imported = cast("dict[str, Json]", trial.tables["imported"])
    events.append(folder, "imported", **imported)
