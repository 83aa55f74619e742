"""What agents do at their desks, for the machines that let anything happen."""

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from acd.centre import BUSY_CENTRE
from acd.switch import Switch, SwitchLeg
from cordpair.acd import Acd, Input
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.events import (
    ContactConnected,
    ContactTransferred,
    DeskDisconnected,
    DigitsSent,
    Event,
    ExclusionsCleared,
    OfferMade,
    VisitBegan,
)
from cordpair.acd.model import AgentStatus, ContactRow, OfferRow
from cordpair.acd.placing import PLACED
from cordpair.ids import AgentId, ContactId, LegId, QueueId, SeatId

AGENTS = [*(agent.agent for agent in BUSY_CENTRE.agents), AgentId("fay")]
QUEUES = [queue.queue for queue in BUSY_CENTRE.queues]
HOLD_STORY = ["on", "off", "off", "deliver", "deliver", "cut", "link", "gap", "gap", "Join", "Leave", "Music", "lost"]
DISPOSITIONS = ["solved", "wrong number", ""]


class DeskRules(RuleBasedStateMachine):
    acd: Acd
    now: int
    journal: list[tuple[int, Input | None, list[Event]]]
    switches: list[Switch]

    if TYPE_CHECKING:

        def _receive(self, given: Input) -> str | None: ...

        def _deliver_all(self) -> None: ...

        def _phones(self, answered: bool) -> list[LegId]: ...

        def _on(self, leg: LegId) -> Switch: ...

        def arrive(self, queue: str, ago: int, last: AgentId | None, where: int) -> None: ...

        def wait(self, ms: int) -> None: ...

    def _talks(self) -> list[ContactRow]:
        return [row for row in self.acd.state.contacts.values() if row.connection is not None]

    def _drawn(self, data: st.DataObject) -> tuple[ContactId, AgentId]:
        row = data.draw(st.sampled_from(self._talks()))
        assert row.connection is not None
        return row.contact, row.connection.agent

    # ------------------------------------------------------------ conversations

    @rule(agent=st.sampled_from(AGENTS), queue=st.sampled_from(["everybody", "everybody", "general", "billing"]),
          where=st.integers(0, 1), other=st.sampled_from(AGENTS))  # fmt: skip
    def talk(self, agent: AgentId, queue: str, where: int, other: AgentId) -> None:
        """Chance alone brings two people together too rarely. Somebody else may be there to give them to."""
        for switch in self.switches:
            switch.link()
        self._deliver_all()
        self.wait(5_000)
        for each in (agent, other):
            self._receive(inp.SignIn(each))
            self._receive(inp.Ready(each))
        self.arrive(queue, 0, None, where)
        self._deliver_all()
        self.answer_phones()

    @precondition(lambda self: self._phones(False))
    @rule()
    def answer_phones(self) -> None:
        for leg in self._phones(False):
            if any(leg in switch.legs for switch in self.switches):
                self._on(leg).ring(leg)
                self._on(leg).pick_up(leg)
                self._deliver_all()

    # ------------------------------------------------------------ with the customer

    @precondition(lambda self: self._talks())
    @rule(data=st.data(), on=st.sampled_from([True, True, False]), at_once=st.booleans())
    def hold(self, data: st.DataObject, on: bool, at_once: bool) -> None:
        contact, agent = self._drawn(data)
        is_call = self.acd.state.contacts[contact].leg is not None
        assert (self._receive(inp.Hold(contact, agent, on)) is None) == is_call
        if is_call:
            connection = self.acd.state.contacts[contact].connection
            assert connection is not None and connection.held is on
        if at_once:
            self._deliver_all()

    @precondition(lambda self: self._talks())
    @rule(data=st.data(), steps=st.lists(st.sampled_from(HOLD_STORY), min_size=1, max_size=6))
    def hold_story(self, data: st.DataObject, steps: list[str]) -> None:
        """What chance alone would hardly do to one conversation in a row."""
        contact, agent = self._drawn(data)
        row = self.acd.state.contacts[contact]
        for step in ["on", *steps]:
            if step in ("on", "off") and row.connection is not None:
                self._receive(inp.Hold(contact, agent, step == "on"))
            elif step in ("cut", "link", "gap"):
                for switch in self.switches:
                    for each in ("cut", "link") if step == "gap" else (step,):
                        getattr(switch, each)()
            elif step in ("Join", "Leave", "Music"):
                self.switches[0].refuse.add(step)
            elif step == "lost" and row.connection is not None and row.connection.leg in self._phones(True):
                self._on(row.connection.leg).end(row.connection.leg, Cause.LOST)
            else:
                self._deliver_all()
        if data.draw(st.booleans()):
            for switch in self.switches:
                switch.link()
            self._deliver_all()

    @precondition(lambda self: self._talks())
    @rule(data=st.data(), queue=st.sampled_from([*QUEUES, QueueId("nowhere")]))
    def transfer_to_queue(self, data: st.DataObject, queue: QueueId) -> None:
        self._transfer(data, queue, None)

    @precondition(lambda self: self._talks())
    @rule(data=st.data(), to=st.sampled_from(AGENTS))
    def transfer_to_agent(self, data: st.DataObject, to: AgentId) -> None:
        self._transfer(data, None, to)

    def _transfer(self, data: st.DataObject, queue: QueueId | None, to: AgentId | None) -> None:
        """Granted it is a wait; refused, nothing has changed. Never both, and never twice."""
        contact, agent = self._drawn(data)
        row = self.acd.state.contacts[contact]
        leg, context_id = row.leg, row.context_id
        refusal = self._receive(inp.Transfer(contact, agent, queue, to))
        if refusal is not None:
            assert row.connection is not None and row.connection.agent == agent
            return
        assert self._receive(inp.Transfer(contact, agent, queue, to)) is not None
        if contact in self.acd.state.contacts:
            assert (row.leg, row.context_id, row.connection) == (leg, context_id, None)
        happened = self.journal[-1][2]
        event = next(each for each in happened if type(each) is ContactTransferred)
        made = [each for each in happened if type(each) is OfferMade and each.contact == contact]
        assert all(each.enqueued_at == self.now for each in happened if type(each) is VisitBegan)
        assert all(each.agent != agent for each in made) or any(type(each) is ExclusionsCleared for each in happened)
        assert to is None or event.to == to
        assert to is None or all(each.agent == to for each in made)

    @precondition(lambda self: self._talks())
    @rule(data=st.data(), digits=st.sampled_from(["0", "0000", "?"]))
    def send_digits(self, data: st.DataObject, digits: str) -> None:
        contact, agent = self._drawn(data)
        refusal = self._receive(inp.SendDigits(contact, agent, digits))
        assert (refusal is None) == (digits != "?" and self.acd.state.contacts[contact].leg is not None)
        assert refusal is not None or any(type(each) is DigitsSent for each in self.journal[-1][2])

    @precondition(lambda self: self._talks())
    @rule(data=st.data())
    def hang_up_contact(self, data: st.DataObject) -> None:
        contact, agent = self._drawn(data)
        assert self._receive(inp.HangUpContact(contact, agent)) is None
        assert contact not in self.acd.state.contacts

    @precondition(lambda self: self._talks())
    @rule(data=st.data())
    def ring_again(self, data: st.DataObject) -> None:
        contact, agent = self._drawn(data)
        before = self.acd.state.contacts[contact]
        is_call = before.leg is not None
        place = before.connection.enqueued_at if before.connection is not None else 0
        assert (self._receive(inp.RingAgain(contact, agent)) is None) == is_call
        if is_call:
            visit = self.acd.state.contacts[contact].visit
            assert visit is not None
            assert self.acd.state.visits[visit].enqueued_at == place

    @precondition(lambda self: self.acd.state.contacts)
    @rule(data=st.data(), agent=st.sampled_from(AGENTS), what=st.integers(0, 4))
    def act_on_what_is_anothers(self, data: st.DataObject, agent: AgentId, what: int) -> None:
        row = self.acd.state.contacts[data.draw(st.sampled_from(sorted(self.acd.state.contacts)))]
        if row.connection is not None and row.connection.agent == agent:
            return
        contact = row.contact
        given: tuple[inp.DeskInput, ...] = (
            inp.Hold(contact, agent),
            inp.Transfer(contact, agent, QUEUES[0]),
            inp.SendDigits(contact, agent, "0"),
            inp.HangUpContact(contact, agent),
            inp.RingAgain(contact, agent),
        )
        assert self._receive(given[what]) is not None

    @rule(agent=st.sampled_from(AGENTS), disposition=st.sampled_from(DISPOSITIONS))
    def dispose(self, agent: AgentId, disposition: str) -> None:
        row = self.acd.state.agents.get(agent)
        used = [each for each in row.slots if each.state.value in ("connected", "wrap_up")] if row is not None else []
        for slot in used:
            contact = slot.contact
            assert contact is not None
            assert (self._receive(inp.Dispose(contact, agent, disposition)) is None) == (disposition != "")
            assert disposition == "" or slot.disposition == disposition
        if not used:
            assert self._receive(inp.Dispose(ContactId("t-c1"), agent, disposition)) is not None

    # ------------------------------------------------------------ the desk itself

    @rule(agent=st.sampled_from(AGENTS), what=st.sampled_from(["opened", "lost", "lost for good"]))
    def desk(self, agent: AgentId, what: str) -> None:
        known = agent in self.acd.state.agents
        if what == "opened":
            assert (self._receive(inp.DeskOpened(agent)) is None) == known
            return
        had = known and self.acd.state.agents[agent].desk
        assert (self._receive(inp.DeskLost(agent)) is None) == known
        if what == "lost for good" and had:
            self._deliver_all()
            self.wait(35_000)
            row = self.acd.state.agents.get(agent)
            assert row is None or not row.desk
            if row is not None and row.status is AgentStatus.READY:
                assert row.pending.value, f"{agent} is available, and nobody is at the desk"

    @precondition(lambda self: self.acd.state.offers)
    @rule(data=st.data(), back=st.booleans())
    def desk_of_who_is_alerted(self, data: st.DataObject, back: bool) -> None:
        """What only the desk could take, and what rings in its page, is taken back; another phone rings on."""
        agent = self.acd.state.offers[data.draw(st.sampled_from(sorted(self.acd.state.offers)))].agent
        self._receive(inp.DeskOpened(agent))
        before = {row.offer: row.answered or row.leg is not None for row in self._offers_of(agent)}
        seat = self.acd.cell.book.seats.get(self.acd.state.agents[agent].seat or SeatId(""))
        self._receive(inp.DeskLost(agent))
        for row in self._offers_of(agent):
            assert before[row.offer] and (row.answered or seat is None or not seat.browser)
        if back:
            self._receive(inp.DeskOpened(agent))

    def _offers_of(self, agent: AgentId) -> list[OfferRow]:
        return [row for row in self.acd.state.offers.values() if row.agent == agent]

    # ------------------------------------------------------------ laws

    def _is_quiet(self) -> bool:
        return all(switch.linked and not switch.wire for switch in self.switches)

    @invariant()
    def who_is_held_is_outside_and_who_talks_is_inside(self) -> None:
        """When everything that happened is known. Who is just being joined is not yet in conversation."""
        if not self._is_quiet():
            return
        for row in self._talks():
            assert row.connection is not None
            if row.leg is None:
                continue
            customer, phone = self._seen(row.leg), self._seen(row.connection.leg)
            if customer is None or phone is None:
                continue
            assert phone.bridge == row.bridge
            assert customer.bridge == (None if row.connection.held else row.bridge), row.contact

    def _seen(self, leg: LegId | None) -> SwitchLeg | None:
        return next((switch.legs[leg] for switch in self.switches if leg in switch.legs), None)

    @invariant()
    def nobody_is_alerted_at_an_empty_desk(self) -> None:
        happened = self.journal[-1][2] if self.journal else []
        gone = {each.agent for each in happened if type(each) is DeskDisconnected}
        for made in happened:
            asked = type(made) is OfferMade and made.strategy == PLACED  # by somebody with a phone in their hand
            row = self.acd.state.agents.get(made.agent) if type(made) is OfferMade and not asked else None
            assert row is None or row.desk_gone_until is None or row.agent in gone

    @invariant()
    def nobody_is_connected_twice_at_once(self) -> None:
        made = [each for each in self.journal[-1][2] if type(each) is ContactConnected] if self.journal else []
        assert len({each.contact for each in made}) == len(made)
