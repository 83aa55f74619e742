"""Takes callers' data off inputs before they are decided and journaled, and keeps it in the contact's record.

What routing needs of it is derived here: the agent of the caller's last conversation, where a queue is sticky.
"""

import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import msgspec
from msgspec.structs import replace

from cordpair.acd.configuration import Configuration
from cordpair.acd.events import ConnectionEnded, ContactArrived, ContactConnected, ContactDisposed, Event
from cordpair.acd.inputs import Caller, Input, LegArrived, LegSeen, LinkUp, PlaceCall, SendDigits, WebArrived
from cordpair.acd.model import State
from cordpair.ids import AgentId, ContactId, QueueId
from cordpair.runtime.digits import Digits

NOBODY = Caller()
Arrival = LegArrived | WebArrived | PlaceCall  # what brings personal data


class Record(Protocol):
    """What is known of a contact's caller."""

    @property
    def caller(self) -> Caller: ...

    @property
    def variables(self) -> Mapping[str, str]:
        """What the PBX or the web site said of them: see ``docs/reference/web-protocol.md`` for the latter."""


class Records(Protocol):
    """The contacts' records. Called on the event loop for every call: nothing here waits for a disk."""

    def put(self, contact: ContactId, at_ms: int, caller: Caller, variables: Mapping[str, str]) -> None: ...

    def record(self, contact: ContactId) -> Record | None: ...

    def connected(self, contact: ContactId, agent: AgentId, at_ms: int, queue: QueueId) -> None:
        """Remember who talked to the contact's caller last."""

    def talked(self, contact: ContactId, agent: AgentId, talk_ms: int) -> None:
        """Their conversation is over."""

    def disposed(self, contact: ContactId, agent: AgentId, disposition: str) -> None:
        """The agent said what came of it."""

    def last_agent(self, number: str) -> AgentId | None: ...


DIALLED = "dialled"  # among a record's variables: what a trunk is sent, where that is not the number itself


class _Kept(msgspec.Struct, frozen=True):
    caller: Caller
    variables: Mapping[str, str]


class MemoryRecords:
    """Records that end with the process: for demonstrations, and for a centre that must keep nothing."""

    def __init__(self, keep: int = 100_000) -> None:
        self._keep = keep
        self._kept: dict[ContactId, _Kept] = {}
        self._last: dict[str, AgentId] = {}

    def put(self, contact: ContactId, at_ms: int, caller: Caller, variables: Mapping[str, str]) -> None:
        self._kept[contact] = _Kept(caller, variables)
        if len(self._kept) > self._keep:
            del self._kept[next(iter(self._kept))]

    def record(self, contact: ContactId) -> Record | None:
        return self._kept.get(contact)

    def connected(self, contact: ContactId, agent: AgentId, at_ms: int, queue: QueueId) -> None:
        kept = self._kept.get(contact)
        if kept is not None and kept.caller.number:
            self._last.pop(kept.caller.number, None)
            self._last[kept.caller.number] = agent
            if len(self._last) > self._keep:
                del self._last[next(iter(self._last))]

    def talked(self, contact: ContactId, agent: AgentId, talk_ms: int) -> None:
        """Nothing is kept of it."""

    def disposed(self, contact: ContactId, agent: AgentId, disposition: str) -> None:
        """Nor of this."""

    def last_agent(self, number: str) -> AgentId | None:
        return self._last.get(number)


