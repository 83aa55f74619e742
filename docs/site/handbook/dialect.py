"""Our pages are written as forges read them (CommonMark); the site's parser wants more space in two places."""

import re

ITEM = re.compile(r"^(?P<mark>[-*]|\d+\.) ")
LONGEST = 160


def spaced(markdown: str) -> str:
    """An empty line before a list that follows a paragraph, and four spaces for what is inside of an item."""
    out: list[str] = []
    fenced = False  # in a block of code that is in no list
    width = 0  # of the mark of the list's items; 0: in no list
    for line in markdown.split("\n"):
        item = ITEM.match(line) if not fenced else None
        if line.startswith("```"):
            fenced, width = not fenced, 0
        elif item is not None:
            if width == 0 and out and out[-1].strip():
                out.append("")
            width = len(item[0])
        elif line.strip() and not line.startswith(" ") and not (out and out[-1].strip()):
            width = 0  # a paragraph after the list
        inside = width and item is None and line.startswith(" " * width)
        out.append(" " * (4 - width) + line if inside and width < 4 else line)
    return "\n".join(out)


def description(markdown: str) -> str:
    """The first sentences of the first paragraph, for search engines and previews; empty where there is none."""
    for block in re.split(r"\n\s*\n", markdown):
        text = block.strip()
        if text and not text.startswith(("#", "|", "```", "<", "- ", "!")):
            return _short(plain(" ".join(text.split())))
    return ""


def plain(markdown: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"[`*]", "", text)


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    end = text.rfind(". ", 40, LONGEST)
    return text[: end + 1] if end > 0 else text[: text.rfind(" ", 0, LONGEST)] + " …"


__all__ = ["description", "plain", "spaced"]
