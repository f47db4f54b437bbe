"""The statistics of a graph against networkx."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from core.graph.statistics import (
    DegreeBin,
    GraphStatistics,
    SplitSizes,
    compute_degree_histogram,
    compute_homophily,
    compute_link_rates,
    compute_statistics,
)


def test_statistics_of_the_tiny_graph(tiny_graph):
    assert compute_statistics(tiny_graph) == GraphStatistics(
        num_articles=8,
        num_features=4,
        num_links=9,
        num_pairs=9,
        num_self_links=0,
        class_names=("Databases", "Operating systems"),
        class_sizes=(4, 4),
        link_rates=((4 / 16, 1 / 16), (0.0, 4 / 16)),
        degree_mean=18 / 8,
        degree_median=2.0,
        degree_max=3,
        degree_histogram=(DegreeBin(0, 0, 0), DegreeBin(1, 1, 0), DegreeBin(2, 3, 8)),
        num_unlabelled=0,
        num_isolated=0,
        homophily=pytest.approx(8 / 9),
        adjusted_homophily=pytest.approx((8 / 9 - 0.5) / 0.5),
        splits=(SplitSizes(train=2, stopping=2, val=2, test=2, unused=0),) * 2,
    )


def make_random(tiny_graph, *, seed):
    rng = np.random.default_rng(seed)
    masks = np.zeros((1, 60), dtype=bool)
    return replace(
        tiny_graph,
        x=np.ones((60, 1), dtype=np.float32),
        y=rng.integers(0, 3, 60),
        edge_index=rng.integers(0, 60, (2, 150)),
        train_masks=masks,
        val_masks=masks,
        stopping_masks=masks,
        test_mask=masks[0],
        class_names=("a", "b", "c", "nobody"),
    )


@pytest.mark.parametrize("seed", range(5))
def test_statistics_agree_with_networkx(tiny_graph, seed):
    graph = make_random(tiny_graph, seed=seed)
    net = nx.Graph()
    net.add_nodes_from((index, {"category": int(label)}) for index, label in enumerate(graph.y))
    net.add_edges_from(graph.edge_index.T.tolist())
    net.remove_edges_from(list(nx.selfloop_edges(net)))
    degrees = [degree for _, degree in net.degree]

    found = compute_statistics(graph)

    assert (found.num_pairs, found.degree_max, found.num_isolated) == (
        net.number_of_edges(),
        max(degrees),
        nx.number_of_isolates(net),
    )
    assert (found.degree_mean, found.degree_median) == pytest.approx((np.mean(degrees), np.median(degrees)))
    assert found.adjusted_homophily == pytest.approx(nx.attribute_assortativity_coefficient(net, "category"))
    assert found.class_sizes[3] == 0
    assert sum(bin.num_articles for bin in found.degree_histogram) == 60
    for bin in found.degree_histogram:
        assert bin.num_articles == sum(bin.low <= degree <= bin.high for degree in degrees)


@pytest.mark.parametrize("seed", range(3))
def test_link_rates_times_pairs_are_the_links_between_categories(tiny_graph, seed):
    graph = make_random(tiny_graph, seed=seed)
    sizes = np.bincount(graph.y, minlength=4)
    expected = np.zeros((4, 4))
    for source, target in graph.edge_index.T:
        expected[graph.y[source], graph.y[target]] += 1

    assert np.allclose(compute_link_rates(graph) * np.outer(sizes, sizes), expected)


def test_homophily_is_none_where_nothing_can_be_measured(tiny_graph):
    unlinked = replace(tiny_graph, edge_index=np.zeros((2, 0), dtype=np.int64))
    uniform = replace(tiny_graph, y=np.zeros(8, dtype=np.int64), class_names=("One",))

    assert compute_homophily(unlinked) == (None, None)
    assert compute_homophily(uniform) == (1.0, None)
    assert compute_statistics(unlinked).degree_histogram == (DegreeBin(0, 0, 8),)


def test_degree_bins_double():
    assert compute_degree_histogram(np.array([0, 1, 2, 3, 4, 7, 8, 31])) == (
        DegreeBin(0, 0, 1),
        DegreeBin(1, 1, 1),
        DegreeBin(2, 3, 2),
        DegreeBin(4, 7, 2),
        DegreeBin(8, 15, 1),
        DegreeBin(16, 31, 1),
    )
