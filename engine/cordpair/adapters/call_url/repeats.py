"""The same call asked for again within some seconds is the same call: a double click, a page loaded anew, a proxy that
tries again."""

import secrets
from collections.abc import Callable

KEPT = 10_000


class Repeats:
    def __init__(self, within_s: float, clock: Callable[[], float]) -> None:
        self._within_s, self._clock = within_s, clock
        self._tokens: dict[tuple[str, ...], tuple[float, str]] = {}

    def token(self, *what: str) -> str:
        """What stands for it: the same as for one shortly before, else a new one."""
        now = self._clock()
        at, token = self._tokens.pop(what, (now, ""))
        if not token or now - at >= self._within_s:
            at, token = now, secrets.token_hex(12)
        self._tokens[what] = (at, token)
        if len(self._tokens) > KEPT:
            del self._tokens[next(iter(self._tokens))]
        return token

    def forget(self, *what: str) -> None:
        """It was refused: who tries again means it."""
        self._tokens.pop(what, None)


__all__ = ["Repeats"]
