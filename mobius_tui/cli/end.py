"""`mobius stop` and `kill`."""

from __future__ import annotations

from mobius_tui.cli.labs import RunArguments, open_lab, select, show_changed
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption


def stop(
    words: RunArguments, file: FileOption = None, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Ask runs to save and end; those that do not are ended after their grace."""
    from mobius_core.runs import control

    lab = open_lab(file, home)
    show_changed(lab, control.stop(lab, select(lab, words)), as_document=json)


def kill(
    words: RunArguments, file: FileOption = None, home: HomeOption = None, json: JsonOption = False
) -> None:
    """End runs now, with every process they started."""
    from mobius_core.runs import control

    lab = open_lab(file, home)
    show_changed(lab, control.kill(lab, select(lab, words)), as_document=json)
