"""Everything that is said of a trained model on held-out rows."""

from __future__ import annotations

from collections.abc import Sequence

from mobius_core.config.trial import Json
from mobius_core.numbers.by_class import by_class, calibration, confusion
from mobius_core.numbers.score import Score, compare
from mobius_core.training.corruption import Corruption
from mobius_core.training.held_out import HeldOut, Predictor
from mobius_core.training.importance import importance
from mobius_core.training.targets.target import Target


def evaluation(
    test: HeldOut,
    target: Target,
    predictor: Predictor,
    ours: Score,
    corruptions: Sequence[Corruption],
    *,
    importances: bool,
) -> dict[str, Json]:
    """The fields of result.json that docs/formats.md lists under evaluations; `ours` is the score
    on the rows as they are."""
    found: dict[str, Json] = {
        **compare(ours, test.oracle),
        "classes": by_class(target.values, ours, test.oracle),
        "confusion": confusion(ours).tolist(),
        "calibration": calibration(ours),
        "squarefree": squarefree_only(test, target, ours),
        "corrupt": [corrupted(test, target, predictor, one) for one in corruptions],
    }
    if importances:
        found["importance"] = list(importance(test, predictor, ours))
    return found


def squarefree_only(test: HeldOut, target: Target, ours: Score) -> dict[str, Json]:
    """On squarefree rows alone. For mu both are told so, which leaves the sign to be found."""
    rows = test.is_squarefree
    if not rows.any():
        return {"rows": 0}
    oracle = None if test.oracle is None else test.oracle.of(rows)
    part = ours.of(rows)
    if target.name == "mu":
        signs = [target.values.index(-1), target.values.index(1)]
        part = part.among(signs)
        oracle = None if oracle is None else oracle.among(signs)
    return compare(part, oracle)


def corrupted(
    test: HeldOut, target: Target, predictor: Predictor, corruption: Corruption
) -> dict[str, Json]:
    """Beside it the ideal divisibility predictor that takes the corrupted residues for true."""
    ours = test.score(predictor, corruption)
    ideal = test.ideal(corruption)
    return {
        "inputs": corruption.word,
        **compare(ours, ideal),
        "classes": by_class(target.values, ours, ideal),
    }
