"""Where an axis is labelled, and how the labels read: `.5`, `1.0`, `.001`, `1000`, `20k`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, log10

from mobius_tui.charts.scale import Axis, Scale

LINEAR_STEPS = (1.0, 2.0, 2.5, 5.0)
# Within decades, from sparse to dense; 1-3-10 is evenly spaced on paper, which 1-2-5-10 is not.
LOG_STEPS = ((1,), (1, 3), (1, 2, 5), tuple(range(1, 10)))
THOUSANDS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
PLAIN_BELOW = 10_000
SMALLEST_PLAIN = 1e-3
EVEN = 1e-9


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
    step = linear_step(axis.high - axis.low, max(1, (axis.dots - 1) // max(1, room)))
    first, last = ceil(axis.low / step - EVEN), floor(axis.high / step + EVEN)
    decimals = decimals_of(step)
    values = [round(n * step, decimals) + 0.0 for n in range(first, last + 1)]
    # On a logarithmic axis narrower than a decade the same values crowd towards the top.
    spread = apart([v for v in values if axis.scale is Scale.LINEAR or v > 0.0], axis, room)
    return tuple(Tick(v, linear_label(v, decimals)) for v in spread)


def linear_step(width: float, count: int) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that cuts `width` in at most `count`."""
    raw = width / count
    if not raw > 0.0:
        return 1.0
    decade = 10.0 ** floor(log10(raw))
    for step in LINEAR_STEPS:
        if step * decade >= raw * (1.0 - EVEN):
            return step * decade
    return 10.0 * decade


def logarithmic(axis: Axis, room: int) -> tuple[Tick, ...]:
    """Decades, every second or third where they crowd, finer where there is room."""
    low, high = floor(axis.start + EVEN), ceil(axis.scale.position(axis.high) - EVEN)
    decade = 1.0 / axis.pitch
    skip = max(1, ceil(room / decade))
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
    for value in values:
        if not kept or axis.place(value) - axis.place(kept[-1]) >= room - 0.5:
            kept.append(value)
    return kept


def decimals_of(step: float) -> int:
    """Decimal places that show multiples of a step (1, 2, 2.5 or 5 times a power of ten)."""
    exponent = floor(log10(step) + EVEN)
    return max(0, -exponent + (abs(step / 10.0**exponent - 2.5) < 1e-6))


def linear_label(value: float, decimals: int) -> str:
    """Like its neighbours: as many decimals as the step has, whole numbers one, zero none."""
    if value == 0.0:
        return "0"
    if abs(value) >= PLAIN_BELOW or decimals > 4:
        return short(value)
    whole = value == floor(value)
    text = f"{value:.{min(decimals, 1) if whole else decimals}f}"
    return text.replace("0.", ".", 1) if abs(value) < 1.0 else text


def log_label(value: float) -> str:
    if SMALLEST_PLAIN * (1 - EVEN) <= value < 1.0:
        return f"{value:.3f}".rstrip("0").removeprefix("0")
    return short(value)


def short(value: float) -> str:
    """A number in few characters: `3000`, `20k`, `1.5M`, `1e-4`."""
    size = abs(value)
    if size and (size < SMALLEST_PLAIN or size >= 1e12):
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    if size >= PLAIN_BELOW:
        for unit, letter in THOUSANDS:
            if size >= unit:
                return f"{value / unit:.4g}{letter}"
    text = f"{value:.4g}"
    return text.replace("0.", ".", 1) if size < 1.0 else text
