"""Placing calls, whoever asks for them: a program, a URL, an agent's desk. One place for what may be called, how often,
and for what is the same request once more.

A call is the contact that the engine makes of it; its id is the call's. See ``cordpair.runtime.placed``.
"""

import hashlib
import math
import secrets

import msgspec

from cordpair.acd.inputs import Caller, EndContact, PlaceCall
from cordpair.acd.model import State
from cordpair.api.decided import decided
from cordpair.api.errors import Invalid, NotFound, Refused, TooMany
from cordpair.api.minutes import Minutes
from cordpair.config.calls import Calls
from cordpair.ids import AgentId, ContactId, QueueId, SeatId
from cordpair.numbers import Destination, NumberRefused, resolve
from cordpair.runtime import Engine
from cordpair.runtime.placed import PlacedCall
from cordpair.store.dial_plan import to_caller_ids, to_plan

LONGEST_KEY = 128


class Wanted(msgspec.Struct, frozen=True):
    """``by``: who asks, for the rates and so that one's keys are not another's. ``key``: the asker's own id of the
    call; the same again is the same call. Empty: it cannot be asked for again."""

    by: str
    agent: AgentId
    to: str
    key: str = ""
    queue: QueueId | None = None


class Dialling:
    def __init__(self, engine: Engine, calls: Calls | None = None, minutes: Minutes | None = None) -> None:
        """``calls``: in force at the start; a reload changes it."""
        self._engine, self._calls = engine, calls or Calls()
        self._minutes = minutes or Minutes()

    @property
    def calls(self) -> Calls:
        reloader = self._engine.reloader
        return reloader.config.calls if reloader is not None else self._calls

    def destination(self, to: str) -> Destination:
        """Raises Invalid. What it says has no number in it."""
        try:
            return resolve(to_plan(self.calls.numbers), to)
        except NumberRefused as refused:
            raise Invalid(str(refused), "to") from None

    def queue(self, wanted: QueueId | None = None) -> QueueId:
        """Where a call counts. Raises Refused when none can be placed."""
        if wanted is not None:
            return wanted
        if self.calls.queue is None:
            raise Refused("No calls are placed here: [calls] names no queue.")
        return QueueId(self.calls.queue)

    async def place(self, wanted: Wanted) -> tuple[PlacedCall, bool]:
        """The call, at once, and whether it is a new one. Raises ApiError; then nothing was done."""
        calls, state = self.calls, self._engine.state
        queue = self.queue(wanted.queue)
        if queue not in state.queues:
            raise Invalid(f"There is no queue {queue!r}.", "queue")
        if wanted.agent not in state.agents:
            raise NotFound(f"There is no agent {wanted.agent!r}.")
        to = self.destination(wanted.to)
        key = _key(wanted.by, wanted.key or secrets.token_hex(12))
        known = self._engine.placed.of_key(key)
        if known is not None:
            return self._same(known, wanted.agent, to), False
        self._count(wanted)
        caller, dialled = Caller(to.shown), to.dial if to.dial != to.shown else ""
        shown_as = to_caller_ids(calls.caller_ids).shown(wanted.agent, queue)
        now = self._engine.clock.now_ms()
        await decided(self._engine, PlaceCall(key, wanted.agent, queue, now, caller, shown_as, dialled))
        call = self._engine.placed.of_key(key)
        if call is None:  # of before a restart
            raise Refused("The key was used for a call that has ended, of which no more is known.")
        return call, True

    async def look(self, call: ContactId, wait_s: float = 0.0) -> PlacedCall | None:
        """How it is; with ``wait_s``, once it is known of both what became of them, or after so long."""
        if wait_s <= 0 or self._engine.placed.of(call) is None:
            return self._engine.placed.of(call)
        return await self._engine.placed.wait(call, wait_s)

    async def cancel(self, call: ContactId) -> None:
        """End it, whatever it has come to. Raises Refused, Unavailable."""
        if call not in self._engine.state.contacts:
            return
        try:
            await decided(self._engine, EndContact(call))
        except Refused:
            if call in self._engine.state.contacts:
                raise

    def _same(self, call: PlacedCall, agent: AgentId, to: Destination) -> PlacedCall:
        record = self._engine.record(call.contact)
        if call.agent != agent or (record is not None and record.caller.number not in ("", to.shown)):
            raise Refused("The key was used for another call.")
        return call

    def _count(self, wanted: Wanted) -> None:
        """Raises TooMany; else one more is counted."""
        rates = self.calls.rates
        by, agent = f"by {wanted.by}", f"agent {wanted.agent}"
        wait = max(self._minutes.wait_s(by, rates.key), self._minutes.wait_s(agent, rates.agent))
        if wait > 0:
            raise TooMany("Too many calls in a minute.", math.ceil(wait))
        self._minutes.note(by)
        self._minutes.note(agent)


def _key(by: str, key: str) -> str:
    """Of the asker's own. A long one is hashed: the engine journals it, and takes no longer ones."""
    if len(by) + len(key) < LONGEST_KEY:
        return f"{by}/{key}"
    return f"{by[:64]}/{hashlib.blake2b(f'{by}/{key}'.encode(), digest_size=24).hexdigest()}"


def agent_at(state: State, seat: str) -> AgentId | None:
    """Who sits there: at the seat of that name, else at that endpoint."""
    row = state.seats.get(SeatId(seat))
    if row is not None:
        return row.agent
    for each in state.configuration.seats:
        if each.endpoint == seat and (at := state.seats[each.seat].agent) is not None:
            return at
    return None


__all__ = ["Dialling", "Wanted", "agent_at"]
