"""``queue_log``: what happened, in app_queue's words, for the tools that read those."""

from cordpair.reports.queue_log.follower import Follower, following
from cordpair.reports.queue_log.memory import Memory, memory_of
from cordpair.reports.queue_log.outputs import Bookmark, FileOutput, TableOutput
from cordpair.reports.queue_log.row import Row, clean, row
from cordpair.reports.queue_log.transcript import Transcript

__all__ = [
    "Bookmark",
    "FileOutput",
    "Follower",
    "Memory",
    "Row",
    "TableOutput",
    "Transcript",
    "clean",
    "following",
    "memory_of",
    "row",
]
