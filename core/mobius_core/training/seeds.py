"""Independent streams of randomness, each a function of the trial's seed alone.

Equal seeds give every arm of an experiment the same split, order and base weights, so that arms
are paired; a pinned stream ignores the seed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from mobius_core.training.spec import PinSpec

Stream = Literal["split", "order", "init", "mask"]


def stream(name: Stream, seed: int, pin: int | None) -> int:
    """A 63-bit seed for one stream.

    The name is hashed in, so that seed 3 of `split` and seed 3 of `init` have nothing in common;
    63 bits fit numpy, torch and the sieve alike.
    """
    text = f"{name}:{seed if pin is None else pin}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


@dataclass(frozen=True)
class Seeds:
    """The streams of one trial."""

    seed: int
    pin: PinSpec

    def of(self, name: Stream) -> int:
        pins = {
            "split": self.pin.split,
            "order": self.pin.order,
            "init": self.pin.init,
            "mask": self.pin.mask,
        }
        return stream(name, self.seed, pins[name])
