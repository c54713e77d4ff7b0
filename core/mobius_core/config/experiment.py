"""The tables `[experiments.X]`: as written, and as resolved for lists, screens and trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mobius_core.config import check
from mobius_core.config.declared import fields
from mobius_core.config.inherit import Header, OfTrained, Resolved, Written
from mobius_core.config.names import NAME, NAME_RULE
from mobius_core.config.node import Items, Leaf, Table, plain
from mobius_core.config.problems import Report
from mobius_core.config.sweep import MOST_TRIALS, Sweep, flat, read_arms, read_axes
from mobius_core.config.tables import ALL_TABLES, subtable
from mobius_core.config.trial import Json

SECTIONS = (*ALL_TABLES, "pin", "arms", "matrix")


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One experiment; `config.expand` makes its trials."""

    name: str
    line: int
    kind: str
    title: str
    note: str
    tags: tuple[str, ...]
    reference: Mapping[str, Mapping[str, float | OfTrained]]
    """source -> metric -> value; drawn beside our figures, never mixed with them"""
    base: str | None
    arms: tuple[str, ...]
    """the first is the control, unless `compare` says otherwise; empty for one nameless arm"""
    matrix: Mapping[str, tuple[Json, ...]]
    """dotted key -> values; the keys of a paired axis have one value each per pair"""
    seeds: tuple[int, ...]
    after: tuple[str, ...]
    compare: tuple[tuple[str, str], ...]
    """pairs (arm, control)"""
    of: tuple[str, ...]
    """of an eval experiment: those whose trials it evaluates"""
    sweep: Sweep = field(repr=False)


def read_headers(tables: Mapping[str, Table], report: Report) -> dict[str, Written]:
    """The keys beside the tables; one with a mistake, reported, is as if it were not there."""
    found: dict[str, Written] = {}
    for name, table in tables.items():
        if not NAME.fullmatch(name):
            report.add(table.place, NAME_RULE)
        keys = {key: node for key, node in table.items.items() if key not in SECTIONS}
        for section in SECTIONS:
            node = table.items.get(section)
            if node is not None and not isinstance(node, Table):
                report.add(node.place, f"{section} is a table")
        declared = (*fields(Header), *SECTIONS)
        for key in [key for key in keys if key not in declared]:
            check.unknown_key(keys[key].place, key, declared, report)
            del keys[key]
        header = Header()
        for key, node in keys.items():
            one = check.read(Header, Table({key: node}, table.place), report)
            header = replace(header, **{key: getattr(one, key)}) if one is not None else header
        found[name] = Written(name, table, header)
    return found


def read_experiment(written: Written, resolved: Resolved, report: Report) -> Experiment:
    """An experiment with its sweep; what its points hold is checked by `config.rules`."""
    table, header, kind = written.table, written.header, resolved.kind
    arms = read_arms(table.items.get("arms"), kind, report)
    axes = read_axes(table.items.get("matrix"), kind, report)
    seeds = _seeds(written, resolved, report)
    sweep = Sweep(kind, resolved.tables, arms, axes, seeds)
    if sweep.size > MOST_TRIALS:
        report.add(table.place, f"{sweep.size:,} trials; an experiment has at most {MOST_TRIALS:,}")
        sweep = Sweep(kind, resolved.tables, arms, (), seeds[:1])
    return Experiment(
        name=written.name,
        line=table.place.line or 1,
        kind=kind,
        title=header.title,
        note=header.note,
        tags=header.tags,
        reference=header.reference,
        base=header.base,
        arms=tuple(arms),
        matrix=matrix(sweep),
        seeds=seeds,
        after=header.after,
        compare=_compare(resolved.tables, tuple(arms)),
        of=_of(resolved.tables) if kind == "eval" else (),
        sweep=sweep,
    )


def matrix(sweep: Sweep) -> dict[str, tuple[Json, ...]]:
    """The axes as dotted key -> values."""
    found: dict[str, list[Json]] = {}
    for axis in sweep.axes:
        for value in axis.values:
            for name, item in flat(".".join(axis.path), value).items():
                found.setdefault(name, []).append(item)
    return {name: tuple(values) for name, values in found.items()}


def _seeds(written: Written, resolved: Resolved, report: Report) -> tuple[int, ...]:
    seeds = resolved.seeds
    place = (written.table.items.get("seeds") or written.table).place
    if isinstance(seeds, int):
        if 1 <= seeds <= MOST_TRIALS:
            return tuple(range(seeds))
        report.add(place, f"{seeds} seeds; a count from 1 to {MOST_TRIALS:,}, or a list")
        return (0,)
    if not seeds:
        report.add(place, "no seeds; a count of at least 1, or a list")
        return (0,)
    for seed in sorted({seed for seed in seeds if seeds.count(seed) > 1}):
        report.add(place, f"seed {seed} is listed twice")
    return tuple(dict.fromkeys(seeds))


def _compare(tables: Table, arms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The pairs of onset.compare; without it, each arm against the first."""
    node = subtable(tables, "onset").items.get("compare")
    if node is None:
        return tuple((arm, arms[0]) for arm in arms[1:])
    pairs = [
        (str(plain(pair.items[0])), str(plain(pair.items[1])))
        for pair in (node.items if isinstance(node, Items) else ())
        if isinstance(pair, Items) and len(pair.items) == 2
    ]
    return tuple(pairs)


def _of(tables: Table) -> tuple[str, ...]:
    node = subtable(tables, "task").items.get("of")
    leaves = node.items if isinstance(node, Items) else (node,)
    return tuple(
        leaf.value for leaf in leaves if isinstance(leaf, Leaf) and isinstance(leaf.value, str)
    )
