"""The SIP door with everything it stands on: whose token it is, where the call goes, and what a lost line means."""

import contextlib
import logging
import secrets
from collections.abc import Container
from pathlib import Path

from aiohttp import web

from cordpair.acd.inputs import BrowserBack, DoorRefused
from cordpair.api.call import Office
from cordpair.config.model import Config
from cordpair.config.web import browser_nodes
from cordpair.errors import AcdError, CordpairError
from cordpair.ids import AgentId, ContactId, LegId, NodeId
from cordpair.pbx.chores import Chores
from cordpair.runtime import Engine
from cordpair.sip import CallLock, Lock, Reason
from cordpair_gateway.customers import Customers
from cordpair_gateway.door import DoorHandler, DoorMetrics, DoorSettings, Logged
from cordpair_gateway.phones import PhoneTokens
from cordpair_gateway.ways import ways_to

log = logging.getLogger(__name__)

LINGER_MS = 2_000  # the end of a call and that of its line come in any order


def open_door(
    app: web.Application, office: Office, config: Config, directory: Path, turn_secret: str, customers: Customers,
    origins: Container[str],
) -> PhoneTokens:  # fmt: skip
    """Mount it. ``origins``: of all pages that may come. Raises ConfigurationError when a PBX cannot be reached
    through it."""
    engine = office.engine
    ways = ways_to(map(NodeId, browser_nodes(config)), config, engine.driver, directory)
    lost = LostLines(engine, customers)
    keeper = Doorkeeper(engine, customers, lost)
    handler = DoorHandler(keeper, ways, keeper, DoorMetrics(office.metrics.registry), DoorSettings(origins=origins))
    doors = {name: pbx.door for name, pbx in config.pbx.items() if pbx.door is not None}
    passwords = {name: directory / door.passwords for name, door in doors.items() if door.passwords is not None}
    keeper.phones = PhoneTokens(
        engine, config.gateway, turn_secret, customers.node, passwords, secrets.token_hex, handler.leave
    )
    handler.add_to(app)
    app.on_cleanup.append(lost.close)
    return keeper.phones


class Doorkeeper(Logged):
    """The door's ports: customers' tokens and agents', and who is told of refusals and connections."""

    phones: PhoneTokens

    def __init__(self, engine: Engine, customers: Customers, lost: "LostLines") -> None:
        self._engine, self._customers, self._lost = engine, customers, lost

    def redeem(self, token: str) -> Lock | None:
        return self._customers.redeem(token) or self.phones.redeem(token)

    def refused(self, lock: Lock, reason: Reason, method: str) -> None:
        super().refused(lock, reason, method)
        if isinstance(lock, CallLock):
            self._engine.submit(DoorRefused(reason.value, method, contact=ContactId(lock.subject)))
        else:
            self._engine.submit(DoorRefused(reason.value, method, agent=AgentId(lock.subject)))

    def opened(self, lock: Lock) -> None:
        super().opened(lock)
        self.phones.opened(lock)

    def closed(self, lock: Lock, why: str) -> None:
        super().closed(lock, why)
        self.phones.closed(lock)
        if isinstance(lock, CallLock):
            self._lost.closed(lock)


class LostLines:
    """Calls whose SIP line is gone: nothing can be said in them any more, and no PBX ends them by itself.

    Who talks goes on talking, and hangs up in the page; when the page is gone too, its grace decides. A call that
    waits is given up for another: without its line it could not be answered.
    """

    def __init__(self, engine: Engine, customers: Customers) -> None:
        self._engine, self._customers = engine, customers
        self._chores = Chores(CordpairError)

    def closed(self, lock: CallLock) -> None:
        leg = self._waiting(lock.context_id)
        if leg is not None:
            self._engine.clock.call_later(LINGER_MS, lambda: self._look(lock.context_id, leg))

    async def close(self, _app: web.Application) -> None:
        await self._chores.close()

    def _waiting(self, context_id: str) -> LegId | None:
        """The leg of one who waits with a page that is there."""
        state = self._engine.state
        contact = state.sessions.get(context_id)
        row = state.contacts.get(contact) if contact is not None else None
        if row is None or row.visit is None or row.gone_until is not None:
            return None
        return row.leg

    def _look(self, context_id: str, leg: LegId) -> None:
        customer = self._customers.by_context.get(context_id)
        if customer is not None and not customer.away and self._waiting(context_id) == leg:
            log.info("the call of contact %s lost its line while it waited", customer.contact)
            self._chores.start(self._drop(context_id))

    async def _drop(self, context_id: str) -> None:
        with contextlib.suppress(AcdError):  # it is over by now
            await self._engine.request(BrowserBack(context_id, in_call=False))


__all__ = ["LINGER_MS", "Doorkeeper", "LostLines", "open_door"]
