"""The page that compares runs: its verdict, what differs, articles that changed, and the ways to it."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs import files
from pages.ui import compared
from tests.pages.test_pages import find_picture, list_page_links

NUMBER = "[+\u2212]?[0-9][0-9,.]*"


@pytest.fixture
def two_runs(make_run):
    return make_run(wrong=(3,)), make_run(wrong=(7,), lr=0.05, created_at=2e9)


def read_tables(at):
    return [table.value.to_dict("list") for table in at.table]


def test_row_14_the_page_says_what_differs_and_admits_that_nothing_can_be_told(open_page, two_runs, tiny_id):
    first, second = two_runs
    at = open_page("compare", runs=f"{first},{second}")
    assert not at.exception and not at.error
    verdict = next(text.value for text in at.markdown if "told apart" in text.value)
    assert "cannot be told apart: +0.00 points" in verdict.replace("\\", "")
    _, metrics, differs = read_tables(at)
    names = [name for name in metrics if name != "metric"]
    assert [name.replace("\\", "") for name in names] == [first, second]
    assert dict(zip(metrics["metric"], metrics[names[1]], strict=True))["Test accuracy"] == "50.0 %"
    assert differs == {"field": ["Config lr"], names[0]: ["0\\.01"], names[1]: ["0\\.05"]}
    data = find_picture(at, "articles")
    assert [(hit["title"], hit["before"], hit["predicted"]) for hit in data["articles"]] == [("Index", 1, 0)]
    params = {"graph": tiny_id, "run": second, "only": f"fixed:{first}", "color": "pred"}
    assert ("Show on the map", params) in list_page_links(at, "map")


def read_colors(at):
    return {run["id"]: run["color"] for run in find_picture(at, "charts")["runs"]}


def test_a_run_has_the_colour_that_it_has_on_runs(open_page, two_runs, make_run):
    first, second = two_runs
    third = make_run("mlp", created_at=3e9)
    on_runs = read_colors(open_page("runs", runs=f"{first},{second},{third}"))
    assert len(set(on_runs.values())) == 3
    assert read_colors(open_page("compare", runs=f"{first},{second},{third}")) == on_runs
    assert read_colors(open_page("compare", runs=f"{second},{third},{first}", second=first)) == on_runs


def test_a_run_that_was_stopped_is_said_to_be(open_page, two_runs, storage, explorer):
    whole, stopped = two_runs
    stored = json.loads(storage.read(f"runs/{stopped}/{files.STATE}"))
    storage.write(f"runs/{stopped}/{files.STATE}", json.dumps(stored | {"state": "stopped"}).encode())
    record = explorer.runs.read(stopped)
    at = open_page("compare", runs=f"{whole},{stopped}")
    assert not at.exception
    said = [text.value.replace("\\", "") for text in at.caption if "cut short" in text.value]
    trained = f"{record.epochs} of at most {record.max_epochs} epochs"
    expected = f"{stopped} was stopped after {trained}: its numbers are of a training that was cut short."
    assert record.epochs and said == [expected]
    names = [name.replace("\\", "") for name in read_tables(at)[1] if name != "metric"]
    assert names == [whole, f"{stopped} (stopped)"]


def test_i02_metrics_of_a_run_that_trains_are_read_anew(open_page, two_runs, storage, explorer):
    first, second = two_runs
    stored = json.loads(storage.read(f"runs/{second}/{files.STATE}"))
    storage.write(f"runs/{second}/{files.STATE}", json.dumps(stored | {"state": "pending"}).encode())
    at = open_page("compare", runs=f"{first},{second}")
    assert not at.exception and any("has not ended" in text.value for text in at.markdown)
    metrics = next(table for table in read_tables(at) if "metric" in table)
    names = [name for name in metrics if name != "metric"]
    row = dict(zip(metrics["metric"], metrics[names[1]], strict=True))
    assert row["Test accuracy"] == "–"
    assert explorer.comparisons.read_metrics([first, second])["test_acc"] == [0.5, None]


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("val_acc", [0.789, 0.729], ["78.9 %", "72.9 % :red[\u22126.0]"]),
        ("ece", [0.067, 0.065], ["6.7 %", "6.5 % :green[\u22120.2]"]),
        ("best_epoch", [34, 20], ["34", "20 :gray[\u221214]"]),
        ("num_parameters", [3589, 556037], ["3,589", "556,037 :gray[+552,448]"]),
        ("test_acc", [0.5, 0.5], ["50.0 %", "50.0 %"]),
        ("test_acc", [0.5, None], ["50.0 %", "–"]),
        ("test_acc", [None, 0.5], ["–", "50.0 %"]),
        ("test_acc", [None, float("nan")], ["–", "–"]),
        ("test_acc", [0.46814, 0.46454], ["46.81 %", "46.45 % :red[\u22120.36]"]),
        ("test_acc", [0.46809, 0.46454], ["46.809 %", "46.454 % :red[\u22120.355]"]),
        ("seconds_per_epoch", [0.0061, 0.0052], ["0.006", "0.005 :green[\u22120.001]"]),
        ("seconds", [40.0, 41.26], ["40.0", "41.3 :red[+1.3]"]),
        ("cost", [0.0, 0.04], ["0.00", "0.04 :red[+0.04]"]),
    ],
)
def test_i13_a_difference_has_the_decimals_of_its_number(name, values, said):
    assert compared.say_metric(name, values) == said


@given(st.lists(st.floats(0, 1), min_size=2, max_size=10))
def test_a_difference_is_that_of_the_numbers_beside_it(values):
    first, *others = (
        [Decimal(word.strip("[]%+").replace("\u2212", "-").replace(",", "")) for word in re.findall(NUMBER, said)]
        for said in compared.say_metric("test_acc", values)
    )
    for other in others:
        assert sum(other[1:]) == other[0] - first[0]


@pytest.mark.slow
def test_row_14_one_steps_through_differences_and_the_url_keeps_the_step(open_page, two_runs, make_run):
    third = make_run("mlp", created_at=3e9)
    at = open_page("compare", runs=",".join([*two_runs, third]), changed="broken", second=third)
    assert find_picture(at, "before")["before"] == "First"
    numbers = [caption.value for caption in at.caption if " of " in caption.value and len(caption.value) < 10]
    assert numbers == ["1 of 4"]
    assert [(button.label, button.disabled) for button in at.button[-2:]] == [("Previous", True), ("Next", False)]
    at.button(key="compare_next").click().run()
    assert at.query_params["at"] == ["2"] or at.query_params["at"] == "2"
    at.toggle(key="compare_alike").set_value(True).run()
    assert "Config epochs" in read_tables(at)[2]["field"] and at.query_params["alike"] in ("1", ["1"])


@pytest.mark.slow
def test_row_14_too_few_runs_are_no_comparison(open_page, two_runs):
    first, second = two_runs
    at = open_page("compare", runs=f"nobody,{second}")
    assert ["nobody" in warning.value for warning in at.warning] == [True]
    at.button(key="compare_newest").click().run()
    assert at.query_params["runs"] in (f"{second},{first}", [f"{second},{first}"])
    assert not at.exception and len(at.table) == 3


@pytest.mark.slow
def test_row_14_the_ways_to_the_page(open_page, two_runs, tiny_id):
    at = open_page("runs", run=two_runs[1])
    links = dict(list_page_links(at, "compare"))
    assert links["Compare these 2 runs"]["runs"] == ",".join(two_runs)
    at.selectbox(key=f"runs_compare_with_{two_runs[1]}").set_value(two_runs[0]).run()
    assert not at.exception
    drawn = [json.loads(element.proto.json) for element in at.get("bidi_component")]
    assert [run["id"] for data in drawn for run in data.get("runs", [])] == list(two_runs)
