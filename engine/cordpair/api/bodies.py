"""From bytes to typed values: strictly, with the field that is wrong in the error."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from cordpair.api.errors import Invalid

T = TypeVar("T")

LARGEST = 64 * 1024
# " - at `$.skills[...]`" is how msgspec says where; for a key of an object it says "at `key` in `$.skills`".
PLACE = re.compile(r"^(?P<what>.*?) - at (?:`key` in )?`\$(?P<path>.*)`$", re.DOTALL)
FIELD = re.compile(r"field `(?P<name>[^`]*)`")


def read_body(raw: bytes, kind: type[T]) -> T:
    """An empty body counts as ``{}``. Raises Invalid."""
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The body is not JSON: {error}") from None
    except RecursionError:
        raise Invalid("The body is nested too deeply.") from None


def read_query(given: Iterable[tuple[str, str]], kind: type[T]) -> T:
    """Raises Invalid."""
    values: dict[str, Any] = {}
    for name, value in given:
        if name in values:
            raise Invalid("is given twice", name)
        values[name] = value
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None


def _invalid(message: str) -> Invalid:
    what, path = message, ""
    if (placed := PLACE.match(message)) is not None:
        what, path = placed["what"], placed["path"].lstrip(".")
    if (named := FIELD.search(what)) is not None:
        path = f"{path}.{named['name']}" if path else named["name"]
    return Invalid(what, path[:200] or None)


__all__ = ["LARGEST", "read_body", "read_query"]
