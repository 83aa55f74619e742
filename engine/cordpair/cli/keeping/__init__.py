"""Keeping what was decided: backups, and what is done to files at rest."""

from cordpair.cli.keeping.backup import backup, restore
from cordpair.cli.keeping.copies import KeepingError
from cordpair.cli.keeping.groups import journal_app, store_app

__all__ = ["KeepingError", "backup", "journal_app", "restore", "store_app"]
