"""A second host on the same disk: namespaces of its own for its name, boot id and processes."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mobius_core.runs.lab import Lab
from mobius_core.runs.process import descendants
from tests.runs.guests import until

BOOT_ID = "/proc/sys/kernel/random/boot_id"
APART = (
    *("unshare", "--user", "--map-root-user", "--mount", "--uts", "--pid", "--fork"),
    *("--kill-child", "--mount-proc"),
)
BE_A_HOST = (
    f'hostname "$1" && mount --bind "$2" {BOOT_ID} && touch "$3" && while :; do sleep 1000; done'
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a command on the other host gave."""

    code: int
    out: str
    err: str

    @property
    def states(self) -> dict[str, str]:
        """Of `status --json`: states by trial."""
        runs: list[dict[str, str]] = json.loads(self.out)["runs"]
        return {run["trial"]: run["state"] for run in runs}


@dataclass(frozen=True, slots=True)
class OtherHost:
    init: int
    """the pid, here, of its first process"""
    folder: Path
    """where its commands stand"""
    lab: Lab

    def mobius(self, *words: str, **environment: str) -> Said:
        enter = ("nsenter", "--target", str(self.init), "--user", "--preserve-credentials")
        done = subprocess.run(
            [
                *(*enter, "--uts", "--pid", "--mount", f"--wd={self.folder}"),
                *(sys.executable, "-m", "mobius_tui", *words),
            ],
            env={**os.environ, "MOBIUS_HOME": str(self.lab.home), **environment},
            capture_output=True,
            text=True,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def lines(self, *words: str) -> tuple[int, str]:
        """Exit code and the one line on stderr."""
        said = self.mobius(*words)
        assert len(said.err.splitlines()) == 1, said
        return said.code, said.err.strip()


@functools.cache
def may_be_apart() -> bool:
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        return False
    probe = [*APART, "sh", "-c", f"hostname beta && mount --bind /dev/null {BOOT_ID}"]
    return subprocess.run(probe, capture_output=True).returncode == 0


@contextmanager
def other_host(
    folder: Path, lab: Lab, name: str = "beta", boot_id: str = "another-boot"
) -> Iterator[OtherHost]:
    """Everything that runs there is killed at the end, as by a power cut."""
    if not may_be_apart():
        pytest.skip("this machine does not let users have a host of their own in namespaces")
    boot, up = folder / f"{name}.boot", folder / f"{name}.up"
    boot.write_text(boot_id + "\n")
    up.unlink(missing_ok=True)
    argv = [*APART, "sh", "-c", BE_A_HOST, "-", name, str(boot), str(up)]
    with subprocess.Popen(argv) as process:
        try:
            until(up.exists, "the other host")
            stat = [one for one in descendants(process.pid) if parent_of(one.pid) == process.pid]
            yield OtherHost(stat[0].pid, folder, lab)
        finally:
            process.kill()


def parent_of(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1])


def document(**experiments: str) -> str:
    """An experiments file of shell scripts by name."""
    parts = [
        f"[experiments.{name}]\ntask = {{ kind = 'command' }}\n"
        f"command = {{ argv = ['sh', '-c', '''{script}'''], resume = 'rerun', grace = 5 }}\n"
        for name, script in experiments.items()
    ]
    return "schema = 1\n" + "".join(parts)
