"""``POST /v1/tickets`` and ``GET /v1/expected-wait``: what a web site's server asks, with its key."""

import re
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from cordpair.api.app import body_of
from cordpair.api.call import Office
from cordpair.api.errors import Forbidden, Refused, TooMany
from cordpair.api.roles import Role
from cordpair.config.model import PageRule, Portal
from cordpair.ids import QueueId
from cordpair_gateway.customers import Customers
from cordpair_gateway.house import House
from cordpair_gateway.messages import host_of, socket_url
from cordpair_gateway.pages import rule_for
from cordpair_gateway.places import expected_in
from cordpair_gateway.session import PATH
from cordpair_gateway.tickets import SESSION_MS, Purpose, Ticket, TooManyTickets
from cordpair_gateway.turn import IceServer, ice_servers
from cordpair_gateway.waiting import Range, range_for

# What a phone may show as a number. Another customer id is kept, and not sent to phones.
SHOWN = re.compile(r"[0-9A-Za-z._+-]{1,64}")

Word = Annotated[str, Meta(max_length=256)]
PageName = Annotated[str, Meta(min_length=1, max_length=1_024)]
Locale = Annotated[str, Meta(max_length=35)]


class TicketBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it but ``page`` and ``media`` is personal data: it goes into the contact's record and to the desk."""

    page: PageName
    customer: Word = ""
    reason: Word = ""
    media: Literal["audio", "video"] = "audio"
    locale: Locale = ""
    context: Annotated[dict[Annotated[str, Meta(max_length=64)], Word], Meta(max_length=64)] = {}


class TicketReply(msgspec.Struct, frozen=True):
    ticket: str
    identity: str
    session_token: str
    session_url: str
    ice_servers: list[IceServer]
    place: int
    wait: Range | None
    expires_at: int


class WaitReply(msgspec.Struct, frozen=True):
    place: int
    wait: Range | None
    open: bool


class TicketDesk:
    """The routes. A portal's key is bound to it by name."""

    def __init__(self, office: Office, house: House, customers: Customers, turn_secret: str) -> None:
        self._office, self._house, self._customers, self._secret = office, house, customers, turn_secret
        self._host = host_of(house.config.gateway)

    async def tickets(self, request: web.Request) -> web.Response:
        name, portal = await self._portal(request)
        return _json(await self.make(name, portal, await body_of(request, TicketBody)), 201)

    async def make(self, name: str, portal: Portal, body: TicketBody) -> TicketReply:
        """For a customer of the portal. Raises Refused, TooMany."""
        rule = self._rule(portal, body.page)
        if body.media not in portal.media:
            raise Refused(f"The portal has no {body.media}.", "media")
        place, wait, is_open = await self._expected(rule)
        if not is_open:
            raise Refused("Nobody can be helped there now: the service is closed.", "page")
        now, customers = self._office.engine.clock.now_ms(), self._customers
        ticket = self._ticket(name, portal, rule, body)
        try:
            session = customers.tickets.issue(ticket, Purpose.SESSION, now + SESSION_MS, now)
        except TooManyTickets:
            raise TooMany("The portal has too many tickets open.", 10) from None
        return TicketReply(
            ticket=ticket.ticket,
            identity=ticket.identity,
            session_token=session,
            session_url=socket_url(self._house.config.gateway, PATH),
            ice_servers=ice_servers(self._house.config.gateway, self._secret, ticket.identity, now),
            place=place,
            wait=wait,
            expires_at=now + SESSION_MS,
        )

    async def expected_wait(self, request: web.Request) -> web.Response:
        _, portal = await self._portal(request)
        page = request.query.get("page", "/")
        place, wait, is_open = await self._expected(self._rule(portal, page))
        return _json(WaitReply(place, wait, is_open))

    # ------------------------------------------------------------ parts

    async def _portal(self, request: web.Request) -> tuple[str, Portal]:
        scope = await self._office.keys.scope_of(request.headers.get("Authorization"))
        portal = self._house.config.portals.get(scope.portal or "")
        if scope.role is not Role.PORTAL or scope.portal is None or portal is None:
            raise Forbidden("Only a portal's key may do this: cordpair keys add --role portal --portal NAME.")
        return scope.portal, portal

    def _rule(self, portal: Portal, page: str) -> PageRule:
        rule = rule_for(portal, page)
        if rule is None:
            raise Refused("The page leads nowhere.", "page")
        return rule

    def _queue(self, rule: PageRule) -> QueueId:
        return QueueId(rule.queue or self._house.config.services[rule.service or ""].queue)

    async def _expected(self, rule: PageRule) -> tuple[int, Range | None, bool]:
        """Place and wait of one who came now, and whether anybody may wait there."""
        queue, engine = self._queue(rule), self._office.engine
        board = await self._office.hub.current()
        row, known = engine.state.queues.get(queue), expected_in(board, queue)
        configured = next((each for each in engine.state.configuration.queues if each.queue == queue), None)
        await engine.flushed()
        if row is None or configured is None:
            return 0, None, False
        full = configured.max_length is not None and row.waiting >= configured.max_length
        unstaffed = configured.on_no_agent_signed_in is not None and row.signed_in == 0
        unready = configured.on_no_agent_ready is not None and row.ready == 0
        place = row.waiting + 1
        return place, range_for(place, known), not (full or unstaffed or unready)

    def _ticket(self, name: str, portal: Portal, rule: PageRule, body: TicketBody) -> Ticket:
        draw = self._customers.tickets.name
        user = draw()
        given = {"customer": body.customer, "page": body.page, "reason": body.reason, "locale": body.locale}
        personal = {key: value for key, value in given.items() if value}
        if body.context:
            personal["context"] = msgspec.json.encode(body.context).decode()
        if "name" in body.context:
            personal["name"] = body.context["name"]
        return Ticket(
            ticket=f"t-{draw()}",
            portal=name,
            origins=frozenset(portal.origins),
            identity=f"sip:{user}@{self._host}",
            target=f"sip:help@{self._host}",
            context_id=f"web-{draw()}",
            media=body.media,
            service=rule.service,
            queue=rule.queue,
            levels=dict(rule.skills),
            customer=body.customer if SHOWN.fullmatch(body.customer) else user,
            personal=personal,
        )


def _json(reply: msgspec.Struct, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(reply), content_type="application/json")


__all__ = ["Locale", "PageName", "TicketBody", "TicketDesk", "TicketReply", "WaitReply", "Word"]
