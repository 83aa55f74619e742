"""All clients of the line protocol: the port they come to, and what each is told of what was committed.

One task looks at each committed entry once, for all of them. Nothing ever waits for a client: one that does not read
what it is sent is dropped. A line that is lost counts as a desk that is lost: its agent becomes not ready after
``[gateway] desk_grace``, unless they come back.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Mapping
from typing import Protocol

from cordpair.acd.inputs import DeskLost, DeskOpened, NotReady, Ready, Request, SignIn, SignOut
from cordpair.acd.model import AgentStatus, State
from cordpair.adapters.cti.feed import Caller, Feed, available
from cordpair.adapters.cti.protocol import LONGEST, Wrong, ko, mac_of
from cordpair.adapters.cti.session import Said, Session
from cordpair.api.passwords import Passwords, TooManyPasswords
from cordpair.api.tries import Tries
from cordpair.config.adapters import Cti
from cordpair.errors import AcdError, CordpairError
from cordpair.ids import AgentId, ContactId, SeatId
from cordpair.runtime import Engine
from cordpair.store import Store, StoreError

log = logging.getLogger(__name__)

SIGN_IN_S = 30.0  # for a stranger to say who they are
BEHIND = 64 * 1024  # bytes that a client has not read: it is dropped
LOOK_S = 10.0  # whether a secret was replaced or taken away
MISSED = 5_000  # entries that may wait to be looked at
NOT_YET = 1 << 62  # no entry has such a number: nothing is told
STRANGERS = 100  # lines on which nobody has signed in


class PlacesCalls(Protocol):
    """Rings the agent's phone, then the number. ``address``: where it is asked from. Raises CordpairError."""

    async def __call__(self, agent: AgentId, number: str, address: str, /) -> None: ...


