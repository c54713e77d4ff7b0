"""The process of one training run: `python -m mobius_core.training.child RUN_FOLDER`.

Exit codes: 0 done; 75 stopped or preempted, with a checkpoint to resume from; else what the
error's class says, with a verdict beside it.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch

from mobius_core.errors import MobiusError, UsageError, WorkFailed
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.spec import RunSpec
from mobius_core.runs.stopping import StopAsked, StopRequests
from mobius_core.runs.verdict import TEMPORARY_FAILURE, say_verdict
from mobius_core.training.allocator import keep_freed_memory
from mobius_core.training.evaluate import evaluate_run
from mobius_core.training.loop import Ended, Loop, NotFinite
from mobius_core.training.prepare import prepare
from mobius_core.training.ranks import is_first, leave

PEER_GONE: Final = re.compile(r"[Cc]onnection (closed|reset)|remote process exited|NCCL.*abort")
"""What gloo and NCCL say where a process that they talk to has vanished."""
RESUMED_ANEW: Final = "stopped; the evaluation begins anew when it is resumed"


def main(argv: Sequence[str]) -> int:
    folder = RunFolder(Path(argv[0]).absolute())
    attempt = int(os.environ.get("MOBIUS_ATTEMPT", folder.last_attempt() or 1))
    stop = StopRequests(folder.control / "stop")
    stop.listen()
    keep_freed_memory()
    if not is_first():
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        ended = train(folder, attempt, stop)
    except StopAsked as asked:
        return say_verdict(folder, attempt, asked.reason, RESUMED_ANEW, TEMPORARY_FAILURE)
    except NotFinite as error:
        return fail(folder, attempt, "nan", error)
    except UsageError as error:
        return fail(folder, attempt, "config", error)
    except MobiusError as error:
        return fail(folder, attempt, "io", error)
    except OSError as error:
        # What no part of ours has put into words is a print: stdout is the log.
        where = error.filename or folder.log
        failed = WorkFailed(f"cannot write {where}: {error.strerror or error}; see `mobius doctor`")
        return fail(folder, attempt, "io", failed)
    except (MemoryError, RuntimeError) as error:
        if not ran_out_of_memory(error):
            raise
        return fail(folder, attempt, "oom", error)
    if ended.reason is None:
        return 0
    said = f"stopped after step {ended.step}"
    return say_verdict(folder, attempt, ended.reason, said, TEMPORARY_FAILURE)


def one_of_several(argv: Sequence[str]) -> int:
    """`main` under torchrun: whatever ends one process becomes the verdict of the run, because
    torchrun then ends the others, and their ends would hide it."""
    try:
        return main(argv)
    except Exception as error:
        traceback.print_exc()
        folder = RunFolder(Path(argv[0]).absolute())
        attempt = int(os.environ.get("MOBIUS_ATTEMPT", folder.last_attempt() or 1))
        if folder.attempt(attempt).verdict.exists():
            return 1  # the first to fail has said why; the others only lost it
        if PEER_GONE.search(str(error)):
            told = (
                "another of its processes died without a word; torchrun's lines in the log say how"
            )
            return say_verdict(folder, attempt, "failed", told, 1)
        return fail(folder, attempt, "failed", error)


def train(folder: RunFolder, attempt: int, stop: StopRequests) -> Ended:
    """Or evaluate, which has no steps."""
    spec = RunSpec.read(folder.spec)
    if spec is not None and spec.trial.kind == "eval":
        evaluate_run(folder, attempt, spec.trial, stop.look)
        return Ended(None, 0)
    prepared = prepare(folder, attempt, stop.look)
    try:
        return Loop(prepared.work, prepared.specs, prepared.context, prepared.record, stop).run()
    finally:
        prepared.record.close()


def ran_out_of_memory(error: Exception) -> bool:
    """torch has a class for a full GPU only; a full host is a RuntimeError of its allocator."""
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        "can't allocate memory" in str(error)
    )


def fail(folder: RunFolder, attempt: int, reason: str, error: Exception) -> int:
    message = str(error).partition("\n")[0] or type(error).__name__
    code = error.exit_code if isinstance(error, MobiusError) else 1
    return say_verdict(folder, attempt, reason, message, code)


if __name__ == "__main__":
    if "TORCHELASTIC_RUN_ID" in os.environ:
        code = one_of_several(sys.argv[1:])
        leave(code, alike=code in (0, TEMPORARY_FAILURE))
    sys.exit(main(sys.argv[1:]))
