"""Each migration of the store has a way back."""

import sqlite3

import pytest

from cordpair.store import Store, StoreError
from cordpair.store.migrating import NAMES, UNDO, migrate, number
from cordpair.store.schema import migrations


def schema(path) -> list[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    connection.close()
    return rows


@pytest.fixture
async def path(tmp_path):
    path = tmp_path / "store.db"
    await (await Store.open(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO revisions VALUES (1, 0, 'ann', 'file', 'f.toml', 'h', 'c', 'text')")
    connection.close()
    return path


def test_every_migration_has_a_way_back():
    assert list(UNDO) == [each.name for each in migrations._migrations]


@pytest.mark.parametrize("to", range(len(NAMES)))
async def test_back_and_forth_it_is_the_same(path, to):
    before = schema(path)
    migrate(path, to)
    assert number(path) == to
    assert schema(path) != before
    if to:
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT author FROM revisions").fetchall() == [("ann",)]
        connection.close()
    migrate(path, len(NAMES))
    assert schema(path) == before


async def test_the_next_start_brings_it_up_again(path):
    before = schema(path)
    migrate(path, 1)
    await (await Store.open(path)).close()
    assert (schema(path), number(path)) == (before, len(NAMES))


def test_what_cannot_be(path, tmp_path):
    with pytest.raises(StoreError, match="no migration 99"):
        migrate(path, 99)
    with pytest.raises(StoreError, match="there is no store"):
        number(tmp_path / "none.db")
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO _sqlite_migrations VALUES (99, 'cordpair', 'from_the_future', '')")
    connection.close()
    with pytest.raises(StoreError, match="from_the_future"):
        migrate(path, 1)
