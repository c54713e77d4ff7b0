"""Sparsity: two arms that are one experiment, and what differs between two masks."""

from __future__ import annotations

from pathlib import Path

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.sparsity.picture import picture
from mobius_tui.masks import ArmMasks, describe_arm, is_renumbered
from mobius_tui.screens.sparsity import SparsityScreen
from mobius_tui.widgets.styled import plain
from mobius_tui.widgets.words import Words
from tests.tui.driving import LARGE, app_of, running, settle, text, until
from tests.tui.labs import FILE, LabOnDisk, empty_lab


def described(lab: LabOnDisk) -> dict[str, ArmMasks]:
    trials = {trial.arm: trial for trial in expand(load(lab.file), "primes") if trial.seed == 0}
    return {str(arm): describe_arm(trial) for arm, trial in trials.items()}


def test_a_shuffled_inner_layer_is_the_same_experiment(lab: LabOnDisk) -> None:
    arms = described(lab)
    assert is_renumbered(arms["prime"], arms["prime-shuf"])
    assert not is_renumbered(arms["anti"], arms["prime-shuf"])
    assert not is_renumbered(arms["dense"], arms["prime"])


def test_a_shuffled_first_layer_is_another_one(tmp_path: Path) -> None:
    lab = empty_lab(tmp_path, FILE.replace("layers = [2]", "layers = [1]"))
    arms = described(lab)
    assert not is_renumbered(arms["prime"], arms["prime-shuf"])


async def test_it_is_said_and_the_difference_is_drawn(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("4")
        screen = app.screen
        assert isinstance(screen, SparsityScreen)
        await until(pilot, lambda: len(screen.table.rows) == 4)
        await settle(pilot)
        told = " ".join(plain(line) for line in screen.query_one("#statistics", Words).lines)
        assert "prime and prime-shuf are the same experiment" in " ".join(told.split())
        await pilot.press("v")
        await until(pilot, lambda: "prime or dense, not both" in text(app))
        prime = screen.table.current
        assert prime is not None
        # Against the full layer, what differs is what the mask takes away.
        other = screen._other
        assert other is not None
        drawn = prime.difference(other, 2, 31, 31)
        away = taken_away(prime, 31, 31)
        assert drawn == away
        assert screen.query_one("#picture", Words).lines


def taken_away(arm: ArmMasks, width: int, height: int) -> list[str]:
    return picture(~arm.masks[2], width, height)
