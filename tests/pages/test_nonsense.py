"""What means nothing in an address is answered in one short sentence and taken out of the address, on every page."""

import pytest

from tests.pages.test_pages import PAGES

pytestmark = pytest.mark.slow

LONG = "x" * 6000


def said(at):
    return [told.value.replace("\\", "") for told in (*at.warning, *at.error)]


@pytest.mark.parametrize(
    ("name", "param", "value", "sentence"),
    [
        ("train", "preset", "nope", "preset='nope' in the address means nothing here: it can be"),
        ("benchmark", "preset", "nope", "preset='nope' in the address means nothing here: it can be"),
        ("benchmark", "first", "nobody", "first='nobody' in the address means nothing here: it can be left out."),
        ("article", "article", "96", "article 96 does not exist in tiny: indices run from 0 to 7"),
        ("map", "article", "No such title", "no article of tiny is titled 'No such title'"),
        ("map", "color", "nope", "color='nope' in the address means nothing here: it can be category, degree or role."),
        ("map", "size", "nope", "size='nope' in the address means nothing here: it can be even or degree."),
        ("map", "filter", "7,x", "'7' and 1 more in the address: no category of this graph."),
        *(
            (page, "run", "nobody", "No run of this graph is called 'nobody': none has been trained yet.")
            for page in PAGES
        ),
        *((page, "graph", "nope", "No graph is called 'nope' here") for page in PAGES),
    ],
)
@pytest.mark.parametrize("is_long", [False, True], ids=["short", "6,000 characters"])
def test_i07_nonsense_is_said_and_repaired(open_page, name, param, value, sentence, is_long):
    at = open_page(name, **{param: LONG if is_long else value})
    assert not at.exception
    (told,) = said(at)
    assert len(told) < 200
    assert is_long or told.startswith(sentence)
    assert at.query_params.get(param, [""])[0] not in (value, LONG)


@pytest.mark.parametrize(
    ("name", "param", "value", "sentence"),
    [
        ("article", "hops", "99", "hops='99' in the address means nothing here: it can be 1, 2 or 3."),
        ("runs", "x", "nope", "x='nope' in the address means nothing here: it can be"),
        ("runs", "smooth", "7", "smooth='7' in the address means nothing here: it can be a weight from 0 to 0.999."),
        ("runs", "log", "yes", "log='yes' in the address means nothing here: it can be 0, 1 or symlog."),
        ("runs", "runs", "nobody", "'nobody' in the address: no run of this graph."),
        ("runs", "filter", LONG, "filter='xxxx"),
    ],
)
def test_i07_nonsense_is_said_and_repaired_where_there_is_a_run(open_page, finished_run, name, param, value, sentence):
    at = open_page(name, **({"article": 0} | {param: value}))
    assert not at.exception and not at.error
    (told,) = said(at)
    assert told.startswith(sentence) and len(told) < 200
    assert param not in at.query_params
    assert not said(at.run())  # once


def test_i07_what_is_known_stays(open_page, finished_run):
    at = open_page("runs", runs=f"{finished_run},nobody")
    assert at.query_params["runs"] in (finished_run, [finished_run])
    assert said(at) == ["'nobody' in the address: no run of this graph."]


def test_i07_a_lost_address_is_told_on_the_first_page(open_page):
    at = open_page("overview", lost="/a/<b>c")
    assert said(at) == ["There is nothing at /a/<b>c: this is the first page, the others are above."]
    assert "lost" not in at.query_params


def test_i07_nonsense_is_shown_as_it_is(open_page):
    at = open_page("train", preset="![x](http://stranger.example/a.png)")
    assert "![" not in at.warning[0].value


def test_markup_in_an_error_stays_text(open_page):
    at = open_page("article", article="![x](http://stranger.example/a.png)")
    assert "![" not in at.error[0].value
