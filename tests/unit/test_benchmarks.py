"""The store of benchmarks: which config is which, what a damaged file means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BenchmarkNotFoundError
from core.runs.benchmarks import BenchmarkStore, pack_correct
from core.storage.local import LocalStorage
from tests.rigs import make_result

CONFIG = {"preset": "gcn", "graph": "tiny", "split": 0, "seed": 0, "device": "auto", "lr": 0.01, "epochs": 5}


@pytest.fixture
def store(tmp_path):
    return BenchmarkStore(LocalStorage(tmp_path), now=lambda: 1e9)


@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_articles_survive_packing(flags):
    assert make_result(correct=flags).correct.tolist() == flags


def test_packed_bits_are_as_documented():
    assert pack_correct(np.array([True, False, False, False, False, False, False, True, True])) == "gYA="


def test_same_config_is_the_same_benchmark_whatever_the_split_seed_and_device(store):
    first = store.open(CONFIG, graph_digest="d1")
    assert store.open(CONFIG | {"split": 3, "seed": 2, "device": "cpu"}, graph_digest="d1") == first
    others = [
        store.open(CONFIG | {"lr": 0.02}, graph_digest="d1"),
        store.open(CONFIG | {"preset": "sage"}, graph_digest="d1"),
        store.open(CONFIG, graph_digest="d2"),
    ]
    assert len({first.id, *(other.id for other in others)}) == 4
    assert {benchmark.id for benchmark in store.list("d1")} == {first.id, others[0].id, others[1].id}
    assert first.config == {"lr": 0.01, "epochs": 5}


def test_a_field_that_is_new_does_not_part_a_benchmark_from_its_results(store):
    old = store.open(CONFIG, graph_digest="d1")
    new = CONFIG | {"edge_dropout": 0.0}
    assert store.open(new, graph_digest="d1", defaults={"edge_dropout": 0.0}) == old
    assert store.open(new | {"edge_dropout": 0.3}, graph_digest="d1", defaults={"edge_dropout": 0.0}) != old


def test_results_come_back_in_order(store):
    benchmark = store.open(CONFIG, graph_digest="d1")
    results = [make_result(split, seed) for split in (0, 2, 11) for seed in (0, 1)]
    for result in reversed(results):
        store.save_result(benchmark.id, result)
    assert store.read_results(benchmark.id) == results
    assert store.has_result(benchmark.id, 11, 1) and not store.has_result(benchmark.id, 1, 0)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"split": 0}', None])
def test_a_damaged_result_counts_as_not_done(store, tmp_path, damage):
    benchmark = store.open(CONFIG, graph_digest="d1")
    result = make_result(0, 0, correct=[True, True, False])
    store.save_result(benchmark.id, result)
    path = next((tmp_path / "benchmarks" / benchmark.id).glob("split-*"))
    path.write_bytes(path.read_bytes().replace(b'"wA=="', b'"AA=="') if damage is None else damage)
    assert store.read_results(benchmark.id) == [] and not store.has_result(benchmark.id, 0, 0)


@pytest.mark.parametrize("name", ["nobody", "../runs", "", "A"])
def test_unknown_benchmark_is_said(store, name):
    with pytest.raises(BenchmarkNotFoundError, match="none yet"):
        store.read(name)
    known = store.open(CONFIG, graph_digest="d1")
    with pytest.raises(BenchmarkNotFoundError, match=known.id):
        store.read(name)
    assert store.read(known.id) == known
