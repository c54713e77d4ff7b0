"""What must hold between the keys of a guest's `command`."""

from __future__ import annotations

from collections.abc import Iterator

from mobius_core.config.node import Table
from mobius_core.config.placeholders import OF_DATA, OURS, placeholders
from mobius_core.config.problems import Report, nearest
from mobius_core.config.tables import Specs, place_of
from mobius_core.training.spec import CommandSpec, CommandTask


def check_command(specs: Specs, tables: Table, report: Report) -> None:
    """The program, its placeholders, and how its figures are read."""
    command = specs.command
    if command is None:
        return
    if not command.argv or not command.argv[0]:
        report.add(place_of(tables, "command", "argv"), "at least the name of a program")
    for name in command.env:
        if not name or "=" in name:
            message = f'"{name}" is no name of a variable: it is not empty and has no ='
            report.add(place_of(tables, "command", "env"), message)
    if specs.params is not None:
        _check_placeholders(command, specs, tables, report)
    if command.log == "regex" and specs.regex == {}:
        message = "log = \"regex\" needs a table regex: NAME = '… (?P<test_acc>\\S+) …'"
        report.add(place_of(tables, "command", "log"), message)
    for name in specs.params or {}:
        if name in OURS:
            message = f"{{{name}}} is filled in by mobius; name the parameter otherwise"
            report.add(place_of(tables, "params", name), message)


def _texts(command: CommandSpec) -> Iterator[tuple[str, str]]:
    """Every text of a command in which placeholders count: (key, text)."""
    yield from (("argv", text) for text in command.argv)
    if isinstance(command.resume, tuple):
        yield from (("resume", text) for text in command.resume)
    yield from (("env", text) for text in command.env.values())
    yield from (("cwd", text) for text in (command.cwd,) if text is not None)
    yield from (("file", text) for text in (command.file,) if text is not None)


def _check_placeholders(command: CommandSpec, specs: Specs, tables: Table, report: Report) -> None:
    known = (*OURS, *(specs.params or {}))
    has_data = isinstance(specs.task, CommandTask) and specs.task.data is not None
    for key, text in _texts(command):
        for name in placeholders(text):
            place = place_of(tables, "command", key)
            if name not in known:
                message = (
                    f"unknown {{{name}}}{nearest(name, known)}; known: {', '.join(known)}; "
                    "a literal brace is {{"
                )
                report.add(place, message)
            elif name in OF_DATA and not has_data:
                report.add(place, f"{{{name}}} needs task.data, the name of a data set")


def warn_of_repeats(specs: Specs, tables: Table, seeds: tuple[int, ...], warnings: Report) -> None:
    """Several seeds that the program never hears of are repeats of one trial."""
    if specs.command is None or len(seeds) == 1:
        return
    if "seed" not in [name for _, text in _texts(specs.command) for name in placeholders(text)]:
        message = f"no {{seed}} in it: the {len(seeds)} trials are repeats of one"
        warnings.add(place_of(tables, "command", "argv"), message)
