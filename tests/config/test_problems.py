"""Every mistake at once, each at the line that made it, with what is allowed and what is near."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobius_core.config.problems import ConfigErrors, Problem
from mobius_core.config.project import parse
from mobius_core.errors import UsageError

PATH = Path("experiments.toml")
MODULAR = """\
schema = 1
[experiments.x]
task = { kind = "modular" }
train = { steps = 9 }
"""
ARITHMETIC = """\
schema = 1
[data.d]
n = [2, 1000]
rows = 10
[data.fresh]
n = [2, 1e13]
stream = true
[experiments.x]
task = { kind = "arithmetic", target = "mu", data = "d" }
train = { steps = 9 }
"""
COMMAND = """\
schema = 1
[experiments.x]
task = { kind = "command" }
"""


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigErrors) as raised:
        parse(text, PATH)
    assert isinstance(raised.value, UsageError)
    assert raised.value.exit_code == 2
    return raised.value.problems


def data(keys: str) -> str:
    return f"schema = 1\n[data.d]\n{keys}\n"


def replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("", 1, "schema", "required: write schema = 1"),
        ("schema = 2", 1, "schema", "reads schema = 1"),
        ("schema = 1\nexperimnets = {}", 2, "experimnets", "did you mean experiments?"),
        ("schema = 1\n[slots]\ncpus = 2", 2, "slots", "belongs to the machine"),
        ("schema = 1\n[experiments]\nx = 3", 3, "experiments.x", "[experiments.x]"),
        ("schema = 1\na = 0xffffffffffffffffff", 2, "a", "beyond 64 bits"),
        ("schema = 1\n= 3", 2, "", "not TOML"),
        ('schema = 1\na = ["b\\u0000"]', 2, "a[0]", "a NUL character"),
        ('schema = 1\n[a]\n"b\\u0000" = 1', 2, "a", "a NUL character"),
        # data
        (data("n = [2, 9]\nrows = 0"), 4, "data.d.rows", "0 is not an integer of at least 1"),
        (data("n = [2, 9]\nrows = -3"), 4, "data.d.rows", "at least 1"),
        (data("n = [2, 9]\nrows = 9"), 4, "data.d.rows", "9 distinct rows of only 8 numbers"),
        (data('n = [2, "2^63"]\nrows = 9'), 3, "data.d.n[1]", "beyond 2^63-1"),
        (data("n = [2, 1e16]\nrows = 9"), 3, "data.d.n[1]", "is not an integer"),
        (data("n = [0, 9]\nrows = 9"), 3, "data.d.n[0]", "at least 1"),
        (data("n = [9, 2]\nrows = 9"), 3, "data.d.n", "empty"),
        (data("n = [2, 9, 16]\nrows = 9"), 3, "data.d.n", "a list of 3"),
        (data("n = [2, 99]\nrows = 9\ntest = 9"), 5, "data.d.test", "none to train on"),
        (data("n = [2, 99]\nrows = 9\ntest = 0"), 5, "data.d.test", "at least 1"),
        (data("n = [2, 99]"), 2, "data.d.rows", "required"),
        (data("rows = 9"), 2, "data.d.n", "required"),
        (data("n = [2, 99]\nstream = true\nrows = 9"), 5, "data.d.rows", "stream"),
        (data("n = [2, 99]\nstream = true\ntest = 98"), 5, "data.d.test", "none of the 98"),
        (data("n = [2, 99]\nstream = true"), 2, "data.d.test", "100,000 test rows"),
        (data('file = "no.csv"'), 3, "data.d.file", "no such file"),
        (data(f'file = "{"x" * 300}"'), 3, "data.d.file", "file name too long"),
        (data('file = "."'), 3, "data.d.file", "not a file"),
        (data('file = "no.csv"\nrows = 3'), 4, "data.d.rows", "from a file"),
        (data("n = [2, 99]\nrows = 9\nstreem = true"), 5, "data.d.streem", "did you mean stream?"),
        (data('n = [2, 99]\nrows = 9\nformat = "csv"'), 5, "data.d.format", "name the file"),
        ('schema = 1\n[data."a/b"]\nn = [2, 9]\nrows = 3', 2, 'data."a/b"', "a name is letters"),
        # names and links
        (MODULAR + '[reports.r]\nexperiments = ["y"]', 6, "reports.r.experiments[0]", '"y"'),
        (MODULAR + 'after = ["primes"]', 5, "experiments.x.after[0]", 'no experiment "primes"'),
        (MODULAR + 'after = ["x"]', 5, "experiments.x.after", "x -> x"),
        (MODULAR + 'base = "x"', 5, "experiments.x.base", "circle: x -> x"),
        (MODULAR + 'base = "y"', 5, "experiments.x.base", 'no experiment "y"'),
        (MODULAR + '[experiments."a b"]\nbase = "x"', 5, 'experiments."a b"', "a name is letters"),
        (
            MODULAR + '[experiments.e.task]\nkind = "eval"\nof = "z"',
            7,
            "experiments.e.task.of",
            'no experiment "z"',
        ),
        (
            MODULAR + '[experiments.e]\nseeds = 3\ntask = { kind = "eval", of = "x" }',
            6,
            "experiments.e.seeds",
            "one trial for each trial of `of`",
        ),
        (
            MODULAR + '[experiments.g]\ntask.kind = "command"\ncommand.argv = ["a"]\n'
            '[experiments.e]\ntask = { kind = "eval", of = "g" }',
            9,
            "experiments.e.task.of",
            "only trained runs are evaluated",
        ),
        # the kind and its tables
        (
            "schema = 1\n[experiments.x.task]\nkind = 3",
            3,
            "experiments.x.task.kind",
            "one of arith",
        ),
        ("schema = 1\n[experiments.x]", 2, "experiments.x.task.kind", "required: one of arith"),
        (
            'schema = 1\n[experiments.x.task]\nkind = "modulo"',
            3,
            "experiments.x.task.kind",
            "did you mean modular?",
        ),
        (MODULAR + "command = {}", 5, "experiments.x.command", "no table command"),
        (MODULAR + "model = 3", 5, "experiments.x.model", "model is a table"),
        ("schema = 1\n[defaults.modula]\ntrain = {}", 2, "defaults.modula", "mean modular?"),
        ("schema = 1\n[defaults.eval]\ntrain = {}", 3, "defaults.eval.train", "unknown key"),
        # arms, matrix, seeds
        (MODULAR + "seeds = 0", 5, "experiments.x.seeds", "0 seeds"),
        (MODULAR + "seeds = [1, 2, 1]", 5, "experiments.x.seeds", "seed 1 is listed twice"),
        (MODULAR + "seeds = 1e7", 5, "experiments.x.seeds", "100,000"),
        (MODULAR + "arms.a = 3", 5, "experiments.x.arms.a", "an arm is a table"),
        (MODULAR + "arms.a.lr = 3", 5, "experiments.x.arms.a.lr", "did you mean train.lr?"),
        (MODULAR + 'arms.a.task.kind = "eval"', 5, "experiments.x.arms.a.task.kind", "one kind"),
        (MODULAR + "matrix.train.lr = 3", 5, "experiments.x.matrix.train.lr", "is a list"),
        (MODULAR + "matrix.train.lr = []", 5, "experiments.x.matrix.train.lr", "at least one"),
        (
            MODULAR + '[experiments.x.matrix]\n"train.lr" = [\n1e-2,\n0.01]',
            8,
            'experiments.x.matrix."train.lr"[1]',
            "listed twice",
        ),
        (
            MODULAR + "[experiments.x.matrix]\ntrain.lr = [\n1e-2,\n-1]",
            8,
            "experiments.x.matrix.train.lr[1]",
            "-1 is not a number above 0",
        ),
        (
            MODULAR + "matrix.model.widths = [[3], [3, 0]]",
            5,
            "experiments.x.matrix.model.widths[1][1]",
            "0 is not an integer",
        ),
        (
            MODULAR + 'arms.a = {}\nonset.compare = [["a", "b"]]',
            6,
            "experiments.x.onset.compare",
            '"b" is not one of a',
        ),
        # training
        (replaced(MODULAR, "steps = 9", ""), 4, "experiments.x.train.steps", "steps or epochs"),
        (
            replaced(MODULAR, "steps = 9", "steps = 9, epochs = 2"),
            4,
            "experiments.x.train.epochs",
            "keep one",
        ),
        (
            replaced(MODULAR, "steps = 9", "steps = 9, lr = nan"),
            4,
            "experiments.x.train.lr",
            "not a finite number",
        ),
        (
            replaced(MODULAR, "steps = 9", "steps = 9, lr = 2020-01-01"),
            4,
            "experiments.x.train.lr",
            "the date 2020-01-01",
        ),
        (
            replaced(MODULAR, "steps = 9", 'steps = 9, batch = "ful"'),
            4,
            "experiments.x.train.batch",
            "did you mean full?",
        ),
        (MODULAR + 'save = { at = "log", every = 3 }', 5, "experiments.x.save.every", "keep one"),
        (
            MODULAR + 'task.operation = "divide"',
            5,
            "experiments.x.task",
            "task is closed by { … } on line 3",
        ),
        (
            replaced(MODULAR, '"modular"', '"modular", operation = "divide", modulus = 91'),
            3,
            "experiments.x.task.modulus",
            "91 is composite",
        ),
        (
            replaced(MODULAR, '"modular"', '"modular", modulus = 2, train_fraction = 0.1'),
            3,
            "experiments.x.task.train_fraction",
            "of 4 pairs",
        ),
        (
            MODULAR + 'eval.corrupt = ["only:2"]',
            5,
            "experiments.x.eval.corrupt",
            "arithmetic tasks only",
        ),
        (MODULAR + "train.warmup = 3", 5, "experiments.x.train", "train is closed by"),
        (MODULAR + "seeds = []", 5, "experiments.x.seeds", "no seeds"),
        (
            MODULAR + "seeds = 99_999\nmatrix.train.lr = [1, 2]",
            2,
            "experiments.x",
            "199,998 trials; an experiment has at most 100,000",
        ),
        (
            replaced(MODULAR, "steps = 9", "steps = 9, epoch = 3"),
            4,
            "experiments.x.train.epoch",
            "without epochs",
        ),
        (
            MODULAR + 'arms.a = {}\nonset.compare = [["a", "a"]]',
            6,
            "experiments.x.onset.compare",
            "compared with itself",
        ),
        # model
        (MODULAR + "model.name = 3", 5, "experiments.x.model.name", "the name of a model"),
        (MODULAR + 'model.name = "mpl"', 5, "experiments.x.model.name", "did you mean mlp?"),
        (
            MODULAR + 'model.mask.mode = "prime"',
            5,
            "experiments.x.model.mask.mode",
            "did you mean prime_only?",
        ),
        (
            MODULAR + 'model.mask = { mode = "shuffled" }',
            5,
            "experiments.x.model.mask.like",
            "permutes the graph",
        ),
        (
            MODULAR + 'model = { widths = [3], mask = { mode = "random", layers = [3] } }',
            5,
            "experiments.x.model.mask.layers",
            "1 widths make 2 layers",
        ),
        (
            MODULAR + 'model = { name = "int2int", dim = 10, heads = 3 }',
            5,
            "experiments.x.model.heads",
            "do not divide",
        ),
        (
            MODULAR + 'model = { name = "int2int", widths = [3] }',
            5,
            "experiments.x.model.widths",
            "unknown key",
        ),
        (MODULAR + "model.mask.layers = []", 5, "experiments.x.model.mask.layers", "no layer"),
        (
            MODULAR + 'model.name = "int2int"\n[experiments.x.arms]\na = { train.loss = "mse" }',
            7,
            "experiments.x.arms.a.train.loss",
            "a loss of its own",
        ),
        (
            replaced(MODULAR, "9", '9, optimizer = "adam_inverse_sqrt", schedule = "linear"'),
            4,
            "experiments.x.train.schedule",
            "a schedule of its own",
        ),
        # arithmetic
        (
            replaced(ARITHMETIC, '"d"', '"d", inputs = [{ primes = 3 }, { digits = 9 }]')
            + 'model.name = "crt"',
            9,
            "experiments.x.task.inputs",
            "crt reads residues, not digits",
        ),
        (
            ARITHMETIC + 'model = { name = "transformer", heads = 7 }',
            11,
            "experiments.x.model.heads",
            "do not divide",
        ),
        (
            MODULAR + 'model.name = "divisor_sums"',
            5,
            "experiments.x.model.name",
            "a modular task has none",
        ),
        (
            replaced(ARITHMETIC, "[2, 1e13]", "[2, 200_000]").replace('"d" }', '"fresh" }')
            + "[experiments.x.matrix]\ntrain.batch = [9, 99_999]",
            10,
            "experiments.x.train.steps",
            "899,991 rows that do not repeat, of only 99,999",
        ),
        (replaced(ARITHMETIC, '"d"', '"e"'), 9, "experiments.x.task.data", "no [data.e]"),
        (replaced(ARITHMETIC, '"mu"', '"mo"'), 9, "experiments.x.task.target", "one of mu, mu2"),
        (
            replaced(ARITHMETIC, '"d"', '"d", inputs = [{ primes = 3, digits = 2 }]'),
            9,
            "experiments.x.task.inputs",
            "one of { primes = K }",
        ),
        (
            replaced(ARITHMETIC, '"d"', '"d", inputs = []'),
            9,
            "experiments.x.task.inputs",
            "no inputs",
        ),
        (
            replaced(ARITHMETIC, '"d"', '"fresh"') + 'batch = "full"',
            11,
            "experiments.x.batch",
            "unknown key",
        ),
        (
            replaced(
                replaced(ARITHMETIC, '"d"', '"fresh"'), "steps = 9", 'steps = 9, batch = "full"'
            ),
            10,
            "experiments.x.train.batch",
            "a stream: it has no full batch",
        ),
        (
            replaced(replaced(ARITHMETIC, '"d"', '"fresh"'), "steps = 9", "epochs = 9"),
            10,
            "experiments.x.train.epochs",
            "how many examples",
        ),
        (
            ARITHMETIC + 'eval.corrupt = ["both:2"]',
            11,
            "experiments.x.eval.corrupt[0]",
            '"both:2" is not only:2,3',
        ),
        (
            replaced(ARITHMETIC, '"mu"', '"label"'),
            9,
            "experiments.x.task.target",
            'a data set without a file has no labels: "label" needs `file`',
        ),
        # command
        (
            COMMAND + 'command.argv = ["x"]\nparams."a-b" = 3',
            5,
            "experiments.x.params.a-b",
            "letters",
        ),
        (COMMAND + 'command.argv = ["x"]\nnames.a = 3', 5, "experiments.x.names.a", "is text"),
        (COMMAND, 2, "experiments.x.command.argv", "required: program and arguments"),
        (COMMAND + "command.argv = []", 4, "experiments.x.command.argv", "at least the name"),
        (
            COMMAND + 'command = { argv = ["x"], env = { "A=B" = "c" } }',
            4,
            "experiments.x.command.env",
            '"A=B" is no name of a variable',
        ),
        (
            COMMAND + 'command.argv = ["x", "{sed}"]',
            4,
            "experiments.x.command.argv",
            "unknown {sed}; did you mean seed?",
        ),
        (
            COMMAND + 'command.argv = ["x", "{train}"]',
            4,
            "experiments.x.command.argv",
            "{train} needs task.data",
        ),
        (
            COMMAND + 'command = { argv = ["x"], log = "regex" }',
            4,
            "experiments.x.command.log",
            "needs a table regex",
        ),
        (
            COMMAND + 'command.argv = ["x"]\nregex.a = "("',
            5,
            "experiments.x.regex.a",
            "not a regular expression",
        ),
        (
            COMMAND + 'command.argv = ["x"]\nregex.a = "acc (.*)"',
            5,
            "experiments.x.regex.a",
            "no named group",
        ),
        (
            COMMAND + 'command.argv = ["x"]\nparams.seed = 3',
            5,
            "experiments.x.params.seed",
            "name the parameter otherwise",
        ),
        (
            COMMAND + 'command.argv = ["x"]\nparams.a = inf',
            5,
            "experiments.x.params.a",
            "not finite",
        ),
        (
            COMMAND + 'command.argv = ["x"]\nresources.memory = "lots"',
            5,
            "experiments.x.resources.memory",
            "a size as 16G",
        ),
    ],
)
def test_one_mistake(text: str, line: int, key: str, message: str) -> None:
    (problem,) = problems(text)
    assert (problem.file, problem.line, problem.key) == ("experiments.toml", line, key)
    assert message in problem.message
    assert "\n" not in str(problem)


def test_all_at_once_in_order_of_lines() -> None:
    text = """\
