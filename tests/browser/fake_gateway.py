"""A gateway that does what a test says, speaking docs/reference/web-protocol.md to real browsers."""

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from browser.door import Door
from browser.peer import Line, Peer

STATIC = Path(__file__).parents[2] / "webrtc-gateway" / "cordpair_gateway" / "static"

DESK_POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; frame-src 'self' https: http:; frame-ancestors 'none'"
)


class Gateway:
    def __init__(self) -> None:
        self.sessions = Line()
        self.desks = Line()
        self.door = Door()
        self.origin = ""
        self.signed_in = False
        self.closed = False
        self.house = ""  # where accounts of the house sign in
        self.tickets: list[dict[str, Any]] = []
        self.sharing: Peer | None = None
        self.viewers: list[web.WebSocketResponse] = []
        self.relayed: list[str] = []
        self.relays = asyncio.Condition()  # told of each
        self.markup = ""  # of a strange site's page
        self._runner: web.AppRunner | None = None

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/shop", self._page("shop.html"))
        app.router.add_get("/desk", self._page("desk.html", DESK_POLICY))
        app.router.add_get("/elsewhere", self._elsewhere)
        app.router.add_get("/v1/me", self._who)
        app.router.add_post("/v1/sign-in", self._sign_in)
        app.router.add_post("/v1/sign-out", self._sign_out)
        app.router.add_post("/shop/ticket", self._ticket)
        app.router.add_get("/v1/session", self._session)
        app.router.add_get("/v1/desk", self._desk)
        app.router.add_get("/v1/cobrowse", self._cobrowse)
        app.router.add_get("/v1/sip", self._sip)
        app.router.add_static("/web", STATIC)
        app.on_response_prepare.append(self._headers)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "localhost", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self.origin = f"http://localhost:{port}"

    async def stop(self) -> None:
        for peer in [*self.sessions.peers, *self.desks.peers]:
            await peer.hang_up()
        for socket in [*self.door.sockets, *self.viewers]:
            await socket.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def socket_origin(self) -> str:
        return self.origin.replace("http", "ws")

    async def _headers(self, request: web.Request, response: web.StreamResponse) -> None:
        if request.path.startswith("/web/"):
            response.headers["Access-Control-Allow-Origin"] = "*"

    def _page(self, name: str, policy: str = "") -> Any:
        async def page(_request: web.Request) -> web.StreamResponse:
            return web.FileResponse(STATIC / name, headers={"Content-Security-Policy": policy} if policy else {})

        return page

    async def _elsewhere(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.markup, content_type="text/html")

    # ------------------------------------------------------------ the customer

    def ticket(self) -> dict[str, Any]:
        return {
            "ticket": "t-1",
            "identity": "sip:web@example.invalid",
            "session_token": f"token-{len(self.tickets)}",
            "session_url": f"{self.socket_origin}/v1/session",
            "ice_servers": [],
            "place": 3,
            "wait": None,
            "expires_at": 0,
        }

    async def _ticket(self, request: web.Request) -> web.Response:
        self.tickets.append(await request.json())
        return web.json_response({"code": "closed"}, status=409) if self.closed else web.json_response(self.ticket())

    async def _session(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["cordpair.session.v1"])
        await socket.prepare(request)
        peer = Peer(socket)
        await self.sessions.add(peer)
        await peer.listen()
        return socket

    async def customer(self) -> Peer:
        """The next browser, after its hello."""
        peer = await self.sessions.next()
        await peer.hear("hello")
        await peer.say("welcome", contact="c-1", resume_token=f"resume-{len(self.sessions.peers)}", grace_s=30)
        return peer

    def call_order(self, media: str = "audio") -> dict[str, Any]:
        return {
            "url": f"{self.socket_origin}/v1/sip?token=call",
            "uri": "sip:help@example.invalid",
            "identity": "sip:web@example.invalid",
            "media": media,
            "until": 0,
            "ice_servers": [],
        }

    # ------------------------------------------------------------ the agent

    async def _who(self, _request: web.Request) -> web.Response:
        if not self.signed_in:
            return web.json_response({"oidc": self.house} if self.house else {}, status=401)
        return web.json_response(
            {"name": "ben", "full_name": "Ben Okafor", "role": "agent", "agent": "ben", "csrf": "c", "oidc": ""}
        )

    async def _sign_in(self, request: web.Request) -> web.Response:
        self.signed_in = (await request.json())["password"] == "right"
        return await self._who(request)

    async def _sign_out(self, request: web.Request) -> web.Response:
        assert request.headers["X-CSRF-Token"] == "c"
        self.signed_in = False
        return web.Response(status=204)

    async def _desk(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["cordpair.desk.v1"])
        if not self.signed_in:
            raise web.HTTPUnauthorized
        await socket.prepare(request)
        peer = Peer(socket)
        await self.desks.add(peer)
        await peer.listen()
        return socket

    def phone(self) -> dict[str, Any]:
        url = f"{self.socket_origin}/v1/sip?token=phone"
        return {"url": url, "uri": "sip:ben@example.invalid", "password": "p", "until": 0, "ice_servers": []}

    # ------------------------------------------------------------ the shared page

    async def _cobrowse(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["cordpair.cobrowse.v1"], max_msg_size=2 * 1024 * 1024)
        await socket.prepare(request)
        hello = await socket.receive_json()
        if "contact" in hello:
            self.viewers.append(socket)
            async for message in socket:
                if self.sharing and message.json()["type"] in {"snapshot", "stop"}:
                    await self.sharing.socket.send_str(message.data)
            return socket
        self.sharing = Peer(socket)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            async with self.relays:
                self.relayed.append(message.data)
                self.relays.notify_all()
            for viewer in self.viewers:
                await viewer.send_str(message.data)
        self.sharing = None
        return socket

    async def _sip(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["sip"])
        await socket.prepare(request)
        await self.door.serve(socket)
        return socket
