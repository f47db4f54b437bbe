"""Reports on pages: written from the runs in the charts, opened by their address, with what has changed since."""

import json

import pytest

from core.runs import files
from core.runs.reports import Panel


def texts(at):
    return [text.value.replace("\\", "") for text in (*at.caption, *at.markdown)]


def drawn(at):
    return [json.loads(element.proto.json) for element in at.get("bidi_component")]


def links(at):
    return [(link.proto.page.rpartition("/")[2], link.proto.label) for link in at.get("page_link")]


def write(at, name, text=""):
    at.text_input(key="runs_report_name").input(name)
    at.text_area(key="runs_report_text").input(text)
    at.button(key="runs_report_write").click().run()
    assert not at.exception
    return at


def test_row_31_a_report_is_written_of_the_runs_and_charts_in_view(open_page, explorer, make_run):
    first, second, other = make_run(), make_run("mlp"), make_run("sage")
    view = {"charts": "loss,lr%40metric.val_loss,gpu_percent", "x": "elapsed_seconds", "columns": "lr"}
    at = write(open_page("runs", runs=f"{first},{second}", **view), "Rates & <b>", "# Found\n\nLess is more.")
    (made,) = explorer.reports.list().reports
    report = explorer.reports.read(made.id)
    assert {run.id for run in report.runs} == {first, second} and other
    assert report.panels == (Panel("val_loss", "elapsed_seconds"), Panel("lr", "val_loss"))
    assert report.fields == ("preset", "split", "val_acc", "test_acc", "epochs", "seconds", "lr")
    assert at.title[0].value.replace("\\", "") == "Rates & <b>"  # which is open now
    assert at.query_params["report"] in (made.id, [made.id])


def test_row_31_a_report_without_a_name_is_refused_in_the_form(open_page, explorer, finished_run):
    at = write(open_page("runs"), " ")
    assert [error.value.replace("\\", "") for error in at.error] == [
        "the report has no name: give it one, by which it is found again"
    ] and not explorer.reports.list().reports


def test_row_31_an_open_report_draws_its_runs_and_says_what_changed(open_page, explorer, make_run, storage):
    first, second, gone = make_run(), make_run("mlp"), make_run("sage")
    explorer.runs.rename(first, "mine")
    text = "![x](http://elsewhere.example/x.png) <script>alert(1)</script>"
    made = explorer.reports.create(
        [first, second, gone], name="Rates", text=text, metrics=["val_acc", "lr@val_loss"], fields=["val_acc", "tags"]
    )
    at = open_page("reports", report=made.id)
    assert not at.exception and not at.warning
    storage.write(f"runs/{second}/{files.METRICS}", b"epoch,val_acc\n1,0.5\n")
    explorer.runs.delete(gone)
    at = open_page("reports", report=made.id)
    assert [told.value.replace("\\", "") for told in at.warning] == [
        f"Data changed since this was written: {second}. Deleted since: {gone}."
    ]
    assert [one.value for one in at.markdown if "elsewhere" in one.value] == ["\\" + text]
    (data,) = drawn(at)
    assert [(run["id"], run["name"], run["state"]) for run in data["runs"]] == [
        (first, "mine", "finished"),
        (second, second, "finished"),
    ]
    assert data["charts"] == [
        {
            "id": f"{metric}@{x}",
            "title": title,
            "unit": unit,
            "columns": {"value": metric},
            "x": x,
        }
        for metric, x, title, unit in (
            ("val_acc", "epoch", "Validation accuracy", "share"),
            ("lr", "metric.val_loss", "Learning rate", ""),
        )
    ]
    table = at.dataframe[0].value
    assert table["Run"].tolist() == ["mine", second, gone]
    assert table["Validation accuracy"].tolist()[0] == 100.0 and table["Data"].tolist() == [
        "as then",
        "changed since",
        "deleted since",
    ]
    assert ("runs", "These runs") in links(at)


def test_row_31_reports_are_listed_deleted_and_named_where_they_are_damaged(open_page, explorer, finished_run, storage):
    first = explorer.reports.create([finished_run], name="First").id
    storage.write("reports/noise.json", b"noise")
    at = open_page("reports")
    assert ("reports", "**First**") in links(at)
    assert "reports/noise.json is damaged" in at.warning[0].value.replace("\\", "")
    storage.delete("reports/noise.json")
    at = open_page("reports", report=first)
    at.button(key="reports_delete_now").click().run()
    assert not at.exception and "report" not in at.query_params
    assert any(text.startswith("No report yet.") for text in texts(at))


@pytest.mark.parametrize("wanted", ["nobody", "x" * 6000])
def test_row_31_an_unknown_report_is_said_and_the_others_are_listed(open_page, explorer, finished_run, wanted):
    explorer.reports.create([finished_run], name="First")
    at = open_page("reports", report=wanted)
    (told,) = [warning.value.replace("\\", "") for warning in at.warning]
    assert told.startswith(f"There is no report '{wanted[:6]}") and len(told) < 200
    assert "report" not in at.query_params and ("reports", "**First**") in links(at)


def test_row_31_who_may_not_train_reads_and_changes_nothing(serve_pages, make_explorer, make_run):
    explorer = make_explorer()
    made = explorer.reports.create([make_run()], name="First").id
    open_page = serve_pages(make_explorer(training="off"))
    at = open_page("reports", report=made)
    assert not at.exception and at.title[0].value == "First"
    assert [button.key for button in at.button if button.key.startswith("reports_delete")] == []
    assert [field.key for field in open_page("runs").text_input if field.key == "runs_report_name"] == []
