"""`mobius doctor` on what surrounds the program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mobius_core.runs import surroundings

MOUNTS = r"""/dev/vda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
tmpfs /home/me/fast\040disk tmpfs rw 0 0
"""


def test_what_a_lab_lies_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    place = tmp_path / "home"
    text = MOUNTS.replace("/home/me", f"{place}/me").replace("/home nfs4", f"{place} nfs4")
    mounts.write_text(text)
    lab = place / "me" / "lab"
    lab.mkdir(parents=True)
    (place / "me" / "fast disk").mkdir()
    kinds = [
        surroundings.file_system(folder, mounts).value.split()[0]
        for folder in (tmp_path, lab, lab / "not" / "yet", place / "me" / "fast disk" / "x")
    ]
    assert kinds == ["ext4", "nfs4", "nfs4", "tmpfs"]
    assert "network disk" in surroundings.file_system(lab, mounts).advice


@pytest.mark.parametrize(
    ("text", "ok"),
    [("", True), ("#KillUserProcesses=yes\n", True), ("[Login]\nKillUserProcesses = yes\n", False)],
)
def test_whether_runs_outlive_the_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, ok: bool
) -> None:
    monkeypatch.setenv("USER", "nobody-of-this-name")
    settings = tmp_path / "logind.conf"
    assert surroundings.logout(settings).ok
    settings.write_text(text)
    check = surroundings.logout(settings)
    assert check.ok is ok
    assert ("enable-linger" in check.advice) is not ok


def test_the_clock_beside_the_disk(tmp_path: Path) -> None:
    assert surroundings.clock(tmp_path).value == "agrees with the disk"
    assert surroundings.clock(tmp_path / "none").ok


def test_the_line_for_cron_works_as_it_stands(tmp_path: Path) -> None:
    """With a crontab of our own, then the line itself through a shell."""
    (tmp_path / "lab home" / "runs").mkdir(parents=True)
    program = tmp_path / "crontab"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    home = tmp_path / "lab home"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LC_ALL": "C"}
    argv = [sys.executable, "-m", "mobius_tui", "doctor", "--json", "--home", str(home)]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True)
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    line = checks["cron"]["advice"].partition("* * * * ")[2]
    assert line.endswith(">/dev/null 2>&1")
    command = line.removesuffix(">/dev/null 2>&1")
    again = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    program.write_text(f"#!/bin/sh\ncat <<'E'\n*/5 * * * * {line}\nE\n")
    done = subprocess.run(argv, env=environment, capture_output=True, text=True)
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["cron"]["value"] == "resumes what was lost"
    assert "ASCII" in checks["locale"]["advice"]
