"""What a training run leaves behind: rows, log lines, checkpoints, result.json."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from torch import nn

from mobius_core.config.trial import Json
from mobius_core.metrics.write import MetricsWriter
from mobius_core.runs.files import failing, write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.training import checkpoint as checkpoints
from mobius_core.training.checkpoint import Checkpoint
from mobius_core.training.log_line import log_line


class Clock:
    """Seconds of a run over all its attempts: wall and CPU of the process from its start, imports
    included, and wall of its evaluations."""

    def __init__(self) -> None:
        self.started = time.monotonic() - time.process_time()
        self.before = {"wall": 0.0, "cpu": 0.0, "eval": 0.0}
        self.evaluating = 0.0

    def used(self) -> dict[str, float]:
        return {
            "wall": self.before["wall"] + time.monotonic() - self.started,
            "cpu": self.before["cpu"] + time.process_time(),
            "eval": self.before["eval"] + self.evaluating,
        }

    @contextmanager
    def evaluation(self) -> Iterator[None]:
        """Charge what happens inside to the evaluations."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.evaluating += time.monotonic() - begun


class Record:
    """The writing side of one attempt. WorkFailed when the disk refuses."""

    def __init__(self, folder: RunFolder, attempt: int, facts: Mapping[str, Json]) -> None:
        """`facts` go into result.json as they are: kind, parameters, device, precision."""
        self.folder = folder
        self.facts = facts
        self.last = folder.checkpoints / checkpoints.LAST
        self.best: Mapping[str, float] = {}
        self.clock = Clock()
        with failing("write", folder.metrics):
            self.metrics = MetricsWriter(folder.metrics, attempt)

    def row(self, step: int, figures: Mapping[str, float]) -> None:
        """One metrics row and, where it has something to say, one line in the log."""
        with failing("write", self.folder.metrics):
            self.metrics.row(step, **figures)
        print(log_line(step, figures), flush=True)

    def evaluated(self, step: int, figures: Mapping[str, float], model: nn.Module) -> None:
        """Keep the model if it is the best so far: highest test accuracy, then lowest loss.

        Chosen on test rows, so `best` flatters; results are those of the last step.
        """
        if not self.best or rank(figures) > rank(self.best):
            self.best = {
                "step": step,
                "test_acc": figures["test_acc"],
                "test_loss": figures["test_loss"],
            }
            path = self.folder.checkpoints / checkpoints.BEST
            checkpoints.save_model(path, step, model)

    def save_step(self, step: int, model: nn.Module) -> None:
        checkpoints.save_model(self.folder.checkpoints / checkpoints.step_name(step), step, model)

    def save_last(self, checkpoint: Checkpoint) -> None:
        checkpoints.save(self.last, checkpoint)

    def last_checkpoint(self) -> Checkpoint | None:
        return checkpoints.load(self.last) if self.last.exists() else None

    def resume(self, saved: Checkpoint) -> None:
        self.best = saved.best
        self.clock.before = dict(saved.seconds)
        print(f"resumed from {checkpoints.LAST} after step {saved.step}", flush=True)

    def finish(self, step: int, result: Mapping[str, Json]) -> None:
        """Write result.json."""
        used = self.clock.used()
        document: dict[str, Json] = {
            **result,
            **self.facts,
            "step": step,
            "best": dict(self.best),
            "seconds": used["wall"],
            "cpu_seconds": used["cpu"],
            "eval_seconds": used["eval"],
        }
        write_json(self.folder.result, document)
        print(
            f"done after {step:,} steps in {used['wall']:.1f} s, "
            f"of these {used['eval']:.1f} s in evaluations",
            flush=True,
        )

    def close(self) -> None:
        self.metrics.close()


class Onlooker(Record):
    """Of the processes that train one model together all but the first: reads, never writes."""

    def __init__(self, folder: RunFolder, facts: Mapping[str, Json]) -> None:
        self.folder = folder
        self.facts = facts
        self.last = folder.checkpoints / checkpoints.LAST
        self.best = {}
        self.clock = Clock()

    def row(self, step: int, figures: Mapping[str, float]) -> None:
        pass

    def evaluated(self, step: int, figures: Mapping[str, float], model: nn.Module) -> None:
        pass

    def save_step(self, step: int, model: nn.Module) -> None:
        pass

    def save_last(self, checkpoint: Checkpoint) -> None:
        pass

    def close(self) -> None:
        pass


def rank(figures: Mapping[str, float]) -> tuple[float, float]:
    return figures["test_acc"], -figures["test_loss"]