schema = 1
[defaults.modular]
train = { lr = "fast", steps = 9 }
[data.d]
n = [2, 9]
rows = 100
[experiments.x]
titel = "x"
task = { kind = "modular", modulus = 1 }
[experiments.x.arms]
a = { model.mask.mode = "prim" }
b = { train.lr = 0 }
[experiments.x.matrix]
train.weight_decay = [1, -1]
[experiments.y]
base = "x"
"""
    assert [(one.line, one.key) for one in problems(text)] == [
        (3, "defaults.modular.train.lr"),
        (6, "data.d.rows"),
        (8, "experiments.x.titel"),
        (9, "experiments.x.task.modulus"),
        (11, "experiments.x.arms.a.model.mask.mode"),
        (12, "experiments.x.arms.b.train.lr"),
        (14, "experiments.x.matrix.train.weight_decay[1]"),
    ]


def test_what_every_arm_lacks_is_missing_once() -> None:
    text = 'schema = 1\n[experiments.x]\ntask.kind = "modular"\narms.a = {}\narms.b.train.lr = 1\n'
    assert [(one.line, one.key) for one in problems(text)] == [(2, "experiments.x.train.steps")]


def test_a_line_of_bytes_that_are_no_text(tmp_path: Path) -> None:
    from mobius_core.config.project import load

    path = tmp_path / "experiments.toml"
    path.write_bytes(b"schema = 1\n# caf\xe9\n")
    with pytest.raises(ConfigErrors) as raised:
        load(path)
    assert [(one.line, one.message) for one in raised.value.problems] == [
        (2, "byte 0xe9 is not UTF-8")
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (COMMAND + 'command.argv = ["x"]\nseeds = 3', 4, "the 3 trials are repeats"),
        (ARITHMETIC + 'eval.corrupt = ["random:2,601"]', 9, "do not hold: n mod 601"),
        (
            MODULAR + 'model.mask = { mode = "random", layers = [1] }\n'
            'matrix.model.mask.mode = ["random", "prime_only"]',
            6,
            "layers of line 5 do not hold for it",
        ),
    ],
)
def test_warnings(text: str, line: int, message: str) -> None:
    (warning,) = parse(text, PATH).warnings
    assert warning.line == line
    assert message in warning.message


def test_another_model_has_no_mask_to_warn_of() -> None:
    text = 'model.mask = { mode = "random", layers = [1] }\narms.a.model.name = "int2int"'
    assert parse(replaced(MODULAR + text, "model.mask", 'model.name = "mlp"\nmodel.mask'), PATH)
