"""A private Slurm of one node: munged, slurmctld and slurmd as children of the tests.

Any user may start it; it needs neither systemd nor /etc, and everything lies in one folder. The
daemons stay in the foreground, so that they are ended by their process, not by a pid file.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

DAEMONS: Final = ("munged", "slurmctld", "slurmd")
CLIENTS: Final = ("sbatch", "squeue", "scontrol", "scancel", "srun")
SBIN: Final = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
"""Daemons live where not everybody's PATH leads."""
PATIENCE: Final = 60.0
NAME: Final = "tests"


def missing_programs() -> list[str]:
    return [name for name in (*DAEMONS, *CLIENTS) if shutil.which(name, path=SBIN) is None]


def until(event: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not event():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {PATIENCE:.0f} s")
        time.sleep(0.05)


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.configuration = folder / "slurm.conf"
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": SBIN, "SLURM_CONF": str(self.configuration)}

    def start(self) -> None:
        for name in ("state", "spool", "log"):
            (self.folder / name).mkdir(parents=True)
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        self.configuration.write_text(self._settings())
        # Two devices that every machine has stand for GPUs: Slurm only counts and names them.
        (self.folder / "gres.conf").write_text("Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n")
        self._start_munge(key)
        self._start("slurmctld", "-D", "-i")
        self._start("slurmd", "-D")
        until(lambda: "idle" in self.ask("sinfo", "-h", "-o", "%T"), "an idle node")

    def stop(self) -> None:
        """Workers first, so that no process of theirs outlives the daemons."""
        self.ask("scancel", "--quiet", "--me")
        self.wait_for_idle()
        for name in reversed(DAEMONS):
            self._end(name)

    def restart_controller(self) -> None:
        self._end("slurmctld")
        self._start("slurmctld", "-D")
        until(lambda: "UP" in self.ask("scontrol", "ping"), "the controller")

    def wait_for_idle(self) -> None:
        until(lambda: self.ask("squeue", "-h", "-o", "x%A") == "", "the end of all jobs")

    def end_controller(self) -> None:
        self._end("slurmctld")

    def ask(self, *command: str) -> str:
        """What a client prints; empty where it fails."""
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, **self.environment}
        )
        return done.stdout if done.returncode == 0 else ""

    def _start_munge(self, key: Path) -> None:
        socket_file = self.folder / "munge.socket"
        self._start(
            "munged",
            "--foreground",
            "--force",  # a scratch folder that others may enter is no reason to refuse
            f"--key-file={key}",
            f"--socket={socket_file}",
            f"--pid-file={self.folder / 'munge.pid'}",
            f"--log-file={self.folder / 'log' / 'munged.log'}",
            f"--seed-file={self.folder / 'munge.seed'}",
        )
        until(socket_file.exists, "munged")

    def _start(self, name: str, *arguments: str) -> None:
        program = shutil.which(name, path=SBIN)
        assert program is not None
        with open(self.folder / "log" / f"{name}.out", "ab") as log:
            self._daemons[name] = subprocess.Popen(
                [program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )

    def _end(self, name: str) -> None:
        daemon = self._daemons.pop(name, None)
        if daemon is None:
            return
        daemon.terminate()
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def _settings(self) -> str:
        user = pwd.getpwuid(os.getuid()).pw_name
        host = os.uname().nodename.partition(".")[0]
        controller, node = free_ports(2)
        processors = os.cpu_count() or 1
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 - 512
        settings = {
            "ClusterName": NAME,
            "SlurmctldHost": f"{host}(127.0.0.1)",
            "SlurmctldPort": controller,
            "SlurmdPort": node,
            "SlurmUser": user,
            "SlurmdUser": user,
            "AuthType": "auth/munge",
            # A job may start again only when its credentials have run out, two minutes by default.
            "AuthInfo": f"socket={self.folder / 'munge.socket'},cred_expire=5",
            "CredType": "cred/munge",
            "StateSaveLocation": self.folder / "state",
            "SlurmdSpoolDir": self.folder / "spool",
            "SlurmctldPidFile": self.folder / "slurmctld.pid",
            "SlurmdPidFile": self.folder / "slurmd.pid",
            "SlurmctldLogFile": self.folder / "log" / "slurmctld.log",
            "SlurmdLogFile": self.folder / "log" / "slurmd.log",
            "ProctrackType": "proctrack/linuxproc",
            "TaskPlugin": "task/none",
            "JobAcctGatherType": "jobacct_gather/none",
            "AccountingStorageType": "accounting_storage/none",
            "JobCompType": "jobcomp/none",
            "MpiDefault": "none",
            "SwitchType": "switch/none",
            "SelectType": "select/cons_tres",
            "SelectTypeParameters": "CR_Core",
            "SchedulerParameters": "sched_min_interval=100000,batch_sched_delay=0,sched_interval=1",
            "GresTypes": "gpu",
            "ReturnToService": 2,
            "KillWait": 10,
        }
        lines = [f"{name}={value}" for name, value in settings.items()]
        lines += [
            f"NodeName={host} NodeAddr=127.0.0.1 CPUs={processors} RealMemory={memory} Gres=gpu:2",
            f"PartitionName=debug Nodes={host} Default=YES MaxTime=60 OverSubscribe=FORCE:4",
        ]
        return "\n".join(lines) + "\n"


def free_ports(count: int) -> Sequence[int]:
    holders = [socket.socket() for _ in range(count)]
    try:
        for holder in holders:
            holder.bind(("127.0.0.1", 0))
        return [int(holder.getsockname()[1]) for holder in holders]
    finally:
        for holder in holders:
            holder.close()
