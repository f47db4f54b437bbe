"""The leaderboard: order, one graph at a time, new results seen at once, differences in words."""

import pytest

from core.errors import BenchmarkNotFoundError, ConflictError
from core.evaluation.published import COMPUTERS_DIGEST, list_published
from tests.rigs import make_result


def test_best_first_with_what_it_took(explorer, tiny_id, two_benchmarks):
    first, second = explorer.benchmarks.list(tiny_id)
    assert ([first.id, second.id], first.mean, second.mean) == (two_benchmarks, 1.0, 0.5)
    assert (first.num_splits, first.num_seeds, first.seconds, first.seconds_per_epoch) == (2, 1, 3.0, 0.5)
    assert (first.device, first.short_commit, first.val_mean) == ("a CPU", "0123456789", 0.75)
    assert (second.interval, second.std, second.interval_over_splits) == ((0.0, 1.0), 0.0, (0.5, 0.5))


def test_other_graphs_are_left_out(explorer, tiny_id, two_benchmarks, benchmark_store):
    other = benchmark_store.open(
        explorer.configs.build("gcn", {}).model_dump() | {"graph": "other"}, graph_digest="another"
    )
    benchmark_store.save_result(other.id, make_result())
    assert [summary.id for summary in explorer.benchmarks.list(tiny_id)] == two_benchmarks
    assert {summary.id for summary in explorer.benchmarks.list()} == {*two_benchmarks, other.id}
    with pytest.raises(ConflictError, match="compare on one graph"):
        explorer.benchmarks.compare(two_benchmarks[0], other.id)


def test_a_new_result_is_seen_at_once(explorer, tiny_id, two_benchmarks, benchmark_store):
    assert explorer.benchmarks.read(two_benchmarks[1]).num_seeds == 1
    benchmark_store.save_result(two_benchmarks[1], make_result(1, 1, correct=(True, True)))
    assert explorer.benchmarks.read(two_benchmarks[1]).num_seeds == 2
    assert explorer.benchmarks.list(tiny_id)[1].mean == pytest.approx((0.5 + 0.75) / 2)


def test_some_runs_alone(explorer, two_benchmarks):
    assert explorer.benchmarks.read(two_benchmarks[0], [(1, 0)]).num_splits == 1
    with pytest.raises(ConflictError, match="no result of these splits"):
        explorer.benchmarks.read(two_benchmarks[0], [(7, 0)])
    with pytest.raises(BenchmarkNotFoundError):
        explorer.benchmarks.read("nobody")


def test_a_benchmark_without_results_is_not_on_the_board(explorer, tiny_id, benchmark_store):
    config = explorer.configs.build("sgc", {"lr": 0.5}, graph=tiny_id)
    benchmark_store.open(config.model_dump(), graph_digest=explorer.graphs.load(tiny_id).digest)
    assert explorer.benchmarks.list(tiny_id) == []


def test_label_says_what_differs_from_the_preset(explorer, tiny_id, benchmark_store):
    config = explorer.configs.build("sgc", {"lr": 0.5, "epochs": 7}, graph=tiny_id)
    benchmark = benchmark_store.open(config.model_dump(), graph_digest=explorer.graphs.load(tiny_id).digest)
    benchmark_store.save_result(benchmark.id, make_result())
    assert explorer.benchmarks.read(benchmark.id).label == "sgc (lr=0.5, epochs=7)"


def test_difference_in_words(explorer, two_benchmarks, benchmark_store):
    gcn, mlp = two_benchmarks
    found = explorer.benchmarks.compare(gcn, mlp)
    assert (found.mean, found.interval, found.pairs, found.is_distinguishable) == (0.5, (0.0, 1.0), 2, False)
    assert found.sentence == (
        "gcn and mlp are not distinguishable: +50.00 points (95 % interval +0.00 to +100.00, 2 common runs)."
    )
    for split in (0, 1):
        benchmark_store.save_result(mlp, make_result(split, correct=(False, False)))
    assert explorer.benchmarks.compare(mlp, gcn).sentence == (
        "mlp is worse than gcn by 100.00 points (95 % interval -100.00 to -100.00, 2 common runs)."
    )


def test_published_numbers_stand_beside_the_graph_they_were_measured_on_alone():
    assert [result.test_acc for result in list_published("wikics", "any")][:2] == [0.8107, 0.8069]
    assert [result.test_acc for result in list_published("archive", COMPUTERS_DIGEST)] == [0.9409, 0.9399, 0.9325]
    assert list_published("twin", "any") == list_published("archive", "any") == ()
    for results in (list_published("wikics", ""), list_published("archive", COMPUTERS_DIGEST)):
        assert list(results) == sorted(results, key=lambda result: -result.test_acc)
