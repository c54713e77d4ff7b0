"""Checkpoints: whole or absent, plain tensors and numbers, loadable with weights_only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, BinaryIO, Final

import torch
from torch import Tensor, nn

from mobius_core.errors import WorkFailed
from mobius_core.runs.files import failing

FORMAT: Final = 1
LAST: Final = "last.pt"
BEST: Final = "best.pt"


def step_name(step: int) -> str:
    """The file of a checkpoint that `save` asks for; names sort by step."""
    return f"step-{step:09d}.pt"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A training run between two steps."""

    step: int
    model: Mapping[str, Tensor]
    optimizer: Mapping[str, Tensor]
    work: Mapping[str, Tensor]
    random: Mapping[str, Tensor]
    best: Mapping[str, float]
    """figures and step of the best evaluation so far"""
    seconds: Mapping[str, float]
    """wall, cpu and eval seconds used so far"""


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Replace `path` in one step; WorkFailed, and the old file stays, when the disk refuses."""
    write(path, {"format": FORMAT, **vars(checkpoint)})


def save_model(path: Path, step: int, model: nn.Module) -> None:
    """Weights alone, for evaluation and notebooks: `torch.load(path)["model"]`."""
    write(path, {"format": FORMAT, "step": step, "model": model.state_dict()})


def write(path: Path, document: Mapping[str, object]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with failing("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(temporary, "wb") as file:
                save_into(file, document)
                file.flush()
                os.fsync(file.fileno())
            os.rename(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def save_into(file: BinaryIO, document: Mapping[str, object]) -> None:
    try:
        torch.save(plain(document), file)
    except RuntimeError as error:
        # torch's writer, which wonders where its bytes are, lays that over what the disk said.
        if isinstance(error.__context__, OSError):
            raise error.__context__ from None
        raise


def plain(value: object) -> object:
    """Mappings as dicts, tensors detached on the CPU: nothing of ours is pickled."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    return value.detach().cpu() if isinstance(value, Tensor) else value


def load(path: Path) -> Checkpoint:
    """WorkFailed where the file is torn, foreign or of another format."""
    document = read(path)
    try:
        return Checkpoint(**{name: item for name, item in document.items() if name != "format"})
    except TypeError:
        raise WorkFailed(f"{path} holds weights only; a run resumes from {LAST}") from None


# Any: what a file holds is not known before it is looked at.
def read(path: Path) -> dict[str, Any]:
    """The plain document of a checkpoint file."""
    try:
        document = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, UnpicklingError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WorkFailed(
            f"cannot read the checkpoint {path}: {reason}; `mobius retry` starts anew"
        ) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise WorkFailed(f"{path} is no checkpoint of this program; `mobius retry` starts anew")
    return document


def restore_model(model: nn.Module, saved: Mapping[str, Tensor], path: Path) -> None:
    """Load the weights; WorkFailed names the first tensor in which the models differ."""
    require_alike("model", model.state_dict(), saved, path)
    model.load_state_dict(dict(saved))


def require_alike(
    what: str, ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor], path: Path
) -> None:
    """WorkFailed where a tensor is missing, too many or of another shape."""
    if difference := first_difference(ours, theirs):
        raise WorkFailed(
            f"{path} is a checkpoint of another {what}: {difference}; `mobius retry` starts anew"
        )


def first_difference(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> str | None:
    for name in [*ours, *theirs]:
        if name not in theirs:
            return f"it has no {name}"
        if name not in ours:
            return f"it has {name}, which has no place here"
        if ours[name].shape != theirs[name].shape:
            return f"{name} is {shape(theirs[name])} in it, {shape(ours[name])} here"
    return None


def shape(tensor: Tensor) -> str:
    return "x".join(str(size) for size in tensor.shape) or "a number"


def random_state(device: torch.device) -> dict[str, Tensor]:
    """torch's generators, which draw the dropout."""
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def restore_random_state(state: Mapping[str, Tensor], device: torch.device) -> None:
    if "cpu" in state:  # not where more processes go on than there were
        torch.set_rng_state(state["cpu"])
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)
