"""A run as a JSON object, the one that every `--json` prints, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mobius_core.config.trial import Json, Trial
from mobius_core.runs.run import Run, State


def document_of(run: Run) -> dict[str, Json]:
    """Times are unix seconds."""
    return {
        "id": run.id,
        "trial": run.trial.name,
        "experiment": run.trial.experiment,
        "kind": run.trial.kind,
        "arm": run.trial.arm,
        "axes": dict(run.trial.axes),
        "seed": run.trial.seed,
        "key": run.trial.key,
        "state": run.state.value,
        "attempt": run.attempt,
        "host": run.host,
        "where": run.where,
        "priority": run.priority,
        "submitted": run.submitted,
        "started": run.started,
        "ended": run.ended,
        "rc": run.rc,
        "message": run.message,
        "warning": run.warning,
        "waits_for": run.waits_for,
        "tags": list(run.tags),
        "note": run.note,
        "pinned": run.pinned,
        "result": None if run.result is None else dict(run.result),
        "folder": str(run.folder),
    }


def rest_of(run: Run) -> dict[str, Json]:
    """What `document_of` leaves out: the same in many runs of a sweep."""
    return {
        "tables": dict(run.trial.tables),
        "resources": dict(run.trial.resources),
        "text": dict(run.trial.text),
        "after": list(run.trial.after),
    }


def run_of(document: Mapping[str, Any], rest: Mapping[str, Any]) -> Run:
    """The run of which these are `document_of` and `rest_of`."""
    trial = Trial(
        name=document["trial"],
        experiment=document["experiment"],
        kind=document["kind"],
        key=document["key"],
        seed=document["seed"],
        arm=document["arm"],
        axes=document["axes"],
        tables=rest["tables"],
        resources=rest["resources"],
        text=rest["text"],
        after=tuple(rest["after"]),
    )
    return Run(
        id=document["id"],
        folder=Path(document["folder"]),
        trial=trial,
        state=State(document["state"]),
        host=document["host"],
        attempt=document["attempt"],
        submitted=document["submitted"],
        priority=document["priority"],
        started=document["started"],
        ended=document["ended"],
        rc=document["rc"],
        message=document["message"],
        warning=document["warning"],
        where=document["where"],
        waits_for=document["waits_for"],
        result=document["result"],
        tags=tuple(document["tags"]),
        note=document["note"],
        pinned=document["pinned"],
    )
