"""Our own transport: aiohttp's WebSocket, and requests on a few lasting connections."""

import asyncio
from collections.abc import Callable

import aiohttp

from cordpair.pbx import LinkLost, LoginRefused
from cordpair_asterisk.config import Settings
from cordpair_asterisk.http import Answer, Http

# An event is about 1 KB; the largest hold a bridge with many channels.
MAX_EVENT = 1 << 20
UNAUTHORIZED, FORBIDDEN = 401, 403


class OwnTransport:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = Http(settings.base, settings.user, settings.password, settings.connect_timeout)
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def connect(self, app: str) -> None:
        settings = self._settings
        # The credentials travel in a header: a query string ends up in access logs.
        credentials = {"Authorization": aiohttp.encode_basic_auth(settings.user, settings.password, encoding="utf-8")}
        self._session = aiohttp.ClientSession(
            headers=credentials,
            timeout=aiohttp.ClientTimeout(total=settings.request_timeout, connect=settings.connect_timeout),
        )
        try:
            async with asyncio.timeout(settings.connect_timeout):
                self._socket = await self._session.ws_connect(
                    f"{settings.base}/events",
                    params={"app": app, "subscribeAll": "false"},
                    heartbeat=settings.heartbeat,
                    max_msg_size=MAX_EVENT,
                )
        except (aiohttp.ClientError, OSError) as error:
            raise no_link(settings, error) from None

    async def request(
        self, method: str, path: str, query: dict[str, str] | None, body: bytes | None, timeout: float
    ) -> Answer:
        return await self._http.request(method, path, query, body, timeout)

    async def read(self, receive: Callable[[str], None]) -> str:
        socket = self._socket
        assert socket is not None
        try:
            while True:
                message = await socket.receive()
                if message.type is aiohttp.WSMsgType.TEXT:
                    receive(message.data)
                elif message.type in _ENDS:
                    return _why(socket, message)
        except (aiohttp.ClientError, OSError) as error:
            return reason(error)

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
            self._socket = None
        self._http.close()
        if self._session is not None:
            await self._session.close()
            self._session = None


_ENDS = {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}


def no_link(settings: Settings, error: Exception) -> LinkLost:
    """What kept the event WebSocket from being opened."""
    if isinstance(error, aiohttp.WSServerHandshakeError):
        if error.status in {UNAUTHORIZED, FORBIDDEN}:
            return LoginRefused(f"{settings.shown}: the user name or password is not accepted")
        return LinkLost(f"{settings.shown}: no event WebSocket ({error.status}); is res_ari_events loaded?")
    if isinstance(error, TimeoutError):  # before OSError, which it is
        return LinkLost(f"{settings.shown}: no answer within {settings.connect_timeout:g} s")
    return LinkLost(f"{settings.shown}: {reason(error)}")


def _why(socket: aiohttp.ClientWebSocketResponse, message: aiohttp.WSMessage) -> str:
    if message.type is aiohttp.WSMsgType.ERROR:
        return f"the event WebSocket failed: {type(message.data).__name__}"
    return f"the event WebSocket was closed ({socket.close_code})"


def reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect: {error.os_error.strerror or type(error.os_error).__name__}"
    return type(error).__name__


__all__ = ["OwnTransport", "no_link", "reason"]
