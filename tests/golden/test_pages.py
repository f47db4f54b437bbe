"""Old URLs of pages over an old home show what they showed.

What meant nothing in them may be told and mended, and a run that they do not name may be a better one.
"""

import pytest

from tests.golden.ask import find_differences
from tests.golden.doors import NONSENSE
from tests.golden.recorded import each, list_recorded

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("found", each(list_recorded("pages")))
def test_url_shows_what_it_showed(answer, found):
    assert find_differences(forget_default_run(forget_nonsense(found)), answer(found)) == []


def forget_nonsense(found):
    """A recorded answer without the parameters that meant nothing, and without how many sentences said so."""
    nonsense = NONSENSE.get(found.asked["page"], {}).items() & found.asked["query"].items()
    query = dict(found.answer["query"].items() - nonsense)
    told = ("warnings", "errors") if nonsense else ()
    return {name: part for name, part in found.answer.items() if name not in told} | {"query": query}


def forget_default_run(told):
    """A recorded answer without the run that was shown where the URL names none."""
    shown = {name: value for name, value in told["shown"].items() if name != "run" or "run" in told["query"]}
    return told | {"shown": shown}
