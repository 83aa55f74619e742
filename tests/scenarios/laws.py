"""What must be true at the end of every scenario, whatever happened in it."""

import hashlib
from collections import Counter

import msgspec

from cordpair.acd import Acd, State
from cordpair.acd import events as ev
from cordpair.acd.inputs import ApplyConfiguration
from cordpair_loopback import CallState
from scenarios.rig import Rig

LONG_MS = 60_000


def digest(state: State) -> str:
    return hashlib.sha256(msgspec.json.encode(state, order="deterministic")).hexdigest()


async def everybody_goes_home(rig: Rig) -> None:
    """Callers and agents hang up what they have; nothing but time and a working PBX is needed for the rest."""
    rig.taps.faults.clear()
    rig.taps.strike_at = None
    for pbx in rig.pbxs.values():
        pbx.admit_links()
        pbx.signal_delay_ms = 0
    if not rig.alive:
        await rig.start()
    await rig.advance(1_000)
    for caller in rig.callers:
        if caller._call is not None:
            caller.call.hang_up()
    for phone in rig.phones():
        phone.register()
        while phone._foreign:
            phone.end_foreign_call()
        phone.hang_up()
        phone.next_calls.clear()
    await rig.advance(LONG_MS)


def leftovers(rig: Rig) -> list[str]:
    """What is still there that should not be."""
    state = rig.state
    found = []
    for node, pbx in rig.pbxs.items():
        found += [f"leg {leg.id} ({leg.endpoint}) on PBX {node}" for leg in pbx.switch.legs.values()]
        found += [f"bridge {bridge} on PBX {node}" for bridge in pbx.switch.bridges]
    for what in ("contacts", "visits", "offers", "legs", "bridges"):
        found += [f"{what}: {name}" for name in getattr(state, what)]
    found += [f"seat {seat.seat} holds {seat.legs}" for seat in state.seats.values() if seat.legs]
    for agent in state.agents.values():
        found += [f"agent {agent.agent} is stuck {slot.state}" for slot in agent.slots if slot.state != "free"]
    return found


def none(found: list[str]) -> None:
    assert not found, "; ".join(found)


def laws_hold(rig: Rig, *, denied: bool = False) -> None:
    """``denied``: the PBX denied a leg that it had, whose caller began anew when it was seen again."""
    none(rig.breaches)
    none(leftovers(rig))
    none([*balances(rig), *([] if denied else each_once(rig)), *places_kept(rig), *rung_once(rig)])
    journal_is_the_state(rig)


def balances(rig: Rig) -> list[str]:
    return [
        f"queue {row.queue}: offered {row.offered}, outcomes {row.outcomes}, {row.waiting} waiting"
        for row in rig.state.queues.values()
        if row.offered != sum(row.outcomes.values()) or row.waiting
    ]


def each_once(rig: Rig) -> list[str]:
    """Whatever began has ended, once; a caller's leg is one contact."""
    events = rig.events()
    broken = []
    pairs = (
        (ev.ContactArrived, ev.ContactEnded, "contact"),
        (ev.VisitBegan, ev.VisitEnded, "visit"),
        (ev.OfferMade, ev.OfferEnded, "offer"),
        (ev.ContactConnected, ev.ConnectionEnded, "contact"),
    )
    for begins, ends, name in pairs:
        began = Counter(getattr(event, name) for event in events if type(event) is begins)
        ended = Counter(getattr(event, name) for event in events if type(event) is ends)
        if began != ended:
            broken.append(f"{begins.__name__} and {ends.__name__} differ: {began} {ended}")
        if begins is not ev.ContactConnected and set(began.values()) - {1}:
            broken.append(f"{begins.__name__} more than once: {began}")
    legs = Counter(event.leg for event in events if type(event) is ev.ContactArrived and event.leg)
    broken += [f"leg {leg} became {count} contacts" for leg, count in legs.items() if count > 1]
    return broken


def places_kept(rig: Rig) -> list[str]:
    """A caller's place counts from the moment they called, or were given away, whatever happened to them since."""
    arrived: dict[str, int] = {}
    broken = []
    for at, event in [(entry.at, event) for entry in rig.entries() for event in entry.events]:
        if type(event) is ev.ContactArrived:
            if event.leg in rig.legs:
                arrived[event.contact] = rig.legs[event.leg].arrived_at
        elif type(event) is ev.ContactTransferred and event.contact in arrived:
            arrived[event.contact] = at
        elif type(event) is ev.VisitBegan and event.contact in arrived and event.enqueued_at != arrived[event.contact]:
            broken.append(f"{event.contact} called at {arrived[event.contact]}, its place is {event.enqueued_at}")
    return broken


def rung_once(rig: Rig) -> list[str]:
    """Every leg that we asked a PBX for, it was asked for once."""
    return [f"{leg} was originated {count} times" for leg, count in rig.taps.originated.items() if count > 1]


def journal_is_the_state(rig: Rig) -> None:
    """Folding the journal gives the state; deciding its inputs again gives its events."""
    folded, again = Acd(), Acd()
    for entry in rig.entries():
        folded.fold(entry.events, entry.at)
        if entry.seq == 1:
            started = entry.events[0]
            assert isinstance(started, ev.JournalStarted)
            assert isinstance(entry.input, ApplyConfiguration)
            decision = again.start(started.run, started.seed, entry.input.configuration, entry.at)
        else:
            decision = again.receive(entry.input, entry.at)
        assert decision.events == list(entry.events), f"entry {entry.seq} is decided otherwise"
    assert digest(folded.state) == digest(again.state) == digest(rig.state)


async def everybody_can_work(rig: Rig, dialled: str) -> None:
    """No agent is stuck: all sign in again, as people do, and each is talking to a caller of ``dialled``."""
    for code in ("011", "033"):
        for phone in rig.phones():
            phone.next_calls.clear()
            rig.dial(phone.endpoint, code)
        await rig.advance(500)
    await rig.advance(15_000)  # delays after failed offers
    fresh = [rig.caller(f"last-{phone.endpoint}").arrives(dialled) for phone in rig.phones()]
    await rig.advance(15_000)
    none([f"{caller.name} is {caller.state.value}" for caller in fresh if caller.state is not CallState.TALKING])
    phones = [caller.talks_to() for caller in fresh]
    assert len(set(phones)) == len(fresh), f"they talk to {phones}"


__all__ = ["digest", "everybody_can_work", "everybody_goes_home", "laws_hold", "leftovers"]
