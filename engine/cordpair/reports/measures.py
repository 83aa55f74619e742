"""Sums of raw intervals → what is reported of them, as the site's policy has it."""

import msgspec

from cordpair.reports import metrics
from cordpair.reports.metrics import Occupancy, ServiceLevel
from cordpair.reports.raw import TIMES

Measure = int | float | None


class Policy(msgspec.Struct, frozen=True):
    """What a site means by its figures."""

    service_level: ServiceLevel = ServiceLevel.OFFERED
    threshold_s: int = 20
    short_abandon_s: int = 0  # who gave up within it does not count; 0: everybody counts
    occupancy: Occupancy = Occupancy.IDLE


class _Visits:
    """Counts of visits, by outcome and wait."""

    def __init__(self, amounts: dict[str, int], policy: Policy) -> None:
        self._amounts = amounts
        self.waits: dict[str, dict[int, int]] = {}
        for figure, amount in amounts.items():
            if figure.startswith("wait."):
                _, outcome, seconds = figure.split(".")
                self.waits.setdefault(outcome, {})[int(seconds)] = amount
        self.offered = amounts.get("offered", 0)
        self.answered = self.outcome("connected")
        self.short = self.within("abandoned", policy.short_abandon_s) if policy.short_abandon_s else 0
        self.abandoned = self.outcome("abandoned")
        self.turned_away = self.outcome("rejected_full", "rejected_closed", "rejected_no_agent")
        self.flowed_out = self.outcome("overflowed", "transferred", "left_by_key", "voicemail", "called_back")

    def outcome(self, *names: str) -> int:
        return sum(self._amounts.get(f"outcome.{name}", 0) for name in names)

    def within(self, outcome: str, seconds: int) -> int:
        return sum(amount for waited, amount in self.waits.get(outcome, {}).items() if waited <= seconds)

    def reached(self, seconds: int) -> int:
        """Of those that ended; who still waits is not judged yet."""
        return sum(
            amount for waits in self.waits.values() for waited, amount in waits.items() if waited > seconds
        )  # fmt: skip

    def service_level(self, policy: Policy) -> float | None:
        at = policy.threshold_s
        answered = self.within("connected", at)
        abandoned = max(0, self.within("abandoned", at) - self.short)
        late = self.reached(at) - max(0, self.short - self.within("abandoned", at))
        match policy.service_level:
            case ServiceLevel.ANSWERED_ONLY:
                return metrics.answered_share_in_time(answered, self.answered)
            case ServiceLevel.WITH_ABANDONED:
                return metrics.ended_share_in_time(answered, abandoned, self.answered, self.abandoned - self.short)
            case ServiceLevel.IGNORE:
                return metrics.service_level_ignoring(answered, abandoned, late)
            case ServiceLevel.NEGATIVE:
                return metrics.service_level_against(answered, abandoned, late)
            case ServiceLevel.POSITIVE:
                return metrics.service_level_in_favour(answered, abandoned, late)
            case ServiceLevel.OFFERED:
                return metrics.service_level_of_offered(answered, self.answered, self.abandoned, 0, self.short)
            case ServiceLevel.REMOVED:
                removed = answered + self.within("abandoned", at) + self.within("called_back", at)
                return metrics.service_level_of_removed(removed, self.offered - self.turned_away)


def waiting(amounts: dict[str, int], policy: Policy) -> dict[str, Measure]:
    """Of all visits that were offered, whoever took them."""
    visits = _Visits(amounts, policy)
    return {
        "offered": visits.offered,
        "contacts": amounts.get("contacts", 0),
        "waiting": amounts.get("waiting", 0),
        "answered": visits.answered,
        "abandoned": visits.abandoned,
        "short_abandoned": visits.short,
        "flowed_out": visits.flowed_out,
        "turned_away": visits.turned_away,
        "timed_out": visits.outcome("timed_out"),
        "failed": visits.outcome("failed", "lost_visibility"),
        "service_level": visits.service_level(policy),
        "abandon_rate": metrics.abandon_rate(visits.abandoned, visits.offered, visits.short),
        "answer_rate": metrics.answer_rate(visits.answered, visits.offered),
        "asa_s": _seconds(metrics.speed_of_answer(amounts.get("waited_ms.connected", 0), visits.answered)),
        "wait_p90_s": metrics.wait_percentile(visits.waits.get("connected", {}), 90),
    }


def offers(amounts: dict[str, int]) -> dict[str, Measure]:
    return {
        "offers": amounts.get("offers", 0),
        "taken": amounts.get("offer.connected", 0),
        "missed": amounts.get("offer.missed", 0),
        "rejected": amounts.get("offer.rejected", 0),
    }


def handling(amounts: dict[str, int]) -> dict[str, Measure]:
    handled, *sums = (amounts.get(name, 0) for name in ("handled", "talk_ms", "hold_ms", "wrap_up_ms"))
    talk, hold, wrap_up = sums
    return {
        "talking": amounts.get("talking", 0),
        "handled": handled,
        "aht_s": _seconds(metrics.handling_time(talk, hold, wrap_up, handled)),
        "talk_s": _seconds(talk),
        "hold_s": _seconds(hold),
        "wrap_up_s": _seconds(wrap_up),
    }


def times(amounts: dict[str, int], policy: Policy) -> dict[str, Measure]:
    talk, hold, wrap_up, alerted, idle, not_ready = (amounts.get(f"time.{name}", 0) for name in TIMES)
    with_contacts = talk + hold + wrap_up
    beside = {
        Occupancy.IDLE: idle,
        Occupancy.ALERTED: idle + alerted,
        Occupancy.SIGNED_IN: idle + alerted + not_ready,
    }[policy.occupancy]
    return {
        "signed_in_s": _seconds(with_contacts + alerted + idle + not_ready),
        "with_contacts_s": _seconds(with_contacts),
        "alerted_s": _seconds(alerted),
        "idle_s": _seconds(idle),
        "not_ready_s": _seconds(not_ready),
        "occupancy": metrics.occupancy(with_contacts, beside),
    }


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1_000


__all__ = ["Measure", "Policy", "handling", "offers", "times", "waiting"]
