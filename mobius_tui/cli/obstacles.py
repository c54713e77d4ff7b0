"""What is known before training to be unlearnable: said by `mobius run`, refused under --strict."""

from __future__ import annotations

from collections.abc import Sequence

from mobius_core.config.trial import Trial
from mobius_core.errors import Refused
from mobius_tui.cli import output
from mobius_tui.cli.sparsity import first_of_cells


def look_for_obstacles(trials: Sequence[Trial], *, strict: bool) -> None:
    """Warn of masks under which a task cannot be learned, one sentence an obstacle.

    The first seed speaks for its arm: masks of one arm differ in random draws only. Refused under
    `strict`, before anything is queued. numpy is imported only where there are masks.
    """
    cells = first_of_cells([trial for trial in trials if is_masked(trial)])
    if not cells:
        return
    from mobius_core.analysis.trial_masks import trial_masks

    found = [(trial.name, trial_masks(trial).obstacles) for trial in cells]
    blocked = [name for name, obstacles in found if obstacles]
    for name, obstacles in found:
        for sentence in obstacles:
            output.say(f"warning: {name}: {sentence}")
    if strict and blocked:
        raise Refused(
            f"--strict: {', '.join(blocked)} cannot learn the task under these masks; change the "
            "masks, or run without --strict to see it fail"
        )


def is_masked(trial: Trial) -> bool:
    model = trial.tables.get("model")
    mask = model.get("mask") if isinstance(model, dict) else None
    return trial.kind == "modular" and isinstance(mask, dict) and mask.get("mode") != "none"
