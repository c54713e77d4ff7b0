"""Where each file of a run folder is; the only place that knows their names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

LOG_NAME = "log.txt"
METRICS_NAME = "metrics.jsonl"


@dataclass(frozen=True, slots=True)
class AttemptFolder:
    """`attempts/N`: whoever made it by mkdir owns that attempt."""

    path: Path

    @property
    def number(self) -> int:
        return int(self.path.name)

    @property
    def proc(self) -> Path:
        return self.path / "proc.json"

    @property
    def heartbeat(self) -> Path:
        return self.path / "heartbeat"

    @property
    def exit(self) -> Path:
        return self.path / "exit.json"

    @property
    def verdict(self) -> Path:
        """What the child says about its own end, before a non-zero exit."""
        return self.path / "verdict.json"

    @property
    def stalled(self) -> Path:
        """Since when the child has been silent, while it is."""
        return self.path / "stalled.json"

    @property
    def lost(self) -> Path:
        """Made by whoever was the first to see that the run was lost."""
        return self.path / "lost"


def home_of(folder: RunFolder) -> Path:
    """The lab's folder: as the runner says it to its children, else two above the run's."""
    home = os.environ.get("MOBIUS_HOME")
    return Path(home) if home else folder.path.parent.parent


@dataclass(frozen=True, slots=True)
class RunFolder:
    """`runs/ID`: the truth about one run, readable with cat, grep, jq and rsync."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def spec(self) -> Path:
        return self.path / "spec.json"

    @property
    def env(self) -> Path:
        return self.path / "env.json"

    @property
    def log(self) -> Path:
        return self.path / LOG_NAME

    @property
    def metrics(self) -> Path:
        return self.path / METRICS_NAME

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    @property
    def evaluation(self) -> Path:
        """What `mobius eval` found last."""
        return self.path / "evaluation.json"

    @property
    def control(self) -> Path:
        """Requests, each a file put there by rename: stop, kill, resume."""
        return self.path / "control"

    @property
    def notes(self) -> Path:
        return self.path / "notes.json"

    @property
    def attempts(self) -> Path:
        return self.path / "attempts"

    def attempt(self, number: int) -> AttemptFolder:
        return AttemptFolder(self.attempts / str(number))

    def last_attempt(self) -> int:
        """Number of the last attempt claimed, 0 before the first."""
        try:
            names = os.listdir(self.attempts)
        except FileNotFoundError:
            return 0
        return max((int(name) for name in names if name.isdecimal()), default=0)

    def touch(self) -> None:
        """Mark a change below, so that whoever caches the folder by its mtime reads it anew."""
        os.utime(self.path)
