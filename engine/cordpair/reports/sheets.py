"""Lines of a report as CSV that a spreadsheet may open."""

import csv
import io
from collections.abc import Iterable

from cordpair.reports.grouping import Line
from cordpair.reports.measures import Measure

# A cell that begins so is a formula to a spreadsheet, in wide letters too where those are written; an apostrophe before
# it makes it text again.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_csv(lines: Iterable[Line]) -> str:
    """One row a line, names first; what is not known is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for number, line in enumerate(lines):
        if not number:
            writer.writerow([*line.by, *line.measures])
        writer.writerow([*map(text_cell, line.by.values()), *map(number_cell, line.measures.values())])
    return text.getvalue()


def text_cell(name: str) -> str:
    """A name that comes from outside, as text and nothing else."""
    return f"'{name}" if name.lstrip(" ").startswith(FORMULA) or name.startswith(FORMULA) else name


def number_cell(measure: Measure) -> str:
    if measure is None:
        return ""
    return str(measure) if isinstance(measure, int) else f"{measure:.4f}".rstrip("0").rstrip(".")


__all__ = ["as_csv", "number_cell", "text_cell"]
