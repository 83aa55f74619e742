"""The navigation as ``mkdocs.yml`` has it, without what is not written yet."""

from collections.abc import Iterable
from typing import Any


def complete(nav: Iterable[Any], pages: set[str], coming: set[str]) -> list[Any]:
    """Without those of ``coming`` that are not there yet. Any other that is not there stays, for the build to complain
    of."""
    found: list[Any] = []
    for entry in nav:
        found += _complete(entry, pages, coming)
    return found


def _complete(entry: Any, pages: set[str], coming: set[str]) -> list[Any]:
    if isinstance(entry, dict):
        ((name, inner),) = entry.items()
        if isinstance(inner, list):
            return [{name: complete(inner, pages, coming)}]
        return [entry] if inner in pages or inner not in coming else []
    return [entry] if entry in pages or entry not in coming else []


def listed(nav: Iterable[Any]) -> list[str]:
    """Every page that is in it."""
    found: list[str] = []
    for entry in nav:
        inner = next(iter(entry.values())) if isinstance(entry, dict) else entry
        found += listed(inner) if isinstance(inner, list) else [inner]
    return found


__all__ = ["complete", "listed"]
