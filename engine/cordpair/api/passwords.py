"""Passwords of agents and of people in the office: hashed with argon2id, which takes time and memory by design.

So it is done beside the loop, by a few threads, and only so many may wait for them: who sends thousands of passwords
at once keeps those threads busy, and nothing else. A name that nobody has costs the same time as one that somebody has.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from cordpair.errors import CordpairError

T = TypeVar("T")

SHORTEST, LONGEST = 8, 256
SHORTEST_CHOSEN = 10  # of a person in the office, and of whoever sets one by a link
FEWEST = 4  # different characters of such a one
THREADS = 2  # each takes 64 MiB while it works
WAITING = 32  # one more is turned away

_hasher = PasswordHasher()  # the first recommendation of RFC 9106 for machines that have better to do


class TooManyPasswords(CordpairError):
    """As many wait to be looked at as may."""


class Verified(NamedTuple):
    good: bool
    better: str | None = None  # the same password, hashed as is done today; when it was done otherwise


def hash_password(password: str) -> str:
    """Takes about 50 ms, and the processor."""
    return _hasher.hash(password)


def make_password() -> str:
    return secrets.token_urlsafe(12)


def wrong_with(name: str, password: str) -> str:
    """Why it may not be a password of a person's; empty: nothing."""
    if not SHORTEST_CHOSEN <= len(password) <= LONGEST:
        return f"A password has {SHORTEST_CHOSEN} to {LONGEST} characters."
    if password.lower() == name.lower():
        return "A password is not the name."
    if len(set(password)) < FEWEST:
        return f"A password has at least {FEWEST} different characters."
    return ""


class Passwords:
    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._most = threads + waiting
        self._present = 0
        # Looked at in the place of the hash that an unknown name does not have.
        self._nobody = self._threads.submit(lambda: hash_password(secrets.token_urlsafe(32)))

    async def verify(self, hash: str | None, password: str) -> Verified:
        """None: nobody has that name. Raises TooManyPasswords."""
        return await self._beside(self._verify, hash, password)

    async def hash(self, password: str) -> str:
        """Raises TooManyPasswords."""
        return await self._beside(hash_password, password)

    async def _beside(self, function: Callable[..., T], *arguments: Any) -> T:
        if self._present >= self._most:
            raise TooManyPasswords("too many passwords wait to be looked at")
        self._present += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        finally:
            self._present -= 1

    def _verify(self, hash: str | None, password: str) -> Verified:
        try:
            _hasher.verify(self._nobody.result() if hash is None else hash, password)
        except (Argon2Error, InvalidHashError):
            return Verified(False)
        if hash is None:
            return Verified(False)
        return Verified(True, hash_password(password) if _hasher.check_needs_rehash(hash) else None)

    def close(self) -> None:
        """Those that wait are not looked at any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


__all__ = [
    "LONGEST",
    "SHORTEST",
    "SHORTEST_CHOSEN",
    "Passwords",
    "TooManyPasswords",
    "Verified",
    "hash_password",
    "make_password",
    "wrong_with",
]
