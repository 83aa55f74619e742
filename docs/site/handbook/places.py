"""Where a file of the repository is on the site, and links rewritten accordingly."""

import posixpath
import re
from collections.abc import Callable

# Files outside of docs/ that are pages of the site, and where.
OUTER = {
    "ARCHITECTURE.md": "project/architecture.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "dialplans/asterisk/README.md": "how-to/dialplans-asterisk.md",
    "dialplans/freeswitch/README.md": "how-to/dialplans-freeswitch.md",
}
# Files that are not, and the page that says the same.
INSTEAD = {"README.md": "index.md", "cordpair.example.toml": "reference/example.md", "docs/decisions": "decisions.md"}

DOCS = "docs/"
LINK = re.compile(r"(?P<code>`+[^`\n]+`+(?!\]))|\[(?P<text>(?:`[^`\n]*`|[^\]\[\n])+)\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^ *(```|~~~).*?^ *\1 *$", re.MULTILINE | re.DOTALL)


def place_of(path: str) -> str | None:
    """Of a file of the repository (``docs/bench.md``), on the site (``bench.md``); None: it is not there."""
    path = path.rstrip("/")
    if path in OUTER or path in INSTEAD:
        return OUTER.get(path) or INSTEAD[path]
    return path.removeprefix(DOCS) if path.startswith(DOCS) else None


def source_of(place: str) -> str:
    """The file from which a page of the site is made."""
    return next((path for path, there in OUTER.items() if there == place), DOCS + place)


def relinked(markdown: str, place: str, exists: Callable[[str], bool]) -> str:
    """Links as the site has them. What is in the repository, and not on the site, stays as text: there is no address
    where a reader could see it. ``exists``: whether the repository has a file; what it has not stays as it is, for
    the build to find."""
    source = source_of(place)

    def rewrite(found: re.Match[str]) -> str:
        if found["code"] is not None or "://" in found["target"] or found["target"].startswith(("#", "mailto:")):
            return found[0]
        file, hash, anchor = found["target"].partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), file))
        there = place_of(path)
        if there is None and exists(path):
            return found["text"]
        if there is None:
            return found[0]
        return f"[{found['text']}]({posixpath.relpath(there, posixpath.dirname(place) or '.')}{hash}{anchor})"

    return outside_fences(markdown, lambda text: LINK.sub(rewrite, text))


def outside_fences(markdown: str, change: Callable[[str], str]) -> str:
    parts, last = [], 0
    for fence in FENCE.finditer(markdown):
        parts += [change(markdown[last : fence.start()]), fence[0]]
        last = fence.end()
    return "".join([*parts, change(markdown[last:])])


__all__ = ["OUTER", "outside_fences", "place_of", "relinked", "source_of"]
