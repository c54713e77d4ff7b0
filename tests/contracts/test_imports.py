"""What each entry point may import, read from sys.modules of a real process.

import-linter proves the layers on paper; this proves what is paid for at run time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "numpy", "scipy", "textual", "rich"}
REPORT = """
import atexit, json, os, sys
def report():
    with open(os.environ["MODULES_TO"], "w") as out:
        json.dump(sorted(sys.modules), out)
atexit.register(report)
"""


def modules_after(code: str, folder: Path, **environment: str) -> set[str]:
    """The modules a fresh interpreter holds after running the code in the folder."""
    listing = folder / "modules.json"
    subprocess.run(
        [sys.executable, "-c", REPORT + code],
        cwd=folder,
        env={**os.environ, "MODULES_TO": str(listing), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return set(json.loads(listing.read_text()))


def command(*arguments: str) -> str:
    return f"""
sys.argv = ["mobius", *{list(arguments)!r}]
from mobius_tui.main import main
try:
    main()
except SystemExit as exit:
    assert exit.code in (0, None), exit.code
"""


@pytest.fixture
def lab_folder(tmp_path: Path) -> Path:
    """A folder with an experiments file of one command experiment, so that a lab is found."""
    (tmp_path / "experiments.toml").write_text(
        "schema = 1\n[experiments.hello]\n"
        'task = { kind = "command" }\ncommand = { argv = ["true"] }\n'
    )
    return tmp_path


@pytest.mark.parametrize("arguments", [("--version",), ("status", "--json")])
def test_light_commands_draw_and_compute_nothing(
    arguments: tuple[str, ...], lab_folder: Path
) -> None:
    assert not modules_after(command(*arguments), lab_folder) & HEAVY


def test_completion_is_light(lab_folder: Path) -> None:
    found = modules_after(
        "sys.argv = ['mobius']\nfrom mobius_tui.cli.app import run\nrun()",
        lab_folder,
        _MOBIUS_COMPLETE="complete_bash",
        COMP_WORDS="mobius sta",
        COMP_CWORD="1",
    )
    assert not found & HEAVY


@pytest.mark.parametrize("package", ["config", "runs", "metrics"])
def test_light_packages(package: str, tmp_path: Path) -> None:
    import_all = f"""
import importlib, pkgutil
import mobius_core.{package} as package
for module in pkgutil.iter_modules(package.__path__):
    importlib.import_module(package.__name__ + "." + module.name)
"""
    assert not modules_after(import_all, tmp_path) & (HEAVY | {"typer", "click"})


def test_the_runner_needs_only_its_own(tmp_path: Path) -> None:
    """The standard library, tomli, runs, metrics, and config for the machine's config.toml."""
    own = ("mobius_core.runs", "mobius_core.metrics", "mobius_core.config")
    before = modules_after("", tmp_path)
    imported = modules_after("import mobius_core.runs.runner", tmp_path) - before
    strangers = {
        name
        for name in imported
        if name.partition(".")[0] not in sys.stdlib_module_names | {"tomli"}
        and not name.startswith(own)
        and not name.endswith("__mypyc")
    }
    assert strangers <= {"mobius_core", "mobius_core.errors"}


def test_the_tui_starts_without_numbers_and_commands(tmp_path: Path) -> None:
    found = modules_after("import mobius_tui.app", tmp_path)
    assert not found & {"torch", "numpy", "scipy", "typer", "click", "pydantic"}


def test_the_core_needs_no_torch_to_be_configured(tmp_path: Path) -> None:
    found = modules_after(
        "import mobius_core.models.registry, mobius_core.training.registry", tmp_path
    )
    assert not found & HEAVY
