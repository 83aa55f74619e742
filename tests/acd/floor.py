"""A shop floor for unit tests: one engine core, phones that do as told, a clock that a test moves.

What the engine asks of the PBX that has only one possible result (answering and hanging up) happens at once, unless
a test holds it back. The laws are checked after every input.
"""

from collections.abc import Iterable
from typing import TypeVar

from acd.centre import NODE
from cordpair.acd import Acd, Decision, Event, Input, breaches
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.configuration import Configuration
from cordpair.acd.model import AgentRow, ContactRow, LegState, OfferRow, VisitRow
from cordpair.ids import AgentId, BridgeId, ContactId, LegId

START = 1_800_000_000_000
STAMP = inp.Stamp("main")

E = TypeVar("E")
C = TypeVar("C")


class Floor:
    def __init__(self, configuration: Configuration, ready: Iterable[str] = (), seed: int = 1) -> None:
        self.configuration = configuration
        self.now = START
        self.acd = Acd()
        self.journal: list[tuple[int, Input | None, list[Event]]] = []
        self.events: list[Event] = []
        self.commands: list[cmd.Command] = []
        self.held: set[type] = set()  # commands that nothing follows from
        self.calls = 0
        decision = self.acd.start("t", seed, configuration, self.now)
        self._keep(None, decision)
        self.link()
        self.wait(configuration.timing.settle_ms)
        self.ready(*ready)

    # ------------------------------------------------------------ the loop

    def _keep(self, given: Input | None, decision: Decision) -> None:
        if given is None or decision.events:
            self.journal.append((self.now, given, decision.events))
        self.events += decision.events
        self.commands += decision.commands

    def receive(self, given: Input) -> Decision:
        """Give one input, and let the phones do what follows from it."""
        decision = self.acd.receive(given, self.now)
        self._keep(given, decision)
        assert breaches(self.acd, self.now) == []
        for command in decision.commands:
            if type(command) in self.held:
                continue
            if isinstance(command, cmd.Answer):
                self.receive(inp.LegAnswered(command.leg))
            elif isinstance(command, cmd.HangUp):
                self.receive(inp.LegEnded(command.leg, command.cause))
        return decision

    def wait(self, ms: int) -> None:
        until = self.now + ms
        while (due := self.acd.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.receive(inp.TimerDue())
        self.now = until

    def link(self, legs: tuple[inp.LegSeen, ...] = (), epoch: str = "1", **options: object) -> Decision:
        seats = {seat.endpoint: SeatStatus.REACHABLE for seat in self.configuration.seats}
        snapshot = inp.Snapshot(epoch, legs, seats=seats, **options)  # type: ignore[arg-type]
        return self.receive(inp.LinkUp(NODE, snapshot))

    def seen(self) -> tuple[inp.LegSeen, ...]:
        """All legs as the engine knows them: what a snapshot of an undisturbed PBX shows."""
        return tuple(
            inp.LegSeen(row.leg, row.state is LegState.UP, row.state is LegState.RINGING, row.bridge, STAMP)
            for row in self.acd.state.legs.values()
        )

    def rebuilt(self) -> Acd:
        """An engine that recovered from the journal."""
        folded = Acd()
        for at, _, events in self.journal:
            folded.fold(events, at)
        return folded

    def cut(self) -> None:
        self.receive(inp.LinkDown(NODE, "cut"))

    # ------------------------------------------------------------ callers

    def call(self, dialled: str, ago: int = 0, leg: str = "", **options: object) -> ContactId:
        self.calls += 1
        name = LegId(leg or f"in-{self.calls}")
        made = self.receive(inp.LegArrived(name, NODE, dialled, self.now - ago, endpoint="trunk", **options))  # type: ignore[arg-type]
        return next(event.contact for event in made.events if isinstance(event, ev.ContactArrived))

    def leg(self, contact: str) -> LegId:
        leg = self.contact(contact).leg
        assert leg is not None
        return leg

    def abandon(self, contact: str, cause: Cause = Cause.NORMAL) -> Decision:
        return self.receive(inp.LegEnded(self.leg(contact), cause))

    # ------------------------------------------------------------ agents

    def sign_in(self, *agents: str) -> None:
        for agent in agents:
            self.receive(inp.SignIn(AgentId(agent)))

    def ready(self, *agents: str) -> None:
        for agent in agents:
            if self.agent(agent).status.value == "signed_out":
                self.sign_in(agent)
            self.receive(inp.Ready(AgentId(agent)))

    def pause(self, agent: str, reason: str = "break") -> Decision:
        return self.receive(inp.NotReady(AgentId(agent), reason))

    def dial(self, agent: str, code: str) -> Decision:
        self.calls += 1
        leg = LegId(f"code-{self.calls}")
        return self.receive(inp.LegArrived(leg, NODE, code, self.now, endpoint=f"phone-{agent}"))

    def rings(self, agent: str) -> None:
        self.receive(inp.LegRinging(self.phone(agent)))

    def picks_up(self, agent: str) -> BridgeId:
        made = self.receive(inp.LegAnswered(self.phone(agent)))
        bridge = next(event.bridge for event in made.events if isinstance(event, ev.OfferAnswered))
        assert bridge is not None
        return bridge

    def refuses(self, agent: str, cause: Cause) -> None:
        self.receive(inp.LegEnded(self.phone(agent), cause))

    def answers(self, agent: str) -> ContactId:
        """Rings, is picked up and joined: a conversation."""
        contact, phone = self.offer(agent).contact, self.phone(agent)
        self.rings(agent)
        bridge = self.picks_up(agent)
        self.receive(inp.Joined(self.leg(contact), bridge))
        self.receive(inp.Joined(phone, bridge))
        return contact

    def hangs_up(self, agent: str, cause: Cause = Cause.NORMAL) -> None:
        self.receive(inp.LegEnded(self.phone(agent), cause))

    def wraps_up(self, agent: str) -> None:
        self.receive(inp.WrapUpDone(AgentId(agent)))

    # ------------------------------------------------------------ what can be seen

    def agent(self, agent: str) -> AgentRow:
        return self.acd.state.agents[AgentId(agent)]

    def contact(self, contact: str) -> ContactRow:
        return self.acd.state.contacts[ContactId(contact)]

    def lives(self, contact: str) -> bool:
        return contact in self.acd.state.contacts

    def visit(self, contact: str) -> VisitRow:
        visit = self.contact(contact).visit
        assert visit is not None
        return self.acd.state.visits[visit]

    def offer(self, agent: str) -> OfferRow:
        found = [row for row in self.acd.state.offers.values() if row.agent == agent]
        assert len(found) == 1, f"{agent} has {len(found)} offers"
        return found[0]

    def phone(self, agent: str) -> LegId:
        """The leg at the agent's phone, alerted or in conversation."""
        legs = [row.leg for row in self.acd.state.offers.values() if row.agent == agent]
        talks = [row.connection for row in self.acd.state.contacts.values() if row.connection is not None]
        legs += [talk.leg for talk in talks if talk.agent == agent]
        assert len(legs) == 1 and legs[0] is not None, f"{agent}: {legs}"
        return legs[0]

    def partner(self, contact: str) -> str | None:
        """The agent who talks with the contact."""
        connection = self.contact(contact).connection
        return connection.agent if connection is not None else None

    def alerted(self, contact: str | None = None) -> list[str]:
        """The agents who are alerted now, for one contact or for any."""
        return sorted(row.agent for row in self.acd.state.offers.values() if contact in (None, row.contact))

    def offered(self) -> list[tuple[str, str]]:
        """Every offer so far as (contact, agent)."""
        return [(event.contact, event.agent) for event in self.all(ev.OfferMade)]

    def slots(self, agent: str) -> list[str]:
        return [slot.state.value for slot in self.agent(agent).slots]

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def last(self, kind: type[E]) -> E:
        return self.all(kind)[-1]

    def sent(self, kind: type[C]) -> list[C]:
        return [command for command in self.commands if isinstance(command, kind)]

    def outcomes(self, queue: str) -> dict[str, int]:
        row = next(row for row in self.acd.state.queues.values() if row.queue == queue)
        return {outcome.value: count for outcome, count in row.outcomes.items()}

    def ends(self) -> list[str]:
        """How contacts ended, in order."""
        return [event.end.value for event in self.all(ev.ContactEnded)]

    def is_home(self) -> bool:
        """Whether nothing is left of any call."""
        state = self.acd.state
        return not (state.contacts or state.visits or state.offers or state.legs or state.bridges)
