"""The command line: one JSON document, one line for an error, exit codes 0, 1 and 2."""

import json
import socket
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from core import cli
from core.cli.config_file import load_config_file
from core.cli.console import fit_widths, parse_overrides
from core.cli.options import print_json
from core.config.train import build_config
from core.errors import ConfigError
from core.graph.archive import dump_arrays
from core.runs import files
from core.runs.environment import collect_environment
from core.runs.folder import RunFolder
from core.runs.job_states import JobStates
from core.runs.state import RunState
from core.runs.store import RunStore
from tests.rigs import InlineBackend


@pytest.fixture
def explorer(make_explorer, tmp_path):
    """Its jobs are executed in this process."""
    return make_explorer(backend=InlineBackend(tmp_path / "home"))


def test_graph_is_described(wikics, tiny_id):
    code, out, _ = wikics("graph", "--graph", tiny_id, "--json")
    assert (code, json.loads(out)["statistics"]["num_articles"]) == (0, 8)
    code, out, _ = wikics("graph", "--graph", tiny_id)
    assert code == 0 and "Operating systems" in out
    assert "8 articles, 4 features, 9 directed links in 9 linked pairs, median degree 2" in out


def test_archive_is_registered_by_its_path(wikics, tiny_id, tmp_path):
    code, out, _ = wikics("graph", "--graph", str(tmp_path / "tiny.npz"), "--json")
    assert (code, json.loads(out)["graph"]["id"]) == (0, tiny_id)


def test_i16_what_must_be_known_of_a_graph_that_nobody_named_is_said_before_it_trains(wikics, explorer, monkeypatch):
    found = replace(explorer.graphs.list()[0], notices=("This is the twin.", "WikiCS could not be had."))
    monkeypatch.setattr(explorer.graphs, "read_summary", lambda _graph_id: found)
    _, _, said = wikics("train", "--preset", "sgc", "--set", "epochs=1")
    assert said.splitlines()[:2] == list(found.notices) and f"on graph {found.id}" in said
    assert "twin" not in wikics("train", "--graph", found.id, "--set", "epochs=1", "--json")[2].replace(found.id, "")


@pytest.mark.parametrize("arguments", [["--preset", "foo"], ["--set", "learning_rate=1"]])
def test_a_typing_error_is_said_before_any_graph_is_opened(wikics, explorer, monkeypatch, arguments):
    opened = []
    monkeypatch.setattr(explorer.graphs, "load", lambda graph_id=None: opened.append(graph_id))
    for command in (("train",), ("benchmark",)):
        code, _, err = wikics(*command, *arguments)
        assert (code, err.count("\n"), opened) == (1, 1, [])


def test_a_run_that_waits_says_its_place_and_behind_what(wikics, explorer, make_run, tiny_id, storage, monkeypatch):
    trains = make_run()
    states = JobStates(storage)
    monkeypatch.setattr(JobStates, "judge", lambda _self, state, _stored: state)
    states.write(f"runs/{trains}", RunState("running", epoch=1, created_at=1e9))
    monkeypatch.setattr(InlineBackend, "submit", lambda *_: None)

    def end_what_waits(_seconds):
        for record in explorer.runs.list():
            if record.state == "pending":
                states.write(f"runs/{record.id}", RunState("stopped", created_at=2e9, ended_at=2e9))

    monkeypatch.setattr("time.sleep", end_what_waits)
    _, _, err = wikics("train", "--graph", tiny_id)
    assert f"It waits, place 1 of 1 in the queue, behind run {trains}" in err.splitlines()


def test_the_latest_run_that_predicts_is_none_that_waits(wikics, finished_run, explorer, tiny_id, monkeypatch):
    monkeypatch.setattr(InlineBackend, "submit", lambda *_: None)
    waiting = explorer.runs.submit(explorer.configs.build("gcn", {}, graph=tiny_id)).id
    code, out, err = wikics("predict", "--run", "latest", "--article", "0", "--json")
    assert (code, json.loads(out)["run"]) == (0, finished_run), err
    assert f"run {waiting} has no predictions yet" in wikics("predict", "--run", waiting, "--article", "0")[2]


