"""The warm process: it has imported what a trial imports, and forks a child for each run.

`python -m mobius_core.training.warm`, started by a runner, which writes one JSON request a line
into its stdin and reads one reply a line from its stdout. It never trains, never touches CUDA and
stays at one thread: a parent that has run any torch operation with two makes every forked child
hang. It ends when its runner does.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn, TextIO

import numpy as np
import torch

import mobius_core
from mobius_core.models.registry import MODELS
from mobius_core.runs.child import RUNNERS_OWN
from mobius_core.runs.plan import RUN_MARK
from mobius_core.runs.prctl import Mark, signal_on_parent_death
from mobius_core.sparsity.registry import MASKS
from mobius_core.training import child
from mobius_core.training.registry import LOSSES, MEASURES, OPTIMIZERS, TARGETS, TASKS

ADOPTION: Final = 5.0
"""Seconds within which the kernel gives an orphan to the runner: it takes microseconds."""


def main() -> int:
    runner = os.getppid()
    stamp = sources()
    requests, replies = channels()
    import_everything()
    mark = Mark(RUN_MARK)
    gc.collect()
    gc.freeze()  # a child's collections must not touch, and so copy, the pages they share
    reply(replies, ready=True)
    for line in requests:
        if sources() != stamp:
            reply(replies, stale=True)
            return 0
        reply(replies, **answer(json.loads(line), runner, mark))
    return 0


def channels() -> tuple[TextIO, TextIO]:
    """What stdin and stdout were, out of the way of children and of anything that prints."""
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return open(requests), open(replies, "w")


def reply(channel: TextIO, **document: object) -> None:
    channel.write(json.dumps(document) + "\n")
    channel.flush()


def import_everything() -> None:
    """Every module that a name of experiments.toml can lead to, and what torch imports late."""
    names = [
        *(entry.work for entry in TASKS.values() if entry.work),
        *(entry.builder for entry in MODELS.values()),
        *OPTIMIZERS.values(),
        *LOSSES.values(),
        *(entry.measure for entry in MEASURES.values()),
        *(entry.target for entry in TARGETS.values()),
        *MASKS.values(),
    ]
    for name in names:
        with suppress(ModuleNotFoundError):  # its own child says so, in its own log
            importlib.import_module(name.partition(":")[0])
    for name in LATE:
        importlib.import_module(name)
    np.random.default_rng(0).permutation(2)


LATE: Final = ("encodings.ascii", "torch.utils.serialization")
"""Imported by the first save or load of a checkpoint."""


def sources() -> tuple[tuple[str, int, int], ...]:
    """A stamp of our own code: a change of it makes this process stale."""
    root = Path(mobius_core.__file__).parent
    found: list[tuple[str, int, int]] = []
    for path in sorted(root.rglob("*.py")):
        status = path.stat()
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


def answer(request: dict[str, Any], runner: int, mark: Mark) -> dict[str, object]:
    """Fork the child of the request: {"pid"}, or {"error"} where that cannot be."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1 or torch.get_num_threads() != 1 or torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return {"error": f"the warm process has {threads} threads or a GPU and must not fork"}
    reader, writer = os.pipe()
    # Forked twice, so that the child is an orphan: its runner adopts it, waits for it and keeps
    # it should this process be killed.
    middle = os.fork()
    if middle == 0:
        orphan = os.fork()
        if orphan == 0:
            os.close(reader)
            become(request, runner, mark, writer)
        os.write(writer, f"pid {orphan}\n".encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(middle, 0)
    with open(reader) as pipe:
        said = dict(line.rstrip("\n").split(" ", 1) for line in pipe)
    if "error" in said:
        return {"error": said["error"], "pid": int(said["pid"])}
    return {"pid": int(said["pid"])}


def become(request: dict[str, Any], runner: int, mark: Mark, writer: int) -> NoReturn:
    """In the fork: turn into the training child of the request."""
    try:
        os.setsid()
        mark.write(request["environment"].get(RUN_MARK, ""))
        await_adoption(runner)
        signal_on_parent_death(signal.SIGTERM)
        if os.getppid() != runner:
            os._exit(1)
        for signum in RUNNERS_OWN:
            signal.signal(signum, signal.SIG_DFL)
        # As in any Python: a closed pipe is an error to be told, not a death.
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # the channels, and the pipe: it worked
    except OSError as error:
        os.write(writer, f"error {error.filename}: {error.strerror}\n".encode())
        os._exit(127)
    os._exit(work(request["arguments"]))


def await_adoption(runner: int) -> None:
    deadline = time.monotonic() + ADOPTION
    while os.getppid() != runner and time.monotonic() < deadline:
        time.sleep(0.0001)


def work(arguments: list[str]) -> int:
    """What `python -m mobius_core.training.child` would do, to its exit code."""
    sys.argv = ["mobius_core.training.child", *arguments]
    try:
        code = child.main(arguments)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
