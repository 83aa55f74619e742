"""A row of app_queue's ``queue_log``, as Asterisk's ``main/logger.c`` writes it:
``epoch|callid|queue|agent|event|data``.

Readers (QueueMetrics, Asternic) split at bars and line ends. No name can break a row: what could is written as "_",
as app_queue does with bars in a caller's name.
"""

import re
from datetime import UTC, datetime

import msgspec

NONE = "NONE"
MOST_DATA = 5
LONGEST = 128  # of a field; the columns that readers make are seldom wider
HARMFUL = re.compile(r"[|\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Row(msgspec.Struct, frozen=True):
    """``at``: ms since the epoch. Fields are clean already: see ``row``."""

    at: int
    callid: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]

    def line(self) -> str:
        """Without its end. An event without data has the bar before it all the same, as app_queue's have."""
        return "|".join((str(self.at // 1_000), self.callid, self.queue, self.agent, self.event, *(self.data or ("",))))

    def columns(self) -> tuple[str, ...]:
        """time, callid, queuename, agent, event, data1 … data5: the table of Asterisk's adaptive realtime."""
        time = datetime.fromtimestamp(self.at / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        data = self.data + ("",) * (MOST_DATA - len(self.data))
        return (time, self.callid, self.queue, self.agent, self.event, *data)


def row(at: int, callid: str, queue: str, agent: str, event: str, *data: object) -> Row:
    """From values of any kind."""
    assert len(data) <= MOST_DATA
    callid, queue, agent = (clean(value) or NONE for value in (callid, queue, agent))
    return Row(at, callid, queue, agent, event, tuple(clean(str(each)) for each in data))


def clean(value: str) -> str:
    return HARMFUL.sub("_", value[:LONGEST])


__all__ = ["NONE", "Row", "clean", "row"]
