"""Closed pipes, full disks, closed descriptors and texts that would drive a terminal."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.typed import FILE, Prompt

HOSTILE = "\\u001b[31mred\\u001b]0;owned\\u0007\\u009b31m\\u202e"
"""Colour, a window title, a C1 control and a bidirectional override, as TOML writes them."""


@pytest.mark.parametrize(
    "line", ["| true", "list | true", "mu --range 1 100000 | head -1", "--help | true"]
)
def test_a_reader_that_leaves_is_no_failure(line: str, typed: Prompt) -> None:
    done = typed.shell(line)
    assert (done.code, "Traceback" in done.err, "Broken" in done.err) == (0, False, False)


def test_a_failure_is_one_even_where_nobody_reads(typed: Prompt) -> None:
    assert typed.shell("show nothing 2>&1 | true").code == 3


@pytest.mark.parametrize("words", ["list", "mu 30", "--version"])
def test_a_full_disk_behind_stdout_is_one_line(words: str, typed: Prompt) -> None:
    done = typed.shell(f"{words} > /dev/full")
    assert done.code == 1
    assert "cannot write to stdout: No space left on device" in done.told


def test_narration_that_the_disk_refuses_ends_nothing(typed: Prompt) -> None:
    assert typed.shell("status 2> /dev/full").code == 0


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_descriptors(closed: str, typed: Prompt) -> None:
    assert typed.shell(f"mu 30 {closed}").code == 0
    assert typed.shell(f"mu 0 {closed}").code == 2


def test_a_closed_stdout_is_not_the_next_file_opened(typed: Prompt) -> None:
    """The lock of the lab would have got what was meant for stdout."""
    assert typed.shell("run hello --json >&-").code == 0
    assert (typed.folder / "mobius_lab" / "lock").read_bytes() == b""


def test_what_a_terminal_would_obey_is_spelled(typed: Prompt) -> None:
    hostile = f'\n[experiments.odd]\ntitle = "{HOSTILE}"\nnote = "{HOSTILE}"\nbase = "hello"\n'
    (typed.folder / "experiments.toml").write_text(FILE + hostile)
    for words in (["list"], ["show", "odd"]):
        done = typed(*words)
        assert "^[[31mred^[]0;owned" in done.out
        assert not set(done.out) & set("\x1b\x07\x9b\u202e")


def test_errors_spell_it_too(typed: Prompt) -> None:
    odd = "\x1b[31m\x9b"
    assert "^[[31m\\x9b" in typed("show", odd).told
    assert odd in json.loads(typed("show", odd, "--json").told)["error"]["message"]
    (typed.folder / "experiments.toml").write_text(f'schema = 1\n"{HOSTILE}" = 1\n')
    assert '"^[[31mred' in typed("check").out
    assert '"^[[31mred' in typed("run", "hello").told


def test_a_title_that_the_encoding_lacks(typed: Prompt) -> None:
    (typed.folder / "experiments.toml").write_text(
        FILE + '\n[experiments.odd]\ntitle = "Мёбиус"\nbase = "hello"\n'
    )
    assert "\\u041c" in typed("list", PYTHONIOENCODING="latin-1").out


def test_a_terminal_gets_its_mistake_in_a_panel_without_control_characters(typed: Prompt) -> None:
    code, seen = in_terminal(typed.folder, "show", "\x1b]0;owned\x07")
    assert code == 3
    assert b"^[]0;owned" in seen
    assert b"\x1b]0;" not in seen


def test_settings_with_a_mistake_are_told_before_the_application_starts(typed: Prompt) -> None:
    lab = typed.folder / "mobius_lab"
    lab.mkdir()
    (lab / "config.toml").write_text('[ui]\ntheme = "nowhere"\n')
    code, seen = in_terminal(typed.folder)
    assert code == 2
    assert b"ui.theme" in seen
    assert b"Traceback" not in seen


def in_terminal(folder: Path, *words: str) -> tuple[int, bytes]:
    """Exit code and all that was shown of a command on a terminal of its own."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-m", "mobius_tui", *words])
    seen = b""
    try:
        while chunk := os.read(terminal, 1 << 16):
            seen += chunk
    except OSError:  # how Linux says that the other side is gone
        pass
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen


MUCH = 1 << 28
"""Bytes: more than is printed before a signal arrives, less than a machine has memory."""


def test_ctrl_c_is_130_without_a_word_of_python(typed: Prompt) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mobius_tui", "mu", "--range", "1", "1e13"],
        cwd=typed.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whoever starts the tests in the background of a shell has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        if process.stdout.read(MUCH) and process.stdout.read(1):
            process.kill()  # it prints for days
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 130
