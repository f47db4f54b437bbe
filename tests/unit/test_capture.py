"""Recorded epochs: after a warm-up, with a way back."""

import pytest
import torch

from core.training.replicas.capture import WARM_UP_CALLS, CapturedStep, side_stream


def test_warms_up_records_once_and_replays():
    calls = []

    def record(step, stream):
        calls.append(f"record on {stream}")
        return lambda: calls.append("replay")

    step = CapturedStep(lambda: calls.append("step"), "a stream", record)
    for _ in range(WARM_UP_CALLS + 2):
        step()
    assert calls == ["step"] * WARM_UP_CALLS + ["record on a stream", "replay", "replay"]
    assert step.is_recorded


def test_goes_on_as_it_is_where_recording_fails(caplog):
    calls = []

    def record(step, stream):
        calls.append("record")
        raise RuntimeError("operation not permitted when stream is capturing")

    step = CapturedStep(lambda: calls.append("step"), None, record)
    for _ in range(WARM_UP_CALLS + 3):
        step()
    assert calls == ["step"] * WARM_UP_CALLS + ["record"] + ["step"] * 3
    assert not step.is_recorded
    assert "cannot be recorded as a CUDA graph" in caplog.text


def test_no_stream_of_its_own_without_cuda():
    with side_stream("cpu") as stream:
        assert stream is None


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_replays_what_was_recorded():
    counter = torch.zeros((), device="cuda")
    with side_stream("cuda") as stream:
        step = CapturedStep(lambda: counter.add_(1), stream)
        for _ in range(WARM_UP_CALLS + 4):
            step()
    assert step.is_recorded
    assert counter.item() == WARM_UP_CALLS + 4
