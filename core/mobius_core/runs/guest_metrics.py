"""Metrics of a guest: read from what it prints or from a file of its own, row by row."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from mobius_core.config.trial import Json, Trial
from mobius_core.errors import UsageError
from mobius_core.metrics.onset import Onset
from mobius_core.metrics.parse import parser_for
from mobius_core.metrics.parser import Parser, Row, step_of
from mobius_core.metrics.rows import NOT_SERIES
from mobius_core.metrics.summary import Summary
from mobius_core.metrics.tail import Tail, last_row
from mobius_core.metrics.write import MetricsWriter
from mobius_core.runs.facts import Source
from mobius_core.runs.files import failing, read_json, write_json
from mobius_core.runs.folder import RunFolder

STEPS: Final = ("step", "global_step", "iteration", "iter", "epoch")
"""What programs call their clock, best first; rows without any are counted."""
ENDS_OF_LINES = re.compile(rb"[\r\n]+")
COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def texts(line: bytes) -> list[str]:
    """A line as parsers read it: without colours, and cut where a progress bar, which draws many
    states of itself into one line, begins anew."""
    return [COLOURS.sub("", part.decode(errors="replace")) for part in ENDS_OF_LINES.split(line)]


@dataclass(frozen=True, slots=True)
class Progress:
    """What an attempt has written to metrics.jsonl before."""

    last_steps: Mapping[str, int]
    """by name"""
    counted: int
    """the step at which earlier attempts ended"""


def guest_metrics(
    folder: RunFolder,
    trial: Trial,
    attempt: int,
    file: Path | None,
    begin: Source | None = None,
    progress: Progress | None = None,
) -> GuestMetrics | None:
    """None where the experiment asks for no metrics. Call it before the program starts, or say
    where in the file the attempt began and how far its rows were written."""
    command = cast("dict[str, Json]", trial.tables.get("command") or {})
    patterns = cast("dict[str, str]", trial.tables.get("regex") or {})
    try:
        parser = parser_for(
            str(command.get("log", "auto")), list(patterns.values()), file is not None
        )
    except ValueError as error:
        raise UsageError(f"command.log: {error}") from None
    if parser is None:
        return None
    return GuestMetrics(folder, trial, attempt, parser, file or folder.log, begin, progress)


class GuestMetrics:
    """Reads what is new when asked, and writes metrics.jsonl and result.json."""

    def __init__(
        self,
        folder: RunFolder,
        trial: Trial,
        attempt: int,
        parser: Parser,
        source: Path,
        begin: Source | None,
        progress: Progress | None,
    ) -> None:
        self.folder = folder
        self.parser = parser
        self.names = cast("Mapping[str, str]", trial.tables.get("names") or {})
        onset = cast("dict[str, Json]", trial.tables.get("onset") or {})
        self.summary = Summary(
            Onset(
                float(cast("float", onset.get("threshold", 0.99))),
                int(cast("int", onset.get("hold", 50))),
            )
        )
        self.attempt = attempt
        self.nonfinite = ""
        """the first figure that was not finite, in words"""
        self.last_steps = dict(progress.last_steps) if progress else {}
        self._counted_at_first = progress.counted if progress else self._counted_before()
        self.counted = self._counted_at_first
        self._tail = Tail(source)
        if begin is None:
            self._tail.skip()
        else:
            self._tail.go_to(begin.inode, begin.offset)
        self.begin = Source(source, *self._tail.place)
        """for whoever has to read it again"""
        self._writer: MetricsWriter | None = None

    def poll(self) -> bool:
        """Take up what the program has written since; True when there is more to read."""
        lines = self._tail.lines()
        if self._tail.restarted:
            self.parser.restart()
            self.counted = self._counted_at_first
        for line in lines:
            self._read(line)
        return self._tail.is_behind

    def finish(self, *, whole: bool, result: bool = True) -> None:
        """The program has ended; a last line without an end counts only if it ended well."""
        while self.poll():
            pass
        if whole and self._tail.rest:
            self._read(self._tail.rest)
        if self._writer is not None:
            self._writer.close()
            if result:
                self._write_result()

    def _read(self, line: bytes) -> None:
        for text in texts(line):
            for row in self.parser.rows(text):
                self._take(row)

    def _take(self, row: Row) -> None:
        named = {self.names.get(name, name): value for name, value in row.items()}
        step = self._step(named)
        fresh = {
            name: value
            for name, value in named.items()
            if name not in NOT_SERIES and step > self.last_steps.get(name, -1)
        }
        if not fresh:
            return  # a file written anew from its beginning says again what is known
        self.last_steps.update(dict.fromkeys(fresh, step))
        if not self.nonfinite:
            bad = [name for name, value in fresh.items() if not math.isfinite(value)]
            self.nonfinite = f"{bad[0]} is not finite at step {step}" if bad else ""
        with failing("write", self.folder.metrics):
            if self._writer is None:
                if self.attempt > 1:
                    self.summary.replay(self.folder.metrics, step)
                self._writer = MetricsWriter(self.folder.metrics, self.attempt)
            self._writer.row(step, **fresh)
        self.summary.add(step, fresh)

    def _step(self, row: Row) -> int:
        for name in STEPS:
            if name in row and (step := step_of(row[name])) is not None:
                return step
        self.counted += 1
        return self.counted

    def _counted_before(self) -> int:
        """Rows without a step go on where the last attempt left them: a guest that may be
        resumed continues."""
        row = last_row(self.folder.metrics) if self.attempt > 1 else None
        step = row.get("step") if row else None
        return step if isinstance(step, int) else 0

    def _write_result(self) -> None:
        """Unless the program has left a result.json of its own."""
        known = read_json(self.folder.result)
        if known is not None and known.get("by") != "mobius":
            return
        document = cast("dict[str, Json]", self.summary.result())
        write_json(self.folder.result, {"kind": "command", "by": "mobius", **document})
