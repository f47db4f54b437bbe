"""The form of Train: what a person has set is kept, shown and trained, or refused with the reason."""

from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1.element_tree import ElementTree

from core.app.estimates import Estimate, Estimates
from core.backends.local.backend import LocalBackend
from tests.pages.test_pages import PAGES


@pytest.fixture
def train(open_page, monkeypatch):
    """Opens Train; what is started there waits for its turn."""
    monkeypatch.setattr(LocalBackend, "submit", lambda *_: None)
    return lambda **params: open_page("train", **params)


def read_param(at, name):
    value = at.query_params.get(name, "")
    return value[0] if isinstance(value, list) else value


def read_set(at):
    return read_param(at, "set")


def test_i04_a_value_out_of_bounds_stays_and_start_is_disabled_with_the_reason(train, explorer, tiny_id):
    at = train()
    at.number_input(key="train_epochs").set_value(99_999_999).run()
    assert at.number_input(key="train_epochs").value == 99_999_999
    assert at.button(key="train_start").disabled
    assert [error.value.replace("\\", "") for error in at.error] == [
        "It cannot start: epochs is 99999999: input should be less than or equal to 1000000"
    ]
    at.number_input(key="train_epochs").set_value(20_000).run()
    assert [error.value.replace("\\", "") for error in at.error] == [
        "It cannot start: epochs is 20000: this app allows at most 10000"
    ]
    at.number_input(key="train_epochs").set_value(30).run()
    assert not at.error and not at.button(key="train_start").disabled
    assert explorer.runs.list(tiny_id) == []


@pytest.mark.parametrize(("name", "value"), [("split", 9), ("seed", -1), ("dropout", 1.0), ("lr", 0.0), ("heads", 0)])
def test_i04_no_field_replaces_what_was_entered(train, name, value):
    at = train(preset="gat")
    at.number_input(key=f"train_{name}").set_value(value).run()
    assert at.number_input(key=f"train_{name}").value == value
    assert at.button(key="train_start").disabled
    assert [name in error.value.replace("\\", "") for error in at.error] == [True]


def test_i04_start_trains_what_the_fields_show_when_it_is_clicked(train, explorer, tiny_id):
    at = train()
    at.number_input(key="train_epochs").set_value(30)  # and in the same breath:
    at.number_input(key="train_lr").set_value(0.0204)
    at.button(key="train_start").click().run()
    assert not at.exception and not at.error
    (record,) = explorer.runs.list(tiny_id)
    config = explorer.runs.read_details(record.id).config
    assert (config["epochs"], config["lr"]) == (30, 0.0204)


def test_i04_start_refuses_what_was_entered_in_the_same_breath(train, explorer, tiny_id):
    at = train()
    at.number_input(key="train_epochs").set_value(99_999_999)
    at.button(key="train_start").click().run()
    assert explorer.runs.list(tiny_id) == [] and len(at.error) == 1


def test_i03_what_is_set_survives_a_reload(train, shown):
    at = train()
    at.number_input(key="train_epochs").set_value(30).run()
    at.number_input(key="train_lr").set_value(0.02).run()
    assert read_set(at) == "epochs=30,lr=0.02"
    again = train(set="epochs=30,lr=0.02")
    assert (again.number_input(key="train_epochs").value, again.number_input(key="train_lr").value) == (30, 0.02)
    again.number_input(key="train_epochs").set_value(300).run()  # the preset's own
    assert read_set(again) == "lr=0.02"
    again.button(key="train_reset").click().run()
    assert read_set(again) == "" and shown(again.number_input, "train_lr").value == 0.01


def test_i03_what_is_set_goes_along_to_other_pages_and_back(train, open_page):
    carried = {"preset": ["sage"], "set": ["epochs=30"]}
    for at in (train(preset="sage", set="epochs=30"), open_page("map", preset="sage", set="epochs=30")):
        links = [link.proto for link in at.get("page_link")][: len(PAGES)]
        assert [{name: parse_qs(link.query_string)[name] for name in carried} for link in links] == [carried] * len(
            PAGES
        )


def test_i03_another_preset_keeps_the_curve_and_the_fields_that_apply(train, finished_run):
    at = train(preset="gat", run=finished_run, set="epochs=30,heads=4")
    assert at.number_input(key="train_heads").value == 4
    at.button(key="train_preset_sgc").click().run()
    assert not at.exception and not at.error
    assert (read_param(at, "preset"), read_param(at, "run")) == ("sgc", finished_run)
    assert len(at.get("bidi_component")) == 1  # the curve
    assert at.number_input(key="train_epochs").value == 30
    assert "train_heads" not in [field.key for field in at.number_input]
    assert any(code.value.endswith("--preset sgc --set epochs=30") for code in at.code)
    at.button(key="train_preset_gat").click().run()
    assert at.number_input(key="train_heads").value == 4


