"""Starts Debian's Firefox for Playwright, and stands between the two (WebDriver BiDi over a WebSocket).

Playwright begins with commands for pictures and colours that this Firefox does not have yet, and gives up. What is
of that kind is answered with success here; nothing else is changed.

    python firefox.py --remote-debugging-port=0 --headless --profile DIR     (as Playwright calls it)
"""

import asyncio
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from aiohttp import ClientSession, web

LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
DISPENSABLE = "emulation."
# No question before a page may listen, devices that are not there, and no hiding of addresses in a network that is
# one machine.
WISHES: dict[str, str | float | bool] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.block-webaudio": False,
    "media.cubeb.force_mock_context": True,  # where there is no sound card, nothing would be played at all
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
}
NAMES = ("firefox-esr", "firefox")


def find() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def starter(directory: Path) -> Path:
    """A program that Playwright takes for a Firefox."""
    program = directory / "firefox"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" "$@"\n')
    program.chmod(0o755)
    return program


class Between:
    def __init__(self) -> None:
        self.far = ""

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        near = web.WebSocketResponse(max_msg_size=0)
        await near.prepare(request)
        asked: dict[int, str] = {}
        async with ClientSession() as http, http.ws_connect(self.far + request.path, max_msg_size=0) as far:

            async def back() -> None:
                async for message in far:
                    await near.send_str(answer(str(message.data), asked.get))
                await near.close()

            task = asyncio.create_task(back())
            async for message in near:
                said = msgspec.json.decode(message.data)
                asked[said["id"]] = said["method"]
                await far.send_str(message.data)
            task.cancel()
        return near


def answer(text: str, asked: Callable[[int], str | None]) -> str:
    said = msgspec.json.decode(text)
    unknown = said.get("error") == "unknown command" and (asked(said["id"]) or "").startswith(DISPENSABLE)
    return msgspec.json.encode({"type": "success", "id": said["id"], "result": {}}).decode() if unknown else text


async def main() -> int:
    between = Between()
    app = web.Application()
    app.router.add_get("/{path:.*}", between.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    near = f"ws://127.0.0.1:{runner.addresses[0][1]}"
    firefox = await asyncio.create_subprocess_exec(find() or NAMES[0], *sys.argv[1:], stderr=asyncio.subprocess.PIPE)
    assert firefox.stderr is not None
    async for line in firefox.stderr:
        text = line.decode(errors="replace")
        if listens := LISTENS.search(text):
            between.far, text = listens[1], text.replace(listens[1], near)
        sys.stderr.write(text)
        sys.stderr.flush()
    status = await firefox.wait()
    await runner.cleanup()
    return status


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
