"""A data build as a run: `python -m mobius_core.data.child RUN`, started by the runner."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, cast

from mobius_core.config.check import build as build_spec
from mobius_core.config.trial import Json
from mobius_core.data.build import build
from mobius_core.data.fill import Progress
from mobius_core.data.manifest import Manifest
from mobius_core.data.place import folder_of
from mobius_core.data.spec import DataSpec
from mobius_core.errors import MobiusError, UsageError, WorkFailed
from mobius_core.metrics.write import MetricsWriter
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder, home_of
from mobius_core.runs.spec import RunSpec
from mobius_core.runs.stopping import StopRequests
from mobius_core.runs.verdict import TEMPORARY_FAILURE, say_verdict

SAY_EVERY: Final = 1.0
"""Seconds between two rows of metrics and log."""


Work = Callable[[RunFolder, int, StopRequests], str | None]
"""Of an attempt: None once it is done, else why it was ended before."""


def main(arguments: Sequence[str]) -> int:
    """Build the data set of the run."""
    return run_child(arguments[0], work, "the rows made so far are kept")


def run_child(path: str, work: Work, kept: str) -> int:
    """The exit code of an attempt at a run on data, with a verdict where it is not 0.

    `kept` says what a stop leaves for the next attempt.
    """
    folder = RunFolder(Path(path))
    attempt = int(os.environ.get("MOBIUS_ATTEMPT", "1"))
    requests = StopRequests(folder.control / "stop")
    requests.listen()
    try:
        reason = work(folder, attempt, requests)
    except (MobiusError, OSError) as error:
        verdict = "config" if isinstance(error, UsageError) else "io"
        code = error.exit_code if isinstance(error, MobiusError) else WorkFailed.exit_code
        return say_verdict(folder, attempt, verdict, str(error), code)
    if reason is None:
        return 0
    return say_verdict(folder, attempt, reason, kept, TEMPORARY_FAILURE)


def work(folder: RunFolder, attempt: int, requests: StopRequests) -> str | None:
    """None once the data set stands, else why the build was ended."""
    name, data_hash, spec, threads = recipe(folder)
    data_dir = home_of(folder) / "data"
    started = time.monotonic()
    last: Progress | None = None
    with MetricsWriter(folder.metrics, attempt) as metrics:
        steps = build(data_dir, name, data_hash, spec, threads=threads)
        for progress in told(steps, metrics):
            last = progress
            if (reason := requests.reason()) is not None:
                steps.close()
                return reason
    target = folder_of(data_dir, name, data_hash)
    manifest = Manifest.read(target)
    print(f"{target} holds {manifest.rows:,} rows", flush=True)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    result: dict[str, Json] = {
        "kind": "build",
        "rows": manifest.rows,
        "rate": last.rate if last else None,
        "seconds": round(time.monotonic() - started, 3),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
    }
    write_json(folder.result, result)
    return None


def told(steps: Iterable[Progress], metrics: MetricsWriter) -> Iterator[Progress]:
    """The same steps, of which the metrics and the log are told now and then, and the last."""
    said = 0.0
    for progress in steps:
        now = time.monotonic()
        if now - said > SAY_EVERY or progress.done == progress.rows:
            said = now
            metrics.row(progress.done, rate=progress.rate, left=progress.left)
            print(line(progress), flush=True)
        yield progress


def recipe(folder: RunFolder) -> tuple[str, str, DataSpec, int]:
    """Name, hash and specification of the data set, and on how many threads, from spec.json."""
    run = RunSpec.read(folder.spec)
    if run is None or not isinstance(run.trial.tables.get("data"), dict):
        raise UsageError(f"{folder.spec} names no data set to build")
    table = dict(cast("dict[str, Json]", run.trial.tables["data"]))
    name, data_hash = str(table.pop("name")), str(table.pop("hash"))
    threads = cast("int", run.trial.resources.get("threads", 1))
    return name, data_hash, build_spec(DataSpec, table, f"data.{name}"), threads


def line(progress: Progress) -> str:
    share = progress.done / progress.rows
    return (
        f"row {progress.done:>13,} of {progress.rows:,}  {share:4.0%}  "
        f"{progress.rate:,.0f} rows/s  {progress.left:.0f} s left"
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
