"""Where a run computes."""

from __future__ import annotations

import os

import torch

from mobius_core.errors import UsageError


def choose_device(wanted: str) -> torch.device:
    """`auto` takes the GPU that the runner leased to this run, if any; the runner hides others."""
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise UsageError(
            'resources.device = "cuda": torch sees no GPU here; ask for one with '
            "resources.gpus = 1, or see `mobius doctor`"
        )
    if wanted == "cuda" and "LOCAL_RANK" in os.environ:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    return torch.device(wanted)


def device_name(device: torch.device) -> str:
    """As result.json records it."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
