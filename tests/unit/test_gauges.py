"""What training takes of the machine."""

import time
from itertools import pairwise

import pytest
import torch

from core.training.gauges import Gauges, read_memory_bytes
from core.training.nvml import Gpu as Real


class Gpu:
    """Draws 100 W, then 300 W, and counts its energy where it can."""

    def __init__(self, joules):
        self.joules, self.watts = iter(joules), iter([100.0, 300.0, 300.0, 300.0, 300.0])

    def read_percent(self):
        return 80.0

    def read_watts(self):
        return next(self.watts)

    def read_joules(self):
        return next(self.joules)


def test_row_21_processor_and_memory_are_read_at_most_once_a_second():
    times, computed = iter([0.0, 2.0, 2.5, 4.0]), iter([0.0, 3.0, 9.0, 4.0])
    gauges = Gauges(now=lambda: next(times), cpu_seconds=lambda: next(computed))
    assert [gauges.read()["cpu_percent"] for _ in range(3)] == [150.0, 150.0, 50.0]
    assert gauges.take_energy_wh() is None


@pytest.mark.parametrize(
    ("joules", "wh"), [([0.0, 3600.0, 7200.0], [1.0, 1.0]), ([None] * 3, [200 * 36 / 3600, 300 * 36 / 3600])]
)
def test_row_21_energy_is_the_counters_else_power_over_time(joules, wh):
    times = iter([0.0, 0.9, 36.0, 36.9, 72.0])
    gauges = Gauges(Gpu(joules), now=lambda: next(times), cpu_seconds=lambda: 0.0, gpu_memory_bytes=lambda: 7)
    told = [gauges.take_energy_wh() for _ in range(4)]
    assert (told[0], told[2]) == (None, None)  # asked within a second
    assert [told[1], told[3]] == pytest.approx(wh)


def test_row_21_a_gpus_load_memory_and_power_stand_in_the_row():
    times = iter([0.0, 2.0])
    gauges = Gauges(Gpu([0.0]), now=lambda: next(times), cpu_seconds=lambda: 0.0, gpu_memory_bytes=lambda: 7)
    read = gauges.read()
    assert read == {
        "cpu_percent": 0.0,
        "memory_bytes": read["memory_bytes"],
        "gpu_percent": 80.0,
        "gpu_memory_bytes": 7.0,
        "gpu_watts": 300.0,
    }
    assert read["memory_bytes"] == pytest.approx(read_memory_bytes(), rel=0.5)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_row_21_a_runs_energy_is_the_integral_of_its_power():
    gpu = Real(str(torch.cuda.get_device_properties(0).uuid))
    square = torch.randn(8192, 8192, device="cuda")
    began_at, before, powers = time.monotonic(), gpu.read_joules(), []
    while time.monotonic() - began_at < 10:
        square = (square @ square).clamp(-1, 1)
        torch.cuda.synchronize()
        powers.append((time.monotonic(), gpu.read_watts()))
    spent = gpu.read_joules() - before
    pairs = pairwise(powers)
    integral = sum((then - now) * (first + second) / 2 for (now, first), (then, second) in pairs)
    assert spent == pytest.approx(integral, rel=0.1)
    assert gpu.read_percent() > 50
