"""Commands that ask the running engine, through its API.

Who may write the store may do this: the key is made for the one request, and revoked.
"""

import asyncio
from typing import Any

import aiohttp

from cordpair.api import Role, make_key, parse_listen
from cordpair.cli.failures import fail
from cordpair.cli.settings import Settings
from cordpair.clock import AsyncioClock
from cordpair.store import Store

LASTS_MS = 60_000
DEADLINE_S = 30.0
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  where it listens everywhere, it listens here
DONE = (200, 204)


def ask(settings: Settings, method: str, path: str, body: Any = None, *, what: str) -> dict[str, Any]:
    """The answer. ``what``: the command, for the list of keys. Ends the command when it is refused."""
    return asyncio.run(_ask(settings, method, path, body, what))


async def _ask(settings: Settings, method: str, path: str, body: Any, what: str) -> dict[str, Any]:
    host, port = parse_listen(settings.loaded.config.http.listen)
    host = ANY.get(host, host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}{path}"
    now = AsyncioClock().now_ms()
    key, kept = make_key(name=f"cordpair {what}", role=Role.ADMIN, at_ms=now, expires_at=now + LASTS_MS)
    store = await Store.open(settings.store)
    try:
        await store.keys.add(kept)
        return await _send(method, url, key, body)
    finally:
        await store.keys.revoke(kept.id, now)
        await store.close()


async def _send(method: str, url: str, key: str, body: Any) -> dict[str, Any]:
    timeout = aiohttp.ClientTimeout(total=DEADLINE_S)
    try:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}, timeout=timeout) as http,
            http.request(method, url, json=body) as reply,
        ):
            answer: dict[str, Any] = await reply.json() if reply.status != 204 else {}
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise fail(f"no engine answers at {url}: {str(error) or 'too late'}. Is `cordpair serve` running?") from None
    if reply.status not in DONE:
        raise fail("\n".join(_problems(answer)) or str(reply.reason))
    return answer


def _problems(answer: dict[str, Any]) -> list[str]:
    said = answer.get("error", {})
    problems = [f"{each['path']}: {each['message']}" for each in said.get("problems", ())]
    return problems or [str(said.get("message", ""))]


__all__ = ["ask"]
