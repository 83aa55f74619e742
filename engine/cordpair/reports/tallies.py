"""Counts of visits, and what is computed of them: the same for reports, which take them from raw intervals, and for
the live figures, which count them one by one."""

import msgspec

from cordpair.config.reports import Reports
from cordpair.reports import metrics
from cordpair.reports.metrics import Occupancy, ServiceLevel

TURNED_AWAY = frozenset({"rejected_full", "rejected_closed", "rejected_no_agent"})
FLOWED_OUT = frozenset({"overflowed", "transferred", "left_by_key", "voicemail", "called_back"})
FAILED = frozenset({"failed", "lost_visibility"})


class Policy(msgspec.Struct, frozen=True):
    """What a site means by its figures."""

    service_level: ServiceLevel = ServiceLevel.OFFERED
    threshold_s: int = 20
    short_abandon_s: int = 0  # who gave up within it does not count; 0: everybody counts
    occupancy: Occupancy = Occupancy.IDLE


def policy_of(wanted: Reports) -> Policy:
    return Policy(
        ServiceLevel(wanted.service_level),
        wanted.threshold // 1_000,
        wanted.short_abandon // 1_000,
        Occupancy(wanted.occupancy),
    )


class Tally(msgspec.Struct):
    """Of visits. *In time* is a wait of at most the policy's threshold; *late* are those that waited longer, whatever
    became of them."""

    offered: int = 0
    ended: int = 0
    answered: int = 0
    answered_in_time: int = 0
    answered_wait_ms: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0
    called_back_in_time: int = 0
    late: int = 0
    flowed_out: int = 0
    turned_away: int = 0
    timed_out: int = 0
    failed: int = 0

    def end(self, outcome: str, waited_s: int, policy: Policy, amount: int = 1) -> None:
        """``waited_s``: rounded up, as raw intervals keep it."""
        in_time = waited_s <= policy.threshold_s
        self.ended += amount
        if not in_time:
            self.late += amount
        if outcome == "connected":
            self.answered += amount
            self.answered_in_time += amount * in_time
        elif outcome == "abandoned":
            self.abandoned += amount
            self.abandoned_in_time += amount * in_time
            self.abandoned_short += amount * (policy.short_abandon_s > 0 and waited_s <= policy.short_abandon_s)
        elif outcome in TURNED_AWAY:
            self.turned_away += amount
        elif outcome in FLOWED_OUT:
            self.flowed_out += amount
            self.called_back_in_time += amount * (in_time and outcome == "called_back")
        elif outcome == "timed_out":
            self.timed_out += amount
        elif outcome in FAILED:
            self.failed += amount

    def add(self, amounts: dict[str, int], policy: Policy) -> None:
        """Of raw intervals."""
        self.offered += amounts.get("offered", 0)
        self.answered_wait_ms += amounts.get("waited_ms.connected", 0)
        for figure, amount in amounts.items():
            if figure.startswith("wait."):
                _, outcome, seconds = figure.split(".")
                self.end(outcome, int(seconds), policy, amount)

    @property
    def waiting(self) -> int:
        return self.offered - self.ended

    def service_level(self, policy: Policy) -> float | None:
        """Who waits still is not judged yet."""
        short = self.abandoned_short
        given_up = max(0, self.abandoned_in_time - short)
        late = self.late - max(0, short - self.abandoned_in_time)
        answered = self.answered_in_time
        match policy.service_level:
            case ServiceLevel.ANSWERED_ONLY:
                return metrics.answered_share_in_time(answered, self.answered)
            case ServiceLevel.WITH_ABANDONED:
                return metrics.ended_share_in_time(answered, given_up, self.answered, self.abandoned - short)
            case ServiceLevel.IGNORE:
                return metrics.service_level_ignoring(answered, given_up, late)
            case ServiceLevel.NEGATIVE:
                return metrics.service_level_against(answered, given_up, late)
            case ServiceLevel.POSITIVE:
                return metrics.service_level_in_favour(answered, given_up, late)
            case ServiceLevel.OFFERED:
                return metrics.service_level_of_offered(answered, self.answered, self.abandoned, 0, short)
            case ServiceLevel.REMOVED:
                removed = answered + self.abandoned_in_time + self.called_back_in_time
                return metrics.service_level_of_removed(removed, self.offered - self.turned_away)

    def abandon_rate(self) -> float | None:
        return metrics.abandon_rate(self.abandoned, self.offered, self.abandoned_short)

    def speed_of_answer_s(self) -> float | None:
        mean = metrics.speed_of_answer(self.answered_wait_ms, self.answered)
        return None if mean is None else mean / 1_000


__all__ = ["FAILED", "FLOWED_OUT", "TURNED_AWAY", "Policy", "Tally", "policy_of"]
