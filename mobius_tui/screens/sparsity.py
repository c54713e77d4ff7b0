"""Sparsity: which weights of which layers exist, arm by arm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import work
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from mobius_core.config.trial import Trial
from mobius_core.errors import MobiusError
from mobius_tui import keys
from mobius_tui.keys import Hint
from mobius_tui.masks import ArmMasks, describe_arm, is_renumbered
from mobius_tui.messages import Said
from mobius_tui.model import ExperimentView, LabView
from mobius_tui.screens.advice import wrapped
from mobius_tui.screens.mask_words import histograms, renumbered, statistics
from mobius_tui.screens.subject import SubjectScreen
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, Line, line
from mobius_tui.widgets.table import Column, Table
from mobius_tui.widgets.words import Words


class MasksDescribed(Message):
    """The masks of one experiment have been drawn."""

    def __init__(self, keys_of: tuple[str, ...], found: Sequence[ArmMasks]) -> None:
        super().__init__()
        self.keys_of = keys_of
        self.found = found


class SparsityScreen(SubjectScreen):
    BINDINGS = keys.bindings("sparsity")
    HERE = "Sparsity"
    FOCUS = "#arms"
    HINTS = (
        Hint(("down", "up"), "arm"),
        Hint(("previous_tab", "next_tab"), "layer"),
        Hint(("previous_run", "next_run"), "experiment"),
        Hint(("other_view",), "difference"),
        Hint(("open",), "runs of the arm"),
        Hint(("zoom_pane",)),
        Hint(("back",)),
        Hint(("help",)),
    )
    WANTED = "modular"

    def __init__(self) -> None:
        super().__init__()
        self._drawn_for: tuple[str, ...] = ()
        self._layer = 0
        """0 until the first masks are known: then the first masked layer"""
        self._differs = False
        """the picture is what differs from the arm above, or below the first"""

    def body(self) -> Iterable[Widget]:
        with Container(id="above", classes="row"):
            yield Pane(Words(id="picture"), title="Sparsity", id="picture-pane")
            yield Pane(Words(id="statistics"), id="statistics-pane")
        table: Table[ArmMasks] = Table(
            self._columns(), lambda row: row.arm, opened=self._open_runs, id="arms"
        )
        yield Pane(table, title="arms", id="arms-pane")

    def _columns(self) -> tuple[Column[ArmMasks], ...]:
        """Statistics are those of the layer that is looked at."""

        def of(row: ArmMasks) -> int:
            return min(max(self._layer, 1), len(row.layers)) - 1

        def figure(name: str) -> Column[ArmMasks]:
            return Column(
                name.replace("_", " "),
                max(len(name), 6),
                lambda row: Cell(str(getattr(row.layers[of(row)], name))),
                right=True,
            )

        return (
            Column("arm", 12, lambda row: Cell(row.arm), grows=True, widest=24),
            Column("mode", 16, lambda row: Cell(row.mode if self._layer in row.masked else "-")),
            Column("like", 12, lambda row: Cell(row.like, "dim"), from_width=100),
            Column(
                "density",
                7,
                lambda row: Cell(f"{row.layers[of(row)].density:.4f}"),
                right=True,
            ),
            Column(
                "weights",
                8,
                lambda row: Cell(f"{row.layers[of(row)].weights:,}"),
                right=True,
                from_width=90,
            ),
            figure("dense_rows"),
            Column(
                "dead out/in",
                11,
                lambda row: Cell(
                    f"{row.layers[of(row)].dead_rows}/{row.layers[of(row)].dead_columns}"
                ),
                right=True,
            ),
            figure("rank"),
        )

    def suits(self, view: ExperimentView) -> bool:
        return view.experiment.kind == "modular" and bool(view.trials)

    def show_subject(self, view: LabView, subject: ExperimentView | None) -> None:
        if subject is None:
            advice = "No modular experiment in the file: `mobius new` writes one."
            self.query_one("#picture", Words).show(lambda width: wrapped(advice, width, "dim"))
            return
        firsts = [part.trials[0].trial for part in subject.arms] or [subject.trials[0].trial]
        wanted = tuple(trial.key for trial in firsts)
        if wanted != self._drawn_for:
            self._drawn_for = wanted
            self._describe(wanted, firsts)

    @work(thread=True, exclusive=True, group="masks", description="masks")
    def _describe(self, wanted: tuple[str, ...], trials: Sequence[Trial]) -> None:
        try:
            found = [describe_arm(trial) for trial in trials]
        except MobiusError as error:
            self.app.post_message(Said(str(error), "bad"))
        else:
            self.post_message(MasksDescribed(wanted, found))

    def on_masks_described(self, message: MasksDescribed) -> None:
        if message.keys_of != self._drawn_for:
            return
        self.table.show(message.found)
        masked = [arm for arm in message.found if arm.masked]
        if masked and not self._layer:
            self._layer = min(masked[0].masked)
            self.table.put_cursor(masked[0].arm)
        self._show_layer()

    @property
    def table(self) -> Table[ArmMasks]:
        return self.query_one("#arms", Table)

    def on_table_moved(self, message: Table.Moved) -> None:
        self._show_layer()

    async def _open_runs(self) -> None:
        arm, subject = self.table.current, self.subject
        if arm is not None and subject is not None:
            words = "" if arm.arm == subject.name else f" arm={arm.arm}"
            await self.lab_app.open_runs(f"exp={subject.name}{words}")

    def _show_layer(self) -> None:
        arm, subject = self.table.current, self.subject
        if arm is None or subject is None:
            return
        layer = min(max(self._layer, 1), len(arm.layers))
        pane = self.query_one("#picture-pane", Pane)
        mode = arm.mode if layer in arm.masked else "dense"
        other = self._other
        words = self.query_one("#picture", Words)
        name = f"{subject.name}, {arm.arm}"
        if self._differs and other is not None:
            pane.entitle(f"Sparsity   {name} or {other.arm}, not both", f"layer {layer}")
        else:
            pane.entitle(f"Sparsity   {name}", f"{mode}, layer {layer}")

        def picture(width: int) -> list[Line]:
            size = max(width, 1), max(words.size.height, 1)
            if self._differs and other is not None:
                return [line(row) for row in arm.difference(other, layer, *size)]
            return [line(row) for row in arm.picture(layer, *size)]

        words.show(picture)
        self.query_one("#statistics-pane", Pane).entitle(f"layer {layer} of {len(arm.layers)}")
        rows = self.table.rows
        same = [one.arm for one in rows if is_renumbered(arm, one) or is_renumbered(one, arm)]
        self.query_one("#statistics", Words).show(
            lambda width: [
                *statistics(arm, layer, width),
                *renumbered(arm, same, width),
                *histograms(arm, layer, width),
            ]
        )
        self.query_one("#arms-pane", Pane).entitle("arms", f"layer {layer}, seed 0 of each arm")
        self.table.refresh()

    @property
    def _other(self) -> ArmMasks | None:
        """With what the arm under the cursor is compared: the one above it, below the first."""
        rows = self.table.rows
        at = self.table.cursor
        return rows[at - 1 if at else 1] if len(rows) > 1 else None

    def action_other_view(self) -> None:
        if self._other is None:
            self.say("no other arm: nothing differs", "warn")
            return
        self._differs = not self._differs
        self._show_layer()

    def action_next_tab(self) -> None:
        self._turn(1)

    def action_previous_tab(self) -> None:
        self._turn(-1)

    def _turn(self, by: int) -> None:
        arm = self.table.current
        if arm is not None:
            self._layer = (max(self._layer, 1) - 1 + by) % len(arm.layers) + 1
            self._show_layer()
