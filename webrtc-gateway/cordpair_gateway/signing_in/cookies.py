"""The cookie that says who signed in, at a desk or in the office, and what is made of its token. Pure.

The token is 256 random bits. Only its hash is kept; the CSRF token is made from it, so that whoever can read neither
the cookie nor our answers can send neither.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from aiohttp import web

SHIFT_MS = 14 * 3_600_000  # the longest that anybody works: then they sign in again
# Of who can only look on, and is shown no caller: a display on a wall, which nobody wants to sign in again each day.
DISPLAY_MS = 30 * 24 * 3_600_000
LONGEST = 128
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def is_local(url: str) -> bool:
    """Whether nothing said there leaves the machine: only then may it be without TLS."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOCAL


class Cookie:
    """Of the gateway at ``url``. With TLS no other host of the domain can put one in its place (``__Host-``)."""

    def __init__(self, url: str) -> None:
        self.secure = not is_local(url)
        self.name = "__Host-cordpair-desk" if self.secure else "cordpair-desk"

    def read(self, request: web.BaseRequest) -> str | None:
        token = request.cookies.get(self.name, "")
        return token if 0 < len(token) <= LONGEST else None

    def put(self, response: web.StreamResponse, token: str, lasts_ms: int) -> None:
        response.set_cookie(
            self.name, token, max_age=lasts_ms // 1_000, path="/", secure=self.secure, httponly=True, samesite="Strict"
        )

    def remove(self, response: web.StreamResponse) -> None:
        response.del_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="Strict")


def csrf_of(token: str) -> str:
    return hashlib.blake2b(token.encode(errors="replace"), digest_size=24, person=b"cordpair-csrf").hexdigest()


def is_csrf(token: str, given: str) -> bool:
    return hmac.compare_digest(csrf_of(token).encode(), given.encode(errors="replace"))


__all__ = ["DISPLAY_MS", "SHIFT_MS", "Cookie", "csrf_of", "is_csrf", "is_local"]
