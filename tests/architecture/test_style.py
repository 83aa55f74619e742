"""Words and habits that a linter does not know."""

import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

# "Member" is the caller in one PBX and the agent in the other; the rest say nothing.
BANNED = {word + plural for word in ("member", "manager", "helper", "util") for plural in ("", "s")}
NOT_OURS = {"AbstractAsyncContextManager", "AbstractContextManager", "__members__", "sqlite_utils"}
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# A test waits for an event or moves a manual clock. Where neither can be, the line says why.
# (`sleep(0)` only yields.)
SLEEP = re.compile(r"\b(sleep\((?!0\))|wait_for_timeout\()")
SLEEP_REASON = re.compile(r"# sleep: \S+")

# In pieces, so that this file does not find itself.
MACHINE_PATHS = re.compile("|".join(["/" + "work/", "/tmp/" + "bash", r"/home/\w+/", r"/Users/\w+/"]))
BINARY = {".wav", ".gsm", ".sln", ".ulaw", ".alaw", ".png", ".ico", ".db", ".pcap"}


def python_files(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def banned_words(identifier: str) -> set[str]:
    return {word.lower() for word in WORDS.findall(identifier)} & BANNED


@pytest.mark.parametrize("name", ["queue_member", "CallManager", "utils", "HTTPHelper", "members"])
def test_a_banned_word_is_seen(name: str) -> None:
    assert banned_words(name)


@pytest.mark.parametrize("name", ["asynccontextmanager", "remember", "utility", "agent"])
def test_an_innocent_word_is_not(name: str) -> None:
    assert not banned_words(name)


def test_no_name_uses_a_banned_word(root: Path) -> None:
    found = []
    for path in python_files(root, "engine", "drivers", "webrtc-gateway/cordpair_gateway"):
        where = path.relative_to(root)
        found += [f"{where}: the file's name" for part in where.with_suffix("").parts if banned_words(part)]
        reader = io.StringIO(path.read_text(encoding="utf-8")).readline
        found += [
            f"{where}:{token.start[0]}: {token.string}"
            for token in tokenize.generate_tokens(reader)
            if token.type == tokenize.NAME and token.string not in NOT_OURS and banned_words(token.string)
        ]
    assert found == []


def test_tests_do_not_sleep_without_a_reason(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in python_files(root, "tests")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if SLEEP.search(line.partition("#")[0]) and not SLEEP_REASON.search(line)
    ]
    assert found == [], "wait for an event, or end the line with '# sleep: the reason'"


def test_no_file_names_a_place_on_somebodys_machine(root: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split("\0")
    found = []
    for name in filter(None, listed):
        path = root / name
        if path.suffix in BINARY or not path.is_file():
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [f"{name}:{number}" for number, line in enumerate(lines, 1) if MACHINE_PATHS.search(line)]
    assert found == []
