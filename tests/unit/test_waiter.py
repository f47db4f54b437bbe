import subprocess
import sys


def test_a_waiting_process_is_light():
    """Many may wait at once: nothing heavy is loaded before a run's turn comes."""
    code = "import sys, core.backends.local.waiter; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"torch", "numpy", "scipy", "pydantic", "lightning", "streamlit"} & set(loaded) == set()
