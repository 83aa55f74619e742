"""Which files are ours, what is different, and how they are written.

A file of ours begins with a line that says so, with a digest of the rest: who edits it by hand is not overwritten.
"""

import contextlib
import difflib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from cordpair.errors import ConfigurationError
from cordpair.pbx.provisioning import Text

MARK = re.compile(r"Written by `cordpair provision` \(([0-9a-f]{32})\)")
XML = "<?xml "
COMMENTS = {".xml": ("<!-- ", " -->"), ".lua": ("-- ", "")}
SECRET_MODE, MODE = 0o640, 0o644
MASKED = "********"


class State(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    GONE = "no longer needed"
    EDITED = "ours, and edited by hand"
    FOREIGN = "not ours"


class Change(msgspec.Struct, frozen=True):
    """``text``: what will be there; None: nothing."""

    path: str
    state: State
    before: str
    text: Text | None

    @property
    def conflict(self) -> bool:
        return self.state in {State.EDITED, State.FOREIGN}


def marked(path: str, text: Text, own: str) -> str:
    """The file's content, with its first line. An XML declaration stays the first."""
    body = text.text if text.text.endswith("\n") else text.text + "\n"
    begin, end = COMMENTS.get(Path(path).suffix, text.comment)
    line = f"{begin}Written by `cordpair provision` ({_digest(body)}). Yours go into {own}/, not in here.{end}\n"
    if body.startswith(XML):
        first, _, rest = body.partition("\n")
        return f"{first}\n{line}{rest}"
    return line + body


def whose(content: str) -> State | None:
    """None: ours, as we wrote it."""
    lines = content.splitlines(keepends=True)
    where = 1 if content.startswith(XML) else 0
    found = MARK.search(lines[where]) if len(lines) > where else None
    if found is None:
        return State.FOREIGN
    return None if _digest("".join(lines[:where] + lines[where + 1 :])) == found[1] else State.EDITED


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:32]


def compare(directory: Path, texts: Mapping[str, Text], own: str) -> list[Change]:
    """What is different from the files there. What a ``once`` file says is nobody's business once there is one."""
    found = []
    for path, text in texts.items():
        before = _read(directory / path)
        if before is None:
            found.append(Change(path, State.NEW, "", text))
        elif not text.once and before != marked(path, text, own):
            found.append(Change(path, whose(before) or State.CHANGED, before, text))
    for path in _ours(directory, own):
        before = _read(directory / path) or ""
        if path not in texts and whose(before) is None:
            found.append(Change(path, State.GONE, before, None))
    return sorted(found, key=lambda change: change.path)


def _ours(directory: Path, own: str) -> Iterator[str]:
    """Files that an earlier configuration may have needed: those beside the operator's folder."""
    for path in sorted((directory / own).parent.glob("*")):
        if path.is_file():
            yield path.relative_to(directory).as_posix()


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigurationError(f"{path} cannot be read: {why}.") from error


def diff(change: Change, own: str, secrets: re.Pattern[str]) -> list[str]:
    """In the manner of ``diff -u``, without a secret in it."""
    after = marked(change.path, change.text, own) if change.text is not None else ""
    names = ("/dev/null" if not change.before else change.path, "/dev/null" if change.text is None else change.path)
    lines = list(difflib.unified_diff(change.before.splitlines(), after.splitlines(), *names, lineterm=""))
    # Masked last, so that another secret is still seen to be another.
    return [line if line.startswith(("---", "+++", "@@")) else line[0] + _shown(line[1:], secrets) for line in lines]


def _shown(line: str, secrets: re.Pattern[str]) -> str:
    found = secrets.match(line)
    return f"{found[1]}{MASKED}" if found is not None else line


def write(directory: Path, changes: list[Change], own: str) -> None:
    """Each whole or not at all; what a conflict had is kept beside it. Raises ConfigurationError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for folder in ((directory / own).parent, directory / own):
            if not folder.exists():
                folder.mkdir(mode=0o750)
                _belongs_to(folder, directory)
        for change in changes:
            _write(directory, change, own)
    except OSError as error:
        raise ConfigurationError(f"{error.filename or directory} cannot be written: {error.strerror}.") from error


def _write(directory: Path, change: Change, own: str) -> None:
    path = directory / change.path
    if change.conflict:
        path.rename(_free(path))
    if change.text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    content = marked(change.path, change.text, own)
    replace(path, content, SECRET_MODE if change.text.secret else MODE, like=directory)


def _free(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.name}.before-{number}")).exists():
        number += 1
    return kept


def replace(path: Path, content: str, mode: int, *, like: Path | None = None) -> None:
    """A new file under the name, with its mode from the first byte on. ``like``: whose owner it gets, where we may."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if like is not None:
            _belongs_to(fresh, like)
        fresh.chmod(mode)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _belongs_to(path: Path, like: Path) -> None:
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


__all__ = ["Change", "State", "compare", "diff", "marked", "replace", "whose", "write"]
