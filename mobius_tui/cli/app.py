"""The command line: one module per command group, registered here.

Exit codes: 0 fine; 1 work failed; 2 usage or config; 3 not found; 4 refused by state; 5 unknown
state; 130 interrupted.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mobius_core import __version__
from mobius_core.errors import INTERRUPTED, MobiusError, UsageError, WorkFailed
from mobius_tui import streams
from mobius_tui.cli import output


def print_version(wanted: bool) -> None:
    if wanted:
        output.emit_lines([f"mobius {__version__}"])
        raise typer.Exit


def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True)
    ] = False,
    ascii_only: Annotated[
        bool, typer.Option("--ascii", help="the TUI without braille and boxes")
    ] = False,
    slow_line: Annotated[
        bool, typer.Option("--slow-line", help="the TUI with fewer redraws, for 64 kbit/s")
    ] = False,
) -> None:
    """Without a command: the TUI on a terminal that can, else the status table."""
    if ascii_only or slow_line:
        from mobius_tui.settings import of_this_terminal

        of_this_terminal(ascii_only=ascii_only, slow_line=slow_line)
    if context.invoked_subcommand is None:
        from mobius_tui.cli.runs import print_status

        print_status()


def make_app() -> typer.Typer:
    from mobius_tui.cli import (
        bench,
        data,
        demo,
        evaluate,
        experiments,
        grokking,
        imports,
        machine,
        oracle,
        plot,
        report,
        runs,
    )

    app = typer.Typer(
        name="mobius",
        help="A terminal laboratory where number theory meets deep learning.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(root)
    for group in (
        *(demo, experiments, runs, imports, evaluate, report, plot),
        *(data, oracle, grokking, machine, bench),
    ):
        group.register(app)
    return app


def run() -> int:
    """Parse, run, and turn every error of ours into one sentence and its exit code."""
    try:
        code = typer.main.get_command(make_app()).main(prog_name="mobius", standalone_mode=False)
    except MobiusError as error:
        return fail(error)
    except typer.TyperException as error:
        words = error.format_message().rstrip(".")
        return fail(UsageError(f"{words}; `mobius --help` shows commands and options"))
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError as error:
        streams.drop(sys.stdout)
        where = f" at {error.filename}" if error.filename else ""
        reason = error.strerror or str(error)
        return fail(WorkFailed(f"the system refused{where}: {reason}; see `mobius doctor`"))
    except SystemExit as leaving:
        # So typer and rich leave when the reader of a pipe has left (`mobius status | head`):
        # nothing failed.
        code = 0 if streams.is_reader_gone() else leaving.code
        streams.drop(sys.stdout)
    return code if isinstance(code, int) else 0


def fail(error: MobiusError) -> int:
    """Exit code of an error, said in one line."""
    return output.fail(error, as_json="--json" in sys.argv)
