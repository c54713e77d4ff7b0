"""spec.json: what a run is, decided when it was submitted and never changed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mobius_core.config.trial import Json, Trial
from mobius_core.runs.files import read_json, write_json

SCHEMA = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuePlace:
    """Order in the queue: larger priority first, then who came first."""

    submitted_ns: int
    seq: int
    priority: int

    def to_json(self) -> dict[str, Json]:
        return {
            "submitted_ns": self.submitted_ns,
            "seq": self.seq,
            "priority": self.priority,
        }

    @classmethod
    def now(cls, seq: int = 0, priority: int = 0) -> QueuePlace:
        return cls(submitted_ns=time.time_ns(), seq=seq, priority=priority)

    @classmethod
    def from_json(cls, table: Mapping[str, Json]) -> QueuePlace:
        return cls(**cast("dict[str, int]", dict(table)))


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSpec:
    id: str
    sweep: str
    """the submission it came with"""
    queue: QueuePlace
    host: str
    after: tuple[str, ...]
    """ids of runs that must be done first"""
    trial: Trial
    retry_of: str | None = None
    stop_on_fail: int | None = None
    """after so many failures the rest of the sweep is not started"""

    def write(self, path: Path) -> None:
        document: dict[str, Json] = {
            "schema": SCHEMA,
            "id": self.id,
            "sweep": self.sweep,
            "submitted_ns": self.queue.submitted_ns,
            "queue": self.queue.to_json(),
            "host": self.host,
            "after": list(self.after),
            "trial": trial_to_json(self.trial),
        }
        if self.retry_of:
            document["retry_of"] = self.retry_of
        if self.stop_on_fail:
            document["stop_on_fail"] = self.stop_on_fail
        write_json(path, document)

    @classmethod
    def read(cls, path: str | Path) -> RunSpec | None:
        """None where the folder has no spec of ours (being removed, or somebody else's)."""
        document = read_json(path)
        if document is None or document.get("schema") != SCHEMA:
            return None
        try:
            return cls.from_json(document)
        except (KeyError, TypeError, ValueError):
            return None

    @classmethod
    def from_json(cls, document: Mapping[str, Json]) -> RunSpec:
        """KeyError, TypeError or ValueError where it is not what `write` writes."""
        retry_of = document.get("retry_of")
        return cls(
            id=str(document["id"]),
            sweep=str(document["sweep"]),
            queue=QueuePlace.from_json(cast("dict[str, Json]", document["queue"])),
            host=str(document["host"]),
            after=tuple(str(name) for name in cast("list[Json]", document["after"])),
            trial=trial_from_json(cast("dict[str, Json]", document["trial"])),
            retry_of=str(retry_of) if retry_of else None,
            stop_on_fail=cast("int | None", document.get("stop_on_fail")),
        )


def trial_to_json(trial: Trial) -> dict[str, Json]:
    return {
        "name": trial.name,
        "experiment": trial.experiment,
        "kind": trial.kind,
        "key": trial.key,
        "seed": trial.seed,
        "arm": trial.arm,
        "axes": dict(trial.axes),
        "tables": dict(trial.tables),
        "resources": dict(trial.resources),
        "text": dict(trial.text),
        "after": list(trial.after),
    }


def trial_from_json(document: Mapping[str, Json]) -> Trial:
    fields = cast("dict[str, object]", dict(document))
    fields["after"] = tuple(cast("list[str]", document["after"]))
    return Trial(**fields)  # type: ignore[arg-type]
