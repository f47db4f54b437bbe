"""The model of every finished run that an older version left is loaded, and says what the run's predictions say."""

import json

import numpy as np
import pytest

from core.graph.archive import GraphOrigin, build_graph, load_arrays
from core.inference.load_model import load_model
from core.runs import files
from tests.golden.ask import FOLDER
from tests.golden.recorded import list_versions

RUNS = [
    pytest.param(path.parent, id=f"{version} {path.parent.name}")
    for version in list_versions()
    for path in sorted((FOLDER / version / "home" / "runs").glob(f"*/{files.BEST_WEIGHTS}"))
]


@pytest.mark.parametrize("folder", RUNS)
def test_logits_are_those_of_the_run(folder):
    home = folder.parents[1]

    def read(name):
        return (folder / name).read_bytes()

    graph_id = json.loads(read(files.CONFIG))["graph"]
    arrays = load_arrays(home / "graphs" / graph_id / "graph.npz")
    graph = build_graph(arrays, GraphOrigin(graph_id, "archive", graph_id, ""))
    with np.load(folder / files.PREDICTIONS) as saved:
        np.testing.assert_allclose(load_model(folder.name, read, graph).logits().numpy(), saved["logits"], atol=1e-5)
