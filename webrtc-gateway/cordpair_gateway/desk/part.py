"""The desk as a part of the gateway: for agents, where people can sign in."""

from aiohttp import web

from cordpair.api.call import Office
from cordpair.store import Store
from cordpair_gateway.beside import beside
from cordpair_gateway.desk.acquaintance import Acquaintance
from cordpair_gateway.desk.actions import Actions
from cordpair_gateway.desk.desks import Desks
from cordpair_gateway.desk.leaving import Leaving
from cordpair_gateway.desk.ports import Phones, Sharing
from cordpair_gateway.desk.socket import DeskSockets
from cordpair_gateway.house import House
from cordpair_gateway.signing_in import SigningIn

DESKS: web.AppKey[Desks] = web.AppKey("desks", Desks)


def mount_desk(
    app: web.Application,
    office: Office,
    store: Store,
    house: House,
    signing_in: SigningIn,
    phones: Phones,
    sharing: Sharing,
) -> None:
    engine, gate, conversations = office.engine, signing_in.gate, store.records.conversations
    known = Acquaintance(engine, house, conversations, sharing)
    desks = app[DESKS] = Desks(engine, house, gate, conversations, known)
    actions = Actions(engine, desks, gate, conversations, phones, sharing, office.dialling)
    signing_in.routes.leaving.append(Leaving(engine, desks, phones).leave)
    DeskSockets(engine, gate, house, desks, actions, phones).add_to(app)
    app.cleanup_ctx.append(beside("desks", desks.run))


__all__ = ["DESKS", "mount_desk"]
