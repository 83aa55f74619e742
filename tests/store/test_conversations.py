"""What was said of a customer before, and what an agent did today."""

from cordpair.acd.inputs import Caller
from cordpair.store import Conversation, Day


def talk(*fields):
    return Conversation(*fields)


async def test_the_history_of_a_customer_the_newest_first(store) -> None:
    records, talks = store.records, store.records.conversations
    records.put("c1", 1, Caller("x-random", "Anna"), {"customer": "anna@example.com"})
    records.connected("c1", "dan", 5, "billing")
    talks.note("c1", "dan", "Card was blocked.")
    records.disposed("c1", "dan", "solved")
    records.talked("c1", "dan", 60_000)
    records.connected("c1", "eve", 8, "support")  # transferred
    records.put("c2", 20, Caller("x-other", "Anna"), {"customer": "anna@example.com"})
    records.connected("c2", "dan", 30, "billing")
    records.put("c3", 40, Caller("x-random"), {})
    records.connected("c3", "dan", 50, "billing")
    billing = talk("c1", "dan", 5, "billing", 60_000, "solved", "Card was blocked.")
    assert await talks.history("c1", "", 10) == [talk("c1", "eve", 8, "support"), billing]
    assert [each.contact for each in await talks.history("new", "anna@example.com", 10)] == ["c2", "c1", "c1"]
    assert [each.contact for each in await talks.history("c3", "anna@example.com", 3)] == ["c3", "c2", "c1"]
    assert await talks.history("new", "", 10) == []
    assert await talks.of("c1", "dan") == talk("c1", "dan", 5, "billing", 60_000, "solved", "Card was blocked.")
    assert await talks.of("c1", "ben") is None
    assert await talks.day("dan", 6) == Day(2, 0)
    assert await talks.day("dan", 0) == Day(3, 60_000)
    assert await talks.day("ben", 0) == Day()


async def test_to_have_the_same_contact_again_keeps_what_was_noted(store) -> None:
    talks = store.records.conversations
    store.records.connected("c1", "dan", 5, "billing")
    talks.note("c1", "dan", "First.")
    store.records.talked("c1", "dan", 10)
    store.records.connected("c1", "dan", 9, "support")
    store.records.talked("c1", "dan", 5)
    assert await talks.of("c1", "dan") == talk("c1", "dan", 9, "support", 15, "", "First.")


async def test_notes_are_erased_with_the_contact_also_of_a_caller_nobody_knows(store, tmp_path) -> None:
    for number in range(4):
        if number:
            store.records.put(f"c{number}", number, Caller(f"n{number}"), {"customer": f"k{number}"})
        store.records.connected(f"c{number}", "dan", number, "q")
        store.records.conversations.note(f"c{number}", "dan", f"Unmistakable-{number}.")
    await store.records.erase("c0")
    assert await store.records.erase_number("k1") == 1
    assert await store.records.erase_number("n2") == 1
    assert await store.records.erase_before(9) == 1
    for path in tmp_path.iterdir():
        assert b"Unmistakable" not in path.read_bytes()