class Clients:
    """The ``House`` of every session."""

    def __init__(
        self, engine: Engine, wanted: Cti, store: Store, passwords: Passwords, place: PlacesCalls, *, alone: bool
    ) -> None:
        """``alone``: there are no desks in browsers; else those who serve them look after what a restart left."""
        self.idle_ms = wanted.idle
        self._engine, self._wanted, self._place, self._alone = engine, wanted, place, alone
        self._secrets, self._people = store.cti_secrets, store.people
        self._passwords, self._tries = passwords, Tries()
        self._news = engine.subscribe(MISSED)
        self._lines: dict[Session, asyncio.StreamWriter] = {}
        self._by_agent: dict[AgentId, Session] = {}
        self._since: dict[AgentId, int] = {}  # of the secret with which they signed in
        self._seats = {mac_of(mac): SeatId(seat) for mac, seat in wanted.macs.items()}
        self._feed = Feed(self, self._by_agent.__contains__)
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ the port

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> asyncio.Server:
        """Raises OSError."""
        return await asyncio.start_server(
            self._serve, host, port, limit=LONGEST, ssl=tls, ssl_handshake_timeout=10 if tls is not None else None
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        peer = writer.get_extra_info("peername")
        session = Session(self, str(peer[0]) if peer else "", lambda text: _send(writer, text))
        self._lines[session] = writer
        try:
            if len(self._lines) > self._wanted.clients or len(self._lines) - len(self._by_agent) > STRANGERS:
                session.say(ko("Too many clients"))
            else:
                await self._attend(session, reader)
        except (ConnectionError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            if not self._engine.stopping:
                log.debug("a client's line was closed")
        finally:
            self._tasks.discard(task)
            del self._lines[session]
            await self._gone(session.agent, session)
            await _close(writer)

    async def _attend(self, session: Session, reader: asyncio.StreamReader) -> None:
        session.begin()
        stranger_until = asyncio.get_running_loop().time() + SIGN_IN_S
        while True:
            try:
                now = asyncio.get_running_loop().time()
                left = self.idle_ms / 1_000 if session.agent is not None else max(0.0, stranger_until - now)
                async with asyncio.timeout(left):
                    said = await reader.readuntil(b"\n")
                await session.take(said)
            except TimeoutError:
                session.say(ko("Idle"))
                return
            except asyncio.LimitOverrunError:
                session.say(ko("Line too long"))
                return
            except (asyncio.IncompleteReadError, Said):
                return

    async def _gone(self, agent: AgentId | None, session: Session) -> None:
        if agent is None or self._by_agent.get(agent) is not session:
            return
        del self._by_agent[agent]
        self._since.pop(agent, None)
        self._feed.forget(agent)
        if not self._engine.stopping:
            with contextlib.suppress(CordpairError):
                await self._engine.request(DeskLost(agent))

    # ------------------------------------------------------------ what happens

    async def run(self) -> None:
        """Tell, until cancelled."""
        look = asyncio.create_task(self._look_at_secrets(), name="cti secrets")
        try:
            if self._alone:
                await self._let_go_of_strangers()
            while await self._news.changed():
                news = self._news.take()
                if news.missed:
                    log.warning("entries came faster than the line protocol's clients were told; some were not")
                    self._feed.forget()
                for entry in news.entries:
                    for agent, text in self._feed.take(entry.events):
                        self._tell(agent, text, entry.seq)
        finally:
            look.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(look, *self._tasks, return_exceptions=True)
            self._engine.unsubscribe(self._news)

    async def _let_go_of_strangers(self) -> None:
        """Lines that were there when the process before this one ended: their grace counts from now."""
        for row in list(self.state.agents.values()):
            if row.desk and row.agent not in self._by_agent:
                with contextlib.suppress(CordpairError):
                    await self._ask(DeskLost(row.agent))

    def _tell(self, agent: AgentId | None, text: str, seq: int) -> None:
        sessions = self._by_agent.values() if agent is None else filter(None, [self._by_agent.get(agent)])
        for session in list(sessions):
            if seq > session.since:
                session.say(text)

    async def _look_at_secrets(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self.drop_the_revoked()

    async def drop_the_revoked(self) -> None:
        """Whoever signed in with a secret that is no longer good is let go."""
        try:
            good = await self._secrets.all()
            out = {person.name for person in await self._people.all() if not person.enabled}
        except StoreError as error:
            log.error("the secrets of the line protocol cannot be looked at: %s", error)
            return
        for agent, session in list(self._by_agent.items()):
            known = any(each.agent == agent for each in self.state.configuration.agents)
            if good.get(agent) != self._since.get(agent) or not known or agent in out:
                session.say(ko("The secret is no longer good"))
                self._lines[session].close()

    # ------------------------------------------------------------ what sessions ask

    async def verify(self, name: str, digest: str, address: str) -> AgentId | None:
        if self._tries.take(name, address, self._engine.clock.now_ms()) is not None:
            log.warning("too many sign-ins of the line protocol are tried with one name or from one address")
            raise Wrong("Too many tries")
        agent = AgentId(name)
        try:
            kept = await self._secrets.find(agent)
            person = await self._people.find(name)
            found = kept if agent in self.state.agents and (person is None or person.enabled) else None
            good = (await self._passwords.verify(found.hash if found is not None else None, digest)).good
        except (TooManyPasswords, StoreError):
            raise Wrong("Not now") from None
        if found is None or not good:
            return None
        self._tries.succeeded(name, address, self._engine.clock.now_ms())
        row = self.state.agents[agent]
        if agent in self._by_agent or (row.desk and row.desk_gone_until is None):
            raise Wrong("User is still logged in")
        self._since[agent] = found.changed_at
        return agent

    async def sit(self, agent: AgentId, session: Session) -> list[str]:
        if agent in self._by_agent:  # two at once with the same name: the first has it
            raise AcdError("User is still logged in")
        self._by_agent[agent] = session
        session.since = NOT_YET
        try:
            await self._ask(DeskOpened(agent))
            await self._ask(SignIn(agent))
            if not self._wanted.begin_in_pause:
                await self._ask(Ready(agent))
        except BaseException:
            await self._gone(agent, session)
            raise
        await self._engine.flushed()
        session.since = self._engine.committed_seq
        log.info("an agent signed in over the line protocol")
        ready = self.state.agents[agent].status is AgentStatus.READY
        return [*(available(self.state, agent) if ready else ()), *(told.line for told in self._feed.begin(agent))]

    async def move(self, agent: AgentId, seat: SeatId) -> None:
        await self._ask(SignIn(agent, seat))

    async def leave(self, agent: AgentId) -> None:
        await self._ask(SignOut(agent))

    async def pause(self, agent: AgentId, on: bool) -> bool:
        row = self.state.agents[agent]
        before = row.status, row.reason
        await self._ask(NotReady(agent, self._wanted.pause_reason) if on else Ready(agent))
        wanted = AgentStatus.NOT_READY if on else AgentStatus.READY
        return row.status is wanted and (row.status, row.reason) == before

    async def call(self, agent: AgentId, number: str, context: str, address: str) -> None:
        if context not in self._wanted.contexts:
            raise AcdError("This context may not be dialled in")
        await self._place(agent, number, address)

    def seat_of(self, agent: AgentId) -> str:
        row = self.state.agents.get(agent)
        seat = row.seat if row is not None else None
        return next((each.endpoint for each in self.state.configuration.seats if each.seat == seat), "")

    def seat_by_mac(self, mac: str) -> SeatId | None:
        return self._seats.get(mac)

    def seat_by_extension(self, extension: str) -> SeatId | None:
        found = [each.seat for each in self.state.configuration.seats if extension in (each.endpoint, each.seat)]
        return found[0] if len(found) == 1 else None

    async def _ask(self, request: Request) -> None:
        await self._engine.request(request)

    # ------------------------------------------------------------ what the feed asks

    @property
    def state(self) -> State:
        return self._engine.state

    def caller(self, contact: ContactId) -> Caller:
        return self._engine.caller(contact)

    def variables(self, contact: ContactId) -> Mapping[str, str]:
        record = self._engine.record(contact)
        return record.variables if record is not None else {}


def _send(writer: asyncio.StreamWriter, text: str) -> None:
    if writer.is_closing():
        return
    if writer.transport.get_write_buffer_size() > BEHIND:
        log.warning("a client of the line protocol does not read what it is sent; it is dropped")
        writer.transport.abort()
        return
    writer.write(text.encode() + b"\n")


async def _close(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
        async with asyncio.timeout(2.0):
            writer.close()
            await writer.wait_closed()
    writer.transport.abort()


__all__ = ["Clients", "PlacesCalls"]
