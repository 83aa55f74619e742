"""A customer's browser that shows its page, and an agent's that looks, in a whole centre."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType

from cordpair.ids import ContactId
from cordpair_gateway.session import PATH, PROTOCOL
from cordpair_gateway.shared import PATH as SHARED
from cordpair_gateway.shared import PROTOCOL as SHARED_PROTOCOL
from gateway.browsers import SHOP, Browser
from gateway.desks import CENTRE, URL, Centre, desk_centre
from gateway.rrweb import texts


class End:
    """One end of a shared page."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[str] = []

    async def say(self, kind: str, **more: Any) -> None:
        await self.socket.send_json({"type": kind, **more})

    async def bring(self, *events: dict[str, Any]) -> None:
        await self.say("events", events=events)

    async def next(self) -> dict[str, Any] | None:
        """None: closed."""
        frame = await self.socket.receive(timeout=30)
        if frame.type is not WSMsgType.TEXT:
            return None
        self.frames.append(frame.data)
        message: dict[str, Any] = json.loads(frame.data)
        return message

    async def until(self, kind: str) -> dict[str, Any]:
        while (message := await self.next()) is not None:
            if message["type"] == kind:
                return message
        raise AssertionError(f"closed before {kind}: {self.frames}")

    async def sees(self, text: str) -> None:
        while text not in self.saw:
            assert await self.next() is not None, self.frames

    async def ended(self) -> str:
        """Why; empty when the line just ended."""
        reason = ""
        while (message := await self.next()) is not None:
            if message["type"] == "stop":
                reason = message["reason"]
        return reason

    @property
    def saw(self) -> list[str]:
        return [text for frame in self.frames for text in texts(frame)]


class Shared:
    """``customer`` talks to ``ann``, whose desk is ``desk``."""

    def __init__(self, centre: Centre, customer: Browser, desk: Any, leg: Any) -> None:
        self.centre, self.customer, self.desk, self.leg = centre, customer, desk, leg
        self.contact = ContactId(customer.said[0]["contact"])

    async def consent(self) -> dict[str, Any]:
        """What the browser is told to do then."""
        await self.customer.say(type="cobrowse", on=True)
        return await self.customer.until("share")

    async def line(self, origin: str, **hello: Any) -> End:
        headers = {"Origin": origin}
        if "contact" in hello:
            headers["Cookie"] = self.centre.cookies.get(hello.pop("name", "ann"), "")
        url = self.centre.url + SHARED
        end = End(await self.centre.http.ws_connect(url, headers=headers, protocols=(SHARED_PROTOCOL,)))
        await end.say("hello", **hello)
        return end

    async def show(self, share: dict[str, Any] | None = None, origin: str = SHOP) -> End:
        """The customer's end, with consent."""
        return await self.line(origin, token=(share or await self.consent())["token"])

    async def look(self, name: str = "ann", contact: str | None = None, origin: str = URL) -> End:
        """An agent's end."""
        return await self.line(origin, contact=contact or self.contact, name=name)

    async def hello(self, token: str) -> Browser:
        return await hello(self.centre, token)

    async def until_shared(self, on: bool) -> None:
        await self.centre.until(lambda state: state.contacts[self.contact].shared is on)


async def hello(centre: Centre, token: str) -> Browser:
    """A customer's page."""
    socket = await centre.http.ws_connect(centre.url + PATH, headers={"Origin": SHOP}, protocols=(PROTOCOL,))
    browser = Browser(socket)
    await browser.say(type="hello", token=token)
    return browser


async def talk(centre: Centre, page: str = "/checkout") -> Shared:
    desk = await centre.sit_down("ann", ready=True)
    customer = await hello(centre, (await centre.ticket(page))["session_token"])
    call = await customer.until("call")
    leg = centre.calls(call)
    await customer.until("talking")
    await desk.phase("talking")
    return Shared(centre, customer, desk, leg)


@asynccontextmanager
async def talking(directory: Path, centre: str = CENTRE, **more: Any) -> AsyncIterator[Shared]:
    async with asyncio.timeout(90), desk_centre(directory, centre=centre, **more) as found:
        yield await talk(found)


__all__ = ["End", "Shared", "hello", "talk", "talking"]
