"""The processes that train one model together: each takes its part of every batch.

torchrun starts them and says who each is (RANK, LOCAL_RANK, WORLD_SIZE). A batch, a step and a
seed mean the same however many there are. The first process alone evaluates and writes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Final, NoReturn, Protocol, TypeVar

import torch
from torch import Tensor, nn

from mobius_core.errors import UsageError

T = TypeVar("T")
PATIENCE: Final = timedelta(days=7)
"""The others wait for the first one's evaluations; torchrun ends them should it die."""


class Ranks(Protocol):
    rank: int
    size: int

    def part(self, rows: int) -> slice:
        """This process's rows of a batch; UsageError where there is less than one for each."""

    def together(self, module: nn.Module) -> nn.Module:
        """The module, with gradients that are means over all processes."""

    def apart(self, module: nn.Module) -> AbstractContextManager[object]:
        """Inside, gradients of a module that is `together` stay where they are."""

    def total(self, tensor: Tensor) -> Tensor:
        """The sum over all processes."""

    def largest(self, *numbers: int) -> tuple[int, ...]:
        """Of each number the largest that any process gives."""

    def first(self, value: T) -> T:
        """What the first process gives."""

    def all(self, value: T) -> list[T]:
        """What each process gives, in their order."""


class Alone:
    """One process, which asks nobody."""

    rank = 0
    size = 1

    def part(self, rows: int) -> slice:
        return slice(0, rows)

    def together(self, module: nn.Module) -> nn.Module:
        return module

    def apart(self, module: nn.Module) -> AbstractContextManager[object]:
        return nullcontext()

    def total(self, tensor: Tensor) -> Tensor:
        return tensor

    def largest(self, *numbers: int) -> tuple[int, ...]:
        return numbers

    def first(self, value: T) -> T:
        return value

    def all(self, value: T) -> list[T]:
        return [value]


ALONE: Final = Alone()


class Several:
    """Gradients go through NCCL on GPUs and gloo on CPUs; what is agreed between steps goes through
    gloo, so that it waits for no GPU."""

    def __init__(self, device: torch.device) -> None:
        # Alone, a run does not pay for this import.
        import torch.distributed as distributed

        backend = "nccl" if device.type == "cuda" else "gloo"
        distributed.init_process_group(backend, timeout=PATIENCE)
        self.distributed = distributed
        self.rank = distributed.get_rank()
        self.size = distributed.get_world_size()
        self.talk = distributed.group.WORLD
        if backend != "gloo":
            self.talk = distributed.new_group(backend="gloo", timeout=PATIENCE)

    def part(self, rows: int) -> slice:
        if rows < self.size:
            raise UsageError(
                f"a batch of {rows} rows is too small for {self.size} processes; "
                "raise train.batch or lower resources.processes"
            )
        return slice(rows * self.rank // self.size, rows * (self.rank + 1) // self.size)

    def together(self, module: nn.Module) -> nn.Module:
        from torch.nn.parallel import DistributedDataParallel

        return DistributedDataParallel(module)

    def apart(self, module: nn.Module) -> AbstractContextManager[object]:
        from torch.nn.parallel import DistributedDataParallel

        assert isinstance(module, DistributedDataParallel)
        quiet: AbstractContextManager[object] = module.no_sync()
        return quiet

    def total(self, tensor: Tensor) -> Tensor:
        found = tensor.clone()
        self.distributed.all_reduce(found)
        return found

    def largest(self, *numbers: int) -> tuple[int, ...]:
        found = torch.tensor(numbers)
        self.distributed.all_reduce(found, op=self.distributed.ReduceOp.MAX, group=self.talk)
        return tuple(found.tolist())

    def first(self, value: T) -> T:
        values = [value]
        self.distributed.broadcast_object_list(values, src=0, group=self.talk)
        return values[0]

    def all(self, value: T) -> list[T]:
        values: list[T] = [value] * self.size
        self.distributed.all_gather_object(values, value, group=self.talk)
        return values


def is_first(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process is the one that speaks."""
    return environment.get("RANK", "0") == "0"


def ranks_of(device: torch.device, environment: Mapping[str, str] = os.environ) -> Ranks:
    """What torchrun says; one process where nothing is said."""
    return Several(device) if int(environment.get("WORLD_SIZE", "1")) > 1 else ALONE


def leave(code: int, *, alike: bool) -> NoReturn:
    """End one of several processes; where all have ended `alike`, together, so that none takes the
    first one's disappearance for a failure."""
    from torch import distributed

    if alike and distributed.is_initialized():
        distributed.barrier()
    sys.stdout.flush()
    sys.stderr.flush()
    # Once in a dozen runs gloo's threads aborted the interpreter that took them down.
    os._exit(code)
