"""``/v1/stream``: the WebSocket around a client of the stream."""

import asyncio
import contextlib

from aiohttp import WSCloseCode, WSMsgType, web

from cordpair.api.call import Call, asker
from cordpair.api.errors import Forbidden, TooMany, Unauthorized, Unavailable, UpgradeNeeded
from cordpair.api.roles import Scope
from cordpair.api.stream import Client

MOST_CLIENTS = 500
SEND_S = 10.0  # a client who does not take a message for so long is gone
HEARTBEAT_S = 20.0
LOOK_AT_KEY_S = 5.0  # whether key or sign-in was revoked or has expired
LARGEST_MESSAGE = 1_024  # clients have nothing to say
BUFFER = 256 * 1024  # bytes that may wait in this process for a client
CLOSED_KEY = 4401  # key or sign-in is no longer good


async def stream(call: Call) -> web.StreamResponse:
    office, request = call.office, call.request
    if office.hub.closed or call.engine.stopping:
        raise Unavailable("The engine is stopping.")
    if len(office.hub.listeners) >= MOST_CLIENTS:
        raise TooMany(f"There are {MOST_CLIENTS} clients of the stream already.", 5)
    socket = web.WebSocketResponse(
        timeout=2.0, heartbeat=HEARTBEAT_S, max_msg_size=LARGEST_MESSAGE, compress=False, writer_limit=BUFFER
    )
    if not socket.can_prepare(request).ok:
        raise UpgradeNeeded("This is a WebSocket: ask for the upgrade.")
    await socket.prepare(request)

    async def send(message: bytes) -> None:
        async with asyncio.timeout(SEND_S):
            await socket.send_frame(message, WSMsgType.TEXT)

    client = Client(call.scope, await office.hub.current(), send, call.engine.flushed, call.engine.clock.now_ms)
    office.hub.listeners.add(client)
    office.metrics.streams.inc()
    tasks = [
        asyncio.create_task(client.run(), name="stream writer"),
        asyncio.create_task(_until_closed(socket), name="stream reader"),
        asyncio.create_task(_until_key_ends(call), name="stream key"),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await _say_goodbye(call, socket, done, tasks)
    finally:
        office.hub.listeners.discard(client)
        office.metrics.streams.dec()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return socket


async def _say_goodbye(
    call: Call, socket: web.WebSocketResponse, done: "set[asyncio.Task[None]]", tasks: "list[asyncio.Task[None]]"
) -> None:
    writer, _, key = tasks
    if writer in done and writer.exception() is not None:
        call.office.metrics.dropped.inc()
        if call.request.transport is not None:
            call.request.transport.abort()  # it does not read: a goodbye would wait behind the rest
    elif writer in done:
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the engine is stopping")
    elif key in done:
        await socket.close(code=CLOSED_KEY, message=b"key or sign-in is no longer good")


async def _until_closed(socket: web.WebSocketResponse) -> None:
    async for _ in socket:
        pass  # clients have nothing to say; what is larger than LARGEST_MESSAGE closes the socket


async def _until_key_ends(call: Call) -> None:
    """Or until it is good for something else: who was given another role comes back with that."""
    with contextlib.suppress(Unauthorized, Forbidden):
        while True:
            await asyncio.sleep(LOOK_AT_KEY_S)
            if await _scope_now(call) != call.scope:
                return


async def _scope_now(call: Call) -> Scope:
    try:
        return await asker(call.office, call.request)
    except Unavailable:
        return call.scope  # the store does not answer: it is asked again


__all__ = ["stream"]
