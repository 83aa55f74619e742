"""What call centres measure, each as a function of raw counts and sums. Two centres mean different things by one name:
so each variant has a name of its own, and says whose it is.

A *share* is from 0 to 1, a mean is in the unit of its sum. What is 0/0 is None: nobody knows, which is not 0.
``within``: of those who waited at most the threshold T. Sources: docs/reference/metrics.md.
"""

from collections.abc import Mapping
from enum import StrEnum


class ServiceLevel(StrEnum):
    """What the visits that were answered in time are compared with."""

    ANSWERED_ONLY = "answered_only"  # app_queue's first, Wazo's quality of service
    WITH_ABANDONED = "with_abandoned"  # app_queue's second
    IGNORE = "ignore"  # Cisco's three
    NEGATIVE = "negative"
    POSITIVE = "positive"
    OFFERED = "offered"  # Genesys Cloud's
    REMOVED = "removed"  # Amazon Connect's


class Occupancy(StrEnum):
    """What the time with contacts is compared with, beside itself."""

    IDLE = "idle"  # ready, and nothing to do
    ALERTED = "alerted"  # … or alerted: the phone rings
    SIGNED_IN = "signed_in"  # all time signed in, breaks too: what planners call utilisation


def share(part: float, whole: float) -> float | None:
    """``part / whole``; None of nothing."""
    return part / whole if whole > 0 else None


# ---------------------------------------------------------------- service level


def answered_share_in_time(answered_within: int, answered: int) -> float | None:
    """``answered_only``: N_ans(T) / N_ans, a share. Those who gave up do not count at all.

    app_queue's ServicelevelPerf, Wazo's QoS.
    """
    return share(answered_within, answered)


def ended_share_in_time(answered_within: int, abandoned_within: int, answered: int, abandoned: int) -> float | None:
    """``with_abandoned``: (N_ans(T) + N_ab(T)) / (N_ans + N_ab), a share. app_queue's ServicelevelPerf2."""
    return share(answered_within + abandoned_within, answered + abandoned)


def service_level_ignoring(answered_within: int, abandoned_within: int, reached: int) -> float | None:
    """``ignore``: N_ans(T) / (N_ans(T) + reached), a share: who gave up before T is left out.

    ``reached``: who were still waiting at T, whatever became of them. Cisco, "ignore abandoned".
    ``abandoned_within`` does not change it; it is asked for so that the three of Cisco's are called alike.
    """
    offered = answered_within + abandoned_within + reached
    return share(answered_within, offered - abandoned_within)


def service_level_against(answered_within: int, abandoned_within: int, reached: int) -> float | None:
    """``negative``: N_ans(T) / (N_ans(T) + N_ab(T) + reached), a share: who gave up counts against.

    Cisco, "abandoned have a negative impact".
    """
    return share(answered_within, answered_within + abandoned_within + reached)


def service_level_in_favour(answered_within: int, abandoned_within: int, reached: int) -> float | None:
    """``positive``: (N_ans(T) + N_ab(T)) / (N_ans(T) + N_ab(T) + reached), a share: who gave up before T counts for.

    Cisco, "abandoned have a positive impact".
    """
    return share(answered_within + abandoned_within, answered_within + abandoned_within + reached)


def service_level_of_offered(
    answered_within: int, answered: int, abandoned: int, flowed_out: int = 0, short_abandoned: int = 0
) -> float | None:
    """``offered``: N_ans(T) / (answered + abandoned + flowed out − short abandons), a share.

    ``flowed_out`` and ``short_abandoned`` are what the site's policy says: 0 where the first do not count, and where
    the second do. Without abandons at all: ``short_abandoned=abandoned``. Genesys Cloud.
    """
    return share(answered_within, answered + abandoned + flowed_out - short_abandoned)


def service_level_of_removed(removed_within: int, queued: int) -> float | None:
    """``removed``: left the queue within T (answered, gave up, or asked for a call-back) / all who came, a share.

    Amazon Connect.
    """
    return share(removed_within, queued)


# ---------------------------------------------------------------- waiting


def speed_of_answer(answered_wait_ms: int, answered: int) -> float | None:
    """ASA: the wait of those who were answered / answered, in ms. Genesys' time to answer, the queue's own time."""
    return share(answered_wait_ms, answered)


