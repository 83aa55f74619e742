"""What callers and agents are to do, as it is asked for. Pure: what is random comes from the generator given."""

import random
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from cordpair.config.durations import parse_duration
from cordpair.errors import ConfigurationError
from cordpair.testing.sipp import Plan, Span

ANY_DIGIT = "?"
DIALLED = frozenset("0123456789*#+?ABCDabcd")
MOST_DIALLED = 64
DIGITS = frozenset("0123456789*#ABCD?")
# A pattern with few numbers gives some of them twice; so often another is drawn before that.
REDRAWS = 20
MOST_RATE, MOST_CALLS = 2_000.0, 1_000_000


class Patience(NamedTuple):
    """Seconds until a caller gives up: drawn evenly between two, or exponentially with a mean."""

    shape: Literal["even", "exponential"]
    first: float
    second: float = 0.0

    def draw(self, chance: random.Random) -> float:
        if self.shape == "exponential":
            return chance.expovariate(1 / self.first)
        return chance.uniform(self.first, self.second)


class Callers(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, and shares from 0 to 1."""

    dialled: tuple[str, ...]
    caller: str
    give_up: float = 0.0
    patience: Patience = Patience("even", 10.0, 30.0)
    lasts: float | None = None
    digits: str = ""


def plans(wish: Callers, count: int, chance: random.Random) -> list[Plan]:
    """So many callers, each with a number of its own as far as the pattern has so many."""
    taken: set[str] = set()
    return [_plan(wish, wish.dialled[n % len(wish.dialled)], taken, chance) for n in range(count)]


def _plan(wish: Callers, dialled: str, taken: set[str], chance: random.Random) -> Plan:
    caller = drawn(wish.caller, chance)
    for _ in range(REDRAWS):
        if caller not in taken:
            break
        caller = drawn(wish.caller, chance)
    taken.add(caller)
    gives_up = wish.patience.draw(chance) if chance.random() < wish.give_up else None
    hangs_up = min((each for each in (gives_up, wish.lasts) if each is not None), default=None)
    return Plan(drawn(dialled, chance), caller, gives_up, hangs_up, digits=drawn(wish.digits, chance))


def drawn(pattern: str, chance: random.Random) -> str:
    return "".join(chance.choice("0123456789") if each == ANY_DIGIT else each for each in pattern)


# ---------------------------------------------------------------- as people write it


def numbers(text: str, option: str) -> tuple[str, ...]:
    """Separated by commas; a ``?`` is any digit. Raises ConfigurationError."""
    found = tuple(each.strip() for each in text.split(","))
    for each in found:
        if not each or len(each) > MOST_DIALLED or not set(each) <= DIALLED:
            raise ConfigurationError(f"{option}: {each!r} is no number; write digits, * # +, and ? for any digit")
    return found


def pressed(text: str, option: str) -> str:
    if len(text) > MOST_DIALLED or not set(text) <= DIGITS:
        raise ConfigurationError(f"{option}: {text!r}: digits are 0 to 9, * # A B C D, and ? for any from 0 to 9")
    return text


def seconds(text: str, option: str) -> float:
    """More than nothing. Raises ConfigurationError."""
    ms = parse_duration(text)
    if ms is None or ms <= 0:
        raise ConfigurationError(f"{option}: {text!r} is no duration; write 250ms, 5s or 2m")
    return ms / 1_000


def span(text: str, option: str) -> Span:
    """``2s``, or ``2s-5s``: each call draws its own."""
    first, dash, second = text.partition("-")
    low = seconds(first, option)
    if not dash:
        return low
    high = seconds(second, option)
    if high < low:
        raise ConfigurationError(f"{option}: {text!r} ends before it begins")
    return low, high


def patience(text: str, option: str) -> Patience:
    """``20s``, ``5s-30s``, or ``exponential 20s``."""
    shape, _, mean = text.strip().partition(" ")
    if shape == "exponential":
        return Patience("exponential", seconds(mean, option))
    found = span(text, option)
    low, high = found if isinstance(found, tuple) else (found, found)
    return Patience("even", low, high)


def rates(text: str, option: str) -> tuple[float, ...]:
    """Calls a second, separated by commas."""
    found = []
    for each in text.split(","):
        try:
            rate = float(each)
        except ValueError:
            rate = 0.0
        if not 0.1 <= rate <= MOST_RATE:
            raise ConfigurationError(f"{option}: {each.strip()!r} is no rate; calls a second, 0.1 to {MOST_RATE:g}")
        found.append(rate)
    return tuple(found)


def share(percent: float, option: str) -> float:
    if not 0 <= percent <= 100:
        raise ConfigurationError(f"{option}: {percent:g} is no share; percent, 0 to 100")
    return percent / 100


# ---------------------------------------------------------------- which rate is next

RAISE, NEAR, MOST_STEPS = 1.5, 1.1, 12


class Tried(NamedTuple):
    rate: float
    held: bool


def next_rate(first: float, tried: Sequence[Tried]) -> float | None:
    """Towards the highest rate that holds: up by half until one does not, then between the two, until they are near.
    None when it is known, or not worth more steps."""
    if not tried:
        return first
    good = max((each.rate for each in tried if each.held), default=0.0)
    bad = min((each.rate for each in tried if not each.held), default=None)
    if len(tried) >= MOST_STEPS or good >= MOST_RATE:
        return None
    if bad is None:
        return min(MOST_RATE, _round(good * RAISE))
    if not good:
        lower = _round(bad / 2)
        return lower if bad >= 1 else None
    between = _round((good + bad) / 2)
    return between if bad / good > NEAR and good < between < bad else None


def _round(rate: float) -> float:
    """Whole calls a second, where there are some."""
    return float(round(rate)) if rate >= 5 else round(rate, 1)


def steps(given: Sequence[float], tried: Sequence[Tried], *, find_most: bool) -> Iterator[float]:
    """The rates that are left: those that were given in turn, or the next one of the search."""
    if find_most:
        found = next_rate(given[0], tried)
        if found is not None:
            yield found
    else:
        yield from given[len(tried) :]


__all__ = [
    "MOST_CALLS",
    "Callers",
    "Patience",
    "Tried",
    "drawn",
    "next_rate",
    "numbers",
    "patience",
    "plans",
    "pressed",
    "rates",
    "seconds",
    "share",
    "span",
    "steps",
]
