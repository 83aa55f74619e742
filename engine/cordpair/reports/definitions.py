"""What each measure of a report means, as data with a version: a figure that is computed otherwise one day becomes a
new version, and the old one can be asked for still. The raw intervals are the same for all.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"  # from 0 to 1
    SECONDS = "seconds"


class Definition(msgspec.Struct, frozen=True):
    unit: Unit
    formula: str  # in the names of ``raw``; T: the policy's threshold


def _first() -> dict[str, Definition]:
    count, share, seconds = Unit.COUNT, Unit.SHARE, Unit.SECONDS
    return {
        name: Definition(unit, formula)
        for name, unit, formula in (
            ("offered", count, "offered"),
            ("contacts", count, "contacts"),
            ("waiting", count, "waiting"),
            ("answered", count, "outcome.connected"),
            ("answered_in_time", count, "wait.connected.S, S <= T"),
            ("abandoned", count, "outcome.abandoned"),
            ("short_abandoned", count, "wait.abandoned.S, 0 < S <= short_abandon"),
            ("flowed_out", count, "outcome.{overflowed, transferred, left_by_key, voicemail, called_back}"),
            ("turned_away", count, "outcome.{rejected_full, rejected_closed, rejected_no_agent}"),
            ("timed_out", count, "outcome.timed_out"),
            ("failed", count, "outcome.{failed, lost_visibility}"),
            ("service_level", share, "the policy's variant, see metrics"),
            ("abandon_rate", share, "(abandoned - short_abandoned) / (offered - short_abandoned)"),
            ("placed", count, "placed"),
            ("placed_answered", count, "placed.connected"),
            ("answer_rate", share, "answered / offered"),
            ("asa_s", seconds, "waited_ms.connected / answered"),
            ("wait_p90_s", seconds, "nearest rank 90 of wait.connected.S"),
            ("offers", count, "offers"),
            ("taken", count, "offer.connected"),
            ("missed", count, "offer.missed"),
            ("rejected", count, "offer.rejected"),
            ("talking", count, "talking"),
            ("handled", count, "handled"),
            ("aht_s", seconds, "(talk_ms + hold_ms + wrap_up_ms) / handled"),
            ("talk_s", seconds, "talk_ms"),
            ("hold_s", seconds, "hold_ms"),
            ("wrap_up_s", seconds, "wrap_up_ms"),
            ("signed_in_s", seconds, "time.{talk, hold, wrap_up, alerted, idle, not_ready}"),
            ("with_contacts_s", seconds, "time.{talk, hold, wrap_up}"),
            ("alerted_s", seconds, "time.alerted"),
            ("idle_s", seconds, "time.idle"),
            ("not_ready_s", seconds, "time.not_ready"),
            ("occupancy", share, "with_contacts_s / (with_contacts_s + what the policy's variant compares with)"),
        )
    }


# Released ones are never changed: ``tests/reports/test_definitions.py`` holds the golden figures of each.
DEFINITIONS: Mapping[int, Mapping[str, Definition]] = MappingProxyType({1: MappingProxyType(_first())})
NEWEST = max(DEFINITIONS)


__all__ = ["DEFINITIONS", "NEWEST", "Definition", "Unit"]
