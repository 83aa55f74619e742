"""The way back: what each migration did, undone; so who regrets an upgrade can go on with the version before.

A migration has a line here from the commit that adds it; ``tests/store`` takes each of them back and applies it again.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlite_utils import Database

from cordpair.store.errors import StoreError, sqlite_errors
from cordpair.store.schema import (
    ENTITIES,
    api_keys,
    bookmarks,
    configuration,
    contact_records,
    desks,
    drafts,
    get_help,
    joined_nodes,
    line_protocol,
    migrations,
    people,
    phone_accounts,
    queue_alarms,
    refuse_foreign,
    sip_trunks,
    web_customers,
)

Undo = Callable[[Database], None]


def _drop(*tables: str) -> Undo:
    def undo(db: Database) -> None:
        for table in tables:
            db.table(table).drop()

    return undo


def _part(db: Database) -> None:
    for column in ("address", "peers"):
        db.execute(f"ALTER TABLE pbx DROP COLUMN {column}")


def _without_web(db: Database) -> None:
    for column in ("web", "web_accept", "web_retries", "audio_after"):
        db.execute(f"ALTER TABLE queues DROP COLUMN {column}")
    db.execute("ALTER TABLE api_keys DROP COLUMN portal")
    db.table("portals").drop()


def _without_help(db: Database) -> None:
    for table, column in (
        ("pbx", "door"),
        ("seats", "browser"),
        ("agents", "shown_as"),
        *(("queues", column) for column in ("on_no_show", "dispositions", "pops", "share")),
    ):
        db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _without_phone_accounts(db: Database) -> None:
    for table, column in (("seats", "account"), ("pbx", "phones"), ("agents", "number")):
        db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table in ("phone_accounts", "phone_settings"):
        db.table(table).drop()


def _without_desks(db: Database) -> None:
    for table in ("passwords", "sign_ins", "conversations"):
        db.table(table).drop()
    db.execute("DROP INDEX idx_contacts_customer")
    db.execute("ALTER TABLE contacts DROP COLUMN customer")


def _without_alarms(db: Database) -> None:
    db.execute("ALTER TABLE queues DROP COLUMN alarms")


def _without_people(db: Database) -> None:
    """People are no agents: the version before would let nobody of them in, and does not know what to do with them."""
    for table in ("passwords", "sign_ins"):
        db.execute(f"ALTER TABLE {table} RENAME COLUMN name TO agent")
    for column in ("seen_at", "browser"):
        db.execute(f"ALTER TABLE sign_ins DROP COLUMN {column}")
    for table in ("people", "password_resets", "audit"):
        db.table(table).drop()


UNDO: dict[str, Undo] = {
    configuration.__name__: _drop("revisions", "settings", *(name for name, _, _ in ENTITIES)),
    contact_records.__name__: _drop("contacts"),
    api_keys.__name__: _drop("api_keys"),
    joined_nodes.__name__: _part,
    web_customers.__name__: _without_web,
    get_help.__name__: _without_help,
    desks.__name__: _without_desks,
    bookmarks.__name__: _drop("bookmarks"),
    queue_alarms.__name__: _without_alarms,
    line_protocol.__name__: _drop("cti_secrets"),
    people.__name__: _without_people,
    drafts.__name__: _drop("drafts"),
    sip_trunks.__name__: _drop("trunks"),
    phone_accounts.__name__: _without_phone_accounts,
}
NAMES = tuple(UNDO)  # in their order: migration 1, 2, …


def number(path: Path) -> int:
    """How many migrations are applied. Raises StoreError."""
    with _opened(path) as db:
        return _applied(db)


def migrate(path: Path, to: int) -> None:
    """Apply or undo migrations until ``to`` are applied, each in a transaction of its own. Raises StoreError."""
    if not 0 <= to <= len(NAMES):
        raise StoreError(f"{path}: there is no migration {to}; the newest is {len(NAMES)}, {NAMES[-1]}.")
    with _opened(path) as db, sqlite_errors(path, "cannot be migrated"):
        present = _applied(db)
        if to > present:
            migrations.apply(db, stop_before=NAMES[to:])
        for name in reversed(NAMES[to:present]):
            with db.atomic():
                UNDO[name](db)
                db.execute(
                    f"DELETE FROM {migrations.migrations_table} WHERE migration_set = ? AND name = ?",
                    [migrations.name, name],
                )


def _applied(db: Database) -> int:
    return len(migrations.applied(db))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Database]:
    if not path.is_file():
        raise StoreError(f"{path}: there is no store. Has the engine run once with this configuration?")
    with sqlite_errors(path, "cannot be opened"):
        connection = sqlite3.connect(path, timeout=5)
        try:
            db = Database(connection, execute_plugins=False)
            db.execute("PRAGMA secure_delete = ON")
            refuse_foreign(db, path)
            yield db
        finally:
            connection.close()


__all__ = ["NAMES", "UNDO", "migrate", "number"]
