"""``queue_log``: what happened, in app_queue's words, for the tools that read those."""

from cordpair.reports.queue_log.follower import Scribe, writing
from cordpair.reports.queue_log.memory import Memory, memory_of
from cordpair.reports.queue_log.outputs import Bookmark, FileOutput, TableOutput
from cordpair.reports.queue_log.row import Row, clean, row
from cordpair.reports.queue_log.transcript import Transcript

__all__ = [
    "Bookmark",
    "FileOutput",
    "Memory",
    "Row",
    "Scribe",
    "TableOutput",
    "Transcript",
    "clean",
    "memory_of",
    "row",
    "writing",
]
