"""How the screens look, cell by cell and colour by colour."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mobius_core.config.machine import UiSpec
from mobius_tui.screens.sparsity import SparsityScreen
from tests.tui import snapshots
from tests.tui.driving import LARGE, MIDDLE, SMALL, app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk, finished_lab

Size = tuple[int, int]


@pytest.fixture
def lab() -> Iterator[LabOnDisk]:
    """In a folder whose name has always the same length: the header shows it."""
    folder = Path(tempfile.mkdtemp(prefix="lab", dir="/tmp"))
    lab = finished_lab(folder)
    (lab.home / "config.toml").write_text("[slots]\ncpus = 2\ngpus = []\n")
    yield lab
    shutil.rmtree(folder)


def named(screen: str, size: Size) -> str:
    return f"{screen}-{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE])
async def test_experiments(lab: LabOnDisk, size: Size) -> None:
    async with running(lab.file, size=size) as pilot:
        await pilot.press("j", "b")
        await settle(pilot)
        snapshots.check(app_of(pilot), named("experiments", size))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_runs(lab: LabOnDisk, size: Size) -> None:
    async with running(lab.file, size=size) as pilot:
        await pilot.press("2", "space", "S")
        await settle(pilot)
        snapshots.check(app_of(pilot), named("runs", size))


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE])
async def test_run(lab: LabOnDisk, size: Size) -> None:
    async with running(lab.file, size=size) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/dense,s1", "enter", "enter")
        await until(pilot, lambda: "b test" in text(app) and "following" in text(app))
        await pilot.press("h", "h", "h")
        await settle(pilot)
        snapshots.check(app, named("run", size))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_sparsity(lab: LabOnDisk, size: Size) -> None:
    async with running(lab.file, size=size) as pilot:
        screen_of = app_of(pilot)
        await pilot.press("4")
        screen = screen_of.screen
        assert isinstance(screen, SparsityScreen)
        await until(pilot, lambda: "31 -> 61" in text(screen_of))
        await settle(pilot)
        snapshots.check(screen_of, named("sparsity", size))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_onset(lab: LabOnDisk, size: Size) -> None:
    async with running(lab.file, size=size) as pilot:
        await pilot.press("5")
        await until(pilot, lambda: "log-rank" in text(app_of(pilot)))
        await settle(pilot)
        snapshots.check(app_of(pilot), named("onset", size))


async def test_help(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        await pilot.press("question_mark")
        await settle(pilot)
        snapshots.check(app_of(pilot), named("help", SMALL))


async def test_a_question(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        await pilot.press("G", "R")
        await settle(pilot)
        snapshots.check(app_of(pilot), named("question", SMALL))


async def test_light(lab: LabOnDisk) -> None:
    async with running(lab.file, ui=UiSpec(refresh=60.0, theme="mobius-light")) as pilot:
        snapshots.check(app_of(pilot), named("experiments-light", SMALL))


async def test_without_colour(lab: LabOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """States, marks and the cursor are there without any colour."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/dense,s1", "enter", "enter")
        await until(pilot, lambda: "b test" in text(app) and "following" in text(app))
        await settle(pilot)
        snapshots.check(app, named("run-no-color", SMALL))


async def test_no_file() -> None:
    async with running(None) as pilot:
        assert "mobius init" in text(app_of(pilot))
