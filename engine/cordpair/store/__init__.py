"""Configuration entities and contact records in SQLite."""

from cordpair.store.errors import StoreError
from cordpair.store.mapping import to_configuration
from cordpair.store.records import ContactRecord, ContactRecords
from cordpair.store.revisions import Active, Revision
from cordpair.store.store import Store

__all__ = [
    "Active",
    "ContactRecord",
    "ContactRecords",
    "Revision",
    "Store",
    "StoreError",
    "to_configuration",
]