def test_i03_nonsense_in_the_settings_is_said_and_taken_out_of_the_address(train):
    at = train(set="epochs=30,lr=high,nobody=1,jk=nope,seed=1e3,model=mlp")
    assert not at.exception and not at.error
    assert [warning.value.replace("\\", "") for warning in at.warning] == [
        "No setting can be read from 'lr=high' in the address: it is left out, set it below."
    ]
    assert read_set(at) == "epochs=30"


def test_i09_few_presets_come_first_and_all_say_their_time_and_accuracy_here(train, finished_run):
    at = train()
    folded = [expander for expander in at.expander if "more presets" in expander.label]
    first = [button.key for button in at.button if button.key.startswith("train_preset_")]
    hidden = [button.key for button in folded[0].button]
    assert [key for key in first if key not in hidden] == ["train_preset_gcn", "train_preset_best", "train_preset_sgc"]
    assert len(first) == 11
    captions = [caption.value for caption in at.caption]
    assert sum(text == "Not trained here yet." or text.startswith("Here: ") for text in captions) == 11


def test_each_preset_keeps_its_place_when_one_is_chosen(train):
    def list_places(at):
        (folded,) = [expander for expander in at.expander if "more presets" in expander.label]
        every = [button.key for button in at.button if button.key.startswith("train_preset_")]
        return folded.label, every, [button.key for button in folded.button]

    label, *places = list_places(train())
    assert label == "8 more presets"
    label, *others = list_places(train(preset="gat"))
    assert (label, others) == ("8 more presets: GAT is chosen", places)


def test_i09_a_run_that_trains_has_no_accuracy_to_tell(train, explorer, tiny_id, finished_run, monkeypatch):
    record = replace(explorer.runs.read(finished_run), variant="other", seconds_per_epoch=None)
    live = replace(record, state="running", test_acc=None)

    def find_card(records):
        monkeypatch.setattr(explorer.runs, "list", lambda *_args, **_more: records)
        told = ("Here: ", "With other settings: ", "Not trained")
        return next(text.value for text in train().caption if text.value.startswith(told))

    assert find_card([live]) == "Not trained here yet."
    assert find_card([live, record]) == "With other settings: test 50.0 %."


def test_i13_a_time_that_no_run_has_told_is_said_to_be_a_trial(train, monkeypatch):
    monkeypatch.setattr(Estimates, "estimate", lambda *_: Estimate(51.0, is_probed=True))
    captions = [caption.value for caption in train().caption]
    assert captions.count("Here: about 51 s (measured by a short trial).") == 11
    assert "GCN: it takes about 51 s (measured by a short trial)." in captions


def test_i09_start_stands_before_the_settings_which_go_row_by_row(train):
    at = train()
    order = [getattr(widget, "key", None) for widget in at.main if getattr(widget, "key", None)]
    fields = ["start", "hidden_channels", "num_layers", "dropout", "split"]
    places = [order.index(f"train_{name}") for name in fields]
    assert places == sorted(places)


def test_i03_what_the_browser_held_a_moment_ago_undoes_nothing(train, shown, monkeypatch):
    at = train()
    at.number_input(key="train_epochs").set_value(30).run()
    late = WidgetState(id=at.number_input(key="train_epochs").id, double_value=30)
    at.button(key="train_reset").click().run()
    assert shown(at.number_input, "train_epochs").value == 300
    told = ElementTree.get_widget_states

    def tell(tree):
        states = told(tree)
        states.widgets.append(late)
        return states

    monkeypatch.setattr(ElementTree, "get_widget_states", tell)
    at.run()
    assert not at.exception
    assert read_set(at) == "" and shown(at.number_input, "train_epochs").value == 300


@pytest.mark.parametrize(("entered", "reason"), [(1.5, "'epochs=1.5'"), (100_000.0, "at most 10000")])
def test_i04_no_other_number_than_the_one_entered(train, entered, reason):
    at = train()
    at.number_input(key="train_epochs").set_value(entered).run()
    assert not at.exception
    assert any(reason in told.value.replace("\\", "") for told in (*at.error, *at.warning))


def test_i03_a_field_begins_with_its_value_at_every_run(train):
    at = train(set="epochs=30")
    assert [at.run().number_input(key="train_epochs").proto.default for _ in range(2)] == [30, 30]
