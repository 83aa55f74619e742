"""What other programs read: app_queue's log of what happened."""

import msgspec

from cordpair.config.kinds import Text


class QueueLog(msgspec.Struct, frozen=True):
    """app_queue's ``queue_log``, as a file, as a table in an SQLite file, or both. ``callers``: with their numbers."""

    file: Text | None = None
    table: Text | None = None
    callers: bool = False


__all__ = ["QueueLog"]
