"""The tables of the store, as they came about.

A migration that was released is never changed: the next one alters what it made. ``tests/store`` compares the tables
with the structs of ``cordpair.config``, so a new key cannot be forgotten here.
"""

import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database, Migrations

from cordpair.store.errors import StoreError, sqlite_errors

migrations = Migrations("cordpair")


@migrations()
def configuration(db: Database) -> None:
    """Revisions, and the entities of the one in force, a row each in their order."""
    db.table("revisions").create(
        {
            "revision": int,
            "at": int,  # ms since 1970-01-01 UTC
            "author": str,
            "origin": str,  # file | edit
            "source": str,  # of a file: its path
            "file_hash": str,  # of the file as it was imported last
            "content_hash": str,  # of the entities
            "text": str,  # the whole revision as TOML
        },
        pk="revision",
        not_null={"at", "author", "origin", "source", "file_hash", "content_hash", "text"},
    )
    # A section with one entry only: cell, http, store, journal, phones, no_service, misses, timing.
    db.table("settings").create({"section": str, "content": str}, pk="section", not_null={"content"})
    for name, columns, needed in ENTITIES:
        types = {"name": str, "position": int} | columns
        db.table(name).create(types, pk="name", not_null={"position", *needed})


@migrations()
def contact_records(db: Database) -> None:
    """Personal data, beside the journal so that it can be erased."""
    db.table("contacts").create(
        {
            "contact": str,
            "at": int,  # ms; when it arrived
            "number": str,
            "name": str,
            "variables": str,  # JSON
            "agent": str,  # who talked to the caller
            "connected_at": int,
        },
        pk="contact",
        not_null={"at", "number", "name", "variables"},
    )
    db.table("contacts").create_index(["number", "connected_at"])
    db.table("contacts").create_index(["at"])


@migrations()
def api_keys(db: Database) -> None:
    """Who may use the API. The key itself is not here: see ``keys``."""
    db.table("api_keys").create(
        {
            "id": str,
            "name": str,
            "role": str,
            "hash": bytes,
            "agent": str,
            "queues": str,  # JSON
            "created_at": int,
            "expires_at": int,
            "revoked_at": int,
        },
        pk="id",
        not_null={"name", "role", "hash", "queues", "created_at"},
    )


@migrations()
def joined_nodes(db: Database) -> None:
    """Several PBXs as one: where callers reach a node, and its trunks to others."""
    db.execute("ALTER TABLE pbx ADD COLUMN address TEXT")
    db.execute("ALTER TABLE pbx ADD COLUMN peers TEXT NOT NULL DEFAULT '{}'")


@migrations()
def web_customers(db: Database) -> None:
    """Customers in browsers: how they wait in a queue, and the web sites they come from."""
    for column in ("web TEXT NOT NULL DEFAULT 'wait_off_pbx'", "web_accept TEXT NOT NULL DEFAULT 'automatic'"):
        db.execute(f"ALTER TABLE queues ADD COLUMN {column}")
    db.execute("ALTER TABLE queues ADD COLUMN web_retries INTEGER NOT NULL DEFAULT 1")
    db.execute("ALTER TABLE queues ADD COLUMN audio_after INTEGER")
    db.execute("ALTER TABLE api_keys ADD COLUMN portal TEXT")
    columns = {"name": str, "position": int, "origins": str, "pages": str, "media": str}
    db.table("portals").create(columns, pk="name", not_null={"position", "origins", "pages", "media"})


@migrations()
def get_help(db: Database) -> None:
    """Doors of PBXs, browser phones, and what agents are shown of a web customer."""
    for table, column in (
        ("pbx", "door TEXT"),
        ("seats", "browser INTEGER NOT NULL DEFAULT 0"),
        ("agents", "shown_as TEXT NOT NULL DEFAULT ''"),
        ("queues", "on_no_show TEXT"),
        ("queues", "dispositions TEXT NOT NULL DEFAULT '[]'"),
        ("queues", "pops TEXT NOT NULL DEFAULT '[]'"),
        ("queues", "share TEXT NOT NULL DEFAULT 'live'"),
    ):
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


