"""Who met whom: calls of callers and offers at phones, brought together. Pure.

A caller's call and a phone's are the same conversation when the phone was shown the caller's number meanwhile. The
**offer latency** is the time from when both were there, a caller who waits and a phone that is free, to the INVITE at
the phone.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cordpair.testing.sipp import Call

SHOWN_FROM = re.compile(r"from=[^<]*<?sips?:([^@;>]*)@")


def shown(phone: Call) -> str:
    """The caller's number, as the phone saw it."""
    found = SHOWN_FROM.search(phone.more)
    return found[1] if found else ""


class Met(NamedTuple):
    answers: Mapping[str, float]
    """When an agent's phone was answered, by the Call-ID of the caller."""
    latencies: Sequence[float]


def met(callers: Sequence[Call], phones: Sequence[Call], since: float, wrap_up: float) -> Met:
    """Of offers: who called, and how long it took since both were there. ``since``: when all phones were free."""
    of_number: dict[str, list[Call]] = defaultdict(list)
    for caller in sorted(callers, key=lambda call: call.started):
        of_number[caller.caller].append(caller)
    free_since: dict[str, float] = {}
    last_offer: dict[str, float] = {}
    answers, latencies = {}, []
    for phone in sorted(phones, key=lambda call: call.started):
        found = [each for each in of_number[shown(phone)] if each.started <= phone.started]
        if found:
            caller = found[-1]
            there = max(caller.started, free_since.get(phone.key, since), last_offer.get(caller.call_id, 0.0))
            latencies.append(max(0.0, phone.started - there))
            if phone.answered is not None:
                answers[caller.call_id] = phone.answered
            last_offer[caller.call_id] = phone.ended or phone.started
        ended = phone.ended or phone.started
        free_since[phone.key] = ended + (wrap_up if phone.answered is not None else 0.0)
    return Met(answers, latencies)


__all__ = ["Met", "met", "shown"]
