"""How often a sign-in may be tried: for each name, so that nobody guesses a password, and for each address, so that
nobody guesses who has a bad one. Only tries that fail are counted in the end. Pure.

An agent whose name somebody plays with is kept out as long as that goes on; not from where they have signed in
before, for those tries are counted apart.
"""

import ipaddress

import msgspec

KEPT = 10_000  # names or addresses remembered; who wants to be forgotten must try so many others


class Allowance(msgspec.Struct, frozen=True):
    """So many at once, and one more each time that ``every_ms`` have passed."""

    burst: int
    every_ms: int


OF_NAME = Allowance(10, 60_000)
OF_ADDRESS = Allowance(50, 6_000)


class Tries:
    def __init__(self, of_name: Allowance = OF_NAME, of_address: Allowance = OF_ADDRESS) -> None:
        self._of_name, self._of_address = of_name, of_address
        self._left: dict[tuple[str, ...], tuple[float, int]] = {}  # what is left, as of when
        self._known: dict[tuple[str, str], None] = {}  # where each name has signed in

    def take(self, name: str, address: str, now: int) -> int | None:
        """One try: None, or in how many ms there is one again. It is taken before the password is looked at, for
        otherwise who sends a thousand at once has a thousand."""
        where = neighbourhood(address)
        keys = ((("at", where), self._of_address), (self._of(name, where), self._of_name))
        found = [(key, allowance, self._at(key, allowance, now)) for key, allowance in keys]
        for _, allowance, left in found:
            if left < 1.0:
                return max(1, round((1.0 - left) * allowance.every_ms))
        for key, _, left in found:
            self._put(key, left - 1.0, now)
        return None

    def succeeded(self, name: str, address: str, now: int) -> None:
        """It was the right password: that try does not count."""
        where = neighbourhood(address)
        for key, allowance in ((("at", where), self._of_address), (self._of(name, where), self._of_name)):
            self._put(key, min(float(allowance.burst), self._at(key, allowance, now) + 1.0), now)
        self._known.pop((name, where), None)
        self._known[name, where] = None
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]

    def _of(self, name: str, where: str) -> tuple[str, ...]:
        return ("name", name, where) if (name, where) in self._known else ("name", name)

    def _at(self, key: tuple[str, ...], allowance: Allowance, now: int) -> float:
        left, at = self._left.get(key, (float(allowance.burst), now))
        return min(float(allowance.burst), left + (now - at) / allowance.every_ms)

    def _put(self, key: tuple[str, ...], left: float, now: int) -> None:
        self._left.pop(key, None)
        self._left[key] = (left, now)
        if len(self._left) > 2 * KEPT:
            del self._left[next(iter(self._left))]


def neighbourhood(address: str) -> str:
    """Of an IPv6 address its network: whoever has one has 2⁶⁴ of them."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


__all__ = ["OF_ADDRESS", "OF_NAME", "Allowance", "Tries", "neighbourhood"]
