"""Configuration entities, contact records, sign-ins and API keys in SQLite."""

from cordpair.store.audit import Audit, Entry, Noted
from cordpair.store.conversations import Conversation, Conversations, Day
from cordpair.store.cti_secrets import CtiSecret, CtiSecrets
from cordpair.store.drafts import Draft, Drafts
from cordpair.store.errors import StoreError
from cordpair.store.keys import ApiKey, ApiKeys
from cordpair.store.mapping import to_configuration
from cordpair.store.pages import page_of, pages_beside
from cordpair.store.people import LastAdmin, NoSuchPerson, People, Person, PersonChanged, PersonExists
from cordpair.store.phone_accounts import PhoneAccount, PhoneAccounts
from cordpair.store.records import ContactRecord, ContactRecords
from cordpair.store.resets import PasswordResets
from cordpair.store.revisions import Active, Revision
from cordpair.store.sign_ins import SignIn, SignIns
from cordpair.store.store import Store

__all__ = [
    "Active",
    "ApiKey",
    "ApiKeys",
    "Audit",
    "ContactRecord",
    "ContactRecords",
    "Conversation",
    "Conversations",
    "CtiSecret",
    "CtiSecrets",
    "Day",
    "Draft",
    "Drafts",
    "Entry",
    "LastAdmin",
    "NoSuchPerson",
    "Noted",
    "PasswordResets",
    "People",
    "Person",
    "PersonChanged",
    "PersonExists",
    "PhoneAccount",
    "PhoneAccounts",
    "Revision",
    "SignIn",
    "SignIns",
    "Store",
    "StoreError",
    "page_of",
    "pages_beside",
    "to_configuration",
]
