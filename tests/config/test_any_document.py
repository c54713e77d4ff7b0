"""Whatever stands in the file: a project or problems with lines, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from mobius_core.config import project
from mobius_core.config.expand import expand
from mobius_core.config.problems import ConfigErrors
from mobius_core.config.tables import ALL_TABLES, known_keys
from mobius_core.errors import MobiusError
from tests.config.documents import SCALARS, VALUES, Value, toml_texts

KINDS = ("arithmetic", "modular", "command", "eval")
NAMES = st.sampled_from(["a", "b", "c"])
WORDS = sorted(
    {part for kind in KINDS for name in known_keys(kind) for part in name.split(".")}
    | {"title", "note", "tags", "reference", "base", "arms", "matrix", "seeds", "after", "rows"}
    | {*ALL_TABLES, "n", "test", "stream", "file", "format", "primes", "experiments"}
)
WORDS_OF_VALUES = ["add", "divide", "mu", "mlp", "int2int", "full", "a", "b", "prime_only"]
TEXTS = ["shuffled", "10^13", "{seed}", "{x}", "(?P<a>x)", "regex", *WORDS_OF_VALUES, *KINDS]
LISTS = [[2, 1000], ["a", "b"], [["a", "b"]], ["echo", "{seed}"], [{"primes": 3}]]
TYPICAL = st.sampled_from([1, 2, 97, 1e3, 0.5, True, {"mode": "random"}, *TEXTS, *LISTS])
LIKELY: st.SearchStrategy[Value] = st.recursive(
    st.one_of(TYPICAL, SCALARS),
    lambda below: st.one_of(
        st.dictionaries(st.sampled_from(WORDS), below, max_size=5),
        st.lists(below, max_size=3),
    ),
    max_leaves=10,
)
KINDLED = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS)}, optional={"of": NAMES, "data": NAMES}
)
EXPERIMENT = st.fixed_dictionaries(
    {"task": KINDLED},
    optional=dict.fromkeys(("arms", "matrix", "seeds", "base", "after", *ALL_TABLES[1:]), LIKELY),
)
SHAPED = st.fixed_dictionaries(
    {"schema": st.just(1)},
    optional={
        "experiments": st.dictionaries(NAMES, EXPERIMENT, max_size=3),
        "defaults": st.dictionaries(st.sampled_from(KINDS), LIKELY, max_size=2),
        "data": st.dictionaries(NAMES, LIKELY, max_size=2),
        "reports": st.dictionaries(NAMES, LIKELY, max_size=1),
        "slots": VALUES,
    },
)
PATH = Path("experiments.toml")
FILES = sorted((Path(__file__).parent / "files").glob("*.toml"))


def outcome(text: str) -> project.Project | ConfigErrors:
    try:
        return project.parse(text, PATH)
    except ConfigErrors as errors:
        return errors


def check_outcome(text: str) -> None:
    found = outcome(text)
    if isinstance(found, ConfigErrors):
        assert found.problems
        for problem in found.problems:
            assert problem.message
            assert problem.line is None or 1 <= problem.line <= text.count("\n") + 1
        return
    for name in found.experiments:
        trials = expand(found, name)
        assert len({trial.name for trial in trials}) == len(trials)
        assert all(len(trial.key) == 16 for trial in trials)


@given(toml_texts())
@settings(max_examples=150, deadline=None)
def test_any_toml(text: str) -> None:
    check_outcome("schema = 1\n" + text)


@given(toml_texts(SHAPED))
@settings(max_examples=400, deadline=None)
def test_toml_that_looks_like_experiments(text: str) -> None:
    check_outcome(text)


@st.composite
def mutants(draw: st.DrawFn) -> dict[str, Value]:
    """One of the three files with one value replaced, added or removed somewhere."""
    text = draw(st.sampled_from(FILES)).read_text()
    root: dict[str, Value] = tomli.loads(text)
    table = root
    while True:
        name = draw(st.sampled_from(sorted(table)))
        below = table[name]
        if not isinstance(below, dict) or not below or draw(st.integers(0, 3)) == 0:
            break
        table = below
    match draw(st.sampled_from(["replace", "add", "remove"])):
        case "replace":
            table[name] = draw(LIKELY)
        case "add":
            table[draw(st.sampled_from(WORDS))] = draw(LIKELY)
        case _:
            del table[name]
    return root


@given(toml_texts(mutants()))
@settings(max_examples=300, deadline=None)
def test_a_file_with_one_change(text: str) -> None:
    check_outcome(text)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    check_outcome(text)


@given(st.binary(max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigErrors) as raised:
        project.load(path)
    assert raised.value.problems


@given(st.lists(st.text("abm.=,[]{}'\"-0123456789e lr", max_size=20), max_size=3))
@settings(max_examples=300, deadline=None)
def test_any_word_of_the_command_line(words: list[str]) -> None:
    found = project.parse(
        'schema = 1\n[experiments.a]\ntask.kind = "modular"\ntrain = { steps = 9 }', PATH
    )
    try:
        trials = expand(found, "a", words)
    except MobiusError:
        return
    assert trials
