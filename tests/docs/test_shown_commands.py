"""Each command that a page or the README shows is there, with the options that it is shown with."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from cordpair.cli import app
from handbook.commands import commands

ROOT = Path(__file__).parents[2]
# What stands in the present tense. (The changelog, decisions and some pages tell of what was, or will be.)
FOLDERS = ("docs", "docs/how-to", "docs/reference", "dialplans/asterisk", "dialplans/freeswitch")
PAST = {"seeds.md", "planted-bugs.md", "upgrading.md"}
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
PAGES += [page for folder in FOLDERS for page in sorted((ROOT / folder).glob("*.md")) if page.name not in PAST]
FENCE = re.compile(r"^ *```\w*[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
CALL = re.compile(r"(?:^\s*(?:\$ )?|[;|&(]\s*|bin/)cordpair((?: +[^\s#|;&)'\"]+)+)")
MAKE = re.compile(r"(?:^|[\s(;&])make ([a-z][a-z-]+)(?=$|[\s;)])")
KNOWN = dict(commands("cordpair", typer.main.get_command(app)))


def shown(page: str) -> Iterator[str]:
    """Lines of code, in blocks and in sentences."""
    for block in FENCE.findall(page):
        yield from block.splitlines()
    yield from INLINE.findall(FENCE.sub("", page))


def wrong_calls(page: str) -> list[str]:
    return [problem for line in shown(page) for call in CALL.findall(line) if (problem := wrong_with(call.split()))]


def wrong_with(words: list[str]) -> str:
    """Empty: nothing. A line that only begins with the name (``cordpair.toml``, a unit's name) is no call."""
    path = "cordpair"
    while words and f"{path} {words[0]}" in KNOWN:
        path += f" {words.pop(0)}"
    command = KNOWN[path]
    if words and path == "cordpair" and re.fullmatch(r"[a-z-]+", words[0]):
        return f"cordpair {words[0]}: there is no such command"
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help", "-h"}
    given = (re.split(r"[=…]", word)[0] for word in words if re.match(r"--[a-z]", word))
    unknown = [word for word in given if word.rstrip(",.:") not in options]
    return f"{path}: has no {unknown[0]}" if unknown else ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_is_shown_is_there(path: Path) -> None:
    assert wrong_calls(path.read_text(encoding="utf-8")) == []


def test_every_target_of_make_that_is_shown_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {each for path in PAGES for line in shown(path.read_text("utf-8")) for each in MAKE.findall(line)}
    assert {"run", "test", "docs"} <= told
    assert told <= targets


def test_a_command_that_is_not_there_is_found() -> None:
    page = "`cordpair fly`\n```sh\n/bin/cordpair serve --quickly | cordpair dance\n```\n`cordpair keys add --role x`"
    none = "there is no such command"
    assert wrong_calls(page) == ["cordpair serve: has no --quickly", f"cordpair dance: {none}", f"cordpair fly: {none}"]
