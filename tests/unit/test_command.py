"""The command that trains a run once more."""

import contextlib
import json
import shlex
from dataclasses import replace

import pytest

from core import cli
from core.config.command import build_command
from core.config.presets import list_presets, load_preset
from core.config.train import build_config
from core.runs.metrics import Cursor
from pages.ui.lineage import build_nodes, describe_code, list_steps
from tests.rigs import InlineBackend
from tests.shell import open_at_shell


def test_row_27_the_command_names_what_is_not_the_presets():
    config = build_config({**load_preset("gat").values, "graph": "my graph", "split": 3, "lr": 1e-05, "seed": 7})
    assert build_command(config.model_dump()) == (
        "wikics train --graph 'my graph' --preset gat --split 3 --set seed=7 --set lr=1e-05"
    )
    assert build_command({}) == build_command({"graph": 3}) == ""
    default = list_presets()[0].name
    assert build_command({"graph": "g", "preset": "gone", "epochs": 12}) == (
        f"wikics train --graph g --preset {default} --set epochs=12"
    )


def test_row_27_code_and_lineage_are_told(explorer, finished_run):
    assert describe_code({"git": {"commit": "0123456789abcdef", "dirty": True}}) == (
        "Its code: commit 0123456789, with changes that were not committed."
    )
    assert "not known" in describe_code({"git": None})
    details = explorer.runs.read_details(finished_run)
    data, *rest = list_steps(details)
    assert data == f"data {details.graph} {details.graph_digest[:10]}"
    assert rest[:3] == ["split 0", f"run {finished_run}", "kept epoch 3, validation 100.0 %"]
    assert rest[3].startswith("calibrated at temperature") and rest[4:] == ["predictions"]


def test_row_33_lineage_goes_from_the_data_over_the_parent_to_the_predictions(explorer, finished_run):
    details = replace(explorer.runs.read_details(finished_run, diagnosed=False), parent="first", forked_at=2)
    steps = list_steps(details)
    assert steps[1:4] == ["split 0", "run first to epoch 2", f"fork {finished_run}"]
    assert steps[-1] == "predictions"


@pytest.mark.slow
def test_row_27_the_command_gives_the_same_run(make_explorer, tmp_path, monkeypatch, capsys):
    explorer = make_explorer(backend=InlineBackend(tmp_path / "home"))
    open_at_shell(monkeypatch, explorer)
    graph = explorer.graphs.list()[0].id
    changes = {"epochs": 6, "split": 1, "seed": 5, "lr": 0.03, "dropout": 0.3, "device": "cpu"}
    first = explorer.runs.submit(explorer.configs.build("sage", changes, graph=graph))
    words = shlex.split(build_command(explorer.runs.read_details(first.id).config))
    monkeypatch.setattr("sys.argv", [*words, "--json"])
    with contextlib.suppress(SystemExit):
        cli.main()
    again = json.loads(capsys.readouterr().out)
    assert again["id"] != first.id and again["variant"] == first.variant
    assert (again["val_acc"], again["test_acc"]) == (first.val_acc, first.test_acc) != (None, None)
    columns = [explorer.runs.read_metrics([(id_, Cursor())]).runs[id_].columns for id_ in (first.id, again["id"])]
    kept = ("train_loss", "stopping_loss", "val_loss", "val_acc")
    assert [columns[0][name] for name in kept] == [columns[1][name] for name in kept]


def test_row_33_each_part_of_the_lineage_leads_to_what_it_stands_for(explorer, tiny_id, finished_run):
    details = explorer.runs.read_details(finished_run, diagnosed=False)
    details = replace(details, parent="first", forked_at=2, version=3, aliases=("production",), generation=1)
    assert [(node.sentence, node.page, dict(node.params)) for node in build_nodes(details)] == [
        (f"data {tiny_id} {details.graph_digest[:10]}", "overview.py", {"graph": tiny_id}),
        ("split 0", "", {}),
        ("run first to epoch 2", "runs.py", {"graph": tiny_id, "run": "first"}),
        (f"fork {finished_run}, resumed once", "", {}),
        ("kept epoch 3, validation 100.0 %", "", {}),
        (f"calibrated at temperature {details.report.temperature:.3g}", "", {}),
        ("model v3, in production", "runs.py", {"graph": tiny_id, "filter": "version >= 0"}),
        ("predictions", "map.py", {"graph": tiny_id, "run": finished_run, "color": "correct"}),
    ]
    assert build_nodes(details, has_parent=False)[2].page == ""
