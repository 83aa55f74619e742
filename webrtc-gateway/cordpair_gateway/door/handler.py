"""`/v1/sip?token=…`: who may come in is looked at before there is a WebSocket, and the token is used up then."""

import logging

from aiohttp import web

from cordpair.sip import MAX_MESSAGE, Door, Lock, Reason
from cordpair_gateway.door.connection import Connection
from cordpair_gateway.door.metrics import DoorMetrics
from cordpair_gateway.door.ports import Journal, Line, NoPbx, Tokens, Ways
from cordpair_gateway.door.settings import DoorSettings
from cordpair_gateway.upgrades import origin_of, speaks

log = logging.getLogger(__name__)

PATH = "/v1/sip"
LONGEST_TOKEN = 256
STATUS = {"origin": 403, "protocol": 400, "token": 403, "full": 503, "pbx": 502}


class Denied(Exception):
    """Not let in."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DoorHandler:
    def __init__(
        self, tokens: Tokens, ways: Ways, journal: Journal, metrics: DoorMetrics, settings: DoorSettings
    ) -> None:
        self._tokens, self._ways, self._journal = tokens, ways, journal
        self._metrics, self._settings = metrics, settings
        self._connections: set[Connection] = set()
        self._coming = 0  # redeemed, and not yet connected

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.serve)
        app.on_shutdown.append(self._shut)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        try:
            lock = self._admit(request)
        except Denied as denied:
            return self._turn_away(denied.reason)
        self._coming += 1
        try:
            way = self._ways(lock)
            line = await way.upstream.open()
        except NoPbx as why:
            log.warning("the SIP door has no PBX behind it: %s", why)
            return self._turn_away("pbx")
        finally:
            self._coming -= 1
        return await self._connect(request, Door(lock, way.doorway), line)

    # ------------------------------------------------------------ before there is a connection

    def _admit(self, request: web.Request) -> Lock:
        """Nothing in here waits: two with the same token cannot both pass."""
        origin = origin_of(request)
        if origin not in self._settings.origins:
            raise Denied("origin")
        if not speaks(request, "sip"):
            raise Denied("protocol")
        if len(self._connections) + self._coming >= self._settings.connections:
            raise Denied("full")
        tokens = request.query.getall("token", [])
        if len(tokens) != 1 or not 0 < len(tokens[0]) <= LONGEST_TOKEN:
            raise Denied("token")
        lock = self._tokens.redeem(tokens[0])
        if lock is None:
            raise Denied("token")
        if origin not in lock.origins:  # another portal's: used up all the same
            raise Denied("origin")
        return lock

    def _turn_away(self, reason: str) -> web.Response:
        self._metrics.denied.labels(reason).inc()
        self._journal.denied(reason)
        return web.json_response({"code": reason}, status=STATUS[reason])

    # ------------------------------------------------------------ a connection

    async def _connect(self, request: web.Request, door: Door, line: Line) -> web.StreamResponse:
        settings, lock = self._settings, door.lock
        # Somewhat larger than a SIP message may be: one that is too large is answered before anybody hangs up.
        socket = web.WebSocketResponse(
            protocols=("sip",),
            max_msg_size=MAX_MESSAGE * 2,
            heartbeat=settings.heartbeat_s,
            timeout=settings.send_s,
            compress=False,
        )

        def refuse(reason: Reason, method: str) -> None:
            self._journal.refused(lock, reason, method)

        def abort() -> None:
            if request.transport is not None:
                request.transport.abort()

        connection = Connection(socket, line, door, settings, self._metrics, refuse, abort)
        self._connections.add(connection)
        self._metrics.connections.inc()
        try:
            await socket.prepare(request)
            self._journal.opened(lock)
            await connection.run()
        finally:
            await line.close()
            self._connections.discard(connection)
            self._metrics.connections.dec()
            self._metrics.closed.labels(connection.why).inc()
            self._journal.closed(lock, connection.why)
        return socket

    def leave(self, lock: Lock) -> None:
        """The connection of this lock, this very one, is let go as soon as nobody talks there."""
        for connection in tuple(self._connections):
            if connection.lock is lock:
                connection.leave()

    async def _shut(self, _app: web.Application) -> None:
        for connection in tuple(self._connections):
            connection.end()


__all__ = ["PATH", "DoorHandler"]
