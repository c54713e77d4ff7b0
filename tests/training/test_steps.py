"""Optimisers, schedules, losses, seeds and what else one step is made of."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from torch import nn

from mobius_core.config.trial import Json
from mobius_core.errors import UsageError, WorkFailed
from mobius_core.numbers.known import Known
from mobius_core.processor import cpu_flags
from mobius_core.runs.stopping import StopRequests
from mobius_core.training import checkpoint as checkpoints
from mobius_core.training import precision
from mobius_core.training.corruption import corruption, corruptions
from mobius_core.training.inputs import inputs_for
from mobius_core.training.log_line import log_line, told
from mobius_core.training.losses import cross_entropy, mse
from mobius_core.training.optimizers import adam_inverse_sqrt, adamw
from mobius_core.training.pace import is_saved
from mobius_core.training.schedules import inverse_sqrt, scheduled
from mobius_core.training.seeds import Seeds, Stream, stream
from mobius_core.training.spec import InputSpec, PinSpec, SaveSpec, TrainSpec
from mobius_core.training.tally import Tally


def test_adamw_is_the_formula() -> None:
    """Loshchilov and Hutter 2019, algorithm 2, in numpy."""
    train = TrainSpec(lr=0.05, weight_decay=0.1, betas=(0.8, 0.95), steps=9, schedule="linear")
    start = np.array([1.0, -2.0, 3.0])
    parameter = nn.Parameter(torch.tensor(start, dtype=torch.float32))
    optimizer = adamw([parameter], train, 9)
    w, m, v = start.copy(), np.zeros(3), np.zeros(3)
    for t in range(1, 10):
        gradient = np.array([0.3, -1.0, 0.01]) * t
        parameter.grad = torch.tensor(gradient, dtype=torch.float32)
        optimizer.step(t - 1)
        rate = 0.05 * (1 - (t - 1) / 9)
        m = 0.8 * m + 0.2 * gradient
        v = 0.95 * v + 0.05 * gradient**2
        w -= rate * 0.1 * w
        w -= rate * (m / (1 - 0.8**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-8)
    np.testing.assert_allclose(parameter.detach().numpy(), w, rtol=1e-5)


def test_a_parameter_without_gradient_is_left_alone() -> None:
    used, unused = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    optimizer = adamw([unused, used], TrainSpec(steps=1), 1)
    used.grad = torch.ones(2)
    optimizer.step(0)
    assert torch.equal(unused, torch.ones(2))
    assert torch.all(used < 1)


def test_schedules_warm_up_and_end() -> None:
    train = TrainSpec(lr=2.0, warmup=4, schedule="cosine", steps=104)
    rates = [scheduled(train, 104)(step) for step in range(104)]
    assert rates[:5] == [0.5, 1.0, 1.5, 2.0, 2.0]
    assert rates[54] == pytest.approx(1.0)
    assert all(late < early for early, late in itertools.pairwise(rates[4:]))
    assert 0 < rates[-1] < 1e-3 * 2
    constant = scheduled(TrainSpec(lr=2.0, steps=9), 9)
    assert {constant(step) for step in range(9)} == {2.0}


def test_the_inverse_square_root_peaks_at_the_end_of_its_warm_up() -> None:
    rate = inverse_sqrt(TrainSpec(lr=2.5e-4, warmup=4000, steps=10))
    assert rate(0) == 1e-7
    assert rate(2000) == pytest.approx(1.25e-4, rel=1e-3)
    assert rate(4000) == pytest.approx(2.5e-4)
    assert rate(16000) == pytest.approx(1.25e-4)
    with pytest.raises(UsageError, match="its own schedule"):
        adam_inverse_sqrt([], TrainSpec(schedule="linear", steps=1), 1)


def test_losses_are_nats_and_squares() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    labels = torch.tensor([0, 0])
    expected = (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(1))) / 2
    assert cross_entropy(logits, labels).item() == pytest.approx(expected)
    assert mse(logits, labels).item() == pytest.approx((1 + 0 + 1 + 1) / 4)


def test_streams_are_independent_and_can_be_pinned() -> None:
    drawn = {stream(name, seed, None) for name in get_args(Stream) for seed in range(50)}
    assert len(drawn) == 200
    assert all(0 <= value < 2**63 for value in drawn)
    assert stream("init", 3, 7) == stream("init", 4, 7) == stream("init", 7, None)
    pinned = [Seeds(seed, PinSpec(split=0)) for seed in (1, 2)]
    assert pinned[0].of("split") == pinned[1].of("split")
    assert pinned[0].of("init") != pinned[1].of("init")


def test_the_tally_weighs_batches_by_their_rows() -> None:
    tally = Tally(torch.device("cpu"))
    assert tally.take() == {}
    tally.add(torch.tensor([[9.0, 0.0]] * 3), torch.tensor([0, 0, 1]))
    tally.add(torch.tensor([[0.0, 9.0]]), torch.tensor([1]))
    small, large = math.log(1 + math.exp(-9)), math.log(1 + math.exp(9))
    assert tally.take() == pytest.approx(
        {"train_loss": (3 * small + large) / 4, "train_acc": 3 / 4}, rel=1e-5
    )
    assert tally.take() == {}


def test_saved_steps() -> None:
    def saved(save: SaveSpec, steps: int) -> list[int]:
        return list(filter(is_saved(save, steps), range(steps + 1)))

    assert saved(SaveSpec(), 100) == []
    assert saved(SaveSpec(every=30), 100) == [30, 60, 90]
    assert saved(SaveSpec(at="log", count=5), 10_000) == [1, 10, 100, 1000, 10_000]
    assert is_saved(SaveSpec(every=1), 10**12)(10**11)  # no list of them is made


def test_inputs_side_by_side() -> None:
    inputs = inputs_for(
        (InputSpec(primes=2), InputSpec(moduli=(4, 25)), InputSpec(digits=10)), 9999
    )
    assert inputs.vocabularies == (2, 3, 4, 25, 10, 10, 10, 10)
    assert inputs.known == Known((2, 3, 5), (2, 5))
    assert inputs.tokens(np.array([1234], dtype=np.uint64)).tolist() == [[0, 1, 2, 9, 1, 2, 3, 4]]
    for wrong in (InputSpec(), InputSpec(primes=3, digits=10)):
        with pytest.raises(UsageError, match="exactly one of primes, moduli and digits"):
            inputs_for((wrong,), 100)


def test_the_last_digits_tell_squares() -> None:
    """n mod 10 tells 2 and 5, the last two digits tell 4 and 25; a single digit tells no more."""
    assert inputs_for((InputSpec(digits=10),), 9).known == Known((2, 5))
    assert inputs_for((InputSpec(digits=10),), 10).known == Known((2, 5), (2, 5))
    inputs = inputs_for((InputSpec(moduli=(3,)), InputSpec(digits=10)), 9999)
    n = np.array([1236, 1250, 77, 9], dtype=np.uint64)
    tokens = inputs.tokens(n)
    believed, true = inputs.facts(tokens), inputs.known.of(n)
    assert believed.primes.tolist() == true.primes.tolist()
    assert believed.squares.tolist() == true.squares.tolist()
    tokens[0, 0] = 1  # no longer a multiple of 3, whatever the digits say
    assert inputs.facts(tokens).primes[0].tolist() == [True, False, False]


def test_corruption_replaces_what_it_names_and_nothing_else() -> None:
    vocabularies = (2, 3, 5)
    tokens = np.zeros((3000, 3), dtype=np.uint16)
    random_3 = tokens.copy()
    corruption("random:3", vocabularies)(random_3, 0)
    assert not random_3[:, [0, 2]].any()
    assert np.bincount(random_3[:, 1]) == pytest.approx([1000] * 3, abs=130)
    only_3 = tokens.copy()
    corruption("only:3", vocabularies)(only_3, 0)
    assert not only_3[:, 1].any()
    assert only_3[:, 0].any()
    assert only_3[:, 2].max() == 4
    with pytest.raises(UsageError, match="7 is not among the inputs"):
        corruption("only:7", vocabularies)
    with pytest.raises(UsageError, match="give only:2,3 or random:2,3"):
        corruption("some:2", vocabularies)


def test_corruption_that_one_of_several_arms_cannot_have_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`encodings` asks for only:2,3 of arms that see digits."""
    found = corruptions(["only:2,3", "random:2,7", "random:5"], (2, 3, 5))
    assert [one.word for one in found] == ["only:2,3", "random:5"]
    assert capsys.readouterr().out == (
        'warning: eval.corrupt "random:2,7": 7 is not among the inputs; left out\n'
    )