def test_predict_answers_by_the_contract(wikics, finished_run):
    code, out, _ = wikics("predict", "--run", "latest", "--article", "0", "--article", "linux", "--json")
    answer = json.loads(out)
    assert (code, answer["run"]) == (0, finished_run)
    assert [row["title"] for row in answer["articles"]] == ["SQL", "Linux"]
    assert set(answer["articles"][0]) == {"index", "title", "label", "pred", "probs"}


def test_runs_are_listed_shown_exported_and_deleted(wikics, finished_run, tmp_path):
    _, out, _ = wikics("runs", "list", "--json")
    assert [run["id"] for run in json.loads(out)["runs"]] == [finished_run]
    _, out, _ = wikics("runs", "show", "latest", "--json")
    shown = json.loads(out)
    keys = {"id", "state", "preset", "graph", "test_acc", "val_acc", "epochs", "seconds_per_epoch", "folder"}
    assert keys <= set(shown) and shown["epochs"] == 3
    _, out, _ = wikics("runs", "export", finished_run, "--output", str(tmp_path / "run.zip"), "--json")
    assert f"{finished_run}/config.json" in zipfile.ZipFile(json.loads(out)["file"]).namelist()
    _, out, _ = wikics("runs", "delete", finished_run, "--json")
    assert json.loads(out) == {"deleted": finished_run}
    assert wikics("runs", "show", "latest")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["graph", "--graph", "nowhere"], "no graph 'nowhere'"),
        (["train", "--preset", "nobody"], "nobody"),
        (["train", "--set", "lr=-1"], "lr is"),
        (["train", "--set", "colour=1"], "colour"),
        (["train", "--set", "lr"], "field=value"),
        (["train", "--split", "9"], "split 9"),
        (["train", "--config", "missing.yaml"], "missing.yaml"),
        (["runs", "show", "nobody"], "no run"),
        (["predict", "--run", "latest", "--article", "x"], "no run"),
        (["benchmark", "--splits", "0-9"], "split 9"),
        (["benchmark", "--splits", "0;1"], "a range 0-19"),
        (["benchmark", "--splits", ""], "a range 0-19"),
        (["benchmark", "--splits", "1-0"], "write 0-1"),
        (["benchmark", "--set", "split=1"], "use --splits"),
        (["benchmark", "--set", "lr=-1"], "lr is"),
        (["benchmark", "--preset", "nobody"], "nobody"),
        (["benchmark", "--against", "nobody"], "nobody"),
    ],
)
def test_an_error_is_one_line(wikics, arguments, words):
    code, out, err = wikics(*arguments, "--json")
    assert (code, out) == (1, "")
    assert err.startswith("wikics: ") and words in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["train", "--nonsense"], ["nonsense"], ["predict", "--run", "latest"], ["benchmark", "--seeds", "0"]]
)
def test_wrong_usage_is_exit_code_2(wikics, arguments):
    assert wikics(*arguments)[0] == 2


def test_help_of_train_names_every_field(wikics):
    _, out, _ = wikics("train", "--help")
    assert "hidden_channels" in out and "patience" in out


@pytest.mark.slow
def test_a_job_is_executed_where_its_folder_stands(tmp_path, explorer, tiny_id, storage):
    """As a cloud does: the command alone, no queue."""
    config = explorer.configs.build("sgc", {"epochs": 2, "device": "cpu"}, graph=tiny_id)
    digest = explorer.graphs.load(tiny_id).digest
    run_id = RunStore(storage).create(config.model_dump(), collect_environment(tiny_id, digest, command=["test"]))
    command = [sys.executable, "-m", "core.cli", "job", str(tmp_path / "home" / "runs" / run_id), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["state"]) == (0, "finished"), done.stderr
    assert explorer.runs.read(run_id).epochs == 2
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (1, "")
    assert f"run {run_id} is finished: only a pending job can be executed" in again.stderr


