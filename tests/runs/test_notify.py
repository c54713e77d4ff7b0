"""The command that hears how runs end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mobius_core.config.machine import NotifySpec
from mobius_core.runs import control
from mobius_core.runs.lab import Lab
from mobius_core.runs.notify import message, wants
from mobius_core.runs.run import State
from tests.runs.guests import guest, now, shell, start, until, until_over, until_state, wanting

COMMAND = 'echo "$MOBIUS_EVENT $MOBIUS_STATE $MOBIUS_TRIAL $MOBIUS_MESSAGE" >> {diary}'


def listen(lab: Lab, diary: Path, *events: str) -> None:
    with open(lab.home / "config.toml", "a") as file:
        command = COMMAND.format(diary=diary)
        file.write(f"[notify]\non = {list(events)!r}\ncommand = '''{command}'''\n")


def said(diary: Path, lines: int) -> list[str]:
    def enough() -> list[str] | None:
        found = diary.read_text().splitlines() if diary.exists() else []
        return found if len(found) >= lines else None

    return until(enough, f"{lines} lines")


def test_ends_are_told_once_and_not_before_the_last_retry(lab: Lab, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    listen(lab, diary, "done", "failed")
    good = until_over(lab, start(lab, guest("true")))
    said(diary, 1)
    bad = start(lab, wanting(shell("exit 3"), retries=1, retry_on=["failed"]))
    said(diary, 2)
    stopped = start(lab, guest("sleep", "60"))
    until_state(lab, stopped, State.RUNNING)
    control.stop(lab, [now(lab, stopped)])
    until_over(lab, stopped)
    later = until_over(lab, start(lab, guest("true")))
    assert said(diary, 3) == [
        f"done done {good.trial.name} ",
        f"failed failed {bad.trial.name} exit code 3",
        f"done done {later.trial.name} ",
    ]


def test_the_command_can_be_tried(lab: Lab, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "mobius_tui", "notify", "--test", "--json"]
    argv += ["--home", str(lab.home)]
    assert subprocess.run(argv, capture_output=True).returncode == 3
    diary = tmp_path / "diary"
    listen(lab, diary, "done")
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["rc"] == 0
    assert diary.read_text() == "done done test/s0 a test\n"
    config = lab.home / "config.toml"
    config.write_text('[notify]\ncommand = "exit 7"\n')
    assert subprocess.run(argv, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("state", "event", "on", "heard"),
    [
        (State.DONE, None, ("done",), True),
        (State.OOM, None, ("failed",), True),
        (State.NAN, None, ("failed",), True),
        (State.NAN, None, ("nan",), True),
        (State.OOM, None, ("nan", "lost", "stopped"), False),
        (State.KILLED, None, ("stopped",), True),
        (State.LOST, None, ("lost",), True),
        (State.LOST, None, ("failed",), False),
        (State.RUNNING, "stalled", ("stalled",), True),
        (State.RUNNING, "nan", ("nan",), True),
        (State.RUNNING, "nan", ("failed",), False),
    ],
)
def test_who_hears_what(state: State, event: str | None, on: tuple[str, ...], heard: bool) -> None:
    variables = message(state, "t/s0", Path("/nowhere"), "", event)
    assert wants(NotifySpec(on=on, command="true"), variables) is heard
