"""A real Slurm for the session, started by hand; skipped with a reason where there is none."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mobius_core.errors import Refused
from mobius_core.runs import control
from mobius_core.runs.lab import Lab
from tests.slurm.cluster import Cluster, missing_programs
from tests.slurm.jobs import EXPERIMENTS


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    missing = missing_programs()
    if missing:
        pytest.skip(f"no {', '.join(missing)} here: apt-get install slurm-wlm munge")
    # Not below the folder of the test: a socket's path may have 108 characters.
    cluster = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def lab(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab that submits to it; no job of it is left after the test."""
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    lab = Lab(tmp_path / "lab")
    yield lab
    with suppress(Refused):
        control.kill(lab, lab.scan())
    subprocess.run(["scancel", "--quiet", "--me"], check=False)
    cluster.wait_for_idle()


@pytest.fixture
def file(lab: Lab) -> Path:
    path = lab.home.parent / "experiments.toml"
    path.write_text(EXPERIMENTS)
    return path
