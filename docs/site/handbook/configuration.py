"""Every key of ``cordpair.toml``: from the shape that the office's forms are made of."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from cordpair.config.shape import Field
from handbook.inner_keys import INNER, inner
from handbook.markdown import code, table

Key = tuple[str, Field]  # with its path

# Kinds that are told once on the page: their own keys are the same wherever they stand.
WHOLE = {"action", "secret"}
HEADER = ("key", "kind", "default", "what it means")


def keys(fields: Iterable[Field], path: str = "") -> Iterator[Key]:
    """Each key that a file can have, the outer before the inner."""
    for field in fields:
        there = f"{path}.{field.name}" if path else field.name
        yield there, field
        yield from _inner(field, there)


def _inner(field: Field, path: str) -> Iterator[Key]:
    if field.kind in WHOLE:
        return
    if field.kind == "table":
        yield from keys(field.fields or (), path)
    elif field.of is not None:
        there = f"{path}.NAME" if field.kind == "map" else f"{path}[]"
        if field.of.kind not in WHOLE:
            yield from _inner(field.of, there)


def unexplained_keys(sections: Iterable[Field]) -> list[str]:
    """Keys of which nothing is said."""
    return [path for path, field in keys(sections) if not explanation(path, field)]


def useless_explanations(sections: Iterable[Field]) -> list[str]:
    """Those in ``inner_keys`` that are of no key (any more)."""
    used = [path.split(".") for path, _ in keys(sections)]
    ends = {".".join(path[number:]) for path in used for number in range(len(path))}
    return sorted(set(INNER) - ends)


def explanation(path: str, field: Field) -> str:
    return field.help or inner(path)


def configuration(sections: Iterable[Field]) -> str:
    return "\n".join(_section(section) for section in sections)


def _section(section: Field) -> str:
    title = f"[{section.name}.NAME]" if section.of is not None and section.of.kind == "table" else f"[{section.name}]"
    said = [explanation(section.name, section)]
    if section.of is not None and section.of.help not in {"", section.help}:
        said.append(section.of.help)
    if section.needs_restart:
        said.append("Read when the engine starts only.")
    rows = [_row(path, field) for path, field in _inner(section, section.name)]
    body = table(HEADER, rows) if rows else f"Kind: {_kind(section)}.\n"
    return f"## `{title}`\n\n" + "".join(f"{each}\n\n" for each in said) + body


def _row(path: str, field: Field) -> tuple[str, str, str, str]:
    shown = path.partition(".")[2] if "." in path else path
    shown = shown.removeprefix("NAME.")
    default = "required" if field.required else _written(field.default)
    return code(shown), _kind(field), default, explanation(path, field)


def _written(default: Any) -> str:
    if default is msgspec.UNSET:
        return "off"
    return code(json.dumps(default, ensure_ascii=False))


def _kind(field: Field) -> str:
    match field.kind:
        case "choice":
            return "one of " + ", ".join(code(f'"{each}"') for each in field.choices or ())
        case "reference":
            return f"the name of one of `{field.reference}`"
        case "list" if field.of is not None:
            return f"list: {_kind(field.of)}"
        case "map" if field.of is not None:
            return f"names and values: {_kind(field.of)}"
        case "number" | "duration":
            return field.kind + _limits(field)
        case "text":
            return "text" + (f": {field.hint}" if field.hint else "")
        case kind:
            return kind


def _limits(field: Field) -> str:
    above = f"more than {field.above:g}" if field.above is not None else ""
    least = f"from {field.min}" if field.min is not None else ""
    most = f"to {field.max}" if field.max is not None else ""
    limits = " ".join(filter(None, (above, least, most)))
    return f", {limits}" if limits else ""


__all__ = ["configuration", "explanation", "keys", "unexplained_keys", "useless_explanations"]
