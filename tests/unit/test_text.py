"""Text from outside reaches Markdown unread."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.text import cut_middle, duration, escape_markdown, list_names, number, quote, say_sure, write_minus

JOINER = "\u2060"


@given(st.text(alphabet=st.characters(exclude_characters=JOINER)))
def test_only_backslashes_and_joiners_are_added(text):
    assert re.sub(r"\\(.)", r"\1", escape_markdown(text), flags=re.DOTALL).replace(JOINER, "") == text


@pytest.mark.parametrize("text", [":material/home:", ":smile:", ":+1:", "a -> b", "<- <->", "a -- b", ">= <= ~="])
def test_what_streamlit_replaces_is_broken_up(text):
    shown = re.sub(r"\\(.)", r"\1", escape_markdown(text))
    assert not re.search(r":[\w/+-]+:|<-|->|--|>=|<=|~=", shown)


def test_a_colon_in_a_plain_title_stays():
    assert escape_markdown("Go: a language") == "Go\\: a language"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1500.0, "1,500"), (12.34, "12.3"), (0.0204, "0.02"), (0.00007, "0.00007"), (0, "0"), (-3.0, "-3")],
)
def test_i13_numbers_read_as_people_write_them(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0 s"), (119, "119 s"), (605, "10 min"), (7300, "2 h"), (200_000, "2 d"), (-3, "0 s")]
)
def test_i13_durations_read_as_people_say_them(seconds, shown):
    assert duration(seconds) == shown


def test_i07_what_is_quoted_is_short():
    assert quote("a" * 6000) == repr("a" * 39 + "…")
    assert list_names([1, 2, 3]) == "1, 2 or 3"
    assert list_names([1]) == "1"
    assert list_names(range(11)) == "0, 1, 2, 3, 4 or one of 6 others"


def test_nothing_is_surer_than_certain():
    values = (0.874, 0.9899, 0.99, 0.9997, 0.99994, 0.99996, 1.0, None)
    said = ["87.4 %", "99.0 %", "99.00 %", "99.97 %", "99.99 %", "> 99.99 %", "> 99.99 %", "–"]
    assert [say_sure(value) for value in values] == said


def test_of_a_long_name_both_ends_are_seen():
    assert cut_middle("gcn, lr 0.01", 12) == "gcn, lr 0.01"
    assert cut_middle("gcn, lr 0.01, seed 1", 12) == "gcn, l…seed 1"


def test_negative_points_have_a_minus_and_names_their_hyphens():
    said = "gcn -3 is worse than gcn-b by 2.50 points (95 % interval -3.10 to -1.90, over 20-odd splits)."
    assert write_minus(said) == said.replace("-3.10", "\u22123.10").replace("-1.90", "\u22121.90")
    assert write_minus("-0.50 to +0.50") == "\u22120.50 to +0.50"
