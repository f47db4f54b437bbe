"""Requests that left the browser before it knew what the parameters have become."""

from tests.pages.test_pages import list_page_links
from tests.pages.test_train_form import read_param


def tell(at, params):
    """The browser's address, as its next request tells it."""
    at.query_params.clear()
    at.query_params.update(params)


def test_a_value_is_kept_by_a_request_that_left_before_it_was_in_the_url(open_page, shown):
    at = open_page("train")
    before = dict(at.query_params)
    at.number_input(key="train_epochs").set_value(31).run()
    tell(at, before)
    at.button(key="train_preset_sgc").click().run()
    assert (read_param(at, "set"), read_param(at, "preset")) == ("epochs=31", "sgc")
    tell(at, before)
    shown(at.number_input, "train_lr").set_value(0.5).run()
    assert (read_param(at, "set"), read_param(at, "preset")) == ("epochs=31,lr=0.5", "sgc")
    assert shown(at.number_input, "train_epochs").value == 31


def test_two_values_of_one_moment_are_both_kept(open_page):
    at = open_page("train")
    at.number_input(key="train_epochs").set_value(31)
    at.number_input(key="train_lr").set_value(0.5).run()
    assert sorted(read_param(at, "set").split(",")) == ["epochs=31", "lr=0.5"]


def test_who_has_been_told_may_go_back(open_page, shown):
    at = open_page("train")
    before, own = dict(at.query_params), at.number_input(key="train_epochs").value
    at.number_input(key="train_epochs").set_value(31).run()
    at.run()  # the browser tells what it has become
    tell(at, before)
    at.run()
    assert read_param(at, "set") == ""
    assert shown(at.number_input, "train_epochs").value == own


def test_another_page_with_the_same_parameters_is_no_late_request(open_page):
    at = open_page("train")
    before = dict(at.query_params)
    at.number_input(key="train_epochs").set_value(31).run()
    tell(at, before)
    at.switch_page("benchmark.py").run()
    assert read_param(at, "set") == ""
    assert all("set" not in told for _label, told in list_page_links(at, "train"))
