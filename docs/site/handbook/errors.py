"""The codes of the API's errors, from their classes."""

from collections.abc import Iterator
from typing import Any

from handbook.markdown import code, table


def kinds(root: type[Any]) -> Iterator[type[Any]]:
    """The class and all public ones that are made from it, by status."""
    found: set[type[Any]] = {root}
    for kind in root.__subclasses__():
        if not kind.__name__.startswith("_"):
            found.update(kinds(kind))
    yield from sorted(found, key=lambda kind: (_status(kind), kind.__name__))


def unexplained_errors(root: type[Any]) -> list[str]:
    """Those whose class says nothing. (What it inherits says of another.)"""
    return [_code(kind) for kind in kinds(root) if not (kind.__dict__.get("__doc__") or "").strip()]


def error_codes(root: type[Any]) -> str:
    rows = [(code(_code(kind)), str(_status(kind)), _said(kind)) for kind in kinds(root)]
    return table(("code", "status", "when"), dict.fromkeys(rows))


def _said(kind: Any) -> str:
    return " ".join((kind.__doc__ or "").replace("``", "`").split())


def _status(kind: Any) -> int:
    status: int = kind.status
    return status


def _code(kind: Any) -> str:
    code: str = kind.code
    return code


__all__ = ["error_codes", "kinds", "unexplained_errors"]
