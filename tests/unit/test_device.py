"""The name of what this machine computes on."""

from core.backends import device


def test_processor_is_named_with_its_cores(monkeypatch):
    monkeypatch.setattr(device, "_read_gpu_name", lambda: "")
    device.describe_machine.cache_clear()
    assert device.describe_machine().endswith((" cores", " core"))
    device.describe_machine.cache_clear()


def test_gpu_is_named_by_its_own_tool(monkeypatch, tmp_path):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H100 80GB HBM3'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(device.platform, "system", lambda: "Linux")
    device.describe_machine.cache_clear()
    assert device.describe_machine() == "NVIDIA H100 80GB HBM3"
    device.describe_machine.cache_clear()
