"""The panel that takes in runs of other programs."""

import pytest

from core.runs.imports.events import dump_events
from pages.ui import run_imports

PAGE = """
import streamlit as st
from pages.ui import run_imports

run_imports.draw_import({graph!r})
"""


@pytest.fixture
def panel(serve_pages, explorer, tiny_id):
    from streamlit.testing.v1 import AppTest

    serve_pages(explorer)
    return AppTest.from_string(PAGE.format(graph=tiny_id), default_timeout=30).run()


def test_sent_runs_are_taken_in_and_what_was_left_out_is_named(panel, explorer, tiny_id, shown):
    whole = dump_events({0: {"accuracy/val": 0.5}}, {0: 1.6e9}, {})
    panel.checkbox[0].check().run()
    sent = [("a.csv", b"epoch,val_acc\n1,0.5\n"), ("events.out.tfevents.1", whole), ("cut.tfevents", whole[:-3])]
    shown(panel.file_uploader, "runs_import").upload(*sent[0]).run()
    assert [record.graph for record in explorer.runs.list(tiny_id)] == [tiny_id]
    assert [said.value for said in panel.success] == ["Took in 1 run."] and not panel.warning
    shown(panel.file_uploader, "runs_import").upload(*sent[2]).run()
    assert not panel.success
    assert [said.value for said in panel.warning] == [r"Left out:" "\n" r"- cut\.tfevents: it is cut off"]
    shown(panel.file_uploader, "runs_import").upload(*sent[1]).run()
    assert len(explorer.runs.list(tiny_id)) == 2


def test_of_many_left_out_the_others_are_counted(panel, shown, monkeypatch):
    monkeypatch.setattr(run_imports, "MOST_NAMED", 0)
    shown(panel.file_uploader, "runs_import").upload("<b>.csv", b"a\n1\n").run()
    assert [said.value for said in panel.warning] == ["Left out:\n- and 1 other"]


def test_who_may_not_train_sees_no_panel(make_explorer, serve_pages):
    from streamlit.testing.v1 import AppTest

    serve_pages(make_explorer(training="off"))
    at = AppTest.from_string(PAGE.format(graph="x"), default_timeout=30).run()
    assert not at.file_uploader and not at.exception
