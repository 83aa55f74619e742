"""ARI's transport: requests with deadlines, and the event WebSocket. Knows HTTP, but no legs."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

import aiohttp
import msgspec

from cordpair.pbx import CommandTimedOut, LegGone, LinkEnd, LinkLost, LoginRefused, PbxError, Refused
from cordpair_asterisk.config import Settings
from cordpair_asterisk.http import Http
from cordpair_asterisk.wire import Event, Malformed, decode_complaint, decode_event

log = logging.getLogger(__name__)

# An event is about 1 KB; the largest hold a bridge with many channels.
MAX_EVENT = 1 << 20

OK = 200
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404
CONFLICT, UNPROCESSABLE, SERVER_ERROR = 409, 422, 500


class Reply(msgspec.Struct, frozen=True):
    status: int
    body: bytes = b""

    @property
    def message(self) -> str:
        return decode_complaint(self.body)


def refusal(what: str, reply: Reply) -> PbxError:
    """The error that a status means. ``what`` names the command; it holds ids, never personal data."""
    message = reply.message
    text = f"{what}: {reply.status} {message}".rstrip()
    if reply.status in {UNAUTHORIZED, FORBIDDEN}:
        return LoginRefused(text)
    lost = "not found" in message or "not in Stasis" in message or "not in a Stasis" in message
    if reply.status == NOT_FOUND or (reply.status in {BAD_REQUEST, CONFLICT, UNPROCESSABLE} and lost):
        return LegGone(text)
    return Refused(text)


class AriClient:
    """One link: made by ``connect``, over when ``ended`` is."""

    def __init__(self, settings: Settings, app: str) -> None:
        self._settings, self._app = settings, app
        self._http = Http(settings.base, settings.user, settings.password, settings.connect_timeout)
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self.ended: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()
        self.malformed = 0

    async def connect(self) -> None:
        """Log in and open the event WebSocket; nothing is read from it before ``read``."""
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
                    params={"app": self._app, "subscribeAll": "false"},
                    heartbeat=settings.heartbeat,
                    max_msg_size=MAX_EVENT,
                )
        except aiohttp.WSServerHandshakeError as error:
            if error.status in {UNAUTHORIZED, FORBIDDEN}:
                raise LoginRefused(f"{settings.shown}: the user name or password is not accepted") from None
            raise LinkLost(
                f"{settings.shown}: no event WebSocket ({error.status}); is res_ari_events loaded?"
            ) from None
        except TimeoutError:  # before OSError, which it is
            raise LinkLost(f"{settings.shown}: no answer within {settings.connect_timeout:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise LinkLost(f"{settings.shown}: {_reason(error)}") from None

    def read(self, receive: Callable[[Event], None]) -> None:
        """From now on, events go to ``receive`` in the order of the wire."""
        self._reading = asyncio.create_task(self._read(receive), name=f"ari events {self._settings.shown}")

    async def close(self) -> None:
        self.end("closed by us")
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None
        if self._socket is not None:
            await self._socket.close()
            self._socket = None
        self._http.close()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def end(self, reason: str, *, fenced: bool = False) -> None:
        if not self.ended.done():
            self.ended.set_result(LinkEnd(reason, fenced))

    # ------------------------------------------------------------ requests

    async def get(self, path: str, what: str, *, accept: Collection[int] = ()) -> Reply:
        return await self.request("GET", path, what, accept=accept)

    async def exists(self, path: str) -> bool:
        return (await self.get(path, f"look for {path}", accept=(NOT_FOUND,))).status == OK

    async def request(
        self,
        method: str,
        path: str,
        what: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        accept: Collection[int] = (),
    ) -> Reply:
        """One request. Statuses outside of 2xx and ``accept`` raise; parameters with personal data go into ``body``."""
        if self._session is None or self.ended.done():
            raise LinkLost(f"{what}: there is no link to {self._settings.shown}")
        data = msgspec.json.encode(body) if body is not None else None
        try:
            answer = await self._http.request(
                method, path, dict(query) if query else None, data, self._settings.request_timeout
            )
        except TimeoutError:
            raise CommandTimedOut(f"{what}: no answer within {self._settings.request_timeout:g} s") from None
        except OSError as error:
            raise LinkLost(f"{what}: {_reason(error)}") from None
        reply = Reply(answer.status, answer.body)
        if reply.status < 300 or reply.status in accept:
            return reply
        raise refusal(what, reply)

    # ------------------------------------------------------------ events

    async def _read(self, receive: Callable[[Event], None]) -> None:
        socket = self._socket
        assert socket is not None
        try:
            while not self.ended.done():
                message = await socket.receive()
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._receive(message.data, receive)
                elif message.type in _ENDS:
                    self.end(_why(socket, message))
        except (aiohttp.ClientError, OSError) as error:
            self.end(_reason(error))
        finally:
            self.end("reading stopped")

    def _receive(self, text: str, receive: Callable[[Event], None]) -> None:
        try:
            event = decode_event(text)
        except (Malformed, UnicodeError) as error:
            self.malformed += 1
            # Where, not what: the text may hold a caller's number.
            log.warning("malformed event no. %d from %s: %s", self.malformed, self._settings.shown, error)
            return
        try:
            receive(event)
        except Exception:
            log.exception("an event of type %s could not be processed", event.type)
            self.end("an event could not be processed")


_ENDS = {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}


def _why(socket: aiohttp.ClientWebSocketResponse, message: aiohttp.WSMessage) -> str:
    if message.type is aiohttp.WSMsgType.ERROR:
        return f"the event WebSocket failed: {type(message.data).__name__}"
    return f"the event WebSocket was closed ({socket.close_code})"


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect: {error.os_error.strerror or type(error.os_error).__name__}"
    return type(error).__name__


__all__ = [
    "BAD_REQUEST",
    "CONFLICT",
    "NOT_FOUND",
    "OK",
    "SERVER_ERROR",
    "UNPROCESSABLE",
    "AriClient",
    "Reply",
    "refusal",
]
