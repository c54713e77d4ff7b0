"""What each command answers, as a script sees it: exit code, one line, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Answer
from tests.cli.typed import FILE

FINE, FAILED, USAGE, NOT_FOUND, REFUSED = 0, 1, 2, 3, 4


def experiment(lines: str) -> str:
    return f"{FILE}\n[experiments.x]\n{lines}\ntrain = {{ steps = 5 }}\n"


def data(lines: str) -> str:
    return f"{FILE}\n[data.x]\n{lines}\n"


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("--version", FINE, ""),
        ("", FINE, "no runs yet; `mobius run NAME`"),
        ("status", FINE, "no runs yet"),
        ("status --json", FINE, ""),
        ("wait", FINE, ""),
        ("resume --lost", FINE, ""),
        ("check", FINE, ""),
        ("list --json", FINE, ""),
        ("show hello --json", FINE, ""),
        ("run hello --dry-run", FINE, "would queue 1 trial"),
        ("data list --json", FINE, ""),
        ("mu 30", FINE, ""),
        ("nosuch", USAGE, "No such command 'nosuch'; `mobius --help`"),
        ("status --nosuch", USAGE, "No such option: --nosuch"),
        ("data", USAGE, "Missing command"),
        ("run", USAGE, "Missing argument"),
        ("run x=1", USAGE, "name at least one experiment"),
        ("run hello train.lr=1", USAGE, "command experiments have no table train"),
        ("run hello sseds=3", USAGE, "no key sseds"),
        ("resume", USAGE, "give RUN or --lost"),
        ("kill ''", USAGE, "an empty RUN means none"),
        ("new hello! --from hello", USAGE, "a name is letters"),
        ("mu 0", USAGE, "out of range"),
        ("mu 2^63", USAGE, "out of range"),
        ("mu --range 5 1", USAGE, "LO must not exceed HI"),
        ("oracle --target zeta --primes 5", USAGE, "zeta"),
        ("oracle --target mu --primes 5 --n 9 2", USAGE, "LO <= HI"),
        ("sparsity --mode pirme --shape 5x5", USAGE, '"pirme" is not one of none, random'),
        ("slots cpus=many", USAGE, "cpus=many"),
        ("show nosuch", NOT_FOUND, 'no experiment "nosuch"'),
        ("show helo", NOT_FOUND, "did you mean hello?"),
        ("run nosuch", NOT_FOUND, 'no experiment "nosuch"'),
        ("logs nosuch", NOT_FOUND, "nosuch"),
        ("stop nosuch", NOT_FOUND, "nosuch"),
        ("onset nosuch", NOT_FOUND, "nosuch"),
        ("data info small", NOT_FOUND, "not built; `mobius data build small`"),
        ("data info smal", NOT_FOUND, "did you mean small?"),
        ("check --file nosuch.toml", NOT_FOUND, "no such file or directory; `mobius init`"),
        ("check --file .", NOT_FOUND, "not a file"),
        ("init", REFUSED, "experiments.toml exists"),
        ("new hello --from bad", REFUSED, "hello already"),
        ("run greedy", REFUSED, "resources.threads = 1000"),
        ("run hello --home /dev/null/lab", FAILED, "Not a directory"),
    ],
)
def test_a_command(line: str, code: int, told: str, answer: Answer, tmp_path: Path) -> None:
    done = answer(line)
    assert done.code == code
    assert told in (done.told if told else done.err)
    assert list(tmp_path.iterdir()) == [tmp_path / "experiments.toml"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (data("n = [2, 100]\nrows = 0"), "data.x.rows: 0 is not an integer of at least 1"),
        (data("n = [2, 100]\nrows = -7"), "data.x.rows: -7 is not"),
        (data("n = [2, 100]\nrows = 100"), "100 distinct rows of only 99 numbers"),
        (data('n = [2, "2^63"]\nrows = 9'), "2^63 is beyond 2^63-1"),
        (
            experiment('task = { kind = "modular" }\nmodel = { mask = { mode = "pirme_only" } }'),
            "did you mean prime_only?",
        ),
        (
            experiment('task = { kind = "modular", operation = "divide", modulus = 96 }'),
            "divide needs a prime modulus, and 96 is composite",
        ),
        ("schema = 1\nx = " + "[" * 5000, "nested more than"),
        ("schema = 1\nx = " + "9" * 5000, "4300 digits"),
        ("schema = 1\n[experiments", "not TOML"),
        (b"\x7fELF\x02\x01\x01\x00", "not TOML"),
        (b"\x89PNG\r\n\x1a\n", "byte 0x89 is not UTF-8"),
        ("schema = 1\n".encode("utf-16"), "byte 0xff is not UTF-8"),
        (b"\0" * 99, "not TOML"),
    ],
)
def test_a_broken_file(text: str | bytes, told: str, answer: Answer, tmp_path: Path) -> None:
    """`run` says what `check` says, and nothing of a lab is made."""
    file = tmp_path / "experiments.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = answer("run x")
    assert done.code == USAGE
    assert told in done.told
    assert done.told.removeprefix("mobius: ") in answer("check").out
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("line", "code", "kind"),
    [
        ("show nosuch --json", NOT_FOUND, "NotFound"),
        ("status --home x --jsn --json", USAGE, "UsageError"),
        ("run greedy --json", REFUSED, "Refused"),
        ("run hello --home /dev/null/lab --json", FAILED, "WorkFailed"),
    ],
)
def test_errors_as_json_are_on_stderr(line: str, code: int, kind: str, answer: Answer) -> None:
    done = answer(line)
    assert (done.code, done.out) == (code, "")
    document = json.loads(done.told)
    assert document["schema"] == 1
    assert (document["error"]["exit_code"], document["error"]["type"]) == (code, kind)


def test_ends_of_runs(answer: Answer) -> None:
    """1 for a run that failed; 4 for what its state does not allow; status is always 0."""
    assert answer("run hello --follow").code == FINE
    assert answer("run bad --follow").code == FAILED
    assert answer("wait bad").code == FAILED
    assert answer("wait hello").code == FINE
    assert answer("status bad").code == FINE
    for line in ("stop hello", "kill hello", "resume hello", "resume bad"):
        assert (answer(line).code, line) == (REFUSED, line)
    assert answer("pin bad").code == FINE
    assert "--off" in answer("rm bad").told
    assert answer("rm hello").code == FINE
    assert answer("logs hello").code == NOT_FOUND


def test_outside_of_a_project(answer: Answer, tmp_path: Path) -> None:
    (tmp_path / "experiments.toml").unlink()
    for line in ("check", "status", "run x", "logs x", "data list", "slots"):
        done = answer(line)
        assert done.code == NOT_FOUND
        assert "`mobius init` writes a first one" in done.told
    assert answer("").code == FINE
    assert answer("init").code == FINE
    assert answer("check").code == FINE


@pytest.mark.parametrize("line", ["run hello", "data build small --here"])
def test_a_home_that_may_not_be_written(line: str, answer: Answer) -> None:
    """Nothing can be made in /proc, not even by root."""
    done = answer(f"{line} --home /proc/lab")
    assert done.code == FAILED
    assert "cannot make /proc/lab" in done.told


def test_a_file_where_nothing_may_be_written(answer: Answer) -> None:
    done = answer("init /proc")
    assert done.code == FAILED
    assert "cannot write /proc/experiments.toml" in done.told
