from hypothesis import given
from hypothesis import strategies as st

from pages.ui.leaderboard import name_groups

BOUND = st.integers(0, 20)
INTERVALS = st.lists(st.tuples(BOUND, BOUND).map(lambda pair: (min(pair), max(pair))), max_size=8)


def test_row_41_benchmarks_whose_intervals_overlap_share_a_letter():
    assert name_groups([(0.80, 0.84), (0.78, 0.81), (0.70, 0.79), (0.60, 0.62)]) == ["a", "ab", "b", "c"]
    assert name_groups([(0.5, 0.6)]) == ["a"]
    assert name_groups([]) == []


@given(INTERVALS)
def test_row_41_a_letter_is_shared_exactly_where_intervals_overlap(intervals):
    letters = name_groups(intervals)
    for one, (low, high) in zip(letters, intervals, strict=True):
        for other, (least, most) in zip(letters, intervals, strict=True):
            assert bool(set(one) & set(other)) == (low <= most and least <= high)
