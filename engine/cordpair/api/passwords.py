"""Agents' passwords: hashed with argon2id, which takes time and memory by design.

So it is done beside the loop, by a few threads, and only so many may wait for them: who sends thousands of passwords
at once keeps those threads busy, and nothing else. A name that nobody has costs the same time as one that somebody has.
"""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from cordpair.errors import CordpairError

SHORTEST, LONGEST = 8, 256
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


class Passwords:
    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._most = threads + waiting
        self._present = 0
        # Looked at in the place of the hash that an unknown name does not have.
        self._nobody = self._threads.submit(lambda: hash_password(secrets.token_urlsafe(32)))

    async def verify(self, hash: str | None, password: str) -> Verified:
        """None: nobody has that name. Raises TooManyPasswords."""
        if self._present >= self._most:
            raise TooManyPasswords("too many passwords wait to be looked at")
        self._present += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._verify, hash, password)
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


__all__ = ["LONGEST", "SHORTEST", "Passwords", "TooManyPasswords", "Verified", "hash_password", "make_password"]