def test_log_lines_align() -> None:
    figures = {"train_acc": 0.98761, "train_loss": 0.0012, "test_acc": 1.0, "test_loss": 12.5}
    assert log_line(400, figures) == "step     400  train  .9876  .0012  test 1.0000 12.5000"
    assert log_line(3, {"train_loss": 0.5}) == "step       3"


def test_stop_requests_look_at_the_disk_now_and_then(tmp_path: Path) -> None:
    stop = StopRequests(tmp_path / "stop")
    assert stop.reason() is None
    (tmp_path / "stop").touch()
    stop.next_look = 0.0
    assert stop.reason() == "stopped"
    ended = StopRequests(tmp_path / "other")
    ended.remember(15, None)
    assert ended.reason() == "preempted"


def test_a_torn_or_foreign_checkpoint_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    checkpoints.save_model(path, 3, nn.Linear(2, 2))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WorkFailed, match=r"cannot read the checkpoint .*last\.pt"):
        checkpoints.read(path)
    torch.save({"something": 1}, path)
    with pytest.raises(WorkFailed, match="no checkpoint of this program"):
        checkpoints.read(path)
    path.write_bytes(whole)
    with pytest.raises(WorkFailed, match="weights only"):
        checkpoints.load(path)


def test_a_full_disk_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "last.pt"
    checkpoints.save_model(path, 1, nn.Linear(2, 2))
    before = path.read_bytes()

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(WorkFailed, match="No space left on device; free some space"):
        checkpoints.save_model(path, 2, nn.Linear(2, 2))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["last.pt"]


