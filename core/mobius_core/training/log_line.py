"""Evaluations as the log shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mobius_core.config.trial import Json


def log_line(step: int, figures: Mapping[str, float]) -> str:
    """`step  400  train .9876 .0012  test .9912 .1080`: accuracy as a fraction, loss in nats."""
    parts = [f"step {step:7d}"]
    for part in ("train", "test", "oracle"):
        accuracy, loss = figures.get(f"{part}_acc"), figures.get(f"{part}_loss")
        if accuracy is not None and loss is not None:
            parts.append(f"{part} {short(accuracy)} {short(loss)}")
    if "leak" in figures:
        parts.append(f"leak {short(figures['leak'])}")
    if "gap" in figures:
        parts.append(f"gap {100 * figures['gap']:+.2f} points")
    return "  ".join(parts)


def told(found: Mapping[str, Json]) -> Iterator[str]:
    """What an evaluation says beyond its first figures, by its document: a class a line, then
    squarefree rows, calibration, corrupted inputs."""
    for one in documents(found.get("classes")):
        if one["rows"]:
            rows = f"class {one['value']:>3}  {one['rows']:>9,} rows"
            yield f"{rows}  right {share(one['accuracy'])}  oracle {share(one['oracle_acc'])}"
    squarefree = found.get("squarefree")
    if isinstance(squarefree, dict) and squarefree.get("rows"):
        yield f"squarefree {squarefree['rows']:>9,} rows  {compared(squarefree)}"
    for one in documents(found.get("corrupt")):
        yield f"{one['inputs']:<24}  {compared(one)}"
    calibration = found.get("calibration")
    if isinstance(calibration, dict):
        yield f"calibration: expected error {share(calibration['error'])}"


def compared(one: Mapping[str, Json]) -> str:
    """`test .4864 1.0090  oracle .5061      -`: what is infinite or not known is a dash."""
    ours = f"test {share(one['test_acc'])} {share(one['test_loss'])}"
    if one["oracle_acc"] is None:
        return ours
    oracle = f"oracle {share(one['oracle_acc'])} {share(one['oracle_loss'])}"
    gap, error = one["gap"], one["gap_se"]
    assert isinstance(gap, float)
    assert isinstance(error, float)
    return f"{ours}  {oracle}  gap {100 * gap:+.2f} ± {100 * error:.2f} points"


def documents(value: Json) -> list[dict[str, Json]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def share(value: Json) -> str:
    return short(value) if isinstance(value, float) else "     -"


def short(value: float) -> str:
    """Four decimals without the leading zero, so that columns align: .0012, 1.0000."""
    text = f"{value:.4f}"
    return text[1:].rjust(6) if text.startswith("0.") else text
