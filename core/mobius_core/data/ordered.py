"""Work on threads with results in order: the sieve lets go of the interpreter's lock, so that
threads are enough, and what comes out does not depend on how many there are."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD: Final = 2
"""Results a thread that may wait to be taken: what bounds the memory."""


def cores() -> int:
    """CPUs that this process may use."""
    return len(os.sched_getaffinity(0))


def ordered(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Generator[Result, None, None]:
    """work(item) of each item, in the order of the items; closing it drops what is not begun."""
    if threads <= 1:
        yield from map(work, items)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > AHEAD * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
