"""Other people's logs: each format line by line, torn lines and restarts among them."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.metrics.onset import Onset
from mobius_core.metrics.parse import parser_for
from mobius_core.metrics.parser import Parser, Row
from mobius_core.metrics.summary import Summary

STAMP = "INFO - 01/02/30 03:04:05 - 1 day, 0:00:07 - "
INT2INT = f"""\
a line before the logger exists
{STAMP}============ Initialized logger ============
{STAMP}GRU: False
                                     batch_size: 32
                                     data_types: int[200]:range(-1,2)
                                     epoch_size: 50000
{STAMP}Number of parameters (encoder): 123
{STAMP}    200 -  512.30 equations/s - 206000.00 words/s - ARITHMETIC:  0.4811 - LR: 1.2500e-05
{STAMP}Memory allocated:  170.00MB, reserved: 1900.00MB
{STAMP}============ End of epoch 0 ============
{STAMP}7011/10000 (70.11%) equations were evaluated correctly.
{STAMP}0: 2400 / 3900 (61.54%)
{STAMP}__log__:{{"epoch": 0, "valid_arithmetic_xe_loss": 0.53, "valid_arithmetic_acc": 70.11}}
{STAMP}__log__:{{"epoch": 0, "valid_arithmetic_acc_0": 61.5}}
{STAMP}__log__:{{"epoch": 1, "valid_arithmetic_xe_loss": NaN, "valid_ari
WARNING - 01/02/30 03:04:05 - 0:00:00 - NaN detected
{STAMP}    400 -  512.30 equations/s - 206000.00 words/s - ARITHMETIC:      nan - LR: 2.5000e-05
"""


def parser(log: str, *patterns: str, is_file: bool = False) -> Parser:
    found = parser_for(log, list(patterns), is_file)
    assert found is not None
    return found


def parse(found: Parser, text: str) -> list[Row]:
    return [row for line in text.splitlines() for row in found.rows(line)]


@pytest.mark.parametrize("log", ["int2int", "auto"])
def test_int2int(log: str) -> None:
    first, evaluation, by_class, last = parse(parser(log), INT2INT)
    # The loss averages over the answer and the end of sequence.
    assert first == {"step": 200, "lr": 1.25e-5, "train_loss": pytest.approx(0.9622)}
    assert evaluation.pop("step") == math.ceil(50000 / 32)
    assert evaluation == {
        "epoch": 0,
        "test_loss": 0.53,
        "test_acc": pytest.approx(0.7011),
    }
    assert by_class == {"step": 1563, "epoch": 0, "test_acc_0": pytest.approx(0.615)}
    assert math.isnan(last["train_loss"])


def test_int2int_with_longer_answers_keeps_its_loss_per_token() -> None:
    text = INT2INT.replace("range(-1,2)", "int[3]")
    assert parse(parser("int2int"), text)[0]["token_loss"] == 0.4811


def test_int2int_without_its_settings_takes_the_last_step_seen() -> None:
    lines = INT2INT.split("\n")
    assert parse(parser("int2int"), "\n".join(lines[6:]))[1]["step"] == 200


def test_json_lines() -> None:
    text = (
        'hello\n{"step": 1, "train": {"acc": 0.5}, "ok": true, "name": "x"}\n{"step": 2, "lo\n[1]\n'
    )
    assert parse(parser("jsonl"), text) == [{"step": 1, "train/acc": 0.5}]
    (row,) = parse(parser("auto"), '{"a": NaN, "b": -Infinity}')
    assert math.isnan(row["a"])
    assert row["b"] == -math.inf


def test_columns() -> None:
    found = parser("csv")
    text = 'epoch;"test acc";name\n1;93.5%;x\n2;0.9\n3;0.95;y\nstep;acc\n1;0.1\n'
    assert parse(found, text) == [
        {"epoch": 1, "test acc": pytest.approx(0.935)},
        {"epoch": 3, "test acc": 0.95},
        {"step": 1, "acc": 0.1},
    ]
    assert parse(parser("auto", is_file=True), "a,b\n1,2\n") == [{"a": 1, "b": 2}]
    assert parse(parser("auto"), "a,b\n1,2\n") == []


def test_patterns() -> None:
    found = parser(
        "regex",
        r"Epoch (?P<step>\d+): Train Loss: (?P<train_loss>\S+), Test Acc: (?P<test_acc>\S+)",
        r"lr=(?P<lr>\S+)",
    )
    text = "Epoch 3: Train Loss: 1e-3, Test Acc: 99.5%, lr=oops\nEpoch 4: Train Lo\nx lr=.5,\n"
    assert parse(found, text) == [
        {"step": 3, "train_loss": 1e-3, "test_acc": pytest.approx(0.995)},
        {"lr": 0.5},
    ]


def test_none_and_nonsense() -> None:
    assert parser_for("none", [], False) is None
    with pytest.raises(ValueError, match="tensorboard"):
        parser_for("tensorboard", [], False)


@given(text=st.text(), log=st.sampled_from(["auto", "int2int", "jsonl", "csv"]))
def test_no_text_breaks_a_parser(text: str, log: str) -> None:
    for row in parse(parser(log, is_file=True), text):
        assert all(isinstance(value, float | int) for value in row.values())


@given(
    st.dictionaries(
        st.text(min_size=1), st.floats(allow_nan=False) | st.integers(-(2**60), 2**60), min_size=1
    )
)
def test_json_lines_agree_with_json(document: dict[str, float]) -> None:
    assert parse(parser("jsonl"), json.dumps(document)) == [
        {name: float(value) for name, value in document.items()}
    ]


def test_onset_where_both_accuracies_come_one_by_one() -> None:
    summary = Summary(Onset(0.9, 20))
    for step, train, test in [(10, 0.95, 0.1), (20, 1.0, 0.2), (50, 1.0, 0.95), (80, 1.0, 0.99)]:
        summary.add(step, {"train_acc": train})
        summary.add(step, {"test_acc": test})
    result = summary.result()
    assert (result["step"], result["test_acc"]) == (80, 0.99)
    assert result["best"] == {"step": 80, "test_acc": 0.99}
    onset = result["onset"]
    assert isinstance(onset, dict)
    assert (onset["class"], onset["memorised"], onset["generalised"]) == ("grokked", 10, 50)
    assert "onset" not in Summary(Onset(0.9, 20)).result()
