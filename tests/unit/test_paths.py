"""All shortest paths against networkx."""

from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from core.errors import ArticleNotFoundError, InvalidInputError
from core.graph.paths import Paths, compute_paths


def make_graph(tiny_graph, num_nodes, edge_index):
    return replace(
        tiny_graph,
        x=np.ones((num_nodes, 1), dtype=np.float32),
        y=np.zeros(num_nodes, dtype=np.int64),
        edge_index=np.asarray(edge_index, dtype=np.int64).reshape(2, -1),
    )


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("num_links", [60, 120, 400])
def test_paths_agree_with_networkx(tiny_graph, num_links, directed):
    rng = np.random.default_rng(num_links)
    graph = make_graph(tiny_graph, 80, rng.integers(0, 80, (2, num_links)))
    net = nx.DiGraph(graph.edge_index.T.tolist()) if directed else nx.Graph(graph.edge_index.T.tolist())
    net.add_nodes_from(range(80))
    for source, target in rng.integers(0, 80, (60, 2)).tolist():
        try:
            expected = sorted(map(tuple, nx.all_shortest_paths(net, source, target)))
        except nx.NetworkXNoPath:
            expected = []

        assert compute_paths(graph, source, target, directed=directed) == Paths(
            source=source,
            target=target,
            directed=directed,
            distance=len(expected[0]) - 1 if expected else None,
            num_paths=len(expected),
            paths=tuple(expected),
        )


def test_an_article_has_one_path_to_itself(tiny_graph):
    assert compute_paths(tiny_graph, 5, 5) == Paths(5, 5, False, 0, 1, ((5,),))


def test_direction_matters(tiny_graph):
    assert compute_paths(tiny_graph, 3, 4, directed=True).paths == ((3, 4),)
    assert compute_paths(tiny_graph, 4, 3, directed=True) == Paths(4, 3, True, None, 0, ())
    assert compute_paths(tiny_graph, 4, 3).paths == ((4, 3),)


def test_more_paths_than_are_listed_are_counted_to_the_last(tiny_graph):
    # A chain of 70 diamonds: 2 to the 70 paths, more than 64 bits hold.
    links = [
        link for at in range(0, 210, 3) for link in ((at, at + 1), (at, at + 2), (at + 1, at + 3), (at + 2, at + 3))
    ]
    graph = make_graph(tiny_graph, 211, np.array(links).T)

    found = compute_paths(graph, 0, 210, directed=True)

    assert (found.distance, found.num_paths, len(found.paths)) == (140, 2**70, 500)
    assert list(found.paths) == sorted(set(found.paths))
    assert all((step in links) for path in found.paths[::50] for step in pairwise(path))
    assert compute_paths(graph, 0, 210, limit=3).paths == found.paths[:3]


def test_unknown_articles_and_limits_are_refused(tiny_graph):
    with pytest.raises(ArticleNotFoundError, match="article 9 does not exist"):
        compute_paths(tiny_graph, 0, 9)
    with pytest.raises(InvalidInputError, match="ask for 1 to 500 paths"):
        compute_paths(tiny_graph, 0, 1, limit=501)
