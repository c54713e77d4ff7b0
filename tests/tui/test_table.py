"""A table of rows by itself."""

from __future__ import annotations

from textual.app import App, ComposeResult

from mobius_tui.widgets.styled import Cell
from mobius_tui.widgets.table import Column, Table
from tests.quiet import Threads, quietly


class OneTable(App[None]):
    def __init__(self) -> None:
        super().__init__()
        columns: list[Column[int]] = [
            Column("name", 8, lambda row: Cell(f"row {row}"), grows=True),
            Column("delay", 6, lambda row: Cell(str(1000 + row)), right=True),
        ]
        self.table: Table[int] = Table(columns, identify=lambda row: row)

    def compose(self) -> ComposeResult:
        yield self.table


async def test_no_number_is_cut_by_the_scroll_bar_that_comes_with_many_rows() -> None:
    app = OneTable()
    async with quietly(app, (40, 12), Threads()) as pilot:
        for count in (3, 100, 3):
            app.table.show(range(count))
            await pilot.pause()
            lines = [strip.text for strip in app.screen._compositor.render_strips()]
            assert app.table.show_vertical_scrollbar == (count > 11)
            assert lines[2].split()[:3] == ["row", "1", "1001"]
            assert lines[2].index("1001") + 4 == app.table.room
