"""Data: the sets that the file names and the lab holds, and the builds that go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.widget import Widget

from mobius_core.errors import MobiusError
from mobius_core.numbers.squarefree import SQUAREFREE
from mobius_tui.keys import Hint
from mobius_tui.model import LabView, LiveView
from mobius_tui.screens.base import LabScreen
from mobius_tui.widgets.bar import bar
from mobius_tui.widgets.clock import span
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, Line, line
from mobius_tui.widgets.table import Column, Table
from mobius_tui.widgets.words import Words

if TYPE_CHECKING:
    from mobius_core.data.catalog import Entry
    from mobius_core.data.manifest import Manifest

BAR = 24
"""Cells of a full bar."""


@dataclass(frozen=True, slots=True)
class DataRow:
    entry: Entry
    manifest: Manifest | None
    size: int
    """bytes on the disk"""
    trouble: str = ""
    build: LiveView | None = None

    @property
    def state(self) -> Cell:
        if self.build is not None:
            return Cell("building", "live")
        if self.trouble:
            return Cell("unusable", "bad")
        if self.entry.built:
            return Cell("built", "good")
        return Cell("begun" if self.entry.rows_done else "not built", "dim")


class DataFound(Message):
    def __init__(self, rows: Sequence[DataRow]) -> None:
        super().__init__()
        self.rows = rows


COLUMNS: tuple[Column[DataRow], ...] = (
    Column("name", 12, lambda row: Cell(row.entry.name), grows=True, widest=24),
    Column("n", 26, lambda row: Cell(interval(row.entry)), right=True),
    Column("rows", 11, lambda row: Cell(rows_of(row.entry)), right=True),
    Column("test", 10, lambda row: Cell(test_of(row.entry)), right=True, from_width=90),
    Column("state", 9, lambda row: row.state),
    Column("size", 8, lambda row: Cell(mib(row.size)), right=True),
    Column("hash", 16, lambda row: Cell(row.entry.hash, "dim"), from_width=100),
)


class DataScreen(LabScreen):
    HERE = "Data"
    FOCUS = "#sets"
    HINTS = (
        Hint(("down", "up"), "set"),
        Hint(("zoom_pane",)),
        Hint(("commands",)),
        Hint(("back",)),
        Hint(("help",)),
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: Sequence[DataRow] = ()

    def body(self) -> Iterable[Widget]:
        table: Table[DataRow] = Table(COLUMNS, lambda row: row.entry.folder, id="sets")
        yield Pane(table, title="Data", id="sets-pane")
        yield Pane(Words(id="set"), id="set-pane")

    @property
    def table(self) -> Table[DataRow]:
        return self.query_one("#sets", Table)

    def see(self, view: LabView) -> None:
        self._find(view)

    @work(thread=True, exclusive=True, group="data", description="data")
    def _find(self, view: LabView) -> None:
        self.post_message(DataFound(find(view)))

    def on_data_found(self, message: DataFound) -> None:
        self._found = message.rows
        self.table.show(message.rows)
        self._show_set()

    def on_table_moved(self, message: Table.Moved) -> None:
        self._show_set()

    def _show_set(self) -> None:
        row = self.table.current
        pane, words = self.query_one("#set-pane", Pane), self.query_one("#set", Words)
        if row is None:
            pane.entitle("No data set")
            words.show(lambda width: [line(Cell(NOTHING, "dim"))])
        else:
            pane.entitle(row.entry.name, row.entry.hash)
            words.show(lambda width: about(row))


NOTHING = "The file names none. [data.NAME] in experiments.toml describes one; R builds it first."


def find(view: LabView) -> list[DataRow]:
    """Every set of the file and of the lab, with the build that is making it."""
    from mobius_core.data.catalog import catalog
    from mobius_core.data.manifest import Manifest

    if view.home is None:
        return []
    builds = {one.run.trial.key: one for one in view.live if one.run.trial.kind == "build"}
    rows = []
    for entry in catalog(view.home / "data", view.data):
        manifest, trouble = None, ""
        if entry.built:
            try:
                manifest = Manifest.read(entry.folder)
            except MobiusError as error:
                trouble = str(error)
        size = sum(path.stat().st_size for path in entry.folder.glob("*") if path.is_file())
        rows.append(DataRow(entry, manifest, size, trouble, builds.get(entry.hash)))
    return rows


def interval(entry: Entry) -> str:
    if entry.spec is None or entry.spec.n is None:
        return ""
    low, high = entry.spec.n
    return f"{low:,} .. {high:.3g}" if high >= 10**9 else f"{low:,} .. {high:,}"


def rows_of(entry: Entry) -> str:
    if entry.spec is None:
        return ""
    return "stream" if entry.spec.stream else f"{entry.spec.rows or 0:,}"


def test_of(entry: Entry) -> str:
    return "" if entry.spec is None or entry.spec.test is None else f"{entry.spec.test:,}"


def mib(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size else ""


def about(row: DataRow) -> list[Line]:
    """What a set holds, beside what theory expects; or how far its build is."""
    if row.build is not None:
        return build_lines(row.build, row.entry)
    if row.trouble:
        return [line(Cell(row.trouble, "bad"))]
    manifest = row.manifest
    if manifest is None:
        begun = f" {row.entry.rows_done:,} rows are there already." if row.entry.rows_done else ""
        return [
            line(Cell(f"It is built before the first run that needs it.{begun}", "dim")),
            line(Cell(f"Now: mobius data build {row.entry.name}", "dim")),
        ]
    lines: list[Line] = [
        line(Cell("rows        ", "head"), f"{manifest.rows:,}, {manifest.test:,} held out")
    ]
    if manifest.spec.file is None:
        lines += balance(manifest)
    lines.append(line(Cell("folder      ", "head"), str(row.entry.folder)))
    return lines


def balance(manifest: Manifest) -> list[Line]:
    """How the rows are divided among the values of mu, beside what uniform n would give."""
    rows, squarefree = manifest.rows, manifest.squarefree
    values = (
        ("mu = +1", (squarefree + manifest.total) // 2, SQUAREFREE / 2, "3/pi^2"),
        ("mu = -1", (squarefree - manifest.total) // 2, SQUAREFREE / 2, "3/pi^2"),
        ("mu =  0", rows - squarefree, 1 - SQUAREFREE, "1 - 6/pi^2"),
        ("mu != 0", squarefree, SQUAREFREE, "6/pi^2"),
    )
    lines: list[Line] = []
    for name, count, expected, formula in values:
        share = count / rows
        error = (expected * (1 - expected) / rows) ** 0.5
        lines.append(
            line(
                Cell(f"{name:12}", "head"),
                *bar(share, BAR),
                f" {100 * share:.3f} %  ",
                Cell(
                    f"{formula} = {100 * expected:.3f} %, {(share - expected) / error:+.1f} se",
                    "dim",
                ),
            )
        )
    return lines


def build_lines(build: LiveView, entry: Entry) -> list[Line]:
    """How far it is, of what the file asks for."""
    done = build.step or 0
    planned = entry.spec.rows if entry.spec is not None else None
    rate, left = build.values.get("rate"), build.values.get("left")
    lines: list[Line] = []
    if planned:
        words = f" {100 * done / planned:3.0f} %  {done:,} of {planned:,} rows"
        lines.append(line(Cell("building    ", "head"), *bar(done / planned, BAR), words))
    else:
        lines.append(line(Cell("building    ", "head"), f"{done:,} rows"))
    lines += [
        line(Cell("rate        ", "head"), "" if rate is None else f"{rate:,.0f} rows/s"),
        line(Cell("left        ", "head"), "" if left is None else span(left)),
    ]
    return lines
