"""What a ``loopback:`` URL says: the phones that exist and, for a demo, how people behave.

``loopback:``  ·  ``loopback://NAME?seats=101-110,200&ring_ms=300&answer_ms=500-3000&talk_ms=5000-20000``
``&callers_per_minute=12&dialled=4711,4712&patience_ms=60000&sign_in=011,022&seed=1``

A NAME that ``share`` knows means that PBX; otherwise each URL makes one of its own.
"""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import msgspec

from cordpair.errors import ConfigurationError

Range = tuple[int, int]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    seats: tuple[str, ...] = ()
    ring_ms: Range = (200, 200)
    answer_ms: Range = (1_000, 1_000)
    talk_ms: Range | None = None  # how long simulated conversations last; None: until somebody else ends them
    callers_per_minute: float = 0.0
    dialled: tuple[str, ...] = ()
    patience_ms: Range | None = None
    sign_in: tuple[str, ...] = ()  # what each seat's phone dials, one after the other, when the engine is there
    seed: int = 1


def parse(url: str) -> Settings:
    """Raises ConfigurationError with the key that is wrong."""
    parts = urlsplit(url)
    if parts.scheme != "loopback":
        raise ConfigurationError(f"{url!r} is no loopback URL: it begins with loopback:")
    try:
        given = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as wrong:
        raise ConfigurationError(f"{url!r}: after '?' stand key=value pairs with '&' between them") from wrong
    unknown = sorted(set(given) - set(READERS))
    if unknown:
        raise ConfigurationError(f"{url!r}: unknown key {unknown[0]!r}; there are: {', '.join(sorted(READERS))}")
    values: dict[str, object] = {"name": parts.netloc}
    for key, texts in given.items():
        try:
            values[key] = READERS[key](texts[-1])
        except ValueError as wrong:
            raise ConfigurationError(f"{url!r}: {key}: {wrong}") from wrong
    return msgspec.convert(values, Settings)


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _numbers(text: str) -> tuple[str, ...]:
    """``101-103,200``: leading zeros stay."""
    found: list[str] = []
    for word in _words(text):
        first, dash, last = word.partition("-")
        if not dash:
            found.append(word)
            continue
        if not (first.isdecimal() and last.isdecimal() and 0 <= int(last) - int(first) < 10_000):
            raise ValueError(f"{word!r} is no range of numbers")
        found += [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]
    return tuple(found)


def _range(text: str) -> Range:
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise ValueError(f"{text!r} is neither a number of milliseconds nor two with '-' between them")
    low, high = int(first), int(last) if dash else int(first)
    if low > high:
        raise ValueError(f"{text!r}: the smaller number comes first")
    return low, high


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 <= rate <= 60_000:
        raise ValueError(f"{text!r} is not between 0 and 60000")
    return rate


READERS: dict[str, Callable[[str], object]] = {
    "answer_ms": _range,
    "callers_per_minute": _rate,
    "dialled": _words,
    "patience_ms": _range,
    "ring_ms": _range,
    "seats": _numbers,
    "seed": int,
    "sign_in": _words,
    "talk_ms": _range,
}

__all__ = ["Range", "Settings", "parse"]
