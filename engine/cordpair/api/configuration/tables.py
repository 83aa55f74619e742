"""A configuration as it travels: its tables, and the order of their entries beside them. Pure."""

import re
from typing import Any

import msgspec

from cordpair.api.configuration.bodies import Changes, Checked, Imported, Order, Tables
from cordpair.config import (
    SHAPE,
    Config,
    InvalidConfiguration,
    Problem,
    difference,
    examine,
    needs_restart,
    shape,
    tables,
    to_raw,
)
from cordpair.config.problems import MOST, escape

LONGEST = 200  # of a path that is given back
# Dots in a line, beside strings and comments: a key of so many parts costs ``tomllib`` their square.
DOTS = 50
SAID = re.compile(r""""(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|#[^\n]*""")  # strings, ended or not, and comments
SECTIONS = Config.__struct_fields__
ENTRIES = tuple(section.name for section in shape().sections if section.kind == "map")


def travelling(config: Config) -> tuple[Tables, Order]:
    raw: Tables = to_raw(config, SHAPE)
    return raw, order_of(raw)


def order_of(raw: Tables) -> Order:
    return {name: list(raw[name]) for name in ENTRIES if isinstance(raw.get(name), dict)}


def in_order(raw: Tables, order: Order) -> Tables:
    """Entries that ``order`` does not name come after, as they came."""
    sorted_ = dict(raw)
    for name, names in order.items():
        entries = raw.get(name)
        if isinstance(entries, dict):
            first = {each: entries[each] for each in names if each in entries}
            sorted_[name] = first | entries
    return sorted_


def check(present: Config, raw: Any) -> Checked:
    found = examine(raw)
    if found.wrong:
        return Checked(found.problems, found.more, (), ())
    changes, fixed = difference(present, found.config), needs_restart(present, found.config)
    return Checked(found.problems, found.more, tuple(changes), tuple(fixed))


def check_text(present: Config, text: str) -> Imported:
    """Of a file: what it holds is given back, also when it is wrong."""
    lines = enumerate(SAID.sub("", text).split("\n"), 1)
    dotted = next((number for number, line in lines if line.count(".") > DOTS), None)
    if dotted is not None:
        return Imported((Problem("", f"line {dotted} has more than {DOTS} dots"),), 0, (), (), None, {})
    try:
        raw = tables(text, "")
        msgspec.json.encode(raw)
    except (InvalidConfiguration, RecursionError) as error:
        message = error.problems[0].message if isinstance(error, InvalidConfiguration) else "is nested too deeply"
        return Imported((Problem("", message),), 0, (), (), None, {})
    found = check(present, raw)
    return Imported(found.problems, found.more, found.changes, found.needs_restart, raw, order_of(raw))


def used(raw: Any) -> Config:
    """Raises InvalidConfiguration."""
    found = examine(raw)
    if found.wrong:
        raise InvalidConfiguration("", found.errors, found.more)
    return found.config


def changed(present: Config, changes: Changes) -> Config:
    """With some entries replaced, added at the end, or removed. Raises InvalidConfiguration."""
    raw: Tables = to_raw(present, SHAPE)
    problems = []
    for path in changes.remove:
        section, name = _parts(path)
        holder, key = (raw, section) if name is None else (raw.get(section), name)
        if isinstance(holder, dict) and key in holder and (name is None or section in ENTRIES):
            del holder[key]
        else:
            problems.append(_problem(path, "there is nothing of that name to remove"))
    for path, value in changes.set.items():
        section, name = _parts(path)
        if section not in SECTIONS:
            problems.append(_problem(path, f"there is no section of that name; there are: {', '.join(SECTIONS)}"))
        elif name is not None and section not in ENTRIES:
            problems.append(_problem(path, f"[{section}] has no entries: set it as a whole"))
        elif name is not None:
            raw.setdefault(section, {})[name] = value
        else:
            raw[section] = value
    if problems:
        raise InvalidConfiguration("", problems[:MOST], len(problems[MOST:]))
    return used(raw)


def _problem(path: str, message: str) -> Problem:
    return Problem(escape(path[:LONGEST]), message)


def _parts(path: str) -> tuple[str, str | None]:
    """``agents.anna.smith`` is the agent ``anna.smith``: a section has no dot in its name."""
    section, dot, name = path.partition(".")
    return section, name if dot else None


__all__ = ["changed", "check", "check_text", "in_order", "order_of", "travelling", "used"]
