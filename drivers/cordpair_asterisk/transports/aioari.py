"""aioari 0.10.2: its WebSocket and event loop, and the HTTP client of aioswagger11 0.9.1.

Ours: deadlines, a header for the login of requests, quoted credentials in the WebSocket's URL (where aioari must have
them, so they can end up in access logs), and a question now and then whether Asterisk still answers: aioari's WebSocket
has no heartbeat. Requests do not go through aioari's operations: those send the event filter in a shape that Asterisk
refuses, personal data in URLs, and cannot send a bool. Its error for a status 405 cannot be made, which we take for it.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from aioari.client import Client
from aiohttp.web_exceptions import HTTPException
from aioswagger11.http_client import AsynchronousHttpClient, Authenticator

from cordpair.pbx import LinkLost, LoginRefused
from cordpair_asterisk.config import Settings
from cordpair_asterisk.http import Answer
from cordpair_asterisk.own import FORBIDDEN, UNAUTHORIZED, no_link, reason

log = logging.getLogger(__name__)

METHOD_NOT_ALLOWED = 405


class Aioari:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http: Any = None
        self._client: Any = None
        self._socket: Any = None

    async def connect(self, app: str) -> None:
        settings = self._settings
        self._http = AsynchronousHttpClient(auth=_Login(settings))
        self._client = Client(settings.base.removesuffix("ari"), self._http)
        try:
            async with asyncio.timeout(settings.connect_timeout):
                await self._client.init()
                self._socket = await self._client.swagger.events.eventWebsocket(app=quote(app, safe=""))
        except HTTPException as error:
            if error.status in {UNAUTHORIZED, FORBIDDEN}:
                raise LoginRefused(f"{settings.shown}: the user name or password is not accepted") from None
            raise LinkLost(f"{settings.shown}: no description of ARI ({error.status}), which aioari needs") from None
        except (aiohttp.ClientError, OSError) as error:
            raise no_link(settings, error) from None
        except (AttributeError, KeyError, TypeError, ValueError):
            raise LinkLost(f"{settings.shown}: a description of ARI that aioari cannot read") from None
        self._client.websockets.add(self._socket)

    async def request(
        self, method: str, path: str, query: dict[str, str] | None, body: bytes | None, timeout: float
    ) -> Answer:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            async with asyncio.timeout(timeout):
                response = await self._http.request(
                    method, f"{self._settings.base}/{path}", params=query, data=body, headers=headers
                )
                return Answer(response.status, await response.read(), lasts=True)
        except HTTPException as error:
            return Answer(error.status, (error.text or "").encode(), lasts=True)
        except TypeError:  # its exception for 405 needs arguments that it is not given
            return Answer(METHOD_NOT_ALLOWED, b"", lasts=True)
        except aiohttp.ClientError as error:
            raise ConnectionError(reason(error)) from None

    async def read(self, receive: Callable[[str], None]) -> str:
        self._client.on_event("*", lambda event: receive(_text(event)))
        reading = asyncio.ensure_future(self._client._Client__run(self._socket))
        asking = asyncio.ensure_future(self._ask())
        try:
            await asyncio.wait((reading, asking), return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return "Asterisk does not answer any more"
            error = reading.exception()
            return f"the event WebSocket was closed ({self._socket.close_code})" if error is None else reason(error)
        finally:
            for task in (reading, asking):
                task.cancel()
            await asyncio.gather(reading, asking, return_exceptions=True)

    async def _ask(self) -> None:
        """Returns when Asterisk does not answer."""
        while True:
            await asyncio.sleep(self._settings.heartbeat)
            try:
                await self.request("GET", "asterisk/ping", None, None, self._settings.heartbeat / 2)
            except OSError:
                return

    async def close(self) -> None:
        if self._client is not None:
            await self._http.close()
            self._http = self._client = self._socket = None


class _Login(Authenticator):  # type: ignore[misc]  # it has no types
    def __init__(self, settings: Settings) -> None:
        super().__init__(urlsplit(settings.base).hostname)
        self._user, self._password = settings.user, settings.password

    def apply(self, headers: dict[str, str], params: dict[str, str]) -> None:
        if headers is params:  # the WebSocket: only a query, which is not quoted any more
            params["api_key"] = quote(f"{self._user}:{self._password}", safe="")
        else:
            headers["Authorization"] = aiohttp.encode_basic_auth(self._user, self._password, encoding="utf-8")


def _text(event: Mapping[str, Any]) -> str:
    return json.dumps(event)


__all__ = ["Aioari"]
