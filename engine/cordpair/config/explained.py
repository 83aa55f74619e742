"""What each key means, in the words of ``cordpair.example.toml``: the comment above it is its help.

A key that follows another without an empty line shares its comment; a table's own comment stands above its header.
Keys that are commented out, because one rather leaves them away, count as keys.
"""

import functools
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from msgspec import inspect

from cordpair.config.load import SHAPE

Place = tuple[str, ...]  # ("queues", "*", "steps"); "*" stands for any name

PACKED = "example.toml"  # in a wheel it lies beside this module
ROOT = Path(__file__).parents[3] / "cordpair.example.toml"

HEADER = re.compile(r"(?:# )?\[(?P<names>[A-Za-z0-9_.-]+)\]")
KEY = re.compile(r'(?:# )?(?P<key>[A-Za-z0-9_-]+|"[^"]*") = (?P<value>.*)')
TRAILING = re.compile(r"""^(?:"[^"]*"|[^"#])*# (?P<text>.*)$""")


@functools.cache
def explained() -> dict[Place, str]:
    """The help of each key that has one of its own."""
    packed = resources.files("cordpair.config") / PACKED
    return read(packed.read_text(encoding="utf-8") if packed.is_file() else ROOT.read_text(encoding="utf-8"))


def read(text: str) -> dict[Place, str]:
    found: dict[Place, str] = {}
    table: Place = ()
    comment: list[str] = []
    shared = ""  # what the keys of this block have been told so far
    for line in text.splitlines():
        if (header := HEADER.fullmatch(line)) is not None:
            table = _place(header["names"].split("."))
            _keep(found, table, comment)
            comment, shared = [], ""
        elif (key := KEY.fullmatch(line)) is not None:
            trailing = TRAILING.match(key["value"])
            shared = " ".join(comment) or shared
            _keep(found, (*table, key["key"]), [shared, trailing["text"] if trailing is not None else ""])
            comment = []
        elif line.startswith("#"):
            comment.append(line.lstrip("#").strip())
        elif not line.strip():
            comment, shared = [], ""
    return found


def _keep(found: dict[Place, str], place: Place, comment: list[str]) -> None:
    text = " ".join(comment).strip()
    if text:
        found.setdefault(place, text)


def _place(names: list[str]) -> Place:
    return tuple(_walk(names, SHAPE))


def _walk(names: list[str], info: inspect.Type) -> Iterator[str]:
    """With ``*`` for what the operator named."""
    if not names:
        return
    match info:
        case inspect.UnionType(types=types):
            yield from _walk(names, next(each for each in types if not isinstance(each, inspect.NoneType)))
        case inspect.DictType(value_type=value):
            yield "*"
            yield from _walk(names[1:], value)
        case inspect.StructType(fields=fields):
            yield names[0]
            inner = next((field.type for field in fields if field.name == names[0]), None)
            if inner is not None:
                yield from _walk(names[1:], inner)
        case _:
            yield from names


__all__ = ["Place", "explained", "read"]
