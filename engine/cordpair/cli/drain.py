"""``cordpair drain``: asks the running engine, through its API, to empty a PBX or to use it again.

Who may write the store may do this: the key is made for the one request, and revoked.
"""

import asyncio
from typing import Any

import aiohttp
from rich.markup import escape

from cordpair.api import Role, make_key, parse_listen
from cordpair.cli.failures import fail, output
from cordpair.cli.settings import Settings
from cordpair.clock import AsyncioClock
from cordpair.store import Store

LASTS_MS = 60_000
DEADLINE_S = 15.0
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  where it listens everywhere, it listens here


def drain(settings: Settings, node: str, *, stop: bool) -> None:
    nodes = settings.loaded.config.pbx
    if node not in nodes:
        raise fail(f"there is no node {node!r} in {settings.file}; there are: {', '.join(nodes)}")
    found = asyncio.run(_ask(settings, node, "stop-draining" if stop else "drain"))
    output.print(escape(_words(found)))


def _words(node: dict[str, Any]) -> str:
    name, contacts, legs = node["id"], node["contacts"], node["legs"]
    if not node["draining"]:
        return f"{name} is {node['status']} and used"
    if node["drained"]:
        return f"{name} is drained: nothing of Cordpair's is left on it"
    left = f"{contacts} contacts and {legs} legs are left on it, {node['moving']} callers are on their way elsewhere"
    return f"{name} is draining: {left}"


async def _ask(settings: Settings, node: str, what: str) -> dict[str, Any]:
    host, port = parse_listen(settings.loaded.config.http.listen)
    host = ANY.get(host, host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/v1/nodes/{node}/{what}"
    now = AsyncioClock().now_ms()
    key, kept = make_key(name=f"cordpair {what}", role=Role.ADMIN, at_ms=now, expires_at=now + LASTS_MS)
    store = await Store.open(settings.store)
    try:
        await store.keys.add(kept)
        return await _post(url, key)
    finally:
        await store.keys.revoke(kept.id, now)
        await store.close()


async def _post(url: str, key: str) -> dict[str, Any]:
    timeout = aiohttp.ClientTimeout(total=DEADLINE_S)
    try:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}, timeout=timeout) as http,
            http.post(url) as reply,
        ):
            answer: dict[str, Any] = await reply.json()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise fail(f"no engine answers at {url}: {str(error) or 'too late'}. Is `cordpair serve` running?") from None
    if reply.status != 200:
        raise fail(str(answer.get("error", {}).get("message", reply.reason)))
    return answer


__all__ = ["drain"]