def test_no_job_is_said(wikics, tmp_path):
    code, _, err = wikics("job", str(tmp_path / "home" / "runs" / "gcn-7"))
    assert code == 1 and "no run 'gcn-7' in runs/" in err
    code, _, err = wikics("job", "/")
    assert code == 1 and "is no address of a job: expected HOME/runs/ID" in err


def test_overrides_are_parsed_by_their_fields():
    config = build_config(parse_overrides(["lr=1e-3", "epochs=20", "residual=true", "norm=none"]))
    assert (config.lr, config.epochs, config.residual, config.norm) == (1e-3, 20, True, "none")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("lr: 0.01\nepochs: 5\nlr: 0.5\n", "has the key 'lr' twice, in lines 1 and 3"),
        ('{"lr": 0.01, "lr": 0.5}', "has the key 'lr' twice, in lines 1 and 1"),
        ("method: bayes\nmetric: {name: val_acc}\nparameters:\n  lr: {min: 1e-4, max: 1e-1}\n", "is a sweep"),
        ("lr: [0.1, 0.01]\n", "is a sweep (it tells lr)"),
        ("method: grid\n", "is a sweep (it tells method)"),
        ("sweep: {lr: [0.1]}\n", "is a sweep (it tells sweep)"),
        ("lr: {values: [0.1, 0.01]}\n", "is a sweep (it tells lr)"),
        ("title: GCN\nconfig: {lr: 0.1}\n", "as a preset has"),
    ],
)
def test_i16_config_files_that_are_ambiguous_or_another_thing_are_refused(tmp_path, content, words):
    path = tmp_path / "config.yaml"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        load_config_file(path)
    assert str(path) in str(caught.value) and words in str(caught.value)


