"""Phones of their own whose accounts the engine makes: on the PBXs are those of the configuration's seats, with the
digests that the store has, and no others.

A digest in the store whose seat is gone says what is still to be taken away: it is forgotten when that is done.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from cordpair.acd.configuration import Seat
from cordpair.acd.model import State
from cordpair.ids import NodeId
from cordpair.pbx import LinkLost, PbxError, Refused
from cordpair.runtime.accounts import Accounts, Name
from cordpair.store import StoreError

log = logging.getLogger(__name__)

AGAIN_S = 30.0  # after what failed for another reason than a lost link


class Digests(Protocol):
    """What the store keeps of phones' passwords."""

    async def digests(self) -> Mapping[str, str]:
        """By endpoint. Raises StoreError."""

    async def forget(self, endpoint: str) -> None: ...


class Phones:
    """``run`` beside the engine; ``stir`` it when something may have changed."""

    def __init__(self, accounts: Accounts, digests: Digests, state: Callable[[], State]) -> None:
        self._accounts, self._digests, self._state = accounts, digests, state
        self._stirred = asyncio.Event()
        self._turn = asyncio.Lock()
        self._put: dict[Name, str] = {}  # what we put there, or will with the next link

    def stir(self) -> None:
        self._stirred.set()

    def nodes_of(self, seat: Seat) -> list[NodeId]:
        """Where such a phone may register."""
        nodes = self._state().configuration.nodes if seat.node is None else (seat.node,)
        return [node for node in nodes if self._accounts.has_phones(node)]

    async def run(self) -> None:
        """Until cancelled."""
        self.stir()
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            if not await self.look():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stirred.wait(), AGAIN_S)
                self.stir()

    async def look(self) -> bool:
        """Bring the PBXs to what should be. False: something is left to be tried again."""
        async with self._turn:
            try:
                kept = await self._digests.digests()
            except StoreError as error:
                log.error("accounts of phones cannot be read: %s", error)
                return False
            seats = [seat for seat in self._state().configuration.seats if seat.account]
            wanted = {
                (node, seat.endpoint): kept[seat.endpoint]
                for seat in seats
                if seat.endpoint in kept
                for node in self.nodes_of(seat)
            }
            done = [await self._take_away(name) for name in self._put.keys() - wanted.keys()]
            done += [await self._make(name, digest) for name, digest in wanted.items()]
            endpoints = {seat.endpoint for seat in seats}
            done += [await self._forget(endpoint) for endpoint in kept if endpoint not in endpoints]
            return all(done)

    async def _make(self, name: Name, digest: str) -> bool:
        """Whoever is registered with another password is let go: it may be one that got out."""
        before = self._put.get(name)
        if before == digest:
            return True
        if before is not None and not await self._take_away(name):
            return False
        try:
            await self._accounts.put_phone(*name, digest)
        except LinkLost:  # the accounts' own, from here on: with the next link it is made
            pass
        except PbxError as error:
            log.warning("node %s: a phone's account could not be made: %s", name[0], error)
            return False
        self._put[name] = digest
        return True

    async def _take_away(self, name: Name) -> bool:
        try:
            await self._accounts.remove(*name)
        except Refused as error:  # it is none of ours
            log.warning("node %s: a phone's account could not be removed: %s", name[0], error)
        except PbxError as error:
            if not isinstance(error, LinkLost):
                log.warning("node %s: a phone's account could not be removed yet: %s", name[0], error)
            return False
        self._put.pop(name, None)
        return True

    async def _forget(self, endpoint: str) -> bool:
        """Of a seat that is gone: from each PBX, also what an engine before this one put there."""
        nodes = [node for node in self._state().configuration.nodes if self._accounts.has_phones(node)]
        done = [await self._take_away((node, endpoint)) for node in nodes]
        if all(done):
            await self._digests.forget(endpoint)
        return all(done)


__all__ = ["Digests", "Phones"]
