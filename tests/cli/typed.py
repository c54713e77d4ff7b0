"""`mobius` typed in a shell, in a folder with an experiments file and nothing else."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FILE = """
schema = 1

[data.small]
n = [2, 1e6]
rows = 100

[experiments.hello]
task = { kind = "command" }
command = { argv = ["echo", "hello"] }

[experiments.bad]
task = { kind = "command" }
command = { argv = ["sh", "-c", "exit 3"] }

[experiments.greedy]
task = { kind = "command" }
resources = { threads = 1000 }
command = { argv = ["true"] }
"""


@dataclass(frozen=True)
class Typed:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """The only line on stderr."""
        (line,) = self.err.splitlines()
        return line


@dataclass(frozen=True)
class Prompt:
    """A shell in a folder; the machine's and the user's settings of mobius are not there."""

    folder: Path

    def __call__(self, *words: str, **environment: str) -> Typed:
        """A command in a process of its own."""
        return self.shell(" ".join(map(shlex.quote, words)), **environment)

    def shell(self, line: str, **environment: str) -> Typed:
        """A line for bash after the word `mobius`, as "status | head -1"; its code is mobius's."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("MOBIUS")}
        done = subprocess.run(
            ["bash", "-c", f'"$PYTHON" -m mobius_tui {line}\nexit ${{PIPESTATUS[0]}}'],
            cwd=self.folder,
            env={
                **kept,
                "PYTHON": sys.executable,
                "XDG_CONFIG_HOME": str(self.folder / "settings"),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        # With line ends as they are: a carriage return is something to find.
        out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        return Typed(done.returncode, out, err)
