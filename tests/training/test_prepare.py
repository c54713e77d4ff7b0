"""What a training child can be asked for."""

from __future__ import annotations

import pytest

from mobius_core.config.trial import Trial
from mobius_core.errors import UsageError
from mobius_core.training.prepare import read_specs


@pytest.mark.parametrize("kind", ["eval", "command", "poetry"])
def test_a_kind_without_training_is_told_what_there_is(kind: str) -> None:
    trial = Trial(name="x/s0", experiment="x", kind=kind, key="0" * 16, seed=0)
    with pytest.raises(
        UsageError, match=f"of kind {kind}, and models are trained by kinds arithmetic, modular"
    ):
        read_specs(trial)
