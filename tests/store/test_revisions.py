"""Which configuration is in force, and what it takes to change it."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from sqlite_utils import Database

from config.valid import configs
from cordpair.config import Config, InvalidConfiguration, load, parse
from cordpair.errors import ConfigurationError
from cordpair.store import Store, StoreError
from cordpair.store.rows import TABLES, read_rows, write_rows
from cordpair.store.schema import migrations, open_database

EXAMPLE = Path(__file__).parents[2] / "cordpair.example.toml"
FILE = '[pbx.a]\nurl = "loopback:"\n[queues.one]\n'


def take(store: Store, text: str, *, take_file: bool = False):
    return store.import_file(parse(text), at_ms=5, author="anna", source="cordpair.toml", take_file=take_file)


async def test_a_new_store_has_nothing(store) -> None:
    assert await store.active() is None
    assert await store.revisions() == []
    with pytest.raises(ConfigurationError, match="no configuration yet"):
        await store.export()


async def test_a_file_becomes_a_revision_once(store) -> None:
    first, changed = await take(store, FILE)
    assert (first.revision.revision, first.revision.author, first.edited, changed) == (1, "anna", False, True)
    for same in (FILE, f"# a comment\n{FILE}", FILE):
        again, changed = await take(store, same)
        assert (again.revision.revision, again.config, changed) == (1, first.config, False)
    second, changed = await take(store, FILE + "[queues.two]\n")
    assert (second.revision.revision, changed) == (2, True)
    assert [revision.revision for revision in await store.revisions()] == [2, 1]
    assert await store.text_of(1) == FILE
    assert await store.active() == second
    with pytest.raises(ConfigurationError, match="no revision 3"):
        await store.text_of(3)


async def test_it_is_there_again_after_a_restart(tmp_path) -> None:
    loaded = load(EXAMPLE)
    store = await Store.open(tmp_path / "x.db")
    await store.import_file(loaded, at_ms=1, author="a", source="f")
    await store.close()
    store = await Store.open(tmp_path / "x.db")
    active = await store.active()
    assert active
    assert (active.config, active.edited) == (loaded.config, False)
    assert parse(await store.export()).config == loaded.config
    await store.close()


async def test_an_edit_keeps_the_file_out_until_it_changes(store) -> None:
    await take(store, FILE)
    edited = parse(FILE + "[queues.edited]\n").config
    active = await store.save(edited, at_ms=9, author="ben")
    assert (active.revision.revision, active.revision.origin, active.edited) == (2, "edit", True)
    kept, changed = await take(store, FILE)
    assert (kept.config, changed) == (edited, False)
    with pytest.raises(ConfigurationError, match=r"cordpair\.toml: has changed, and so has .*revision 2, by ben"):
        await take(store, FILE + "[queues.two]\n")
    assert (await store.active()).config == edited
    taken, changed = await take(store, FILE + "[queues.two]\n", take_file=True)
    assert (list(taken.config.queues), taken.edited, changed) == (["one", "two"], False, True)
    assert len(await store.revisions()) == 3


async def test_a_file_that_has_caught_up_with_the_edits_is_taken(store) -> None:
    await take(store, FILE)
    await store.save(parse(FILE + "[queues.edited]\n").config, at_ms=9, author="ben")
    active, changed = await take(store, await store.export())
    assert (active.edited, active.revision.origin, changed) == (False, "file", False)
    _, changed = await take(store, FILE)
    assert changed


async def test_an_unusable_edit_changes_nothing(store) -> None:
    await take(store, FILE)
    broken = parse(FILE + '[services.s]\nqueue = "one"\n').config
    with pytest.raises(InvalidConfiguration, match="no queue"):
        await store.save(msgspec.structs.replace(broken, queues={}), at_ms=9, author="ben")
    assert len(await store.revisions()) == 1


async def test_rows_changed_by_hand_count_as_an_edit(store, tmp_path) -> None:
    await take(store, FILE)
    connection = sqlite3.connect(tmp_path / "cordpair.db", isolation_level=None)
    connection.execute("UPDATE queues SET wrap_up = 5000")
    active = await store.active()
    assert (active.edited, active.config.queues["one"].wrap_up) == (True, 5000)
    for statement, message in [
        ("UPDATE queues SET strategy = 'best'", "queues"),
        ("UPDATE queues SET strategy = 'random', steps = 'x'", "malformed"),
        ('UPDATE queues SET steps = \'[]\', overflow = \'{"queue": "two", "percent": 5}\'', "no queue"),
        ("UPDATE queues SET overflow = NULL, max_wait = 'long'", "max_wait"),
        ("UPDATE queues SET max_wait = NULL, steps = 7", "cannot be used"),
        ("DELETE FROM settings WHERE section = 'cell'", None),
    ]:
        connection.execute(statement)
        if message:
            with pytest.raises(StoreError, match=message):
                await store.active()
            with pytest.raises(StoreError, match="Take the file again"):
                await take(store, FILE)
        connection.execute("UPDATE queues SET steps = '[]'")
    connection.close()
    active, _ = await take(store, FILE, take_file=True)
    assert active.config == parse(FILE).config


@given(configs())
def test_any_configuration_comes_back_from_its_rows(config) -> None:
    db = Database(memory=True)
    migrations.apply(db)
    for each in (load(EXAMPLE).config, config):
        with db.atomic():
            write_rows(db, each)
        again = read_rows(db)
        assert again == each
        for table in TABLES:
            assert list(getattr(again, table.name)) == list(getattr(each, table.name))
    db.close()


def test_the_tables_have_a_column_for_every_key(tmp_path) -> None:
    db = open_database(tmp_path / "x.db")
    for table in TABLES:
        assert set(db.table(table.name).columns_dict) == {"name", "position", *table.columns}
    assert {table.name for table in TABLES} <= set(Config.__struct_fields__)
    db.close()


def test_the_file_is_for_its_owner_only(tmp_path) -> None:
    open_database(tmp_path / "x.db").close()
    assert stat.S_IMODE((tmp_path / "x.db").stat().st_mode) == 0o600


async def test_what_is_none_of_ours_is_refused(tmp_path) -> None:
    foreign = sqlite3.connect(tmp_path / "foreign.db", isolation_level=None)
    foreign.execute("CREATE TABLE t (a)")
    foreign.close()
    with pytest.raises(StoreError, match=r"foreign\.db: is not Cordpair's store"):
        await Store.open(tmp_path / "foreign.db")
    (tmp_path / "text.db").write_text("no database " * 100)
    with pytest.raises(StoreError, match=r"text\.db: cannot be opened: .*Restore it"):
        await Store.open(tmp_path / "text.db")
    with pytest.raises(StoreError, match="No such file or directory"):
        await Store.open(tmp_path / "no" / "x.db")
    db = open_database(tmp_path / "newer.db")
    db.table("_sqlite_migrations").insert({"migration_set": "cordpair", "name": "wings", "applied_at": ""})
    db.close()
    with pytest.raises(StoreError, match=r"written by a newer Cordpair \(it knows wings\)"):
        await Store.open(tmp_path / "newer.db")


async def test_a_closed_store_says_so(store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.active()


async def test_a_cancelled_question_leaves_the_store_working(store) -> None:
    question = asyncio.create_task(store.active())
    await asyncio.sleep(0)
    question.cancel()
    await asyncio.gather(question, return_exceptions=True)
    assert await store.active() is None
