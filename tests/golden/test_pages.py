"""Old URLs of pages over an old home show what they showed."""

import pytest

from tests.golden.ask import find_differences
from tests.golden.recorded import each, list_recorded


@pytest.mark.parametrize("found", each(list_recorded("pages")))
def test_url_shows_what_it_showed(answer, found):
    assert find_differences(found.answer, answer(found)) == []