class Personal:
    """Between the inbox and the core."""

    def __init__(self, records: Records, digits: Digits | None = None) -> None:
        self._records, self._digits = records, digits or Digits()
        self._configuration: Configuration | None = None
        self._sticky = False
        self._kept: dict[str, frozenset[str]] = {}

    def strip(self, input: Input, configuration: Configuration) -> tuple[Input, list[Arrival]]:
        """The input as it may be decided, and the arrivals that personal data was taken off."""
        if type(input) is WebArrived:
            self._look_at(configuration)
            last_agent = input.last_agent or self._last_agent(input.caller)
            return replace(input, caller=None, variables={}, last_agent=last_agent), [input]
        if type(input) is LegArrived:
            self._look_at(configuration)
            return self._without(input), [input] if input.caller or input.variables else []
        if type(input) is LinkUp and any(leg.arrival is not None for leg in input.snapshot.legs):
            self._look_at(configuration)
            taken: list[Arrival] = [a for a in _arrivals(input.snapshot.legs) if a.caller or a.variables]
            legs = tuple(
                leg if leg.arrival is None else replace(leg, arrival=self._without(leg.arrival))
                for leg in input.snapshot.legs
            )
            return replace(input, snapshot=replace(input.snapshot, legs=legs)), taken
        if type(input) is SendDigits:
            return self._digits.keep(input), []
        if type(input) is PlaceCall:
            caller = None if input.caller is None else Caller(shape_of(input.caller.number))
            return replace(input, caller=caller, dialled=""), [input]
        return input, []

    def keep(self, taken: list[Arrival], events: Sequence[Event], at_ms: int, state: State) -> None:
        """File what was taken under the contacts that the events made; what became no contact is forgotten."""
        by_leg = {arrival.leg: arrival for arrival in taken if type(arrival) is LegArrived}
        by_session = {arrival.context_id: arrival for arrival in taken if type(arrival) is WebArrived}
        placed = {given.key: given for given in taken if type(given) is PlaceCall}
        for event in events:
            if type(event) is ContactArrived:
                if event.placed_by is not None and event.key in placed:
                    given = placed[event.key]
                    variables = {DIALLED: given.dialled} if given.dialled else {}
                    self._records.put(event.contact, at_ms, given.caller or NOBODY, variables)
                elif event.leg in by_leg:
                    arrival = by_leg[event.leg]
                    wanted = self._kept.get(event.service or "", frozenset())
                    variables = {name: value for name, value in arrival.variables.items() if name in wanted}
                    self._records.put(event.contact, at_ms, arrival.caller or NOBODY, variables)
                elif event.media and event.context_id in by_session:
                    web = by_session[event.context_id]
                    self._records.put(event.contact, at_ms, web.caller or NOBODY, web.variables)
            elif type(event) is ContactConnected:
                row = state.contacts.get(event.contact)
                talk = row.connection if row is not None else None
                self._records.connected(event.contact, event.agent, at_ms, talk.queue if talk else QueueId(""))
            elif type(event) is ConnectionEnded:
                self._records.talked(event.contact, event.agent, event.talk_ms)
            elif type(event) is ContactDisposed:
                self._records.disposed(event.contact, event.agent, event.disposition)

    def _without(self, arrival: LegArrived) -> LegArrived:
        if arrival.caller is None and not arrival.variables:
            return arrival
        last_agent = arrival.last_agent or self._last_agent(arrival.caller)
        return replace(arrival, caller=None, variables={}, last_agent=last_agent)

    def _last_agent(self, caller: Caller | None) -> AgentId | None:
        if not self._sticky or caller is None or not caller.number:
            return None
        return self._records.last_agent(caller.number)

    def _look_at(self, configuration: Configuration) -> None:
        if configuration is not self._configuration:
            self._configuration = configuration
            self._sticky = any(queue.sticky_ms for queue in configuration.queues)
            self._kept = {str(service.service): frozenset(service.variables) for service in configuration.services}


def shape_of(number: str) -> str:
    """What may be journaled of a number: a nought for each digit, ``?`` for what is neither a key nor a plus."""
    return "".join("0" if each in string.digits else each if each in "+*#" else "?" for each in number)


def _arrivals(legs: Sequence[LegSeen]) -> Iterator[LegArrived]:
    for leg in legs:
        if leg.arrival is not None:
            yield leg.arrival


__all__ = ["DIALLED", "MemoryRecords", "Personal", "Record", "Records", "shape_of"]
