"""Where an axis is labelled, and how the labels read: `.5`, `1.0`, `.001`, `1000`, `20k`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, inf, log10

from mobius_tui.charts.scale import Axis, Scale

ROUND_STEPS = (1.0, 2.0, 5.0)
LINEAR_STEPS = (1.0, 2.0, 2.5, 5.0)
QUARTERS_FROM = 0.099
# Within decades, from sparse to dense; 1-3-10 is evenly spaced on paper, which 1-2-5-10 is not.
LOG_STEPS = ((1,), (1, 3), (1, 2, 5), tuple(range(1, 10)))
THOUSANDS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
PLAIN_BELOW = 10_000
SMALLEST_PLAIN = 1e-3
GREATEST_PLAIN = 1e12
EVEN = 1e-9
# Dots by which labels may be nearer than asked: both are rounded to whole dots.
SLACK = 0.5


@dataclass(frozen=True, slots=True)
class Tick:
    value: float
    label: str


def ticks(axis: Axis, room: int) -> tuple[Tick, ...]:
    """Round values along the axis, ascending, at least `room` dots apart."""
    if axis.scale is Scale.LOG:
        found = logarithmic(axis, room)
        if len(found) > 1:
            return found
    return linear(axis, room)


def linear(axis: Axis, room: int) -> tuple[Tick, ...]:
    step = linear_step((axis.high - axis.low) * (room - SLACK) / max(1, axis.dots - 1))
    first, last = ceil(axis.low / step - EVEN), floor(axis.high / step + EVEN)
    exact = decimals_of(step)
    values = [round(n * step, exact) + 0.0 for n in range(first, last + 1)]
    # On a logarithmic axis narrower than a decade the same values crowd towards the top.
    spread = apart([v for v in values if axis.scale is Scale.LINEAR or v > 0.0], axis, room)
    unit, sign = unit_of(step, max(abs(axis.low), abs(axis.high)))
    shown = decimals_of(step / unit)
    return tuple(Tick(v, linear_label(v / unit, shown, sign)) for v in spread)


def linear_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten, or .25, 2.5, 25, …, not below `least`.

    Quarters only where they take at most two decimals: .0025 is no easier to read than .002.
    """
    if not least > 0.0:
        return 1.0
    decade = 10.0 ** floor(log10(least))
    for step in LINEAR_STEPS if decade >= QUARTERS_FROM else ROUND_STEPS:
        if step * decade >= least * (1.0 - EVEN):
            return step * decade
    return 10.0 * decade


def logarithmic(axis: Axis, room: int) -> tuple[Tick, ...]:
    """Decades, every second or third where they crowd, finer where there is room."""
    low, high = floor(axis.start + EVEN), ceil(axis.scale.position(axis.high) - EVEN)
    decade = 1.0 / axis.pitch
    skip = max(1, ceil((room - SLACK) / decade))
    best = tuple(of_decades(range(low - low % skip, high + 1, skip), (1,), axis))
    for steps in LOG_STEPS[1:] if skip == 1 else ():
        finer = tuple(of_decades(range(low, high + 1), steps, axis))
        if apart(list(finer), axis, room) != list(finer):
            break
        best = finer
    return tuple(Tick(value, log_label(value)) for value in best)


def of_decades(exponents: range, steps: tuple[int, ...], axis: Axis) -> Iterator[float]:
    for exponent in exponents:
        for step in steps:
            value = float(f"{step}e{exponent}")
            if axis.low * (1 - EVEN) <= value <= axis.high * (1 + EVEN):
                yield value


def apart(values: list[float], axis: Axis, room: int) -> list[float]:
    """Of ascending values those that keep `room` dots between each other, the first kept first."""
    kept: list[float] = []
    last = -inf
    for value in values:
        place = axis.place(value)
        if place - last >= room - SLACK:
            kept.append(value)
            last = place
    return kept


def decimals_of(step: float) -> int:
    """Decimal places that show multiples of a step (1, 2, 2.5 or 5 times a power of ten)."""
    exponent = floor(log10(step) + EVEN)
    return max(0, -exponent + (abs(step / 10.0**exponent - 2.5) < 1e-6))


def linear_label(share: float, decimals: int, sign: str) -> str:
    """A number of units with as many decimals as the step between labels has, whole numbers at
    most one, zero none."""
    if share == 0.0:
        return "0"
    whole = abs(share - round(share)) < EVEN
    text = f"{share:.{min(decimals, 0 if sign else 1) if whole else decimals}f}"
    return (text if sign else bare(text)) + sign


def unit_of(step: float, top: float) -> tuple[float, str]:
    """What labels up to `top` are counted in: units, thousands, 1e-5."""
    if not SMALLEST_PLAIN <= top < GREATEST_PLAIN:
        exponent = floor(log10(top) + EVEN)
        return float(f"1e{exponent}"), f"e{exponent}"
    for unit, sign in THOUSANDS:
        if top >= max(unit, PLAIN_BELOW) and decimals_of(step / unit) <= 1:
            return unit, sign
    return 1.0, ""


def bare(text: str) -> str:
    """Without the zero before the point: `.5`, `-.25`."""
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def log_label(value: float) -> str:
    if SMALLEST_PLAIN * (1 - EVEN) <= value < 1.0:
        return f"{value:.3f}".rstrip("0").removeprefix("0")
    return short(value)


def short(value: float) -> str:
    """A number in few characters: `3000`, `20k`, `1.5M`, `1e-4`."""
    size = abs(value)
    if size and (not SMALLEST_PLAIN <= size < GREATEST_PLAIN):
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    if size >= PLAIN_BELOW:
        for unit, letter in THOUSANDS:
            if size >= unit:
                return f"{value / unit:.4g}{letter}"
    return bare(f"{value:.4g}")
