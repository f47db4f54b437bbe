"""The measurement of packed runs, in a small form."""

import json

import pytest

from core.graph.archive import dump_arrays
from tests.bench import packed


@pytest.mark.slow
def test_row_42_packed_runs_are_measured_in_a_small_form(capsys, tmp_path, tiny_arrays):
    (tmp_path / "tiny.npz").write_bytes(dump_arrays(tiny_arrays))
    packed.main(["--graph", str(tmp_path / "tiny.npz"), "--runs", "2", "--epochs", "5", "--processes", "0"])
    found = json.loads(capsys.readouterr().out)
    assert (found["graph"], found["runs"], found["epochs"]) == ("tiny", 2, 5)
    assert found["seconds_one_after_the_other"] > 0 < found["seconds_at_once"]
    assert found["mean_test_acc_apart"] == pytest.approx(found["mean_test_acc_at_once"], abs=0.5)
