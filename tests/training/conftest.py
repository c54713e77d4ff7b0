from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import torch

from tests.training.arithmetic_runs import Lab, new_lab

# One thread, as a run has by default: sums are then the same on every machine of one kind.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """One lab with its data for all tests; each makes run folders of its own names."""
    return new_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def lab(built: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """Gives the test process its own SIGTERM handler back: a child in it takes that over."""
    for name in ("MOBIUS_HOME", "MOBIUS_ATTEMPT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    handler = signal.getsignal(signal.SIGTERM)
    yield built
    signal.signal(signal.SIGTERM, handler)
