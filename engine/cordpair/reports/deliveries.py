"""Something is delivered to a program of the operator's over HTTP: signed, and once more until it was taken.

The signature is that of Standard Webhooks (standardwebhooks.com), for which there are libraries: ``webhook-id`` is the
same each time that a message is sent, ``webhook-timestamp`` is when it was, and ``webhook-signature`` is ``v1,`` and
the base64 of HMAC-SHA256 over ``id.timestamp.body``. Who checks both, and refuses what is older than some minutes,
cannot be deceived by a message that somebody else sent, or sent again.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import random
from collections.abc import Callable
from typing import Self

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

from cordpair import __version__
from cordpair.clock import Clock
from cordpair.errors import ConfigurationError

ANSWER_S = 10.0  # a receiver that takes longer has not taken it
FIRST_S, LONGEST_S = 1.0, 300.0  # between tries: twice as long each time
LEAST_SECRET = 16  # characters
PREFIX = "whsec_"


class Message(msgspec.Struct, frozen=True):
    """``id``: by which the receiver knows that it had this one already. The body may hold personal data."""

    id: str
    body: bytes
    kind: str = "application/json"


class Hook(msgspec.Struct, frozen=True):
    """Where to, and the key of its signatures. Neither is ever shown: an address may hold a token."""

    url: str
    key: bytes


def key_of(secret: str, name: str) -> bytes:
    """Raises ConfigurationError naming the secret."""
    if not secret.startswith(PREFIX):
        if len(secret) < LEAST_SECRET:
            raise ConfigurationError(f"{name}: is shorter than {LEAST_SECRET} characters; generate one")
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if len(key) < LEAST_SECRET:
        raise ConfigurationError(f"{name}: begins with {PREFIX} and is not {LEAST_SECRET} bytes or more in base64")
    return key


def signature(key: bytes, id: str, at_s: int, body: bytes) -> str:
    signed = b"%s.%d.%s" % (id.encode(), at_s, body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class Deliveries:
    """``async with``: holds the connections. Redirects are never followed, nor cookies kept."""

    def __init__(self, clock: Clock, draw: Callable[[], float] = random.random) -> None:
        self._clock, self._draw = clock, draw
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            timeout=ClientTimeout(total=ANSWER_S), cookie_jar=DummyCookieJar(), auto_decompress=False
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def attempt(self, hook: Hook, message: Message) -> str:
        """Empty: it was taken (any 2xx). Else why not, without the address."""
        assert self._session is not None, "used outside of its ``async with``"
        now = self._clock.now_ms() // 1_000
        headers = {
            "Content-Type": message.kind,
            "User-Agent": f"Cordpair/{__version__}",
            "webhook-id": message.id,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(hook.key, message.id, now, message.body),
        }
        try:
            async with self._session.post(
                hook.url, data=message.body, headers=headers, allow_redirects=False
            ) as answer:  # what it says is of no interest, and may be without end: the connection is closed with it
                return "" if 200 <= answer.status < 300 else f"the answer was {answer.status}"
        except TimeoutError:
            return f"no answer within {ANSWER_S:g} s"
        except (ClientError, OSError, ValueError) as error:
            return f"it cannot be reached ({type(error).__name__})"

    async def deliver(
        self, hook: Hook, message: Message, give_up_at_ms: int, failed: Callable[[str, float], None]
    ) -> bool:
        """Try until it is taken; False: given up, after at least one try. ``failed``: hears why, and when it is tried
        again, in seconds."""
        wait_s = FIRST_S
        while why := await self.attempt(hook, message):
            if self._clock.now_ms() >= give_up_at_ms:
                failed(why, 0.0)
                return False
            failed(why, wait_s)
            await asyncio.sleep(wait_s * (0.75 + 0.5 * self._draw()))  # not all at the same moment
            wait_s = min(2 * wait_s, LONGEST_S)
        return True


__all__ = ["Deliveries", "Hook", "Message", "key_of", "signature"]
