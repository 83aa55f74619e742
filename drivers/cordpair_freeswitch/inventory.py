"""The snapshot: lists read from FreeSWITCH → what is alive and ours. Pure.

The lists are read one after the other while events go on, so where an event was seen meanwhile, the event wins.
"""

import re
from collections.abc import Iterable
from html import unescape

import msgspec

from cordpair.acd.inputs import BridgeSeen, LegSeen, Stamp
from cordpair.ids import BridgeId, LegId, RecordingId
from cordpair_freeswitch.esl import Event
from cordpair_freeswitch.legs import Leg
from cordpair_freeswitch.stamps import bridge_of, stamp_of
from cordpair_freeswitch.translate import Translator


class Row(msgspec.Struct, frozen=True):
    """One channel of ``show channels as json``."""

    uuid: str = ""


class Table(msgspec.Struct, frozen=True):
    rows: list[Row] = []  # absent when there is none


_COUNT = re.compile(r"^(\d+) session\(s\) - peak", re.MULTILINE)

_REGISTRATION = re.compile(r"<call-id>([^<]*)</call-id>")

_table = msgspec.json.Decoder(Table)


def count(text: str) -> int:
    """How many sessions there are, from ``status``; 0 where it does not say."""
    found = _COUNT.search(text)
    return int(found[1]) if found else 0


def channels(text: str) -> tuple[Row, ...]:
    """The channels of a list. Raises msgspec.DecodeError when it is none."""
    return tuple(_table.decode(text.encode()).rows)


def profile_of(contact: str) -> str:
    """The profile at which a phone is registered, from ``sofia_contact``; empty when it is at none."""
    technology, _, rest = contact.strip().partition("/")
    return rest.partition("/")[0] if technology == "sofia" else ""


def phone(status: str) -> tuple[bool, str]:
    """Whether a registered phone answers, and the id of its registration, from ``sofia xmlstatus``."""
    found = _REGISTRATION.search(status)
    return "<ping-status>Unreachable" not in status, unescape(found[1]) if found else ""


def take(translator: Translator, dumps: Iterable[Event]) -> tuple[tuple[LegSeen, ...], tuple[BridgeSeen, ...]]:
    """Everything of our cell. The translator learns the legs, so that events about them mean something from now on."""
    legs: list[LegSeen] = []
    inside: dict[BridgeId, list[LegId]] = {}
    stamps: dict[BridgeId, Stamp] = {}
    for dump in dumps:
        seen = _leg(translator, dump)
        if seen is None:
            continue
        legs.append(seen)
        if seen.bridge is not None:
            inside.setdefault(seen.bridge, []).append(seen.leg)
            marked = bridge_of(dump.within)
            if marked is not None:
                stamps[seen.bridge] = marked[1]
    bridges = (BridgeSeen(bridge, tuple(parties), stamps.get(bridge)) for bridge, parties in inside.items())
    return tuple(legs), tuple(bridges)


def occupied(translator: Translator, dumps: Iterable[Event]) -> None:
    """Seats that are busy with a call we have not made; the list of channels holds some that are gone, dumps do not."""
    for dump in dumps:
        if not translator.is_originated(LegId(dump.uuid)) and dump.call_state != "HANGUP":
            translator.other(dump.uuid, dump.presence)


def _leg(translator: Translator, dump: Event) -> LegSeen | None:
    leg, stamp = LegId(dump.uuid), stamp_of(dump)
    if translator.legs.has_ended(leg) or (stamp is not None and stamp.cell != translator.cell):
        return None
    known = translator.legs.get(leg)
    if known is None and stamp is None and (dump.app != translator.app or dump.direction == "outbound"):
        return None
    if known is None:
        known = translator.adopt(dump)
        known.answered = dump.answer_state == "answered"
    _learn(translator, leg, known, dump)
    arrival = translator.arrival(dump) if stamp is None and not known.originated else None
    return LegSeen(
        leg=leg,
        answered=known.answered,
        ringing=known.originated and known.ringing and not known.up,
        bridge=known.bridge,
        stamp=stamp,
        arrival=arrival,
    )


def _learn(translator: Translator, leg: LegId, known: Leg, dump: Event) -> None:
    known.created = True
    known.up = known.up or dump.answer_state == "answered"
    known.ringing = known.ringing or (known.originated and dump.answer_state in {"ringing", "early"})
    for recording in filter(None, dump.recordings.split(",")):
        translator.recordings.setdefault(RecordingId(recording), leg)
    marked = bridge_of(dump.within)
    if known.changed or known.entering is not None:
        return
    known.bridge = marked[0] if marked is not None and marked[1].cell == translator.cell else None
    known.partner = LegId(dump.signal_bond) if dump.signal_bond else None
    known.conferring = dump.running == "conference"
    known.parked = known.partner is None and not known.conferring


__all__ = ["Row", "channels", "count", "occupied", "phone", "profile_of", "take"]
