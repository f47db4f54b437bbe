"""Memory that was needed for a moment goes back to the system."""

import sys

import numpy as np
import psutil
import pytest

from core.monitoring.memory import give_memory_back


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc keeps freed memory so")
def test_n06_memory_of_a_storm_is_given_back():
    many = [np.ones(12_000, dtype=np.uint8) for _ in range(4_000)]  # each too small to be a mapping of its own
    keep = many[::1000]
    held = psutil.Process().memory_info().rss
    del many
    assert give_memory_back() is False
    assert held - psutil.Process().memory_info().rss > 30 << 20
    assert len(keep) == 4
