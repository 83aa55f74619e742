"""The expected wait: a range from what was measured, and it never grows without a cause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.api.expected import (
    KEPT,
    LEAST,
    OLDEST_MS,
    ExpectedWait,
    NotEnoughData,
    Turns,
    causes,
    expected_wait,
    quartiles,
)

TURNS = st.lists(st.integers(0, 3_600_000), min_size=LEAST, max_size=KEPT)
SITUATION = st.tuples(st.integers(0, 500), st.integers(1, 200), st.integers(0, 200), TURNS)


def test_by_hand() -> None:
    """100 s a turn, 4 agents, 6 ahead: 6 to 7 turns' ends of 25 s each."""
    found = expected_wait(6, 4, 0, [100_000] * 20)
    assert isinstance(found, ExpectedWait)
    assert (found.low, found.high, found.turns) == (150.0, 175.0, 20)
    assert expected_wait(0, 4, 1, [100_000] * 20) == ExpectedWait(
        low=0, high=0, ahead=0, agents=4, turns=20, turn_q1=100, turn_q3=100
    )


def test_not_enough_data() -> None:
    assert expected_wait(0, 4, 4, [1_000] * (LEAST - 1)) == NotEnoughData(because="few_turns")
    assert expected_wait(0, 0, 0, [1_000] * LEAST) == NotEnoughData(because="no_agent_ready")


@given(SITUATION, SITUATION)
def test_it_never_grows_without_a_cause(before, after) -> None:
    first, second = expected_wait(*before), expected_wait(*after)
    assert isinstance(first, ExpectedWait)
    assert isinstance(second, ExpectedWait)
    if second.high > first.high:
        assert list(causes(first, second))


@given(SITUATION)
def test_it_is_a_range(situation) -> None:
    found = expected_wait(*situation)
    assert isinstance(found, ExpectedWait)
    assert 0 <= found.low <= found.high


@given(SITUATION)
def test_more_agents_and_fewer_ahead_never_make_it_longer(situation) -> None:
    ahead, agents, free, turns = situation
    found = expected_wait(ahead, agents, free, turns)
    assert isinstance(found, ExpectedWait)
    for better in (
        expected_wait(ahead, agents + 1, free, turns),
        expected_wait(max(0, ahead - 1), agents, free, turns),
    ):
        assert isinstance(better, ExpectedWait)
        assert better.high <= found.high


@pytest.mark.parametrize(("values", "wanted"), [([5], (5, 5)), ([0, 10], (2.5, 7.5)), ([1, 2, 3, 4, 5], (2, 4))])
def test_quartiles(values, wanted) -> None:
    assert quartiles(values) == wanted


def test_old_turns_are_forgotten() -> None:
    turns = Turns()
    turns.add(0, 1)
    turns.add(OLDEST_MS + 1, 2)
    assert turns.lengths() == [2]
    for number in range(KEPT + 5):
        turns.add(OLDEST_MS + 2, number)
    assert len(turns.lengths()) == KEPT


async def test_turns_are_measured(api) -> None:
    await api.staff("ann")
    assert (await api.get("/v1/queues/sales"))["expected_wait"] == {"kind": "unknown", "because": "few_turns"}
    for number in range(LEAST):
        call = api.pbx.call("5001")
        await api.until(lambda state: any(row.connection for row in state.contacts.values()))
        call.hang_up()
        await api.until(lambda state: not state.contacts)
        assert number < LEAST
    found = (await api.get("/v1/queues/sales"))["expected_wait"]
    assert (found["kind"], found["turns"], found["agents"], found["high"]) == ("range", LEAST, 1, 0.0)
