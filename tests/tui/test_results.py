"""The Results tab: what came out, beside the oracle, by class, and what an evaluation adds."""

from __future__ import annotations

from mobius_core.config.trial import Json
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_tui.screens.run_results import result_lines
from mobius_tui.widgets.styled import plain
from tests.analysis.runs import run
from tests.tui.driving import LARGE, app_of, running, text, until
from tests.tui.labs import LabOnDisk

FOUND: dict[str, Json] = {
    "test_acc": 0.7011,
    "oracle_acc": 0.7039,
    "gap": -0.0028,
    "gap_se": 0.0009,
    "base_rate": 0.6071,
    "rows": 100_000,
    "classes": [
        {"value": 0, "rows": 39_285, "predicted": 40_000, "accuracy": 0.7236, "oracle_acc": 0.7756},
        {"value": 1, "rows": 60_715, "predicted": 60_000, "accuracy": 0.6866, "oracle_acc": 0.6575},
        {"value": 7, "rows": 0, "predicted": 0, "accuracy": None, "oracle_acc": None},
    ],
    "confusion": [[28_425, 10_860, 0], [19_031, 41_684, 0], [0, 0, 0]],
    "corrupt": [{"inputs": "10 % of residues", "rows": 100_000, "test_acc": 0.65}],
}


def rows_of(result: dict[str, Json], evaluation: dict[str, Json]) -> list[str]:
    lines = result_lines(run("p/s0", result=result), evaluation, 80)
    return [" ".join(plain(line).split()) for line in lines]


def test_figures_stand_beside_those_of_the_oracle() -> None:
    rows = rows_of(FOUND, {})
    assert "as they are 100,000 70.11 % 70.39 % -0.28 ± 0.09 60.71 %" in rows
    assert "10 % of residues 100,000 65.00 %" in rows


def test_classes_without_rows_are_left_out_of_the_matrix() -> None:
    rows = rows_of(FOUND, {})
    assert "true rows right oracle said 0 said 1" in rows
    assert "1 60,715 68.66 % 65.75 % 19,031 41,684" in rows


def test_an_evaluation_wins_and_what_is_not_there_has_no_heading() -> None:
    evaluation: dict[str, Json] = {**FOUND, "test_acc": 0.75, "classes": []}
    rows = rows_of(FOUND, evaluation)
    assert any(row.startswith("as they are 100,000 75.00 %") for row in rows)
    assert "by class" not in rows
    assert "no result yet: it is written when the run is done" in rows_of({}, {})[0]


async def test_what_mobius_eval_found_is_seen_on_the_run(lab: LabOnDisk) -> None:
    (known,) = Lab(lab.home).find("paper-mu2")
    write_json(RunFolder(known.folder).evaluation, FOUND)
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"paper-mu2", "enter", "enter", "]", "]")
        await until(pilot, lambda: "by class" in text(app) and "28,425" in text(app))
