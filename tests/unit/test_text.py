"""Text from outside reaches Markdown unread."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.text import escape_markdown

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
