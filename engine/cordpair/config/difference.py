"""What is different between two configurations, a line for each key, as one would write it."""

from collections.abc import Iterator
from typing import Any

from cordpair.config.load import SHAPE, parse, tables
from cordpair.config.model import Config
from cordpair.config.problems import InvalidConfiguration, Path, show_path
from cordpair.config.write import inline, to_raw

LONGEST = 100
# Tables in which the order of the entries counts.
ORDERED = ("services", "agents")
# Read at the start of the engine only.
FIXED = (
    "cell", "pbx", "http", "store", "journal", "gateway", "sign_in", "queue_log", "reports", "smtp",
    "adapters", "webhooks",
)  # fmt: skip


def difference(before: Config, after: Config) -> list[str]:
    """Nothing of secrets is in it: a configuration does not hold them."""
    return _lines(to_raw(before, SHAPE), to_raw(after, SHAPE))


def difference_of_texts(before: str, after: str) -> list[str]:
    """Of configurations as they were kept: also of one that this version would not take any more."""
    try:
        return difference(parse(before).config, parse(after).config)
    except InvalidConfiguration:
        return _lines(tables(before), tables(after))


def is_same(before: Config, after: Config) -> bool:
    """Also in the order of entries, where it counts."""
    return before == after and all(list(getattr(before, name)) == list(getattr(after, name)) for name in ORDERED)


def _lines(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    lines = list(_tables((), old, new))
    for name in ORDERED:
        kept = [key for key in old.get(name, {}) if key in new.get(name, {})]
        if kept != [key for key in new.get(name, {}) if key in old.get(name, {})]:
            lines.append(f"{name}: in another order")
    return lines


def needs_restart(before: Config, after: Config) -> list[str]:
    """The tables that are different and can only be read at the start."""
    return [name for name in FIXED if getattr(before, name) != getattr(after, name)]


def _tables(path: Path, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for key in (*old, *(key for key in new if key not in old)):
        here = (*path, key)
        a, b = old.get(key), new.get(key)
        if a == b:
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            yield from _tables(here, a, b)
        elif len(path) == 1 and isinstance(b if a is None else a, dict):
            yield f"{show_path(here)}: {'added' if a is None else 'removed'}"
        elif isinstance(b if a is None else a, dict) and not path:
            yield from _tables(here, a or {}, b or {})
        else:
            yield f"{show_path(here)}: {_shown(a)} → {_shown(b)}"


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    text = inline(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


__all__ = ["FIXED", "ORDERED", "difference", "difference_of_texts", "is_same", "needs_restart"]
