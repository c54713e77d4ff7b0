"""A real sshd on the loopback, for the current user only: own port, own keys, own configuration."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from mobius_core.runs.process import Process, descendants
from tests.runs.guests import until

SBIN = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
CONFIGURATION = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A listening sshd; `ssh` is the command line of a client that may log in."""

    process: subprocess.Popen[bytes]
    ssh: tuple[str, ...]

    def sessions(self) -> list[Process]:
        """The daemons of the connections there are now, not what they started."""
        return [one for one in descendants(self.process.pid) if name_of(one).startswith("sshd")]

    def connect(self, command: str, *, terminal: bool) -> subprocess.Popen[bytes]:
        """Start `command` over there, on a terminal of its own or on pipes."""
        return subprocess.Popen(
            [*self.ssh, "-tt" if terminal else "-T", "127.0.0.1", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def name_of(process: Process) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process.pid}/comm").read_text().strip()
    return ""


@contextmanager
def loopback(folder: Path) -> Iterator[Server]:
    """Skips the test where there is no sshd, or where it does not let this user in."""
    daemon, client = shutil.which("sshd", path=SBIN), shutil.which("ssh")
    if daemon is None or client is None:
        pytest.skip("no sshd and ssh here: apt-get install openssh-server")
    folder.mkdir()
    for name in ("host", "user"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(keygen, check=True)
    if os.geteuid() == 0:
        # The folder into which root's sshd locks what is not yet let in; the service makes it.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    configuration = folder / "sshd_config"
    configuration.write_text(CONFIGURATION.format(port=port, folder=folder))
    log = folder / "sshd.log"
    argv = [daemon, "-D", "-f", str(configuration), "-E", str(log)]
    ssh = (
        *(client, "-F", "none", "-p", str(port), "-i", str(folder / "user")),
        *("-l", getpass.getuser(), "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"),
        *("-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder / 'known'}"),
        *("-o", "LogLevel=ERROR"),
    )
    with subprocess.Popen(argv) as process:
        try:
            until(lambda: process.poll() is not None or answers(port), "sshd")
            hello = subprocess.run([*ssh, "127.0.0.1", "true"], capture_output=True, text=True)
            if process.poll() is not None or hello.returncode:
                told = log.read_text().strip().split("\n")[-1]
                pytest.skip(f"sshd does not let this user in: {hello.stderr.strip()} {told}")
            yield Server(process, ssh)
        finally:
            server = descendants(process.pid)
            process.terminate()
            for one in server:
                one.send(signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
