"""metrics.jsonl, written: one writer, one write() a row.

Compiled by mypyc in wheels, so plain classes and the standard library only.
"""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from types import TracebackType


class MetricsWriter:
    """Appends rows {"step", "t", "attempt", name: value …} to a run's metrics.jsonl.

    A value that is not finite is written as null and named in "nonfinite". A line that an earlier
    attempt left torn is ended first, so that it spoils no row of this one.
    """

    def __init__(self, path: str | Path, attempt: int = 1) -> None:
        self.attempt = attempt
        self._descriptor = os.open(
            str(path), os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666
        )
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.write(self._descriptor, b"\n")

    def row(self, step: int, /, **values: float | None) -> None:
        """Write one row. `step` counts optimiser steps; raises OSError when the disk refuses."""
        document: dict[str, object] = {
            "step": step,
            "t": round(time.time(), 3),
            "attempt": self.attempt,
        }
        nonfinite: list[str] = []
        for name, value in values.items():
            if value is not None and not math.isfinite(value):
                nonfinite.append(name)
                value = None
            document[name] = value
        if nonfinite:
            document["nonfinite"] = nonfinite
        self._write_whole((json.dumps(document) + "\n").encode())

    def _write_whole(self, line: bytes) -> None:
        """All of it or nothing: a disk that fills up takes the first half of a write."""
        left = line
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            if len(left) < len(line):
                size = os.fstat(self._descriptor).st_size
                os.ftruncate(self._descriptor, size - (len(line) - len(left)))
            raise

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> MetricsWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
