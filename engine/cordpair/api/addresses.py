"""Where a request comes from. What a proxy says of that is believed only where ``[http] trusted_proxies`` names it."""

import ipaddress
import re
from collections.abc import Iterable

from aiohttp import web

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TRUSTED: web.AppKey[tuple[Network, ...]] = web.AppKey("trusted_proxies")

MOST = 16  # proxies in a row
WITH_PORT = re.compile(r"\[(?P<v6>[0-9A-Fa-f:.]+)\](:\d{1,5})?|(?P<v4>[0-9.]+):\d{1,5}")


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """For ``app[TRUSTED]``, from the configuration."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def client_of(request: web.Request) -> str:
    """The address of whoever asks: of the nearest that is no trusted proxy. Empty when there is none."""
    trusted = request.app.get(TRUSTED, ())
    said = [part for header in request.headers.getall("X-Forwarded-For", []) for part in header.split(",")][-MOST:]
    found = _read(request.remote or "")
    while said and found is not None and any(found in network for network in trusted):
        before = _read(said.pop())
        if before is None:
            break  # what is no address was not written by a proxy that one can trust
        found = before
    return str(found) if found is not None else request.remote or ""


def _read(text: str) -> Address | None:
    text = text.strip()
    if (written := WITH_PORT.fullmatch(text)) is not None:
        text = written["v6"] or written["v4"]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


__all__ = ["TRUSTED", "Network", "client_of", "networks"]
