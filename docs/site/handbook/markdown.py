"""Small pieces of Markdown."""

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", "|" + "---|" * len(header)]
    lines += [f"| {' | '.join(cell(each) for each in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """On one line, and without a bar that would end the cell."""
    return " ".join(text.split()).replace("|", "&#124;") if "`" not in text else _with_code(" ".join(text.split()))


def _with_code(text: str) -> str:
    """Inside of code an entity would be shown as it is written: a bar there is escaped."""
    parts = text.split("`")
    return "`".join(part.replace("|", "\\|" if number % 2 else "&#124;") for number, part in enumerate(parts))


def code(text: str) -> str:
    return f"`{text}`" if text else ""


__all__ = ["cell", "code", "table"]
