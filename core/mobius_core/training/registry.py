"""Names of experiments.toml and where the work behind them lives ("module:name").

Importing this module imports no torch: entries are resolved in the training child only.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from mobius_core.training.spec import ArithmeticTask, CommandTask, EvalTask, ModularTask, TaskSpec


class TaskEntry(NamedTuple):
    spec: type[TaskSpec]
    work: str
    """"module:class" run by the training child; empty where no child of ours runs."""


class TargetEntry(NamedTuple):
    target: str
    """ "module:function" """
    factored: bool = False
    """Needs n factored, which mu does without: columns of their own, built when first needed."""


class MeasureEntry(NamedTuple):
    measure: str
    """ "module:function" """
    dear: bool = False
    """Grows with width or with all rows: taken at every `eval.dear`-th evaluation only."""


TASKS: Final[dict[str, TaskEntry]] = {
    "arithmetic": TaskEntry(ArithmeticTask, "mobius_core.training.arithmetic:Arithmetic"),
    "modular": TaskEntry(ModularTask, "mobius_core.training.modular:Modular"),
    "command": TaskEntry(CommandTask, ""),
    "eval": TaskEntry(EvalTask, ""),
}

TARGETS: Final[dict[str, TargetEntry]] = {
    "mu": TargetEntry("mobius_core.training.targets.mu:target"),
    "mu2": TargetEntry("mobius_core.training.targets.mu2:target"),
    "liouville": TargetEntry("mobius_core.training.targets.liouville:target", factored=True),
    "omega": TargetEntry("mobius_core.training.targets.omega:target", factored=True),
    "label": TargetEntry("mobius_core.training.targets.label:target"),
}

OPTIMIZERS: Final[dict[str, str]] = {
    "adamw": "mobius_core.training.optimizers:adamw",
    "adam_inverse_sqrt": "mobius_core.training.optimizers:adam_inverse_sqrt",
    "muon": "mobius_core.training.muon:muon",
    "perpgrad": "mobius_core.training.perpgrad:perpgrad",
    "grokfast": "mobius_core.training.grokfast:grokfast",
}

LOSSES: Final[dict[str, str]] = {
    "cross_entropy": "mobius_core.training.losses:cross_entropy",
    "mse": "mobius_core.training.losses:mse",
    "stablemax": "mobius_core.training.losses:stablemax",
}

MEASURES: Final[dict[str, MeasureEntry]] = {
    "norms": MeasureEntry("mobius_core.training.measures:norms"),
    "fourier": MeasureEntry("mobius_core.training.measures:fourier"),
    "ranks": MeasureEntry("mobius_core.training.measures:ranks", dear=True),
    "logits": MeasureEntry("mobius_core.training.measures:logits", dear=True),
    "circuit": MeasureEntry("mobius_core.training.measures:circuit", dear=True),
}
