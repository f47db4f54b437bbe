from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.pareto import find_front

NUMBERS = st.integers(0, 5)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=12))
def test_row_22_on_the_front_is_what_no_other_point_beats(points):
    spent, reached = [cost for cost, _ in points], [gain for _, gain in points]
    front = find_front(spent, reached)

    def is_beaten(point):
        return any(c <= point[0] and g >= point[1] and (c, g) != point for c, g in points)

    assert {points[at] for at in front} == {point for point in points if not is_beaten(point)}
    assert len({points[at] for at in front}) == len(front)
    assert [spent[at] for at in front] == sorted(spent[at] for at in front)
