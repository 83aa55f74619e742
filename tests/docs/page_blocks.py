"""A page's code blocks, and what its comments say of how to run them.

A block of ``sh`` is run; one of ``console`` has commands after ``$``, each followed by what it answers. A block with a
title is written to a file of that name. Before a block, alone on a line, may stand one of

    <!-- test: again until it fits -->          its commands only look: they are repeated until the answer is as shown
    <!-- test: runs on, until "…" -->           its command does not end: it is there when it has said that
    <!-- test: ends COMMAND -->                 (alone) Ctrl-C for that one
    <!-- test: not run: REASON -->
"""

import re
from typing import NamedTuple

FENCE = re.compile(
    r"(?:^<!-- test: (?!ends )(?P<note>[^\n]+?) -->\n+)?"
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$'
    r"|^<!-- test: ends (?P<ends>[^\n]+?) -->$",
    re.MULTILINE | re.DOTALL,
)
# A word that is a length of time, a moment or a count may be another one; so may an id's random part.
NUMBER = re.compile(r"\(?[\d.,:/T-]*\d[\d.,:/T-]*|–")
ANY_NUMBER = r"(?:\(?[\d.,:/T-]*\d[\d.,:/T-]*|–)"
ID = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b")
ANY_ID = "[0-9a-f]{8}"
PORT = re.compile(r"(?<=127\\\.0\\\.0\\\.1:)\d+")  # of what was escaped already


class Block(NamedTuple):
    language: str
    title: str | None
    body: str
    note: str = ""


class End(NamedTuple):
    command: str


class Asked(NamedTuple):
    """A command of a ``console`` block, and the lines that it answers."""

    command: str
    answer: list[str]


def blocks(page: str) -> list[Block | End]:
    return [
        End(found["ends"])
        if found["ends"]
        else Block(found["language"], found["title"], found["body"], found["note"] or "")
        for found in FENCE.finditer(page)
    ]


def asked(body: str) -> list[Asked]:
    """Raises ValueError for a block that does not begin with a command."""
    found: list[Asked] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append(Asked(line.removeprefix("$ "), []))
        elif not found:
            raise ValueError(f"a console block begins with a command, not with {line!r}")
        elif line.strip():
            found[-1].answer.append(line)
    return found


def pattern(line: str) -> re.Pattern[str]:
    """Of a line that may have more before and after. ``…`` is anything; of spaces there may be more or fewer."""
    return re.compile(r"\s+".join(map(_word, line.split())))


def _word(word: str) -> str:
    if NUMBER.fullmatch(word):
        return ANY_NUMBER
    parts = (".*".join(map(re.escape, part.split("…"))) for part in ID.split(word))
    return PORT.sub(r"\\d+", ANY_ID.join(parts))


def missing(answer: list[str], said: str) -> str | None:
    """The first line of the page that did not come, in its place; None: all came."""
    rest = iter(said.splitlines())
    for line in answer:
        wanted = pattern(line)
        if not any(wanted.search(each) for each in rest):
            return line
    return None


__all__ = ["Asked", "Block", "End", "asked", "blocks", "missing", "pattern"]
