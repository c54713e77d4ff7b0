"""Checks of where mobius runs: the terminal, the login, the disk, the clock. See `runs.doctor`."""

from __future__ import annotations

import codecs
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from mobius_core.errors import MobiusError
from mobius_core.runs.check import Check
from mobius_core.runs.process import this_host

NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "fuse.sshfs", "9p", "afs"}
)
LARGEST_SKEW: Final = 2.0
"""Seconds between our clock and the disk's that no time stamp of a network disk explains."""
LOGIND: Final = Path("/etc/systemd/logind.conf")


def terminal() -> Check:
    name = os.environ.get("TERM", "")
    colours = os.environ.get("COLORTERM") or ("256 colours" if "256" in name else "few colours")
    width, height = shutil.get_terminal_size()
    if not sys.stdout.isatty():
        return Check(name="terminal", ok=True, value="none: commands and --json only")
    small = width < 80 or height < 24
    return Check(
        name="terminal",
        ok=not small and name != "dumb",
        value=f"{name or 'TERM is not set'}, {colours}, {width}x{height}",
        advice="the TUI wants 80x24 and a TERM such as xterm-256color" if small else "",
    )


def tmux() -> Check:
    if os.environ.get("TMUX"):
        value = "inside one"
    elif shutil.which("tmux"):
        value = "installed; runs need none, the TUI comes back with it after a lost connection"
    else:
        value = "none; runs need none"
    return Check(name="tmux", ok=True, value=value)


def locale() -> Check:
    name = next(
        (os.environ[key] for key in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(key)), "C"
    )
    unicode = re.search(r"utf-?8", name, re.IGNORECASE) is not None
    encoding = codecs.lookup(sys.stdout.encoding or "ascii").name
    return Check(
        name="locale",
        ok=True,
        value=f"{name}, {encoding} on stdout",
        advice="" if unicode else "charts are drawn in ASCII: export LC_ALL=C.UTF-8 for braille",
    )


def logout(settings: Path = LOGIND) -> Check:
    """Whether systemd ends our runners when the last connection closes."""
    try:
        text = settings.read_text()
    except OSError:
        return Check(name="logout", ok=True, value="no logind here: runs outlive it")
    killed = re.search(
        r"^\s*KillUserProcesses\s*=\s*(yes|true|1|on)", text, re.MULTILINE | re.IGNORECASE
    )
    if not killed:
        return Check(name="logout", ok=True, value="runs outlive it")
    lingers = Path("/var/lib/systemd/linger", os.environ.get("USER", "")).is_file()
    return Check(
        name="logout",
        ok=lingers,
        value="KillUserProcesses=yes" + (", but you linger" if lingers else ""),
        advice="" if lingers else "runs die at logout: loginctl enable-linger",
    )


def file_system(home: Path, mounts: Path = Path("/proc/self/mounts")) -> Check:
    """What the lab lies on; network disks work, more slowly."""
    kind, place = "unknown", ""
    existing = str(next(folder for folder in (home, *home.parents) if folder.exists()).resolve())
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        point, found = line.split()[1:3]
        point = point.encode().decode("unicode_escape")
        within = existing == point or existing.startswith(point.rstrip("/") + "/")
        if within and len(point) >= len(place):
            kind, place = found, point
    advice = ""
    if kind in NETWORK:
        advice = (
            "a network disk: locks and states work, a look takes longer; keep data on a local one"
        )
    return Check(name="file system", ok=True, value=f"{kind} at {place or existing}", advice=advice)


def clock(home: Path) -> Check:
    """Our clock beside that of the disk, by which the ages of heartbeats are judged."""
    probe = home / f".clock-{this_host().name}"
    try:
        before = time.time()
        probe.touch()
        skew = probe.stat().st_mtime - before
    except OSError:
        return Check(name="clock", ok=True, value="no lab to compare it with")
    agrees = abs(skew) < LARGEST_SKEW
    return Check(
        name="clock",
        ok=agrees,
        value="agrees with the disk" if agrees else f"{skew:+.0f} s to the disk's",
        advice="" if agrees else "set it (chrony, ntp): orders in the queue follow it",
    )


def slurm() -> tuple[Check, ...]:
    """Whether `run --on slurm` can submit; nothing where there is no Slurm."""
    if shutil.which("squeue") is None:
        return ()
    from mobius_core.runs.slurm import site_here

    try:
        site = site_here()
    except MobiusError as error:
        return (Check(name="slurm", ok=True, value=f"installed, but {error}"),)
    if importlib.util.find_spec("submitit") is None:
        advice = "run --on slurm needs submitit: pip install 'mobius-tui[slurm]'"
        return (Check(name="slurm", ok=True, value=site, advice=advice),)
    return (Check(name="slurm", ok=True, value=f"{site}, workers by submitit"),)


def cron(home: Path) -> Check:
    """The one line that takes up what a reboot or a crash has ended."""
    words = (sys.executable, "-m", "mobius_tui", "resume", "--lost", "--home", str(home))
    line = f"*/5 * * * * {shlex.join(words)} >/dev/null 2>&1"
    try:
        table = subprocess.run(
            ["crontab", "-l"], capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return Check(name="cron", ok=True, value="no crontab here", advice=f"elsewhere: {line}")
    if "resume --lost" in table:
        return Check(name="cron", ok=True, value="resumes what was lost")
    return Check(
        name="cron", ok=True, value="does not resume what is lost", advice=f"crontab -e: {line}"
    )
