"""Configuration entities, contact records and API keys in SQLite."""

from cordpair.store.errors import StoreError
from cordpair.store.keys import ApiKey, ApiKeys
from cordpair.store.mapping import to_configuration
from cordpair.store.records import ContactRecord, ContactRecords
from cordpair.store.revisions import Active, Revision
from cordpair.store.store import Store

__all__ = [
    "Active",
    "ApiKey",
    "ApiKeys",
    "ContactRecord",
    "ContactRecords",
    "Revision",
    "Store",
    "StoreError",
    "to_configuration",
]
