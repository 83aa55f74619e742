"""What a configuration may hold, for whoever makes forms of it: each key with its kind, its limits and its help.

Made from the structs of the model, so that a key which is added there is in every form.
"""

import functools
from typing import Any

import msgspec
from msgspec import inspect

from cordpair.config.difference import FIXED, ORDERED
from cordpair.config.durations import format_duration
from cordpair.config.explained import Place, explained
from cordpair.config.kinds import Secret, is_duration
from cordpair.config.load import SHAPE
from cordpair.config.model import Action
from cordpair.config.read import PATTERNS
from cordpair.config.write import to_raw


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key, or (without a name) an item of a list or a value of a map. What each part of it says is in
    ``docs/reference/configuration-api.md``."""

    name: str
    kind: str
    help: str
    required: bool
    default: Any = msgspec.UNSET
    min: float | str | None = None
    above: float | None = None
    max: float | str | None = None
    whole: bool = False
    pattern: str | None = None
    hint: str | None = None
    max_length: int | None = None
    choices: tuple[str, ...] | None = None
    reference: str | None = None
    suggestions: str | None = None
    fields: "tuple[Field, ...] | None" = None
    of: "Field | None" = None
    key: "Field | None" = None
    ordered: bool = False
    needs_restart: bool = False


class Shape(msgspec.Struct, frozen=True):
    sections: tuple[Field, ...]


# Structs that a form shows as one thing.
WHOLE = {Action: "action", Secret: "secret"}


@functools.cache
def shape() -> Shape:
    assert isinstance(SHAPE, inspect.StructType)
    return Shape(tuple(_section(field) for field in SHAPE.fields))


def _section(field: inspect.Field) -> Field:
    name = field.name
    found = _field(field, (name,))
    help = found.help or (found.of.help if found.of is not None else "")
    return msgspec.structs.replace(found, help=help, ordered=name in ORDERED, needs_restart=name in FIXED)


def _field(field: inspect.Field, place: Place) -> Field:
    default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    more: dict[str, Any] = {}
    if default is not msgspec.NODEFAULT and default is not None:
        more["default"] = to_raw(default, field.type)
    return _make(field.type, place, name=field.name, required=field.required, **more)


def _make(info: inspect.Type, place: Place, **more: Any) -> Field:
    """``more``: what is known of it already."""
    if isinstance(info, inspect.UnionType):  # with None, which is a key left out
        return _make(next(each for each in info.types if not isinstance(each, inspect.NoneType)), place, **more)
    given: dict[str, Any] = {"name": "", "required": True, "help": explained().get(place, "")} | more
    return Field(**given | _said(info, place))


def _said(info: inspect.Type, place: Place) -> dict[str, Any]:
    """What the type says of the field."""
    match info:
        case inspect.Metadata(type=inner) if is_duration(info):
            assert isinstance(inner, inspect.IntType)
            return {"kind": "duration"} | {
                name: format_duration(limit)
                for name, limit in (("min", inner.ge), ("max", inner.le))
                if limit is not None
            }
        case inspect.Metadata(type=inner, extra=extra):
            said = _said(inner, place) | (extra or {})
            return said | ({"kind": "reference"} if "reference" in said else {})
        case inspect.StrType():
            hint = PATTERNS.get(info.pattern) if info.pattern is not None else None
            return {"kind": "text", "pattern": info.pattern, "hint": hint, "max_length": info.max_length}
        case inspect.BoolType():
            return {"kind": "boolean"}
        case inspect.IntType():
            return {"kind": "number", "whole": True, "min": info.ge, "max": info.le}
        case inspect.FloatType():
            return {"kind": "number", "min": info.ge, "above": info.gt, "max": info.le}
        case inspect.LiteralType(values=values):
            return {"kind": "choice", "choices": tuple(map(str, values))}
        case inspect.VarTupleType(item_type=item):
            return {"kind": "list", "of": _make(item, place, help="")}
        case inspect.DictType(key_type=key, value_type=value):
            of = _make(value, (*place, "*"))
            return {"kind": "map", "key": _make(key, (*place, "*"), help=""), "of": of}
        case inspect.StructType(cls=cls, fields=fields):
            kind = WHOLE.get(cls, "table")
            return {"kind": kind, "fields": tuple(_field(each, (*place, each.name)) for each in fields)}
    raise TypeError(f"{'.'.join(place)}: a form has nothing for {info}")


__all__ = ["Field", "Shape", "shape"]
