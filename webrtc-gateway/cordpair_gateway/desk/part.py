"""The desk as a part of the gateway: for agents, where the gateway has an address and the engine a store."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from cordpair.api.call import Office
from cordpair.api.passwords import Passwords
from cordpair.store import Store
from cordpair_gateway.desk.acquaintance import Acquaintance
from cordpair_gateway.desk.actions import Actions
from cordpair_gateway.desk.desks import Desks
from cordpair_gateway.desk.gate import Gate
from cordpair_gateway.desk.ports import Phones, Sharing
from cordpair_gateway.desk.sign_in_api import SignInRoutes
from cordpair_gateway.desk.socket import DeskSockets
from cordpair_gateway.desk.tries import Tries
from cordpair_gateway.house import House

DESKS: web.AppKey[Desks] = web.AppKey("desks", Desks)


def mount_desk(
    app: web.Application, office: Office, store: Store, house: House, url: str, phones: Phones, sharing: Sharing
) -> Gate:
    """``url``: of the gateway, as browsers see it."""
    engine = office.engine
    passwords, conversations = Passwords(), store.records.conversations
    gate = Gate(engine, store.sign_ins, url, passwords, Tries())
    known = Acquaintance(engine, house, conversations, sharing)
    desks = app[DESKS] = Desks(engine, house, gate, conversations, known)
    actions = Actions(engine, desks, gate, conversations, phones, sharing)
    SignInRoutes(engine, gate, house, phones, desks.leave).add_to(app)
    DeskSockets(engine, gate, house, desks, actions, phones).add_to(app)

    async def beside(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(desks.run(), name="desks")
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        passwords.close()

    app.cleanup_ctx.append(beside)
    return gate


__all__ = ["DESKS", "mount_desk"]
