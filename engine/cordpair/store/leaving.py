"""What is forgotten of an agent who is gone: what would let somebody in, or somebody else of that name.

What they did stays: it is the centre's.
"""

from sqlite_utils import Database

from cordpair.store import audit
from cordpair.store.audit import Entry
from cordpair.store.people import find
from cordpair.store.sign_ins import end_all, forget_password


def forget_agent(db: Database, name: str, noted: Entry) -> None:
    """A person of the office keeps their password; who is signed in is signed out."""
    end_all(db, name)
    if find(db, name) is None:
        forget_password(db, name)
    db.execute("DELETE FROM cti_secrets WHERE agent = ?", [name])
    db.execute("UPDATE api_keys SET revoked_at = ? WHERE agent = ? AND revoked_at IS NULL", [noted.at, name])
    audit.write(db, noted)


__all__ = ["forget_agent"]
