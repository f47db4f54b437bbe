"""The report of a load: percentiles of what locust counts by the millisecond."""

from tests.bench.demo_load import find_percentile, summarise


def test_row_100_percentiles_are_of_requests_and_not_of_times():
    counts = {"10": 90, "300": 9, "2000": 1}
    assert [find_percentile(counts, share) for share in (0.5, 0.95, 0.99, 1.0)] == [10.0, 300.0, 300.0, 2000.0]
    rows = [
        {"name": "page", "response_times": {"10": 1}, "num_failures": 1},
        {"name": "search", "response_times": {"10": 2, "20": 1}, "num_failures": 0},
    ]
    assert summarise(rows)["all"] == {"requests": 4, "failed": 1, "p50 ms": 10.0, "p95 ms": 20.0, "p99 ms": 20.0}
