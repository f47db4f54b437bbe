"""One way to name an article and a run, whichever door is asked."""

import unicodedata
from dataclasses import replace

import pytest

from core.errors import ArticleNotFoundError, RunNotFoundError
from core.graph.titles import TitleLookup
from core.runs.names import match_run

NFD = unicodedata.normalize("NFD", "Gödel numbering")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Java", [1, 3]),
        ("JAVA", [1, 3]),
        (NFD, [2]),
        ("GÖDEL  numbering ", [2]),
        ("c", [4]),
        ("C", [5]),
        ("STRASSE", [6]),
        ("ﬁle", [7]),
        ("nothing", []),
        ("", []),
    ],
)
def test_i14_exact_titles_come_before_those_of_other_form_and_case(name, found):
    titles = ["A", "Java", "Gödel numbering", "Java", "c", "C", "Straße", "File"]
    assert TitleLookup(titles).find(name) == found


def test_i14_several_equal_titles_are_told_with_their_indices(tiny_graph):
    graph = replace(tiny_graph, titles=("A", "Java", "Gödel numbering", "Java", "E", "F", "java", "5"))
    assert [graph.index_of(name) for name in (NFD, "gödel numbering", "java", "5", " 2 ")] == [2, 2, 6, 7, 2]
    with pytest.raises(ArticleNotFoundError) as caught:
        graph.index_of("Java")
    assert str(caught.value) == (
        "2 articles of Tiny are titled 'Java': give the index of the one that is meant, 1 ('Java'), 3 ('Java')"
    )
    with pytest.raises(ArticleNotFoundError, match="3 articles of Tiny are titled 'JAVA'"):
        graph.index_of("JAVA")
    for nonsense in ("9" * 5000, "x" * 6000, "-1"):
        with pytest.raises(ArticleNotFoundError) as caught:
            graph.index_of(nonsense)
        assert len(str(caught.value)) < 250


NUMBERED = ("3", "1", "2", "٠", "#7", "Linux", "6", "6")  # 3 is elsewhere, 6 twice


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("3", 0),
        (" 3 ", 0),
        (3, 3),
        ("#3", 3),
        (" #3 ", 3),
        ("#0", 0),
        ("0", 0),
        ("#7", 4),
        (7, 7),
        ("7", 7),
        ("linux", 5),
        ("#6", 6),
        ("#007", 7),
    ],
)
def test_i14_a_text_is_a_title_before_it_is_an_index(tiny_graph, name, index):
    assert replace(tiny_graph, titles=NUMBERED).index_of(name) == index


def test_i14_what_is_written_of_an_article_names_it_alone(tiny_graph):
    graph = replace(tiny_graph, titles=NUMBERED)
    keys = [graph.key_of(index) for index in range(8)]
    assert keys == ["0", "1", "2", "#3", "4", "5", "#6", "7"]
    assert [graph.index_of(key) for key in keys] == list(range(8))
    taken = replace(tiny_graph, titles=("1", "#1", "⑤", "#3", "3", "E", "F", "#5"))
    keys = [taken.key_of(index) for index in range(8)]
    assert keys == ["0", "#1", "2", "#3", "4", "#05", "6", "7"]
    assert [taken.index_of(key) for key in keys] == list(range(8))
    assert [tiny_graph.key_of(index) for index in range(8)] == list("01234567")


def test_i14_errors_of_numbers_say_what_can_be_written(tiny_graph):
    graph = replace(tiny_graph, titles=NUMBERED)
    said = "article 99 does not exist in Tiny: indices run from 0 to 7"
    for name in (99, "99", "#99", " 99"):
        with pytest.raises(ArticleNotFoundError) as caught:
            graph.index_of(name)
        assert str(caught.value) == said
    with pytest.raises(ArticleNotFoundError) as caught:
        graph.index_of("6")
    assert str(caught.value) == (
        "2 articles of Tiny are titled '6': give the index of the one that is meant, #6 ('6'), 7 ('6')"
    )


def test_i14_search_puts_first_what_a_name_means_elsewhere(explorer, tiny_id):
    assert explorer.articles.search(tiny_id, "B-TREE")[0].title == "B-tree"
    assert explorer.articles.read(tiny_id, "b-tree").index == 2


def test_i14_http_takes_a_title_where_it_takes_an_index(explorer, tiny_id):
    from starlette.testclient import TestClient

    from core.http import build_api

    client = TestClient(build_api(lambda: explorer), base_url="http://localhost")
    for name in ("2", "b-tree", "B-tree"):
        assert client.get(f"/graphs/{tiny_id}/articles/{name}").json()["index"] == 2
        assert client.get(f"/graphs/{tiny_id}/articles/{name}/neighbourhood").json()["centre"] == 2
    assert client.get(f"/graphs/{tiny_id}/articles/a%2Fb").status_code == 404


def test_i14_a_run_is_named_by_id_prefix_or_latest():
    ids = ["b-2", "b-1", "a-1"]
    assert [match_run(ref, ids, newest="b-2") for ref in ("b-1", "a", " latest ", "b-2")] == [
        "b-1",
        "a-1",
        "b-2",
        "b-2",
    ]
    with pytest.raises(RunNotFoundError, match="'b-' begins the names of 2 runs, 'b-1', 'b-2': write more"):
        match_run("b-", ids, newest="b-2")
    with pytest.raises(RunNotFoundError, match="no run 'c' in runs/; newest is 'b-2'"):
        match_run("c", ids, newest="b-2")


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("java", "give a whole title, such as 'Java SE' or 'The Java', or an index from 0 to 7"),
        ("Python", "give a title as it is written, or an index from 0 to 7"),
        ("", "give a title as it is written, or an index from 0 to 7"),
    ],
)
def test_i14_a_part_of_a_title_is_answered_with_titles_that_hold_it(tiny_graph, name, offered):
    graph = replace(tiny_graph, titles=("A", "Java SE", "B", "The Java", "C", "D", "E", "F"))
    with pytest.raises(ArticleNotFoundError) as caught:
        graph.index_of(name)
    assert str(caught.value) == f"no article of Tiny is titled {name!r}: {offered}"
