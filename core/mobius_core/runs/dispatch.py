"""One pass over the queue: who is next, and is there a slot for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from mobius_core.errors import MobiusError
from mobius_core.runs import events
from mobius_core.runs.facts import Exit, read_exit
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import AttemptFolder, RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.queue import Entry, claim
from mobius_core.runs.run import State
from mobius_core.runs.slots import Capacity, Lease, Need, impossible, need_of, take
from mobius_core.runs.spec import RunSpec
from mobius_core.runs.state import end_state


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that now belongs to this runner, with the slots it needs."""

    spec: RunSpec
    folder: RunFolder
    attempt: AttemptFolder
    lease: Lease


@dataclass(frozen=True, slots=True)
class Pass:
    claim: Claim | None
    more: bool
    """another runner would find a run and a slot for it"""
    starved: bool
    """a run is ready and every slot it needs is taken"""


def make_pass(
    lab: Lab, capacity: Capacity, grant: Callable[[Need], Lease | None] | None = None
) -> Pass:
    """Claim the first run that is ready and fits; call with the queue locked.

    `grant` leases what a need asks for: slots of this host unless another is given.

    Runs of one pool (CPU, GPU) never overtake each other, so a large one is not starved by many
    small ones.
    """
    if grant is None:
        grant = partial(take, lab.slots_dir, capacity, boot_id=lab.host.boot_id)
    claimed: Claim | None = None
    full: set[str] = set()
    pools = {"cpu", "gpu"} if capacity.gpus else {"cpu"}
    try:
        for entry, spec, need in ready(lab, capacity):
            if need.pool in full:
                continue
            lease = grant(need)
            if lease is None:
                full.add(need.pool)
                if full == pools:
                    break  # so that a pass costs the same however many wait
                continue
            if claimed is not None:
                lease.release()
                return Pass(claimed, more=True, starved=False)
            claimed = claim_for(lab, entry, spec, lease)
            if claimed is None:
                lease.release()
    except (MobiusError, OSError):
        if claimed is None:
            raise
        # It is ours and must be worked on; the next pass meets the trouble again.
    return Pass(claimed, more=False, starved=bool(full))


def claim_for(lab: Lab, entry: Entry, spec: RunSpec, lease: Lease) -> Claim | None:
    """None where somebody else has the run or it is gone; the lease is free if this fails."""
    folder = lab.folder(spec.id)
    try:
        # Requests of an attempt whose runner was killed; new ones are made after the claim.
        for request in ("stop", "kill"):
            (folder.control / request).unlink(missing_ok=True)
        attempt = claim(folder, entry.attempt)
    except BaseException:
        lease.release()
        raise
    # What the disk keeps of these is no longer true, and known not to be by the claim.
    with suppress(OSError):
        lab.queue.remove(entry)
        (folder.control / "resume").unlink(missing_ok=True)
    return Claim(spec, folder, attempt, lease) if attempt else None


def ready(lab: Lab, capacity: Capacity) -> Iterator[tuple[Entry, RunSpec, Need]]:
    """Queued runs whose dependencies are done, in order; others are put aside or given up."""
    ends: dict[str, State | None] = {}
    for entry in lab.queue.in_order():
        spec = lab.spec(entry.run)
        if spec is None:
            lab.queue.remove(entry)
            continue
        for other in spec.after:
            if other not in ends:
                ends[other] = end_of(lab, other)
        states = {other: ends[other] for other in spec.after}
        broken = next((other for other, end in states.items() if hopeless(end)), None)
        if broken is not None:
            give_up(lab, entry, f"{broken} ended as {states[broken]}")
            continue
        need = need_of(spec.trial, capacity)
        if all(end is State.DONE for end in states.values()) and not impossible(need, capacity):
            yield entry, spec, need


def end_of(lab: Lab, run_id: str) -> State | None:
    """How a dependency ended; None while it has not; failed when its folder is gone."""
    folder = lab.folder(run_id)
    if not folder.path.is_dir():
        return State.FAILED
    number = folder.last_attempt()
    ended = read_exit(folder.attempt(number)) if number else None
    if ended is None or (folder.control / "resume").exists():
        return None
    return end_state(ended)


def hopeless(end: State | None) -> bool:
    """Not even `resume --lost` can make it done any more."""
    return end is not None and end is not State.DONE and not end.may_continue


def give_up(lab: Lab, entry: Entry, why: str) -> None:
    """End a run that can never start, as its own attempt with the reason `dependency`."""
    folder = lab.folder(entry.run)
    attempt = claim(folder, entry.attempt)
    if attempt is not None:
        (folder.control / "resume").unlink(missing_ok=True)
        ended = Exit(reason=State.DEPENDENCY, t=time.time(), message=why)
        write_json(attempt.exit, ended.to_json())
        events.append(folder, State.DEPENDENCY, attempt=attempt.number, message=why)
    lab.queue.remove(entry)
