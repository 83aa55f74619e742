"""A configuration as the text of a file. Reading it gives the same configuration; what is a default is left out."""

from typing import Any

import msgspec
from msgspec import inspect

from cordpair.config.durations import format_duration
from cordpair.config.kinds import is_duration
from cordpair.config.load import SHAPE
from cordpair.config.model import Config
from cordpair.config.problems import BARE_KEY


def write(config: Config) -> str:
    """TOML, a table for each entity, in the order in which ``cordpair.example.toml`` has them."""
    lines: list[str] = []
    for name, value in to_raw(config, SHAPE).items():
        field = getattr(config, name)
        if isinstance(field, dict) and any(isinstance(each, msgspec.Struct) for each in field.values()):
            for key, entity in value.items():
                lines += ["", f"[{name}.{_key(key)}]", *_pairs(entity)]
        else:
            lines += ["", f"[{name}]", *_pairs(value)]
    return "\n".join(lines[1:]) + "\n"


def to_raw(value: Any, info: inspect.Type) -> Any:
    """As ``tomllib`` would give it."""
    match info:
        case inspect.Metadata(type=inner):
            return format_duration(value) if is_duration(info) else to_raw(value, inner)
        case inspect.UnionType(types=types):
            (present,) = (each for each in types if not isinstance(each, inspect.NoneType))
            return to_raw(value, present)
        case inspect.StructType(fields=fields):
            raw = {}
            for field in fields:
                item = getattr(value, field.name)
                if item is not None and (field.required or item != _default(field)):
                    raw[field.name] = to_raw(item, field.type)
            return raw
        case inspect.DictType(value_type=item_type):
            return {key: to_raw(item, item_type) for key, item in value.items()}
        case inspect.VarTupleType(item_type=item_type):
            return [to_raw(item, item_type) for item in value]
        case _:
            return value


def _default(field: inspect.Field) -> Any:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


def _pairs(table: dict[str, Any]) -> list[str]:
    return [f"{_key(key)} = {inline(value)}" for key, value in table.items()]


def inline(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case dict():
            return "{ " + ", ".join(_pairs(value)) + " }" if value else "{}"
        case list():
            return "[" + ", ".join(map(inline, value)) + "]"
        case _:
            return repr(value)


def _key(key: str) -> str:
    return key if BARE_KEY.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


__all__ = ["inline", "to_raw", "write"]
