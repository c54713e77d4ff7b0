"""`mobius slots`: what this machine offers to runs, now and from now on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_core.runs.run import Run
from mobius_tui.cli import output
from mobius_tui.cli.labs import open_lab
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.runs.slots import Capacity


def slots(
    settings: Annotated[
        list[str] | None,
        typer.Argument(metavar="[cpus=N] [gpus=0,1] [per_gpu=N] [free_mib=N]", help="or auto"),
    ] = None,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the slots of this machine, or change them: running runs keep theirs."""
    from mobius_core.runs.capacity import capacity_of
    from mobius_core.runs.detach import wake
    from mobius_core.runs.resize import change_slots

    lab = open_lab(file, home)
    if settings:
        change_slots(lab.home, dict(split(word) for word in settings))
        wake(lab)
    capacity = capacity_of(lab.home)
    live = [run for run in lab.scan([]) if run.state.is_live and run.host == lab.host.name]
    if as_json:
        output.emit_json(describe(capacity, live))
        return
    gpus = ", ".join(f"{gpu.index}" for gpu in capacity.gpus) or "none"
    output.emit_lines(
        [
            f"cpus     {capacity.cpus}",
            f"gpus     {gpus}",
            f"per_gpu  {capacity.per_gpu}",
            *(f"{run.where}  {run.state}  {run.trial.name}" for run in live),
        ]
    )


def split(word: str) -> tuple[str, str]:
    name, found, value = word.partition("=")
    if not found:
        raise UsageError(f"{word!r}: write cpus=N, gpus=0,1, per_gpu=N or free_mib=N")
    return name, value


def describe(capacity: Capacity, live: Sequence[Run]) -> dict[str, Json]:
    return {
        "cpus": capacity.cpus,
        "gpus": [{"index": gpu.index, "uuid": gpu.uuid} for gpu in capacity.gpus],
        "per_gpu": capacity.per_gpu,
        "free_mib": capacity.used_mib,
        "taken": [{"where": run.where, "run": run.id, "trial": run.trial.name} for run in live],
    }
