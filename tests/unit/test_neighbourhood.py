"""Rings, links and agreement against networkx, and what is chosen when not all can be shown."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from core.errors import ArticleNotFoundError, InvalidInputError
from core.graph.neighbourhood import (
    Neighbour,
    Neighbourhood,
    compute_agreement,
    compute_neighbourhood,
    compute_neighbours,
    compute_rings,
)


def make_graph(tiny_graph, num_nodes, edge_index):
    y = np.arange(num_nodes) % 2
    return replace(
        tiny_graph, x=np.ones((num_nodes, 1), dtype=np.float32), y=y, edge_index=np.asarray(edge_index, dtype=np.int64)
    )


@pytest.fixture(params=range(4))
def random_graph(request, tiny_graph):
    net = nx.scale_free_graph(400, seed=request.param)
    return make_graph(tiny_graph, 400, np.array([(source, target) for source, target, _ in net.edges]).T)


def to_networkx(graph):
    net = nx.DiGraph(graph.edge_index.T.tolist())
    net.add_nodes_from(range(graph.num_nodes))
    net.remove_edges_from(list(nx.selfloop_edges(net)))
    return net


def test_neighbourhood_of_the_tiny_graph(tiny_graph):
    assert compute_neighbourhood(tiny_graph, 3, hops=1) == Neighbourhood(
        centre=3,
        hops=1,
        counts=(1, 3),
        articles=(3, 4, 0, 2),
        hop_of=(0, 1, 1, 1),
        num_links=3,
        links=((0, 2), (0, 1), (3, 0)),
    )


@pytest.mark.parametrize("index", [0, 7, 399])
def test_rings_are_networkx_distances(random_graph, index):
    distances = nx.single_source_shortest_path_length(to_networkx(random_graph).to_undirected(), index, cutoff=3)

    rings = compute_rings(random_graph, index, 3)

    assert [ring.tolist() for ring in rings] == [
        sorted(article for article, distance in distances.items() if distance == hop) for hop in range(4)
    ]


@pytest.mark.parametrize("hops", [1, 2, 3])
@pytest.mark.parametrize("limit", [1, 2, 20, 300])
def test_shown_articles_are_connected_within_the_limit(random_graph, hops, limit):
    net = to_networkx(random_graph)
    for index in (0, 5, 200):
        found = compute_neighbourhood(random_graph, index, hops, limit)
        shown = net.subgraph(found.articles)
        distances = nx.single_source_shortest_path_length(shown.to_undirected(), index)

        assert found.counts == tuple(len(ring) for ring in compute_rings(random_graph, index, hops))
        assert len(found.articles) == len(set(found.articles)) <= limit
        assert found.articles[0] == index
        assert dict(zip(found.articles, found.hop_of, strict=True)) == distances
        assert {(found.articles[source], found.articles[target]) for source, target in found.links} == set(shown.edges)
        assert len(found.links) == found.num_links
        assert sum(found.counts) > limit or sorted(found.articles) == sorted(
            np.concatenate(compute_rings(random_graph, index, hops))
        )
        assert found == compute_neighbourhood(random_graph, index, hops, limit)


def test_a_crowded_ring_leaves_room_for_the_next(tiny_graph):
    spokes = [(0, index) for index in range(1, 501)]
    outer = [(1 + index % 500, 501 + index) for index in range(500)]
    graph = make_graph(tiny_graph, 1001, np.array(spokes + outer).T)

    found = compute_neighbourhood(graph, 0, hops=2, limit=101)

    assert found.counts == (1, 500, 500)
    assert np.bincount(found.hop_of).tolist() == [1, 50, 50]
    assert np.bincount(compute_neighbourhood(graph, 0, hops=1, limit=101).hop_of).tolist() == [1, 100]


def test_an_almost_empty_outer_ring_leaves_its_places_to_the_first(tiny_graph):
    graph = make_graph(tiny_graph, 502, np.array([(0, index) for index in range(1, 501)] + [(7, 501)]).T)

    found = compute_neighbourhood(graph, 0, hops=3, limit=100)

    assert (found.counts, np.bincount(found.hop_of).tolist()) == ((1, 500, 1, 0), [1, 98, 1])


def test_the_most_linked_of_a_ring_are_shown_first(tiny_graph):
    links = [(0, index) for index in range(1, 8)] + [(5, 6), (6, 7), (3, 8), (3, 9)]
    graph = make_graph(tiny_graph, 10, np.array(links).T)

    # 6 has two links within the ring; 5 and 7 have one; of the others 3 has the higher degree.
    assert compute_neighbourhood(graph, 0, hops=1, limit=5).articles == (0, 6, 5, 7, 3)


def test_of_too_many_links_those_that_tie_the_picture_together_are_kept(tiny_graph):
    rng = np.random.default_rng(0)
    spokes = [(0, index) for index in range(1, 120)]
    crowd = rng.integers(1, 120, (7000, 2)).tolist()
    outer = [(rng.integers(1, 120), index) for index in range(120, 250)]
    graph = make_graph(tiny_graph, 250, np.array(spokes + crowd + outer).T)

    found = compute_neighbourhood(graph, 0, hops=2)
    shown = nx.Graph(found.links)

    assert (len(found.articles), len(found.links)) == (250, 2000)
    assert found.num_links == graph.successors.nnz
    assert len(set(found.links)) == 2000
    assert shown.degree[0] == 119
    assert nx.single_source_shortest_path_length(shown, 0) == dict(enumerate(found.hop_of))


def test_an_article_without_links_stands_alone(tiny_graph):
    graph = make_graph(tiny_graph, 3, [[0, 2], [1, 2]])

    assert compute_neighbourhood(graph, 2, hops=2) == Neighbourhood(2, 2, (1, 0, 0), (2,), (0,), 0, ())
    assert compute_neighbours(graph, 2) == ()
    assert compute_agreement(graph, 2) is None


@pytest.mark.parametrize(("hops", "limit"), [(0, 300), (4, 300), (2, 0), (2, 301)])
def test_bounds_are_said(tiny_graph, hops, limit):
    with pytest.raises(InvalidInputError, match="ask for 1 to"):
        compute_neighbourhood(tiny_graph, 0, hops, limit)


def test_unknown_articles_are_refused(tiny_graph):
    for compute in (compute_neighbourhood, compute_neighbours, compute_agreement):
        with pytest.raises(ArticleNotFoundError, match="article 8 does not exist"):
            compute(tiny_graph, 8)


def test_neighbours_with_their_direction(tiny_graph):
    both = replace(tiny_graph, edge_index=np.hstack([tiny_graph.edge_index, [[1, 3], [0, 3]]]))

    assert compute_neighbours(both, 0) == (Neighbour(3, "in"), Neighbour(1, "both"))
    assert compute_neighbours(both, 3) == (Neighbour(4, "out"), Neighbour(0, "out"), Neighbour(2, "in"))


def test_neighbours_agree_with_networkx(random_graph):
    net = to_networkx(random_graph)
    for index in range(0, 400, 17):
        found = {neighbour.index: neighbour.direction for neighbour in compute_neighbours(random_graph, index)}
        into, out = set(net.predecessors(index)), set(net.successors(index))

        assert found == {
            article: "both" if article in into & out else "in" if article in into else "out" for article in into | out
        }
        assert compute_agreement(random_graph, index) == pytest.approx(
            np.mean([article % 2 == index % 2 for article in into | out])
        )


def test_agreement_of_the_article_between_two_rings(tiny_graph):
    assert compute_agreement(tiny_graph, 3) == pytest.approx(2 / 3)
