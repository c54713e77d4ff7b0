"""Where a run computes."""

from __future__ import annotations

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
    return torch.device(wanted)


def device_name(device: torch.device) -> str:
    """As result.json records it."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