def speed_of_answer_with_whisper(answered_wait_ms: int, whisper_ms: int, answered: int) -> float | None:
    """ASA as Amazon Connect has it: what the agent is told before the join is waiting too. In ms."""
    return share(answered_wait_ms + whisper_ms, answered)


def mean_wait(wait_ms: int, answered: int, abandoned: int, unstaffed: int, timed_out: int) -> float | None:
    """Of everybody who had a place: all waits / (answered + abandoned + left since nobody was there + timed out), in
    ms. Wazo's average wait.
    """
    return share(wait_ms, answered + abandoned + unstaffed + timed_out)


def wait_percentile(waits: Mapping[int, int], percent: float) -> int | None:
    """The shortest wait, in seconds, that at least ``percent`` of them did not exceed: the nearest rank, not a point
    between two. ``waits``: seconds, rounded up → how many.
    """
    total = sum(waits.values())
    below = 0
    for seconds in sorted(waits):
        below += waits[seconds]
        if below > 0 and below * 100 >= percent * total:
            return seconds
    return None


def moving_average(before: int | None, new: int) -> int:
    """app_queue's hold and talk time: (3 · before + new) >> 2 in whole seconds, begun with the first value."""
    return new if before is None else (3 * before + new) >> 2


# ---------------------------------------------------------------- lost and answered


def abandon_rate(abandoned: int, offered: int, short_abandoned: int = 0) -> float | None:
    """Gave up / offered, a share. With a threshold, who gave up within it counts on neither side. Genesys."""
    return share(abandoned - short_abandoned, offered - short_abandoned)


def abandon_rate_of_queued(abandoned: int, queued: int) -> float | None:
    """Gave up / who had a place, a share; who was turned away at the door had none. A call-back is no abandon.

    Amazon Connect.
    """
    return share(abandoned, queued)


def answer_rate(answered: int, offered: int) -> float | None:
    """Answered / offered, a share, those who were turned away at the door among the offered. Wazo's answered_rate."""
    return share(answered, offered)


# ---------------------------------------------------------------- handling


def handling_time(talk_ms: int, hold_ms: int, wrap_up_ms: int, handled: int) -> float | None:
    """AHT: (talk + hold + wrap-up) / handled, in ms. Hold is not in ``talk_ms``. Amazon Connect, Genesys."""
    return share(talk_ms + hold_ms + wrap_up_ms, handled)


def talk_time(talk_ms: int, answered: int) -> float | None:
    """Talk alone / answered, in ms: what older centres call the average call, holds included there."""
    return share(talk_ms, answered)


def occupancy(handling_ms: int, idle_ms: int) -> float | None:
    """Time with contacts (talk, hold and wrap-up) / (that + idle), a share of the wall clock: at most 1, also of an
    agent with several chats at once. Which time is idle is the variant: see ``Occupancy``. Amazon Connect.
    """
    return share(handling_ms, handling_ms + idle_ms)


def interaction_share(interacting_ms: int, communicating_ms: int, idle_ms: int) -> float | None:
    """Occupancy as Genesys Cloud has it: interacting / (interacting + communicating + idle on the queues).

    ``communicating``: on calls that are none of the queues'.
    """
    return share(interacting_ms, interacting_ms + communicating_ms + idle_ms)


def utilisation(talk_ms: int, hold_ms: int, wrap_up_ms: int, idle_ms: int) -> float | None:
    """(talk + hold) / (talk + hold + wrap-up + idle), a share: wrap-up is no use here. The reporting toolbox's."""
    return share(talk_ms + hold_ms, talk_ms + hold_ms + wrap_up_ms + idle_ms)


def utilisation_of_signed_in(handling_ms: int, signed_in_ms: int) -> float | None:
    """Time with contacts / time signed in, a share: what planners mean. The denominator is in the name."""
    return share(handling_ms, signed_in_ms)


__all__ = [
    "Occupancy",
    "ServiceLevel",
    "abandon_rate",
    "abandon_rate_of_queued",
    "answer_rate",
    "answered_share_in_time",
    "ended_share_in_time",
    "handling_time",
    "interaction_share",
    "mean_wait",
    "moving_average",
    "occupancy",
    "service_level_against",
    "service_level_ignoring",
    "service_level_in_favour",
    "service_level_of_offered",
    "service_level_of_removed",
    "share",
    "speed_of_answer",
    "speed_of_answer_with_whisper",
    "talk_time",
    "utilisation",
    "utilisation_of_signed_in",
    "wait_percentile",
]
