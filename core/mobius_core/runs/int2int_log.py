"""What the train.log of a finished Int2Int run says, put together: launches and evaluations."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mobius_core.metrics.parse_int2int import PREFIX, Int2Int
from mobius_core.metrics.parser import Row
from mobius_core.runs.guest_metrics import texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """One line `__log__:{…}`, with the training since the one before."""

    launch: int
    """from 1"""
    t: float
    """unix seconds, from the local time that the log has"""
    step: int
    row: Mapping[str, float]
    """test figures; train_loss (mean of the lines since) and lr (the last one) where there are"""


@dataclass(slots=True)
class Launch:
    """One start of the program: the log is appended to."""

    began: float
    ended: float
    settings: Mapping[str, str]
    command: str = ""
    evaluates_only: bool = False
    evaluations: int = 0

    @property
    def seconds(self) -> float:
        return max(0.0, self.ended - self.began)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    lines: int
    """with the prefix of Int2Int's logger: 0 for a file that is no log of it"""
    launches: tuple[Launch, ...]
    evaluations: tuple[Evaluation, ...]
    """in the order of the log, those of a launch that only evaluates among them"""
    parameters: int
    """of encoder and decoder, 0 where the log does not say"""

    @property
    def trained(self) -> tuple[Evaluation, ...]:
        """Those of the training; of a log without any, all."""
        found = [one for one in self.evaluations if not self.of(one).evaluates_only]
        return tuple(found) or self.evaluations

    @property
    def kept(self) -> tuple[Evaluation, ...]:
        """Of the training as it went on: a launch replaces what earlier ones had at or beyond its
        first step, as readers of metrics.jsonl have it."""
        kept: list[Evaluation] = []
        for one in self.trained:
            if kept and kept[-1].launch != one.launch:
                kept = [before for before in kept if before.step < one.step]
            kept.append(one)
        return tuple(kept)

    def of(self, evaluation: Evaluation) -> Launch:
        return self.launches[evaluation.launch - 1]


def read_log(content: bytes) -> Reading:
    """Torn and foreign lines are passed over, as by the parser that follows live guests."""
    parser = Int2Int()
    launches: list[Launch] = []
    evaluations: list[Evaluation] = []
    since: list[Row] = []
    lines = started = 0
    for text in (text for line in content.split(b"\n") for text in texts(line)):
        rows = parser.rows(text)
        prefixed = PREFIX.match(text)
        if prefixed is None:
            continue
        lines += 1
        now = unix(prefixed["when"])
        if now is None:
            now = launches[-1].ended if launches else 0.0
        if not launches or parser.launches != started:
            started = parser.launches
            launches.append(Launch(now, now, parser.settings))
            since = []
        launch = launches[-1]
        launch.ended = now
        launch.settings = parser.settings
        launch.command = parser.command
        launch.evaluates_only = parser.evaluates_only
        for row in rows:
            if "test_acc" in row or "test_loss" in row:
                launch.evaluations += 1
                add(evaluations, evaluation_of(row, since, len(launches), now))
                since = []
            elif "lr" in row:
                since.append(row)
    return Reading(
        lines=lines,
        launches=tuple(launches),
        evaluations=tuple(evaluations),
        parameters=parser.parameters,
    )


def evaluation_of(row: Row, since: Sequence[Row], launch: int, t: float) -> Evaluation:
    """The row with what the training lines before it say of the same stretch."""
    found = {name: value for name, value in row.items() if name != "step"}
    for name in ("train_loss", "token_loss"):
        if values := [one[name] for one in since if name in one]:
            found[name] = math.fsum(values) / len(values)
    if since:
        found["lr"] = since[-1]["lr"]
    return Evaluation(launch=launch, t=t, step=int(row["step"]), row=found)


def add(evaluations: list[Evaluation], new: Evaluation) -> None:
    """What is said of one evaluation in several lines is one."""
    if evaluations and (evaluations[-1].launch, evaluations[-1].step) == (new.launch, new.step):
        last = evaluations.pop()
        new = replace(new, row={**last.row, **new.row})
    evaluations.append(new)


@lru_cache(maxsize=2)
def unix(when: str) -> float | None:
    """`11/22/26 03:04:05`, local; None for what is no date."""
    try:
        return time.mktime(time.strptime(when, "%m/%d/%y %H:%M:%S"))
    except (ValueError, OverflowError):
        return None
