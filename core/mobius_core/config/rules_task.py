"""What must hold between the keys of `task`, its data, and how long it trains."""

from __future__ import annotations

from collections.abc import Mapping

from mobius_core.config.node import Table
from mobius_core.config.problems import Report, nearest
from mobius_core.config.tables import Specs, complete, place_of
from mobius_core.data.spec import DataSpec
from mobius_core.numbers.primes import first_primes, primes_below
from mobius_core.training.spec import ArithmeticTask, CommandTask, ModularTask

Data = Mapping[str, DataSpec | None]
"""None: declared, but with mistakes, which are reported already"""


def check_task(specs: Specs, tables: Table, data: Data, report: Report) -> None:
    if isinstance(specs.task, ArithmeticTask):
        _check_arithmetic(specs, specs.task, tables, data, report)
    if isinstance(specs.task, ModularTask):
        _check_modular(specs, specs.task, tables, report)
    if isinstance(specs.task, CommandTask) and specs.task.data is not None:
        _check_data(specs.task.data, tables, data, report)


def check_processes(specs: Specs, tables: Table, report: Report) -> None:
    """What torchrun spreads over processes is one training of an arithmetic task."""
    resources = specs.resources
    if resources is None:
        return
    if isinstance(specs.task, ArithmeticTask):
        if resources.gpus and resources.processes not in (0, resources.gpus):
            message = f"each process trains on a GPU of its own: leave it out, or {resources.gpus}"
            report.add(place_of(tables, "resources", "processes"), message)
        return
    if resources.processes > 1:
        message = "only one training of an arithmetic task is spread over processes"
        report.add(place_of(tables, "resources", "processes"), message)
    if resources.gpus > 1 and isinstance(specs.task, ModularTask):
        message = "a modular task trains in one process, on at most one GPU"
        report.add(place_of(tables, "resources", "gpus"), message)


def _check_arithmetic(
    specs: Specs, task: ArithmeticTask, tables: Table, data: Data, report: Report
) -> None:
    place = place_of(tables, "task", "inputs")
    for group in task.inputs:
        given = [value for value in (group.primes, group.moduli, group.digits) if value is not None]
        if len(given) != 1:
            report.add(
                place, "each input is one of { primes = K }, { moduli = […] }, { digits = B }"
            )
    if not task.inputs:
        report.add(place, "no inputs: the model would see nothing of n")
    spec = _check_data(task.data, tables, data, report)
    if spec is None:
        return
    if task.target == "label" and spec.file is None:
        message = 'a data set without a file has no labels: "label" needs `file`'
        report.add(place_of(tables, "task", "target"), message)
    _check_stream(specs, task, spec, tables, report)


def _check_stream(
    specs: Specs, task: ArithmeticTask, spec: DataSpec, tables: Table, report: Report
) -> None:
    train = complete(specs).train
    if not spec.stream or train is None or spec.n is None or spec.test is None:
        return
    stream = f"[data.{task.data}] is a stream"
    if train.batch == "full":
        message = f"{stream}: it has no full batch, give a number"
        report.add(place_of(tables, "train", "batch"), message)
    if train.epochs is not None and train.epoch is None:
        message = f"{stream}: say how many examples an `epoch` has"
        report.add(place_of(tables, "train", "epochs"), message)
    low, high = spec.n
    there = high - low + 1 - spec.test
    if train.steps is not None and isinstance(train.batch, int):
        asked = train.steps * train.batch
        if asked > there:
            message = f"{asked:,} rows that do not repeat, of only {there:,}: widen n"
            report.add(place_of(tables, "train", "steps"), message)


def _check_modular(specs: Specs, task: ModularTask, tables: Table, report: Report) -> None:
    if task.operation == "divide" and task.modulus not in primes_below(task.modulus + 1):
        message = f"divide needs a prime modulus, and {task.modulus} is composite"
        report.add(place_of(tables, "task", "modulus"), message)
    table = task.modulus * (task.modulus - (task.operation == "divide"))
    pairs = task.with_replacement or table
    if not 1 <= round(task.train_fraction * pairs) < pairs:
        message = f"{task.train_fraction} of {pairs} pairs leaves a side of the split empty"
        report.add(place_of(tables, "task", "train_fraction"), message)
    if specs.eval is not None and specs.eval.corrupt:
        message = "corruption replaces residues of n: arithmetic tasks only"
        report.add(place_of(tables, "eval", "corrupt"), message)


def _check_data(name: str, tables: Table, data: Data, report: Report) -> DataSpec | None:
    if name not in data:
        place = place_of(tables, "task", "data")
        report.add(place, f"no [data.{name}] in this file{nearest(name, data)}")
        return None
    return data[name]


def warn_of_blind_corruption(specs: Specs, tables: Table, warnings: Report) -> None:
    """Corrupting a residue that is no input of the model changes nothing."""
    if not isinstance(specs.task, ArithmeticTask) or specs.eval is None:
        return
    inputs = specs.task.inputs
    moduli = {m for group in inputs for m in group.moduli or first_primes(group.primes or 0)}
    named = {int(m) for text in specs.eval.corrupt for m in text.partition(":")[2].split(",")}
    if unseen := sorted(named - moduli):
        numbers = ", ".join(str(m) for m in unseen)
        message = f"eval.corrupt names residues that these inputs do not hold: n mod {numbers}"
        warnings.add(place_of(tables, "task", "inputs"), message)
