"""All desks that are open: each is shown what is true, as soon as it is committed.

One task follows the journal and only marks whom an entry concerns; each desk has a task of its own that looks and
shows, so no desk waits for another. Queues and colleagues, which concern everybody, are told in rounds, the less often
the more there are to be told: nothing here holds the engine's loop.
"""

import asyncio
import logging

from msgspec.structs import replace

from cordpair.acd import events as ev
from cordpair.acd.configuration import Configuration
from cordpair.acd.inputs import DeskLost, DeskOpened, Request, SignIn
from cordpair.acd.model import AgentRow, AgentStatus, SlotState
from cordpair.api.touched import Kind, Touch
from cordpair.errors import AcdError, CordpairError
from cordpair.ids import AgentId, ContactId, QueueId
from cordpair.runtime import Engine
from cordpair.store import Conversations
from cordpair_gateway.desk.acquaintance import Acquaintance
from cordpair_gateway.desk.day import Today, midnights, today
from cordpair_gateway.desk.messages import error
from cordpair_gateway.desk.outbox import Outbox
from cordpair_gateway.desk.outcomes import Outcomes
from cordpair_gateway.desk.views import Colleague, QueueLine, View, colleagues, desk_of, queues_of
from cordpair_gateway.house import House
from cordpair_gateway.signing_in import Gate, Seated

log = logging.getLogger(__name__)

MISSED = 20_000  # entries that may wait to be looked at
ROUND_S = 1.0
LOOK_S = 10.0  # whether a sign-in was ended elsewhere
SLICE = 100  # desks looked at before others have a turn
COLLEAGUES = 500  # shown at a desk at most
ROWS_PER_S = 20_000  # of colleagues, told to all desks together: about 2 MB


class Desk:
    """One agent's open page."""

    def __init__(self, seated: Seated, agent: AgentId) -> None:
        self.seated = seated
        self.agent = agent
        self.outbox = Outbox()
        self.over: asyncio.Future[str] = asyncio.get_running_loop().create_future()  # why it is closed
        self.dirty = asyncio.Event()
        self.dirty.set()
        self.view: View | None = None  # the own part of what is shown
        self.today: Today | None = None
        self.queues: tuple[QueueLine, ...] = ()
        self.agents: tuple[Colleague, ...] = ()

    def end(self, why: str) -> None:
        if not self.over.done():
            self.over.set_result(why)


