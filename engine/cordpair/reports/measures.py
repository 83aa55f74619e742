"""Sums of raw intervals → what is reported of them, as the site's policy has it."""

from cordpair.reports import metrics
from cordpair.reports.metrics import Occupancy
from cordpair.reports.raw import TIMES
from cordpair.reports.tallies import Policy, Tally

Measure = int | float | None


def waiting(amounts: dict[str, int], policy: Policy) -> dict[str, Measure]:
    """Of all visits that were offered, whoever took them."""
    tally = Tally()
    tally.add(amounts, policy)
    waits = {
        int(figure.rpartition(".")[2]): amount
        for figure, amount in amounts.items()
        if figure.startswith("wait.connected.")
    }
    return {
        "offered": tally.offered,
        "contacts": amounts.get("contacts", 0),
        "waiting": amounts.get("waiting", 0),
        "answered": tally.answered,
        "answered_in_time": tally.answered_in_time,
        "abandoned": tally.abandoned,
        "short_abandoned": tally.abandoned_short,
        "flowed_out": tally.flowed_out,
        "turned_away": tally.turned_away,
        "timed_out": tally.timed_out,
        "failed": tally.failed,
        "service_level": tally.service_level(policy),
        "abandon_rate": tally.abandon_rate(),
        "placed": amounts.get("placed", 0),
        "placed_answered": amounts.get("placed.connected", 0),
        "answer_rate": metrics.answer_rate(tally.answered, tally.offered),
        "asa_s": tally.speed_of_answer_s(),
        "wait_p90_s": metrics.wait_percentile(waits, 90),
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


__all__ = ["Measure", "handling", "offers", "times", "waiting"]
