"""Revisions of the configuration: what is in force, who changed it and when, and whether a file may replace it."""

import hashlib
from typing import Literal

import msgspec
from sqlite_utils import Database

from cordpair.config import Config, InvalidConfiguration, Loaded, is_same, parse, write
from cordpair.errors import ConfigurationError
from cordpair.store import audit
from cordpair.store.audit import Entry
from cordpair.store.errors import StoreError
from cordpair.store.rows import read_rows, write_rows

Origin = Literal["file", "edit"]


class Revision(msgspec.Struct, frozen=True):
    """One line of the list. ``at`` in ms since the epoch."""

    revision: int
    at: int
    author: str
    origin: Origin
    source: str
    file_hash: str
    content_hash: str


class Active(msgspec.Struct, frozen=True):
    """What is in force. ``edited``: it is not what was imported from the file last."""

    revision: Revision
    config: Config
    edited: bool


def active(db: Database) -> Active | None:
    """None in a new store. Raises StoreError when the rows do not make a configuration."""
    newest = _newest(db)
    if newest is None:
        return None
    try:
        config = read_rows(db)
        parse(write(config), "the store")
    except (msgspec.DecodeError, InvalidConfiguration, KeyError, AttributeError, TypeError) as error:
        raise StoreError(
            f"the configuration in the store was changed to one that cannot be used: {error}. "
            f"Take the file again, or bring revision {newest.revision} back."
        ) from error
    edited = newest.origin == "edit" or content_hash(config) != newest.content_hash
    return Active(newest, config, edited)


def import_file(
    db: Database, loaded: Loaded, *, at: int, author: str, source: str, take_file: bool = False
) -> tuple[Active, bool]:
    """Make the file's configuration the one in force, if it changed; whether it did.

    An unchanged file leaves an edited store alone. A changed one is refused beside it (ConfigurationError), unless
    ``take_file``: then the edits are given up; they stay in the list of revisions.
    """
    present = _replaceable(db, loaded, source, take_file)
    if present is not None and present.edited and not take_file:
        if loaded.hash == _imported(db):
            return present, False
        return _add(db, loaded.config, loaded.text, at, author, "file", source, loaded.hash), False  # it has caught up
    if present is not None and is_same(present.config, loaded.config) and not present.edited:
        if loaded.hash != present.revision.file_hash:  # comments and spacing
            db.execute(
                "UPDATE revisions SET file_hash = ? WHERE revision = ?", [loaded.hash, present.revision.revision]
            )
            present = msgspec.structs.replace(
                present, revision=msgspec.structs.replace(present.revision, file_hash=loaded.hash)
            )
        return present, False
    return _add(db, loaded.config, loaded.text, at, author, "file", source, loaded.hash), True


def look_at_file(db: Database, loaded: Loaded, *, source: str, take_file: bool = False) -> tuple[Config, int]:
    """What would be in force after ``import_file``, and as which revision. Raises what that would; writes nothing."""
    present = _replaceable(db, loaded, source, take_file)
    if present is None:
        newest = _newest(db)
        return loaded.config, newest.revision + 1 if newest else 1
    unchanged = is_same(present.config, loaded.config) and not present.edited
    if unchanged or (present.edited and not take_file and loaded.hash == _imported(db)):
        return present.config, present.revision.revision
    return loaded.config, present.revision.revision + 1


def _replaceable(db: Database, loaded: Loaded, source: str, take_file: bool) -> Active | None:
    """What is in force, if a file may stand beside it. Raises ConfigurationError where both were changed."""
    try:
        present = active(db)
    except StoreError:
        if not take_file:
            raise
        return None
    if present is None or not present.edited or take_file:
        return present
    if loaded.hash != _imported(db) and not is_same(loaded.config, present.config):
        raise ConfigurationError(
            f"{source}: has changed, and so has the configuration in the store "
            f"(revision {present.revision.revision}, by {present.revision.author}). Nothing was applied. "
            "Export the store's and bring the two together, or tell Cordpair to take the file."
        )
    return present


def save(db: Database, config: Config, *, at: int, author: str, noted: Entry | None = None) -> Active:
    """Apply an edit as a new revision. Raises InvalidConfiguration."""
    text = write(config)
    parse(text, "the edited configuration")
    saved = _add(db, config, text, at, author, "edit", "", "")
    audit.write(db, noted)
    return saved


def revisions(db: Database, *, after: int = 0, before: int = 2**53, most: int = -1) -> list[Revision]:
    """Newest first; those between two, without these. ``most``: no more of them; negative: all."""
    columns = ", ".join(Revision.__struct_fields__)
    sql = f"SELECT {columns} FROM revisions WHERE revision > ? AND revision < ? ORDER BY revision DESC LIMIT ?"
    return [msgspec.convert(row, Revision) for row in db.query(sql, [after, before, most])]


def text_of(db: Database, revision: int) -> str:
    """The revision as a file. Raises ConfigurationError when there is none of that number."""
    row = db.execute("SELECT text FROM revisions WHERE revision = ?", [revision]).fetchone()
    if row is None:
        raise ConfigurationError(f"there is no revision {revision} in the store.")
    return str(row[0])


def export(db: Database) -> str:
    """What is in force as a file, which loads to the same configuration."""
    present = active(db)
    if present is None:
        raise ConfigurationError("the store has no configuration yet.")
    return write(present.config)


def content_hash(config: Config) -> str:
    return hashlib.sha256(write(config).encode()).hexdigest()


def _add(
    db: Database, config: Config, text: str, at: int, author: str, origin: Origin, source: str, file_hash: str
) -> Active:
    newest = _newest(db)
    row = Revision(newest.revision + 1 if newest else 1, at, author, origin, source, file_hash, content_hash(config))
    with db.atomic():
        db.table("revisions").insert(msgspec.structs.asdict(row) | {"text": text})
        write_rows(db, config)
    return Active(row, config, edited=origin == "edit")


def _newest(db: Database) -> Revision | None:
    found = revisions(db, most=1)
    return found[0] if found else None


def _imported(db: Database) -> str:
    """The hash of the file that was imported last."""
    return next((revision.file_hash for revision in revisions(db) if revision.origin == "file"), "")


__all__ = [
    "Active",
    "Revision",
    "active",
    "content_hash",
    "export",
    "import_file",
    "look_at_file",
    "revisions",
    "save",
    "text_of",
]
