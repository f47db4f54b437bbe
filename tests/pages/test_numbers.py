"""Numbers, uploads and formats as people meet them."""

import io

import numpy as np

from core.graph.archive import REQUIRED
from pages.ui import sources


def test_i13_shares_of_a_category_are_in_per_cent(open_page, finished_run):
    at = open_page("runs", run=finished_run)
    table = next(table for table in at.dataframe if "precision" in table.value)
    assert table.value[["precision", "recall", "f1"]].to_numpy().max() == 100
    assert '"format": "%.1f %%"' in table.proto.columns


def test_i09_the_confusion_matrix_has_a_table(open_page, finished_run):
    at = open_page("runs", run=finished_run)
    table = next(table.value for table in at.dataframe if "true" in table.value)
    assert table.columns.tolist() == ["true", "Databases", "Operating systems"]
    assert table.drop(columns="true").to_numpy().sum() == 2


def test_i13_the_format_of_a_graph_is_described_where_it_is_asked_for(open_page):
    at = open_page("overview")
    (table,) = [table.value for table in at.dataframe if "what it holds" in table.value]
    assert set(REQUIRED) <= set(table["array"])
    assert set(sources.FORMAT) == set(table["array"])


def test_i13_a_graph_is_opened_by_one_click(open_page, shown, explorer, tiny_arrays):
    file = io.BytesIO()
    np.savez(file, **tiny_arrays | {"titles": tiny_arrays["titles"][::-1]})
    at = open_page("overview")
    shown(at.file_uploader, "overview_upload").upload("mine.npz", file.getvalue()).run()
    assert not at.exception and not at.error
    assert at.title[0].value == "mine"
    shown(at.file_uploader, "overview_upload").upload("broken.npz", b"PK").run()
    assert ["broken" in told.value for told in at.error] == [True]
    kinds = [element.type for element in at]
    assert kinds.index("error") < kinds.index("file_uploader")  # in sight, whatever else is said there
    at.run()  # as after a run in the row has ended
    assert ["broken" in told.value for told in at.error] == [True]
    shown(at.file_uploader, "overview_upload").upload("good.npz", file.getvalue()).run()
    assert not at.error and at.title[0].value == "good"  # the refused file is not added to it


def test_i13_a_notice_is_no_blue_box(open_page, explorer, monkeypatch):
    from dataclasses import replace

    describe = explorer.graphs.describe

    def with_notice(graph_id):
        found = describe(graph_id)
        return replace(found, graph=replace(found.graph, notices=("Made up.",)))

    monkeypatch.setattr(explorer.graphs, "describe", with_notice)
    at = open_page("overview")
    assert not at.info and any("Made up" in text.value for text in at.caption)
