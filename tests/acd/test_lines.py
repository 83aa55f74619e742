"""A line: ids in the order of integer keys."""

from hypothesis import given
from hypothesis import strategies as st

from cordpair.acd.lines import NOBODY, Line


def line_of(*keys: int) -> Line:
    line = Line()
    for key in keys:
        line.add(key, f"n{key}")
    return line


def test_the_head_is_the_least_key():
    line = line_of(5, 3, 9)
    assert line.head() == 3
    assert line.name(3) == "n3"
    assert len(line) == 3


def test_an_empty_line_has_nobody():
    line = Line()
    assert line.head() == NOBODY
    assert line.first_outside([]) == NOBODY
    assert list(line.in_order()) == []


def test_a_removed_key_is_gone_wherever_it_stood():
    line = line_of(5, 3, 9)
    line.remove(5)
    line.remove(3)
    assert line.head() == 9
    line.remove(9)
    assert line.head() == NOBODY


def test_a_key_may_come_back():
    line = line_of(3, 5)
    line.remove(3)
    line.add(3, "again")
    assert line.name(line.head()) == "again"


def test_the_first_outside_skips_who_is_named():
    line = line_of(1, 2, 3)
    assert line.first_outside({"n1", "n2"}) == 3
    assert line.first_outside({"n2", "stranger"}) == 1
    assert line.first_outside({"n1", "n2", "n3"}) == NOBODY


def test_order_and_position():
    line = line_of(7, 1, 4)
    assert list(line.in_order()) == ["n1", "n4", "n7"]
    assert line.nth(1) == "n4"


def test_a_line_does_not_grow_with_its_history():
    line = line_of(0)
    for key in range(1, 10_000):
        line.add(key, "x")
        line.remove(key)
    assert len(line._heap) <= 2 * len(line) + 17


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=200))
def test_a_line_is_a_sorted_set(steps):
    line, model = Line(), set()
    for adds, key in steps:
        if adds and key not in model:
            line.add(key, str(key))
            model.add(key)
        elif not adds and key in model:
            line.remove(key)
            model.discard(key)
        assert line.head() == min(model, default=NOBODY)
        assert list(line.in_order()) == [str(each) for each in sorted(model)]
