"""Who calls: answered at once, kept, and forgotten when asked."""

from typing import Any

import pytest

from cordpair.acd.inputs import Caller
from cordpair.ids import ContactId
from cordpair.store import ContactRecord, Store

ANNA = Caller("+4930111", "Anna")
BEN = Caller("+4930222", "Ben")


async def reopened(store: Store, path, **options) -> Any:
    await store.close()
    return await Store.open(path / "cordpair.db", **options)


async def test_a_record_is_there_at_once_and_after_a_restart(store, tmp_path) -> None:
    store.records.put("c1", 5, ANNA, {"CUSTOMER": "7"})
    last: Any
    each: Any
    for each in (store, await reopened(store, tmp_path)):
        assert each.records.record("c1") == ContactRecord(ContactId("c1"), 5, ANNA, {"CUSTOMER": "7"})
        assert each.records.record("c2") is None
        assert each.records.last_agent(ANNA.number) is None
        last = each
    assert await last.records.find("c1") == ContactRecord(ContactId("c1"), 5, ANNA, {"CUSTOMER": "7"})
    assert await last.records.find("c2") is None
    await last.close()


async def test_the_last_agent_of_a_number_is_the_latest(store, tmp_path) -> None:
    records = store.records
    records.put("c1", 1, ANNA, {})
    records.put("c2", 2, ANNA, {})
    records.put("c3", 3, BEN, {})
    records.put("c4", 4, Caller(), {})
    records.connected("c2", "eve", 20, "q")
    records.connected("c1", "dan", 30, "q")
    records.connected("c4", "dan", 40, "q")
    records.connected("unknown", "dan", 50, "q")
    last: Any
    each: Any
    for each in (store, await reopened(store, tmp_path)):
        assert each.records.last_agent(ANNA.number) == "dan"
        assert each.records.last_agent(BEN.number) is None
        assert each.records.last_agent("") is None
        last = each
    await last.close()


async def test_only_so_many_stay_in_memory_the_newest(store, tmp_path) -> None:
    for number in range(10):
        store.records.put(f"c{number}", number, Caller(f"{number}"), {})
        store.records.connected(f"c{number}", "a", number, "q")
    small = await reopened(store, tmp_path, keep=3)
    assert [small.records.record(f"c{number}") is not None for number in range(10)] == [False] * 7 + [True] * 3
    small.records.put("c10", 10, Caller("10"), {})
    assert small.records.record("c7") is None
    assert small.records.last_agent("6") is None
    assert small.records.last_agent("7") == "a"
    found = await small.records.find("c1")
    assert found is not None
    assert (found.caller.number, found.agent, found.connected_at) == ("1", "a", 1)
    await small.close()


async def test_a_caller_who_calls_again_is_not_the_oldest(store, tmp_path) -> None:
    small = await reopened(store, tmp_path, keep=2)
    for at, (contact, caller) in enumerate([("c1", ANNA), ("c2", BEN), ("c3", ANNA), ("c4", Caller("+4930333"))]):
        small.records.put(contact, at, caller, {})
        small.records.connected(contact, "dan", at, "q")
    assert small.records.last_agent(ANNA.number) == "dan"
    assert small.records.last_agent(BEN.number) is None
    await small.close()


async def test_what_is_erased_is_gone_from_memory_and_from_the_disk(store, tmp_path) -> None:
    records = store.records
    records.put("c1", 1, Caller("+49301234567", "Unmistakable Name"), {"SECRET": "hush-hush"})
    records.connected("c1", "dan", 5, "q")
    records.put("c2", 2, BEN, {})
    assert await records.find("c1") is not None
    assert await records.erase("c1")
    assert not await records.erase("c1")
    assert records.record("c1") is None
    assert records.last_agent("+49301234567") is None
    assert await records.find("c1") is None
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert b"Unmistakable" not in content
        assert b"hush-hush" not in content
        assert b"+49301234567" not in content
    assert records.record("c2").caller == BEN


async def test_erasing_a_contact_goes_back_to_the_agent_before(store) -> None:
    records = store.records
    for contact, agent, at in (("c1", "dan", 1), ("c2", "eve", 2)):
        records.put(contact, at, ANNA, {})
        records.connected(contact, agent, at, "q")
    await records.erase("c2")
    assert records.last_agent(ANNA.number) == "dan"
    assert await records.erase_number(ANNA.number) == 1
    assert records.last_agent(ANNA.number) is None


async def test_a_period_of_retention(store) -> None:
    for number in range(5):
        store.records.put(f"c{number}", number, ANNA, {})
    assert await store.records.erase_before(3) == 3
    assert [store.records.record(f"c{number}") is None for number in range(5)] == [True] * 3 + [False] * 2


async def test_a_full_disk_is_told_once_and_memory_goes_on(store) -> None:
    records = store.records
    (pages,) = await store._thread.ask(lambda db: db.execute("PRAGMA page_count").fetchone())
    await store._thread.ask(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchall(), transaction=False)
    for number in range(200):
        records.put(f"c{number}", number, Caller(f"{number}", "x" * 100), {})
    error = await store.failed
    assert "cordpair.db: cannot be written: database or disk is full. Look at the disk" in str(error)
    records.put("last", 1, ANNA, {})
    assert records.record("last").caller == ANNA
    await store.close()


@pytest.mark.parametrize("variables", ["", "[]", '{"a": 1}'])
async def test_variables_that_are_no_json_cost_no_start(store, tmp_path, variables) -> None:
    store.records.put("c1", 1, ANNA, {"a": "b"})
    await store._thread.ask(lambda db: db.execute("UPDATE contacts SET variables = ?", [variables]))
    store = await reopened(store, tmp_path)
    record = store.records.record("c1")
    assert (record.caller, record.variables) == (ANNA, {})
    await store.close()
