"""Leases: all or none, given back by death, and none while a child haunts the device."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mobius_core.errors import UsageError
from mobius_core.runs.capacity import capacity_of
from mobius_core.runs.gpus import Gpu, allowed_gpus, list_gpus
from mobius_core.runs.process import identify
from mobius_core.runs.resize import change_slots
from mobius_core.runs.slots import Capacity, Lease, Need, impossible, need_of, take
from tests.runs.guests import guest, until, wanting

BOOT = "boot-1"
GPUS = (Gpu(0, "GPU-aaaa"), Gpu(1, "GPU-bbbb"))
FOUR = Capacity(cpus=4)


def idle(gpu: Gpu) -> int | None:
    return 3


def take_cpus(folder: Path, count: int) -> Lease | None:
    return take(folder, FOUR, Need(count, 0), BOOT)


def test_threads_are_taken_all_or_none(tmp_path: Path) -> None:
    three = take_cpus(tmp_path, 3)
    assert three is not None
    assert three.devices == ("cpu 0-2",)
    assert take_cpus(tmp_path, 2) is None
    one = take_cpus(tmp_path, 1)
    assert one is not None
    assert one.devices == ("cpu 3",)
    three.release()
    assert take_cpus(tmp_path, 4) is None
    one.release()
    assert take_cpus(tmp_path, 4) is not None


def test_a_gpu_is_shared_only_when_each_has_a_run(tmp_path: Path) -> None:
    capacity = Capacity(cpus=1, gpus=GPUS, per_gpu=2)
    leases = [take(tmp_path, capacity, Need(1, 1), BOOT, idle) for _ in range(5)]
    assert [lease and lease.visible_gpus for lease in leases] == [
        "GPU-aaaa", "GPU-bbbb", "GPU-aaaa", "GPU-bbbb", None,
    ]  # fmt: skip
    assert leases[1] is not None
    assert leases[1].devices == ("gpu 1",)


def test_a_gpu_that_others_fill_is_left_alone(tmp_path: Path) -> None:
    capacity = Capacity(cpus=1, gpus=GPUS, used_mib=500)
    lease = take(tmp_path, capacity, Need(1, 1), BOOT, lambda gpu: 40_000 if gpu.index == 0 else 9)
    assert lease is not None
    assert lease.visible_gpus == "GPU-bbbb"
    assert take(tmp_path, capacity, Need(1, 1), BOOT, lambda gpu: 40_000) is None
    assert take(tmp_path, capacity, Need(1, 2), BOOT, idle) is None
    lease.release()
    assert take(tmp_path, capacity, Need(1, 2), BOOT, idle) is not None


def test_death_gives_a_lease_back(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from mobius_core.runs.slots import Capacity, Need, take\n"
        "lease = take(Path(sys.argv[1]), Capacity(cpus=4), Need(4, 0), 'boot-1')\n"
        "print(lease.devices, flush=True); time.sleep(60)"
    )
    argv = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "('cpu 0-3',)\n"
        assert take_cpus(tmp_path, 1) is None
        holder.kill()
    assert take_cpus(tmp_path, 4) is not None


def test_a_child_that_outlives_its_runner_keeps_the_slot(tmp_path: Path) -> None:
    capacity = Capacity(cpus=1)
    with subprocess.Popen(["sleep", "60"]) as child:
        process = identify(child.pid)
        assert process is not None
        lease = take(tmp_path, capacity, Need(1, 0), BOOT)
        assert lease is not None
        lease.name_child(process, BOOT)
        lease.release()
        assert take(tmp_path, capacity, Need(1, 0), BOOT) is None
        after_reboot = take(tmp_path, capacity, Need(1, 0), "boot-2")
        assert after_reboot is not None
        after_reboot.release()
        child.kill()
        until(lambda: take(tmp_path, capacity, Need(1, 0), BOOT), "the slot")


def test_what_a_trial_needs() -> None:
    with_gpus = Capacity(cpus=4, gpus=GPUS)
    assert need_of(guest("x"), with_gpus) == Need(1, 0)
    assert need_of(wanting(guest("x"), gpus=2, threads=3), FOUR) == Need(3, 2)
    assert need_of(wanting(guest("x"), device="cuda"), FOUR) == Need(1, 1)


@pytest.mark.parametrize(
    ("need", "key"),
    [(Need(5, 0), "resources.threads = 5"), (Need(1, 1), "resources.gpus = 1"), (Need(4, 0), "")],
)
def test_what_no_slot_can_meet_names_the_key(need: Need, key: str) -> None:
    reason = impossible(need, FOUR)
    assert (key in reason) if key else not reason


def test_gpus_are_read_from_the_driver(tmp_path: Path) -> None:
    for address, uuid in (("0000:41:00.0", "GPU-2222"), ("0000:01:00.0", "GPU-????????")):
        folder = tmp_path / address
        folder.mkdir()
        (folder / "information").write_text(f"Model: \t H200\nGPU UUID: \t {uuid}\n")
    assert list_gpus(tmp_path) == (Gpu(0, "0"), Gpu(1, "GPU-2222"))
    assert list_gpus(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("visible", "wanted", "left"),
    [(None, None, [0, 1]), ("1", None, [1]), ("GPU-aa", None, [0]), ("", None, []),
     (None, (1,), [1]), ("0", (1,), []), ("0, 1", (0, 7), [0])],
)  # fmt: skip
def test_allowed_gpus(visible: str | None, wanted: tuple[int, ...] | None, left: list[int]) -> None:
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert [gpu.index for gpu in allowed_gpus(GPUS, wanted, environment)] == left


def test_slots_change_and_the_rest_of_the_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    assert capacity_of(tmp_path).cpus == len(os.sched_getaffinity(0))
    written = '# mine\n[slots] # here\ncpus = 7 # seven\n\n[ui]\ntheme = "nord"\n'
    (tmp_path / "config.toml").write_text(written)
    change_slots(tmp_path, {"cpus": "3", "per_gpu": "2"})
    assert (tmp_path / "config.toml").read_text() == (
        '# mine\n[slots] # here\nper_gpu = 2\ncpus = 3\n\n[ui]\ntheme = "nord"\n'
    )
    assert (capacity_of(tmp_path).cpus, capacity_of(tmp_path).per_gpu) == (3, 2)


@pytest.mark.parametrize(
    "setting",
    [("cpus", "many"), ("cpus", "0,1"), ("cpus", "9" * 20), ("gpus", "x"), ("cores", "1")],
)
def test_a_wrong_setting_changes_nothing(tmp_path: Path, setting: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match=setting[0]):
        change_slots(tmp_path / "lab", dict([setting]))
    assert not (tmp_path / "lab").exists()


@pytest.mark.parametrize("content", [b"# M\xf6bius\n", b"[slots\n", b"[solts]\n"])
def test_a_file_that_is_none_of_ours_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"config\.toml:1"):
        change_slots(tmp_path, {"cpus": "1"})
    assert (tmp_path / "config.toml").read_bytes() == content
