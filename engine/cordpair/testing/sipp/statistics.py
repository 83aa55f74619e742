"""What SIPp itself counted: the file of ``-trace_stat``, a header and a row a second, separated by semicolons.

SIPp writes while we read: a row counts when its line has ended and it has as many cells as the header. Columns that
end in ``(C)`` are since the start; those of our scenarios' counters bear their names.
"""

from collections.abc import Mapping
from typing import NamedTuple

SINCE_START = "(C)"
# Of SIPp's own columns, as it calls them; all others that are since the start are counters of the scenario.
CREATED, UP = "TotalCallCreated", "CurrentCall"
SUCCESSFUL, FAILED, RETRANSMISSIONS = "SuccessfulCall", "FailedCall", "Retransmissions"
LONGEST_CELL = 64


class Counts(NamedTuple):
    """Of one SIPp."""

    created: int = 0
    up: int = 0
    successful: int = 0
    """That went through the scenario to its end, whichever it was."""
    failed: int = 0
    """That SIPp gave up: it was sent what no scenario knows, or nothing at all."""
    retransmissions: int = 0
    named: Mapping[str, int] = {}
    """Counters of the scenario."""


def last_counts(beginning: bytes, end: bytes) -> Counts:
    """Of the newest whole row; nothing where there is none. ``beginning`` and ``end`` of the file may be the same."""
    header, ended, _ = beginning.partition(b"\n")
    names = header.decode("ascii", "replace").strip().split(";")
    if not ended:
        return Counts()
    for line in reversed(end.split(b"\n")[1:-1]):
        cells = line.decode("ascii", "replace").strip().split(";")
        if len(cells) == len(names) and cells != names:
            return _counts(dict(zip(names, cells, strict=True)))
    return Counts()


def _counts(row: Mapping[str, str]) -> Counts:
    total = {name.removesuffix(SINCE_START): _number(cell) for name, cell in row.items() if name.endswith(SINCE_START)}
    return Counts(
        created=_number(row.get(CREATED, "")),
        up=_number(row.get(UP, "")),
        successful=total.get(SUCCESSFUL, 0),
        failed=total.get(FAILED, 0),
        retransmissions=total.get(RETRANSMISSIONS, 0),
        named={name: number for name, number in total.items() if name[:1].islower()},
    )


def _number(cell: str) -> int:
    return int(cell) if len(cell) <= LONGEST_CELL and cell.isascii() and cell.isdecimal() else 0


__all__ = ["Counts", "last_counts"]
