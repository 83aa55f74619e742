"""The fields of the journal's events, from their classes; what each event means is in the page's own tables."""

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from handbook.markdown import code, table

ROW = re.compile(r"^\| `(?P<name>[^`|]+)` \| (?P<told>.*?) *(?:\| .*)?\|$", re.MULTILINE)


def told_in(page: str) -> dict[str, str]:
    """From the page's tables: what stands in back-quotes in a first cell, and what the second says of it."""
    return {found["name"]: found["told"].strip() for found in ROW.finditer(page)}


def unexplained(names: Iterable[str], page: str) -> list[str]:
    """Names that have no line in a table of the page, or one that says nothing."""
    told = told_in(page)
    return [name for name in names if not told.get(name)]


def fields_of_events(events: Iterable[type]) -> str:
    return table(("event", "fields"), [(code(event.__name__), _fields(event)) for event in events])


def _fields(event: type) -> str:
    hints, fields = get_type_hints(event), msgspec.structs.fields(event)
    told = [f"`{field.encode_name}` {_kind(hints[field.name])}{_left_out(field)}" for field in fields]
    return ", ".join(told) or "none"


def _left_out(field: Any) -> str:
    return "" if field.required else " (optional)"


def _kind(hint: Any) -> str:
    arguments = get_args(hint)
    if get_origin(hint) in {UnionType, Union}:
        return _kind(next(each for each in arguments if each is not type(None)))
    if get_origin(hint) is tuple:
        return f"list of {_kind(arguments[0])}"
    if isinstance(get_origin(hint), type) and issubclass(get_origin(hint), (dict, Mapping)):
        return f"{_kind(arguments[0])} → {_kind(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "(" + " or ".join(str(each.value) for each in hint) + ")" if len(hint) <= MOST else hint.__name__
    return SHORT.get(hint, getattr(hint, "__name__", str(hint)))


MOST = 12
SHORT: dict[Any, str] = {str: "text", int: "number", bool: "true/false", float: "number"}

__all__ = ["fields_of_events", "told_in", "unexplained"]
