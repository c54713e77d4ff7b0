"""The masks a trial has, or will have: recomputed from its tables and seed, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mobius_core.config.check import build
from mobius_core.config.trial import Json, Trial
from mobius_core.errors import UsageError
from mobius_core.models.spec import MlpSpec
from mobius_core.numbers.modular import table
from mobius_core.sparsity.network import Network, masked_network
from mobius_core.sparsity.obstacles import accuracy_ceiling, obstacles
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.training.seeds import Seeds
from mobius_core.training.spec import ModularTask, PinSpec


@dataclass(frozen=True, kw_only=True)
class TrialMasks:
    """What stands between a trial and its task."""

    trial: Trial
    mask: MaskSpec
    network: Network
    dropout: float
    """share of the hidden units silenced at random in training: no mask, shown beside them"""
    ceiling: float
    """largest accuracy on the full table, given what reaches an output"""
    obstacles: tuple[str, ...]
    """why the task cannot be learned, one sentence each; usually none"""


def trial_masks(trial: Trial) -> TrialMasks:
    """UsageError for other tasks than modular and other models than mlp."""
    task_table, model_table = table_of(trial, "task"), table_of(trial, "model")
    if trial.kind != "modular" or model_table.get("name") != "mlp":
        raise UsageError(
            f"{trial.name} is {trial.kind} with model {model_table.get('name')}: "
            "masks are shown of modular experiments with an mlp"
        )
    task = build(ModularTask, task_table, "task")
    model = build(MlpSpec, model_table, "model")
    seeds = Seeds(trial.seed, build(PinSpec, table_of(trial, "pin"), "pin"))
    network = masked_network(model, (task.modulus, task.modulus), task.modulus, seeds.of("mask"))
    ceiling = accuracy_ceiling(table(task.operation, task.modulus), task.modulus, network.visible)
    return TrialMasks(
        trial=trial,
        mask=model.mask,
        network=network,
        dropout=model.dropout,
        ceiling=ceiling,
        obstacles=obstacles(network, ceiling),
    )


def table_of(trial: Trial, name: str) -> Mapping[str, Json]:
    found = trial.tables.get(name)
    return found if isinstance(found, dict) else {}
