"""Asterisk's configuration files, as far as ``main/config.c`` reads them without running anything."""

import re
from collections.abc import Iterator
from typing import NamedTuple

SECTION = re.compile(r"\[([^\]]*)\]\s*(?:\(([^)]*)\))?")
MOST = 10_000  # keys of a section; templates of templates could have any number


class Pair(NamedTuple):
    key: str
    value: str
    line: int


class Section(NamedTuple):
    name: str
    line: int
    pairs: list[Pair]
    template: bool


class Conf(NamedTuple):
    sections: list[Section]
    strange: list[tuple[int, str]]  # lines that were not understood


def read_conf(text: str) -> Conf:
    """Never fails: what is no configuration is strange."""
    sections: list[Section] = []
    by_name: dict[str, Section] = {}
    strange: list[tuple[int, str]] = []
    for number, line in _lines(text):
        if line.startswith("["):
            found = SECTION.match(line)
            if found is None:
                strange.append((number, line))
                continue
            name, options = found[1].strip(), [each.strip() for each in (found[2] or "").split(",") if each.strip()]
            if "+" in options and name in by_name:
                sections.append(by_name[name])
                continue
            pairs: list[Pair] = []
            for base in options:
                if base in by_name and len(pairs) + len(by_name[base].pairs) <= MOST:
                    pairs += by_name[base].pairs
                elif base not in "!+":
                    strange.append((number, line))
            section = Section(name, number, pairs, "!" in options)
            sections.append(section)
            by_name[name] = section
        elif line.startswith("#") or "=" not in line or not sections or len(sections[-1].pairs) >= MOST:
            strange.append((number, line))
        else:
            key, _, value = line.partition("=")
            pair = Pair(key.strip().lower(), value.removeprefix(">").strip(), number)
            sections[-1].pairs.append(pair)
    unique = {id(section): section for section in sections}
    return Conf(list(unique.values()), strange)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Without comments, which begin with ``;`` or stand between ``;--`` and ``--;``."""
    inside = False
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw
        if inside:
            _, end, line = line.partition("--;")
            if not end:
                continue
            inside = False
        if line.lstrip().startswith(";--") and not line.lstrip().startswith(";---"):
            _, end, line = line.partition(";--")[2].partition("--;")
            inside = not end
        line = re.split(r"(?<!\\);", line, maxsplit=1)[0].replace("\\;", ";").strip()
        if line:
            yield number, line


__all__ = ["Conf", "Pair", "Section", "read_conf"]
