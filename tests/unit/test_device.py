"""The name of what this machine computes on."""

import pytest

from core.backends import device


@pytest.fixture(autouse=True)
def forget():
    """What is found is kept for the process: each test looks anew."""

    def clear():
        device.describe_machine.cache_clear()
        device._read_gpu_names.cache_clear()

    clear()
    yield
    clear()


def test_processor_is_named_with_its_cores(monkeypatch):
    monkeypatch.setattr(device.shutil, "which", lambda _name: None)
    monkeypatch.setattr(device.platform, "system", lambda: "Linux")
    assert device.describe_machine().endswith((" cores", " core"))
    assert device.count_gpus() == 0


def test_gpu_is_named_by_its_own_tool(monkeypatch, tmp_path):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H100 80GB HBM3'\necho 'NVIDIA L4'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(device.platform, "system", lambda: "Linux")
    assert device.describe_machine() == "NVIDIA H100 80GB HBM3"
    assert device.count_gpus() == 2
