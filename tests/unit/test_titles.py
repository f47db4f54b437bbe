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
    assert [graph.index_of(name) for name in (NFD, "gödel numbering", "java", "5", " 2 ")] == [2, 2, 6, 5, 2]
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
