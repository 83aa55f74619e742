"""Shared pages that are kept go with the contact's record."""

import pytest

from cordpair.acd.inputs import Caller
from cordpair.ids import ContactId
from cordpair.store import page_of, pages_beside


async def test_what_was_kept_of_a_page_is_erased_with_its_contact(store, tmp_path) -> None:
    directory = pages_beside(tmp_path / "cordpair.db")
    directory.mkdir()
    kept = {}
    for at in range(5):
        contact = ContactId(f"r-c{at}")
        store.records.put(contact, at, Caller("+49301" if at == 1 else f"n{at}", ""), {})
        kept[contact] = page_of(directory, contact)
        kept[contact].write_bytes(b"page")
    await store.records.erase(ContactId("r-c0"))
    assert [path.name for path in directory.iterdir() if "c0" in path.name] == []
    await store.records.erase_number("+49301")
    await store.records.erase_before(3)
    await store.records.erase(ContactId("r-c9"))  # of nobody
    assert sorted(path.name for path in directory.iterdir()) == ["r-c3.jsonl.gz", "r-c4.jsonl.gz"]


@pytest.mark.parametrize("name", ["../r-c1", "r-c1/..", "", "c1", "r-c1\n", "r-c"])
def test_what_is_no_contact_has_no_page(tmp_path, name) -> None:
    with pytest.raises(ValueError, match="is no contact"):
        page_of(tmp_path, ContactId(name))
