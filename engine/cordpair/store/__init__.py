"""Configuration entities, contact records, sign-ins and API keys in SQLite."""

from cordpair.store.conversations import Conversation, Conversations, Day
from cordpair.store.cti_secrets import CtiSecret, CtiSecrets
from cordpair.store.errors import StoreError
from cordpair.store.keys import ApiKey, ApiKeys
from cordpair.store.mapping import to_configuration
from cordpair.store.pages import page_of, pages_beside
from cordpair.store.records import ContactRecord, ContactRecords
from cordpair.store.revisions import Active, Revision
from cordpair.store.sign_ins import SignIn, SignIns
from cordpair.store.store import Store

__all__ = [
    "Active",
    "ApiKey",
    "ApiKeys",
    "ContactRecord",
    "ContactRecords",
    "Conversation",
    "Conversations",
    "CtiSecret",
    "CtiSecrets",
    "Day",
    "Revision",
    "SignIn",
    "SignIns",
    "Store",
    "StoreError",
    "page_of",
    "pages_beside",
    "to_configuration",
]
