"""KEY=V[,V]… of the command line, laid over an experiment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import tomli

from mobius_core.config.lines import TooDeep, key_lines
from mobius_core.config.node import Node, Place, wrap
from mobius_core.config.problems import Report, nearest
from mobius_core.config.sweep import MOST_TRIALS, Axis, Sweep, check_distinct, is_settable
from mobius_core.config.tables import known_keys

COMMAND_LINE = "command line"
_SEEDS = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")


def override(sweep: Sweep, words: Sequence[str], report: Report) -> Sweep:
    """The sweep with each word as a last axis, of one value or several; `seeds=` replaces them.

    A key that the matrix varies is varied by the word instead.
    """
    for word in words:
        key, equals, text = word.partition("=")
        place = Place(COMMAND_LINE, None, word)
        if not equals or not key or not text:
            report.add(place, "write KEY=VALUE or KEY=V,V, with a dotted KEY as train.lr")
        elif key == "seeds" and sweep.kind == "eval":
            report.add(place, "an eval experiment has no seeds of its own: it has those of `of`")
        elif key == "seeds":
            seeds = _seeds(text, place, report)
            sweep = replace(sweep, seeds=seeds or sweep.seeds)
        else:
            sweep = _override_key(sweep, key, text, place, report)
    if sweep.size > MOST_TRIALS:
        place = Place(COMMAND_LINE, None, " ".join(words))
        report.add(place, f"{sweep.size:,} trials; an experiment has at most {MOST_TRIALS:,}")
        return replace(sweep, axes=(), seeds=sweep.seeds[:1])
    return sweep


def _override_key(sweep: Sweep, key: str, text: str, place: Place, report: Report) -> Sweep:
    path = tuple(key.split("."))
    if len(path) < 2:
        close = nearest(key, known_keys(sweep.kind))
        report.add(place, f"no key {key} to set{close or '; write it dotted, as train.lr'}")
        return sweep
    values = tuple(_value(part, place) for part in split(text))
    settable = [is_settable(path, value, sweep.kind, report) for value in values]
    if not all(settable):
        return sweep
    axis = Axis(path, values)
    check_distinct(axis, report)
    axes = [other for other in sweep.axes if other.path != path]
    return replace(sweep, axes=(*axes, axis))


def _value(text: str, place: Place) -> Node:
    """A TOML value where the text is one, else the text itself: `relu` needs no quotes."""
    document = f"value = {text}"
    try:
        parsed = tomli.loads(document)
        key_lines(document)
    except (ValueError, RecursionError, TooDeep):
        parsed = {}
    return wrap(parsed["value"] if parsed.keys() == {"value"} else text, place)


def split(text: str) -> list[str]:
    """At commas outside brackets and quotes: `[1,2],[3,4]` is two values."""
    parts, depth, quote = [""], 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        depth += (char in "[{") - (char in "]}") if not quote else 0
        if char == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _seeds(text: str, place: Place, report: Report) -> tuple[int, ...]:
    """`3` is seed 3, `0-7` eight seeds, `0,2,5` three; empty after a report."""
    seeds: dict[int, None] = {}
    for part in text.split(","):
        match = _SEEDS.fullmatch(part.strip())
        first = int(match[1]) if match else 0
        last = int(match[2] or match[1]) if match else 0
        if match is None or last < first:
            report.add(place, "seeds are numbers and ranges: seeds=3, seeds=0-7, seeds=0,2,5")
            return ()
        if last - first >= MOST_TRIALS:
            report.add(place, f"at most {MOST_TRIALS:,} seeds")
            return ()
        seeds.update(dict.fromkeys(range(first, last + 1)))
    return tuple(seeds)
