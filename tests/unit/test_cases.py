"""Small inputs that once failed, which stand beside the project, through the command line as a person would type it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

CASES = Path(__file__).parents[3] / "shared" / "cases"
SECONDS = 120
ENDED = ("finished", "stopped", "failed", "crashed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not beside the project"),
]


@pytest.fixture(scope="module")
def wikics(tmp_path_factory):
    """Runs a command in a process of its own over one home; returns exit code, stdout and stderr."""
    home = tmp_path_factory.mktemp("cases") / "home"

    def run(*arguments, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=os.environ | {"WIKICS_HOME": str(home)} | environment,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr.strip()

    return run


@pytest.fixture(scope="module")
def train(wikics):
    """Trains two epochs on a case's graph; returns what the command answers."""

    def train(case, *arguments):
        graph = CASES / case
        code, out, error = wikics(
            "train", "--graph", graph, *(arguments or ("--preset", "gcn")), "--set", "epochs=2", "--json"
        )
        assert code in (0, 1), error
        return json.loads(out)

    return train


@pytest.mark.parametrize(
    ("file", "articles", "links"),
    [
        ("03-no-links/nolinks.npz", 6, 0),
        ("09-upper-case-extension/GRAPH.NPZ", 6, 5),
        ("13-scipy-csr-npz/csr.npz", 6, 5),
        ("13-scipy-csr-npz/objects.npz", 6, 5),
    ],
)
def test_i15_what_people_have_is_read(wikics, file, articles, links):
    code, out, error = wikics("graph", "--graph", CASES / file, "--json")
    statistics = json.loads(out)["statistics"]
    assert (code, statistics["num_articles"], statistics["num_links"]) == (0, articles, links), error


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("04-masks-transposed/pygmasks.npz", "expected [splits, articles], here [2, 6]; it seems transposed"),
        ("12-unlabelled-nodes/unlabelled.npz", "'test_mask' marks article 5, which has no category (-1 in 'labels')"),
        ("14-other-formats/edges.csv", "give the folder that holds nodes.csv and edges.csv"),
        ("14-other-formats/graph.json", "graph.json is JSON. What is read:"),
        ("14-other-formats/small.graphml", "small.graphml has no category"),
    ],
)
def test_i15_what_is_not_read_is_said_in_a_sentence(wikics, file, said):
    code, out, error = wikics("graph", "--graph", CASES / file)
    assert (code, out, error.count("\n")) == (1, "", 0)
    assert said in error


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("17-yaml-duplicate-key/dup.yaml", "has the key 'lr' twice, in lines 1 and 3"),
        ("20-sweep-as-config/sweep.yaml", "is a sweep (it tells method, metric, parameters)"),
    ],
)
def test_i16_a_config_that_is_none_is_refused(wikics, file, said):
    code, _, error = wikics("train", "--graph", CASES / "09-upper-case-extension/GRAPH.NPZ", "--config", CASES / file)
    assert code == 1 and said in error


def test_i14_titles_of_another_unicode_form_and_equal_ones(wikics, train):
    train("08-nfd-title/titles.npz")
    decomposed = (CASES / "08-nfd-title/nfd.txt").read_text("utf-8").strip()
    code, out, error = wikics("predict", "--run", "latest", "--article", decomposed, "--json")
    assert (code, [article["index"] for article in json.loads(out)["articles"]]) == (0, [2]), error
    train("21-duplicate-titles/titles.npz")
    code, _, error = wikics("predict", "--run", "latest", "--article", "Java")
    assert code == 1 and "1 ('Java'), 3 ('Java')" in error


def test_i16_a_failed_run_says_why_it_predicts_nothing(wikics, train):
    assert train("16-predict-of-failed-run/huge.npz", "--preset", "appnp")["state"] == "failed"
    code, _, error = wikics("predict", "--run", "latest", "--article", "0")
    assert code == 1 and "failed (the loss is no number in epoch 1: lower lr" in error


def test_i17_a_finished_run_goes_on_and_ids_are_whole(wikics, train):
    run_id = train("03-no-links/nolinks.npz", "--preset", "mlp")["id"]
    code, out, error = wikics("runs", "resume", run_id, "--set", "epochs=4", "--json")
    assert (code, json.loads(out)["id"]) == (0, run_id), error
    deadline = time.monotonic() + SECONDS
    while (run := json.loads(wikics("runs", "show", run_id, "--json")[1]))["state"] not in ENDED:
        assert time.monotonic() < deadline, run
    assert (run["state"], run["epoch"]) == ("finished", 4)
    assert run_id in wikics("runs", "list", COLUMNS="80")[1]


def test_i16_a_home_that_is_a_file(wikics, tmp_path):
    (tmp_path / "f").touch()
    code, _, error = wikics("graph", "--graph", CASES / "03-no-links/nolinks.npz", WIKICS_HOME=str(tmp_path / "f"))
    assert code == 1 and f"{tmp_path / 'f'} is a file" in error
