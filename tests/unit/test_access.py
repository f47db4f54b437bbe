"""Who may train: the token alone opens, and an app without one knows none."""

import pytest

from core.app.access import Access
from core.settings import Secret


@pytest.mark.parametrize("token", ["", "secre", "secret ", "sécret"])
def test_only_the_token_is_known(token):
    assert Access("token", Secret("secret")).knows("secret")
    assert not Access("token", Secret("secret")).knows(token)


@pytest.mark.parametrize("own", [None, Secret("")])
def test_without_a_token_none_is_known(own):
    assert not Access("open", own).knows("") and not Access("open", own).knows("secret")


def test_n03_a_token_need_not_be_text_and_spaces_around_it_are_no_part_of_it():
    odd = Access("token", Secret(" \udcff "))
    assert odd.knows("\udcff") and not odd.knows("\udcfe") and not odd.knows(" \udcff ")