def test_i16_a_config_file_of_fields_is_read(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("lr: 0.01\nepochs: 5\n")
    assert load_config_file(path) == {"lr": 0.01, "epochs": 5}


def test_i16_a_home_that_is_a_file_is_said(tmp_path, monkeypatch, capsys):
    (tmp_path / "f").write_text("")
    for home in (tmp_path / "f", tmp_path / "f" / "below"):
        monkeypatch.setenv("WIKICS_HOME", str(home))
        monkeypatch.setattr("sys.argv", ["wikics", "graph", "--graph", "twin"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        err = capsys.readouterr().err
        assert ended.value.code == 1 and err.count("\n") == 1
        assert f"WIKICS_HOME is {str(home)!r}, and {tmp_path / 'f'} is a file" in err


def test_i16_a_failed_run_asked_for_predictions_says_why(wikics, explorer, store, tiny_id):
    config = explorer.configs.build("gcn", {}, graph=tiny_id)
    digest = explorer.graphs.load(tiny_id).digest
    run_id = store.create(config.model_dump(), collect_environment(tiny_id, digest, command=["test"]))
    folder = RunFolder(explorer.settings.home_folder / "runs" / run_id)
    folder.write_state(RunState("failed", message="the loss is no number in epoch 1", created_at=1e9))
    code, out, err = wikics("predict", "--run", "latest", "--all")
    assert (code, out) == (1, "")
    assert f"run {run_id} failed (the loss is no number in epoch 1), so that it has no predictions" in err


def test_i14_ids_are_whole_at_any_width(wikics, finished_run, monkeypatch):
    for columns in ("20", "40", "80", "100", ""):
        monkeypatch.setenv("COLUMNS", columns)
        _, out, _ = wikics("runs", "list")
        assert finished_run in out and "…" not in out


def test_i14_what_is_piped_is_a_line_a_sentence(wikics, finished_run, explorer):
    explorer.runs.rename(finished_run, "name " * 12)
    _, out, _ = wikics("runs", "show", finished_run)
    said = f"{finished_run} ({'name ' * 11}name): finished after 3 epochs, test 50.00 %, validation "
    assert out.splitlines()[0].startswith(said)


def test_i14_other_columns_shrink():
    rows = [["20261123-142501-gcn-k3f", "a-graph-with-a-long-name-3f9a1c2e", "finished"]]
    widths = fit_widths(("run", "graph", "state"), rows, least={0: 23}, room=60)
    assert widths == [23, 19, 8] and sum(widths) + 3 * 3 + 1 == 60
    assert fit_widths(("run", "graph", "state"), rows, least={0: 23}, room=10) == [23, 5, 5]
    assert fit_widths(("run", "graph", "state"), rows, least={0: 23}, room=None) == [23, 33, 8]


def test_i15_a_path_is_what_exists_whatever_its_suffix(wikics, tmp_path, tiny_id, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("GRAPH.NPZ", "graph", "graph.data"):
        (tmp_path / name).write_bytes((tmp_path / "tiny.npz").read_bytes())
        code, out, _ = wikics("graph", "--graph", name, "--json")
        assert (code, json.loads(out)["statistics"]["num_articles"]) == (0, 8)
    code, _, err = wikics("graph", "--graph", "missing.npz")
    assert code == 1 and "missing.npz does not exist" in err


def test_i15_a_graph_without_links_is_described(wikics, tmp_path, tiny_arrays):
    arrays = tiny_arrays | {"edge_index": np.empty((2, 0), dtype=np.int64)}
    (tmp_path / "none.npz").write_bytes(dump_arrays(arrays))
    code, out, _ = wikics("graph", "--graph", str(tmp_path / "none.npz"))
    assert code == 0 and "homophily -" in out


def test_config_file_must_hold_fields(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("- 1")
    with pytest.raises(ConfigError, match="holds list"):
        load_config_file(path)


def test_busy_port_is_said(wikics):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = wikics("serve", "--port", str(taken.getsockname()[1]))
    assert code == 1 and "--port" in err


def test_train_can_ask_for_a_profile(wikics, explorer, tiny_id, monkeypatch):
    monkeypatch.setattr(InlineBackend, "submit", lambda *_: None)
    for flags, asked in (((), False), (("--profile",), True)):
        _, out, _ = wikics("train", "--graph", tiny_id, "--detach", "--json", *flags)
        folder = explorer.settings.home_folder / "runs" / json.loads(out)["id"]
        assert RunFolder(folder).profile_requested == asked
        assert "profile" not in RunFolder(folder).read_json(files.CONFIG)


def test_i01_a_run_is_renamed(wikics, finished_run):
    code, out, _ = wikics("runs", "rename", finished_run, "First [try]")
    assert code == 0 and out.startswith(f"{finished_run} (First [try]): finished")
    _, out, _ = wikics("runs", "show", finished_run, "--json")
    assert json.loads(out)["name"] == "First [try]"


def test_row_28_runs_are_labelled_from_a_shell(wikics, finished_run):
    for words in (["tag", "latest", "one", "two"], ["tag", "latest", "two", "--remove"], ["star", "latest"]):
        assert wikics("runs", *words)[0] == 0
    code, out, _ = wikics("runs", "note", "latest", "learns *slowly*", "--json")
    said = json.loads(out)
    assert (code, said["tags"], said["starred"], said["notes"]) == (0, ["one"], True, "learns *slowly*")
    assert wikics("runs", "archive", finished_run)[1].splitlines()[0].startswith(f"{finished_run} #one: finished")
    assert json.loads(wikics("runs", "list", "--json")[1]) == {"runs": []}
    assert len(json.loads(wikics("runs", "list", "--archived", "--json")[1])["runs"]) == 1
    assert wikics("runs", "archive", finished_run, "--off")[0] == 0
    assert finished_run in wikics("runs", "list")[1]
    assert wikics("runs", "tag", "latest", "a,b")[::2] == (
        1,
        "wikics: 'a,b' cannot be a tag: it holds a comma; write two tags\n",
    )


def test_row_29_runs_are_chosen_and_grouped_from_a_shell(wikics, finished_run):
    code, out, _ = wikics("runs", "list", "--where", "state=finished epochs=3", "--json")
    assert (code, [run["id"] for run in json.loads(out)["runs"]]) == (0, [finished_run])
    assert json.loads(wikics("runs", "list", "--where", "seed > 4", "--json")[1]) == {"runs": []}
    (group,) = json.loads(wikics("runs", "list", "--where", "gcn", "--group-by", "preset,split", "--json")[1])["groups"]
    assert (group["key"], group["n"], group["test_acc"]["mean"]) == ({"preset": "gcn", "split": 0}, 1, 0.5)
    assert {"mean", "std", "min", "max"} <= group["test_acc"].keys()
    assert "50.00 % (1)" in wikics("runs", "list", "--group-by", "preset")[1]
    code, _, err = wikics("runs", "list", "--where", "split >")
    assert (code, err) == (
        1,
        "wikics: character 8 of the filter: a value is expected behind '>': write a number, a word, or 'some words'\n",
    )


def test_row_12_the_value_that_is_told_is_chosen(wikics, finished_run):
    assert "100.00 %" in wikics("runs", "list")[1]  # of the kept epoch, by its predictions
    told = wikics("runs", "list", "--value", "last")[1]
    assert "last validation" in " ".join(told.split()) and "75.00 %" in told
    (group,) = json.loads(wikics("runs", "list", "--value", "best", "--group-by", "preset", "--json")[1])["groups"]
    assert group["best_val_acc"]["mean"] == group["last_val_acc"]["mean"] == 0.75
    assert wikics("runs", "list", "--value", "median")[0] == 2


def test_row_20_a_run_is_forked_from_a_shell(wikics, explorer, tiny_id):
    short = {"hidden_channels": 4, "epochs": 2, "device": "cpu"}
    parent = explorer.runs.submit(explorer.configs.build("gcn", short, graph=tiny_id))
    told = wikics("runs", "fork", parent.id, "--epoch", "2", "--set", "epochs=3", "--json")[1]
    fork = json.loads(told)
    assert (fork["parent"], fork["forked_at"], fork["epochs"], fork["state"]) == (parent.id, 2, 3, "finished")
    shown = wikics("runs", "show", fork["id"])[1]
    assert f"wikics runs fork {parent.id} --epoch 2 --set epochs=3" in shown.replace("\n", " ")
    code, _, err = wikics("runs", "fork", parent.id, "--epoch", "9")
    assert (code, err.startswith("wikics: run ")) == (1, True)


def test_runs_are_imported_and_exported_from_a_shell(wikics, finished_run, explorer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for kind, name in (
        ("csv", f"{finished_run}.csv"),
        ("json", f"{finished_run}.json"),
        ("zip", f"{finished_run}.zip"),
    ):
        assert wikics("runs", "export", "latest", "--format", kind)[0] == 0 and (tmp_path / name).is_file()
    code, out, _ = wikics("runs", "export", "latest", "--format", "tensorboard", "--output", "board", "--json")
    assert code == 0 and json.loads(out)["file"].startswith(f"board/{finished_run}/events.out.tfevents.")
    code, out, err = wikics("runs", "import", "board", f"{finished_run}.csv", "nothing", "--json")
    said = json.loads(out)
    assert (code, len(said["runs"]), err) == (0, 2, "")
    assert said["skipped"] == [{"path": "nothing", "reason": "nothing of this name is here"}]
    code, out, err = wikics("runs", "import", "nothing")
    assert (code, out) == (1, "took in 0 runs, skipped 1\n")
    assert err == "skipped nothing: nothing of this name is here\n"


@pytest.mark.parametrize("content", [{"a": [1, 0.1, None], "b": {"2": "x"}}, {"ü": "→"}, {"a": 2**70}, {"a": "\ud800"}])
def test_c05_json_is_printed_so_that_any_terminal_shows_it(content, capsys):
    print_json(content)
    printed = capsys.readouterr().out
    assert printed.isascii() and json.loads(printed) == content
    assert printed == json.dumps(content, indent=2) + "\n"
