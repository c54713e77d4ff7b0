"""Bases and defaults: an experiment's tables merged along its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mobius_core.config.keys import key
from mobius_core.config.merge import merge
from mobius_core.config.node import Leaf, Node, Table
from mobius_core.config.problems import Report, nearest, one_of
from mobius_core.config.tables import ALL_TABLES, TABLES, subtable
from mobius_core.training.registry import TASKS

OfTrained = Mapping[str, float | Mapping[str, float]]
"""Of what an eval experiment evaluates, by its name: metrics, or each metric by corruption."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """The keys of an experiment that are neither trial tables nor arms, matrix and pin."""

    title: str = key("", about="one line")
    note: str = key("", about="any text")
    tags: tuple[str, ...] = key(())
    reference: Mapping[str, Mapping[str, float | OfTrained]] = key(
        {}, about="published figures, by source"
    )
    base: str | None = key(None, about="an experiment of this file")
    after: tuple[str, ...] = key((), about="experiments of this file")
    seeds: int | tuple[int, ...] | None = key(None, at_least=0, about="a count or a list")


@dataclass(frozen=True, slots=True)
class Written:
    """An experiment as it stands in the file."""

    name: str
    table: Table
    header: Header

    @property
    def own(self) -> Table:
        """Its trial tables and pin: what a child inherits."""
        items: dict[str, Node] = {
            name: node
            for name, node in self.table.items.items()
            if name in (*ALL_TABLES, "pin") and isinstance(node, Table)
        }
        return Table(items, self.table.place)

    def tables_for(self, kind: str, own_kind: Node | None) -> Table:
        """What an heir of this kind takes over: no tables that it lacks, no task of another."""
        same = isinstance(own_kind, Leaf) and own_kind.value == kind
        names = {*TABLES[kind], "pin"} - (set() if same else {"task"})
        items = {name: node for name, node in self.own.items.items() if name in names}
        return Table(items, self.table.place)


@dataclass(frozen=True, slots=True)
class Resolved:
    kind: str
    tables: Table
    seeds: int | tuple[int, ...]


def resolve(
    written: Written,
    others: Mapping[str, Written],
    defaults: Mapping[str, Table],
    report: Report,
) -> Resolved | None:
    """defaults.KIND < base < experiment; None where the chain or the kind is wrong."""
    chain = _chain(written, others, report)
    if chain is None:
        return None
    kinds = _kinds(chain)
    kind = _check_kind(kinds[0], chain, report)
    if kind is None:
        return None
    _check_own_tables(written, kind, report)
    merged = defaults.get(kind, Table({}, written.table.place))
    for ancestor, its_kind in zip(reversed(chain), reversed(kinds), strict=True):
        merged = merge(merged, ancestor.tables_for(kind, its_kind))
    seeds = next((one.header.seeds for one in chain if one.header.seeds is not None), 1)
    return Resolved(kind, merged, seeds)


def _chain(written: Written, others: Mapping[str, Written], report: Report) -> list[Written] | None:
    """The experiment, its base, the base of that, …; None after a report."""
    chain = [written]
    while (base := chain[-1].header.base) is not None:
        place = chain[-1].table.items["base"].place
        names = [one.name for one in chain]
        if base in names:
            circle = " -> ".join([*names[names.index(base) :], base])
            report.add(place, f"base in a circle: {circle}")
            return None
        if base not in others:
            report.add(place, f'no experiment "{base}"{nearest(base, others)}')
            return None
        chain.append(others[base])
    return chain


def _kinds(chain: list[Written]) -> list[Node | None]:
    """task.kind of the experiment, its base, …: as inherited by each."""
    kinds: list[Node | None] = []
    for ancestor in reversed(chain):
        own = subtable(ancestor.own, "task").items.get("kind")
        kinds.append(own or (kinds[-1] if kinds else None))
    return kinds[::-1]


def _check_kind(node: Node | None, chain: list[Written], report: Report) -> str | None:
    if node is None:
        place = subtable(chain[0].own, "task").place.child("kind")
        report.add(place, f"required: one of {', '.join(TASKS)}")
        return None
    if not isinstance(node, Leaf) or not isinstance(node.value, str):
        report.add(node.place, f"one of {', '.join(TASKS)}")
        return None
    if node.value not in TASKS:
        report.add(node.place, one_of(node.value, TASKS))
        return None
    return node.value


def _check_own_tables(written: Written, kind: str, report: Report) -> None:
    """Inherited tables that the kind lacks are left behind; its own are a mistake."""
    for name, node in written.own.items.items():
        if name not in (*TABLES[kind], "pin"):
            allowed = ", ".join(TABLES[kind])
            report.add(node.place, f"{kind} experiments have no table {name}; allowed: {allowed}")