class Desks:
    def __init__(
        self, engine: Engine, house: House, gate: Gate, conversations: Conversations, known: Acquaintance
    ) -> None:
        self._engine, self._house, self._gate, self._conversations = engine, house, gate, conversations
        self.known = known
        self.by_agent: dict[AgentId, Desk] = {}
        self.closing = False  # the process ends
        self._news = engine.subscribe(MISSED)
        self._touch = Touch(engine.state)
        self._outcomes = Outcomes()
        self._queues_changed = self._agents_changed = False
        self._told_agents_at = 0.0
        self._works: dict[AgentId, tuple[QueueId, ...]] = {}
        self._works_of: Configuration | None = None

    # ------------------------------------------------------------ open and closed

    async def open(self, desk: Desk) -> None:
        """The agent's, in the place of the one there was: the desk follows the agent. Signs them in, not ready."""
        if not self.by_agent:  # nothing was noted while there was nobody to tell
            self._news.take()
            self._touch.begin(self._engine.state)
            self.known.begin()
        before = self.by_agent.get(desk.agent)
        self.by_agent[desk.agent] = desk
        if before is not None:
            before.end("taken")
            self.known.show(desk.agent, before.view, None)
        await self.sign_in(desk)
        await self._ask(DeskOpened(desk.agent))
        desk.today = await self._today(desk.agent)

    async def sign_in(self, desk: Desk) -> None:
        row = self._engine.state.agents.get(desk.agent)
        if row is not None and row.status is AgentStatus.SIGNED_OUT:
            refusal = await self._ask(SignIn(desk.agent))
            if refusal:
                desk.outbox.say(error("refused", "sign_in", refusal))

    async def close(self, desk: Desk) -> None:
        """Nothing is heard of it any more. Another that took its place stays.

        When the process ends the engine is not told: the grace counts from when the next one is there to come back to.
        """
        if self.by_agent.get(desk.agent) is not desk:
            return
        del self.by_agent[desk.agent]
        self.known.show(desk.agent, desk.view, None)
        if not self.closing:
            await self._ask(DeskLost(desk.agent))

    async def _ask(self, request: Request) -> str:
        """Why not; empty when it was done."""
        try:
            await self._engine.request(request)
        except AcdError as refused:
            return str(refused)
        except CordpairError as why:
            log.warning("the engine could not be told of a desk: %s", why)
            return str(why)
        return ""

    def leave(self, seated: Seated) -> None:
        """The sign-in is over."""
        for desk in list(self.by_agent.values()):
            if desk.seated.sign_in.hash == seated.sign_in.hash:
                desk.end("signed_out")

    # ------------------------------------------------------------ one desk

    async def keep_shown(self, desk: Desk) -> None:
        """Until cancelled. A task of the desk's own."""
        late: set[ContactId] = set()
        while True:
            if late:
                await self._stirred(desk, late)
            else:
                await desk.dirty.wait()
            desk.dirty.clear()
            row = self._engine.state.agents.get(desk.agent)
            if row is None:
                desk.end("signed_out")
                return
            wanted = _contacts_of(row)
            late = set() if await self.known.meet(wanted) else wanted
            view = self._look(desk, row)
            await self._engine.flushed()
            self.take()  # how offers ended is in the entries
            self._show(desk, view)

    async def _stirred(self, desk: Desk, late: set[ContactId]) -> None:
        waits = [asyncio.ensure_future(desk.dirty.wait()), asyncio.ensure_future(self.known.wait(late))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    def _look(self, desk: Desk, row: AgentRow) -> View:
        state = self._engine.state
        if desk.view is None:
            desk.queues = queues_of(state, self._works_of_agent(desk.agent))
            desk.agents = colleagues(state, self._house.name_of, COLLEAGUES)
        view = desk_of(state, row, self.known)
        return view if desk.today is None else replace(view, figures=desk.today.figures(row))

    def _show(self, desk: Desk, view: View) -> None:
        if self.by_agent.get(desk.agent) is not desk:
            return
        before = desk.view
        told = before.offers if before is not None else ()
        ended = {each.offer: word for each in told if (word := self._outcomes.of(each.offer)) is not None}
        self.known.show(desk.agent, before, view)
        desk.view = replace(view, outcomes=ended)
        self._put(desk)

    def _put(self, desk: Desk) -> None:
        if desk.view is not None:
            desk.outbox.show(replace(desk.view, queues=desk.queues, agents=desk.agents))

    # ------------------------------------------------------------ what is committed

    async def run(self) -> None:
        """Beside everything else, until cancelled."""
        try:
            await self._let_go_of_strangers()
            await asyncio.gather(self._follow(), self._tell_rounds(), self._look_at_sign_ins())
        finally:
            self._engine.unsubscribe(self._news)

    async def _let_go_of_strangers(self) -> None:
        """Desks that were open when the process before this one ended: their grace counts from now."""
        for row in list(self._engine.state.agents.values()):
            if row.desk and row.agent not in self.by_agent:
                await self._ask(DeskLost(row.agent))

    async def _follow(self) -> None:
        while await self._news.changed():
            self.take()
            await asyncio.sleep(0)

    def take(self) -> None:
        """What was committed since the last time: mark whom it concerns."""
        news = self._news.take()
        if not self.by_agent:
            return
        if news.missed:
            log.warning("entries came faster than the desks were told; all are looked at anew")
            self._touch.begin(self._engine.state)
            self._outcomes.begin()
            self._mark_all()
        for entry in news.entries:
            for event in entry.events:
                for kind, name in self._touch.rows(event, entry.at):
                    self._mark(kind, name)
                self._note(event)

    def _note(self, event: ev.Event) -> None:
        self._outcomes.see(event)
        if type(event) is ev.OfferMade:
            self.known.made(event.offer, event.contact, event.agent)
        elif type(event) is ev.OfferEnded:
            self.known.ended(event.offer)
        elif type(event) is ev.ConnectionEnded and event.by == "lost":
            self.known.cut_off(event.contact, event.agent)
        elif type(event) is ev.ContactEnded:
            self.known.gone(event.contact)
        elif type(event) is ev.ConfigurationApplied:
            self._touch.begin(self._engine.state)
            self._mark_all()

    def _mark(self, kind: Kind, name: str) -> None:
        if kind is Kind.QUEUE:
            self._queues_changed = True
        elif kind is Kind.AGENT:
            self._agents_changed = True
            self.stir(AgentId(name))
        else:
            self.stir_contact(ContactId(name))

    def stir_contact(self, contact: ContactId) -> None:
        for agent in self.known.shown_to(contact):
            self.stir(agent)

    def stir(self, agent: AgentId) -> None:
        """Something of this desk may look different."""
        desk = self.by_agent.get(agent)
        if desk is not None:
            desk.dirty.set()

    def _mark_all(self) -> None:
        self._queues_changed = self._agents_changed = True
        for desk in self.by_agent.values():
            desk.dirty.set()

    # ------------------------------------------------------------ in rounds

    async def _tell_rounds(self) -> None:
        while True:
            await asyncio.sleep(ROUND_S)
            if self._queues_changed:
                self._queues_changed = False
                await self._tell_queues()
            if self._agents_changed and self._may_tell_agents():
                self._agents_changed = False
                await self._tell_agents()
            await self._turn_the_day()

    async def _tell_queues(self) -> None:
        found = {}
        for number, desk in enumerate(list(self.by_agent.values()), 1):
            found[desk] = queues_of(self._engine.state, self._works_of_agent(desk.agent))
            if number % SLICE == 0:
                await asyncio.sleep(0)
        await self._engine.flushed()
        for desk, lines in found.items():
            if lines != desk.queues:
                desk.queues = lines
                self._put(desk)

    def _may_tell_agents(self) -> bool:
        rows = min(COLLEAGUES, len(self._engine.state.agents)) * len(self.by_agent)
        return asyncio.get_running_loop().time() - self._told_agents_at >= rows / ROWS_PER_S

    async def _tell_agents(self) -> None:
        self._told_agents_at = asyncio.get_running_loop().time()
        found = colleagues(self._engine.state, self._house.name_of, COLLEAGUES)
        await self._engine.flushed()
        for desk in self.by_agent.values():
            if desk.agents != found:
                desk.agents = found
                self._put(desk)

    def _works_of_agent(self, agent: AgentId) -> tuple[QueueId, ...]:
        configuration = self._engine.state.configuration
        if configuration is not self._works_of:
            self._works_of = configuration
            self._works = {
                each.agent: tuple(work.queue for work in each.assignments if work.active)
                for each in configuration.agents
            }
        return self._works.get(agent, ())

    async def _turn_the_day(self) -> None:
        now = self._engine.clock.now_ms()
        for desk in list(self.by_agent.values()):
            if desk.today is not None and now >= desk.today.until:
                desk.today = await self._today(desk.agent)
                desk.dirty.set()

    async def _today(self, agent: AgentId) -> Today | None:
        """None: the store cannot say."""
        row, (last, following) = self._engine.state.agents.get(agent), midnights(self._engine.clock.now_ms())
        if row is None:
            return None
        calls, talk_ms = row.calls, row.talk_ms  # what the store has been told when it is asked
        try:
            return today(await self._conversations.day(agent, last), calls, talk_ms, following)
        except CordpairError as why:
            log.error("an agent is shown no figures of the day: %s", why)
            return None

    async def _look_at_sign_ins(self) -> None:
        """Signed out in another window, or the password was changed."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                good = await self._gate.good([desk.seated.sign_in.hash for desk in self.by_agent.values()])
            except CordpairError as why:
                log.error("sign-ins could not be looked at: %s", why)
                continue
            for desk in list(self.by_agent.values()):
                if desk.seated.sign_in.hash not in good:
                    desk.end("signed_out")


def _contacts_of(row: AgentRow) -> set[ContactId]:
    return {slot.contact for slot in row.slots if slot.contact is not None and slot.state is not SlotState.FREE}


__all__ = ["Desk", "Desks"]
