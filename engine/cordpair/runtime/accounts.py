"""Phone accounts that shall exist on the PBXs: made when asked for, and again whenever a link is up.

They are kept in memory only. Secrets of phones in browsers are nobody's but of those who wait for them, and made anew
for everybody who comes after this process; digests of other phones come from the store (``phones``).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from cordpair.clock import Clock
from cordpair.ids import NodeId
from cordpair.pbx import Capability, CommandTimedOut, Driver, LinkLost, PbxError, Unsupported
from cordpair.runtime.executor import DEADLINE_MS
from cordpair.runtime.waiting import within

log = logging.getLogger(__name__)

Name = tuple[NodeId, str]
Make = Callable[[Driver], Coroutine[Any, Any, None]]  # holds a secret, and does not show it


class Accounts:
    def __init__(
        self,
        drivers: Mapping[NodeId, Driver],
        is_up: Callable[[NodeId], bool],
        clock: Clock,
        deadline_ms: int = DEADLINE_MS,
    ) -> None:
        self._drivers, self._is_up, self._clock, self._deadline_ms = drivers, is_up, clock, deadline_ms
        self._wanted: dict[Name, Make] = {}
        self._turns: dict[Name, tuple[asyncio.Lock, int]] = {}  # one at a time for each; how many want it
        self._repeating: dict[NodeId, asyncio.Task[None]] = {}

    async def put(self, node: NodeId, endpoint: str, secret: str, options: Mapping[str, str] | None = None) -> None:
        """It exists, with this secret or that of a later ``put``. Raises PbxError.

        After LinkLost and CommandTimedOut it is made by the next link; after any other it is not wanted any more.
        """
        given = dict(options or {})
        await self._put(node, endpoint, Capability.ACCOUNTS, lambda driver: driver.put_account(endpoint, secret, given))

    async def put_phone(self, node: NodeId, endpoint: str, digest: str) -> None:
        """The same for a phone of its own, which has the password of this digest."""
        await self._put(node, endpoint, Capability.PHONES, lambda driver: driver.put_phone(endpoint, digest))

    def has_phones(self, node: NodeId) -> bool:
        """Whether ``put_phone`` can be asked of it."""
        driver = self._drivers.get(node)
        return driver is not None and Capability.PHONES in driver.capabilities()

    async def _put(self, node: NodeId, endpoint: str, needed: Capability, make: Make) -> None:
        driver = self._able(node, needed)
        name = (node, endpoint)
        self._wanted[name] = make
        try:
            await self._in_turn(name, lambda: self._make(driver, name))
        except (LinkLost, CommandTimedOut):
            raise
        except PbxError:
            if self._wanted.get(name) is make:
                del self._wanted[name]
            raise

    async def remove(self, node: NodeId, endpoint: str) -> None:
        """Nobody can register with it any more. One that is not there is removed. Raises PbxError."""
        driver, name = self._able(node, Capability.ACCOUNTS), (node, endpoint)
        self._wanted.pop(name, None)
        await self._in_turn(name, lambda: self._unmake(driver, name))

    def link_up(self, node: NodeId) -> None:
        """The PBX may have begun anew: make what shall exist, beside everything else."""
        before = self._repeating.get(node)
        if before is not None:
            before.cancel()
        self._repeating[node] = asyncio.create_task(self._repeat(node, before), name=f"accounts {node}")

    async def close(self) -> None:
        """What was put stays on the PBXs."""
        for task in self._repeating.values():
            task.cancel()
        await asyncio.gather(*self._repeating.values(), return_exceptions=True)

    # ------------------------------------------------------------ inner parts

    def _able(self, node: NodeId, needed: Capability) -> Driver:
        driver = self._drivers.get(node)
        if driver is None or needed not in driver.capabilities():
            raise Unsupported(f"node {node}: phone accounts cannot be made there by the engine")
        return driver

    async def _in_turn(self, name: Name, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        lock, users = self._turns.get(name, (asyncio.Lock(), 0))
        self._turns[name] = lock, users + 1
        try:
            async with lock:
                await work()
        finally:
            lock, users = self._turns.pop(name)
            if users > 1:
                self._turns[name] = lock, users - 1

    async def _make(self, driver: Driver, name: Name) -> None:
        """As it is wanted by now: what was put meanwhile takes its place."""
        node, endpoint = name
        make = self._wanted.get(name)
        if make is not None:
            await self._ask(node, endpoint, make(driver))

    async def _unmake(self, driver: Driver, name: Name) -> None:
        node, endpoint = name
        if name not in self._wanted:
            await self._ask(node, endpoint, driver.remove_account(endpoint))

    async def _ask(self, node: NodeId, endpoint: str, work: Coroutine[Any, Any, None]) -> None:
        if not self._is_up(node):
            work.close()
            raise LinkLost(f"account {endpoint}: there is no link to node {node}")
        try:
            await within(self._clock, self._deadline_ms, work)
        except TimeoutError:
            raise CommandTimedOut(f"account {endpoint}: no answer within {self._deadline_ms} ms") from None

    async def _repeat(self, node: NodeId, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.gather(before, return_exceptions=True)
        for name in [name for name in self._wanted if name[0] == node]:
            try:
                await self._in_turn(name, lambda name=name: self._make(self._drivers[node], name))  # type: ignore[misc]
            except LinkLost:
                return  # the next link begins anew
            except PbxError as error:
                log.warning("node %s: an account could not be made again: %s", node, error)
            except Exception:
                log.exception("node %s: the driver failed to make an account again", node)


__all__ = ["Accounts"]
