"""Agents' phones in their browsers: an account on the PBX for as long as the agent is at a desk, and a token that
opens the door for one of them.

The phone follows its user: with a new desk comes a new phone, and the one before is let go as soon as nobody talks
there.
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from cordpair.acd.configuration import Seat
from cordpair.api.keys import hash_of
from cordpair.config.model import Gateway, Secret
from cordpair.config.secrets import resolve_secret
from cordpair.errors import CordpairError
from cordpair.ids import AgentId, NodeId
from cordpair.runtime import Engine
from cordpair.sip import Lock, PhoneLock
from cordpair_gateway.desk.ports import PhoneAccount
from cordpair_gateway.door import PATH
from cordpair_gateway.messages import host_of, socket_url
from cordpair_gateway.seats import seat_of
from cordpair_gateway.tickets import BYTES
from cordpair_gateway.turn import ice_servers

log = logging.getLogger(__name__)

TOKEN_MS = 60_000  # from the account to the phone's connection
LASTS_MS = 15 * 3_600_000  # of the login to a relay: as long as a phone may be connected, and an hour

Place = tuple[NodeId, str]


class _Good(msgspec.Struct, frozen=True):
    until: int
    agent: AgentId
    lock: PhoneLock


class PhoneTokens:
    """The door's port ``Tokens``, for phones; it hears from the door's journal who is connected."""

    def __init__(
        self, engine: Engine, gateway: Gateway, turn_secret: str, node: NodeId, passwords: Mapping[str, Path],
        draw: Callable[[int], str], end: Callable[[Lock], None],
    ) -> None:  # fmt: skip
        """``node``: of a seat that names none. ``passwords``: by node, the directory where they are files.
        ``draw(n)``: n random bytes, as hexadecimal digits. ``end``: lets a connection go when nobody talks there."""
        self._engine, self._gateway, self._secret, self._node = engine, gateway, turn_secret, node
        self._passwords, self._draw, self._end = passwords, draw, end
        self._good: dict[bytes, _Good] = {}
        self._tokens: dict[AgentId, bytes] = {}
        self._places: dict[AgentId, Place] = {}
        self._connected: dict[str, Lock] = {}  # by subject: the newest

    # ------------------------------------------------------------ for the desk

    async def issue(self, agent: AgentId) -> PhoneAccount | None:
        """For one registration. None: the agent's phone is no browser. Raises CordpairError: not now, ask again."""
        seat = self._seat_of(agent)
        if seat is None or not seat.browser:
            return None
        node = seat.node or self._node
        await self._move(agent, (node, seat.endpoint))
        password = await self._account(node, seat.endpoint)
        address, now = f"sip:{seat.endpoint}@{host_of(self._gateway)}", self._engine.clock.now_ms()
        lock = PhoneLock(
            address=address,
            user=seat.endpoint,
            dials=frozenset(code.code for code in self._engine.state.configuration.codes),
            origins=frozenset({self._gateway.url} if self._gateway.url is not None else ()),
            subject=agent,
            node=node,
        )
        return PhoneAccount(
            url=f"{socket_url(self._gateway, PATH)}?token={self._token(agent, lock, now + TOKEN_MS)}",
            uri=address,
            password=password,
            until=now + TOKEN_MS,
            ice_servers=ice_servers(self._gateway, self._secret, address, now, LASTS_MS),
        )

    async def remove(self, agent: AgentId) -> None:
        """The agent went: the account is no good any more, and the phone's line ends. Raises CordpairError."""
        self._forget(agent)
        lock = self._connected.get(agent)
        if lock is not None:
            self._end(lock)
        place = self._places.pop(agent, None)
        if place is not None:
            await self._unmake(place)

    # ------------------------------------------------------------ for the door

    def redeem(self, token: str) -> PhoneLock | None:
        good = self._good.pop(hash_of(token), None)
        if good is None:
            return None
        self._tokens.pop(good.agent, None)
        return good.lock if good.until > self._engine.clock.now_ms() else None

    def opened(self, lock: Lock) -> None:
        if isinstance(lock, PhoneLock):
            before = self._connected.get(lock.subject)
            self._connected[lock.subject] = lock
            if before is not None:
                self._end(before)

    def closed(self, lock: Lock) -> None:
        if self._connected.get(lock.subject) is lock:
            del self._connected[lock.subject]

    # ------------------------------------------------------------ inner parts

    def _seat_of(self, agent: AgentId) -> Seat | None:
        """None when somebody else sits there."""
        seat = seat_of(self._engine.state, agent)
        taken = self._engine.state.seats.get(seat.seat) if seat is not None else None
        return seat if taken is None or taken.agent in (None, agent) else None

    async def _move(self, agent: AgentId, place: Place) -> None:
        """From another seat: its account goes."""
        before = self._places.get(agent)
        self._places[agent] = place
        if before is not None and before != place and before not in set(self._places.values()):
            try:
                await self._unmake(before)
            except CordpairError as error:
                log.warning("an account of a seat that was left could not be removed: %s", error)

    async def _account(self, node: NodeId, endpoint: str) -> str:
        """Its password: a new one, or that of an account which the PBX has by itself."""
        kept = self._passwords.get(node)
        if kept is not None:
            return resolve_secret(Secret(file=endpoint), f"pbx.{node}.door.passwords", {}, kept)
        password = self._draw(BYTES)
        await self._engine.accounts.put(node, endpoint, password)
        return password

    async def _unmake(self, place: Place) -> None:
        if place[0] not in self._passwords:
            await self._engine.accounts.remove(*place)

    def _token(self, agent: AgentId, lock: PhoneLock, until: int) -> str:
        """In the place of the one before."""
        self._forget(agent)
        token = self._draw(BYTES)
        hashed = self._tokens[agent] = hash_of(token)
        self._good[hashed] = _Good(until, agent, lock)
        return token

    def _forget(self, agent: AgentId) -> None:
        hashed = self._tokens.pop(agent, None)
        if hashed is not None:
            self._good.pop(hashed, None)


__all__ = ["LASTS_MS", "TOKEN_MS", "PhoneTokens"]
