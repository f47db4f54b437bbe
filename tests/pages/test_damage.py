"""Pages over damaged files: each is drawn, and says what is damaged."""

import json

import pytest

from core.runs import files

pytestmark = pytest.mark.slow

REPORTS = (
    {"val_acc": 0.5, "test_acc": 0.5},
    {"epochs": 3, "reliability": [{}, {"lower": 0.0}], "per_category": [{}, {}], "confusion": [[1, 0], [0, 2**62]]},
    {"val_acc": 0.5, "best_epoch": "three", "reliability": [{"lower": 0.0, "upper": 1.0, "count": 1}]},
)


def say(at):
    assert not at.exception and not [error.value for error in at.error if "failed" in error.value]
    return " ".join(element.value.replace("\\", "") for kind in (at.warning, at.error, at.caption) for element in kind)


@pytest.mark.parametrize("name", [files.STATE, files.CONFIG, files.ENVIRONMENT, files.REPORT, files.METRICS])
def test_n02_a_damaged_run_is_shown_as_damaged(open_page, explorer, finished_run, storage, name):
    storage.write(f"runs/{finished_run}/{name}", b"\xff noise\n\x00\n")
    at = open_page("runs", run=finished_run)
    said = say(at)
    if name != files.METRICS:  # whose rows a report spares reading
        assert name in said and "delete" in said


@pytest.mark.parametrize("report", REPORTS)
def test_n02_half_a_report_is_shown(open_page, finished_run, storage, report):
    storage.write(f"runs/{finished_run}/{files.REPORT}", json.dumps(report).encode())
    for page in ("runs", "train", "overview", "article", "map"):
        say(open_page(page, run=finished_run))


def test_n02_damaged_predictions_do_not_fail_the_pages(open_page, finished_run, storage):
    storage.write(f"runs/{finished_run}/{files.PREDICTIONS}", b"noise")
    for page in ("overview", "map", "article", "runs"):
        say(open_page(page))


def test_n02_damaged_graphs_and_benchmarks_are_said(open_page, two_benchmarks, storage):
    storage.write(f"benchmarks/{two_benchmarks[0]}/benchmark.json", b"noise")
    storage.write("graphs/lost-1234abcd/manifest.json", b"noise")
    assert "A file cannot be read" in say(open_page("benchmark"))
    assert "lost" in say(open_page("overview"))
