"""What a driver must pass to be called *basic* or *full*. Fixed here: no driver passes by declaring less."""

from collections.abc import Collection
from enum import StrEnum

from cordpair.testing.conformance.suite import SCENARIOS


class Level(StrEnum):
    """From the lowest to the highest."""

    BASIC = "basic"
    FULL = "full"


# Topic → scenarios. None of them needs a capability.
BASIC: dict[str, tuple[str, ...]] = {
    "calls come in, and are answered, refused and ended": (
        "caller_arrives",
        "caller_is_answered",
        "caller_is_told_busy",
        "caller_is_rejected",
        "caller_gets_no_answer",
        "caller_is_told_congestion",
        "caller_is_told_unreachable",
        "caller_gives_up_before_the_answer",
        "caller_hangs_up",
        "two_callers",
    ),
    "phones are rung, and end in every way they may": (
        "phone_answers",
        "we_hang_up_on_an_answered_phone",
        "phone_is_busy",
        "phone_rejects",
        "phone_is_unavailable",
        "phone_rings_out",
        "phone_is_dead",
        "phone_does_not_exist",
        "we_stop_ringing",
        "answered_elsewhere",
        "two_phones_ring",
    ),
    "legs are joined, parted and joined with others": (
        "caller_and_agent_talk",
        "agent_hangs_up_first",
        "joining_answers_a_waiting_caller",
        "joining_a_caller_who_is_gone",
        "caller_goes_while_being_joined",
        "a_leg_goes_from_bridge_to_bridge",
        "a_released_bridge_leaves_its_legs_alive",
        "two_pairs_do_not_hear_each_other",
    ),
    "an agent calls a customer: one leg after the other": (
        "agent_and_customer_talk",
        "customer_is_busy",
        "customer_does_not_answer",
        "agent_hangs_up_while_the_customer_is_rung",
        "agent_does_not_answer",
    ),
    "a command that comes twice does no harm": (
        "a_seat_is_rung_once",
        "a_leg_is_answered_once",
        "a_leg_is_ended_once",
        "legs_are_joined_once",
        "a_bridge_is_left_and_released_once",
    ),
    "the snapshot tells the truth, and calls outlive the link": (
        "a_snapshot_tells_everything",
        "calls_outlive_the_link",
        "callers_of_the_gap_keep_their_order",
        "another_engine_fences_us",
        "cells_do_not_see_each_other",
    ),
}

LEVELS: dict[Level, frozenset[str]] = {
    Level.BASIC: frozenset(name for names in BASIC.values() for name in names),
    Level.FULL: frozenset(scenario.name for scenario in SCENARIOS),  # with every capability of cordpair.pbx.FULL
}


def level_of(scenario: str) -> Level:
    """The lowest level that needs it."""
    return next(level for level in Level if scenario in LEVELS[level])


def reached(passed: Collection[str]) -> Level | None:
    """The highest level whose scenarios have all passed."""
    return next((level for level in reversed(Level) if LEVELS[level] <= set(passed)), None)


__all__ = ["BASIC", "LEVELS", "Level", "level_of", "reached"]