@migrations()
def desks(db: Database) -> None:
    """Agents at their desks: passwords and sign-ins, by their hashes only; what they did and noted."""
    db.table("passwords").create(
        {"agent": str, "hash": str, "changed_at": int}, pk="agent", not_null={"hash", "changed_at"}
    )
    columns = {"hash": bytes, "agent": str, "began_at": int, "expires_at": int, "checked_at": int}
    db.table("sign_ins").create(columns, pk="hash", not_null={"agent", "began_at", "expires_at"})
    db.execute(
        "CREATE TABLE conversations (contact TEXT NOT NULL, agent TEXT NOT NULL, at INTEGER NOT NULL, "
        "queue TEXT NOT NULL, talk_ms INTEGER NOT NULL DEFAULT 0, disposition TEXT NOT NULL DEFAULT '', "
        "notes TEXT NOT NULL DEFAULT '', PRIMARY KEY (contact, agent))"
    )
    db.table("conversations").create_index(["agent", "at"])
    db.execute("ALTER TABLE contacts ADD COLUMN customer TEXT NOT NULL DEFAULT ''")
    db.execute("UPDATE contacts SET customer = number")
    db.table("contacts").create_index(["customer"])


@migrations()
def bookmarks(db: Database) -> None:
    """How far what follows the journal has come."""
    db.table("bookmarks").create({"name": str, "content": bytes}, pk="name", not_null={"content"})


@migrations()
def queue_alarms(db: Database) -> None:
    """From which figure on a queue asks for a person."""
    db.execute("ALTER TABLE queues ADD COLUMN alarms TEXT NOT NULL DEFAULT '{}'")


@migrations()
def line_protocol(db: Database) -> None:
    """Agents' secrets for clients of AsteriskCTI's protocol: see ``cti_secrets``."""
    db.table("cti_secrets").create(
        {"agent": str, "hash": str, "changed_at": int}, pk="agent", not_null={"hash", "changed_at"}
    )


@migrations()
def people(db: Database) -> None:
    """Who works in the office signs in as agents do; who did what is kept."""
    for table in ("passwords", "sign_ins"):
        db.execute(f"ALTER TABLE {table} RENAME COLUMN agent TO name")
    db.execute("ALTER TABLE sign_ins ADD COLUMN seen_at INTEGER")
    db.execute("UPDATE sign_ins SET seen_at = began_at")
    db.execute("ALTER TABLE sign_ins ADD COLUMN browser TEXT NOT NULL DEFAULT ''")
    db.execute(
        "CREATE TABLE people (name TEXT PRIMARY KEY, full_name TEXT NOT NULL, role TEXT NOT NULL, "
        "enabled INTEGER NOT NULL, created_at INTEGER NOT NULL, version INTEGER NOT NULL)"
    )
    db.execute(
        "CREATE TABLE password_resets (name TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, expires_at INTEGER NOT NULL)"
    )
    db.execute(
        "CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, author TEXT NOT NULL, "
        "what TEXT NOT NULL, about TEXT NOT NULL, detail TEXT NOT NULL)"
    )


@migrations()
def drafts(db: Database) -> None:
    """What administrators are working on."""
    db.execute(
        "CREATE TABLE drafts (author TEXT PRIMARY KEY, at INTEGER NOT NULL, base INTEGER NOT NULL, "
        "content BLOB NOT NULL)"
    )


@migrations()
def sip_trunks(db: Database) -> None:
    """Who brings calls to a PBX and takes ours."""
    columns = {
        "name": str, "position": int, "addresses": str, "profile": str, "node": str, "caller_id_from": str,
        "numbers": str, "codecs": str, "register": str, "options": int,
    }  # fmt: skip
    needed = {"position", "addresses", "profile", "numbers", "codecs"}
    db.table("trunks").create(columns, pk="name", not_null=needed)


