"""`mobius bench`: what this machine does in a second, beside other programs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_tui.cli import bench_train, output
from mobius_tui.cli.options import JsonOption

if TYPE_CHECKING:
    from mobius_core.bench.jobs import Result
    from mobius_tui.bench.figure import Figure

KERNELS = ("portable", "avx2", "ifma")
PARTS = ("program", "charts", "rivals", "logs")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Measure this machine.", no_args_is_help=True)
    group.callback()(benches)
    group.command("sieve")(sieve)
    group.command("train")(bench_train.train)
    group.command("tui")(tui)
    app.add_typer(group, name="bench")


def benches() -> None:
    """Measure this machine."""


def sieve(
    kernel: Annotated[
        str | None, typer.Option(help="portable, avx2 or ifma; every one of this machine")
    ] = None,
    only: Annotated[str, typer.Option(help="jobs whose names contain this")] = "",
    repeats: Annotated[
        int | None, typer.Option(min=1, help="rounds, of which the best counts; 5")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """CPU time of each job of the sieve, beside FLINT, PARI, primesieve and trial division."""
    if kernel is not None and kernel not in KERNELS:
        raise UsageError(f"--kernel {kernel}: there are {', '.join(KERNELS)}")
    if kernel is not None:
        os.environ["MOBIUS_KERNEL"] = kernel  # the sieve looks once, when it is imported
    try:
        from mobius_core.bench import jobs
    except ValueError:
        report([], [f"this machine has no {kernel}: nothing is measured"], {}, as_json=as_json)
        return
    done = []
    for result in jobs.run(kernel, only, repeats):
        done.append(result)
        if not as_json:
            output.emit_lines([line(result)])
    report(done, list(jobs.absent(kernel)), jobs.versions(), as_json=as_json)


def report(
    done: list[Result], left_out: list[str], versions: dict[str, str], *, as_json: bool
) -> None:
    """What remains to be said once everything is measured."""
    if as_json:
        listed: list[Json] = [as_table(result) for result in done]
        skipped: list[Json] = [*left_out]
        found: dict[str, Json] = dict(versions)
        output.emit_json({"jobs": listed, "skipped": skipped, "versions": found})
        return
    if done:
        beside = "".join(f", {name} {version}" for name, version in versions.items())
        output.say(f"CPU time of one thread, best of several rounds in turns{beside}")
    for sentence in left_out:
        output.say(sentence)


def as_table(result: Result) -> dict[str, Json]:
    return {
        "name": result.name,
        "kernel": result.kernel,
        "ns": result.ns,
        "ratio": dict(result.ratio),
    }


def line(result: Result) -> str:
    """`random 1e13 ifma   40.1 ns   flint 31 x   pari 190 x`: how many times ours theirs is."""
    ratios = "".join(f"   {name} {ratio:,.3g} x" for name, ratio in result.ratio.items())
    return f"{result.name:34}{result.ns:12,.2f} ns{ratios}"


def tui(
    only: Annotated[str, typer.Option(help=f"one part: {', '.join(PARTS)}")] = "",
    as_json: JsonOption = False,
) -> None:
    """CPU time, memory and bytes of the terminal interface, beside what they must reach: some
    two minutes, on a pseudo-terminal and on generated labs."""
    if only and only not in PARTS:
        raise UsageError(f"--only {only}: there are {', '.join(PARTS)}")
    from mobius_tui.bench import parts

    done = []
    for figure in parts.run(only):
        done.append(figure)
        if not as_json:
            output.emit_lines([figure_line(figure)])
    left_out = parts.absent(only)
    if as_json:
        skipped: list[Json] = [*left_out]
        listed: list[Json] = [figure_table(figure) for figure in done]
        output.emit_json({"figures": listed, "skipped": skipped})
        return
    missed = sum(not figure.is_met for figure in done)
    for sentence in left_out:
        output.say(sentence)
    output.say(f"{len(done) - missed} of {len(done)} reach what they must")


def figure_table(figure: Figure) -> dict[str, Json]:
    return {
        "name": figure.name,
        "value": figure.value,
        "unit": figure.unit,
        "least" if figure.least else "most": figure.target,
        "met": figure.is_met,
        "note": figure.note,
    }


def figure_line(figure: Figure) -> str:
    """`memory, 1,000 runs listed   58.3 MB   at most 90`; what is missed says so."""
    bound = "at least" if figure.least else "at most"
    verdict = f"{bound} {figure.target:,.6g}{'' if figure.is_met else '  MISSED'}"
    note = f"  ({figure.note})" if figure.note else ""
    value = f"{figure.value:,.0f}" if figure.value >= 1000 else f"{figure.value:.3g}"
    return f"{figure.name:58}{value:>8} {figure.unit:12}{verdict}{note}"
