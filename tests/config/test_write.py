"""`mobius new`: a copy of an experiment at the end of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobius_core.config.expand import expand
from mobius_core.config.project import parse
from mobius_core.config.write import copy_of, with_copy
from mobius_core.errors import NotFound, Refused, UsageError

FILES = Path(__file__).parent / "files"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        *((FILES / "paper.toml", name) for name in ("paper-mu", "fast-mu2", "encodings")),
        (FILES / "masks.toml", "primes"),
        *((FILES / "guests.toml", name) for name in ("guest-int2int", "guest-print")),
        (ROOT / "experiments.toml", "sparsity"),
    ],
)
def test_a_copy_is_the_same_experiment(file: Path, name: str) -> None:
    text = with_copy(file, "copy", name)
    assert text.startswith(file.read_text().rstrip())
    project = parse(text, file)
    assert list(project.experiments)[-1] == "copy"
    originals, copies = expand(project, name), expand(project, "copy")
    assert [one.key for one in copies] == [one.key for one in originals]
    assert [one.name.partition("/")[2] for one in copies] == [
        one.name.partition("/")[2] for one in originals
    ]


def test_comments_go_with_the_tables_they_are_in() -> None:
    text = '''\
schema = 1
# about x
[experiments.x]    # x itself
task.kind = "modular"
# inside x

# about arms
[ experiments . "x" . arms ]
a = {}
note = """
[experiments.x]
"""

# about y
[experiments.y]
'''
    assert (
        copy_of(text, "a.b", "x")
        == '''\
[experiments."a.b"]    # x itself
task.kind = "modular"

[ experiments . "a.b" . arms ]
a = {}
note = """
[experiments.x]
"""
'''
    )


def test_without_headers_the_source_becomes_the_base() -> None:
    text = 'schema = 1\nexperiments.x.task.kind = "modular"'
    assert copy_of(text, "y", "x") == '[experiments.y]\nbase = "x"\n'


def test_refusals() -> None:
    file = FILES / "masks.toml"
    with pytest.raises(UsageError, match="a name is letters"):
        with_copy(file, "a b", "primes")
    with pytest.raises(NotFound, match="did you mean primes"):
        with_copy(file, "new", "prime")
    with pytest.raises(Refused, match="already"):
        with_copy(file, "primes", "primes")
