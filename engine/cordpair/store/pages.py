"""Where shared pages are kept, for queues whose policy says so: a file for each contact, beside the store.

They are of the contact's record, and erased with it. Who writes them is not the store.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from cordpair.ids import ContactId

NAME = re.compile(r"[0-9A-Za-z]+-c\d+")


def pages_beside(store: Path) -> Path:
    """The directory. It is there when the first page is kept."""
    return store.with_name(f"{store.name}.pages")


def page_of(directory: Path, contact: ContactId) -> Path:
    """Raises ValueError for what is no contact's id."""
    if NAME.fullmatch(contact) is None:
        raise ValueError(f"{contact!r} is no contact")
    return directory / f"{contact}.jsonl.gz"


def erase_pages(directory: Path, contacts: Iterable[str]) -> None:
    """Raises OSError."""
    for contact in contacts:
        if NAME.fullmatch(contact) is not None:
            page_of(directory, ContactId(contact)).unlink(missing_ok=True)


__all__ = ["erase_pages", "page_of", "pages_beside"]