def test_bf16_is_taken_where_the_processor_says_so(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("processor : 0\nflags : fpu avx512_bf16\n\nprocessor : 1\nflags : fpu\n")
    old.write_text("processor : 0\nflags : fpu avx2\n")
    assert cpu_flags(new) & precision.CPU_BF16_FLAGS
    assert not cpu_flags(old) & precision.CPU_BF16_FLAGS
    assert cpu_flags(tmp_path / "none") == frozenset()
    cpu = torch.device("cpu")
    with precision.choose("bf16", cpu).autocast():
        assert nn.Linear(2, 2)(torch.ones(1, 2)).dtype == torch.bfloat16
    with precision.choose("fp32", cpu).autocast():
        assert nn.Linear(2, 2)(torch.ones(1, 2)).dtype == torch.float32


def test_the_log_says_an_evaluation_in_words() -> None:
    figures: dict[str, Json] = {
        "test_acc": 0.5, "test_loss": 1.25, "oracle_acc": 0.75, "oracle_loss": None,
        "gap": -0.25, "gap_se": 0.01,
    }  # fmt: skip
    nothing: dict[str, Json] = dict.fromkeys(figures)
    found: dict[str, Json] = {
        "classes": [
            {"value": -1, "rows": 1200, "accuracy": 0.25, "oracle_acc": None},
            {"value": 0, "rows": 0, "accuracy": None, "oracle_acc": None},
        ],
        "squarefree": {"rows": 700, **nothing, "test_acc": 1.0, "test_loss": 0.125},
        "corrupt": [{"inputs": "only:2,3", **figures}],
        "calibration": {"error": 0.0125},
    }
    assert list(told(found)) == [
        "class  -1      1,200 rows  right  .2500  oracle      -",
        "squarefree       700 rows  test 1.0000  .1250",
        "only:2,3                  test  .5000 1.2500  oracle  .7500      -  gap -25.00 ± 1.00 "
        "points",
        "calibration: expected error  .0125",
    ]
