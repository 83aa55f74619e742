"""Our pages are written as forges read them (CommonMark); the site's parser wants more space in two places."""

import re

from handbook.places import outside_fences

ITEM = re.compile(r"^(?P<indent> *)(?P<mark>[-*]|\d+\.) ")
LONGEST = 160


def spaced(markdown: str) -> str:
    """An empty line before a list that follows a paragraph, and four spaces for what is inside of an item."""
    return outside_fences(markdown, lambda text: "\n".join(_spaced(text.split("\n"))))


def _spaced(lines: list[str]) -> list[str]:
    out: list[str] = []
    inside = False  # of a list
    for line in lines:
        item = ITEM.match(line)
        if item is not None and not inside and out and out[-1].strip() and not item["indent"]:
            out.append("")
        if item is not None:
            inside = True
        elif line.strip() and not line.startswith(" "):
            inside = inside and bool(out and out[-1].strip())  # a line that goes on, or the end of the list
        out.append(line)
    return out


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
