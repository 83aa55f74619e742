"""Anything that can happen, in any order: after each input the laws hold, and the journal is the state."""

import hashlib

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from acd.centre import BUSY_CENTRE, CHANGED_CENTRES
from acd.desk_rules import DeskRules
from acd.switch import Switch
from cordpair.acd import Acd, Event, Input, State, breaches
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.configuration import Configuration
from cordpair.acd.events import ContactArrived, ContactEnded
from cordpair.ids import AgentId, LegId, QueueId
from cordpair.runtime.placed import Calls

AGENTS = [*(agent.agent for agent in BUSY_CENTRE.agents), AgentId("fay")]
QUEUES = [queue.queue for queue in BUSY_CENTRE.queues if queue.medium == "voice"]
START = 1_800_000_000_000
REFUSED = ["Originate", "Dial", "Join", "HangUp", "Answer", "Music", "Redirect", "Refer", "Leave"]
PHONE_ENDS = [Cause.BUSY, Cause.REJECTED, Cause.NO_ANSWER, Cause.UNREACHABLE, Cause.NORMAL, Cause.LOST]


def digest(state: State) -> str:
    return hashlib.sha256(msgspec.json.encode(state, order="deterministic")).hexdigest()


class Shift(DeskRules):
    """A shift at a centre with every strategy, on a PBX whose reports are late."""

    centre = BUSY_CENTRE

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.switch = Switch()
        self.switches = [self.switch]
        self.acd = Acd()
        self.journal: list[tuple[int, Input | None, list[Event]]] = []
        self.calls = 0
        self.revision = 1

    @initialize(seed=st.integers(0, 2**32))
    def open(self, seed: int) -> None:
        decision = self.acd.start("t", seed, self.centre, self.now)
        self.journal.append((self.now, None, decision.events))
        for switch in self.switches:
            switch.seats = {f"phone-{agent}": SeatStatus.REACHABLE for agent in [*AGENTS, "fay"]}
            switch.link()
        self._deliver_all()
        for agent in AGENTS[:3]:
            self._receive(inp.SignIn(agent))
            self._receive(inp.Ready(agent))

    # ------------------------------------------------------------ the engine's loop

    def _receive(self, given: Input) -> str | None:
        decision = self.acd.receive(given, self.now)
        if decision.events:
            self.journal.append((self.now, given, decision.events))
        else:
            assert not decision.commands
        for command in decision.commands:
            next(switch for switch in self.switches if switch.node == command.node).do(command)
        assert breaches(self.acd, self.now) == []
        return decision.refusal

    def _deliver(self, count: int, switch: Switch) -> None:
        for _ in range(min(count, len(switch.wire))):
            self._receive(switch.wire.popleft())

    def _deliver_all(self) -> None:
        while waiting := [switch for switch in self.switches if switch.wire]:
            self._deliver(1, waiting[0])

    def _on(self, leg: LegId) -> Switch:
        return next(switch for switch in self.switches if leg in switch.legs)

    # ------------------------------------------------------------ callers

    @rule(
        queue=st.sampled_from([*QUEUES, "nowhere"]),
        ago=st.sampled_from([0, 0, 500, 5_000]),
        last=st.sampled_from([None, *AGENTS]),
        where=st.integers(0, 1),
    )
    def arrive(self, queue: str, ago: int, last: AgentId | None, where: int) -> None:
        self.calls += 1
        leg, switch = LegId(f"in-{self.calls}"), self.switches[where % len(self.switches)]
        switch.call(inp.LegArrived(leg, switch.node, queue, self.now - ago, endpoint="trunk", last_agent=last))

    @rule(queue=st.sampled_from(QUEUES), count=st.integers(1, 4), where=st.integers(0, 1))
    def rush(self, queue: str, count: int, where: int) -> None:
        for _ in range(count):
            self.arrive(queue, 0, None, where)
        self._deliver_all()

    def _callers(self) -> list[LegId]:
        return [leg.leg for switch in self.switches for leg in switch.legs.values() if leg.inbound is not None]

    @precondition(lambda self: self._callers())
    @rule(data=st.data(), cause=st.sampled_from([Cause.NORMAL, Cause.LOST]))
    def caller_hangs_up(self, data: st.DataObject, cause: Cause) -> None:
        leg = data.draw(st.sampled_from(self._callers()))
        self._on(leg).end(leg, cause)

    @precondition(lambda self: self._callers())
    @rule(data=st.data(), digit=st.sampled_from(["1", "2", "9"]))
    def caller_presses(self, data: st.DataObject, digit: str) -> None:
        leg = data.draw(st.sampled_from(self._callers()))
        self._on(leg).tell(inp.Digit(leg, digit))

    @rule(key=st.sampled_from(["", "mail-1"]))
    def task(self, key: str) -> None:
        self._receive(inp.TaskArrived(key, QueueId("chat"), "chat", self.now))

    # ------------------------------------------------------------ calls that agents place

    @rule(agent=st.sampled_from(AGENTS), queue=st.sampled_from([*QUEUES, "chat"]), again=st.booleans())
    def place_call(self, agent: AgentId, queue: str, again: bool) -> None:
        """Once for each key, to a free phone only, and without a word about anybody's state."""
        self.calls += not again
        key, before = f"call-{self.calls}", self.acd.state.agents.get(agent)
        row = None if before is None else msgspec.json.encode((before.status, before.reason, before.since))
        known, at = key in self.acd.state.placed, len(self.journal)
        refusal = self._receive(inp.PlaceCall(key, agent, QueueId(queue), self.now, inp.Caller("+000")))
        made = [event for _, _, events in self.journal[at:] for event in events if type(event) is ContactArrived]
        assert [event.placed_by for event in made if event.placed_by] == ([] if known or refusal else [agent])
        after = self.acd.state.agents.get(agent)
        assert row is None or after is None or row == msgspec.json.encode((after.status, after.reason, after.since))

    # ------------------------------------------------------------ agents' phones

    def _phones(self, answered: bool) -> list[LegId]:
        legs = [leg for switch in self.switches for leg in switch.legs.values()]
        return [leg.leg for leg in legs if leg.inbound is None and leg.answered == answered]

    @precondition(lambda self: self._phones(False))
    @rule(data=st.data())
    def phone_rings(self, data: st.DataObject) -> None:
        leg = data.draw(st.sampled_from(self._phones(False)))
        self._on(leg).ring(leg)

    @precondition(lambda self: self._phones(False))
    @rule(data=st.data())
    def phone_answers(self, data: st.DataObject) -> None:
        leg = data.draw(st.sampled_from(self._phones(False)))
        self._on(leg).pick_up(leg)

    @precondition(lambda self: self._phones(False))
    @rule(data=st.data())
    def converse(self, data: st.DataObject) -> None:
        """Chance alone brings two people together too rarely."""
        leg = data.draw(st.sampled_from(self._phones(False)))
        self._on(leg).ring(leg)
        self._on(leg).pick_up(leg)
        self._deliver_all()

    @precondition(lambda self: self._phones(False))
    @rule(data=st.data(), cause=st.sampled_from(PHONE_ENDS))
    def phone_refuses(self, data: st.DataObject, cause: Cause) -> None:
        leg = data.draw(st.sampled_from(self._phones(False)))
        self._on(leg).end(leg, cause)

    @precondition(lambda self: self._phones(False))
    @rule(data=st.data(), cause=st.sampled_from([Cause.BUSY, Cause.REJECTED]))
    def phone_refuses_at_once(self, data: st.DataObject, cause: Cause) -> None:
        leg = data.draw(st.sampled_from(self._phones(False)))
        self._on(leg).end(leg, cause)
        self._deliver_all()

    @precondition(lambda self: self._phones(True))
    @rule(data=st.data(), cause=st.sampled_from([Cause.NORMAL, Cause.LOST]))
    def agent_hangs_up(self, data: st.DataObject, cause: Cause) -> None:
        leg = data.draw(st.sampled_from(self._phones(True)))
        self._on(leg).end(leg, cause)

    @rule(
        agent=st.sampled_from(AGENTS),
        code=st.sampled_from(["011", "022", "033", "044", "055", "099"]),
        where=st.integers(0, 1),
    )
    def dial_code(self, agent: AgentId, code: str, where: int) -> None:
        self.calls += 1
        leg, switch = LegId(f"code-{self.calls}"), self.switches[where % len(self.switches)]
        switch.call(inp.LegArrived(leg, switch.node, code, self.now, endpoint=f"phone-{agent}"))

    @rule(agent=st.sampled_from(AGENTS), status=st.sampled_from(list(SeatStatus)), where=st.integers(0, 1))
    def seat(self, agent: AgentId, status: SeatStatus, where: int) -> None:
        endpoint, switch = f"phone-{agent}", self.switches[where % len(self.switches)]
        if switch.at_phone(endpoint):
            return  # the driver is silent about seats that we ring
        switch.seats[endpoint] = status
        switch.tell(inp.SeatChanged(switch.node, endpoint, status))

    # ------------------------------------------------------------ agents' wishes

    @rule(agent=st.sampled_from(AGENTS))
    def sign_in(self, agent: AgentId) -> None:
        self._receive(inp.SignIn(agent))

    @rule(agent=st.sampled_from(AGENTS))
    def be_ready(self, agent: AgentId) -> None:
        self._receive(inp.Ready(agent))

    @rule(agent=st.sampled_from(AGENTS), reason=st.sampled_from(["break", "lunch", "nonsense"]))
    def pause(self, agent: AgentId, reason: str) -> None:
        self._receive(inp.NotReady(agent, reason))

    @rule(agent=st.sampled_from(AGENTS))
    def sign_out(self, agent: AgentId) -> None:
        self._receive(inp.SignOut(agent))

    @precondition(lambda self: self.acd.state.offers)
    @rule(data=st.data(), accept=st.booleans())
    def decide_offer(self, data: st.DataObject, accept: bool) -> None:
        offer = data.draw(st.sampled_from(sorted(self.acd.state.offers)))
        self._receive(inp.AcceptOffer(offer) if accept else inp.RejectOffer(offer))

    @precondition(lambda self: self.acd.state.contacts)
    @rule(data=st.data(), what=st.sampled_from(["end", "urgent", "levels"]))
    def act_on_contact(self, data: st.DataObject, what: str) -> None:
        contact = data.draw(st.sampled_from(sorted(self.acd.state.contacts)))
        if what == "end":
            self._receive(inp.EndContact(contact))
        elif what == "urgent":
            self._receive(inp.ChangeContact(contact, head_start_ms=600_000))
        else:
            self._receive(inp.ChangeContact(contact, levels={"english": 4}))

    # ------------------------------------------------------------ the wire and the clock

    @precondition(lambda self: any(switch.wire for switch in self.switches))
    @rule(count=st.integers(1, 6), where=st.integers(0, 1))
    def deliver(self, count: int, where: int) -> None:
        self._deliver(count, self.switches[where % len(self.switches)])

    @rule()
    def catch_up(self) -> None:
        self._deliver_all()

    @rule(ms=st.sampled_from([1, 300, 1_000, 4_000, 12_000, 35_000]))
    def wait(self, ms: int) -> None:
        until = self.now + ms
        while (due := self.acd.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self._receive(inp.TimerDue())
        self.now = until
        self._receive(inp.TimerDue())

    @rule(what=st.sampled_from(["cut", "link", "link", "link", "restart"]), where=st.integers(0, 1))
    def link(self, what: str, where: int) -> None:
        getattr(self.switches[where % len(self.switches)], what)()

    @rule(
        command=st.sampled_from(
            ["Originate", "Dial", "Join", "HangUp", "Answer", "Music", "Redirect", "Refer", "Leave"]
        ),
        where=st.integers(0, 1),
    )
    def refuse_next(self, command: str, where: int) -> None:
        self.switches[where % len(self.switches)].refuse.add(command)

    # ------------------------------------------------------------ the operator

    @rule(change=st.sampled_from([None, *CHANGED_CENTRES]))
    def reload(self, change: str | None) -> None:
        """Applied whole, or refused and nothing changed."""
        self.revision += 1
        wanted = self._changed(change)
        before, at = self.acd.state.configuration, len(self.journal)
        waiting = {visit.contact: visit.enqueued_at for visit in self.acd.state.visits.values()}
        refusal = self._receive(inp.ApplyConfiguration(msgspec.structs.replace(wanted, revision=self.revision)))
        if refusal is not None:
            assert self.acd.state.configuration is before and len(self.journal) == at
        ended = {event.contact for _, _, events in self.journal[at:] for event in events if type(event) is ContactEnded}
        left = {visit.contact: visit.enqueued_at for visit in self.acd.state.visits.values()}
        assert {each: at for each, at in waiting.items() if each not in ended} == left
        for switch in self.switches:  # the driver watches other endpoints, and says so
            for endpoint, status in switch.seats.items():
                if not switch.at_phone(endpoint):
                    switch.tell(inp.SeatChanged(switch.node, endpoint, status))

    def _changed(self, change: str | None) -> Configuration:
        return BUSY_CENTRE if change is None else CHANGED_CENTRES[change]

    # ------------------------------------------------------------ the laws

    @invariant()
    def nothing_happens_twice(self) -> None:
        assert [each for switch in self.switches for each in switch.violations] == []

    @rule()
    def restart_engine(self) -> None:
        """The snapshot is the state, and an engine rebuilt from it decides alike."""
        state = msgspec.json.decode(msgspec.json.encode(self.acd.state), type=State)
        assert digest(state) == digest(self.acd.state)
        self.acd = Acd(state)
        assert breaches(self.acd, self.now) == []

    def teardown(self) -> None:
        self._check_journal()
        self._go_home()
        self._check_placed()
        state = self.acd.state
        assert not state.contacts and not state.visits and not state.offers and not state.bridges
        assert not state.moves
        assert not state.legs
        assert all(not switch.bridges and not switch.legs for switch in self.switches)

    def _check_placed(self) -> None:
        """Whoever asked for a call is told what became of both."""
        calls = Calls()
        for at, _, events in self.journal:
            for event in events:
                calls.see(event, at)
        for call in calls.all.values():
            assert call.is_decided and call.agent_result and call.customer_result
            assert (call.agent_result == "answered") == (call.agent_answered_at is not None)
            assert call.connected_at is None or call.agent_result == call.customer_result == "answered"
            assert call.agent_result == "answered" or call.customer_result == "not_called"

    def _check_journal(self) -> None:
        """Folding the journal gives the state; deciding its inputs again gives its events."""
        folded, again = Acd(), Acd()
        for at, given, events in self.journal:
            folded.fold(events, at)
            if given is None:
                again.start(self.acd.state.run, self.acd.state.seed, self.centre, at)
            else:
                assert again.receive(given, at).events == events
        assert digest(folded.state) == digest(self.acd.state) == digest(again.state)

    def _go_home(self) -> None:
        """Everybody hangs up; what is left must go away by itself."""
        for switch in self.switches:
            switch.refuse.clear()
            switch.link()
        for agent in AGENTS:
            self._receive(inp.SignOut(agent))
        for _ in range(12):
            for leg in [*self._callers(), *self._phones(True), *self._phones(False)]:
                self._on(leg).end(leg, Cause.NORMAL)
            self._deliver_all()
            for contact in list(self.acd.state.contacts):
                self._receive(inp.EndContact(contact))
            self.wait(40_000)


TestShift = Shift.TestCase
TestShift.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)