@migrations()
def phone_accounts(db: Database) -> None:
    """Phones whose accounts the engine makes: digests of their passwords, and addresses for their settings."""
    db.execute("ALTER TABLE seats ADD COLUMN account INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE pbx ADD COLUMN phones TEXT")
    db.execute("ALTER TABLE agents ADD COLUMN number TEXT")
    db.execute(
        "CREATE TABLE phone_accounts (endpoint TEXT PRIMARY KEY, realm TEXT NOT NULL, ha1 TEXT NOT NULL, "
        "made_at INTEGER NOT NULL)"
    )
    db.execute(
        "CREATE TABLE phone_settings (endpoint TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, "
        "expires_at INTEGER NOT NULL)"
    )


# Durations are in ms; what is written as a list or table in the file is JSON here.
ENTITIES: list[tuple[str, dict[str, type], set[str]]] = [
    ("pbx", {"url": str, "password": str}, {"url"}),
    ("skills", {"meaning": str}, {"meaning"}),
    ("reasons", {"digit": str}, set()),
    ("prompts", {"medium": str}, {"medium"}),
    (
        "queues",
        {
            "medium": str,
            "strategy": str,
            "steps": str,
            "head_start": int,
            "offer_timeout": int,
            "wrap_up": int,
            "max_wait": int,
            "max_length": int,
            "on_timeout": str,
            "on_full": str,
            "on_no_agent_signed_in": str,
            "on_no_agent_ready": str,
            "no_agent_after": int,
            "exit_keys": str,
            "overflow": str,
            "sticky": int,
            "progress": int,
            "group_size": int,
            "music": str,
            "prompt": str,
        },
        {"medium", "strategy", "steps", "head_start", "offer_timeout", "wrap_up", "on_timeout", "on_full"},
    ),
    (
        "services",
        {
            "queue": str,
            "dialled": str,
            "to": str,
            "contexts": str,
            "steps": str,
            "head_start": int,
            "variables": str,
        },
        {"queue", "dialled", "to", "contexts", "head_start", "variables"},
    ),
    ("seats", {"endpoint": str, "node": str}, {"endpoint"}),
    (
        "agents",
        {"seat": str, "skills": str, "queues": str, "wrap_up": int, "capacity": str},
        {"skills", "queues", "capacity"},
    ),
]


def open_database(path: Path) -> Database:
    """Open the store on this thread, create or migrate it. Raises StoreError."""
    with sqlite_errors(path, "cannot be opened"):
        if not path.exists():  # callers' numbers are nobody else's business
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=5)
        try:
            db = Database(connection, execute_plugins=False)
            db.enable_wal()
            for pragma in ("synchronous = NORMAL", "secure_delete = ON"):
                db.execute(f"PRAGMA {pragma}")
            refuse_foreign(db, path)
            migrations.apply(db)
        except BaseException:
            connection.close()
            raise
    return db


def refuse_foreign(db: Database, path: Path) -> None:
    tables = set(db.table_names())
    if tables and migrations.migrations_table not in tables:
        raise StoreError(f"{path}: is not Cordpair's store. Give the store a path of its own in [store].")
    unknown = {migration.name for migration in migrations.applied(db)} - {
        configuration.__name__,
        contact_records.__name__,
        api_keys.__name__,
        joined_nodes.__name__,
        web_customers.__name__,
        get_help.__name__,
        desks.__name__,
        bookmarks.__name__,
        queue_alarms.__name__,
        line_protocol.__name__,
        people.__name__,
        drafts.__name__,
        sip_trunks.__name__,
        phone_accounts.__name__,
    }
    if unknown:
        newer = ", ".join(sorted(unknown))
        raise StoreError(f"{path}: was written by a newer Cordpair (it knows {newer}). Use that version.")


__all__ = ["migrations", "open_database", "refuse_foreign"]
