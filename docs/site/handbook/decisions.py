"""The list of decisions."""

from pathlib import Path

from handbook.markdown import table


def title(page: str) -> str:
    """Its first heading. Raises ValueError for a page without one."""
    for line in page.splitlines():
        if line.startswith("# "):
            return line.removeprefix("# ").strip()
    raise ValueError("a page begins with a heading of the first level")


def decisions(folder: Path) -> str:
    pages = sorted(folder.glob("[0-9]*.md"))
    rows = [(page.name[:4], f"[{_short(page)}]({folder.name}/{page.name})") for page in pages]
    return table(("number", "decision"), rows)


def _short(page: Path) -> str:
    """Without the number, which has a column."""
    return title(page.read_text(encoding="utf-8")).lstrip("0123456789. :–·-")


__all__ = ["decisions", "title"]
