"""One client: what it says and what it is told, from the welcome to the end of the line.

A command is answered before the next is read. Until somebody has signed in nothing is told that a stranger could use:
not even whether a name exists.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from cordpair.adapters.cti import protocol as line
from cordpair.adapters.cti.protocol import BEFORE_SIGN_IN, Command, Verb, Wrong, digest_of, ko, mac_of
from cordpair.errors import CordpairError
from cordpair.ids import AgentId, SeatId

TRIES = 3  # passwords on one line


class Said(Exception):
    """The end of the line, after a last word."""


class House(Protocol):
    """What the session asks of the rest. All but ``verify`` raise CordpairError, whose text goes to the client."""

    @property
    def idle_ms(self) -> int: ...

    async def verify(self, name: str, digest: str, address: str) -> AgentId | None:
        """Whose secret it is. Raises Wrong when it may not be tried."""

    async def sit(self, agent: AgentId, session: "Session") -> list[str]:
        """Sign the agent in at their own seat; from here on the session is theirs. What they are in is told first."""

    async def move(self, agent: AgentId, seat: SeatId) -> None: ...

    async def leave(self, agent: AgentId) -> None:
        """Sign out."""

    async def pause(self, agent: AgentId, on: bool) -> bool:
        """Whether it is so already; else it is told when it is."""

    async def call(self, agent: AgentId, number: str, context: str, address: str) -> None: ...

    def seat_of(self, agent: AgentId) -> str:
        """The phone's endpoint; empty: none."""

    def seat_by_mac(self, mac: str) -> SeatId | None: ...

    def seat_by_extension(self, extension: str) -> SeatId | None: ...


class Session:
    def __init__(self, house: House, address: str, say: Callable[[str], None]) -> None:
        """``say``: sends a line, and never waits."""
        self.agent: AgentId | None = None
        self.since = 0  # the journal's entry up to which the client knows what is
        self.say = say
        self._house, self._address = house, address
        self._name = ""
        self._tries = TRIES

    def begin(self) -> None:
        self.say(line.WELCOME)

    async def take(self, said: bytes) -> None:
        """Raises Said when the line is to be closed."""
        try:
            command = line.parse(said)
            if self.agent is None and command.verb not in BEFORE_SIGN_IN:
                raise Wrong("Not authenticated")
            await DO[command.verb](self, command)
        except Wrong as wrong:
            self.say(ko(str(wrong)))
        except CordpairError as error:
            self.say(ko(str(error)))

    # ------------------------------------------------------------ who it is

    async def _user(self, command: Command) -> None:
        self._must_be_nobody()
        (self._name,) = _exactly(1, command, "No username given")
        self.say(line.OK)

    async def _pass(self, command: Command) -> None:
        self._must_be_nobody()
        if not self._name:
            raise Wrong("Send User First")
        (given,) = _exactly(1, command, "No password given")
        name, self._name = self._name, ""
        await self._sign_in(name, given)

    async def _login(self, command: Command) -> None:
        """``LOGIN user md5 [system] [mac]``, in the place of four commands."""
        self._must_be_nobody()
        if not 2 <= len(command.parameters) <= 4:
            raise Wrong("Wrong parameters")
        name, given, *rest = command.parameters
        agent = await self._sign_in(name, given)
        if agent is not None and len(rest) == 2:
            await self._mac(Command(Verb.MAC, (rest[1],)))

    async def _sign_in(self, name: str, given: str) -> AgentId | None:
        digest = digest_of(given)
        agent = await self._house.verify(name, digest, self._address) if digest is not None else None
        if agent is None:
            self._tries -= 1
            self.say(ko("Wrong username or password"))
            if self._tries <= 0:
                raise Said
            return None
        told = await self._house.sit(agent, self)
        self.agent = agent
        for text in (line.AUTHENTICATED, *told):
            self.say(text)
        return agent

    def _must_be_nobody(self) -> None:
        if self.agent is not None:
            raise Wrong("Already authenticated")

    # ------------------------------------------------------------ where

    async def _mac(self, command: Command) -> None:
        (given,) = _exactly(1, command, "No MAC given")
        mac = mac_of(given)
        await self._move(self._house.seat_by_mac(mac) if mac is not None else None, "MAC address unknown")

    async def _extension(self, command: Command) -> None:
        (given,) = _exactly(1, command, "No extension given")
        await self._move(self._house.seat_by_extension(given), "Extension unknown")

    async def _move(self, seat: SeatId | None, unknown: str) -> None:
        if seat is None:
            raise Wrong(unknown)
        await self._house.move(self._who(), seat)
        self.say(line.OK)

    async def _identify(self, command: Command) -> None:
        endpoint = self._house.seat_of(self._who())
        if not endpoint:
            raise Wrong("Seat not yet set")
        self.say(f"{line.OK} exten-{endpoint}")

    # ------------------------------------------------------------ work

    async def _pause(self, command: Command) -> None:
        """Two phases: asked for now, in force when it is told. In a call that is after the call."""
        (given,) = _exactly(1, command, "No action requested")
        wanted = {"IN": True, "OUT": False}.get(given.upper())
        if wanted is None:
            raise Wrong("No action requested")
        if wanted:
            self.say(line.PENDING)
        try:
            done = await self._house.pause(self._who(), wanted)
        except CordpairError as error:
            self.say(ko(str(error), 302))
            return
        if done:
            self.say(line.PAUSED)

    async def _originate(self, command: Command) -> None:
        if not 2 <= len(command.parameters) <= 3:
            raise Wrong("Wrong parameters: ORIG exten context priority")
        number, context = command.parameters[:2]
        await self._house.call(self._who(), number, context, self._address)
        self.say(line.OK)

    def _who(self) -> AgentId:
        assert self.agent is not None, "strangers come no further"
        return self.agent

    # ------------------------------------------------------------ the line itself

    async def _noop(self, command: Command) -> None:
        self.say(line.OK)

    async def _keep(self, command: Command) -> None:
        self.say(f"104 OK {self._house.idle_ms}")

    async def _compress(self, command: Command) -> None:
        self.say("103 0")  # there is none

    async def _system(self, command: Command) -> None:
        self.say(f"{line.OK} Operating system set")

    async def _change_password(self, command: Command) -> None:
        raise Wrong("Secrets are generated: have a new one made")

    async def _conference(self, command: Command) -> None:
        raise Wrong("There are no conferences")

    async def _quit(self, command: Command) -> None:
        if self.agent is not None:
            await self._house.leave(self.agent)
        self.say(line.BYE)
        raise Said


def _exactly(count: int, command: Command, missing: str) -> tuple[str, ...]:
    if len(command.parameters) < count:
        raise Wrong(missing)
    if len(command.parameters) > count:
        raise Wrong("Too many parameters")
    return command.parameters


DO: dict[Verb, Callable[[Session, Command], Awaitable[None]]] = {
    Verb.USER: Session._user,
    Verb.PASS: Session._pass,
    Verb.LOGIN: Session._login,
    Verb.QUIT: Session._quit,
    Verb.NOOP: Session._noop,
    Verb.KEEP: Session._keep,
    Verb.COMPRESS: Session._compress,
    Verb.IDENTIFY: Session._identify,
    Verb.SYSTEM: Session._system,
    Verb.MAC: Session._mac,
    Verb.EXTENSION: Session._extension,
    Verb.CHANGE_PASSWORD: Session._change_password,
    Verb.PAUSE: Session._pause,
    Verb.ORIGINATE: Session._originate,
    Verb.CONFERENCE: Session._conference,
}

__all__ = ["House", "Said", "Session"]
