"""Number formats for training: bf16 autocast where the hardware multiplies in it, else fp32.

Weights, gradients and optimiser state stay fp32; autocast runs the matrix products in bf16. On a
CPU with AVX512-BF16 or AMX this is 3x the fp32 speed, without them it is emulated and slower.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final

import torch

from mobius_core.processor import cpu_flags

CPU_BF16_FLAGS: Final = frozenset({"avx512_bf16", "amx_bf16"})


@dataclass(frozen=True)
class Precision:
    """`name` is fp32 or bf16, as recorded in result.json."""

    name: str
    device_type: str

    def autocast(self) -> AbstractContextManager[object]:
        """The context of every forward pass."""
        if self.name == "fp32":
            return nullcontext()
        return torch.autocast(self.device_type, dtype=torch.bfloat16)


def choose(wanted: str, device: torch.device) -> Precision:
    """`auto` takes bf16 where the device has it in hardware; `bf16` and `fp32` are obeyed."""
    if wanted == "auto":
        wanted = "bf16" if has_bf16(device) else "fp32"
    return Precision(wanted, device.type)


def has_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(CPU_BF16_FLAGS & cpu_flags())
