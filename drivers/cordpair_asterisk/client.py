"""ARI's transport: requests with deadlines, and the event WebSocket. Knows HTTP, but no legs."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from cordpair.pbx import CommandTimedOut, LegGone, LinkEnd, LinkLost, LoginRefused, PbxError, Refused
from cordpair_asterisk.config import Settings
from cordpair_asterisk.transports import make
from cordpair_asterisk.wire import Event, Malformed, decode_complaint, decode_event

log = logging.getLogger(__name__)

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
        self._transport = make(settings)
        self._connected = False
        self._reading: asyncio.Task[None] | None = None
        self.ended: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()
        self.malformed = 0

    async def connect(self) -> None:
        """Log in and open the event WebSocket; nothing is read from it before ``read``."""
        await self._transport.connect(self._app)
        self._connected = True

    def read(self, receive: Callable[[Event], None]) -> None:
        """From now on, events go to ``receive`` in the order of the wire."""
        self._reading = asyncio.create_task(self._read(receive), name=f"ari events {self._settings.shown}")

    async def close(self) -> None:
        self.end("closed by us")
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None
        await self._transport.close()

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
        if not self._connected or self.ended.done():
            raise LinkLost(f"{what}: there is no link to {self._settings.shown}")
        data = msgspec.json.encode(body) if body is not None else None
        try:
            answer = await self._transport.request(
                method, path, dict(query) if query else None, data, self._settings.request_timeout
            )
        except TimeoutError:
            raise CommandTimedOut(f"{what}: no answer within {self._settings.request_timeout:g} s") from None
        except OSError as error:
            raise LinkLost(f"{what}: {type(error).__name__}") from None
        reply = Reply(answer.status, answer.body)
        if reply.status < 300 or reply.status in accept:
            return reply
        raise refusal(what, reply)

    # ------------------------------------------------------------ events

    async def _read(self, receive: Callable[[Event], None]) -> None:
        reason = "reading stopped"
        try:
            reason = await self._transport.read(lambda text: self._receive(text, receive))
        finally:
            self.end(reason)

    def _receive(self, text: str, receive: Callable[[Event], None]) -> None:
        if self.ended.done():
            return
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
