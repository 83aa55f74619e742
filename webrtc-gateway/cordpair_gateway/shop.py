"""The demonstration's web site: ``/shop`` has the button, and ``/shop/ticket`` is the site's own server.

What it does, a real site's server does with its key: it knows who the customer is, which the page does not say.
"""

from itertools import count
from typing import Literal

import msgspec
from aiohttp import web

from cordpair.api.app import OPERATION, body_of
from cordpair.api.errors import Forbidden
from cordpair.config.model import Portal
from cordpair_gateway.tickets_api import Locale, PageName, TicketBody, TicketDesk, Word
from cordpair_gateway.upgrades import origin_of
from cordpair_gateway.web_files import WebFiles

BASKET = {"basket": "3 items, €63.40", "order": "FF-2041"}
CUSTOMERS = (
    ("c-1001", {"name": "Ann Example", "since": "2019", **BASKET}),
    ("c-1002", {"name": "Luis Ejemplo", "since": "2023", **BASKET}),
    ("c-1003", {"name": "Mira Beispiel", "since": "2025", **BASKET}),
)


class Question(msgspec.Struct, frozen=True):
    """What the page may say. Who it is for, the site knows itself."""

    page: PageName = "/shop"
    media: Literal["audio", "video"] = "audio"
    locale: Locale = ""
    reason: Word = ""


class Shop:
    def __init__(self, files: WebFiles, tickets: TicketDesk, name: str, portal: Portal) -> None:
        self._files, self._tickets, self._name, self._portal = files, tickets, name, portal
        self._number = count()

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/shop", self._page)
        app.router.add_post("/shop/ticket", self._ticket)

    async def _page(self, request: web.Request) -> web.Response:
        return self._files.answer(request, "shop.html", {})

    async def _ticket(self, request: web.Request) -> web.Response:
        request[OPERATION] = "shop"
        if origin_of(request) not in self._portal.origins:
            raise Forbidden("Only the shop's own page may ask.")
        question = await body_of(request, Question)
        customer, context = CUSTOMERS[next(self._number) % len(CUSTOMERS)]
        body = TicketBody(customer=customer, context=context, **msgspec.structs.asdict(question))
        reply = await self._tickets.make(self._name, self._portal, body)
        return web.json_response(text=msgspec.json.encode(reply).decode())


__all__ = ["Shop"]
